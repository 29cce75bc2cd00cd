//! Sentences and words of a turn.
//!
//! Words come out in the form the lexicon is written in: lower case, contractions taken apart (`don't` is `do not`,
//! `we'll` is `we will`), full-width letters made narrow, marks and invisible characters dropped, and hesitations
//! (`um`, `uh`) left out. Each keeps its byte range, so that what is found can be quoted as it was said.

use std::{borrow::Cow, ops::Range};

/// A sentence without an end this long is cut where a clause begins. Automatic captions have no full stops.
const LONGEST_SENTENCE: usize = 420;

/// Words that end in a full stop without ending a sentence.
const ABBREVIATIONS: [&str; 34] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "e.g", "i.e", "eg", "ie", "approx", "inc", "ltd",
    "co", "corp", "dept", "no", "vol", "fig", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept",
    "oct", "nov", "dec", "u.s",
];

/// Words after which `'s` is `is` and never a possessive.
const IS_AFTER: [&str; 15] = [
    "it",
    "that",
    "he",
    "she",
    "there",
    "what",
    "who",
    "here",
    "where",
    "how",
    "this",
    "everything",
    "nothing",
    "everyone",
    "everybody",
];

/// A word, as the lexicon spells it.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) text: Cow<'t, str>,
    /// The bytes of the turn's text that it stands for. Both halves of a contraction have the same.
    pub(super) range: Range<usize>,
    /// Whether it begins with a capital letter.
    pub(super) capital: bool,
    /// Whether it has a small letter before a capital one, as product names have.
    pub(super) camel: bool,
    /// Whether it is all capitals, as acronyms are.
    pub(super) acronym: bool,
    /// Whether a comma, dash, colon, semicolon or bracket stands before it.
    pub(super) after_break: bool,
}

/// The byte ranges of the sentences of `text`, without the white space around them.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let ends = match c {
            '。' | '！' | '？' | '｡' => true,
            '!' | '?' | '…' => chars
                .peek()
                .is_none_or(|(_, next)| !matches!(next, '!' | '?' | '.' | '…' | '"' | '”' | '’' | ')')),
            '.' => match chars.peek() {
                None => true,
                // Closing marks and further full stops belong to the sentence they close.
                Some((_, next)) => next.is_whitespace() && !is_abbreviation(&text[start..at]),
            },
            '"' | '”' | ')' => {
                text[start..at].ends_with(['.', '!', '?', '…'])
                    && chars.peek().is_none_or(|(_, next)| next.is_whitespace())
            }
            _ => false,
        };
        if ends {
            push_sentence(text, start..end, &mut found);
            start = end;
        }
    }
    push_sentence(text, start..text.len(), &mut found);
    found
}

fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit([' ', '(', '\u{a0}']).next().unwrap_or_default();
    let initial = word.chars().count() == 1 && word.starts_with(char::is_uppercase) && word != "I";
    initial || ABBREVIATIONS.iter().any(|abbreviation| word.eq_ignore_ascii_case(abbreviation))
}

/// Trims, and cuts what is too long for one sentence at commas or at words that begin a clause.
fn push_sentence(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let inner = &text[range.clone()];
    let start = range.start + (inner.len() - inner.trim_start().len());
    let end = start + inner.trim().len();
    if start == end {
        return;
    }
    let mut rest = start..end;
    while rest.len() > LONGEST_SENTENCE {
        let mut limit = rest.start + LONGEST_SENTENCE;
        while !text.is_char_boundary(limit) {
            limit -= 1;
        }
        let window = &text[rest.start..limit];
        let cut = [" and then ", " so ", " but ", " because ", " and ", ", ", " "]
            .iter()
            .filter_map(|mark| window.rfind(mark).map(|at| if mark.starts_with(',') { at + 1 } else { at }))
            .find(|at| *at > LONGEST_SENTENCE / 3)
            .map_or(limit, |at| rest.start + at);
        found.push(rest.start..cut);
        rest.start = cut + (text[cut..rest.end].len() - text[cut..rest.end].trim_start().len());
    }
    if !rest.is_empty() {
        found.push(rest);
    }
}

/// The words of `text[range]`.
pub(super) fn tokens(text: &str, range: Range<usize>) -> Vec<Token<'_>> {
    let mut found = Vec::with_capacity(range.len() / 5);
    let mut after_break = false;
    let mut start = None;
    let slice = &text[range.clone()];
    for (at, c) in slice.char_indices().chain([(slice.len(), ' ')]) {
        let at = range.start + at;
        let joins = is_word(c) || (start.is_some() && is_joint(c, &text[at..range.end]));
        if joins {
            start.get_or_insert(at);
            continue;
        }
        if let Some(from) = start.take() {
            push_word(text, from..at, &mut after_break, &mut found);
        }
        after_break |= matches!(c, ',' | ';' | ':' | '–' | '—' | '(' | ')' | '"' | '“' | '”' | '.')
            || (c == '-' && text[at..range.end].starts_with("- "));
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '$' | '€' | '£' | '¥' | '%' | '&' | '+') || is_invisible(c)
}

/// Whether `c` belongs to the word it stands in: an apostrophe, a hyphen, or a point or colon between digits.
fn is_joint(c: char, rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next();
    let next = chars.next();
    match c {
        '\'' | '’' | 'ʼ' | '-' | '‑' | '/' => next.is_some_and(char::is_alphanumeric),
        '.' | ',' | ':' => next.is_some_and(|next| next.is_ascii_digit()),
        _ => false,
    }
}

/// Marks that change how a word looks and not what it is.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

fn push_word<'t>(text: &'t str, range: Range<usize>, after_break: &mut bool, found: &mut Vec<Token<'t>>) {
    let raw = &text[range.clone()];
    let capital = raw.starts_with(char::is_uppercase);
    let mut letters = raw.chars().filter(|c| c.is_alphabetic()).map(char::is_uppercase);
    let camel = raw.chars().zip(raw.chars().skip(1)).any(|(a, b)| a.is_lowercase() && b.is_uppercase());
    let acronym = capital && raw.len() > 1 && letters.all(|upper| upper);
    let plain = raw.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let word: Cow<'t, str> = if plain { Cow::Borrowed(raw) } else { Cow::Owned(folded(raw)) };
    if word.is_empty() || matches!(&*word, "um" | "uh" | "er" | "erm" | "ah" | "hmm" | "mm") {
        return;
    }
    // The second half of a contraction is a word of its own, and a small one.
    let mut push = |text: Cow<'t, str>, (capital, camel, acronym): (bool, bool, bool)| {
        let after_break = std::mem::take(after_break);
        found.push(Token { text, range: range.clone(), capital, camel, acronym, after_break });
    };
    match expand(&word) {
        Some((first, second)) => {
            push(Cow::Owned(first.into_owned()), (capital, camel, acronym));
            push(Cow::Borrowed(second), (false, false, false));
        }
        None => push(word, (capital, camel, acronym)),
    }
}

/// Lower case, narrow, without marks, with straight apostrophes.
fn folded(raw: &str) -> String {
    raw.chars()
        .filter(|c| !is_invisible(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '’' | 'ʼ' => '\'',
            '‑' => '-',
            // The full-width forms lie at a fixed distance from ASCII.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c).to_ascii_lowercase(),
            'à'..='å' => 'a',
            'è'..='ë' => 'e',
            'ì'..='ï' => 'i',
            'ò'..='ö' => 'o',
            'ù'..='ü' => 'u',
            'ç' => 'c',
            'ñ' => 'n',
            _ => c,
        })
        .collect()
}

/// The two words of a contraction.
fn expand(word: &str) -> Option<(Cow<'_, str>, &'static str)> {
    let whole = match word {
        "can't" | "cannot" | "cant" | "cannae" => ("can", "not"),
        "won't" | "wont" => ("will", "not"),
        "ain't" => ("is", "not"),
        "don't" | "dont" | "dinnae" => ("do", "not"),
        "doesn't" | "doesnt" | "doesnae" => ("does", "not"),
        "didn't" | "didnt" | "didnae" => ("did", "not"),
        "isn't" | "isnt" => ("is", "not"),
        "wouldnae" => ("would", "not"),
        "couldnae" => ("could", "not"),
        "im" => ("i", "am"),
        "ive" => ("i", "have"),
        "weve" => ("we", "have"),
        "thats" => ("that", "is"),
        "let's" | "lets" => ("let", "us"),
        "gonna" => ("going", "to"),
        "wanna" => ("want", "to"),
        "gotta" => ("got", "to"),
        "y'all" => ("you", "all"),
        _ => {
            let (stem, rest) = word.rsplit_once('\'')?;
            let rest = match rest {
                "t" => return stem.strip_suffix('n').map(|stem| (Cow::Borrowed(stem), "not")),
                "re" => "are",
                "ve" => "have",
                "ll" => "will",
                "d" => "would",
                "m" => "am",
                "s" if IS_AFTER.contains(&stem) => "is",
                // Of a name it may be a possessive or `is`; either way the name is what matters.
                "s" => "'s",
                _ => return None,
            };
            return Some((Cow::Borrowed(stem), rest));
        }
    };
    Some((Cow::Borrowed(whole.0), whole.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        for (text, expect) in [
            ("", &[][..]),
            ("  One. Two!  Three? ", &["One.", "Two!", "Three?"]),
            ("Dr. Lee paid 3.5 million. Fine.", &["Dr. Lee paid 3.5 million.", "Fine."]),
            ("See acme.com, e.g. the U.S. page. Ok", &["See acme.com, e.g. the U.S. page.", "Ok"]),
            ("John F. Kay said so. I agree.", &["John F. Kay said so.", "I agree."]),
            ("Wait... what?! No.", &["Wait...", "what?!", "No."]),
            ("He said \"stop.\" Then left.", &["He said \"stop.\"", "Then left."]),
            ("予算はありません。来週です！はい", &["予算はありません。", "来週です！", "はい"]),
            ("no end at all", &["no end at all"]),
        ] {
            let found: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expect, "{text}");
        }
    }

    #[test]
    fn a_text_without_full_stops_is_cut_and_nothing_is_lost() {
        let text = "and then we said that it was late so we went on with é ".repeat(60);
        let found = sentences(&text);
        assert!(found.len() > 5);
        assert!(found.iter().all(|range| range.len() <= LONGEST_SENTENCE));
        let joined: Vec<&str> = found.into_iter().map(|range| &text[range]).collect();
        assert_eq!(joined.join(" "), text.trim());
        let solid = "x".repeat(5_000) + &"é".repeat(2_000);
        assert_eq!(sentences(&solid).into_iter().map(|range| range.len()).sum::<usize>(), solid.len());
    }

    #[test]
    fn words_are_spelled_as_the_lexicon_spells_them() {
        for (text, expect) in [
            ("We don't, um, have $50k.", "we do not have $50k"),
            ("They’ll re-sign it’s Maria's", "they will re-sign it is maria 's"),
            ("ｂｕｄｇｅｔ 4,000 3.5% Q3 10:30", "budget 4,000 3.5% q3 10:30"),
            ("bud\u{200b}get cafe\u{301} Café ZÜRICH", "budget cafe cafe zurich"),
            ("Can't won't GONNA y'all've", "can not will not going to y'all have"),
            ("…—()", ""),
        ] {
            let found: Vec<_> =
                tokens(text, 0..text.len()).into_iter().map(|token| token.text.into_owned()).collect();
            assert_eq!(found.join(" "), expect, "{text}");
        }
    }

    #[test]
    fn a_word_remembers_where_it_stood() {
        let text = "Well, “It’s Acme” - no";
        let found = tokens(text, 0..text.len());
        let told: Vec<_> = found
            .iter()
            .map(|token| (&text[token.range.clone()], token.capital, token.after_break))
            .collect();
        assert_eq!(
            told,
            [
                ("Well", true, false),
                ("It’s", true, true),
                ("It’s", false, false),
                ("Acme", true, false),
                ("no", false, true)
            ]
        );
    }
}
