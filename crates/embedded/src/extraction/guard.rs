//! What takes a match back: a negation, a condition, a question, a speaker of the other side, somebody else's story.

use domain::SignalKind;
use transcript::Side;

use super::{
    pattern::{Match, is_negation},
    rules::Rule,
    token::Token,
};

/// How many words before a match a negation still reaches it: `I do not think we have …`.
const REACH: usize = 5;

/// How many words a condition may be long. A bound keeps reading linear where nobody draws breath.
const CONDITION: usize = 40;

/// Words that begin a condition. What stands between one and the next comma or `then` is not said to be so.
const CONDITIONS: [&str; 8] =
    ["if", "unless", "suppose", "supposing", "imagine", "hypothetically", "whether", "wish"];

/// What is left of a score in small talk. A strong cue still passes: people complain about work beside the weather.
const CHATTER: f64 = 0.6;
/// What is left of a score when the thing is told as over.
const OVER: f64 = 0.6;

/// Small words that are in nearly every English sentence and in few of any other language.
const ENGLISH: [&str; 82] = [
    "the", "to", "of", "and", "that", "it", "you", "we", "i", "is", "are", "was", "have", "has", "had",
    "not", "do", "for", "on", "with", "this", "be", "they", "he", "she", "but", "what", "so", "at", "my",
    "our", "your", "from", "would", "can", "will", "if", "just", "there", "about", "out", "which", "when",
    "all", "them", "by", "a", "in", "over", "need", "needs", "any", "anything", "after", "before", "because",
    "been", "get", "got", "very", "more", "than", "want", "think", "know", "really", "yes", "yeah", "like",
    "up", "now", "then", "here", "their", "who", "how", "should", "could", "next", "let", "us", "too",
];
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
            return !matches!(&*tokens[at + 1].text, "only" | "just" | "doubt" | "question" | "wonder");
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
        let word = &*tokens[at].text;
        if CONDITIONS.contains(&word) {
            // `as if`, `even if`, `what if` are conditions too; `I see if` is not one, and rare.
            return true;
        }
    }
    false
}

/// Whether the sentence is about another company or an earlier job.
fn is_elsewhere(tokens: &[Token<'_>]) -> bool {
    const PLACES: [&str; 8] = ["place", "job", "company", "role", "employer", "firm", "gig", "life"];
    const OTHERS: [&str; 7] =
        ["companies", "customers", "clients", "teams", "people", "vendors", "businesses"];
    tokens.windows(3).any(|three| {
        let words = [&*three[0].text, &*three[1].text, &*three[2].text];
        match words {
            ["my" | "our" | "her" | "his", "last" | "old" | "previous" | "former", place] => {
                PLACES.contains(&place)
            }
            ["a", "friend", _] => true,
            ["other" | "most" | "some", others, _] => OTHERS.contains(&others),
            _ => false,
        }
    })
}

/// Whether the sentence is about what people talk of before and after business.
fn is_chatter(tokens: &[Token<'_>]) -> bool {
    const PRIVATE: [&str; 57] = [
        "sister",
        "mother",
        "father",
        "parents",
        "niece",
        "grandma",
        "stadium",
        "gym",
        "pub",
        "party",
        "parking",
        "projector",
        "retirement",
        "brother",
        "uncle",
        "aunt",
        "cousin",
        "kids",
        "daughter",
        "son",
        "wife",
        "husband",
        "mum",
        "mom",
        "dad",
        "grandson",
        "granddaughter",
        "dog",
        "cat",
        "puppy",
        "football",
        "soccer",
        "rugby",
        "cricket",
        "golf",
        "baseball",
        "basketball",
        "hockey",
        "fishing",
        "marathon",
        "garden",
        "weather",
        "snow",
        "raining",
        "rained",
        "sunny",
        "barking",
        "birthday",
        "wedding",
        "vacation",
        "potholes",
        "headset",
        "webcam",
        "neighbours",
        "neighbors",
        "choir",
        "barbecue",
    ];
    // `my flight`, `the traffic`: these are business in another company.
    const OWN: [&str; 14] = [
        "flight",
        "internet",
        "wifi",
        "wi-fi",
        "mic",
        "microphone",
        "camera",
        "battery",
        "voice",
        "phone",
        "car",
        "house",
        "holiday",
        "weekend",
    ];
    tokens.iter().any(|token| PRIVATE.contains(&&*token.text))
        || tokens.windows(2).any(|two| {
            (two[0].text == "my" && OWN.contains(&&*two[1].text))
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
    const WAS: [&str; 34] = [
        "was", "were", "did", "went", "had", "signed", "launched", "opened", "started", "closed", "shipped",
        "sent", "moved", "bought", "met", "came", "began", "joined", "retired", "promoted", "hired", "built",
        "finished", "renewed", "talked", "spoke", "ran", "used", "visited", "released", "acquired", "took",
        "stopped", "grew",
    ];
    const TO_COME: [&str; 34] = [
        "will",
        "would",
        "need",
        "needs",
        "must",
        "want",
        "wants",
        "should",
        "shall",
        "can",
        "could",
        "going",
        "deadline",
        "plan",
        "planning",
        "planned",
        "supposed",
        "hoping",
        "hope",
        "by",
        "before",
        "until",
        "till",
        "promised",
        "committed",
        "expires",
        "ends",
        "due",
        "let",
        "has",
        "have",
        "next",
        "tomorrow",
        "is",
    ];
    let any = |words: &[&str]| tokens.iter().any(|token| words.contains(&&*token.text));
    any(&WAS) && !any(&TO_COME)
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
    let small = tokens.iter().filter(|token| ENGLISH.contains(&&*token.text)).count();
    match tokens.len() {
        0..ENGLISH_FROM => true,
        ENGLISH_FROM..ENGLISH_SHARE_FROM => small > 0,
        count => small as f64 >= count as f64 * ENGLISH_SHARE,
    }
}
