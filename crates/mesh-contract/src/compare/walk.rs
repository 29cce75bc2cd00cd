//! The walk through two documents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Break, Change, Class, Part, Situation};
use crate::canonical;
use crate::document::{Body, Document, Method};
use crate::fit::{SchemaNode, obstacles, obstacles_by_hand};
use crate::outline::{differences, outline};
use crate::words::{Age, Peers};

/// What changed from `old` to `new`.
pub(super) fn changes(
    name: &str,
    old: Option<&Document>,
    new: Option<&Document>,
    peers: Peers<'_>,
) -> Vec<Change> {
    let mut comparing = Comparing { name, peers, changes: Vec::new() };
    match (old, new) {
        (Some(old), Some(new)) => comparing.documents(old, new),
        (None, Some(_)) => comparing.exists(None, Class::Compatible, None, "the contract is new"),
        (Some(_), None) => {
            let caller = peers.caller(Age::Old);
            let sentence = format!("{caller} that calls `{name}` would find nothing: the contract is gone");
            comparing.exists(None, Class::Breaking, Some(sentence), "");
        }
        (None, None) => {}
    }
    comparing.changes
}

struct Comparing<'a> {
    name: &'a str,
    peers: Peers<'a>,
    changes: Vec<Change>,
}

impl Comparing<'_> {
    fn documents(&mut self, old: &Document, new: &Document) {
        match (&old.body, &new.body) {
            (Body::Service { methods: one }, Body::Service { methods: other }) => {
                self.methods((old, one), (new, other));
            }
            (
                Body::Workflow { input: old_input, output: old_output, error: old_error, events: old_events },
                Body::Workflow { input, output, error, events },
            ) => {
                self.part(None, Part::Request, (old, old_input), (new, input));
                self.part(None, Part::Reply, (old, old_output), (new, output));
                self.part(None, Part::Error, (old, old_error), (new, error));
                for name in both_keys(old_events, events) {
                    match (old_events.get(name), events.get(name)) {
                        (Some(one), Some(other)) => {
                            self.part(Some(name), Part::Event, (old, &one.payload), (new, &other.payload));
                        }
                        (old, _) => self.member(name, "event", old.is_some()),
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
        // A caller writes requests; a callee writes replies.
        let pairs: &[(Situation, Age)] = match part {
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
        };
        format!("{what}: {clause}{hint}")
    }
}

fn both_keys<'a, T>(old: &'a BTreeMap<String, T>, new: &'a BTreeMap<String, T>) -> BTreeSet<&'a str> {
    old.keys().chain(new.keys()).map(String::as_str).collect()
}
