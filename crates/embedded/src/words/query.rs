//! What a person typed, as terms to look for, phrases that must be there and words that must not.

use std::collections::BTreeSet;

use domain::{QueryPart, query_parts};

use super::{Form, for_each_term};

/// Terms that count; more of them only blur a query.
const MAX_TERMS: usize = 32;

/// Phrases and exclusions that count.
const MAX_CLAUSES: usize = 8;

/// A term to look for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryTerm {
    /// What is compared.
    pub text: String,
    /// Whether a longer term that begins so counts too: a single character of a script whose terms are pairs.
    pub is_prefix: bool,
}

/// Terms that stand in this order, one after another.
pub type Clause = Vec<QueryTerm>;

/// A query by words: see [`query_parts`] for what a person may type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WordQuery {
    /// Any of these makes a match; each once, in the order of the query.
    pub terms: Vec<QueryTerm>,
    /// All of these must occur.
    pub required: Vec<Clause>,
    /// None of these may occur.
    pub excluded: Vec<Clause>,
}

/// English words that say nothing of what a text is about. In a small index they are rare enough to outrank what does.
const STOP_WORDS: &str = " a about after again all also am an and any are as at be been before being but by can could \
    did do does doing done for from get got had has have he her here him his how i if in into is it its just me more \
    most my no not of on once only or other our out over own s same she should so some such t than that the their \
    them then there these they this those through to too up us very was we were what when where which while who whom \
    why will with would you your ";

impl WordQuery {
    /// Reads a query.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let mut read = Self::default();
        let mut plain = String::new();
        for part in query_parts(query) {
            match part {
                QueryPart::Not(text) => push(&mut read.excluded, text),
                QueryPart::Phrase(text) => {
                    push(&mut read.required, text);
                    // Its words count for the ranking too.
                    plain.extend([text, " "]);
                }
                QueryPart::Words(text) => plain.extend([text, " "]),
            }
        }
        read.terms = telling_terms(&plain);
        read
    }

    /// Whether nothing can be looked for by words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.required.is_empty()
    }
}

fn push(clauses: &mut Vec<Clause>, text: &str) {
    let mut clause = terms_of(text, |_| true);
    clause.truncate(MAX_TERMS);
    if !clause.is_empty() && clauses.len() < MAX_CLAUSES {
        clauses.push(clause);
    }
}

/// The terms of the words that carry meaning; of all words where none does. Each once.
fn telling_terms(text: &str) -> Vec<QueryTerm> {
    let telling = terms_of(text, |word| !STOP_WORDS.contains(&format!(" {} ", word.to_lowercase())));
    let chosen = if telling.is_empty() { terms_of(text, |_| true) } else { telling };
    let mut seen = BTreeSet::new();
    chosen.into_iter().filter(|term| seen.insert(term.clone())).take(MAX_TERMS).collect()
}

fn terms_of(text: &str, keep: impl Fn(&str) -> bool) -> Vec<QueryTerm> {
    let mut terms = Vec::new();
    for_each_term(text, |term| {
        // What the last character of a run says, the pair before it has said.
        if term.form != Form::Tail && keep(&text[term.start..term.end]) {
            terms.push(QueryTerm { text: term.text, is_prefix: term.form == Form::Alone });
        }
    });
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(clause: &[QueryTerm]) -> String {
        let terms: Vec<String> = clause
            .iter()
            .map(|term| format!("{}{}", term.text, if term.is_prefix { "*" } else { "" }))
            .collect();
        terms.join(" ")
    }

    #[test]
    fn everything_that_is_typed_is_a_query() {
        let cases: [(&str, &str, &[&str], &[&str]); 15] = [
            ("Who approves the purchase?", "approv purchas", &[], &[]),
            ("who was that", "who was that", &[], &[]),
            ("PAYING\" OR NEAR(late)*", "pay near late", &[], &[]),
            ("price price Prices", "price", &[], &[]),
            ("\"no later than\" March", "later march", &["no later than"], &[]),
            ("budget -travel", "budget", &[], &["travel"]),
            ("budget -\"trade show\" now", "budget now", &[], &["trade show"]),
            ("follow-up up-front", "follow front", &[], &[]),
            ("-- - -\"", "", &[], &[]),
            ("-only", "", &[], &["onli"]),
            ("\"\" \"  \"", "", &[], &[]),
            ("東京 \"価格交渉\"", "東京 価格 格交 交渉", &["価格 格交 交渉"], &[]),
            ("東 價", "東* 價*", &[], &[]),
            ("text:secret rowid^2 {x b}", "text secret rowid 2 x b", &[], &[]),
            ("“smart quotes”", "smart quot", &["smart quot"], &[]),
        ];
        for (query, terms, required, excluded) in cases {
            let read = WordQuery::parse(query);
            assert_eq!(shown(&read.terms), terms, "{query}");
            assert_eq!(
                read.required.iter().map(|clause| shown(clause)).collect::<Vec<_>>(),
                required,
                "{query}"
            );
            assert_eq!(
                read.excluded.iter().map(|clause| shown(clause)).collect::<Vec<_>>(),
                excluded,
                "{query}"
            );
        }
    }

    #[test]
    fn a_query_has_bounded_terms() {
        let long: String = (0..200).map(|number| format!("w{number} \"p{number}\" -x{number} ")).collect();
        let read = WordQuery::parse(&long);
        let lengths = (read.terms.len(), read.required.len(), read.excluded.len());
        assert_eq!(lengths, (MAX_TERMS, MAX_CLAUSES, MAX_CLAUSES));
    }
}
