//! A pipeline that answers at once: what is measured is the gateway. `bench/ts/intake.ts` gives the same answers.
#![cfg(target_arch = "wasm32")]

mod intake;

use contracts::pipeline::{IntakeContract, IntakeDispatch};
use mesh_worker::{BindingError, Instance};

mesh_worker::entrypoint!(
    /// For the gateway: one event, which is every event.
    Intake,
    IntakeContract,
    wire
);

fn wire(_instance: &Instance) -> Result<IntakeDispatch<intake::OneEvent>, BindingError> {
    Ok(IntakeDispatch(intake::OneEvent))
}
