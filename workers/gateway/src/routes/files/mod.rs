//! `/v1/files`.

mod download;
mod form;
mod upload;

pub use download::get;
pub use upload::{abort, begin, complete, get_upload, store, store_part};

use contracts::pipeline::files as inner;
use http_api::Code;
use http_api::files::{File, ListFiles, Upload, UploadPart};

use super::time;
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Files, newest first.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let ListFiles { name, media_type, page } = exchange.query()?;
    let request = inner::ListFiles { name, media_type, before: page.after, limit: page.limit };
    let found = exchange.ports.files.list_files(&call, request).await.map_err(failed)?;
    Answer::json(200, &page.answer(found.items.into_iter().map(file).collect(), found.next_before))
}

/// What is known of a file.
///
/// # Errors
/// As [`authorize`]; [`Code::FileNotFound`]; what [`failed`] makes of the call.
pub async fn info(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = inner::GetFile { file_id: exchange.id(Code::FileNotFound)? };
    let found = exchange.ports.files.get_file(&call, request).await.map_err(failed)?;
    Answer::json(200, &file(found))
}

/// Deletes a file.
///
/// # Errors
/// As [`info`].
pub async fn delete(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = inner::GetFile { file_id: exchange.id(Code::FileNotFound)? };
    exchange.ports.files.delete_file(&call, request).await.map_err(failed)?;
    Ok(Answer::empty(204))
}

/// The upload that the path names.
fn named(exchange: &Exchange<'_>) -> Result<inner::GetFile, Failure> {
    let file_id = exchange.part(0).parse();
    let file_id = file_id.map_err(|_| crate::failure::not_found(Code::FileUploadNotFound))?;
    Ok(inner::GetFile { file_id })
}

fn file(file: inner::File) -> File {
    let inner::File { file_id, name, media_type, size_bytes, etag, sha256, created_at } = file;
    let (etag, created_at) = (quoted(&etag), time::public(created_at));
    File { id: file_id, name, media_type, size_bytes, etag, sha256, created_at }
}

fn upload(upload: inner::Upload) -> Upload {
    Upload {
        id: upload.file_id,
        name: upload.name,
        media_type: upload.media_type,
        size_bytes: upload.size_bytes,
        part_bytes: upload.part_bytes,
        part_count: upload.part_count,
        parts: upload.parts.into_iter().map(part).collect(),
        created_at: time::public(upload.created_at),
        expires_at: time::public(upload.expires_at),
    }
}

fn part(part: inner::Part) -> UploadPart {
    let inner::Part { number, size_bytes, etag } = part;
    UploadPart { number, size_bytes, etag }
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}
