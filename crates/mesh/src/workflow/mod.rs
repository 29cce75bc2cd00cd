//! Durable workflows: a function whose every step is run to success once and remembered.
//!
//! ```
//! use mesh::workflow::{Classify, StepError, StepPolicy, Steps};
//!
//! struct Greeting;
//!
//! #[mesh::workflow]
//! impl Greeting {
//!     async fn run(&self, name: String, steps: &Steps) -> Result<String, StepError> {
//!         let found: u32 = steps
//!             .run("look up", StepPolicy::default(), |_attempt| async { "7".parse::<u32>().terminal() })
//!             .await?;
//!         steps.sleep("think it over", std::time::Duration::from_secs(7 * 24 * 3600)).await?;
//!         Ok(format!("hello {name}, number {found}"))
//!     }
//! }
//! ```
//!
//! A workflow's body runs again from the top after a restart, and [`Steps::run`] then answers from the record instead
//! of running a finished step. So the body must be deterministic, every effect belongs into a step, and a step's effect
//! must be idempotent, because a step can be cut off after its effect and before its record.
//!
//! A build that no longer does what a running instance has on record ends that instance with [`CodeChanged`], before
//! a step's body runs that should not: see [`Steps`] for what is compared.

mod branch;
mod define;
mod engine;
mod event;
mod failure;
mod halt;
mod instances;
mod journal;
mod limits;
mod outcome;
mod payload;
mod policy;
mod run;
mod shape;
mod steps;
mod undo;

pub use define::{Definition, Workflow};
pub use engine::{Engine, EngineFailure, RawBody, RawStep, RawUndo, RawUndoBody};
#[doc(hidden)]
pub use event::assert_event_types;
pub use event::{Accepts, Event, WaitOutcome};
pub use failure::{Classify, StepError, StepFailure};
pub use instances::{
    Batch, Created, Handle, InstanceError, InstanceHost, InstanceId, InstanceStatus, Instances,
    InvalidInstanceId, NewInstance, RawInstance, RawStatus, Retention,
};
pub use journal::CodeChanged;
pub use limits::{
    MAX_BATCH, MAX_INSTANCE_ID_BYTES, MAX_PAYLOAD_BYTES, MAX_SLEEP, MAX_STEP_NAME_BYTES,
    MAX_STEP_OUTPUT_BYTES, MAX_STEPS,
};
pub use outcome::WorkflowFailure;
pub use payload::{pack, unpack};
pub use policy::{Backoff, StepPolicy};
pub use run::{Ended, run};
pub use steps::Steps;
pub use undo::Undo;
