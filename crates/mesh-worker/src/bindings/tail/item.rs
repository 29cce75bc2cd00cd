//! One invocation of a Worker as its tail tells it. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{EventHints, TailEvent};

/// One invocation: why it ran, how it ended, and what it logged and threw.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TailItem {
    /// Why it ran.
    pub event: TailEvent,
    /// The rest.
    #[serde(flatten)]
    pub invocation: Invocation,
}

/// An invocation apart from why it ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    /// When it began, in Unix milliseconds.
    pub event_timestamp: Option<f64>,
    /// What it logged, in order.
    #[serde(default)]
    pub logs: Vec<TailLog>,
    /// What it threw and nobody caught.
    #[serde(default)]
    pub exceptions: Vec<TailException>,
    /// What it published on diagnostics channels.
    #[serde(default)]
    pub diagnostics_channel_events: Vec<Diagnostic>,
    /// The Worker's name; a local run leaves it out.
    #[serde(default)]
    pub script_name: Option<String>,
    /// The entrypoint's class, where it is a named one.
    #[serde(default)]
    pub entrypoint: Option<String>,
    /// What was deployed.
    #[serde(default)]
    pub script_version: Option<ScriptVersion>,
    /// The namespace of a Worker for platforms.
    #[serde(default)]
    pub dispatch_namespace: Option<String>,
    /// The Worker's tags.
    #[serde(default)]
    pub script_tags: Vec<String>,
    /// What the Worker itself attached.
    #[serde(default)]
    pub tail_attributes: BTreeMap<String, Value>,
    /// The preview that ran, if it was one.
    #[serde(default)]
    pub preview: Option<Preview>,
    /// The Durable Object's id, if it was one.
    #[serde(default)]
    pub durable_object_id: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// What kind of thing ran.
    #[serde(default)]
    pub execution_model: ExecutionModel,
    /// Whether logs are missing because there were too many.
    #[serde(default)]
    pub truncated: bool,
    /// Milliseconds of computing.
    #[serde(default)]
    pub cpu_time: f64,
    /// Milliseconds from start to end.
    #[serde(default)]
    pub wall_time: f64,
}

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// As it should. A caught error counts as this too.
    Ok,
    /// Its caller went away.
    Canceled,
    /// It threw.
    Exception,
    /// The platform does not know.
    Unknown,
    /// The platform stopped it.
    KillSwitch,
    /// A part of the platform was down.
    DaemonDown,
    /// It computed too long.
    ExceededCpu,
    /// It used too much memory.
    ExceededMemory,
    /// The platform had too much to do.
    LoadShed,
    /// Its response broke off.
    ResponseStreamDisconnected,
    /// There is no such Worker.
    ScriptNotFound,
    /// The platform failed.
    InternalError,
    /// It ran too long.
    ExceededWallTime,
    /// It was aborted.
    Aborted,
    /// An outcome that this crate does not know.
    #[serde(untagged)]
    Other(String),
}

/// What kind of thing ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExecutionModel {
    /// A Worker without state.
    #[default]
    Stateless,
    /// A Durable Object.
    DurableObject,
    /// A workflow's instance.
    Workflow,
    /// A kind that this crate does not know.
    #[serde(untagged)]
    Other(String),
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TailLog {
    /// When, in Unix milliseconds.
    pub timestamp: f64,
    /// How grave.
    pub level: LogLevel,
    /// The arguments of the call, one after the other.
    pub message: Value,
}

impl TailLog {
    /// The arguments as one text, as a console shows them.
    pub fn text(&self) -> String {
        let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match &self.message {
            Value::Array(values) => values.iter().map(one).collect::<Vec<_>>().join(" "),
            value => one(value),
        }
    }
}

/// How grave a log is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LogLevel {
    /// `console.debug`.
    Debug,
    /// `console.info`.
    Info,
    /// `console.log`.
    Log,
    /// `console.warn`.
    Warn,
    /// `console.error`.
    Error,
    /// A level that this crate does not know.
    #[serde(untagged)]
    Other(String),
}

/// Something that nobody caught.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TailException {
    /// When, in Unix milliseconds.
    pub timestamp: f64,
    /// The error's name.
    pub name: String,
    /// Its message.
    pub message: String,
    /// Where it was thrown.
    #[serde(default)]
    pub stack: Option<String>,
}

/// Something published on a diagnostics channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// When, in Unix milliseconds.
    pub timestamp: f64,
    /// The channel's name.
    pub channel: String,
    /// What was published.
    #[serde(default)]
    pub message: Value,
}

/// What was deployed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptVersion {
    /// Its id.
    #[serde(default)]
    pub id: Option<String>,
    /// The tag given to it.
    #[serde(default)]
    pub tag: Option<String>,
    /// The message given to it.
    #[serde(default)]
    pub message: Option<String>,
}

/// A preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Its id.
    pub id: String,
    /// Its short name.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// What the edge hands over of one item.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    hints: EventHints,
    item: Value,
}

/// Reads one item from the edge's JSON.
pub(super) fn read(text: &str) -> Result<TailItem, serde_json::Error> {
    let Told { hints, mut item } = serde_json::from_str(text)?;
    let event = item.get_mut("event").map_or(Value::Null, Value::take);
    Ok(TailItem { event: TailEvent::read(hints, event), invocation: serde_json::from_value(item)? })
}
