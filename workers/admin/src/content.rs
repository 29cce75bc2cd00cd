//! What a customer sent, and what was found in it: a click of its own, on record before anything is shown.

use std::rc::Rc;

use contracts::TenantCall;
use contracts::pipeline::{GetEvent, IntakeClient, ListSignals, ReadEventError, ReadSignalError};
use ids::{EventId, SignalId};
use mesh::{CallError, Transport};

use crate::audit::Asker;
use crate::problem::{Code, Problem};

/// What the pipeline has of events.
pub type Intake = IntakeClient<Rc<dyn Transport>>;

/// The most that a page shows of a body or a text.
const MOST_SHOWN: usize = 256 * 1024;
/// The most signals that a page shows.
const MOST_SIGNALS: u32 = 200;

/// Which part of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The body, as it came.
    Raw,
    /// The text that quotes are cut from.
    Text,
    /// The signals, with their quotes.
    Signals,
}

impl Part {
    /// Each, with its name in paths and in the audit, and on pages.
    pub const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::Raw, "raw", "Raw body"), (Self::Text, "text", "Text"), (Self::Signals, "signals", "Signals")];

    /// The part of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, _)| *known == name).map(|(part, ..)| part)
    }

    /// Its name in paths and in the audit.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Text => "text",
            Self::Signals => "signals",
        }
    }
}

/// What a page shows of an event.
#[derive(Debug)]
pub enum Content {
    /// Text, or what of a body can be shown as text.
    Text {
        /// Its type.
        media_type: String,
        /// It, or its beginning.
        text: String,
        /// How many bytes there are in all, where not all are shown.
        cut_from: Option<usize>,
    },
    /// Signals.
    Signals(Vec<FoundSignal>),
}

/// A signal with its quote.
#[derive(Debug)]
pub struct FoundSignal {
    /// Its id.
    pub id: SignalId,
    /// Its kind.
    pub kind: String,
    /// 0 to 1.
    pub score: f64,
    /// Who said it.
    pub speaker: String,
    /// What was said.
    pub quote: String,
}

/// Reads a part of an event of the call's tenant. That it is read is on record before it is.
///
/// # Errors
/// There is no such event, or no such part of it; or the act could not be written down.
pub(crate) async fn read(
    asker: &Asker<'_>,
    intake: &Intake,
    call: &TenantCall,
    event_id: EventId,
    part: Part,
) -> Result<Content, Problem> {
    let action = format!("event.read_{}", part.as_str());
    asker.record(&asker.act(&action, Some(call.scope.tenant), event_id.to_string())).await?;
    match part {
        Part::Raw => {
            let raw = intake.read_raw(call, GetEvent { event_id }).await.map_err(refused)?;
            let bytes: &[u8] = &raw.body.0;
            Ok(shown(raw.media_type, bytes))
        }
        Part::Text => {
            let found = intake.read_text(call, GetEvent { event_id }).await.map_err(refused)?;
            Ok(shown("text/plain".into(), found.text.as_bytes()))
        }
        Part::Signals => {
            let request =
                ListSignals { event_id: Some(event_id), limit: MOST_SIGNALS, ..ListSignals::default() };
            let found = intake.list_signals(call, request).await.map_err(no_signals)?;
            let signal = |signal: contracts::pipeline::Signal| FoundSignal {
                id: signal.signal_id,
                kind: signal.kind,
                score: signal.score,
                speaker: signal.evidence.speaker,
                quote: signal.evidence.quote,
            };
            Ok(Content::Signals(found.items.into_iter().map(signal).collect()))
        }
    }
}

fn shown(media_type: String, bytes: &[u8]) -> Content {
    let part = &bytes[..bytes.len().min(MOST_SHOWN)];
    let cut_from = (part.len() < bytes.len()).then_some(bytes.len());
    Content::Text { media_type, text: String::from_utf8_lossy(part).into_owned(), cut_from }
}

fn refused(error: CallError<ReadEventError>) -> Problem {
    match error {
        CallError::Refused(ReadEventError::NotFound) => Problem::no_event(),
        CallError::Refused(refusal @ ReadEventError::NoText { .. }) => {
            Problem::new(Code::EventNotFound, refusal.to_string())
        }
        error => Problem::of_call(&error),
    }
}

fn no_signals(error: CallError<ReadSignalError>) -> Problem {
    Problem::of_call(&error)
}
