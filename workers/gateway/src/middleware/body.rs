//! Reading bodies: never more of one than its route takes.

use futures_util::StreamExt;
use http_api::{Code, Problem};

use crate::exchange::Chunks;
use crate::failure::{Failure, too_large};

/// Reads a body to its end.
///
/// A declared length beyond the limit is refused before anything is kept, and a body that grows beyond it (one sent in
/// chunks declares none) at the chunk that does it.
///
/// # Errors
/// [`Code::RequestTooLarge`] beyond `limit` bytes; [`Code::RequestMalformedJson`] when the sender broke off.
pub async fn read(chunks: Option<Chunks>, declared: Option<&str>, limit: usize) -> Result<Vec<u8>, Failure> {
    let declared = declared.and_then(|length| length.trim().parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit).into());
    }
    let Some(mut chunks) = chunks else { return Ok(Vec::new()) };
    let mut body = Vec::with_capacity(declared.unwrap_or_default());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|cause| {
            let detail = "the body broke off before its end";
            Failure::from(Problem::new(Code::RequestMalformedJson, detail)).because(cause)
        })?;
        if chunk.len() > limit - body.len() {
            return Err(too_large(limit).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Whether a body is declared as JSON that can be read as it is.
///
/// # Errors
/// [`Code::RequestUnsupportedMediaType`] when it is not: also when nothing is declared, since a client that leaves it
/// out, or takes its library's default, should learn so at its first call.
pub fn expect_json(content_type: Option<&str>, content_encoding: Option<&str>) -> Result<(), Problem> {
    let refuse = |detail: &str| Err(Problem::new(Code::RequestUnsupportedMediaType, detail));
    if !content_type.is_some_and(is_json) {
        return refuse("send the body as `Content-Type: application/json`, in UTF-8");
    }
    if content_encoding.is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity")) {
        return refuse("send the body without a `Content-Encoding`");
    }
    Ok(())
}

/// `application/json` or `application/…+json`, in UTF-8.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';');
    let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some(subtype) = essence.strip_prefix("application/") else { return false };
    let json = subtype == "json" || subtype.strip_suffix("+json").is_some_and(|name| !name.is_empty());
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use test_kit::run;

    use super::*;

    fn chunks(parts: Vec<Result<Vec<u8>, String>>) -> Option<Chunks> {
        Some(stream::iter(parts).boxed_local())
    }

    #[test]
    fn a_body_at_the_limit_is_read_whole_and_one_byte_more_is_refused() {
        let parts = |last: &[u8]| chunks(vec![Ok(vec![1; 6]), Ok(Vec::new()), Ok(last.to_vec())]);
        assert_eq!(run(read(parts(&[2; 4]), None, 10)).unwrap().len(), 10);
        let refused = run(read(parts(&[2; 5]), None, 10)).unwrap_err();
        assert_eq!(refused.problem.code(), Code::RequestTooLarge);
        assert_eq!(run(read(None, Some("0"), 10)).unwrap(), b"");
    }

    #[test]
    fn a_declared_length_beyond_the_limit_is_refused_unread() {
        let unread = stream::poll_fn(|_| -> std::task::Poll<Option<_>> { panic!("the body was read") });
        let refused = run(read(Some(unread.boxed_local()), Some("11"), 10)).unwrap_err();
        assert_eq!(refused.problem.status(), 413);
    }

    #[test]
    fn a_declared_length_is_not_believed() {
        let refused = run(read(chunks(vec![Ok(vec![0; 11])]), Some("3"), 10)).unwrap_err();
        assert_eq!(refused.problem.status(), 413);
        assert_eq!(run(read(chunks(vec![Ok(vec![0; 3])]), Some("-1"), 10)).unwrap().len(), 3);
    }

    #[test]
    fn a_sender_that_breaks_off_is_told_apart_in_the_log() {
        let refused = run(read(chunks(vec![Ok(vec![0; 3]), Err("reset".into())]), None, 10)).unwrap_err();
        assert_eq!((refused.problem.status(), refused.cause.as_deref()), (400, Some("reset")));
    }

    #[test]
    fn json_is_known_by_its_media_type() {
        let check = |content_type: Option<&str>, encoding: Option<&str>, good: bool| {
            assert_eq!(expect_json(content_type, encoding).is_ok(), good, "{content_type:?} {encoding:?}");
        };
        for good in
            ["application/json", "Application/JSON; Charset=\"UTF-8\"", "application/cloudevents+json; v=1"]
        {
            check(Some(good), None, true);
            check(Some(good), Some("identity"), true);
            check(Some(good), Some("gzip"), false);
        }
        for bad in [
            "",
            "text/json",
            "application/jsonx",
            "application/+json",
            "application/json;charset=latin1",
            "json",
        ] {
            check(Some(bad), None, false);
        }
        check(None, None, false);
    }
}
