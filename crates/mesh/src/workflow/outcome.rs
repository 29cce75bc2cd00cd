//! How things end, as they are recorded: a step's outcome, and the failure of an instance.

use std::fmt::Display;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{CodeChanged, MAX_STEP_OUTPUT_BYTES, StepFailure};

/// A step's outcome on record. A failure that no other try can mend is a result: replayed, it stays the same.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Recorded<T> {
    /// Its output.
    Ok(T),
    /// Why it failed for good.
    Failed(String),
}

/// What a body answered, as the text to record, or why to try again.
pub(super) fn record<T: Serialize>(answer: Result<T, StepFailure>) -> Result<String, String> {
    let recorded = match answer {
        Ok(output) => Recorded::Ok(output),
        Err(StepFailure::Terminal(message)) => Recorded::Failed(message),
        Err(StepFailure::Retryable(message)) => return Err(message),
    };
    let problem = match serde_json::to_string(&recorded) {
        Ok(text) if text.len() <= MAX_STEP_OUTPUT_BYTES => return Ok(text),
        Ok(text) => format!(
            "its output of {} bytes is over the limit of {MAX_STEP_OUTPUT_BYTES}: store it and return the key",
            text.len()
        ),
        Err(error) => format!("its output cannot be encoded: {error}"),
    };
    // A short text has no way to fail; an empty record would read as a changed shape.
    Ok(serde_json::to_string(&Recorded::<()>::Failed(problem)).unwrap_or_default())
}

/// Why an instance ended as errored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowFailure<E> {
    /// The workflow says so, in its own typed words.
    #[error("{0}")]
    Failed(E),
    /// The code no longer fits what the instance has on record.
    #[error("{0}")]
    CodeChanged(CodeChanged),
    /// The instance was started with something that the code cannot read.
    #[error("the instance's input does not fit the code: {0}")]
    InputUnreadable(String),
    /// The workflow's code panicked outside its steps.
    #[error("the workflow panicked: {0}")]
    Panicked(String),
    /// The output is too large or has no encoding.
    #[error("the workflow's output cannot be kept: {0}")]
    OutputUnrecordable(String),
    /// The engine could not keep the journal.
    #[error("the engine could not keep the journal: {0}")]
    Journal(String),
    /// Anything else: a trap, or the platform.
    #[error("{0}")]
    Other(String),
}

#[derive(Serialize, Deserialize)]
struct Envelope<F> {
    mesh_failure: F,
}

impl<E: Serialize + DeserializeOwned + Display> WorkflowFailure<E> {
    /// As the platform keeps it, a text: a line for people, and a line for [`WorkflowFailure::decode`].
    pub fn encode(&self) -> String {
        let envelope = Envelope { mesh_failure: self };
        match serde_json::to_string(&envelope) {
            Ok(json) => format!("{self}\n{json}"),
            Err(_) => self.to_string(),
        }
    }

    /// Reads what [`WorkflowFailure::encode`] wrote; any other text is [`WorkflowFailure::Other`].
    pub fn decode(text: &str) -> Self {
        let json = text.rsplit_once('\n').map_or(text, |(_, json)| json);
        serde_json::from_str::<Envelope<Self>>(json)
            .map_or_else(|_| Self::Other(text.to_owned()), |envelope| envelope.mesh_failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_survives_as_text_and_any_other_text_is_kept() {
        for failure in [
            WorkflowFailure::Failed("card\ndeclined".to_owned()),
            WorkflowFailure::CodeChanged(CodeChanged::Shape { step: "a".into(), problem: "b".into() }),
            WorkflowFailure::Other("trap".into()),
        ] {
            let text = failure.encode();
            assert!(text.starts_with(&failure.to_string()), "people read the first line: {text}");
            assert_eq!(WorkflowFailure::<String>::decode(&text), failure);
        }
        assert_eq!(
            WorkflowFailure::<String>::decode("out of memory"),
            WorkflowFailure::Other("out of memory".into())
        );
    }

    #[test]
    fn what_cannot_be_recorded_fails_for_good_and_says_so() {
        let large = record(Ok("x".repeat(MAX_STEP_OUTPUT_BYTES))).unwrap();
        assert!(large.contains("over the limit of 1048576"), "{large}");
        let broken = record(Ok(std::collections::HashMap::from([((1, 2), 3)]))).unwrap();
        assert!(broken.contains("cannot be encoded"), "{broken}");
        assert_eq!(record::<()>(Err(StepFailure::Retryable("later".into()))), Err("later".into()));
    }
}
