//! Two documents of one contract: what changed, and what breaks for whom while old and new builds talk.

mod walk;

use std::fmt;

use serde::Serialize;

use crate::document::Document;
use crate::words::Peers;

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
        let changes = walk::changes(name, old, new, peers);
        let worst = |of: &dyn Fn(Part) -> bool| {
            let classes = changes.iter().filter(|change| of(change.part)).map(|change| change.class);
            classes.max().unwrap_or(Class::Identical)
        };
        let documentation = match (old, new) {
            (Some(old), Some(new)) => old.to_text() != new.to_text() && changes.is_empty(),
            _ => false,
        };
        let class = worst(&|_| true);
        let requests = worst(&|part| part.is_request() || part == Part::Existence);
        let replies = worst(&Part::is_reply);
        Self { name: name.to_owned(), class, requests, replies, changes, documentation }
    }
}
