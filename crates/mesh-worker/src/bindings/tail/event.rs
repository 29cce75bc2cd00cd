//! What a Worker was doing when the items of a tail arose. Pure.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Why a Worker ran. A kind that this crate does not know is kept as it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum TailEvent {
    /// An HTTP request.
    Fetch(FetchEvent),
    /// A call of an RPC method.
    Rpc(RpcEvent),
    /// A cron trigger.
    Scheduled(ScheduledEvent),
    /// A Durable Object's alarm.
    Alarm(AlarmEvent),
    /// A batch of queue messages.
    Queue(QueueEvent),
    /// An email.
    Email(EmailEvent),
    /// The tail of other Workers.
    Tail(ConsumedEvent),
    /// A hibernating WebSocket's message, end or failure.
    WebSocket(SocketEvent),
    /// A Durable Object went to sleep.
    Hibernate(HibernateEvent),
    /// An inbound socket.
    Connect,
    /// Something of the platform's own, such as a workflow's engine.
    Custom,
    /// The platform does not say.
    Unsaid,
    /// A kind that this crate does not know.
    Unknown(UnknownEvent),
}

/// An HTTP request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FetchEvent {
    /// What came in.
    pub request: FetchRequest,
    /// What went out, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<FetchResponse>,
}

/// The request of a [`FetchEvent`]: what looks like a secret in it is `REDACTED` unless the consumer asks otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FetchRequest {
    /// The whole address.
    pub url: String,
    /// The method, in capitals.
    pub method: String,
    /// The headers, by lower-case name.
    #[serde(default)]
    pub headers: std::collections::BTreeMap<String, String>,
    /// What the platform knows of the connection.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub cf: Value,
}

/// The response of a [`FetchEvent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchResponse {
    /// Its status.
    pub status: u16,
}

/// A call of an RPC method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RpcEvent {
    /// The method's name.
    pub rpc_method: String,
}

/// A cron trigger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledEvent {
    /// When it was due, in Unix milliseconds.
    pub scheduled_time: f64,
    /// Its expression.
    pub cron: String,
}

/// A Durable Object's alarm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlarmEvent {
    /// When it was due, in Unix milliseconds.
    pub scheduled_time: f64,
}

/// A batch of queue messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueEvent {
    /// The queue's name.
    pub queue: String,
    /// How many messages it had.
    pub batch_size: u32,
}

/// An email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmailEvent {
    /// The envelope's sender.
    pub mail_from: String,
    /// The envelope's recipient.
    pub rcpt_to: String,
    /// Its size in bytes.
    pub raw_size: u64,
}

/// The tail of other Workers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumedEvent {
    /// Whose items they were.
    pub consumed_events: Vec<ConsumedItem>,
}

/// One item of a [`ConsumedEvent`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumedItem {
    /// The Worker's name; a local run leaves it out.
    #[serde(default)]
    pub script_name: Option<String>,
}

/// A hibernating WebSocket's message, end or failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketEvent {
    /// `message`, `close` or `error`.
    pub web_socket_event_type: String,
    /// The code of a close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// Whether a close was clean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_clean: Option<bool>,
}

/// A Durable Object went to sleep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HibernateEvent {
    /// Why.
    pub reason: HibernateReason,
}

/// Why a Durable Object went to sleep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HibernateReason {
    /// Nothing happened for a while.
    Inactive,
    /// New code was deployed.
    CodeUpdated,
    /// The platform's own reasons.
    System,
    /// A reason that this crate does not know.
    #[serde(untagged)]
    Other(String),
}

/// An event of a kind that this crate does not know, or whose fields do not fit its kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnknownEvent {
    /// The name of its class in the runtime, if it has one.
    pub kind: Option<String>,
    /// Its fields.
    pub fields: Value,
}

/// What the edge reads off an event's object besides its JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventHints {
    /// The name of the object's class.
    #[serde(default)]
    pub(super) kind: Option<String>,
    /// A date among its fields, in Unix milliseconds: JSON would make it a text.
    #[serde(default)]
    pub(super) scheduled_time: Option<f64>,
    /// The request without redaction.
    #[serde(default)]
    pub(super) request: Option<Value>,
}

impl TailEvent {
    /// Reads an event by its fields: the classes' names are the runtime's own business and tell only the empty ones
    /// apart.
    pub(super) fn read(hints: EventHints, event: Value) -> Self {
        let mut fields = match event {
            Value::Null => return Self::Unsaid,
            Value::Object(fields) => fields,
            other => return Self::Unknown(UnknownEvent { kind: hints.kind, fields: other }),
        };
        if let (Some(request), true) = (hints.request, fields.contains_key("request")) {
            fields.insert("request".into(), request);
        }
        if let (Some(time), true) = (hints.scheduled_time, fields.contains_key("scheduledTime")) {
            fields.insert("scheduledTime".into(), Value::from(time));
        }
        let read = Self::by_fields(&fields, hints.kind.as_deref());
        read.unwrap_or(Self::Unknown(UnknownEvent { kind: hints.kind, fields: Value::Object(fields) }))
    }

    fn by_fields(fields: &Map<String, Value>, kind: Option<&str>) -> Option<Self> {
        let has = |name: &str| fields.contains_key(name);
        if has("request") {
            fit(fields).map(Self::Fetch)
        } else if has("rpcMethod") {
            fit(fields).map(Self::Rpc)
        } else if has("cron") {
            fit(fields).map(Self::Scheduled)
        } else if has("scheduledTime") {
            fit(fields).map(Self::Alarm)
        } else if has("queue") {
            fit(fields).map(Self::Queue)
        } else if has("mailFrom") {
            fit(fields).map(Self::Email)
        } else if has("consumedEvents") {
            fit(fields).map(Self::Tail)
        } else if let Some(inner) = fields.get("getWebSocketEvent") {
            inner.as_object().and_then(fit).map(Self::WebSocket)
        } else if has("reason") {
            fit(fields).map(Self::Hibernate)
        } else {
            match kind {
                Some("ConnectEventInfo") => Some(Self::Connect),
                Some("CustomEventInfo") => Some(Self::Custom),
                _ => None,
            }
        }
    }
}

fn fit<T: DeserializeOwned>(fields: &Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(fields.clone())).ok()
}
