//! Turns what a provider sends about a conversation into one shape: speaker turns over a *source text*.
//!
//! [`normalize`] takes the payload's bytes and gives a [`Document`]. The source text is the turns' texts joined by
//! line feeds; each text is kept verbatim, but for carriage returns and line feeds inside a turn, which become one
//! space each. So a slice of the source text is a slice of what the provider sent, and evidence can quote it.
//!
//! The shapes understood are one module each under `shapes/`; where none fits, a careful fallback looks for anything
//! that has speakers and texts. **This crate finds no signals and knows of no store, clock or network.**
//!
//! ```
//! let payload = br#"{"transcript": [{"role": "user", "message": "Can it export to CSV?", "time_in_call_secs": 4}]}"#;
//! let document = transcript::normalize("elevenlabs", payload)?;
//! assert_eq!(document.turns[0].start_ms, Some(4000));
//! assert_eq!(document.turn_text(&document.turns[0]), "Can it export to CSV?");
//! # Ok::<(), transcript::NormalizeError>(())
//! ```

mod account;
mod document;
mod draft;
mod error;
mod field;
mod json;
mod roster;
mod shapes;
mod when;

pub use document::{Document, Side, Turn};
pub use error::NormalizeError;
pub use json::decode_json;

/// The most turns a document may have. Two talkative hours are about two thousand.
pub const MAX_TURNS: usize = 20_000;

/// Reads `payload` as `source` sends it.
///
/// `source` is a hint: the shape of that provider is tried first, and then every other one, since a provider's
/// payload also arrives over relays and under `standard` or `generic`. An envelope around the payload (`payload`,
/// `data`, `body`, `event`, `object`) is looked through.
///
/// # Errors
/// - [`NormalizeError::NotJson`] when the bytes are no JSON even after the repairs of [`decode_json`].
/// - [`NormalizeError::NoTranscript`] when nothing in it looks like a conversation or a text.
/// - [`NormalizeError::EmptyTranscript`] when it has turns and all of them are blank.
/// - [`NormalizeError::TooManyTurns`] when it has more than [`MAX_TURNS`].
///
/// All are final: the same bytes fail the same way again.
pub fn normalize(source: &str, payload: &[u8]) -> Result<Document, NormalizeError> {
    let root = decode_json(payload)?;
    shapes::read(source, &root).ok_or(NormalizeError::NoTranscript)?.finish()
}
