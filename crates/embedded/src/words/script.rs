//! Which rules a character's word follows.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// A group of scripts whose words are made alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Latin letters, and all digits.
    Latin,
    /// Cyrillic.
    Cyrillic,
    /// Arabic.
    Arabic,
    /// Scripts that put no spaces between words; and Hangul, whose words carry their particles.
    Unspaced,
    /// A mark that belongs to whatever letter it is on.
    Mark,
    /// Any other.
    Other,
}

/// Whether a character is part of a word.
pub(super) fn is_word_character(c: char) -> bool {
    c.is_alphanumeric()
        || c == '\u{0640}'
        || (!c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Mark)
}

/// The group of a word character.
pub(super) fn script_of(c: char) -> Script {
    match c {
        '0'..='9' | 'a'..='z' | 'A'..='Z' => Script::Latin,
        '\u{0400}'..='\u{052F}' | '\u{1C80}'..='\u{1C8F}' | '\u{2DE0}'..='\u{2DFF}' => Script::Cyrillic,
        '\u{0600}'..='\u{06FF}' | '\u{0750}'..='\u{077F}' | '\u{08A0}'..='\u{08FF}' => Script::Arabic,
        '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' => Script::Arabic,
        // Thai, Lao, Burmese, Khmer.
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' => Script::Unspaced,
        // Hangul, kana, ideographs, and the half-width forms.
        '\u{1100}'..='\u{11FF}' | '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{318F}' => Script::Unspaced,
        '\u{31A0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' => Script::Unspaced,
        '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' => Script::Unspaced,
        '\u{FF66}'..='\u{FFDC}' | '\u{1B000}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}' => Script::Unspaced,
        // Full-width letters and digits, the rest of Latin with its ligatures.
        '\u{00AA}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}' | '\u{2C60}'..='\u{2C7F}' => Script::Latin,
        '\u{A720}'..='\u{A7FF}' | '\u{FB00}'..='\u{FB06}' | '\u{FF10}'..='\u{FF5A}' => Script::Latin,
        _ if c.general_category_group() == GeneralCategoryGroup::Mark => Script::Mark,
        _ => Script::Other,
    }
}

/// Whether a mark says nothing that a search should ask for: an accent, a vowel mark.
pub(super) fn is_accent(c: char) -> bool {
    !c.is_ascii() && c.general_category() == GeneralCategory::NonspacingMark
}
