//! A call in pieces that a model can read at once: cut between turns, with a few turns of overlap, so that an answer is
//! never without its question.

use std::ops::Range;

use transcript::Document;

/// A piece has at most so many bytes of speech: some three thousand tokens.
pub(crate) const PIECE_BYTES: usize = 12_000;
/// So many turns of a piece stand at the beginning of the next.
const OVERLAP: usize = 3;
/// A call of more pieces is none that anybody should pay for.
pub(crate) const MOST_PIECES: usize = 64;

/// A turn, or a part of one that is longer than a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The turn, by index.
    pub(crate) turn: usize,
    /// Its bytes in [`Document::text`].
    pub(crate) bytes: Range<usize>,
}

/// The pieces of the given turns, in order. Turns that do not follow each other share a piece where they fit.
pub(crate) fn pieces(document: &Document, turns: &[(usize, usize)]) -> Vec<Vec<Unit>> {
    let mut pieces: Vec<Vec<Unit>> = Vec::new();
    let mut piece: Vec<Unit> = Vec::new();
    let (mut size, mut fresh) = (0, 0);
    for unit in units(document, turns) {
        let length = unit.bytes.len();
        if fresh > 0 && size + length > PIECE_BYTES {
            let overlap = overlap(&piece, PIECE_BYTES.saturating_sub(length));
            pieces.push(std::mem::replace(&mut piece, overlap));
            (size, fresh) = (piece.iter().map(|unit| unit.bytes.len()).sum(), 0);
        }
        size += length;
        fresh += 1;
        piece.push(unit);
    }
    if fresh > 0 {
        pieces.push(piece);
    }
    pieces
}

/// The last turns of a piece, as far as they leave room.
fn overlap(piece: &[Unit], room: usize) -> Vec<Unit> {
    let mut size = 0;
    let last = piece.iter().rev().take(OVERLAP);
    let fitting = last.take_while(|unit| {
        size += unit.bytes.len();
        size <= room.min(PIECE_BYTES / 4)
    });
    let mut overlap: Vec<Unit> = fitting.cloned().collect();
    overlap.reverse();
    overlap
}

fn units(document: &Document, turns: &[(usize, usize)]) -> Vec<Unit> {
    let mut units = Vec::new();
    for (start, end) in turns {
        for at in *start..(*end).min(document.turns.len()) {
            let turn = &document.turns[at];
            let mut rest = turn.start..turn.end;
            while rest.len() > PIECE_BYTES {
                let mut cut = rest.start + PIECE_BYTES;
                while !document.text.is_char_boundary(cut) {
                    cut -= 1;
                }
                let window = &document.text[rest.start..cut];
                let cut =
                    window.rfind(". ").or_else(|| window.rfind(' ')).map_or(cut, |at| rest.start + at + 1);
                units.push(Unit { turn: at, bytes: rest.start..cut });
                rest.start = cut;
            }
            units.push(Unit { turn: at, bytes: rest });
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(turns: &[String]) -> Document {
        let turns: Vec<_> =
            turns.iter().map(|text| serde_json::json!({"speaker": "Ada", "text": text})).collect();
        let payload = serde_json::json!({"title": "t", "turns": turns}).to_string();
        transcript::normalize("standard", payload.as_bytes()).expect("a document")
    }

    #[test]
    fn a_short_call_is_one_piece_and_nothing_gives_none() {
        let document = document(&["one".into(), "two".into(), "three".into()]);
        assert!(pieces(&document, &[]).is_empty());
        let [piece] = &pieces(&document, &[(0, 1), (2, 9)])[..] else { panic!("one piece") };
        assert_eq!(piece.iter().map(|unit| unit.turn).collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn a_long_call_is_cut_between_turns_with_an_overlap_and_nothing_is_lost() {
        let turns: Vec<String> = (0..100).map(|at| format!("turn {at} {}", "word ".repeat(100))).collect();
        let document = document(&turns);
        let pieces = pieces(&document, &[(0, 100)]);
        assert!(pieces.len() > 4);
        for two in pieces.windows(2) {
            let (last, first) = (two[0].last().expect("a turn").turn, two[1][0].turn);
            assert!(first <= last && last - first < OVERLAP, "{first} {last}");
        }
        let mut seen: Vec<usize> = pieces.iter().flatten().map(|unit| unit.turn).collect();
        seen.dedup();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, (0..100).collect::<Vec<_>>());
        assert!(
            pieces
                .iter()
                .all(|piece| piece.iter().map(|unit| unit.bytes.len()).sum::<usize>() <= PIECE_BYTES)
        );
    }

    #[test]
    fn a_turn_longer_than_a_piece_is_cut_where_a_sentence_ends() {
        let document = document(&["Ünd so weiter. ".repeat(3_000)]);
        let pieces = pieces(&document, &[(0, 1)]);
        assert!(pieces.len() > 2);
        let whole: String = pieces
            .iter()
            .map(|piece| {
                let new = piece.last().expect("a unit");
                &document.text[new.bytes.clone()]
            })
            .collect();
        assert_eq!(whole, document.text);
    }
}
