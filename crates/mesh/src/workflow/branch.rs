//! The order of steps: one branch's, claimed step by step and compared with the journal.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use futures_util::future::{FutureExt, LocalBoxFuture};

use super::halt::{Halt, HaltReason};
use super::journal::{Entry, PREFIX};
use super::{Engine, EngineFailure, MAX_STEP_NAME_BYTES, RawBody, RawStep, StepError, StepPolicy};

/// A line of the journal is written by a step of its own, with little to do and much time to do it.
const JOURNAL_POLICY: StepPolicy = StepPolicy { retries: 10, ..StepPolicy::DEFAULT };

/// What all branches of a run share.
pub(super) struct Run {
    pub(super) engine: Rc<dyn Engine>,
    pub(super) instance: String,
    /// The types of the events that the workflow declares.
    pub(super) events: &'static [&'static str],
    pub(super) halt: Halt,
    limit: u32,
    used: Cell<u32>,
    names: RefCell<HashSet<String>>,
    branches: RefCell<Vec<Rc<Branch>>>,
}

impl Run {
    pub(super) fn new(
        engine: Rc<dyn Engine>,
        instance: &str,
        events: &'static [&'static str],
        limit: u32,
    ) -> Rc<Self> {
        Rc::new(Self {
            engine,
            instance: instance.to_owned(),
            events,
            halt: Halt::default(),
            limit,
            used: Cell::new(0),
            names: RefCell::default(),
            branches: RefCell::default(),
        })
    }

    /// Looks, once the body has ended, for what is on record and was not done again.
    pub(super) async fn close(self: &Rc<Self>) {
        let branches = self.branches.borrow().clone();
        for branch in branches {
            // One that is live has nothing on record to come; one that was left behind in a step is not at its end.
            if !branch.live.get() && branch.under_way.borrow().is_none() {
                let position = branch.advance();
                self.marker(&branch, position, Entry::End).await;
            }
        }
    }

    /// Writes a line of the journal, or compares it with the one on record, which it gives. Ends the run, and itself
    /// never, where they differ.
    pub(super) fn marker(
        self: &Rc<Self>,
        branch: &Rc<Branch>,
        position: String,
        entry: Entry,
    ) -> LocalBoxFuture<'static, Entry> {
        let (run, branch) = (self.clone(), branch.clone());
        async move {
            let written = Rc::new(Cell::new(false));
            let body: RawBody = {
                let (written, line) = (written.clone(), entry.encode());
                Box::new(move |_attempt| {
                    written.set(true);
                    let line = line.clone();
                    Box::pin(async { Ok(line) })
                })
            };
            let step =
                RawStep { name: format!("{PREFIX}{position}"), policy: JOURNAL_POLICY, body, undo: None };
            let line = match run.engine.step(step).await {
                Ok(line) => line,
                Err(failure) => return run.halt.stop_for(failure).await,
            };
            if written.get() {
                branch.live.set(true);
            }
            match entry.agree(&line, &position) {
                Ok(recorded) => recorded,
                Err(change) => run.halt.stop(HaltReason::CodeChanged(change)).await,
            }
        }
        .boxed_local()
    }
}

/// One line of steps.
pub(super) struct Branch {
    /// Empty, or the branch's name and those it is in, each followed by `/`.
    pub(super) path: String,
    /// Set once a line of the journal was new: no later one can be on record then.
    pub(super) live: Cell<bool>,
    position: Cell<u32>,
    under_way: RefCell<Option<String>>,
}

/// A step's claim on its name and place.
pub(super) struct Turn {
    /// The full name, with those of the branches.
    pub(super) name: String,
    /// The position, after the branches.
    pub(super) position: String,
}

impl Branch {
    /// A branch of `run` that begins now.
    pub(super) fn open(run: &Rc<Run>, path: String, live: bool) -> Rc<Self> {
        let branch =
            Self { path, live: Cell::new(live), position: Cell::new(0), under_way: RefCell::default() };
        let branch = Rc::new(branch);
        run.branches.borrow_mut().push(branch.clone());
        branch
    }

    /// Claims a name and a position for something that makes `entries` entries with the engine.
    pub(super) fn begin(&self, run: &Run, name: &str, entries: u32) -> Result<Turn, StepError> {
        let full = format!("{}{name}", self.path);
        let too_long = full.len() > MAX_STEP_NAME_BYTES;
        if name.is_empty() || too_long || full.starts_with(PREFIX) || full.chars().any(char::is_control) {
            return Err(StepError::InvalidName { step: full });
        }
        if let Some(under_way) = self.under_way.borrow().clone() {
            return Err(StepError::Concurrent { step: full, under_way });
        }
        // Each branch may need one more line, at its end.
        let lines_at_the_end = run.branches.borrow().len() as u32;
        if run.used.get() + entries + lines_at_the_end > run.limit {
            return Err(StepError::TooManySteps { step: full, limit: run.limit });
        }
        if !run.names.borrow_mut().insert(full.clone()) {
            return Err(StepError::DuplicateName { step: full });
        }
        run.used.set(run.used.get() + entries);
        *self.under_way.borrow_mut() = Some(full.clone());
        Ok(Turn { name: full, position: self.advance() })
    }

    /// The end of what [`Branch::begin`] began. Where the engine stops the run, this never returns.
    pub(super) async fn finish<R>(
        &self,
        run: &Run,
        name: &str,
        outcome: Result<R, EngineFailure>,
    ) -> Result<R, StepError> {
        match outcome {
            Err(failure @ EngineFailure::Interrupted) => run.halt.stop_for(failure).await,
            Err(EngineFailure::Exhausted(message)) => {
                *self.under_way.borrow_mut() = None;
                Err(StepError::Exhausted { step: name.to_owned(), message })
            }
            Ok(result) => {
                *self.under_way.borrow_mut() = None;
                Ok(result)
            }
        }
    }

    fn advance(&self) -> String {
        let position = self.position.get();
        self.position.set(position + 1);
        format!("{}{position}", self.path)
    }
}
