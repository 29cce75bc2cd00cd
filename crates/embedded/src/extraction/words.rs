//! The lists of words that decide how a sentence is read, from `crates/embedded/rules/words.txt`.

use std::{collections::BTreeSet, sync::OnceLock};

const FILE: &str = include_str!("../../rules/words.txt");

/// A list of the file, by its name there in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Negation,
    Affirmed,
    Condition,
    English,
    ElsewherePlace,
    ElsewherePeople,
    Private,
    PrivateOwn,
    Past,
    ToCome,
    Seller,
    Buyer,
    BrandBefore,
    BrandAfter,
    PersonVerb,
    SubjectOf,
    Starter,
    NoBrand,
}

/// Every list with its name, in the order of [`List`].
const NAMES: [(&str, List); 18] = [
    ("negation", List::Negation),
    ("affirmed", List::Affirmed),
    ("condition", List::Condition),
    ("english", List::English),
    ("elsewhere_place", List::ElsewherePlace),
    ("elsewhere_people", List::ElsewherePeople),
    ("private", List::Private),
    ("private_own", List::PrivateOwn),
    ("past", List::Past),
    ("to_come", List::ToCome),
    ("seller", List::Seller),
    ("buyer", List::Buyer),
    ("brand_before", List::BrandBefore),
    ("brand_after", List::BrandAfter),
    ("person_verb", List::PersonVerb),
    ("subject_of", List::SubjectOf),
    ("starter", List::Starter),
    ("no_brand", List::NoBrand),
];

type Lists = [BTreeSet<String>; NAMES.len()];

impl List {
    /// Whether a word, or words joined by blanks, is on it.
    pub(super) fn has(self, word: &str) -> bool {
        self.words().contains(word)
    }

    /// Everything on it; words in a row are joined by blanks.
    pub(super) fn words(self) -> &'static BTreeSet<String> {
        static LISTS: OnceLock<Lists> = OnceLock::new();
        &LISTS.get_or_init(|| read(FILE, &mut |_| {}))[self as usize]
    }
}

/// Reads the file. A line that cannot be read is left out and told of; a test refuses it.
fn read(text: &str, refuse: &mut dyn FnMut(String)) -> Lists {
    let mut lists = Lists::default();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let known = line.split_once(':').and_then(|(name, words)| {
            let (_, list) = NAMES.iter().find(|(known, _)| *known == name.trim())?;
            Some((*list, words))
        });
        match known {
            Some((list, words)) => lists[list as usize]
                .extend(words.split_whitespace().map(|word| word.to_lowercase().replace('_', " "))),
            None => {
                refuse(format!("crates/embedded/rules/words.txt:{}: no list is named in `{line}`", at + 1))
            }
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_filled_and_every_line_is_read() {
        let mut refused = Vec::new();
        let lists = read(FILE, &mut |reason| refused.push(reason));
        assert!(refused.is_empty(), "{refused:#?}");
        for (name, list) in NAMES {
            assert!(!lists[list as usize].is_empty(), "`{name}` in rules/words.txt is empty");
        }
    }

    #[test]
    fn a_line_of_no_list_is_refused_with_its_place() {
        let mut refused = Vec::new();
        let lists = read("# a note\npast: was Share_My\nbogus: x\nwords", &mut |reason| refused.push(reason));
        assert!(lists[List::Past as usize].contains("share my"));
        assert_eq!(refused.len(), 2);
        assert!(
            refused[0].starts_with("crates/embedded/rules/words.txt:3: ")
                && refused[0].contains("`bogus: x`")
        );
    }
}
