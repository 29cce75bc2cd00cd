//! How a call fails: refused by the service in its own words, or not carried out for a reason of the mesh's.

use std::convert::Infallible;

use serde::{Deserialize, Serialize};

use crate::retry::RetrySafety;

/// Why a call gave no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError<E> {
    /// The service was reached, understood the request and says no, in its own typed words.
    #[error("refused: {0}")]
    Refused(E),
    /// The callee could not be reached: not deployed, not running, or the link broke.
    #[error("could not reach `{service}`: {message}")]
    Unreachable {
        /// The service that was called.
        service: &'static str,
        /// What the transport said.
        message: String,
    },
    /// The callee has more to do than it can and turned the call away.
    #[error("`{service}` is overloaded: {message}")]
    Overloaded {
        /// The service that was called.
        service: &'static str,
        /// What the transport said.
        message: String,
    },
    /// The time left ran out, before the call or while waiting. The callee's work is given up with it.
    #[error("`{service}` gave no answer within the time left")]
    TimedOut {
        /// The service that was called.
        service: &'static str,
    },
    /// The two sides do not understand each other: different builds of the contract.
    #[error("`{service}` speaks another contract: {message}")]
    ContractMismatch {
        /// The service that was called.
        service: &'static str,
        /// Which side could not read what.
        message: String,
    },
    /// The mesh's own rules forbid the call: the object is another tenant's, or the request made one call too many. No
    /// user code ran, and none would if it were sent again.
    #[error("`{service}` was not called: {message}")]
    Disallowed {
        /// The service that was called.
        service: &'static str,
        /// Which rule, and what to look for.
        message: String,
    },
    /// The callee's code panicked. Only this call failed; whether it had an effect before is unknown.
    #[error("`{service}` panicked: {message}")]
    Panicked {
        /// The service that was called.
        service: &'static str,
        /// The panic's own message and place; for operators, not for the public.
        message: String,
    },
    /// The callee broke down while it handled the call. Whether it had an effect is unknown.
    #[error("`{service}` failed: {message}")]
    Failed {
        /// The service that was called.
        service: &'static str,
        /// What is known of the failure; for operators, not for the public.
        message: String,
    },
}

impl CallError<Infallible> {
    /// The same failure of a call that may be refused as well.
    pub(crate) fn widened<E>(self) -> CallError<E> {
        match self {
            Self::Refused(never) => match never {},
            Self::Unreachable { service, message } => CallError::Unreachable { service, message },
            Self::Overloaded { service, message } => CallError::Overloaded { service, message },
            Self::TimedOut { service } => CallError::TimedOut { service },
            Self::ContractMismatch { service, message } => CallError::ContractMismatch { service, message },
            Self::Disallowed { service, message } => CallError::Disallowed { service, message },
            Self::Panicked { service, message } => CallError::Panicked { service, message },
            Self::Failed { service, message } => CallError::Failed { service, message },
        }
    }
}

impl<E> CallError<E> {
    /// Whether sending the same call again is safe.
    ///
    /// A panic counts as [`RetrySafety::Never`]: the same request would most likely meet the same bug.
    pub fn retry_safety(&self) -> RetrySafety {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Failed { .. } => {
                RetrySafety::IfIdempotent
            }
            Self::Refused(_)
            | Self::Overloaded { .. }
            | Self::ContractMismatch { .. }
            | Self::Disallowed { .. }
            | Self::Panicked { .. } => RetrySafety::Never,
        }
    }

    /// Whether the failure may pass by itself, so that the call is worth making later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Overloaded { .. }
            | Self::TimedOut { .. }
            | Self::Panicked { .. }
            | Self::Failed { .. } => true,
            Self::Refused(_) | Self::ContractMismatch { .. } | Self::Disallowed { .. } => false,
        }
    }
}

/// A failure of the mesh itself, as the callee's side reports it over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What kind of failure.
    pub kind: FaultKind,
    /// For operators.
    pub message: String,
}

/// The kinds of [`Fault`]. A kind that this build does not know reads as [`FaultKind::Failed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// No time was left when the call arrived; no user code ran.
    Expired,
    /// The request could not be read, or the method is unknown; no user code ran.
    Contract,
    /// Calls were nested deeper than [`crate::MAX_HOPS`]; no user code ran.
    TooManyHops,
    /// The call reached an object that is another tenant's; no user code ran.
    WrongTenant,
    /// The callee's code panicked.
    Panicked,
    /// The callee broke down.
    #[serde(other)]
    Failed,
}

impl Fault {
    pub(crate) fn into_call_error<E>(self, service: &'static str) -> CallError<E> {
        match self.kind {
            FaultKind::Expired => CallError::TimedOut { service },
            FaultKind::Contract => CallError::ContractMismatch { service, message: self.message },
            FaultKind::Panicked => CallError::Panicked { service, message: self.message },
            FaultKind::TooManyHops | FaultKind::WrongTenant => {
                CallError::Disallowed { service, message: self.message }
            }
            FaultKind::Failed => CallError::Failed { service, message: self.message },
        }
    }
}
