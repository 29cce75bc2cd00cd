//! What a page of a list says: its items, and where the next one is.

use serde_json::Value;

use crate::description::{Description, Joins, Paging};
use crate::link;
use crate::value::{is_ready, moment, word};
use crate::walk::Position;

/// The most items that a page may have.
pub const MAX_ITEMS: usize = 200;
/// The longest id of an item, in bytes.
const MAX_ID: usize = 256;
/// The longest cursor, in bytes.
const MAX_CURSOR: usize = 8 * 1024;
/// How much of a provider's words is passed on, in characters.
const MAX_WORDS: usize = 300;

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its items, in the provider's order.
    pub items: Vec<Item>,
    /// Where the next page is; nothing behind the last.
    pub next: Option<Position>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The provider's id of it.
    pub id: String,
    /// When it took place, in Unix milliseconds, where it says.
    pub occurred_at_ms: Option<u64>,
    /// Whether it has what it must have, as far as the list shows.
    pub ready: bool,
    /// As it stands in the list.
    pub value: Value,
}

/// A page that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// It is not what the description says.
    #[error("{0}")]
    Broken(String),
    /// The provider says in it that it gives none.
    #[error("the provider answered: {0}")]
    Refused(String),
    /// The provider asks in it to be left alone for a while.
    #[error("the provider asks to be left alone")]
    RateLimited,
}

fn broken(words: impl Into<String>) -> PageError {
    PageError::Broken(words.into())
}

impl Description {
    /// Reads a page that was asked for at `at`. `link` is its `Link` header.
    ///
    /// # Errors
    /// [`PageError`].
    pub fn read_page(&self, body: &[u8], link: Option<&str>, at: &Position) -> Result<Page, PageError> {
        let value: Value = serde_json::from_slice(body)
            .map_err(|_| broken("the provider answered with something that is not JSON"))?;
        self.refused(&value)?;
        let list = value.pointer(&self.list.items);
        let list = match list {
            Some(Value::Array(list)) => list,
            // A list without items may be left out, where the rest shows that it is the right document.
            None | Some(Value::Null) if value.is_object() && self.says_the_end(&value) => &Vec::new(),
            _ => return Err(broken(format!("the page has no list of items at `{}`", self.list.items))),
        };
        if list.len() > MAX_ITEMS {
            return Err(broken(format!("the page has {} items, more than {MAX_ITEMS}", list.len())));
        }
        let items = list.iter().map(|value| self.item(value)).collect::<Result<Vec<_>, _>>()?;
        let next = self.next(&value, link, at, items.len())?;
        Ok(Page { items, next })
    }

    /// Reads more about an item: the whole, and whether it has what it must have.
    ///
    /// # Errors
    /// [`PageError`].
    pub fn read_detail(&self, item: &Item, body: &[u8]) -> Result<(Value, bool), PageError> {
        let Some(detail) = &self.detail else { return Ok((item.value.clone(), item.ready)) };
        let about: Value = serde_json::from_slice(body)
            .map_err(|_| broken(format!("what was asked about `{}` is not JSON", item.id)))?;
        self.refused(&about)?;
        let whole = match (detail.joins, about, &item.value) {
            (Joins::Beside, Value::Object(about), Value::Object(own)) => {
                Value::Object(own.iter().map(|(k, v)| (k.clone(), v.clone())).chain(about).collect())
            }
            (_, about @ Value::Object(_), _) => about,
            _ => return Err(broken(format!("what was asked about `{}` is no object", item.id))),
        };
        let ready = is_ready(detail.ready.as_ref(), &whole);
        Ok((whole, ready))
    }

    /// The item that a delivery of the provider brings whole, if it does.
    #[must_use]
    pub fn item_of_delivery(&self, body: &[u8]) -> Option<String> {
        if self.deliveries.is_empty() {
            return None;
        }
        let value: Value = serde_json::from_slice(body).ok()?;
        let brings = self.deliveries.iter().filter(|delivery| is_ready(delivery.only.as_ref(), &value));
        brings.filter_map(|delivery| word(value.pointer(&delivery.id))).find(|id| id.len() <= MAX_ID)
    }

    fn item(&self, value: &Value) -> Result<Item, PageError> {
        let shape = &self.item;
        let id = word(value.pointer(&shape.id)).filter(|id| id.len() <= MAX_ID);
        let id = id.ok_or_else(|| broken(format!("an item of the page has no id at `{}`", shape.id)))?;
        Ok(Item {
            id,
            occurred_at_ms: moment(value.pointer(&shape.occurred_at)),
            ready: is_ready(shape.ready.as_ref(), value),
            value: value.clone(),
        })
    }

    fn refused(&self, value: &Value) -> Result<(), PageError> {
        let Some(errors) = &self.list.errors else { return Ok(()) };
        let Some(first) = value.pointer(&errors.at).filter(|first| !first.is_null()) else { return Ok(()) };
        let code = errors.code.as_ref().and_then(|code| word(first.pointer(code)));
        if code.is_some() && code == errors.rate_limited {
            return Err(PageError::RateLimited);
        }
        let words = word(first.pointer(&errors.message)).or(code).unwrap_or_else(|| "an error".into());
        Err(PageError::Refused(words.chars().take(MAX_WORDS).collect()))
    }

    /// Whether a page without a list is an empty one: it has the place where the next page would be named.
    fn says_the_end(&self, value: &Value) -> bool {
        match &self.list.page {
            Paging::Cursor { from, .. } => {
                let holder = from.rfind('/').map_or("", |end| &from[..end]);
                !holder.is_empty() && value.pointer(holder).is_some_and(Value::is_object)
            }
            Paging::Link {} | Paging::Number { .. } | Paging::Offset { .. } => false,
        }
    }

    fn next(
        &self,
        value: &Value,
        link: Option<&str>,
        at: &Position,
        items: usize,
    ) -> Result<Option<Position>, PageError> {
        let count = |by: u64| match at {
            Position::Count(before) => before + by,
            _ => by,
        };
        let next = match &self.list.page {
            Paging::Cursor { from, .. } => word(value.pointer(from)).map(Position::Cursor),
            Paging::Link {} => link.and_then(link::next).map(|next| Position::Url(next.to_owned())),
            Paging::Number { .. } => (items > 0).then(|| Position::Count(count(1))),
            Paging::Offset { .. } => (items > 0).then(|| Position::Count(count(items as u64))),
        };
        match &next {
            Some(Position::Cursor(word) | Position::Url(word)) if word.len() > MAX_CURSOR => {
                Err(broken("what the page names the next one by is too long"))
            }
            Some(next) if next == at => Err(broken("the page names itself as the next one")),
            _ => Ok(next),
        }
    }
}
