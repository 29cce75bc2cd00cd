//! Files in `multipart/form-data`, as they come: nothing is held but a chunk.

use futures_util::StreamExt;
use http_api::{Code, Problem};
use mesh::{ByteStream, StreamError};
use mesh_worker::stream::chunks;
use multer::{Constraints, Multipart, SizeLimit};
use send_wrapper::SendWrapper;

use crate::failure::Failure;

/// What a form's other fields, and the headers of its parts, may have. The file is bounded where it is stored.
const MAX_FIELD_BYTES: u64 = 64 * 1024;
/// Fields before the file that are passed over.
const MAX_FIELDS: usize = 16;

/// A file out of a form.
pub(super) struct FormFile {
    pub(super) name: Option<String>,
    pub(super) media_type: Option<String>,
    pub(super) body: ByteStream,
}

/// The boundary, where a request is a form; none where its body is the file itself.
///
/// # Errors
/// [`Code::FileMalformedForm`] when it is a form without a boundary.
pub(super) fn boundary(content_type: Option<&str>) -> Result<Option<String>, Failure> {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Ok(None);
    }
    multer::parse_boundary(content_type.unwrap_or_default()).map(Some).map_err(malformed)
}

/// The form's field `file`. What comes behind it is not read.
///
/// # Errors
/// [`Code::FileMalformedForm`] when it is no form, or has no such field.
pub(super) async fn file(body: &ByteStream, boundary: String) -> Result<FormFile, Failure> {
    let limits = SizeLimit::new().per_field(MAX_FIELD_BYTES).for_field("file", u64::MAX);
    let constraints = Constraints::new().size_limit(limits);
    let body = chunks(body).map_err(Failure::internal)?;
    let mut form = Multipart::with_constraints(SendWrapper::new(body), boundary, constraints);
    for _ in 0..=MAX_FIELDS {
        let Some(field) = form.next_field().await.map_err(malformed)? else { break };
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().map(str::to_owned);
        let media_type = field.content_type().map(ToString::to_string);
        // The form is kept beside its field: it reads the body.
        let chunks = futures_util::stream::unfold((field, form), async |(mut field, form)| {
            let chunk = field.chunk().await.transpose()?;
            let chunk = chunk.map(|bytes| bytes.to_vec()).map_err(|error| StreamError(error.to_string()));
            Some((chunk, (field, form)))
        });
        return Ok(FormFile { name, media_type, body: ByteStream::new(chunks.boxed_local()) });
    }
    Err(Problem::new(Code::FileMalformedForm, "the form has no field `file`").into())
}

fn malformed(error: multer::Error) -> Failure {
    Problem::new(Code::FileMalformedForm, format!("the body is no form: {error}")).into()
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use test_kit::run;

    use super::*;

    fn body(text: &str, chunk: usize) -> ByteStream {
        let parts: Vec<_> = text.as_bytes().chunks(chunk).map(|part| Ok(part.to_vec())).collect();
        ByteStream::new(stream::iter(parts))
    }

    async fn read(body: ByteStream) -> Result<Vec<u8>, StreamError> {
        let mut read = Vec::new();
        let mut chunks = chunks(&body).unwrap();
        while let Some(chunk) = chunks.next().await {
            read.extend(chunk?);
        }
        Ok(read)
    }

    const FORM: &str = "--xy\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--xy\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n\
        one\r\n--xz\r\ntwo\r\n--xy--\r\n";

    #[test]
    fn the_file_is_found_wherever_chunks_end() {
        for chunk in [1, 2, 7, 50, 1_000] {
            let found = run(file(&body(FORM, chunk), "xy".into())).unwrap_or_else(|_| panic!("{chunk}"));
            assert_eq!(
                (found.name.as_deref(), found.media_type.as_deref()),
                (Some("a.txt"), Some("text/plain"))
            );
            assert_eq!(run(read(found.body)).unwrap(), b"one\r\n--xz\r\ntwo");
        }
    }

    #[test]
    fn what_is_no_form_with_a_file_is_refused() {
        let refused = |text: &str| {
            let refused = run(file(&body(text, 7), "xy".into())).err().map(|failure| failure.problem.code());
            assert_eq!(refused, Some(Code::FileMalformedForm), "{text}");
        };
        refused("");
        refused("one");
        refused("--xy--\r\n");
        refused("--xy\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--xy--\r\n");
        refused(&FORM[..20]);
    }

    #[test]
    fn a_hostile_form_is_read_or_refused_and_its_file_is_a_part_of_it() {
        let other = FORM.replace("\r\n", "\n");
        let seeds = [FORM, &other, "--xy--\r\n", "--xy\r\n\r\n\r\n--xy--"].map(str::to_owned);
        hostile::survives(env!("CARGO_MANIFEST_DIR"), "form", seeds, |bytes| {
            for chunk in [5, 1_024] {
                let parts: Vec<_> = bytes.chunks(chunk).map(|part| Ok(part.to_vec())).collect();
                let body = ByteStream::new(stream::iter(parts));
                let Ok(found) = run(file(&body, "xy".into())) else { continue };
                let Ok(read) = run(read(found.body)) else { continue };
                let inside = read.is_empty() || bytes.windows(read.len()).any(|window| window == read);
                assert!(inside, "{} bytes that nobody sent", read.len());
            }
            let _ = boundary(Some(&String::from_utf8_lossy(bytes)));
        });
    }

    #[test]
    fn a_form_that_breaks_off_gives_no_file() {
        let found = run(file(&body(&FORM[..FORM.len() - 12], 7), "xy".into())).unwrap_or_else(|_| panic!());
        assert!(run(read(found.body)).is_err());
    }

    #[test]
    fn a_form_is_known_by_its_media_type() {
        assert_eq!(boundary(Some("Multipart/Form-Data; boundary=xy")).unwrap(), Some("xy".into()));
        assert_eq!(boundary(Some("text/plain")).unwrap(), None);
        assert_eq!(boundary(None).unwrap(), None);
        assert!(boundary(Some("multipart/form-data")).is_err());
    }
}
