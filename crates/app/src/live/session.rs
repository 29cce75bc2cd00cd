//! One client's place in the log, and what it is sent.

use contracts::Timestamp;
use contracts::pipeline::live::{FeedFilter, NewEntry};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::outbound::rfc3339;
use crate::ports::{LiveBounds, LiveEntry};

/// Entries of a window.
const WINDOW_ENTRIES: u32 = 100;
/// Bytes of a window.
const WINDOW_BYTES: usize = 256 * 1024;

/// What is attached to a socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    /// What it asked for.
    pub(super) filter: FeedFilter,
    /// The last entry that was looked at for it.
    pub(super) seen: u64,
    /// What it asked to go on from and cannot; told first.
    pub(super) gap: Option<String>,
    /// Whether it listens.
    pub(super) started: bool,
    /// Entries sent since the last checkpoint.
    pub(super) entries: u32,
    /// Their bytes.
    pub(super) bytes: usize,
    /// Until when a checkpoint may be unanswered, Unix milliseconds; none where none is.
    pub(super) waits_until_ms: Option<u64>,
}

/// An entry as it is sent.
#[derive(Serialize)]
struct Sent<'a> {
    id: String,
    r#type: &'a str,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    data: &'a RawValue,
}

/// An entry's id, as clients have it: the log's name and the entry's number.
pub(super) fn id(epoch: &str, seq: u64) -> String {
    format!("{epoch}-{seq}")
}

impl Session {
    /// A client's place: after the entry that it has last, or at the end.
    pub(super) fn at(bounds: &LiveBounds, after: Option<String>, filter: FeedFilter) -> Self {
        let (seen, gap) = match after {
            None => (bounds.newest, None),
            Some(after) => match known(bounds, &after) {
                Some(seq) => (seq, None),
                None => (bounds.oldest.saturating_sub(1), Some(after)),
            },
        };
        Self { filter, seen, gap, started: false, entries: 0, bytes: 0, waits_until_ms: None }
    }

    /// Whether the client wants an entry.
    pub(super) fn wants(&self, entry: &NewEntry) -> bool {
        let FeedFilter { kinds, account } = &self.filter;
        let of_kind = |kind: &String| *kind == entry.kind || Some(kind) == entry.signal_kind.as_ref();
        (kinds.is_empty() || kinds.iter().any(of_kind)) && (account.is_none() || *account == entry.account)
    }

    /// Counts an entry that was sent; whether the window is full now.
    pub(super) fn sent(&mut self, bytes: usize) -> bool {
        self.entries += 1;
        self.bytes += bytes;
        self.entries >= WINDOW_ENTRIES || self.bytes >= WINDOW_BYTES
    }
}

/// The number of an entry that the log goes on from without a gap.
fn known(bounds: &LiveBounds, id: &str) -> Option<u64> {
    let (epoch, seq) = id.rsplit_once('-')?;
    let seq = seq.parse::<u64>().ok()?;
    (epoch == bounds.epoch && seq <= bounds.newest && seq + 1 >= bounds.oldest).then_some(seq)
}

/// An entry as JSON text.
///
/// # Errors
/// When its data are no JSON.
pub(super) fn text(epoch: &str, entry: &LiveEntry) -> Result<String, serde_json::Error> {
    let LiveEntry { seq, at, entry } = entry;
    let data = serde_json::from_str::<&RawValue>(&entry.data)?;
    let account = entry.account.as_deref();
    serde_json::to_string(&Sent { id: id(epoch, *seq), r#type: &entry.kind, at: time(*at), account, data })
}

fn time(at: Timestamp) -> String {
    rfc3339(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds() -> LiveBounds {
        LiveBounds { epoch: "e1".into(), oldest: 5, newest: 9 }
    }

    #[test]
    fn a_client_goes_on_after_its_last_entry_or_is_told_of_the_gap() {
        let check = |after: Option<&str>, seen: u64, gap: bool| {
            let session = Session::at(&bounds(), after.map(str::to_owned), FeedFilter::default());
            assert_eq!((session.seen, session.gap.is_some()), (seen, gap), "{after:?}");
        };
        check(None, 9, false);
        check(Some("e1-9"), 9, false);
        check(Some("e1-7"), 7, false);
        check(Some("e1-4"), 4, false);
        for lost in ["e1-3", "e1-10", "e0-7", "7", "", "e1-", "e1--1", "e1-99999999999999999999"] {
            check(Some(lost), 4, true);
        }
    }

    #[test]
    fn a_filter_is_by_kind_of_entry_or_signal_and_by_account() {
        let entry = |kind: &str, signal: Option<&str>, account: Option<&str>| NewEntry {
            key: "k".into(),
            kind: kind.into(),
            signal_kind: signal.map(str::to_owned),
            account: account.map(str::to_owned),
            data: "{}".into(),
        };
        let wants = |kinds: &[&str], account: Option<&str>, entry: &NewEntry| {
            let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
            let filter = FeedFilter { kinds, account: account.map(str::to_owned) };
            Session::at(&bounds(), None, filter).wants(entry)
        };
        let budget = entry("signal.created", Some("budget"), Some("Acme"));
        assert!(wants(&[], None, &budget) && wants(&["budget"], None, &budget));
        assert!(wants(&["signal.created"], Some("Acme"), &budget));
        assert!(!wants(&["pain"], None, &budget) && !wants(&[], Some("Globex"), &budget));
        let nobodys = entry("event.failed", None, None);
        assert!(wants(&["event.failed"], None, &nobodys) && !wants(&[], Some("Acme"), &nobodys));
    }

    #[test]
    fn a_window_is_full_by_entries_or_by_bytes() {
        let mut session = Session::at(&bounds(), None, FeedFilter::default());
        assert!((1..100).all(|_| !session.sent(10)));
        assert!(session.sent(10));
        let mut large = Session::at(&bounds(), None, FeedFilter::default());
        assert!(!large.sent(WINDOW_BYTES - 1) && large.sent(1));
    }
}
