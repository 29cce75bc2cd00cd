//! A pipeline that answers at once: what is measured is the gateway, or the scheduler. `bench/ts/intake.ts` gives the same answers.
#![cfg(target_arch = "wasm32")]

mod intake;
mod tasks;

use contracts::pipeline::{IntakeContract, IntakeDispatch, TasksContract, TasksDispatch};
use mesh_worker::{BindingError, Instance};

mesh_worker::entrypoint!(
    /// For the gateway: one event, which is every event.
    Intake,
    IntakeContract,
    wire
);

mesh_worker::entrypoint!(
    /// For the scheduler: takes what it dispatches, and notes when.
    Tasks,
    TasksContract,
    wire_tasks
);

fn wire_tasks(_instance: &Instance) -> Result<TasksDispatch<tasks::NotingTasks>, BindingError> {
    Ok(TasksDispatch(tasks::NotingTasks))
}

fn wire(_instance: &Instance) -> Result<IntakeDispatch<intake::OneEvent>, BindingError> {
    Ok(IntakeDispatch(intake::OneEvent))
}
