//! Pages of a list: `?limit=` and `?cursor=` in, `items` and `next_cursor` out.
//!
//! A cursor is opaque to clients: base64url of a small versioned JSON with the position and a fingerprint of the
//! list and its filters. The fingerprint catches a cursor used with other filters, which would silently skip
//! items. It is no secret and guards nothing: every query is confined to its tenant by the store, whatever position
//! it starts from.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a request wants of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<P> {
    /// At most this many items, 1 to [`MAX_LIMIT`](PageRequest::MAX_LIMIT).
    pub limit: u32,
    /// The position to go on from; `None` for the first page.
    pub after: Option<P>,
    pub(crate) fingerprint: String,
}

/// The bounds are the same for every list.
impl PageRequest<()> {
    /// The limit when none is given.
    pub const DEFAULT_LIMIT: u32 = 50;
    /// The largest limit.
    pub const MAX_LIMIT: u32 = 200;
}

impl<P> PageRequest<P> {
    /// The page that answers this request. `next` is the position to go on from, if there is more.
    pub fn answer<T>(&self, items: Vec<T>, next: Option<impl std::fmt::Display>) -> Page<T> {
        Page {
            items,
            next_cursor: next.map(|position| Cursor::seal(&position.to_string(), &self.fingerprint)),
        }
    }
}

/// A page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// Give this as `?cursor=` with the same filters for the next page; `null` on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// Why a cursor is refused. The texts go to the client, as predicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadCursor {
    /// Not something that this surface ever made.
    Unreadable,
    /// Made by another version of this surface.
    OtherVersion,
    /// Made for another list or other filters.
    OtherQuery,
}

impl std::fmt::Display for BadCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unreadable => {
                "is not a cursor of this list; use `next_cursor` unchanged, or start without one"
            }
            Self::OtherVersion => "is of another version of this list; start again without one",
            Self::OtherQuery => "belongs to another list or other filters; start again without one",
        })
    }
}

/// The inside of a cursor. Field names are short because it travels in a URL.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The format's version.
    v: u32,
    /// The fingerprint of the list and its filters.
    #[serde(default)]
    q: String,
    /// The position.
    #[serde(default)]
    p: String,
}

/// The version that is made and read.
const VERSION: u32 = 1;
/// The longest cursor that is looked at, in bytes.
const MAX_LENGTH: usize = 1024;

impl Cursor {
    fn seal(position: &str, fingerprint: &str) -> String {
        let cursor = Self { v: VERSION, q: fingerprint.to_owned(), p: position.to_owned() };
        // Three plain fields cannot fail to be written; an empty cursor would be refused, not misread.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
    }

    pub(crate) fn open<P: std::str::FromStr>(text: &str, fingerprint: &str) -> Result<P, BadCursor> {
        if text.len() > MAX_LENGTH {
            return Err(BadCursor::Unreadable);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor::Unreadable)?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| BadCursor::Unreadable)?;
        if cursor.v != VERSION {
            return Err(BadCursor::OtherVersion);
        }
        if cursor.q != fingerprint {
            return Err(BadCursor::OtherQuery);
        }
        cursor.p.parse().map_err(|_| BadCursor::Unreadable)
    }

    /// FNV-1a, 64 bits, over the list's name and its filters: short, stable across versions of Rust, and enough to
    /// tell a mistake (see the module's words on what it is not).
    pub(crate) fn fingerprint<'f>(list: &str, filters: impl Iterator<Item = (&'f str, &'f str)>) -> String {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let mut add = |text: &str| {
            for byte in text.bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        add(list);
        for (name, value) in filters {
            add(name);
            add(value);
        }
        format!("{hash:016x}")
    }
}

#[cfg(test)]
mod tests {
    use ids::EventId;

    use super::*;
    use crate::problem::{Code, Problem};
    use crate::request::{FromQuery, Query, read_query};

    #[derive(Debug)]
    struct Probe(PageRequest<EventId>);

    impl FromQuery for Probe {
        fn read(query: &Query) -> Option<Self> {
            Some(Self(query.page("probes", &["kind", "since"])))
        }
    }

    #[test]
    fn a_hostile_cursor_is_refused_or_leads_to_a_place_that_can_be() {
        let position = EventId::from_parts(7, [1; 10]).to_string();
        let seal = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let good = Cursor::seal(&position, "0123456789abcdef");
        let seeds = [good, seal(r#"{"v":1}"#), seal(r#"{"v":2,"q":"","p":""}"#), seal("[1]")];
        hostile::survives(env!("CARGO_MANIFEST_DIR"), "cursor", seeds, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            // What a program changes is the cursor itself, or what is in it.
            for cursor in [text.to_string(), URL_SAFE_NO_PAD.encode(bytes)] {
                if let Ok(place) = Cursor::open::<EventId>(&cursor, "0123456789abcdef") {
                    assert_eq!(place.to_string().parse(), Ok(place), "{cursor}");
                }
                let _ = Cursor::open::<u64>(&cursor, "");
            }
        });
    }

    fn ask(raw: &str) -> Result<PageRequest<EventId>, Problem> {
        read_query::<Probe>(raw).map(|probe| probe.0)
    }

    #[test]
    fn a_cursor_leads_on_from_where_the_page_ended() {
        let last = EventId::from_parts(1_763_800_000_123, [3; 10]);
        let page = ask("kind=budget&limit=2").unwrap().answer(vec!["a", "b"], Some(last));
        let cursor = page.next_cursor.unwrap();
        let next = ask(&format!("cursor={cursor}&kind=budget&limit=7&unknown=1")).unwrap();
        assert_eq!((next.after, next.limit), (Some(last), 7));
        let end = next.answer(Vec::<u8>::new(), None::<EventId>);
        assert_eq!(serde_json::to_string(&end).unwrap(), r#"{"items":[],"next_cursor":null}"#);
    }

    #[test]
    fn a_cursor_of_elsewhere_is_refused_with_its_reason() {
        let last = EventId::from_parts(1, [3; 10]);
        let cursor = ask("kind=budget").unwrap().answer(vec![()], Some(last)).next_cursor.unwrap();
        let newer = URL_SAFE_NO_PAD.encode(br#"{"v":2,"x":[]}"#);
        let check = |raw: &str, reason: BadCursor| {
            let problem = ask(raw).unwrap_err();
            assert_eq!((problem.code(), problem.status()), (Code::PageBadCursor, 400), "{raw}");
            assert_eq!(problem.errors()[0].pointer, "?cursor");
            assert_eq!(problem.errors()[0].detail, reason.to_string(), "{raw}");
        };
        check(&format!("kind=pain&cursor={cursor}"), BadCursor::OtherQuery);
        check(&format!("cursor={cursor}"), BadCursor::OtherQuery);
        check(&format!("cursor={newer}"), BadCursor::OtherVersion);
        check("cursor=%F0%9F%92%A9", BadCursor::Unreadable);
        check("cursor=e30", BadCursor::Unreadable);
        check(&format!("kind=budget&cursor={}", &cursor[..cursor.len() - 2]), BadCursor::Unreadable);
        check(&format!("cursor={}", "A".repeat(MAX_LENGTH + 1)), BadCursor::Unreadable);
    }

    #[test]
    fn limits_are_whole_numbers_from_1_to_200_and_50_when_absent() {
        let check = |raw: &str, expect: Option<u32>| {
            assert_eq!(ask(raw).ok().map(|page| page.limit), expect, "{raw}")
        };
        check("", Some(50));
        check("limit=", Some(50));
        check("limit=1", Some(1));
        check("limit=200", Some(200));
        for raw in [
            "limit=0",
            "limit=201",
            "limit=-1",
            "limit=1.5",
            "limit=%2B1",
            "limit=ten",
            "limit=1&limit=2",
            "limit=99999999999",
        ] {
            check(raw, None);
        }
    }
}
