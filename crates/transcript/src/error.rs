//! Why a payload could not be read. Every variant is final: the same bytes fail the same way again.

use crate::MAX_TURNS;

/// Why a payload could not be read as a conversation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NormalizeError {
    /// The bytes are no JSON.
    #[error("the payload is not JSON: {reason} at line {line} column {column}")]
    NotJson {
        /// The line of the mistake, from 1; counted after repairs, see [`crate::decode_json`].
        line: usize,
        /// The column of the mistake, in bytes from 1; 0 when a line ended too early.
        column: usize,
        /// What was wrong there.
        reason: String,
    },
    /// Nothing in the payload looks like a conversation or a text.
    #[error(
        "the payload holds no conversation that is understood; send `data.turns` with `speaker` and `text` \
         (`call.completed`), a Fathom, Gong, Zoom, Fireflies or ElevenLabs transcript, WebVTT in a string, chat \
         `messages`, any list of objects with a speaker and a text, or one `text`"
    )]
    NoTranscript,
    /// There are turns, and nobody says anything in them.
    #[error("the transcript has turns, but every one of them is blank; send it again once it is transcribed")]
    EmptyTranscript,
    /// There are more turns than a document may have.
    #[error("the transcript has {found} turns; at most {MAX_TURNS} are read, so split it")]
    TooManyTurns {
        /// How many turns with a text were found.
        found: usize,
    },
}
