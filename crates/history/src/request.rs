//! What is asked of a provider: a page of its list, or more about an item.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use url::Url;

use crate::description::{Auth, Description, Method, Paging, Place};
use crate::value::{about, put, word, written};
use crate::walk::{Position, Walk};

/// What a part of a path keeps as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a tenant proves itself to a provider with. It has no `Debug` of its own words: these are secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The API key, or the access key.
    pub api_key: String,
    /// Its secret, where the provider has two.
    pub api_secret: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// A request that is ready to go out.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where.
    pub url: String,
    /// Headers, names in lower case. One of them is the credential.
    pub headers: Vec<(String, String)>,
    /// The body, in JSON.
    pub body: Option<String>,
}

/// A request that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The base URL is none.
    #[error("the base URL is no URL that a path can be put behind")]
    BaseUrl,
    /// A page names another host as the next.
    #[error(
        "the next page is named at `{0}`, which is not where the list is: the credentials are not sent there"
    )]
    OtherHost(String),
    /// The item's id cannot be in a path.
    #[error("the item's id cannot be in a path")]
    ItemId,
}

impl Description {
    /// Asks for the page at which the walk is.
    ///
    /// # Errors
    /// [`RequestError::BaseUrl`], [`RequestError::OtherHost`].
    pub fn list_request(
        &self,
        base_url: &str,
        credentials: &Credentials,
        walk: &Walk,
    ) -> Result<Request, RequestError> {
        let list = &self.list;
        let mut query: Vec<(String, String)> = list.query.clone().into_iter().collect();
        let mut body = list.body.clone().unwrap_or_else(|| json!({}));
        let mut place = |place: &Place, value: Value| match place {
            Place::Query(name) => query.extend(word(Some(&value)).map(|value| (name.clone(), value))),
            Place::Body(pointer) => put(&mut body, pointer, value),
        };
        if let Some(since) = &list.since {
            place(&since.to, written(walk.since_ms, since.format));
        }
        match (&list.page, &walk.at) {
            (Paging::Cursor { to, .. }, Position::Cursor(cursor)) => place(to, cursor.as_str().into()),
            (Paging::Number { to, first }, Position::Count(pages)) => place(to, (first + pages).into()),
            (Paging::Number { to, first }, _) => place(to, (*first).into()),
            (Paging::Offset { to }, Position::Count(items)) => place(to, (*items).into()),
            (Paging::Offset { to }, _) => place(to, 0.into()),
            (Paging::Link {}, Position::Url(next)) => {
                let url = next_url(base_url, next)?;
                return Ok(self.request(Method::Get, url, None, credentials));
            }
            (Paging::Cursor { .. } | Paging::Link {}, _) => {}
        }
        let mut url = below(base_url, &list.path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let body = (list.method == Method::Post).then_some(body);
        Ok(self.request(list.method, url, body, credentials))
    }

    /// Asks for more about an item; nothing where the list has all of it.
    ///
    /// # Errors
    /// [`RequestError::BaseUrl`], [`RequestError::ItemId`].
    pub fn detail_request(
        &self,
        base_url: &str,
        credentials: &Credentials,
        item_id: &str,
    ) -> Result<Option<Request>, RequestError> {
        let Some(detail) = &self.detail else { return Ok(None) };
        if item_id == "." || item_id == ".." {
            return Err(RequestError::ItemId);
        }
        let part = utf8_percent_encode(item_id, PART).to_string();
        let url = below(base_url, &detail.path.replace("{id}", &part))?;
        let body = detail.body.as_ref().map(|body| about(body, item_id));
        let body = (detail.method == Method::Post).then(|| body.unwrap_or_else(|| json!({})));
        Ok(Some(self.request(detail.method, url, body, credentials)))
    }

    fn request(&self, method: Method, url: Url, body: Option<Value>, credentials: &Credentials) -> Request {
        let Credentials { api_key, api_secret } = credentials;
        let proof = match &self.auth {
            Auth::Bearer {} => ("authorization".to_owned(), format!("Bearer {api_key}")),
            Auth::Basic {} => {
                let pair = format!("{api_key}:{}", api_secret.as_deref().unwrap_or_default());
                ("authorization".to_owned(), format!("Basic {}", STANDARD.encode(pair)))
            }
            Auth::Header { name } => (name.clone(), api_key.clone()),
        };
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned()), proof];
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        Request { method, url: url.into(), headers, body: body.map(|body| body.to_string()) }
    }
}

/// A path below a base URL, whose own path stays before it.
fn below(base_url: &str, path: &str) -> Result<Url, RequestError> {
    let base = base_url.trim_end_matches('/');
    let url = Url::parse(&format!("{base}{path}")).map_err(|_| RequestError::BaseUrl)?;
    if url.cannot_be_a_base() { Err(RequestError::BaseUrl) } else { Ok(url) }
}

/// The next page's URL, if it is where the list is: whoever answers must not send the credentials elsewhere.
fn next_url(base_url: &str, next: &str) -> Result<Url, RequestError> {
    let base = Url::parse(base_url).map_err(|_| RequestError::BaseUrl)?;
    let url = base.join(next).map_err(|_| RequestError::OtherHost(next.to_owned()))?;
    if url.origin() == base.origin() { Ok(url) } else { Err(RequestError::OtherHost(next.to_owned())) }
}
