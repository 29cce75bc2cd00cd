//! Storing files, in one piece and in parts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contracts::TenantCall;
use contracts::pipeline::files as inner;
use http_api::Code;
use http_api::files::{CreateUpload, StoreFile};

use super::{file, form, named, part, upload};
use crate::exchange::Exchange;
use crate::failure::{Failure, failed, invalid, too_large};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// What a sender calls a file that it gives no name.
const NAMELESS: &str = "file";
const UNKNOWN: &str = "application/octet-stream";

/// Stores a file.
///
/// # Errors
/// As [`authorize`]; a bad query or header; [`Code::FileMalformedForm`]; what [`failed`] makes of the call.
pub async fn store(exchange: &Exchange<'_>) -> Outcome {
    let call = keyed(exchange, authorize(exchange).await?)?;
    let StoreFile { name } = exchange.query()?;
    let sha256 = digest(exchange)?;
    let content_type = exchange.header("content-type");
    let body = exchange.upload();
    let limit = exchange.route.body.max_bytes();
    let declared = body.length();
    if declared.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit).into());
    }
    let most_bytes = declared.unwrap_or(limit as u64);
    let request = match form::boundary(content_type)? {
        None => inner::StoreFile {
            name: name.unwrap_or_else(|| NAMELESS.into()),
            media_type: content_type.unwrap_or(UNKNOWN).to_owned(),
            sha256,
            most_bytes,
            body,
        },
        Some(boundary) => {
            let found = form::file(&body, boundary).await?;
            inner::StoreFile {
                name: name.or(found.name).unwrap_or_else(|| NAMELESS.into()),
                media_type: found.media_type.unwrap_or_else(|| UNKNOWN.into()),
                sha256,
                most_bytes,
                body: found.body,
            }
        }
    };
    let stored = exchange.ports.files.store_file(&call, request).await.map_err(failed)?;
    let location = format!("/v1/files/{}", stored.file_id);
    Ok(Answer::json(201, &file(stored))?.with("location", location))
}

/// Begins a file in parts.
///
/// # Errors
/// As [`authorize`]; a bad header or body; what [`failed`] makes of the call.
pub async fn begin(exchange: &Exchange<'_>) -> Outcome {
    let call = keyed(exchange, authorize(exchange).await?)?;
    let CreateUpload { name, media_type, size_bytes } = exchange.json().await?;
    let media_type = media_type.unwrap_or_else(|| UNKNOWN.into());
    let request = inner::BeginUpload { name, media_type, size_bytes };
    let begun = exchange.ports.files.begin_upload(&call, request).await.map_err(failed)?;
    let location = format!("/v1/files/uploads/{}", begun.file_id);
    Ok(Answer::json(201, &upload(begun))?.with("location", location))
}

/// How far an upload is.
///
/// # Errors
/// As [`authorize`]; [`Code::FileUploadNotFound`]; what [`failed`] makes of the call.
pub async fn get_upload(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let found = exchange.ports.files.get_upload(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &upload(found))
}

/// Stores a part.
///
/// # Errors
/// As [`get_upload`]; [`Code::RequestInvalid`] for a number or a length that is not the upload's.
pub async fn store_part(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let inner::GetFile { file_id } = named(exchange)?;
    let number = exchange.part(1).parse::<u32>();
    let number = number.map_err(|_| invalid(Code::RequestInvalid, "/number", "must be a part's number"))?;
    let request = inner::StorePart { file_id, number, body: exchange.upload() };
    let stored = exchange.ports.files.store_part(&call, request).await.map_err(failed)?;
    Answer::json(200, &part(stored))
}

/// Makes a file of the parts.
///
/// # Errors
/// As [`get_upload`]; [`Code::FilePartsMissing`].
pub async fn complete(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let stored = exchange.ports.files.complete_upload(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &file(stored))
}

/// Gives an upload up.
///
/// # Errors
/// As [`get_upload`].
pub async fn abort(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    exchange.ports.files.abort_upload(&call, named(exchange)?).await.map_err(failed)?;
    Ok(Answer::empty(204))
}

fn keyed(exchange: &Exchange<'_>, call: TenantCall) -> Result<TenantCall, Failure> {
    Ok(match exchange.idempotency_key()? {
        Some(key) => call.with_idempotency_key(key.as_str()),
        None => call,
    })
}

/// The SHA-256 that the sender says, in lower-case hexadecimal.
fn digest(exchange: &Exchange<'_>) -> Result<Option<String>, Failure> {
    let said = (exchange.header("x-content-sha256"), exchange.header("content-digest"));
    match said {
        (Some(hex), _) => hexadecimal(hex)
            .map(Some)
            .ok_or_else(|| bad_header("x-content-sha256", "must be 64 hexadecimal digits")),
        (None, Some(fields)) => structured(fields),
        (None, None) => Ok(None),
    }
}

fn hexadecimal(text: &str) -> Option<String> {
    let good = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    good.then(|| text.to_ascii_lowercase())
}

/// `Content-Digest` (RFC 9530): of several, `sha-256` is read; of others alone, nothing can be checked.
fn structured(fields: &str) -> Result<Option<String>, Failure> {
    let wrong = || bad_header("content-digest", "must have `sha-256=:…:`, the hash of the file in base64");
    let value = fields.split(',').find_map(|field| {
        let (name, value) = field.trim().split_once('=')?;
        name.eq_ignore_ascii_case("sha-256").then_some(value)
    });
    let value = value.ok_or_else(wrong)?;
    let inside = value.strip_prefix(':').and_then(|value| value.strip_suffix(':')).ok_or_else(wrong)?;
    let bytes = STANDARD.decode(inside).ok().filter(|bytes| bytes.len() == 32).ok_or_else(wrong)?;
    Ok(Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn bad_header(name: &str, detail: &str) -> Failure {
    invalid(Code::RequestInvalidHeader, format!("{name}:"), detail).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_from_either_header() {
        let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let base64 = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
        assert_eq!(hexadecimal(&of_nothing.to_uppercase()).as_deref(), Some(of_nothing));
        assert_eq!(structured(base64).unwrap().as_deref(), Some(of_nothing));
        assert_eq!(structured(&format!("sha-512=:AA==:, {base64}")).unwrap().as_deref(), Some(of_nothing));
        for bad in ["", "sha-512=:AA==:", "sha-256=AA==", "sha-256=:AA==:", "sha-256=:!:", "sha-256"] {
            assert_eq!(structured(bad).unwrap_err().problem.status(), 400, "{bad}");
        }
        for bad in ["", "e3", &"g".repeat(64), &"a".repeat(65)] {
            assert_eq!(hexadecimal(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_hostile_digest_is_32_bytes_or_refused() {
        let seeds = [
            "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
            "sha-512=:AA==:, sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:;a=1",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ];
        hostile::survives(env!("CARGO_MANIFEST_DIR"), "digest", seeds, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let said = [hexadecimal(&text), structured(&text).ok().flatten()];
            for digest in said.into_iter().flatten() {
                assert!(digest.len() == 64 && digest.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
            }
        });
    }
}
