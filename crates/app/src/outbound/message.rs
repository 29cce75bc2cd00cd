//! The messages themselves: JSON as Standard Webhooks recommends, `{type, timestamp, data}`.
//!
//! One message an event, with all of its signals that a subscription wants: a receiver that works off one request has a
//! call's whole picture, and one request is cheaper than fifty. The fields are those of the public surface.

use contracts::Timestamp;
use contracts::pipeline::rules::{Notice, NoticeKind};
use domain::EventStatus;
use ids::{DeliveryId, EventId, MessageId, SignalId, SubscriptionId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::kinds::{
    ALERT_CREATED, EVENT_FAILED, EVENT_PROCESSED, EVENT_SKIPPED, SIGNALS_CREATED, TASK_CREATED,
    wants_message, wants_signal,
};
use super::notice;
use crate::ports::{EventRecord, SettledEvent, SignalRecord};

/// A message before it is cut to what a subscription wants.
pub(super) enum Message {
    /// Signals were stored.
    Signals { event: Box<EventRecord>, signals: Vec<SignalRecord> },
    /// A rule raised an alert or a task.
    Raised { event: Box<EventRecord>, notice: Box<Notice> },
    /// An event came to its end.
    Settled { event: Box<EventRecord>, settled: SettledEvent },
}

#[derive(Serialize)]
struct Envelope<D> {
    r#type: &'static str,
    timestamp: String,
    data: D,
}

#[derive(Serialize)]
struct SignalsCreated<'a> {
    event: Event<'a>,
    signals: Vec<Signal<'a>>,
}

#[derive(Serialize)]
struct EventSettled<'a> {
    event: Event<'a>,
    status: &'static str,
    reason: Option<&'a str>,
    signals_count: u32,
}

#[derive(Serialize)]
struct Event<'a> {
    id: EventId,
    source: &'a str,
    r#type: &'a str,
    subject: Option<&'a str>,
    title: Option<&'a str>,
    account: Option<&'a str>,
    occurred_at: Option<String>,
    received_at: String,
}

#[derive(Serialize)]
struct Signal<'a> {
    id: SignalId,
    kind: &'static str,
    account: Option<&'a str>,
    score: f64,
    evidence: Evidence<'a>,
    event_id: EventId,
    created_at: String,
}

#[derive(Serialize)]
struct Evidence<'a> {
    quote: &'a str,
    start: usize,
    end: usize,
    turn: usize,
    speaker: &'a str,
    at_ms: Option<u64>,
}

impl Message {
    /// Its type.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Signals { .. } => SIGNALS_CREATED,
            Self::Raised { notice, .. } => match notice.kind {
                NoticeKind::Task => TASK_CREATED,
                _ => ALERT_CREATED,
            },
            Self::Settled { settled, .. } => match settled.status {
                EventStatus::Processed => EVENT_PROCESSED,
                EventStatus::Skipped => EVENT_SKIPPED,
                _ => EVENT_FAILED,
            },
        }
    }

    /// Its id follows from what it tells, so that it is one message however often it is told: a replay that finds the
    /// same signals says nothing new.
    pub(super) fn id(&self) -> MessageId {
        let mut hash = Sha256::new();
        hash.update(self.kind());
        hash.update(self.event().event.event_id.to_string());
        match self {
            Self::Signals { signals, .. } => {
                let mut ids: Vec<String> =
                    signals.iter().map(|record| record.signal.signal_id.to_string()).collect();
                ids.sort_unstable();
                hash.update(ids.concat());
            }
            Self::Raised { notice, .. } => hash.update(notice.notice_id.to_string()),
            Self::Settled { settled, .. } => hash.update(settled.run.to_string()),
        }
        MessageId::from_parts(self.event_ms(), ten(&hash.finalize()))
    }

    /// The event that it tells of.
    pub(super) fn event(&self) -> &EventRecord {
        match self {
            Self::Signals { event, .. } | Self::Raised { event, .. } | Self::Settled { event, .. } => event,
        }
    }

    fn event_ms(&self) -> u64 {
        self.event().event.event_id.unix_ms()
    }

    /// The body for a subscription to `kinds`; none where it asked for nothing of this.
    ///
    /// # Errors
    /// What JSON cannot say: a score that is no number.
    pub(super) fn body(&self, kinds: &[String]) -> Result<Option<String>, serde_json::Error> {
        let event = event(self.event());
        match self {
            Self::Signals { signals, .. } => {
                let wanted =
                    |record: &&SignalRecord| wants_signal(kinds, record.signal.finding.kind.as_str());
                let signals: Vec<_> = signals.iter().filter(wanted).map(signal).collect();
                let Some(newest) = signals.iter().map(|signal| signal.created_at.clone()).max() else {
                    return Ok(None);
                };
                let data = SignalsCreated { event, signals };
                serde_json::to_string(&Envelope { r#type: self.kind(), timestamp: newest, data }).map(Some)
            }
            Self::Raised { notice, .. } => {
                if !wants_message(kinds, self.kind()) {
                    return Ok(None);
                }
                let (timestamp, data) = (rfc3339(notice.created_at), notice::shown(notice));
                serde_json::to_string(&Envelope { r#type: self.kind(), timestamp, data }).map(Some)
            }
            Self::Settled { settled, event: record } => {
                if !wants_message(kinds, self.kind()) {
                    return Ok(None);
                }
                let data = EventSettled {
                    event,
                    status: settled.status.as_str(),
                    reason: settled.reason.as_deref(),
                    signals_count: settled.signals_count,
                };
                let timestamp = rfc3339(record.updated_at);
                serde_json::to_string(&Envelope { r#type: self.kind(), timestamp, data }).map(Some)
            }
        }
    }
}

/// The delivery of a message to a subscription. It ends as the subscription's id does, so that a delivery can be found
/// without an index of all of them.
pub(super) fn delivery_id(subscription_id: SubscriptionId, message_id: MessageId) -> DeliveryId {
    let mut random = ten(&Sha256::digest(format!("{subscription_id}\n{message_id}")));
    random[6..].copy_from_slice(&tail(&subscription_id.to_string()));
    DeliveryId::from_parts(message_id.unix_ms(), random)
}

/// Whether a delivery's id is one of the subscription's. Another subscription's may look so, by a chance of one in four
/// billion.
pub(super) fn may_be_of(delivery_id: DeliveryId, subscription_id: SubscriptionId) -> bool {
    tail(&delivery_id.to_string()) == tail(&subscription_id.to_string())
}

/// The last four bytes of an id.
fn tail(id: &str) -> [u8; 4] {
    let mut bytes = [0; 4];
    // Every id ends in 32 hexadecimal digits.
    let digits = id.len().checked_sub(8).and_then(|at| id.get(at..)).unwrap_or_default();
    let _ = hex::decode_to_slice(digits, &mut bytes);
    bytes
}

fn ten(hash: &[u8]) -> [u8; 10] {
    let mut ten = [0; 10];
    ten.copy_from_slice(&hash[..10]);
    ten
}

fn event(record: &EventRecord) -> Event<'_> {
    let event = &record.event;
    Event {
        id: event.event_id,
        source: &event.source,
        r#type: &event.kind,
        subject: event.subject.as_deref(),
        title: record.title.as_deref(),
        account: record.account.as_deref(),
        occurred_at: event.occurred_at.map(rfc3339),
        received_at: rfc3339(event.received_at),
    }
}

fn signal(record: &SignalRecord) -> Signal<'_> {
    let finding = &record.signal.finding;
    let evidence = &finding.evidence;
    Signal {
        id: record.signal.signal_id,
        kind: finding.kind.as_str(),
        account: record.signal.account.as_deref(),
        score: finding.score,
        evidence: Evidence {
            quote: &evidence.quote,
            start: evidence.start,
            end: evidence.end,
            turn: evidence.turn,
            speaker: &evidence.speaker,
            at_ms: evidence.at_ms,
        },
        event_id: record.event_id,
        created_at: rfc3339(record.created_at),
    }
}

/// A signal as the public surface shows it.
///
/// # Errors
/// A score that is no number.
pub(crate) fn signal_json(record: &SignalRecord) -> Result<String, serde_json::Error> {
    serde_json::to_string(&signal(record))
}

/// With milliseconds, as everywhere on the public surface.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    let nanos = i128::from(time.unix_ms()) * 1_000_000;
    let written = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok().and_then(|time| {
        let second = time.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()?;
        Some(format!("{}.{:03}Z", second.strip_suffix('Z')?, time.millisecond()))
    });
    written.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_told_by_its_subscription_s_end_and_is_the_same_however_often_it_is_made() {
        let subscription = |byte| SubscriptionId::from_parts(1_000, [byte; 10]);
        let message = |byte| MessageId::from_parts(2_000, [byte; 10]);
        let id = delivery_id(subscription(1), message(7));
        assert_eq!(id, delivery_id(subscription(1), message(7)));
        assert_ne!(id, delivery_id(subscription(1), message(8)));
        assert_ne!(id, delivery_id(subscription(2), message(7)));
        assert!(may_be_of(id, subscription(1)) && !may_be_of(id, subscription(2)));
        assert_eq!(id.unix_ms(), 2_000);
    }

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(rfc3339(Timestamp::from_unix_ms(1_795_330_800_007)), "2026-11-22T07:00:00.007Z");
        assert_eq!(rfc3339(Timestamp::from_unix_ms(1_795_330_800_000)), "2026-11-22T07:00:00.000Z");
    }
}
