//! What a delivery says of itself at its top level: its type and its time.
//!
//! One pass that keeps a few short values and skips the rest without building anything of it. It decides nothing: what
//! it cannot read, a broken document included, is an event of type `unknown` here, and the pipeline's to judge.

use std::borrow::Cow;
use std::fmt;

use http_api::Timestamp;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The longest type that is taken, in bytes.
const MAX_KIND: usize = 128;
/// Where providers put the type, preferred first.
const KIND_FIELDS: [&str; 6] = ["type", "event", "event_type", "topic", "action", "detail-type"];
/// Where providers put the time, preferred first.
const TIME_FIELDS: [&str; 5] = ["timestamp", "event_ts", "event_time", "created", "created_at"];
/// A number above this is in milliseconds, one below in seconds: 2286 as the one, 1970 as the other.
const MOST_SECONDS: u64 = 10_000_000_000;
/// 2000-01-01 in Unix milliseconds. What is older is no time of an event.
const EARLIEST_MS: u64 = 946_684_800_000;

/// A delivery's type and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope {
    /// The event's type in the provider's words.
    pub(super) kind: String,
    /// When it happened, where the delivery says.
    pub(super) occurred_at: Option<Timestamp>,
}

impl Envelope {
    /// Reads what can be read. A type that was named beside the body goes before those in it; `default` is what an
    /// event is called that names none.
    pub(super) fn read(body: &[u8], named: Option<&str>, default: &str) -> Self {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let mut kinds = [const { None }; KIND_FIELDS.len()];
        let mut times = [None; TIME_FIELDS.len()];
        let mut reader = serde_json::Deserializer::from_slice(body);
        // Where the reading ends early, what came before it still counts.
        let _ = TopLevel { kinds: &mut kinds, times: &mut times }.deserialize(&mut reader);
        let named = named.filter(|kind| is_kind(kind)).map(str::to_owned);
        let kind = named.or_else(|| kinds.into_iter().flatten().next());
        Self {
            kind: kind.unwrap_or_else(|| default.to_owned()),
            occurred_at: times.into_iter().flatten().next(),
        }
    }
}

/// Collects the first usable value of each field.
struct TopLevel<'a> {
    kinds: &'a mut [Option<String>],
    times: &'a mut [Option<Timestamp>],
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> DeserializeSeed<'de> for TopLevel<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TopLevel<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            let at = |fields: &[&str]| fields.iter().position(|field| *field == key);
            if let Some(at) = at(&KIND_FIELDS) {
                let value: &RawValue = map.next_value()?;
                self.kinds[at] = self.kinds[at].take().or_else(|| kind(value));
            } else if let Some(at) = at(&TIME_FIELDS) {
                let value: &RawValue = map.next_value()?;
                self.times[at] = self.times[at].or_else(|| time(value));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A type by the rule for types: short, and made of letters, digits and `. _ - : /`.
fn kind(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok().filter(|kind: &String| is_kind(kind))
}

fn is_kind(kind: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':' | b'/');
    (1..=MAX_KIND).contains(&kind.len()) && kind.bytes().all(allowed)
}

/// RFC 3339, or a Unix time in seconds or milliseconds.
fn time(value: &RawValue) -> Option<Timestamp> {
    let text = value.get();
    let moment = match text.starts_with('"') {
        true => serde_json::from_str::<String>(text).ok()?.parse().ok()?,
        false => {
            let number: u64 = text.split('.').next()?.parse().ok()?;
            let unix_ms = if number > MOST_SECONDS { number } else { number * 1000 };
            Timestamp::from_unix_ms(unix_ms)
        }
    };
    (moment.unix_ms() >= EARLIEST_MS).then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &[u8], kind: &str, occurred_at: Option<&str>) {
        let envelope = Envelope::read(body, None, "unknown");
        let time = envelope.occurred_at.map(|time| time.to_string());
        let shown = String::from_utf8_lossy(body);
        assert_eq!((envelope.kind.as_str(), time.as_deref()), (kind, occurred_at), "{shown}");
    }

    #[test]
    fn each_provider_has_its_own_words() {
        let standard =
            br#"{"type":"call.completed","timestamp":"2026-11-22T07:08:37+01:00","data":{"type":"x"}}"#;
        check(standard, "call.completed", Some("2026-11-22T06:08:37.000Z"));
        let zoom = br#"{"event":"recording.transcript_completed","event_ts":1795331317250,"payload":{}}"#;
        check(zoom, "recording.transcript_completed", Some("2026-11-22T07:08:37.250Z"));
        let slack = br#"{"event":{"type":"message"},"type":"event_callback","event_time":1795331317}"#;
        check(slack, "event_callback", Some("2026-11-22T07:08:37.000Z"));
        let stripe = br#"{"id":"evt_1","object":"event","created":1795331317,"type":"invoice.paid"}"#;
        check(stripe, "invoice.paid", Some("2026-11-22T07:08:37.000Z"));
        check(br#"{"event_type":"a/b"}"#, "a/b", None);
    }

    #[test]
    fn a_type_named_beside_the_body_goes_first_and_a_default_last() {
        let kind = |body: &[u8], named| Envelope::read(body, named, "callback").kind;
        assert_eq!(kind(br#"{"type":"a"}"#, Some("orders/create")), "orders/create");
        assert_eq!(kind(br#"{"type":"a"}"#, Some("a b")), "a");
        assert_eq!(kind(br#"{"topic":"user.created","data":{}}"#, None), "user.created");
        assert_eq!(kind(b"To=1", None), "callback");
    }

    #[test]
    fn the_preferred_field_wins_wherever_it_stands_and_the_first_of_two_equal_ones() {
        check(br#"{"event":"b","type":"a"}"#, "a", None);
        check(br#"{"type":7,"event":"b"}"#, "b", None);
        check(br#"{"type":"a","type":"b"}"#, "a", None);
        check(
            br#"{"created":1,"timestamp":"soon","event_time":1795331317.9}"#,
            "unknown",
            Some("2026-11-22T07:08:37.000Z"),
        );
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_never_a_fault() {
        for body in [
            &b""[..],
            b"null",
            b"[]",
            b"\"type\"",
            b"{",
            b"{\"type\":",
            b"{\"type\":null,\"event\":\"\"}",
            b"{\"type\":\"a b\"}",
            b"{\"type\":\"\\ud800\"}",
            b"{\"type\":\"\xff\"}",
            b"{\"timestamp\":-1,\"created\":99999999999999999999}",
            b"{\"timestamp\":0}",
        ] {
            check(body, "unknown", None);
        }
        let long = format!("{{\"type\":\"{}\"}}", "x".repeat(129));
        check(long.as_bytes(), "unknown", None);
        let deep = format!("{{\"type\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        check(deep.as_bytes(), "unknown", None);
    }

    #[test]
    fn odd_encodings_elsewhere_do_no_harm() {
        check(b"\xef\xbb\xbf{\"type\":\"a\"}", "a", None);
        check(b"{\"text\":\"\\ud83d half\",\"type\":\"a\"}", "a", None);
        check(b"{\"text\":\"\xff\xfe\",\"type\":\"a\"}", "a", None);
        check(b"{\"type\":\"a\",\"text\":\"broken", "a", None);
    }

    #[test]
    fn hostile_bodies_give_a_type_and_a_time_or_the_default() {
        let seeds = [
            r#"{"type":"call.completed","timestamp":"2026-11-03T10:00:00Z","data":{}}"#,
            r#"{"event_type":"deal.won","created_at":1763800000,"created":1763800000000}"#,
            "a=b&c=d",
        ];
        hostile::survives(env!("CARGO_MANIFEST_DIR"), "envelope", seeds, |body| {
            assert!(is_kind(&Envelope::read(body, None, "unknown").kind));
        });
    }
}
