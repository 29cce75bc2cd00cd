//! The text a tokenizer sees: clean, without accents, in lower case. The order of the steps is part of the model.
//!
//! White space comes before control characters on purpose: tab and line feed are category Cc, and dropping them first
//! would glue words together. Categories are those of the Unicode version of the `unicode-properties` crate, so a
//! character assigned after the model was made is kept here and dropped there; neither has a token for it.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Cleans, decomposes (NFD), drops non-spacing marks and lower-cases. The result's only white space is U+0020.
pub(super) fn normalize(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    if text.is_ascii() {
        // Most text, and with nothing to decompose.
        plain.extend(text.chars().filter_map(clean));
        plain.make_ascii_lowercase();
        return plain;
    }
    let spaced = text.chars().filter_map(clean).flat_map(|c| {
        let space = is_ideograph(c).then_some(' ');
        space.into_iter().chain([c]).chain(space)
    });
    plain.extend(spaced.nfd().filter(|&c| !is_dropped_mark(c)));
    // Over the whole text, since a final sigma depends on its neighbors.
    plain.to_lowercase()
}

/// White space as a space, and nothing for a character that is dropped.
fn clean(c: char) -> Option<char> {
    if is_space(c) {
        return Some(' ');
    }
    // Letters and digits are asked for first: the answer is quick, and rules out the category.
    let dropped = match c {
        ' '..='~' => false,
        '\0' | '\u{FFFD}' => true,
        _ => !c.is_alphanumeric() && c.general_category_group() == GeneralCategoryGroup::Other,
    };
    (!dropped).then_some(c)
}

/// Unicode white space, and with it the four information separators, which are spaces to the model's maker by their
/// bidirectional class.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1C}'..='\u{1F}')
}

/// Whether a character is a CJK ideograph, which is a word by itself. The ranges are the original tokenizer's.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(
        c,
        '\u{4E00}'..='\u{9FFF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{20000}'..='\u{2A6DF}'
            | '\u{2A700}'..='\u{2B73F}'
            | '\u{2B740}'..='\u{2B81F}'
            | '\u{2B920}'..='\u{2CEAF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{2F800}'..='\u{2FA1F}'
    )
}

/// Whether a character is a word by itself for being punctuation: Unicode's kind, and ASCII's symbols with it.
pub(super) fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation();
    }
    !c.is_alphanumeric() && c.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// Whether a character only modifies the one before it, so that a cut between them would tear one letter apart.
pub(super) fn is_mark(c: char) -> bool {
    !c.is_ascii() && is_combining_mark(c)
}

fn is_dropped_mark(c: char) -> bool {
    is_mark(c) && c.general_category() == GeneralCategory::NonspacingMark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_does_its_part() {
        for (text, expected) in [
            ("a\tb\nc", "a b c"),
            ("a\u{1}b\u{7F}c", "abc"),
            ("A\u{1C}B\u{1F}C", "a b c"),
            ("x\u{85}y\u{A0}z\u{2028}w", "x y z w"),
            ("zero\u{200B}width\u{FEFF}", "zerowidth"),
            ("nul\0\u{FFFD}", "nul"),
            ("Ünïcode\u{301}", "unicode"),
            ("İstanbul", "istanbul"),
            ("ΟΔΥΣΣΕΥΣ ΣΑΣ.", "οδυσσευς σας."),
            ("東京a", " 東  京 a"),
            ("ﬁ ½", "ﬁ ½"),
            ("≠", "="),
            ("", ""),
        ] {
            assert_eq!(normalize(text), expected, "{text:?}");
        }
    }

    #[test]
    fn ascii_and_other_text_go_through_the_same_rules() {
        let ascii: String = (0_u8..0x80).map(char::from).collect();
        let both = normalize(&format!("{ascii}é"));
        assert_eq!(format!("{}e", normalize(&ascii)), both);
    }

    #[test]
    fn the_quick_answers_agree_with_the_categories() {
        for c in '\0'..=char::MAX {
            let group = c.general_category_group();
            assert_eq!(is_mark(c), group == GeneralCategoryGroup::Mark, "{c:?}");
            assert_eq!(is_dropped_mark(c), c.general_category() == GeneralCategory::NonspacingMark, "{c:?}");
            if c.is_alphanumeric() {
                assert_ne!(group, GeneralCategoryGroup::Other, "{c:?}");
                assert_ne!(group, GeneralCategoryGroup::Punctuation, "{c:?}");
            }
        }
    }

    #[test]
    fn ascii_symbols_count_as_punctuation() {
        assert!("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~—。「¿·".chars().all(is_punctuation));
        assert!(!"a1 é€©東\u{301}".chars().any(is_punctuation));
    }
}
