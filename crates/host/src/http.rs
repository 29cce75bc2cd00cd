//! The headers of requests and answers, all of them in two crossings to JavaScript: asking for each, or setting each, by
//! itself takes several.

use std::collections::BTreeMap;

use worker::{Headers, Request, Result};

/// A request's headers: names in lower case, one sent twice joined by a comma.
///
/// # Errors
/// When the platform's object is not what it says.
pub fn request_headers(request: &Request) -> Result<Vec<(String, String)>> {
    let all = js_sys::Object::from_entries(&request.inner().headers())?;
    let all = String::from(js_sys::JSON::stringify(&all)?);
    let all: BTreeMap<String, String> = serde_json::from_str(&all)?;
    Ok(all.into_iter().collect())
}

/// An answer's headers, in this order.
///
/// # Errors
/// When a name or a value cannot stand in a header.
pub fn answer_headers(headers: &[(&'static str, String)]) -> Result<Headers> {
    let pairs = js_sys::JSON::parse(&serde_json::to_string(headers)?)?;
    Ok(Headers(web_sys::Headers::new_with_str_sequence_sequence(&pairs)?))
}
