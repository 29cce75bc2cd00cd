//! From a word as written to the term that stands for all its forms.

use unicode_normalization::UnicodeNormalization;
use waken_snowball::SnowballEnv;
use waken_snowball::algorithms::{arabic_stemmer, english_stemmer, russian_stemmer};

use super::script::{Script, is_accent};

/// The term of a word of one script; `None` where nothing is left of it.
pub(super) fn folded_word(script: Script, word: &str, max_characters: usize) -> Option<String> {
    let plain: String = if word.is_ascii() {
        word.chars().take(max_characters).map(|c| c.to_ascii_lowercase()).collect()
    } else {
        let unaccented = word.nfkd().filter(|&c| !is_accent(c) && c != '\u{0640}').map(|c| match c {
            '’' => '\'',
            'ς' => 'σ',
            'ى' => 'ي',
            'ة' => 'ه',
            'ı' => 'i',
            c => c,
        });
        // Compatibility forms may hold spaces and slashes, such as `½` and `㎏`.
        let lower = unaccented.flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric() || *c == '\'');
        lower.map(|c| if c == 'ς' { 'σ' } else { c }).take(max_characters).collect()
    };
    let term = match script {
        Script::Latin if plain.bytes().any(|byte| byte.is_ascii_alphabetic()) => {
            stemmed(&plain, english_stemmer::stem)
        }
        Script::Cyrillic => stemmed(&plain, russian_stemmer::stem),
        Script::Arabic => {
            // `and` and `then` before the article, which the stemmer leaves on.
            let joined = plain.chars().count() > 5 && (plain.starts_with("وال") || plain.starts_with("فال"));
            stemmed(plain.get(2..).filter(|_| joined).unwrap_or(&plain), arabic_stemmer::stem)
        }
        _ => plain,
    };
    // Within a term an apostrophe says nothing: `dont`, `obrien`.
    let term = if term.contains('\'') { term.replace('\'', "") } else { term };
    (!term.is_empty()).then_some(term)
}

fn stemmed(word: &str, stem: fn(&mut SnowballEnv<'_>) -> bool) -> String {
    let mut environment = SnowballEnv::create(word);
    stem(&mut environment);
    let stem = environment.get_current();
    // A stemmer may leave nothing of a word that is all ending.
    if stem.is_empty() { word.to_owned() } else { stem.into_owned() }
}

/// The letters of a run without spaces, each with its marks: where it starts and ends in the run, and its folded form.
pub(super) fn clusters(run: &str) -> Vec<(usize, usize, String)> {
    let mut clusters: Vec<(usize, usize, String)> = Vec::new();
    for (at, c) in run.char_indices() {
        let end = at + c.len_utf8();
        let folded: String = std::iter::once(c).nfkc().flat_map(char::to_lowercase).collect();
        match clusters.last_mut() {
            // Tone marks and vowel signs change a syllable, so they stay; they only never begin a pair.
            Some((_, last, text)) if is_accent(c) => {
                *last = end;
                text.push_str(&folded);
            }
            _ => clusters.push((at, end, folded)),
        }
    }
    clusters
}
