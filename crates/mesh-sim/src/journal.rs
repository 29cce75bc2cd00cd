//! What the simulated engine keeps of instances: a value that outlives every crash.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use mesh::workflow::InstanceId;
use serde::{Deserialize, Serialize};

/// The durable record of all instances. It can be kept, in memory or in a file, and given to a later simulation, with
/// other code for the same workflows: that is how a deploy under running instances is tested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    pub(crate) now_ms: u64,
    pub(crate) workflows: BTreeMap<String, BTreeMap<InstanceId, Record>>,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) input: String,
    pub(crate) state: State,
    pub(crate) started: u64,
    pub(crate) steps: BTreeMap<String, StepRecord>,
    /// When each sleep ends.
    pub(crate) sleeps: BTreeMap<String, u64>,
    pub(crate) waits: BTreeMap<String, WaitRecord>,
    /// Events that nobody took yet: type and payload.
    pub(crate) inbox: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Running,
    Pausing,
    Paused {
        since: u64,
    },
    /// It failed, and its steps are being undone.
    Undoing {
        error: String,
    },
    /// It was ended from outside, and its steps are being undone.
    Terminating,
    Complete {
        output: String,
    },
    Errored {
        error: String,
    },
    Terminated,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepRecord {
    /// Its place in the order of starts.
    pub(crate) start: u64,
    pub(crate) attempts: u32,
    /// When the next try begins, after a failed one.
    pub(crate) retry_at: Option<u64>,
    pub(crate) outcome: Option<Result<String, String>>,
    pub(crate) can_undo: bool,
    pub(crate) undo_attempts: u32,
    pub(crate) undo_retry_at: Option<u64>,
    pub(crate) undone: Option<Result<(), String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WaitRecord {
    pub(crate) until: u64,
    /// The event, or that none came in time.
    pub(crate) outcome: Option<Option<String>>,
}

impl Record {
    pub(crate) fn new(input: String) -> Self {
        Self {
            input,
            state: State::Running,
            started: 0,
            steps: BTreeMap::new(),
            sleeps: BTreeMap::new(),
            waits: BTreeMap::new(),
            inbox: Vec::new(),
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state, State::Complete { .. } | State::Errored { .. } | State::Terminated)
    }

    /// The platform's word for its state.
    pub(crate) fn word(&self) -> &'static str {
        match self.state {
            State::Running => "running",
            State::Pausing => "waitingForPause",
            State::Paused { .. } => "paused",
            State::Undoing { .. } | State::Terminating => "rollingBack",
            State::Complete { .. } => "complete",
            State::Errored { .. } => "errored",
            State::Terminated => "terminated",
        }
    }

    /// Goes on after a pause: whatever was to come later comes later by as long as the pause took.
    pub(crate) fn resume(&mut self, now_ms: u64) {
        let State::Paused { since } = self.state else { return };
        let later = |due: &mut u64| {
            if *due > since {
                *due += now_ms - since;
            }
        };
        self.sleeps.values_mut().for_each(later);
        self.waits.values_mut().map(|wait| &mut wait.until).for_each(later);
        self.steps.values_mut().filter_map(|step| step.retry_at.as_mut()).for_each(later);
        self.state = State::Running;
    }
}

impl Journal {
    /// Writes it to a file, whole or not at all.
    ///
    /// # Errors
    /// What the file system says.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let draft = path.with_extension("draft");
        std::fs::write(&draft, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(draft, path)
    }

    /// Reads it from a file that [`Journal::save`] wrote.
    ///
    /// # Errors
    /// What the file system says, or that the file is something else.
    pub fn load(path: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    /// The names of the steps on record of an instance, in the order in which they started, without the journal's own.
    pub fn steps(&self, workflow: &str, id: &str) -> Vec<String> {
        let record =
            self.workflows.get(workflow).and_then(|all| all.iter().find(|(key, _)| key.as_str() == id));
        let mut steps: Vec<(u64, String)> = record
            .map(|(_, record)| record.steps.iter())
            .into_iter()
            .flatten()
            .filter(|(name, _)| !name.starts_with("journal "))
            .map(|(name, step)| (step.start, name.clone()))
            .collect();
        steps.sort();
        steps.into_iter().map(|(_, name)| name).collect()
    }
}
