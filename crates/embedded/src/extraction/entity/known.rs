//! Whose names a call uses: the parties', other people's, places', and what may be a rival's.

use std::{collections::BTreeSet, sync::OnceLock};

use super::{is_common, word};
use crate::extraction::{token::Token, words::List};

/// Words that are names of the parties to the call, and so of no rival.
#[derive(Clone, Debug, Default)]
pub(in crate::extraction) struct Known {
    /// Words of the speakers' names.
    pub(in crate::extraction) people: BTreeSet<String>,
    /// Words of the title, the account and its domain.
    pub(in crate::extraction) parties: BTreeSet<String>,
    /// Capitalized words that the call uses like a person's name or a place.
    pub(in crate::extraction) others: BTreeSet<String>,
    /// Capitalized words that it also uses like a product's or a company's name: these are none of the others.
    pub(in crate::extraction) brands: BTreeSet<String>,
    /// Words with a capital inside a sentence: at the beginning of one, too, they are names.
    pub(in crate::extraction) capitals: BTreeSet<String>,
}

impl Known {
    /// Learns from the words of one sentence which capitalized words are people and places: `Kayla, I have …`,
    /// `… says Tom`, `in Duluth`, `Fort McMurray`.
    pub(in crate::extraction) fn learn(&mut self, tokens: &[Token<'_>]) {
        for (at, token) in tokens.iter().enumerate() {
            if token.capital && at > 0 && !token.after_break && !is_common(&token.text) {
                self.capitals.insert(token.text.to_string());
            }
            if !token.capital || token.camel || is_common(&token.text) {
                continue;
            }
            let before = if at > 0 { word(tokens, at - 1) } else { "" };
            if List::BrandBefore.has(before) || List::BrandAfter.has(word(tokens, at + 1)) {
                self.brands.insert(token.text.to_string());
                continue;
            }
            let next = tokens.get(at + 1);
            let addressed = (at == 0 || token.after_break) && next.is_none_or(|next| next.after_break);
            let acts = List::PersonVerb.has(word(tokens, at + 1));
            let told = matches!(
                before,
                "tell" | "told" | "ask" | "asked" | "thanks" | "hi" | "hello" | "and_i" | "for_me"
            );
            let place = matches!(before, "in" | "near" | "around" | "visit" | "via");
            let pair = next.is_some_and(|next| {
                next.capital && !next.after_break && !next.camel && !is_common(&next.text)
            }) && at > 0;
            if addressed || acts || told || place || pair {
                self.others.insert(token.text.to_string());
                if pair {
                    self.others.insert(word(tokens, at + 1).to_owned());
                }
            }
        }
    }
}

/// First names that a call may use of people it does not introduce. None of them is the whole name of a well-known
/// product; where a call uses one like a product's name, the call is believed.
const FIRST_NAMES: &str = include_str!("../../../rules/first_names.txt");

/// Whether a word is a common first name.
pub(super) fn is_first_name(word: &str) -> bool {
    static NAMES: OnceLock<BTreeSet<&str>> = OnceLock::new();
    NAMES.get_or_init(|| FIRST_NAMES.split_whitespace().collect()).contains(word)
}
