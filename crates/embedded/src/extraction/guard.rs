//! What takes a match back: a negation, a condition, a question, a speaker of the other side, somebody else's story.

use domain::SignalKind;
use transcript::Side;

use super::{
    pattern::{Match, is_negation},
    rules::Rule,
    token::Token,
    words::List,
};

/// How many words before a match a negation still reaches it: `I do not think we have …`.
const REACH: usize = 5;

/// How many words a condition may be long. A bound keeps reading linear where nobody draws breath.
const CONDITION: usize = 40;

/// What is left of a score in small talk. A strong cue still passes: people complain about work beside the weather.
const CHATTER: f64 = 0.6;
/// What is left of a score when the thing is told as over.
const OVER: f64 = 0.6;

/// The share of those words below which a sentence is taken for another language: English speech has about half.
const ENGLISH_SHARE: f64 = 0.2;
/// Shorter sentences need only one of them.
const ENGLISH_SHARE_FROM: usize = 10;
/// Shorter ones still are not judged.
const ENGLISH_FROM: usize = 6;

/// The circumstances of a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) side: Side,
    pub(super) question: bool,
    pub(super) elsewhere: bool,
    /// Talk about the weather, the family, or the call's own line.
    pub(super) chatter: bool,
    /// Told as over: what was, what got mended.
    pub(super) past: bool,
    /// A trouble that is told as mended.
    pub(super) mended: bool,
}

impl Setting {
    /// Reads the circumstances of a sentence off its words.
    pub(super) fn of(sentence: &str, tokens: &[Token<'_>], side: Side) -> Self {
        Self {
            side,
            question: is_question(sentence, tokens),
            elsewhere: is_elsewhere(tokens),
            chatter: is_chatter(tokens),
            past: is_past(tokens),
            mended: is_mended(tokens),
        }
    }

    /// The circumstances in which most rules count, for a speaker of `side`.
    pub(super) fn plain(side: Side) -> Self {
        Self { side, question: false, elsewhere: false, chatter: false, past: false, mended: false }
    }

    /// Whether a rule's match counts here.
    pub(super) fn allows(self, rule: &Rule, matched: Match, tokens: &[Token<'_>]) -> bool {
        (self.side != Side::Internal || rule.by_anyone)
            && (!self.question || rule.in_question)
            && (rule.negated || !(matched.negated_inside || is_negated(tokens, matched.start)))
            && (rule.hypothetical || !is_conditional(tokens, matched.start))
    }

    /// What the circumstances leave of a score.
    pub(super) fn factor(self, kind: SignalKind) -> f64 {
        let side = if self.side == Side::Unknown { 0.95 } else { 1.0 };
        let question = if self.question { 0.92 } else { 1.0 };
        // A rival's name and a threat stay what they are in somebody else's story; a problem or a date does not.
        let elsewhere = match kind {
            SignalKind::Competitor | SignalKind::ChurnRisk => 1.0,
            _ if self.elsewhere => 0.5,
            _ => 1.0,
        };
        let over = match kind {
            SignalKind::Timeline | SignalKind::NextStep | SignalKind::Expansion if self.past => OVER,
            SignalKind::Pain | SignalKind::Objection | SignalKind::ChurnRisk if self.mended => OVER,
            _ => 1.0,
        };
        // Who signs is somebody's cousin in a family firm.
        let chatter = if self.chatter && kind != SignalKind::DecisionMaker { CHATTER } else { 1.0 };
        side * question * elsewhere * over * chatter
    }
}

/// Whether the sentence asks. `…, right?` states and asks for a nod.
fn is_question(sentence: &str, tokens: &[Token<'_>]) -> bool {
    if !sentence.ends_with(['?', '？']) {
        return false;
    }
    let nod = tokens.last().is_some_and(|last| {
        matches!(&*last.text, "right" | "yeah" | "okay" | "ok" | "correct" | "no" | "eh" | "yes")
            && last.after_break
    });
    !nod
}

/// Whether a sentence that is no question asks for an answer all the same: `So, money.`, `I'm curious who signs.`
pub(super) fn is_prompt(tokens: &[Token<'_>]) -> bool {
    /// So few words name a subject and leave it to the other side.
    const FEW: usize = 5;
    tokens.len() <= FEW
        || tokens.windows(2).any(|two| {
            matches!(
                (&*two[0].text, &*two[1].text),
                ("tell" | "talk" | "walk", "me" | "us")
                    | ("am" | "are", "curious" | "wondering")
                    | ("to", "hear" | "understand" | "ask")
                    | ("i" | "we", "wonder" | "wondered")
                    | ("help", "me")
            )
        })
}

/// Whether a negation reaches the match that begins at word `start`.
fn is_negated(tokens: &[Token<'_>], start: usize) -> bool {
    let from = start.saturating_sub(REACH);
    for at in (from..start).rev() {
        if tokens[at + 1].after_break {
            return false;
        }
        if is_negation(&tokens[at].text) {
            // `not only`, `no doubt`, `no question` affirm.
            return !List::Affirmed.has(&tokens[at + 1].text);
        }
    }
    false
}

/// Whether the match that begins at word `start` stands in a condition.
fn is_conditional(tokens: &[Token<'_>], start: usize) -> bool {
    for at in (start.saturating_sub(CONDITION)..start).rev() {
        let next = &tokens[at + 1];
        if next.after_break || next.text == "then" {
            return false;
        }
        if List::Condition.has(&tokens[at].text) {
            // `as if`, `even if`, `what if` are conditions too; `I see if` is not one, and rare.
            return true;
        }
    }
    false
}

/// Whether the sentence is about another company or an earlier job.
fn is_elsewhere(tokens: &[Token<'_>]) -> bool {
    tokens.windows(3).any(|three| {
        let words = [&*three[0].text, &*three[1].text, &*three[2].text];
        match words {
            ["my" | "our" | "her" | "his", "last" | "old" | "previous" | "former", place] => {
                List::ElsewherePlace.has(place)
            }
            ["a", "friend", _] => true,
            ["other" | "most" | "some", others, _] => List::ElsewherePeople.has(others),
            _ => false,
        }
    })
}

/// Whether the sentence is about what people talk of before and after business.
fn is_chatter(tokens: &[Token<'_>]) -> bool {
    tokens.iter().any(|token| List::Private.has(&token.text))
        || tokens.windows(2).any(|two| {
            (two[0].text == "my" && List::PrivateOwn.has(&two[1].text))
                || matches!(
                    (&*two[0].text, &*two[1].text),
                    ("the", "traffic" | "airport" | "motorway" | "highway")
                )
                || matches!(
                    (&*two[0].text, &*two[1].text),
                    ("on", "mute") | ("coffee", "machine") | ("new", "car")
                )
        })
}

/// Whether the sentence tells of what happened, and asks nothing of the future.
fn is_past(tokens: &[Token<'_>]) -> bool {
    let any = |list: List| tokens.iter().any(|token| list.has(&token.text));
    any(List::Past) && !any(List::ToCome)
}

/// Whether a trouble is told as a thing that used to be, or that got mended.
fn is_mended(tokens: &[Token<'_>]) -> bool {
    tokens.windows(2).enumerate().any(|(at, two)| match (&*two[0].text, &*two[1].text) {
        // `we are used to it` is something else.
        ("used", "to") => {
            at > 0
                && !matches!(
                    &*tokens[at - 1].text,
                    "are" | "is" | "am" | "be" | "get" | "got" | "getting" | "being"
                )
        }
        ("got" | "been" | "was" | "is" | "all", "fixed" | "resolved" | "solved" | "mended") => true,
        ("no", "longer") => true,
        _ => false,
    })
}

/// Whether words are English enough to be read with English rules.
pub(super) fn is_english(tokens: &[Token<'_>]) -> bool {
    let small = tokens.iter().filter(|token| List::English.has(&token.text)).count();
    match tokens.len() {
        0..ENGLISH_FROM => true,
        ENGLISH_FROM..ENGLISH_SHARE_FROM => small > 0,
        count => small as f64 >= count as f64 * ENGLISH_SHARE,
    }
}
