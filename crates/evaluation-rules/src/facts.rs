//! The facts that a rule can read: their types, and their values from an event and its findings.
//!
//! No fact is ever absent: an unknown text is empty and a kind that was not heard counts 0, so that no rule has to ask.

use domain::{Assessment, Finding, SignalKind};
use serde_json::{Map, Value, json};

use crate::MOST_SIGNALS;
use crate::rule::Scope;
use crate::types::{Choice, Type};

/// A fact's text is cut to this many characters: quotes of minutes add nothing to a rule.
const MOST_CHARACTERS: usize = 2_000;
/// The longest such text in bytes.
const TEXT: Type = Type::Text { most: MOST_CHARACTERS * 4 };

const KINDS: [&str; SignalKind::ALL.len()] = {
    let mut names = [""; SignalKind::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = SignalKind::ALL[at].as_str();
        at += 1;
    }
    names
};

/// The kinds of signals.
pub(crate) const KIND: Choice = Choice { what: "a kind of signal", names: &KINDS };

/// What is known of an event; times as RFC 3339.
#[derive(Debug, Clone, Default)]
pub struct EventFacts {
    /// Its id.
    pub id: String,
    /// The provider.
    pub source: String,
    /// The type, in the provider's words.
    pub kind: String,
    /// What it is about.
    pub subject: Option<String>,
    /// The call's title.
    pub title: Option<String>,
    /// The customer's company.
    pub account: Option<String>,
    /// When it happened, where the sender says.
    pub occurred_at: Option<String>,
    /// When it was accepted.
    pub received_at: String,
}

/// A signal of the event.
#[derive(Debug, Clone)]
pub struct SignalFacts {
    /// Its id.
    pub id: String,
    /// What was found.
    pub finding: Finding,
}

/// Everything that rules read of one event.
#[derive(Debug, Clone)]
pub struct Facts {
    shared: Map<String, Value>,
    signals: Vec<Value>,
}

impl Facts {
    /// The facts of an event; of more than [`MOST_SIGNALS`] signals the first.
    #[must_use]
    pub fn new(event: &EventFacts, signals: &[SignalFacts], assessment: &Assessment) -> Self {
        let text = |text: &Option<String>| cut(text.as_deref().unwrap_or_default());
        let counts = SignalKind::ALL.into_iter().map(|kind| {
            let count = assessment.counts.iter().find(|(of, _)| *of == kind).map_or(0, |(_, count)| *count);
            (kind.as_str().to_owned(), json!(count))
        });
        let mut shared = Map::new();
        shared.insert(
            "event".into(),
            json!({
                "id": event.id, "source": cut(&event.source), "type": cut(&event.kind),
                "subject": text(&event.subject), "title": text(&event.title), "account": text(&event.account),
                "occurred_at": text(&event.occurred_at), "received_at": event.received_at,
                "signals_count": signals.len(),
            }),
        );
        shared.insert(
            "assessment".into(),
            json!({
                "qualification": assessment.qualification, "risk": assessment.risk,
                "headline": cut(&assessment.headline),
            }),
        );
        shared.insert("counts".into(), Value::Object(counts.collect()));
        let account = text(&event.account);
        let signals = signals.iter().take(MOST_SIGNALS).map(|signal| value(signal, &account)).collect();
        Self { shared, signals }
    }

    /// How many signals there are.
    pub(crate) fn signals(&self) -> usize {
        self.signals.len()
    }

    /// What a rule of the scope `event` reads.
    pub(crate) fn of_event(&self) -> Value {
        let mut facts = self.shared.clone();
        facts.insert("signals".into(), Value::Array(self.signals.clone()));
        Value::Object(facts)
    }

    /// What a rule of the scope `signal` reads of the signal at this place.
    pub(crate) fn of_signal(&self, at: usize) -> Value {
        let mut facts = self.shared.clone();
        facts.insert("signal".into(), self.signals.get(at).cloned().unwrap_or_default());
        Value::Object(facts)
    }
}

fn value(signal: &SignalFacts, account: &str) -> Value {
    let Finding { kind, score, evidence } = &signal.finding;
    json!({
        "id": signal.id, "kind": kind.as_str(), "score": score, "quote": cut(&evidence.quote), "account": account,
        "speaker": cut(&evidence.speaker), "turn": evidence.turn,
        "at_seconds": evidence.at_ms.map_or(0, |at_ms| at_ms / 1000),
    })
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_CHARACTERS).collect()
}

/// The types of what [`Facts`] gives to a rule of this scope.
pub(crate) fn schema(scope: Scope) -> Type {
    let number = |most: f64| Type::Number { most };
    let count = || number(1e6);
    let signal = || {
        Type::Record(vec![
            ("id", TEXT),
            ("kind", Type::Choice(KIND)),
            ("score", number(1.0)),
            ("quote", TEXT),
            ("account", TEXT),
            ("speaker", TEXT),
            ("turn", count()),
            ("at_seconds", number(1e9)),
        ])
    };
    let texts = ["id", "source", "type", "subject", "title", "account", "occurred_at", "received_at"];
    let mut event: Vec<(&'static str, Type)> = texts.map(|name| (name, TEXT)).into();
    event.push(("signals_count", count()));
    let assessment = vec![("qualification", number(1.0)), ("risk", number(1.0)), ("headline", TEXT)];
    let mut facts = vec![
        ("event", Type::Record(event)),
        ("assessment", Type::Record(assessment)),
        ("counts", Type::Record(KINDS.map(|kind| (kind, count())).into())),
    ];
    facts.push(match scope {
        Scope::Signal => ("signal", signal()),
        Scope::Event => ("signals", Type::List { of: Box::new(signal()), most: MOST_SIGNALS }),
    });
    Type::Record(facts)
}
