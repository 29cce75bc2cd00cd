//! A file's bytes: whole, a range of them, or none because the client has them.

use contracts::TenantCall;
use contracts::pipeline::files as inner;
use http_api::conditional::{Part, Validators, Verdict};
use http_api::{Code, Problem};
use ids::FileId;

use super::quoted;
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// The headers by which a request asks for less than the whole file.
const CONDITIONS: [&str; 5] =
    ["range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

/// A file's bytes.
///
/// # Errors
/// As [`authorize`]; [`Code::FileNotFound`], [`Code::FilePreconditionFailed`], [`Code::FileRangeNotSatisfiable`]; what
/// [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let file_id: FileId = exchange.id(Code::FileNotFound)?;
    let plain = !CONDITIONS.iter().any(|name| exchange.header(name).is_some());
    // The usual download is one call.
    if plain && !exchange.is_head() {
        return open(exchange, &call, file_id, Part::Whole).await;
    }
    let file = exchange.ports.files.get_file(&call, inner::GetFile { file_id }).await.map_err(failed)?;
    let validators = validators(&file);
    match validators.judge(|name| exchange.header(name)) {
        Verdict::Proceed => {}
        Verdict::NotModified => {
            let answer = Answer::empty(304).with("etag", validators.etag.clone());
            return Ok(answer
                .with("last-modified", validators.last_modified())
                .with("cache-control", CACHING));
        }
        Verdict::Failed => {
            let detail = format!("the file's tag is `{}`", validators.etag);
            return Err(Problem::new(Code::FilePreconditionFailed, detail).into());
        }
    }
    // A range means something to `GET` alone (RFC 9110, section 14.2).
    if exchange.is_head() {
        return Ok(described(&file, 200).with("content-length", file.size_bytes.to_string()));
    }
    match validators.part(file.size_bytes, |name| exchange.header(name)) {
        Part::Unsatisfiable => {
            let size = file.size_bytes;
            let problem = Problem::new(Code::FileRangeNotSatisfiable, format!("the file has {size} bytes"));
            Err(problem.with_header("content-range", format!("bytes */{size}")).into())
        }
        part => open(exchange, &call, file_id, part).await,
    }
}

/// May be kept by the client, which asks each time whether it is still there and the client's to have.
const CACHING: &str = "private, no-cache";

async fn open(exchange: &Exchange<'_>, call: &TenantCall, file_id: FileId, part: Part) -> Outcome {
    let (offset, length) = match part {
        Part::Range { offset, length } => (offset, Some(length)),
        Part::Whole | Part::Unsatisfiable => (0, None),
    };
    let request = inner::OpenFile { file_id, offset, length };
    let opened = exchange.ports.files.open_file(call, request).await.map_err(failed)?;
    let inner::OpenedFile { file, body } = opened;
    let length = body.length().ok_or_else(|| Failure::internal("a file came without its length"))?;
    exchange.facts.stream.replace(Some(body));
    let answer = match part {
        Part::Range { offset, .. } => {
            let last = (offset + length).saturating_sub(1);
            let range = format!("bytes {offset}-{last}/{}", file.size_bytes);
            described(&file, 206).with("content-range", range)
        }
        Part::Whole | Part::Unsatisfiable => described(&file, 200),
    };
    Ok(answer)
}

fn validators(file: &inner::File) -> Validators {
    Validators { etag: quoted(&file.etag), modified_s: file.created_at.unix_ms() / 1000 }
}

/// An answer about a file, without its bytes.
fn described(file: &inner::File, status: u16) -> Answer {
    let validators = validators(file);
    let modified = validators.last_modified();
    Answer::new(status, file.media_type.clone(), Vec::new())
        .with("etag", validators.etag)
        .with("last-modified", modified)
        .with("accept-ranges", "bytes")
        .with("cache-control", CACHING)
        .with("content-disposition", disposition(&file.name, &file.media_type))
}

/// `Content-Disposition` (RFC 6266): the name in ASCII for old clients, and in UTF-8 where it is not ASCII.
fn disposition(name: &str, media_type: &str) -> String {
    let kind = if domain::file::is_shown(media_type) { "inline" } else { "attachment" };
    let plain = |c: char| (' '..='~').contains(&c) && !matches!(c, '"' | '\\' | '%');
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    if ascii == name {
        return format!("{kind}; filename=\"{ascii}\"");
    }
    let mut encoded = String::new();
    for byte in name.bytes() {
        // The characters that RFC 8187 (section 3.2.1) lets stand.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_in_two_ways_where_it_must_be() {
        let check = |name: &str, media_type: &str, expect: &str| {
            assert_eq!(disposition(name, media_type), expect);
        };
        check("a b.txt", "text/plain", "inline; filename=\"a b.txt\"");
        check("a.html", "text/html", "attachment; filename=\"a.html\"");
        check("é%.svg", "image/svg+xml", "attachment; filename=\"__.svg\"; filename*=UTF-8''%C3%A9%25.svg");
        check("a\"b", "x/y", "attachment; filename=\"a_b\"; filename*=UTF-8''a%22b");
    }
}
