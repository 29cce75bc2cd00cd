//! Encodes, decodes, and compares what happened with what was said.

use std::cell::RefCell;
use std::fmt::Debug;

use async_trait::async_trait;
use futures_util::FutureExt;
use mesh::describe::{Body, Description, Document};
use mesh::macro_support::{answer, call};
use mesh::{
    CallContext, CallError, Contract, Deadline, Fingerprint, Incoming, Message, Outgoing, Runtime,
    TraceContext, Transport, TransportError,
};
use mesh_contract::{Break, Class, Comparison, Obstacle, Peers, SchemaNode, Situation, obstacles};
use rmpv::Value;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::meetings::{Met, meetings};

/// What the messages of the pairs are made of.
pub(crate) mod prelude {
    pub(crate) use std::collections::{BTreeMap, BTreeSet};

    pub(crate) use mesh::Bytes;
    pub(crate) use serde_json::json;

    pub(crate) use crate::values::Slug;
}

/// Whether one side's messages are understood by the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of them, and nothing that the reader knows is lost.
    Fits,
    /// Not all.
    Breaks,
}

#[expect(non_upper_case_globals, reason = "they read as words in the tables")]
pub(crate) const fits: Outcome = Outcome::Fits;
#[expect(non_upper_case_globals, reason = "they read as words in the tables")]
pub(crate) const breaks: Outcome = Outcome::Breaks;

/// A change, what was expected of it, what the classifier says and what happened; old to new, then new to old.
pub(crate) struct Pair {
    name: &'static str,
    expected: [Outcome; 2],
    happened: [Result<(), String>; 2],
    comparison: Comparison,
    /// Each side with itself: what stands against it, and what happened. A change elsewhere in a message must not
    /// make trouble of what stays the same.
    with_itself: [(Vec<Obstacle>, Result<(), String>); 2],
    /// The change as a request, a reply and a refusal, where builds meet.
    meetings: Vec<Met>,
}

/// Looks at one change from both ends.
pub(crate) fn pair<Old, New>(name: &'static str, old: Vec<Old>, new: Vec<New>, expected: [Outcome; 2]) -> Pair
where
    Old: Serialize + DeserializeOwned + JsonSchema + Debug,
    New: Serialize + DeserializeOwned + JsonSchema + Debug,
{
    let (before, after) = (document::<Old>(), document::<New>());
    Pair {
        name,
        expected,
        meetings: meetings(name, &old, &new),
        happened: [travel::<Old, New>(&old), travel::<New, Old>(&new)],
        comparison: Comparison::of("Fixture", Some(&before), Some(&after), Peers::default()),
        with_itself: [
            (itself(&before), travel::<Old, Old>(&old)),
            (itself(&after), travel::<New, New>(&new)),
        ],
    }
}

/// Both schemas as they would come back from a committed file.
fn document<T: JsonSchema>() -> Document {
    let document = Description::new("Fixture", "").method::<CallContext<()>, T, (), ()>("send", "", false);
    Document::parse(&document.service().to_text()).expect("a document reads back")
}

fn itself(document: &Document) -> Vec<Obstacle> {
    let Body::Service { methods } = &document.body else { unreachable!("it was made as a service") };
    let node = SchemaNode { schema: &methods["send"].request, definitions: &document.definitions };
    obstacles(node, node)
}

impl Pair {
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The outcomes as the documentation has them.
    pub(crate) fn words(&self) -> [&'static str; 2] {
        [Situation::OldCallerNewCallee, Situation::NewCallerOldCallee].map(|situation| {
            match self.said(situation) {
                Outcome::Fits => "fits",
                Outcome::Breaks => "breaks",
            }
        })
    }

    /// Where the gate's verdict on a meeting is not what happens in it.
    pub(crate) fn met_otherwise(&self) -> Vec<String> {
        self.meetings.iter().filter_map(Met::mistake).collect()
    }

    fn said(&self, situation: Situation) -> Outcome {
        let found = self.breaks().iter().any(|found| found.situation == situation);
        if found { Outcome::Breaks } else { Outcome::Fits }
    }

    /// What breaks, as the classifier puts it.
    pub(crate) fn breaks(&self) -> Vec<Break> {
        self.comparison.changes.iter().flat_map(|change| change.breaks.clone()).collect()
    }

    /// Where expectation, verdict and what happened are not one.
    pub(crate) fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let directions = [
            ("old bytes, new code", Situation::OldCallerNewCallee),
            ("new bytes, old code", Situation::NewCallerOldCallee),
        ];
        for (index, (words, situation)) in directions.into_iter().enumerate() {
            let (expected, said, happened) =
                (self.expected[index], self.said(situation), &self.happened[index]);
            let did = if happened.is_ok() { Outcome::Fits } else { Outcome::Breaks };
            if expected != said || said != did {
                mistakes.push(format!(
                    "{} ({words}): expected {expected:?}, said {said:?}, happened {happened:?}; {:?}",
                    self.name, self.comparison.changes
                ));
            }
        }
        for (side, (said, happened)) in ["old", "new"].into_iter().zip(&self.with_itself) {
            if said.is_empty() != happened.is_ok() {
                mistakes.push(format!(
                    "{} ({side} with itself): said {said:?}, happened {happened:?}",
                    self.name
                ));
            }
        }
        let class = if self.expected.contains(&Outcome::Breaks) {
            [Class::Breaking; 2]
        } else {
            [Class::Identical, Class::Compatible]
        };
        if !class.contains(&self.comparison.class) {
            mistakes.push(format!("{}: classified as {}", self.name, self.comparison.class));
        }
        mistakes
    }
}

/// Sends samples of `Writer` to a `Reader`, as the mesh does.
fn travel<Writer, Reader>(samples: &[Writer]) -> Result<(), String>
where
    Writer: Serialize + Debug,
    Reader: Serialize + DeserializeOwned,
{
    let context = CallContext::new((), TraceContext::from_random([1; 24]), Deadline::after(0, 1), "test");
    for sample in samples {
        let transport = Reading::<Reader>(RefCell::new(None));
        call::<Fixture, (), Writer, (), ()>(&transport, "send", &context, sample)
            .now_or_never()
            .expect("nothing waits")
            .map_err(|error: CallError<()>| format!("{sample:?}: {error:?}"))?;
        let read = transport.0.take().expect("the request was read");
        let (sent, kept) = (tree(sample), tree(&read));
        if !survives(&sent, &kept) {
            return Err(format!("{sample:?} was sent as {sent} and kept as {kept}"));
        }
    }
    Ok(())
}

pub(crate) fn tree(value: &impl Serialize) -> Value {
    let bytes = rmp_serde::to_vec_named(value).expect("a sample encodes");
    rmp_serde::from_slice(&bytes).expect("MessagePack is self-describing")
}

/// The contract of both sides; only its types differ.
pub(crate) struct Fixture;

impl Contract for Fixture {
    const NAME: &'static str = "Fixture";
    const METHODS: &'static [&'static str] = &["send"];
    const IDEMPOTENT: &'static [&'static str] = &[];
    const FINGERPRINT: Fingerprint = Fingerprint(0);
}

/// A callee that reads requests as `Reader` and keeps the last one.
struct Reading<Reader>(RefCell<Option<Reader>>);

struct Still;

#[async_trait(?Send)]
impl Runtime for Still {
    fn now_ms(&self) -> u64 {
        0
    }

    async fn sleep(&self, _milliseconds: u64) {
        std::future::pending().await
    }

    fn random(&self) -> u64 {
        0
    }
}

#[async_trait(?Send)]
impl<Reader: DeserializeOwned> Transport for Reading<Reader> {
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError> {
        let incoming = Incoming { method: call.method, message: call.message, runtime: &Still, tenant: None };
        let keep = async |_: &CallContext<()>, read: Reader| {
            self.0.replace(Some(read));
            Ok(())
        };
        Ok(answer::<Fixture, (), Reader, (), ()>(incoming, |_| None, keep).await)
    }

    fn runtime(&self) -> &dyn Runtime {
        &Still
    }

    fn counts_as_invocation(&self) -> bool {
        false
    }
}

/// Whether all that both sides know of a value is the same. A reader may know more or fewer fields.
pub(crate) fn survives(sent: &Value, kept: &Value) -> bool {
    match (sent, kept) {
        (Value::Map(sent), Value::Map(kept)) => {
            let shared: Vec<_> = sent
                .iter()
                .filter_map(|(key, value)| {
                    let same = kept
                        .iter()
                        .find(|(other, _)| other == key)
                        .or_else(|| kept.iter().find(|(other, _)| current(other) == current(key)))?;
                    Some((value, &same.1))
                })
                .collect();
            // Nothing in common means that it was taken for something else.
            let taken = !shared.is_empty() || sent.is_empty() || kept.is_empty();
            taken && shared.into_iter().all(|(sent, kept)| survives(sent, kept))
        }
        (Value::Array(sent), Value::Array(kept)) => {
            sent.len() == kept.len() && sent.iter().zip(kept).all(|(sent, kept)| survives(sent, kept))
        }
        // A list of numbers may be kept as bytes.
        (Value::Array(sent), Value::Binary(kept)) => {
            sent.iter().map(Value::as_u64).eq(kept.iter().map(|byte| Some(u64::from(*byte))))
        }
        (Value::String(_), Value::String(_)) => {
            // The variant that stands for unknown ones says so itself.
            current(sent) == current(kept) || kept.as_str() == Some("unknown")
        }
        (Value::Map(_), Value::String(_)) => kept.as_str() == Some("unknown"),
        (Value::Integer(_) | Value::F32(_) | Value::F64(_), Value::F32(_) | Value::F64(_)) => {
            exact(sent).is_some() && exact(sent) == exact(kept)
        }
        _ => sent == kept,
    }
}

/// A number as a float, if that is exact.
fn exact(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(_) => {
            let float = value.as_f64()?;
            let exact = match (value.as_u64(), value.as_i64()) {
                (Some(whole), _) => float < 18_446_744_073_709_551_616.0 && float as u64 == whole,
                (None, Some(whole)) => float as i64 == whole,
                (None, None) => false,
            };
            exact.then_some(float)
        }
        other => other.as_f64(),
    }
}

/// Names of old are `legacy_…`: an alias makes them the same.
fn current(value: &Value) -> Value {
    match value.as_str() {
        Some(text) => Value::from(text.trim_start_matches("legacy_")),
        None => value.clone(),
    }
}
