//! A delivery as it came, and the forms of its URL and parameters that providers sign.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::headers::Headers;

/// A delivery as it came.
#[derive(Debug)]
pub struct Delivery<'a, H: Headers + ?Sized> {
    /// The method, in upper case.
    pub method: &'a str,
    /// The whole URL that the provider posted to, with its query.
    pub url: &'a str,
    /// The headers.
    pub headers: &'a H,
    /// The body's bytes, exactly as they came.
    pub body: &'a [u8],
}

// By hand: a derive would ask for the headers to be `Copy`, and a reference always is.
impl<H: Headers + ?Sized> Clone for Delivery<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H: Headers + ?Sized> Copy for Delivery<'_, H> {}

impl<'a, H: Headers + ?Sized> Delivery<'a, H> {
    /// The URL's query, without its `?`.
    pub(crate) fn query(&self) -> &'a str {
        let url = self.url.split_once('#').map_or(self.url, |(before, _)| before);
        url.split_once('?').map_or("", |(_, query)| query)
    }

    /// A parameter of the URL's query; none too where it is given twice.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut values = form_urlencoded::parse(self.query().as_bytes()).filter(|(known, _)| known == name);
        let value = values.next()?.1.into_owned();
        values.next().is_none().then_some(value)
    }

    /// The URL's path.
    pub(crate) fn path(&self) -> &'a str {
        let rest = self.url.split_once("://").map_or(self.url, |(_, rest)| rest);
        let path = rest.find('/').map_or("/", |at| &rest[at..]);
        path.split(['?', '#']).next().unwrap_or(path)
    }
}

/// The URL, and where its port is the scheme's own also with it spelled out: senders differ in that.
pub(crate) fn with_and_without_port(url: &str) -> [Option<Cow<'_, str>>; 2] {
    let spelled = || {
        let (scheme, rest) = url.split_once("://")?;
        let port = match scheme {
            "https" => ":443",
            "http" => ":80",
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let bare = !host.rsplit(']').next().unwrap_or(host).contains(':');
        bare.then(|| Cow::Owned(format!("{scheme}://{host}{port}{path}")))
    };
    [Some(Cow::Borrowed(url)), spelled()]
}

/// The URL as HubSpot signs it: these escapes, and no others, are undone.
pub(crate) fn hubspot_uri(url: &str) -> Cow<'_, str> {
    const UNDONE: [(&str, &str); 12] = [
        ("3A", ":"),
        ("2F", "/"),
        ("3F", "?"),
        ("40", "@"),
        ("21", "!"),
        ("24", "$"),
        ("27", "'"),
        ("28", "("),
        ("29", ")"),
        ("2A", "*"),
        ("2C", ","),
        ("3B", ";"),
    ];
    if !url.contains('%') {
        return Cow::Borrowed(url);
    }
    let mut pieces = url.split('%');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let undone = UNDONE
            .iter()
            .find(|(code, _)| piece.get(..2).is_some_and(|digits| digits.eq_ignore_ascii_case(code)));
        match undone {
            Some((_, character)) => {
                decoded.push_str(character);
                decoded.push_str(&piece[2..]);
            }
            None => {
                decoded.push('%');
                decoded.push_str(piece);
            }
        }
    }
    Cow::Owned(decoded)
}

/// A form's parameters as Twilio signs them: sorted by name, each name followed by its value, and a name that is given
/// several times once for each different value.
pub(crate) fn sorted_parameters(body: &[u8]) -> String {
    let mut parameters: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        parameters.entry(name.into_owned()).or_default().insert(value.into_owned());
    }
    let mut text = String::with_capacity(body.len());
    for (name, values) in &parameters {
        for value in values {
            text.push_str(name);
            text.push_str(value);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart_without_being_changed() {
        let check = |url: &str, path: &str, query: &str| {
            let none: [(&str, &str); 0] = [];
            let delivery = Delivery { method: "POST", url, headers: &none, body: b"" };
            assert_eq!((delivery.path(), delivery.query()), (path, query), "{url}");
        };
        check("https://example.com/a%2Fb?x=1&y=%3A", "/a%2Fb", "x=1&y=%3A");
        check("https://example.com", "/", "");
        check("https://example.com/a?b?c#d?e", "/a", "b?c");
        check("nonsense", "/", "");
    }

    #[test]
    fn a_port_is_spelled_out_where_it_is_the_schemes_own() {
        let check = |url: &str, expect: Option<&str>| {
            let [bare, spelled] = with_and_without_port(url);
            assert_eq!((bare.as_deref(), spelled.as_deref()), (Some(url), expect));
        };
        check("https://example.com/a?b=c:d", Some("https://example.com:443/a?b=c:d"));
        check("http://[::1]/a", Some("http://[::1]:80/a"));
        check("https://example.com:8443/a", None);
        check("http://[::1]:8787/a", None);
        check("ftp://example.com/a", None);
    }

    #[test]
    fn hubspot_undoes_the_twelve_escapes_of_its_list_and_no_other() {
        let given = "https://example.com/a%20b?r=https%3a%2F%2fx%3Fy%40z&all=%21%24%27%28%29%2A%2C%3B&not=%25%26%3D%C3%A9%";
        let expect = "https://example.com/a%20b?r=https://x?y@z&all=!$'()*,;&not=%25%26%3D%C3%A9%";
        assert_eq!(hubspot_uri(given), expect);
        assert_eq!(hubspot_uri("https://example.com/%é%2"), "https://example.com/%é%2");
    }

    #[test]
    fn parameters_are_sorted_and_a_repeated_name_counts_each_value_once() {
        let body = b"To=%2B1800&CallSid=CA1&Digits=12+34&Media=b&Media=a&Media=b&Empty=";
        assert_eq!(sorted_parameters(body), "CallSidCA1Digits12 34EmptyMediaaMediabTo+1800");
    }
}
