//! Why an instance could not be started, asked or steered.

use super::InstanceId;

/// See the variants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// There is no such instance.
    #[error("there is no instance `{id}`")]
    NotFound {
        /// The id.
        id: InstanceId,
    },
    /// It has ended, so this cannot be done to it.
    #[error("instance `{id}` has ended")]
    Ended {
        /// The id.
        id: InstanceId,
    },
    /// The input or the event cannot be sent.
    #[error("{what} cannot be sent: {message}")]
    Unsendable {
        /// Which of the two.
        what: &'static str,
        /// Why.
        message: String,
    },
    /// A batch has the wrong size.
    #[error(
        "a batch has 1 to 100 instances and at most 1048576 bytes of input, and this one has {count} and {bytes}: \
         create them in several"
    )]
    BatchSize {
        /// How many instances.
        count: usize,
        /// The bytes of all inputs.
        bytes: usize,
    },
    /// The instance ended with an output of another type than the code's.
    #[error("the output of instance `{id}` does not fit the code: {message}")]
    OutputUnreadable {
        /// The id.
        id: InstanceId,
        /// What does not fit.
        message: String,
    },
    /// The host of the instances failed, or refuses: too many at once, no link.
    #[error("the host of `{workflow}` failed: {message}")]
    Host {
        /// The workflow, or its binding.
        workflow: String,
        /// What it said.
        message: String,
    },
}
