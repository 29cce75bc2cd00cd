//! Subscriptions and their deliveries.

use ids::{DeliveryId, EventId, MessageId, SubscriptionId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::PageRequest;
use crate::problem::Code;
use crate::request::{FromBody, FromQuery, Object, Query, TextRule};
use crate::{Timestamp, schema};

/// The longest URL, in characters.
const MAX_URL: usize = 2_048;
/// The longest overlap of two secrets, in seconds: a week.
const MAX_OVERLAP_S: u32 = 7 * 24 * 60 * 60;
/// The overlap where none is asked for: a day.
const DEFAULT_OVERLAP_S: u32 = 24 * 60 * 60;

/// The body of `POST /v1/subscriptions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CreateSubscription {
    /// Where messages are posted. It must be `https` on a public host; redirects are not followed.
    #[schema(min_length = 1, max_length = 2048, example = "https://hooks.example.com/weft")]
    pub url: String,
    /// What to hear of: kinds of signals, such as `budget`; `*` for every signal; or the types of messages
    /// `signals.created`, `event.processed`, `event.skipped`, `event.failed`, `alert.created` and `task.created`. Every signal where it is left out.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 50, example = json!(["budget", "churn_risk"]))]
    pub kinds: Vec<String>,
    /// What is delivered in order: the next message is sent when the one before is delivered or given up.
    #[schema(required = false)]
    pub ordered_by: Option<OrderedBy>,
    /// A note for people.
    #[schema(required = false, min_length = 1, max_length = 200, example = "CRM sync")]
    pub description: Option<String>,
}

/// Messages that share this are delivered one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderedBy {
    /// The customer's company.
    Account,
    /// The event.
    Event,
}

impl FromBody for CreateSubscription {
    fn read(object: &Object<'_>) -> Option<Self> {
        let url = object.required_text("url", TextRule::line(MAX_URL));
        let kinds = read_kinds(object);
        let ordered_by = match object.has("ordered_by") {
            false => None,
            true => {
                let read = object.decode("ordered_by");
                if read.is_none() {
                    object.refuse("ordered_by", "must be `account` or `event`");
                }
                read
            }
        };
        let description = object.optional_text("description", TextRule::line(200));
        Some(Self { url: url?, kinds: kinds?, ordered_by, description })
    }
}

fn read_kinds(object: &Object<'_>) -> Option<Vec<String>> {
    if !object.has("kinds") {
        return Some(vec!["*".into()]);
    }
    let kinds = object.decode::<Vec<String>>("kinds").filter(|kinds| (1..=50).contains(&kinds.len()));
    if kinds.is_none() {
        object.refuse("kinds", "must be an array of 1 to 50 strings");
    }
    kinds
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subscription {
    /// The id.
    #[schema(value_type = schema::SubscriptionId)]
    pub id: SubscriptionId,
    /// Where messages are posted.
    #[schema(example = "https://hooks.example.com/weft")]
    pub url: String,
    /// What it hears of.
    #[schema(example = json!(["budget", "churn_risk"]))]
    pub kinds: Vec<String>,
    /// What is delivered in order; `null` for nothing.
    #[schema(required)]
    pub ordered_by: Option<OrderedBy>,
    /// A note for people.
    #[schema(required)]
    pub description: Option<String>,
    /// Whether messages are sent.
    pub status: SubscriptionStatus,
    /// Why it is disabled.
    #[schema(required, example = "the endpoint answered 410: it is gone")]
    pub disabled_reason: Option<String>,
    /// Since when it is disabled.
    #[schema(required)]
    pub disabled_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How its endpoint does; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub endpoint: Option<EndpointHealth>,
    /// What messages are signed with, the Standard Webhooks way. Shown this once, in the answer to the creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: Option<String>,
}

/// Whether a subscription is sent anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// It is.
    Active,
    /// It is not, until it is enabled: its endpoint answered 410, or took nothing for days.
    Disabled,
}

/// How an endpoint does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndpointHealth {
    /// `closed`: messages are sent. `open`: it failed too often in a row and is left alone. `half_open`: one message
    /// is sent to see whether it is back.
    #[schema(example = "closed")]
    pub circuit: String,
    /// When an open circuit lets a message through.
    #[schema(required)]
    pub open_until: Option<Timestamp>,
    /// Failures since the last success.
    pub failures: u32,
    /// When the first of them was.
    #[schema(required)]
    pub failing_since: Option<Timestamp>,
    /// Deliveries that wait or are under way.
    pub waiting: u32,
    /// Until when messages are signed with the secret before the present one, too.
    #[schema(required)]
    pub previous_secret_until: Option<Timestamp>,
}

/// The body of `POST /v1/subscriptions/{id}/rotate` and `POST /v1/jobs/{id}/rotate`; it may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RotateSecret {
    /// How long messages, or requests, are signed with the old secret as well, in seconds; 0 for no longer. A day where it is left
    /// out.
    #[schema(value_type = Option<u32>, maximum = 604800, example = 86400)]
    pub overlap_seconds: u32,
}

impl Default for RotateSecret {
    fn default() -> Self {
        Self { overlap_seconds: DEFAULT_OVERLAP_S }
    }
}

impl FromBody for RotateSecret {
    fn read(object: &Object<'_>) -> Option<Self> {
        let overlap = object.optional_integer("overlap_seconds", 0, MAX_OVERLAP_S);
        Some(Self { overlap_seconds: overlap.unwrap_or(DEFAULT_OVERLAP_S) })
    }
}

/// A new secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotatedSecret {
    /// It is shown this once.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: String,
    /// Until when the `webhook-signature` header has a signature by the old secret, too.
    #[schema(required)]
    pub previous_valid_until: Option<Timestamp>,
}

/// A message on its way to a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// The id.
    #[schema(value_type = schema::DeliveryId)]
    pub id: DeliveryId,
    /// The message's id: the `webhook-id` header of each of its attempts, by which a receiver knows a repetition.
    #[schema(value_type = schema::MessageId)]
    pub message_id: MessageId,
    /// The subscription that it goes to.
    #[schema(value_type = schema::SubscriptionId)]
    pub subscription_id: SubscriptionId,
    /// The message's type.
    #[schema(example = "signals.created")]
    pub r#type: String,
    /// The event that it tells of.
    #[schema(required, value_type = Option<schema::EventId>)]
    pub event_id: Option<EventId>,
    /// How it stands.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// The HTTP status of the last attempt; `null` where there was no answer.
    #[schema(required)]
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    #[schema(required)]
    pub last_error: Option<String>,
    /// When it is tried next.
    #[schema(required)]
    pub next_attempt_at: Option<Timestamp>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it came to its end.
    #[schema(required)]
    pub settled_at: Option<Timestamp>,
    /// The trace that it belongs to.
    pub trace_id: String,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// It waits for its turn or its next attempt.
    Pending,
    /// An attempt is under way.
    Delivering,
    /// The endpoint took it.
    Delivered,
    /// Every attempt failed.
    Failed,
    /// It was not tried to the end, because the subscription was disabled.
    Abandoned,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Delivering, Self::Delivered, Self::Failed, Self::Abandoned];

    /// The status's text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivering => "delivering",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

impl std::str::FromStr for DeliveryStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or("must be `pending`, `delivering`, `delivered`, `failed` or `abandoned`")
    }
}

/// A delivery with its message and attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryDetail {
    /// The delivery.
    pub delivery: Delivery,
    /// The message's body, byte for byte as it is posted.
    #[schema(example = r#"{"type":"signals.created","timestamp":"2026-11-22T07:00:00.000Z","data":{}}"#)]
    pub body: String,
    /// Its attempts, oldest first; the last 50.
    pub attempts: Vec<Attempt>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// Counted from 1.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// What the endpoint answered; `null` where it did not.
    #[schema(required)]
    pub status: Option<u16>,
    /// What went wrong.
    #[schema(required)]
    pub error: Option<String>,
    /// The beginning of the answer's body, at most 1 KiB.
    #[schema(required)]
    pub response: Option<String>,
}

/// The query of `GET /v1/subscriptions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSubscriptions {
    /// The page.
    pub page: PageRequest<SubscriptionId>,
}

impl FromQuery for ListSubscriptions {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { page: query.page("subscriptions", &[]) })
    }
}

/// The query of `GET /v1/subscriptions/{id}/deliveries`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListDeliveries {
    /// Only deliveries that stand so.
    pub status: Option<DeliveryStatus>,
    /// The page.
    #[param(ignore)]
    pub page: PageRequest<DeliveryId>,
}

impl FromQuery for ListDeliveries {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { status: query.value("status"), page: query.page("deliveries", &["status"]) })
    }
}

/// The problem of a field that the pipeline refuses: a bad URL is told from the rest.
#[must_use]
pub fn code_of(pointer: &str) -> Code {
    if pointer == "/url" { Code::SubscriptionInvalidUrl } else { Code::RequestInvalid }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{read_body, read_query};

    #[test]
    fn a_subscription_is_read_with_every_signal_by_default() {
        let read = |body: &str| read_body::<CreateSubscription>(body.as_bytes());
        let bare = read(r#"{"url":"https://example.com/h"}"#).unwrap();
        assert_eq!((bare.kinds.as_slice(), bare.ordered_by), (&["*".to_owned()][..], None));
        let full = r#"{"url":"https://example.com/h","kinds":["budget"],"ordered_by":"account","description":"CRM"}"#;
        let full = read(full).unwrap();
        assert_eq!((full.ordered_by, full.description.as_deref()), (Some(OrderedBy::Account), Some("CRM")));
    }

    #[test]
    fn every_field_at_fault_is_pointed_at() {
        let body = r#"{"url":7,"kinds":[],"ordered_by":"time","description":""}"#;
        let problem = read_body::<CreateSubscription>(body.as_bytes()).unwrap_err();
        let mut pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(
            (problem.status(), pointers),
            (422, vec!["/description", "/kinds", "/ordered_by", "/url"])
        );
        for kinds in [r#""budget""#, "[1]", "{}"] {
            let body = format!(r#"{{"url":"https://example.com","kinds":{kinds}}}"#);
            assert!(read_body::<CreateSubscription>(body.as_bytes()).is_err(), "{kinds}");
        }
    }

    #[test]
    fn an_overlap_is_a_day_unless_said_and_a_week_at_most() {
        let read = |body: &str| read_body::<RotateSecret>(body.as_bytes()).map(|read| read.overlap_seconds);
        assert_eq!((read("{}"), RotateSecret::default().overlap_seconds), (Ok(86_400), 86_400));
        assert_eq!(read(r#"{"overlap_seconds":0}"#), Ok(0));
        assert!(read(r#"{"overlap_seconds":604801}"#).is_err());
    }

    #[test]
    fn deliveries_are_filtered_by_a_status_that_exists() {
        let list = read_query::<ListDeliveries>("status=failed&limit=5").unwrap();
        assert_eq!((list.status, list.page.limit), (Some(DeliveryStatus::Failed), 5));
        assert!(read_query::<ListDeliveries>("status=lost").is_err());
    }
}
