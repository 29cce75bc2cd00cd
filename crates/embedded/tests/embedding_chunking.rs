//! Passages: within their limits, true to the text's offsets, and cut where a reader would cut.

use embedded::embedding::{
    StaticModel,
    chunking::{ChunkError, Limits, Passage, Span, passages},
};
use proptest::prelude::*;

fn model() -> StaticModel {
    StaticModel::new(
        include_bytes!("../model/static-minilm.safetensors").as_slice(),
        include_str!("../model/vocab.txt"),
    )
    .expect("sound input")
}

thread_local!(static MODEL: StaticModel = model());

/// The turns of a text with one turn a line.
fn lines(text: &str) -> Vec<Span> {
    let mut at = 0;
    text.split_inclusive('\n')
        .map(|line| {
            at += line.len();
            Span::new(at - line.len(), at - usize::from(line.ends_with('\n')))
        })
        .collect()
}

/// Cuts and checks what must hold of any result.
fn cut(text: &str, turns: &[Span], limits: &Limits) -> Vec<Passage> {
    let passages = MODEL.with(|model| passages(model, text, turns, limits)).expect("sound input");
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut end = 0;
    for passage in &passages {
        let piece = &text[passage.bytes.clone()];
        assert!(passage.bytes.start >= end && !piece.is_empty(), "{passage:?}");
        end = passage.bytes.end;
        assert_eq!(places[passage.start]..places[passage.end], passage.bytes);
        assert_eq!(MODEL.with(|model| model.count_tokens(piece)), passage.tokens, "{piece:?}");
        assert!((0..=limits.max_tokens).contains(&passage.tokens), "{passage:?}");
        assert!(piece.chars().count() <= limits.max_chars, "{passage:?}");
        let (first, last) = (&turns[passage.first_turn], &turns[passage.last_turn]);
        assert!((first.start..first.end).contains(&passage.bytes.start), "{passage:?}");
        assert!((last.start + 1..=last.end).contains(&passage.bytes.end), "{passage:?}");
    }
    passages
}

fn pieces<'a>(text: &'a str, passages: &[Passage]) -> Vec<&'a str> {
    passages.iter().map(|passage| &text[passage.bytes.clone()]).collect()
}

fn tokens(max_tokens: usize) -> Limits {
    Limits { max_tokens, ..Limits::default() }
}

#[test]
fn short_turns_share_a_passage_and_no_turn_is_split() {
    let text = "Hello there.\nHi, how are you?\nFine, thanks. And you?\nAll good.\n";
    let found = cut(text, &lines(text), &tokens(12));
    assert_eq!(pieces(text, &found), ["Hello there.\nHi, how are you?", "Fine, thanks. And you?\nAll good."]);
    assert_eq!((found[1].first_turn, found[1].last_turn), (2, 3));
    let whole = cut(text, &lines(text), &Limits::default());
    assert_eq!(pieces(text, &whole), [text.trim_end()]);
}

#[test]
fn a_long_turn_is_cut_between_sentences_and_starts_a_passage() {
    let text =
        "Hello.\nThe price is too high. We need a discount! (Really?) \"Yes.\" Version 3.14 is out. Bye";
    let found = cut(text, &lines(text), &tokens(10));
    assert_eq!(
        pieces(text, &found),
        [
            "Hello.",
            "The price is too high.",
            "We need a discount! (Really?)",
            "\"Yes.\"",
            "Version 3.14 is out. Bye"
        ]
    );
    assert!(found[1..].iter().all(|passage| (passage.first_turn, passage.last_turn) == (1, 1)));
}

#[test]
fn a_long_sentence_is_cut_between_words() {
    let text = "one two three four five six seven";
    assert_eq!(
        pieces(text, &cut(text, &lines(text), &tokens(3))),
        ["one two three", "four five six", "seven"]
    );
}

#[test]
fn text_without_spaces_is_cut_after_punctuation_or_wherever_it_must() {
    let text = "one,two,three,four,five";
    assert_eq!(pieces(text, &cut(text, &lines(text), &tokens(4))), ["one,two,", "three,four,", "five"]);
    // No place is good here, and no character is lost.
    let text = "abcdefghij".repeat(9);
    let limits = Limits { max_chars: 7, ..tokens(3) };
    let found = cut(&text, &lines(&text), &limits);
    assert_eq!(pieces(&text, &found).concat(), text);
}

#[test]
fn a_cut_leaves_marks_with_their_letters() {
    let text = "e\u{301}".repeat(50);
    let limits = Limits { max_chars: 9, ..Limits::default() };
    for piece in pieces(&text, &cut(&text, &lines(&text), &limits)) {
        assert!(piece.starts_with('e') && piece.ends_with('\u{301}'), "{piece:?}");
    }
}

#[test]
fn ideographs_are_cut_after_sentences_and_counted_in_characters() {
    let text = "東ok大ok。東ok東ok。「ok大。」ok東ok東ok東ok";
    let found = cut(text, &lines(text), &tokens(2));
    assert_eq!(pieces(text, &found), ["東ok大ok。", "東ok東ok。", "「ok大。」", "ok東ok東", "ok東ok"]);
    assert_eq!((found[1].start, found[1].end), (7, 14));
}

#[test]
fn breaks_and_long_gaps_part_passages() {
    let text = "Hello. [a minute of silence] Hello again. Bye.";
    let turns = [Span::new(0, 6), Span::new(29, 41), Span::new(42, 46)];
    let close = Limits { max_gap: 23, ..Limits::default() };
    assert_eq!(pieces(text, &cut(text, &turns, &close)), [text]);
    let far = Limits { max_gap: 22, ..Limits::default() };
    assert_eq!(pieces(text, &cut(text, &turns, &far)), ["Hello.", "Hello again. Bye."]);
    let broken = [turns[0], turns[1], turns[2].after_break()];
    assert_eq!(
        pieces(text, &cut(text, &broken, &close)),
        ["Hello. [a minute of silence] Hello again.", "Bye."]
    );
}

#[test]
fn what_has_no_text_is_left_out_and_what_has_no_token_is_kept() {
    assert!(cut("", &[], &Limits::default()).is_empty());
    assert!(cut(" \u{1c}\n", &[Span::new(0, 3)], &Limits::default()).is_empty());
    assert_eq!(pieces("🙂", &cut("🙂", &[Span::new(0, 4)], &Limits::default())), ["🙂"]);
    let text = "🙂\nok 🙂\n";
    assert_eq!(pieces(text, &cut(text, &lines(text), &Limits::default())), ["🙂\nok 🙂"]);
}

#[test]
fn wrong_turns_and_limits_are_refused() {
    let cut = |turns: &[(usize, usize)], limits: &Limits| {
        let turns: Vec<Span> = turns.iter().map(|&(start, end)| Span::new(start, end)).collect();
        MODEL.with(|model| passages(model, "né ok", &turns, limits)).expect_err("it was accepted")
    };
    let usual = Limits::default();
    assert_eq!(cut(&[(0, 1), (2, 3)], &usual), ChunkError::NotInText { turn: 1 });
    assert_eq!(cut(&[(0, 7)], &usual), ChunkError::NotInText { turn: 0 });
    assert_eq!(cut(&[(3, 1)], &usual), ChunkError::NotInText { turn: 0 });
    assert_eq!(cut(&[(0, 4), (3, 5)], &usual), ChunkError::OutOfOrder { turn: 1 });
    assert_eq!(cut(&[], &tokens(0)), ChunkError::Limits);
    assert_eq!(cut(&[], &Limits { max_chars: 0, ..usual }), ChunkError::Limits);
}

/// Text, without the white space that cutting may drop.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_megabyte_of_turns_is_covered() {
    let sentences = [
        "We looked at three vendors and procurement wants the final pricing by the end of the quarter. ",
        "Naïve question: does the security review (SOC 2, ISO 27001) block the pilot? ",
        "東京の会議は来週です。 ",
        "👍🏽 ok! ",
    ];
    let mut text = String::new();
    for turn in 0_usize.. {
        (0..=turn % 40).for_each(|at| text.push_str(sentences[(turn * 7 + at) % sentences.len()]));
        text.push('\n');
        if text.len() > 1_000_000 {
            break;
        }
    }
    let found = cut(&text, &lines(&text), &Limits::default());
    assert_eq!(letters(&pieces(&text, &found).concat()), letters(&text));
    // Short ones stand where a long turn begins, or before a turn that fits only a passage of its own.
    let short = found.iter().filter(|passage| passage.tokens < 128).count();
    assert!(short * 3 < found.len(), "{short} of {} are not half full", found.len());
}

#[test]
fn one_turn_without_spaces_is_covered() {
    for text in ["word,".repeat(20_000), "東京大学".repeat(9_000), "กขค".repeat(12_000), "x".repeat(1 << 17)]
    {
        let found = cut(&text, &[Span::new(0, text.len())], &Limits::default());
        let covered: usize = found.iter().map(|passage| passage.bytes.len()).sum();
        // Only what has no token may be missing.
        let rest: usize = MODEL.with(|model| {
            let edges = found
                .iter()
                .map(|passage| passage.bytes.clone())
                .chain(std::iter::once(text.len()..text.len()));
            let mut end = 0;
            edges
                .map(|bytes| {
                    let tokens = model.count_tokens(&text[end..bytes.start]);
                    end = bytes.end;
                    tokens
                })
                .sum()
        });
        assert_eq!(rest, 0);
        assert!(covered == text.len() || !text.starts_with("word"), "{covered}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_cut_within_its_limits(
        words in proptest::collection::vec(
            prop_oneof![
                Just("Hello "), Just("ΑΣ."), Just("Σ"), Just("東"), Just("。"), Just("one,"), Just("a.b"), Just("\n"),
                Just("é\u{301}"), Just("🙂"), Just("price"), Just("  "), Just("가"), Just("x'"), Just("!"), Just("\u{1c}"),
            ],
            0..60,
        ),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
        max_tokens in 4_usize..12,
        max_chars in 1_usize..40,
        max_gap in 0_usize..4,
    ) {
        let text = words.concat();
        let mut edges: Vec<usize> = cuts.iter().map(|cut| text.floor_char_boundary(cut.index(text.len() + 1))).collect();
        edges.extend([0, text.len()]);
        edges.sort_unstable();
        // Every other stretch is a turn's, so that there are gaps, and turns that begin within a word.
        let turns: Vec<Span> = edges.windows(2).step_by(1 + words.len() % 2).map(|w| Span::new(w[0], w[1])).collect();
        let limits = Limits { max_tokens, max_chars, max_gap };
        cut(&text, &turns, &limits);
    }
}
