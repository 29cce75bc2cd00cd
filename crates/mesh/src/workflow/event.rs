//! Events that a workflow waits for.

use serde::{Serialize, de::DeserializeOwned};

use super::Definition;

/// A message to a running instance. At most 1 MiB encoded.
///
/// A workflow takes only what it declares, and no two events of one type; neither of these compiles:
///
/// ```compile_fail,E0277
/// # use mesh::workflow::{Event, Handle, Steps, StepError};
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Declined;
/// # impl Event for Declined { const TYPE: &'static str = "declined"; }
/// struct Order;
/// #[mesh::workflow]
/// impl Order {
///     async fn run(&self, input: u32, steps: &Steps) -> Result<(), StepError> { Ok(()) }
/// }
/// async fn decline(order: Handle<Order>) {
///     order.send_event(&Declined).await;
/// }
/// ```
///
/// ```compile_fail,E0080
/// # use mesh::workflow::{Definition, Event, Steps, StepError};
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Approved;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Confirmed;
/// impl Event for Approved { const TYPE: &'static str = "approved"; }
/// impl Event for Confirmed { const TYPE: &'static str = "approved"; }
/// struct Order;
/// #[mesh::workflow(events(Approved, Confirmed))]
/// impl Order {
///     async fn run(&self, input: u32, steps: &Steps) -> Result<(), StepError> { Ok(()) }
/// }
/// ```
pub trait Event: Serialize + DeserializeOwned {
    /// Its type to the platform: 1 to 100 letters, digits, `-` and `_`, and no `-` first.
    const TYPE: &'static str;
}

/// The workflow waits for `E`. Comes from `#[mesh::workflow(events(E))]`.
#[diagnostic::on_unimplemented(
    message = "the workflow `{Self}` does not wait for the event `{E}`",
    label = "not one of its events",
    note = "name it in the attribute: `#[mesh::workflow(events({E}))]`"
)]
pub trait Accepts<E: Event>: Definition {}

/// What came of waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitOutcome<E> {
    /// The event.
    Received(E),
    /// It did not come in time.
    TimedOut,
}

impl<E> WaitOutcome<E> {
    /// The event, if it came.
    pub fn received(self) -> Option<E> {
        match self {
            Self::Received(event) => Some(event),
            Self::TimedOut => None,
        }
    }
}

/// Refuses, while the program is compiled, event types that the platform refuses or that a workflow has twice.
pub const fn assert_event_types(types: &[&str]) {
    let mut index = 0;
    while index < types.len() {
        assert!(
            is_event_type(types[index].as_bytes()),
            "an event's `TYPE` has 1 to 100 letters, digits, `-` and `_`, and no `-` first"
        );
        let mut other = 0;
        while other < index {
            assert!(
                !same(types[index].as_bytes(), types[other].as_bytes()),
                "two events of this workflow have the same `TYPE`"
            );
            other += 1;
        }
        index += 1;
    }
}

const fn is_event_type(text: &[u8]) -> bool {
    let mut index = 0;
    while index < text.len() {
        match text[index] {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => {}
            b'-' if index > 0 => {}
            _ => return false,
        }
        index += 1;
    }
    matches!(text.len(), 1..=100)
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}
