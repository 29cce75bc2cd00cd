//! The lexicon, read: for each kind of signal, patterns with a weight.
//!
//! The patterns live in `crates/embedded/rules/*.txt`, one file a kind and one pattern a line, so that a wording can be added
//! without touching code. They are matched by words, by an engine of our own (`pattern.rs`), and not by `regex-lite`
//! or `aho-corasick`: the first runs one expression at a time, several hundred passes over every sentence; the second
//! knows fixed bytes only, no gaps and no classes such as `[date]`. A lookup of each word's candidates is one pass, is
//! linear in the text for lack of any unbounded repetition, and costs the Wasm module a few kilobytes of code where
//! either library costs tens.

use std::{collections::BTreeMap, ops::ControlFlow, sync::OnceLock};

use domain::SignalKind;

use super::{
    entity::Entities,
    features,
    pattern::{Anchor, Classes, Match, Pattern, Thing},
    token::Token,
};

/// One line of the lexicon.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) kind: SignalKind,
    /// How much this pattern alone says, from 0 to 1.
    pub(super) weight: f64,
    /// Counts in a question as well.
    pub(super) in_question: bool,
    /// Counts when the seller says it as well.
    pub(super) by_anyone: bool,
    /// Counts when negated as well.
    pub(super) negated: bool,
    /// Counts behind `if` as well.
    pub(super) hypothetical: bool,
    /// Counts in answers only, where the question has named the subject.
    pub(super) in_answer: bool,
    /// Says so little that a sentence is not worth reading for it alone.
    pub(super) weak: bool,
    pattern: Pattern,
}

/// All rules, found by their anchors.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    pub(super) rules: Vec<Rule>,
    /// What a question asks about: the answer then needs fewer words.
    pub(super) questions: Vec<Rule>,
    words: BTreeMap<&'static str, Vec<usize>>,
    /// Prefixes by their first two bytes.
    prefixes: BTreeMap<&'static str, Vec<(&'static str, usize)>>,
    things: BTreeMap<Thing, Vec<usize>>,
    /// The classes of each word, by its stem.
    classes: BTreeMap<&'static str, Vec<&'static str>>,
}

const CLASSES: &str = include_str!("../../rules/classes.txt");
const QUESTIONS: &str = include_str!("../../rules/questions.txt");
const FILES: [(SignalKind, &str); 10] = [
    (SignalKind::Budget, include_str!("../../rules/budget.txt")),
    (SignalKind::DecisionMaker, include_str!("../../rules/decision_maker.txt")),
    (SignalKind::Timeline, include_str!("../../rules/timeline.txt")),
    (SignalKind::Pain, include_str!("../../rules/pain.txt")),
    (SignalKind::Competitor, include_str!("../../rules/competitor.txt")),
    (SignalKind::Objection, include_str!("../../rules/objection.txt")),
    (SignalKind::NextStep, include_str!("../../rules/next_step.txt")),
    (SignalKind::FeatureRequest, include_str!("../../rules/feature_request.txt")),
    (SignalKind::Expansion, include_str!("../../rules/expansion.txt")),
    (SignalKind::ChurnRisk, include_str!("../../rules/churn_risk.txt")),
];

/// Below this weight a rule only corroborates.
pub(super) const WEAK: f64 = 0.35;

impl Lexicon {
    /// The lexicon, read on first use. A line that cannot be read is left out; a test refuses it.
    pub(super) fn get() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(|| Self::read(&mut |_| {}))
    }

    fn read(refuse: &mut dyn FnMut(String)) -> Self {
        let classes = classes();
        let mut lexicon = Self::default();
        for (class, members) in &classes {
            for member in members.iter().filter(|member| !member.contains(['_', '*', '[', '|'])) {
                let of = lexicon.classes.entry(features::stem(member)).or_default();
                if !of.contains(class) {
                    of.push(class);
                }
            }
        }
        for (kind, text) in FILES {
            for (number, line) in lines(text) {
                match rule(kind, line, &classes) {
                    Ok(rule) => lexicon.add(rule),
                    Err(reason) => refuse(format!("crates/embedded/rules/{kind}.txt:{number}: {reason}")),
                }
            }
        }
        for (number, line) in lines(QUESTIONS) {
            let read = line.split_once(' ').ok_or_else(|| line.to_owned()).and_then(|(kind, rest)| {
                rule(kind.parse().map_err(|_| format!("no kind in `{line}`"))?, rest, &classes)
            });
            match read {
                Ok(rule) => lexicon.questions.push(rule),
                Err(reason) => refuse(format!("crates/embedded/rules/questions.txt:{number}: {reason}")),
            }
        }
        lexicon
    }

    /// The classes that a word belongs to, by its stem.
    pub(super) fn classes_of(&self, stem: &str) -> &[&'static str] {
        self.classes.get(stem).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, rule: Rule) {
        let index = self.rules.len();
        for anchor in rule.pattern.anchors() {
            let list = match anchor {
                Anchor::Word(word) => self.words.entry(word).or_default(),
                Anchor::Thing(thing) => self.things.entry(thing).or_default(),
                Anchor::Prefix(prefix) => {
                    self.prefixes.entry(bucket(prefix)).or_default().push((prefix, index));
                    continue;
                }
            };
            if list.last() != Some(&index) {
                list.push(index);
            }
        }
        self.rules.push(rule);
    }

    /// Every match of every rule in a sentence.
    pub(super) fn matches(&self, tokens: &[Token<'_>], entities: &Entities) -> Vec<(&Rule, Match)> {
        let mut found = Vec::new();
        let _ = self.each_candidate(tokens, entities, |rule, at| {
            found.extend(rule.pattern.match_at(tokens, entities, at).map(|matched| (rule, matched)));
            ControlFlow::Continue(())
        });
        found
    }

    /// Whether any rule that says something, and that `counts` lets count, matches.
    pub(super) fn matches_any(
        &self,
        tokens: &[Token<'_>],
        entities: &Entities,
        counts: impl Fn(&Rule, Match) -> bool,
    ) -> bool {
        self.each_candidate(tokens, entities, |rule, at| {
            let matched = if rule.weak { None } else { rule.pattern.match_at(tokens, entities, at) };
            if matched.is_some_and(|matched| counts(rule, matched)) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })
        .is_break()
    }

    /// Calls `visit` with every rule whose anchor stands at a word, and with that word.
    fn each_candidate<'r>(
        &'r self,
        tokens: &[Token<'_>],
        entities: &Entities,
        mut visit: impl FnMut(&'r Rule, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        for (at, token) in tokens.iter().enumerate() {
            let text = &*token.text;
            for index in self.words.get(text).into_iter().flatten() {
                visit(&self.rules[*index], at)?;
            }
            for (prefix, index) in self.prefixes.get(bucket(text)).into_iter().flatten() {
                if text.starts_with(prefix) {
                    visit(&self.rules[*index], at)?;
                }
            }
            for thing in entities.things(at) {
                for index in self.things.get(&thing).into_iter().flatten() {
                    visit(&self.rules[*index], at)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// The kinds a question asks about.
    pub(super) fn asked(&self, tokens: &[Token<'_>], entities: &Entities) -> Vec<SignalKind> {
        let mut kinds: Vec<SignalKind> = self
            .questions
            .iter()
            .filter(|rule| (0..tokens.len()).any(|at| rule.pattern.match_at(tokens, entities, at).is_some()))
            .map(|rule| rule.kind)
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        // `Who else is involved in the decision?` asks for people, not for rivals.
        if kinds.contains(&SignalKind::DecisionMaker) {
            kinds.retain(|kind| *kind != SignalKind::Competitor);
        }
        kinds
    }
}

/// The first two bytes, or fewer where a character would be cut.
fn bucket(word: &str) -> &str {
    word.get(..2).unwrap_or(word)
}

/// The lines that say something, with their numbers.
fn lines(text: &'static str) -> impl Iterator<Item = (usize, &'static str)> {
    let numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// `name: member member …`, on as many lines as it takes.
fn classes() -> Classes {
    let mut classes = Classes::new();
    for (_, line) in lines(CLASSES) {
        if let Some((name, members)) = line.split_once(':') {
            classes.entry(name.trim()).or_default().extend(members.split_whitespace());
        }
    }
    classes
}

/// `weight flag flag : pattern`; the flags and their colon may be missing.
fn rule(kind: SignalKind, line: &'static str, classes: &Classes) -> Result<Rule, String> {
    let (head, pattern) =
        line.split_once(" : ").or_else(|| line.split_once(' ')).ok_or_else(|| line.to_owned())?;
    let mut head = head.split_whitespace();
    let weight: f64 =
        head.next().and_then(|weight| weight.parse().ok()).ok_or_else(|| format!("no weight in `{line}`"))?;
    if !(weight > 0.0 && weight < 1.0) {
        return Err(format!("the weight of `{line}` is not between 0 and 1"));
    }
    let pattern = Pattern::parse(pattern, classes)?;
    let mut rule = Rule {
        kind,
        weight,
        in_question: false,
        by_anyone: false,
        negated: false,
        hypothetical: false,
        in_answer: false,
        weak: weight < WEAK,
        pattern,
    };
    for flag in head {
        match flag {
            "q" => rule.in_question = true,
            "any" => rule.by_anyone = true,
            "neg" => rule.negated = true,
            "hyp" => rule.hypothetical = true,
            "ans" => rule.in_answer = true,
            _ => {
                return Err(format!("unknown flag `{flag}` in `{line}`; there are q, any, neg, hyp and ans"));
            }
        }
    }
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_lexicon_is_read() {
        let mut refused = Vec::new();
        let lexicon = Lexicon::read(&mut |reason| refused.push(reason));
        assert!(refused.is_empty(), "{refused:#?}");
        for kind in SignalKind::ALL {
            assert!(lexicon.rules.iter().filter(|rule| rule.kind == kind).count() > 10, "{kind}");
        }
    }

    #[test]
    fn a_line_that_makes_no_sense_is_refused_with_its_reason() {
        for line in
            ["budget", "2 : money", "0.5 loud : money", "x money", "0.5 : [nothing]", "0.5 : .. money"]
        {
            assert!(rule(SignalKind::Budget, line, &Classes::new()).is_err(), "{line}");
        }
    }
}
