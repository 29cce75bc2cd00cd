//! Holds an entry back until somebody of the house approves it: a durable workflow.

use std::rc::Rc;
use std::time::Duration;

use guestbook_contract::{Call, Visitor};
use mesh::durable::Namespace;
use mesh::workflow::{
    Classify, Event, InstanceId, InvalidInstanceId, StepError, StepFailure, StepPolicy, Steps, WaitOutcome,
};
use mesh::{CallContext, Deadline, Runtime, TraceContext};

use crate::pages::{PAGES, PagesObject};

/// How long the house has.
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a call to the pages may take, in milliseconds.
const PATIENCE_MS: u64 = 10_000;

/// What a review is started with.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewInput {
    /// Who wrote the entry, and in which house's book.
    pub visitor: Visitor,
    /// The entry.
    pub number: u64,
    /// The trace of the call that the entry came with.
    pub trace: String,
}

/// Somebody of the house approves the entry.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// Who.
    pub by: String,
}

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

/// How a review ends.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The entry is on view.
    Shown {
        /// Who approved it.
        by: String,
    },
    /// Nobody approved it within a week.
    TornOut,
}

/// The workflow, with what its steps need.
#[derive(Clone)]
pub struct Review {
    /// The houses' pages.
    pub pages: Rc<dyn Namespace>,
    /// The clock.
    pub runtime: Rc<dyn Runtime>,
}

#[mesh::workflow(events(Approved))]
impl Review {
    async fn run(&self, input: ReviewInput, steps: &Steps) -> Result<Verdict, StepError> {
        let review = self.clone();
        match steps.wait_for::<Approved>("approval", WEEK).await? {
            WaitOutcome::Received(Approved { by }) => {
                let show = move |_attempt| review.clone().show(input.clone());
                steps.run("show", StepPolicy::DEFAULT, show).await?;
                Ok(Verdict::Shown { by })
            }
            WaitOutcome::TimedOut => {
                let tear_out = move |_attempt| review.clone().tear_out(input.clone());
                steps.run("tear out", StepPolicy::DEFAULT, tear_out).await?;
                Ok(Verdict::TornOut)
            }
        }
    }

    async fn show(self, input: ReviewInput) -> Result<(), StepFailure> {
        let context = self.call(&input).terminal()?;
        PagesObject::stub(&self.pages, &context, PAGES).show(&context, input.number).await.retryable()
    }

    async fn tear_out(self, input: ReviewInput) -> Result<(), StepFailure> {
        let context = self.call(&input).terminal()?;
        PagesObject::stub(&self.pages, &context, PAGES).tear_out(&context, input.number).await.retryable()
    }

    /// A workflow outlives the call that began it, so each step calls with a deadline of its own.
    fn call(&self, input: &ReviewInput) -> Result<Call, mesh::ParseTraceError> {
        let trace: TraceContext = input.trace.parse()?;
        let deadline = Deadline::after(self.runtime.now_ms(), PATIENCE_MS);
        Ok(CallContext::new(input.visitor.clone(), trace, deadline, "review"))
    }
}

/// The review of an entry: one instance for each.
///
/// # Errors
/// When the house's name has characters that an id cannot have.
pub fn review_of(house: &str, number: u64) -> Result<InstanceId, InvalidInstanceId> {
    format!("{house}-{number}").parse()
}
