//! Two documents of one contract: what changed, and what breaks for whom while old and new builds talk.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::canonical;
use crate::document::{Body, Document, Method};
use crate::fit::{SchemaNode, obstacles, obstacles_by_hand};
use crate::outline::{differences, outline};
use crate::words::{Age, Peers};

/// How much a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The same on the wire.
    Identical,
    /// Old and new builds understand each other, and lose nothing that both know.
    Compatible,
    /// Some message that one side may send is not understood by the other.
    Breaking,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identical => "identical",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        })
    }
}

/// Which part of a contract a change is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// That the contract or the method is there, and what is promised of it.
    Existence,
    /// The context's scope, sent with each request.
    Scope,
    /// A request, or what a workflow is started with.
    Request,
    /// An event that is sent to a workflow.
    Event,
    /// A reply, or what a workflow ends with.
    Reply,
    /// How a service refuses.
    Error,
    /// What a workflow's step recorded, read again by a later build.
    Record,
}

impl Part {
    /// Whether the caller writes it.
    #[must_use]
    pub fn is_request(self) -> bool {
        matches!(self, Self::Scope | Self::Request | Self::Event)
    }

    /// Whether the callee writes it.
    #[must_use]
    pub fn is_reply(self) -> bool {
        matches!(self, Self::Reply | Self::Error)
    }
}

/// Who talks to whom while two builds are deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Situation {
    /// The callee was deployed first, as it should be: every deploy passes through this.
    OldCallerNewCallee,
    /// The caller was deployed first, or the callee was rolled back.
    NewCallerOldCallee,
}

/// One part of a contract that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The method or event; none for the contract as a whole.
    pub member: Option<String>,
    /// The part of it.
    pub part: Part,
    /// How much the change is.
    pub class: Class,
    /// What breaks.
    pub breaks: Vec<Break>,
    /// What else there is to say of it.
    pub notes: Vec<String>,
}

/// Something that breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Break {
    /// While who talks to whom.
    pub situation: Situation,
    /// What would happen to whom, and why.
    pub sentence: String,
}

/// What a contract's two documents differ in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The contract's name.
    pub name: String,
    /// The worst of all parts.
    pub class: Class,
    /// The worst of what callers write.
    pub requests: Class,
    /// The worst of what the callee writes.
    pub replies: Class,
    /// The parts that changed.
    pub changes: Vec<Change>,
    /// Whether documentation changed, which no peer notices.
    pub documentation: bool,
}

impl Comparison {
    /// Compares a contract's old document with its new one; none where there was, or is, no such contract.
    #[must_use]
    pub fn of(name: &str, old: Option<&Document>, new: Option<&Document>, peers: Peers<'_>) -> Self {
        let mut comparing = Comparing { name, peers, changes: Vec::new() };
        match (old, new) {
            (Some(old), Some(new)) => comparing.documents(old, new),
            (None, Some(_)) => comparing.exists(None, Class::Compatible, None, "the contract is new"),
            (Some(_), None) => {
                let sentence = format!(
                    "{} that calls `{name}` would find nothing: the contract is gone",
                    peers.caller(Age::Old)
                );
                comparing.exists(None, Class::Breaking, Some(sentence), "");
            }
            (None, None) => {}
        }
        let changes = comparing.changes;
        let worst = |of: &dyn Fn(Part) -> bool| {
            let classes = changes.iter().filter(|change| of(change.part)).map(|change| change.class);
            classes.max().unwrap_or(Class::Identical)
        };
        let documentation = match (old, new) {
            (Some(old), Some(new)) => old.to_text() != new.to_text() && changes.is_empty(),
            _ => false,
        };
        Self {
            name: name.to_owned(),
            class: worst(&|_| true),
            requests: worst(&|part| part.is_request() || part == Part::Existence),
            replies: worst(&Part::is_reply),
            changes: changes.clone(),
            documentation,
        }
    }
}

struct Comparing<'a> {
    name: &'a str,
    peers: Peers<'a>,
    changes: Vec<Change>,
}

impl Comparing<'_> {
    fn documents(&mut self, old: &Document, new: &Document) {
        match (&old.body, &new.body) {
            (Body::Service { methods: one }, Body::Service { methods: other })
            | (Body::DurableObject { methods: one }, Body::DurableObject { methods: other }) => {
                self.methods((old, one), (new, other));
            }
            (
                Body::Workflow { input: old_input, output: old_output, events: old_events, steps: old_steps },
                Body::Workflow { input, output, events, steps },
            ) => {
                self.part(None, Part::Request, (old, old_input), (new, input));
                self.part(None, Part::Reply, (old, old_output), (new, output));
                for name in both_keys(old_events, events) {
                    match (old_events.get(name), events.get(name)) {
                        (Some(one), Some(other)) => {
                            self.part(Some(name), Part::Event, (old, &one.payload), (new, &other.payload));
                        }
                        (old, _) => self.member(name, "event", old.is_some()),
                    }
                }
                for name in both_keys(old_steps, steps) {
                    if let (Some(one), Some(other)) = (old_steps.get(name), steps.get(name)) {
                        self.part(Some(name), Part::Record, (old, one), (new, other));
                    }
                }
            }
            _ => {
                let sentence = format!(
                    "{} that calls `{}` would not be understood: it is another kind of contract now",
                    self.peers.caller(Age::Old),
                    self.name
                );
                self.exists(None, Class::Breaking, Some(sentence), "");
            }
        }
    }

    fn methods(
        &mut self,
        (old, old_methods): (&Document, &BTreeMap<String, Method>),
        (new, new_methods): (&Document, &BTreeMap<String, Method>),
    ) {
        for name in both_keys(old_methods, new_methods) {
            let (Some(one), Some(other)) = (old_methods.get(name), new_methods.get(name)) else {
                self.member(name, "method", old_methods.contains_key(name));
                continue;
            };
            if one.idempotent && !other.idempotent {
                let sentence = format!(
                    "{} may send `{name}` again by itself, which {} no longer promises to bear: it is not \
                     idempotent any more",
                    self.peers.caller(Age::Old),
                    self.peers.callee(Age::New, self.name)
                );
                self.exists(Some(name), Class::Breaking, Some(sentence), "");
            } else if other.idempotent && !one.idempotent {
                self.exists(
                    Some(name),
                    Class::Compatible,
                    None,
                    "it is idempotent now: callers may send it again",
                );
            }
            self.part(Some(name), Part::Scope, (old, &one.scope), (new, &other.scope));
            self.part(Some(name), Part::Request, (old, &one.request), (new, &other.request));
            self.part(Some(name), Part::Reply, (old, &one.reply), (new, &other.reply));
            self.part(Some(name), Part::Error, (old, &one.error), (new, &other.error));
        }
    }

    /// A method or an event that is only in one of the documents.
    fn member(&mut self, name: &str, what: &str, gone: bool) {
        if gone {
            let sentence = format!(
                "{} that uses `{name}` would be refused by {}: the {what} is gone",
                self.peers.caller(Age::Old),
                self.peers.callee(Age::New, self.name)
            );
            self.exists(Some(name), Class::Breaking, Some(sentence), "");
        } else {
            let note = format!("the {what} is new: deploy the callee before a caller that uses it");
            self.exists(Some(name), Class::Compatible, None, &note);
        }
    }

    fn exists(&mut self, member: Option<&str>, class: Class, breaks: Option<String>, note: &str) {
        self.changes.push(Change {
            member: member.map(str::to_owned),
            part: Part::Existence,
            class,
            breaks: breaks
                .into_iter()
                .map(|sentence| Break { situation: Situation::OldCallerNewCallee, sentence })
                .collect(),
            notes: (!note.is_empty()).then(|| note.to_owned()).into_iter().collect(),
        });
    }

    fn part(&mut self, member: Option<&str>, part: Part, old: (&Document, &Value), new: (&Document, &Value)) {
        let (old, new) = (
            SchemaNode { schema: old.1, definitions: &old.0.definitions },
            SchemaNode { schema: new.1, definitions: &new.0.definitions },
        );
        if canonical::text(old.schema, old.definitions) == canonical::text(new.schema, new.definitions) {
            return;
        }
        let mut breaks = Vec::new();
        // A caller writes requests; a callee writes replies; a step's record is only ever read by a newer build.
        let pairs: &[(Situation, Age)] = match part {
            Part::Record => &[(Situation::OldCallerNewCallee, Age::Old)],
            part if part.is_reply() => {
                &[(Situation::OldCallerNewCallee, Age::New), (Situation::NewCallerOldCallee, Age::Old)]
            }
            _ => &[(Situation::OldCallerNewCallee, Age::Old), (Situation::NewCallerOldCallee, Age::New)],
        };
        for (situation, writer) in pairs {
            let (written, read) = if *writer == Age::Old { (old, new) } else { (new, old) };
            for obstacle in obstacles(written, read) {
                let sentence = self.sentence(member, part, *situation, &obstacle.clause(*writer));
                breaks.push(Break { situation: *situation, sentence });
            }
        }
        let class = if breaks.is_empty() { Class::Compatible } else { Class::Breaking };
        let mut notes = differences(&outline(old), &outline(new));
        if part.is_request() && class == Class::Compatible {
            let by_hand = obstacles_by_hand(old, new).into_iter();
            notes.extend(by_hand.map(|obstacle| {
                format!(
                    "a caller that is not built from these types would be refused: {}",
                    obstacle.clause(Age::Old)
                )
            }));
        }
        self.changes.push(Change { member: member.map(str::to_owned), part, class, breaks, notes });
    }

    fn sentence(&self, member: Option<&str>, part: Part, situation: Situation, clause: &str) -> String {
        let (caller, callee, hint) = match situation {
            Situation::OldCallerNewCallee => (Age::Old, Age::New, ""),
            Situation::NewCallerOldCallee => (Age::New, Age::Old, " (deploying the callee first avoids it)"),
        };
        let (caller, callee) = (self.peers.caller(caller), self.peers.callee(callee, self.name));
        let member = member.unwrap_or(self.name);
        let what = match part {
            Part::Scope | Part::Request | Part::Existence => {
                format!("{caller} that calls `{member}` would be refused by {callee}")
            }
            Part::Event => format!("{caller} that sends the event `{member}` would be refused by {callee}"),
            Part::Reply => format!("{caller} could not read what {callee} replies to `{member}`"),
            Part::Error => format!("{caller} could not read how {callee} refuses `{member}`"),
            Part::Record => {
                format!(
                    "an instance that an old build began could not go on: what step `{member}` recorded does not fit"
                )
            }
        };
        format!("{what}: {clause}{hint}")
    }
}

fn both_keys<'a, T>(old: &'a BTreeMap<String, T>, new: &'a BTreeMap<String, T>) -> BTreeSet<&'a str> {
    old.keys().chain(new.keys()).map(String::as_str).collect()
}
