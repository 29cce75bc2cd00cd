//! What is looked at before a route is: how much of a head the request has.

use http_api::{Code, Problem};

use crate::exchange::Request;

/// The most headers.
const MOST_HEADERS: usize = 100;
/// The most bytes of names and values.
const MOST_HEADER_BYTES: usize = 32 * 1024;
/// The longest path and query. A search of 1,000 characters fits, however it is encoded.
const MOST_URI_BYTES: usize = 16 * 1024;

/// Refuses a request whose head is larger than any honest client's.
///
/// # Errors
/// [`Code::RequestUriTooLong`], [`Code::RequestHeadersTooLarge`].
pub fn head(request: &Request) -> Result<(), Problem> {
    if request.path.len() + request.query.len() > MOST_URI_BYTES {
        let detail = format!("path and query may have {MOST_URI_BYTES} bytes");
        return Err(Problem::new(Code::RequestUriTooLong, detail));
    }
    let bytes: usize = request.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if request.headers.len() > MOST_HEADERS || bytes > MOST_HEADER_BYTES {
        let detail =
            format!("a request may have {MOST_HEADERS} headers, of {MOST_HEADER_BYTES} bytes together");
        return Err(Problem::new(Code::RequestHeadersTooLarge, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(query: usize, headers: usize, value: usize) -> Request {
        let header = |n: usize| (format!("x-{n:03}"), "v".repeat(value));
        Request {
            method: "GET".into(),
            url: String::new(),
            path: "/v1/events".into(),
            query: "q".repeat(query),
            headers: (0..headers).map(header).collect(),
            body: None,
            upload: None,
        }
    }

    #[test]
    fn a_head_is_bounded_in_each_of_its_parts() {
        let check = |request: Request, expect: Option<Code>| {
            assert_eq!(head(&request).err().map(|problem| problem.code()), expect);
        };
        check(request(0, 0, 0), None);
        check(request(MOST_URI_BYTES - 10, 100, 300), None);
        check(request(MOST_URI_BYTES - 9, 0, 0), Some(Code::RequestUriTooLong));
        check(request(0, 101, 0), Some(Code::RequestHeadersTooLarge));
        check(request(0, 2, 17_000), Some(Code::RequestHeadersTooLarge));
    }
}
