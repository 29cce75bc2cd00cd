//! What a model claims, read strictly, and which of it was really said.

use std::ops::Range;

use app::ports::ChatError;
use domain::{Evidence, Finding, ScalarIndex, SignalKind};
use serde::Deserialize;
use transcript::Document;

use crate::pieces::Unit;

/// A quote of fewer bytes proves nothing.
const SHORTEST_QUOTE: usize = 4;
/// A quote of more bytes is no quote.
const LONGEST_QUOTE: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    signals: Vec<Claim>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    kind: String,
    turn: usize,
    quote: String,
    score: f64,
}

/// The findings of a reply, and how many claims were dropped because nobody said what they quote.
///
/// # Errors
/// [`ChatError::Malformed`] when the reply is not the JSON that was asked for, names a kind that there is not or a score
/// that is none, or when not one of its quotes was said.
pub(crate) fn read(
    text: &str,
    document: &Document,
    index: &ScalarIndex<'_>,
    piece: &[Unit],
) -> Result<(Vec<Finding>, u32), ChatError> {
    let reply: Reply = serde_json::from_str(text).map_err(|error| malformed(format!("{error}")))?;
    let claimed = reply.signals.len();
    let mut findings = Vec::with_capacity(claimed);
    for claim in reply.signals {
        let kind: SignalKind = claim.kind.parse().map_err(|error| malformed(format!("{error}")))?;
        if !(0.0..=1.0).contains(&claim.score) {
            return Err(malformed(format!("the score `{}` is not between 0 and 1", claim.score)));
        }
        let said = find(document, piece, claim.turn, &claim.quote);
        findings
            .extend(said.and_then(|(turn, bytes)| finding(document, index, kind, claim.score, turn, bytes)));
    }
    let dropped = claimed - findings.len();
    if claimed > 0 && findings.is_empty() {
        return Err(malformed(format!("none of the {claimed} quotes was said")));
    }
    Ok((findings, u32::try_from(dropped).unwrap_or(u32::MAX)))
}

fn malformed(detail: String) -> ChatError {
    ChatError::Malformed { detail }
}

/// Where a quote was said: in the turn that the claim names, or else in another one of the piece.
fn find(document: &Document, piece: &[Unit], turn: usize, quote: &str) -> Option<(usize, Range<usize>)> {
    let quote = quote.trim();
    if !(SHORTEST_QUOTE..=LONGEST_QUOTE).contains(&quote.len()) {
        return None;
    }
    let named = piece.iter().filter(|unit| unit.turn == turn);
    let others = piece.iter().filter(|unit| unit.turn != turn);
    named.chain(others).find_map(|unit| {
        let at = unit.bytes.start + document.text.get(unit.bytes.clone())?.find(quote)?;
        Some((unit.turn, at..at + quote.len()))
    })
}

fn finding(
    document: &Document,
    index: &ScalarIndex<'_>,
    kind: SignalKind,
    score: f64,
    at: usize,
    bytes: Range<usize>,
) -> Option<Finding> {
    let turn = document.turns.get(at)?;
    let evidence = Evidence {
        quote: document.text.get(bytes.clone())?.to_owned(),
        start: index.to_scalar(bytes.start)?,
        end: index.to_scalar(bytes.end)?,
        turn: at,
        speaker: turn.speaker.clone(),
        at_ms: turn.start_ms,
    };
    Some(Finding { kind, score: (score * 100.0).round() / 100.0, evidence })
}
