//! What a resolver says over HTTPS, in the JSON form that the large public resolvers share (`application/dns-json`):
//! a Worker can fetch and cannot resolve.

use std::net::IpAddr;

use serde::Deserialize;
use url::Url;

/// The media type to ask for.
pub const MEDIA_TYPE: &str = "application/dns-json";

/// The most answers that are looked at. A name with more is refused: each is checked, and none is skipped.
const MAX_ANSWERS: usize = 64;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
}

impl Record {
    /// Both: a request may go over either.
    pub const BOTH: [Self; 2] = [Self::A, Self::Aaaa];

    const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
        }
    }

    const fn number(self) -> u16 {
        match self {
            Self::A => 1,
            Self::Aaaa => 28,
        }
    }
}

/// A resolver's answer that cannot be used. Trying again may help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The resolver's own URL is none.
    #[error("the resolver's address is no URL")]
    Resolver,
    /// It is not of the expected form.
    #[error("the resolver's answer cannot be read: {0}")]
    Form(String),
    /// The resolver failed, by its DNS response code.
    #[error("the resolver failed with the response code {0}")]
    Code(u16),
    /// More than are looked at.
    #[error("the name has more than {MAX_ANSWERS} addresses")]
    TooMany,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Status")]
    status: u16,
    #[serde(rename = "Answer", default)]
    answers: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    r#type: u16,
    data: String,
}

/// The URL that asks `resolver` for the addresses of `name`.
///
/// # Errors
/// [`AnswerError::Resolver`].
pub fn question(resolver: &str, name: &str, record: Record) -> Result<String, AnswerError> {
    let mut url = Url::parse(resolver).map_err(|_| AnswerError::Resolver)?;
    url.query_pairs_mut().append_pair("name", name).append_pair("type", record.name());
    Ok(url.into())
}

/// The addresses in a resolver's answer; none where there is no such name.
///
/// # Errors
/// [`AnswerError`].
pub fn addresses(body: &str, record: Record) -> Result<Vec<IpAddr>, AnswerError> {
    const NO_ERROR: u16 = 0;
    const NO_SUCH_NAME: u16 = 3;
    let answer: Answer = serde_json::from_str(body).map_err(|error| AnswerError::Form(error.to_string()))?;
    match answer.status {
        NO_ERROR => {}
        NO_SUCH_NAME => return Ok(Vec::new()),
        code => return Err(AnswerError::Code(code)),
    }
    // Aliases on the way (CNAME) are among the answers; what they lead to is, too.
    let found = answer.answers.into_iter().filter(|resource| resource.r#type == record.number());
    let found = found.map(|resource| {
        let parsed = resource.data.parse::<IpAddr>();
        parsed.map_err(|_| AnswerError::Form(format!("`{}` is no address", resource.data)))
    });
    let found = found.collect::<Result<Vec<_>, _>>()?;
    if found.len() > MAX_ANSWERS {
        return Err(AnswerError::TooMany);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_keeps_what_the_resolver_s_url_says() {
        let asked = question("https://dns.example/dns-query?token=1", "a.example.com", Record::Aaaa).unwrap();
        assert_eq!(asked, "https://dns.example/dns-query?token=1&name=a.example.com&type=AAAA");
        assert_eq!(question("dns", "a.example.com", Record::A), Err(AnswerError::Resolver));
    }

    #[test]
    fn addresses_are_read_past_aliases_and_a_missing_name_has_none() {
        let body = r#"{"Status":0,"TC":false,"Answer":[
            {"name":"a.example.com","type":5,"TTL":60,"data":"b.example.com."},
            {"name":"b.example.com","type":1,"TTL":60,"data":"1.1.1.1"},
            {"name":"b.example.com","type":1,"TTL":60,"data":"10.0.0.1"}]}"#;
        let of = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
        assert_eq!(addresses(body, Record::A), Ok(of(&["1.1.1.1", "10.0.0.1"])));
        assert_eq!(addresses(body, Record::Aaaa), Ok(vec![]));
        assert_eq!(addresses(r#"{"Status":3}"#, Record::A), Ok(vec![]));
        assert_eq!(
            addresses(r#"{"Status":0,"Answer":[{"type":28,"data":"::1"}]}"#, Record::Aaaa),
            Ok(of(&["::1"]))
        );
    }

    #[test]
    fn an_answer_that_cannot_be_used_is_an_error_and_never_an_empty_one() {
        assert_eq!(addresses(r#"{"Status":2}"#, Record::A), Err(AnswerError::Code(2)));
        for body in ["", "[]", "<html>", r#"{"Status":0,"Answer":[{"type":1,"data":"x"}]}"#] {
            assert!(matches!(addresses(body, Record::A), Err(AnswerError::Form(_))), "{body}");
        }
        let many = vec![r#"{"type":1,"data":"1.1.1.1"}"#; 65].join(",");
        assert_eq!(
            addresses(&format!(r#"{{"Status":0,"Answer":[{many}]}}"#), Record::A),
            Err(AnswerError::TooMany)
        );
    }
}
