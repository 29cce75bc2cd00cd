//! The description of a provider's list: a JSON document, read strictly, and judged as a whole.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The longest description, in bytes of JSON.
const MAX_BYTES: usize = 16 * 1024;
/// The longest type of an event, in bytes.
const MAX_KIND: usize = 128;

/// How a provider's list of past calls is walked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The provider's name for people.
    pub title: String,
    /// Where the provider documents it.
    pub documentation: Vec<String>,
    /// Where its API is. A provider whose customers each have their own says none.
    #[serde(default)]
    pub base_url: Option<String>,
    /// How a request proves whose it is.
    pub auth: Auth,
    /// The list.
    pub list: List,
    /// What is asked for each item besides, where the list has not all of it.
    #[serde(default)]
    pub detail: Option<Detail>,
    /// What an item says of itself.
    pub item: ItemShape,
    /// How the provider's deliveries name the same items.
    #[serde(default)]
    pub deliveries: Vec<Delivery>,
}

/// How a request proves whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// `Authorization: Bearer`, the API key.
    Bearer {},
    /// `Authorization: Basic`, the API key and its secret.
    Basic {},
    /// A header of this name, whose value is the API key.
    Header {
        /// In lower case.
        name: String,
    },
}

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Without a body.
    Get,
    /// With one, in JSON.
    Post,
}

impl Method {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Where a value goes in a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A parameter of the query.
    Query(String),
    /// A member of the body, by JSON pointer; the objects on the way to it are made.
    Body(String),
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// `2026-11-22T07:00:00Z`.
    Rfc3339,
    /// `2026-11-22`.
    Date,
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMilliseconds,
}

/// A provider's list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// How it is asked for.
    pub method: Method,
    /// Where, below the base URL.
    pub path: String,
    /// What stands in the query of each request.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// What the body of each request is.
    #[serde(default)]
    pub body: Option<Value>,
    /// Where it is told from when items are wanted. A list that cannot be told is walked whole each time.
    #[serde(default)]
    pub since: Option<Since>,
    /// How a page leads to the next.
    pub page: Paging,
    /// Where a page has its items, as a JSON pointer to a list; the empty pointer is the page itself.
    pub items: String,
    /// Where an answer of 200 says that it is none.
    #[serde(default)]
    pub errors: Option<Errors>,
}

/// Where a list is told from when items are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// Where it goes.
    pub to: Place,
    /// How it is written.
    pub format: TimeFormat,
}

/// How a page leads to the next.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Paging {
    /// A page names the next by a word, which goes into the next request. The last names none.
    Cursor {
        /// Where the word goes.
        to: Place,
        /// Where the page has it, as a JSON pointer.
        from: String,
    },
    /// The `Link` header of a page (RFC 8288) has the next one's URL, under `rel="next"`.
    Link {},
    /// Pages are numbered. One without items is behind the last.
    Number {
        /// Where the number goes.
        to: Place,
        /// The first page's.
        first: u64,
    },
    /// A request says how many items it passes over. A page without items is behind the last.
    Offset {
        /// Where the count goes.
        to: Place,
    },
}

/// How an answer of 200 says that it is none, as GraphQL's do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    /// Where the first error is, as a JSON pointer. None is there where all is well.
    pub at: String,
    /// Where that has its words, from there.
    pub message: String,
    /// Where it has its code, from there.
    #[serde(default)]
    pub code: Option<String>,
    /// The code by which the provider asks to be left alone.
    #[serde(default)]
    pub rate_limited: Option<String>,
}

/// What is asked for each item besides.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// How it is asked for.
    pub method: Method,
    /// Where, below the base URL; `{id}` is the item's.
    pub path: String,
    /// What the body is; a text `{id}` in it is the item's.
    #[serde(default)]
    pub body: Option<Value>,
    /// Whether the answer takes the item's place, or its members are put beside the item's own.
    pub joins: Joins,
    /// What the whole must have to be worth taking.
    #[serde(default)]
    pub ready: Option<Ready>,
}

/// What becomes of the answer about one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joins {
    /// It takes the item's place.
    Instead,
    /// Its members are put beside the item's.
    Beside,
}

/// What something must have to be worth taking. A call whose text is not written yet is looked for again.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// Where, as a JSON pointer.
    pub at: String,
    /// What must be there; anything but nothing, an empty text or an empty list, unless it says.
    #[serde(default)]
    pub is: Option<Value>,
}

/// What an item says of itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemShape {
    /// Where it has its id, a text or a number, as a JSON pointer.
    pub id: String,
    /// Where it says when it took place: RFC 3339, or a Unix time.
    pub occurred_at: String,
    /// What its event is called.
    pub kind: String,
    /// What it must have to be worth taking, as the list shows it.
    #[serde(default)]
    pub ready: Option<Ready>,
}

/// How a delivery of the provider names an item.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Where it has the item's id, as a JSON pointer.
    pub id: String,
    /// What a delivery must have to be one that brings the item whole.
    #[serde(default)]
    pub only: Option<Ready>,
}

/// A description that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pointer}` {detail}")]
pub struct DescriptionError {
    /// Where, as a JSON pointer into the description.
    pub pointer: String,
    /// What is wrong with it, as a predicate.
    pub detail: String,
}

impl Description {
    /// Reads and judges one.
    ///
    /// # Errors
    /// [`DescriptionError`] with the first thing that is wrong.
    pub fn parse(json: &str) -> Result<Self, DescriptionError> {
        if json.len() > MAX_BYTES {
            return Err(wrong("", format!("must be at most {MAX_BYTES} bytes")));
        }
        let reader = &mut serde_json::Deserializer::from_str(json);
        let read: Self = serde_path_to_error::deserialize(reader).map_err(|error| {
            let path = error.path().to_string();
            let path = if path == "." { String::new() } else { path };
            let pointer = path.split('.').filter(|part| !part.is_empty()).map(|part| format!("/{part}"));
            // The place in the text says nothing to whoever sent it inside of something else.
            let words = error.inner().to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            wrong(&pointer.collect::<String>(), format!("cannot be read: {words}"))
        })?;
        read.judged()
    }

    fn judged(self) -> Result<Self, DescriptionError> {
        let list = &self.list;
        path("/list/path", &list.path)?;
        if let Some(detail) = &self.detail {
            path("/detail/path", &detail.path)?;
            body_of("/detail/body", detail.method, detail.body.as_ref())?;
            pointer_of("/detail/ready/at", detail.ready.as_ref().map(|ready| &ready.at))?;
        }
        body_of("/list/body", list.method, list.body.as_ref())?;
        let places = [
            ("/list/since/to", list.since.as_ref().map(|since| &since.to)),
            match &list.page {
                Paging::Cursor { to, .. } => ("/list/page/cursor/to", Some(to)),
                Paging::Number { to, .. } => ("/list/page/number/to", Some(to)),
                Paging::Offset { to } => ("/list/page/offset/to", Some(to)),
                Paging::Link {} => ("/list/page/link", None),
            },
        ];
        for (at, place) in places {
            match place {
                Some(Place::Body(_)) if list.method == Method::Get => {
                    return Err(wrong(at, "must be a parameter of the query: a GET has no body".into()));
                }
                Some(Place::Body(pointer)) if !pointer.starts_with('/') => return Err(no_pointer(at)),
                _ => {}
            }
        }
        if let (Paging::Link {}, Method::Post) = (&list.page, list.method) {
            return Err(wrong("/list/method", "must be GET: a link is followed without a body".into()));
        }
        if let Paging::Cursor { from, .. } = &list.page {
            pointer_of("/list/page/cursor/from", Some(from))?;
        }
        let errors = list.errors.as_ref();
        for (at, pointer) in [
            ("/list/items", Some(&list.items)),
            ("/list/errors/at", errors.map(|errors| &errors.at)),
            ("/list/errors/message", errors.map(|errors| &errors.message)),
            ("/list/errors/code", errors.and_then(|errors| errors.code.as_ref())),
            ("/item/id", Some(&self.item.id)),
            ("/item/occurred_at", Some(&self.item.occurred_at)),
            ("/item/ready/at", self.item.ready.as_ref().map(|ready| &ready.at)),
        ] {
            pointer_of(at, pointer)?;
        }
        for (n, delivery) in self.deliveries.iter().enumerate() {
            pointer_of(&format!("/deliveries/{n}/id"), Some(&delivery.id))?;
            pointer_of(&format!("/deliveries/{n}/only/at"), delivery.only.as_ref().map(|only| &only.at))?;
        }
        let kind = &self.item.kind;
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':' | b'/');
        if !(1..=MAX_KIND).contains(&kind.len()) || !kind.bytes().all(fits) {
            let detail = format!("must be 1 to {MAX_KIND} letters, digits and `. _ - : /`");
            return Err(wrong("/item/kind", detail));
        }
        if let Auth::Header { name } = &self.auth {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            let taken = ["host", "content-length", "content-type", "connection", "cookie", "user-agent"];
            if !(1..=64).contains(&name.len()) || !name.bytes().all(fits) || taken.contains(&name.as_str()) {
                return Err(wrong("/auth/header/name", "must name a header, in lower case".into()));
            }
        }
        Ok(self)
    }
}

fn wrong(pointer: &str, detail: String) -> DescriptionError {
    DescriptionError { pointer: pointer.to_owned(), detail }
}

fn no_pointer(at: &str) -> DescriptionError {
    wrong(at, "must be a JSON pointer such as `/data/items`".into())
}

/// A pointer begins with a slash, or is empty.
fn pointer_of(at: &str, pointer: Option<&String>) -> Result<(), DescriptionError> {
    match pointer {
        Some(pointer) if !pointer.is_empty() && !pointer.starts_with('/') => Err(no_pointer(at)),
        _ => Ok(()),
    }
}

/// A path stays below the base URL: it could otherwise take the credentials elsewhere.
fn path(at: &str, path: &str) -> Result<(), DescriptionError> {
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'\\' | b'?' | b'#' | b'%'));
    let inside = path.split('/').all(|part| part != ".." && part != ".");
    match path.starts_with('/') && !path.starts_with("//") && plain && inside {
        true => Ok(()),
        false => Err(wrong(at, "must be a path such as `/v1/calls`, without a query".into())),
    }
}

fn body_of(at: &str, method: Method, body: Option<&Value>) -> Result<(), DescriptionError> {
    match (method, body) {
        (Method::Get, Some(_)) => Err(wrong(at, "must be left out: a GET has no body".into())),
        (Method::Post, Some(body)) if !body.is_object() => Err(wrong(at, "must be an object".into())),
        _ => Ok(()),
    }
}
