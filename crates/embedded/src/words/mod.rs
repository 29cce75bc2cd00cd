//! Words of a text as full-text search compares them: folded, stemmed, and pairs of characters where a script has no
//! spaces.
//!
//! What is indexed and what is looked for go through the same [`for_each_term`], so a store needs no tokenizer of its
//! own: it splits at spaces. Terms have letters, digits and marks only, hence none can be taken for query syntax.
//!
//! - Latin, Greek and Cyrillic words are lower-cased, freed of accents and stemmed (English and Russian stemmers).
//! - Arabic words lose vowel marks and the lengthening stroke, have their variant letters made one, and are stemmed.
//! - Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese runs become overlapping pairs of characters.
//! - All other words are only folded.

mod fold;
mod highlight;
mod query;
mod script;

pub use highlight::{Highlight, highlights};
pub use query::{Clause, QueryTerm, WordQuery};

use self::fold::folded_word;
use self::script::{Script, is_word_character, script_of};

/// A word of more characters is a key, a link or noise: its beginning is enough to find it by.
const MAX_WORD_CHARACTERS: usize = 64;

/// A term and where in the text it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What is compared; never empty.
    pub text: String,
    /// Where its first character starts, in bytes.
    pub start: usize,
    /// Where its last character ends, exclusive, in bytes.
    pub end: usize,
    /// Whether it is a pair, and if not, why.
    pub form: Form,
}

/// What a term is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A word.
    Word,
    /// Two neighboring characters of a run without spaces.
    Pair,
    /// The last character of such a run, which no pair begins with.
    Tail,
    /// The only character of such a run.
    Alone,
}

/// Calls `sink` with each term of `text`, in order.
pub fn for_each_term(text: &str, mut sink: impl FnMut(Term)) {
    let mut rest = text;
    while let Some(at) = rest.find(is_word_character) {
        let from = text.len() - rest.len() + at;
        let script = text[from..].chars().next().map_or(Script::Other, script_of);
        let run = &text[from..];
        let end = run
            .char_indices()
            .find(|&(at, c)| at > 0 && !goes_on(script, c, &run[at..]))
            .map_or(run.len(), |(at, _)| at);
        let run = &text[from..from + end];
        match script {
            Script::Unspaced => pairs(run, from, &mut sink),
            _ => {
                if let Some(text) = folded_word(script, run, MAX_WORD_CHARACTERS) {
                    sink(Term { text, start: from, end: from + end, form: Form::Word });
                }
            }
        }
        rest = &text[from + end..];
    }
}

/// The terms of a text with a space between each, ready for a tokenizer that splits there.
#[must_use]
pub fn indexed(text: &str) -> String {
    let mut terms = String::with_capacity(text.len());
    for_each_term(text, |term| {
        if !terms.is_empty() {
            terms.push(' ');
        }
        terms.push_str(&term.text);
    });
    terms
}

/// Whether a word of this script goes on with `c`, which begins `rest`.
fn goes_on(script: Script, c: char, rest: &str) -> bool {
    // An apostrophe within a word: `don't`, `l’accord`. What is after it is folded away or kept by the stemmer.
    if matches!(c, '\'' | '’') && script != Script::Unspaced {
        return rest.chars().nth(1).is_some_and(|next| is_word_character(next) && script_of(next) == script);
    }
    is_word_character(c) && (script_of(c) == Script::Mark || script_of(c) == script)
}

/// Overlapping pairs of a run without spaces, and its last character, so that a single one is found by what begins
/// with it.
fn pairs(run: &str, from: usize, sink: &mut impl FnMut(Term)) {
    let clusters = fold::clusters(run);
    for (at, (start, end, text)) in clusters.iter().enumerate() {
        let (end, text, form) = match clusters.get(at + 1) {
            Some((_, end, next)) => (*end, format!("{text}{next}"), Form::Pair),
            None => (*end, text.clone(), if at == 0 { Form::Alone } else { Form::Tail }),
        };
        sink(Term { text, start: from + start, end: from + end, form });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_is_folded_in_its_way() {
        for (text, expected) in [
            ("Approving the Purchases", "approv the purchas"),
            ("Café Zürich: naïve résumés", "cafe zurich naiv resum"),
            ("don’t DON'T", "dont dont"),
            ("O'Brien's", "obrien"),
            ("12,500€ by Q1", "12 500 by q1"),
            ("ＦＵＬＬ　ｗｉｄｔｈ １２", "full width 12"),
            ("東京タワー", "東京 京タ タワ ワー ー"),
            ("東", "東"),
            ("価格は100円", "価格 格は は 100 円"),
            ("ราคาแพง", "รา าค คา าแ แพ พง ง"),
            ("가격 협상", "가격 격 협상 상"),
            ("والسعر السِّعر السعر", "سعر سعر سعر"),
            ("أسعار إسعار", "اسعار اسعار"),
            ("ЦЕНА слишком высокая", "цен слишк высок"),
            ("ΣΑΣ σας", "σασ σασ"),
            ("שלום עולם", "שלום עולם"),
            ("a\u{301}e\u{301}", "ae"),
            ("!!! … --", ""),
            ("", ""),
        ] {
            assert_eq!(indexed(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_term_knows_its_place() {
        let text = "Zürich, 東京タ";
        let mut found = Vec::new();
        for_each_term(text, |term| found.push((term.text, &text[term.start..term.end])));
        let expected = [("zurich", "Zürich"), ("東京", "東京"), ("京タ", "京タ"), ("タ", "タ")];
        assert_eq!(found, expected.map(|(term, place)| (term.to_owned(), place)));
    }

    #[test]
    fn a_long_word_is_cut_and_nothing_but_word_characters_is_in_a_term() {
        let long = "x".repeat(500);
        assert_eq!(indexed(&long).chars().count(), MAX_WORD_CHARACTERS);
        let odd: String = ('\0'..'\u{3000}').filter(|c| !c.is_control()).collect();
        for_each_term(&odd, |term| {
            assert!(!term.text.is_empty());
            assert!(!term.text.contains(['"', '*', '(', ')', ':', '^', ' ', '+', '-']), "{}", term.text);
        });
    }
}
