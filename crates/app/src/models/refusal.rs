//! Why there is no answer, in the contract's words.

use ai::routing::{FailureClass, NoRoute};
use ai::{Ending, Fault, Invalid, UpstreamError, UpstreamErrorKind};
use contracts::pipeline::models::{ModelError, RequestFault};

use crate::ports::BudgetRefusal;

pub(super) fn invalid(error: Invalid) -> ModelError {
    let fault = |Fault { pointer, detail }| RequestFault { pointer, detail };
    match error {
        Invalid::NotJson(detail) => ModelError::NotJson { detail },
        Invalid::Fields(faults) => ModelError::Invalid { faults: faults.into_iter().map(fault).collect() },
    }
}

pub(super) fn no_route(error: NoRoute) -> ModelError {
    match error {
        NoRoute::Unknown { model } => ModelError::UnknownModel { model },
        NoRoute::NotAllowed { model } => ModelError::NotAllowed { model },
        error @ NoRoute::TooLarge { .. } => invalid(Invalid::field("", error.to_string())),
    }
}

pub(super) fn budget(error: BudgetRefusal) -> ModelError {
    let detail = error.to_string();
    match error {
        BudgetRefusal::Spent { left, resets_at, .. } => ModelError::Budget {
            detail: format!("{detail}: {left} is left"),
            wait: false,
            retry_after_s: None,
            resets_at,
        },
        BudgetRefusal::TooFast { left, retry_after_s, resets_at, .. }
        | BudgetRefusal::Held { left, retry_after_s, resets_at, .. } => ModelError::Budget {
            detail: format!("{detail}: {left} is left"),
            wait: true,
            retry_after_s: Some(retry_after_s),
            resets_at,
        },
        BudgetRefusal::Unpriced { .. } => ModelError::Misconfigured { detail },
        BudgetRefusal::NotAllowed { model } => ModelError::NotAllowed { model },
        BudgetRefusal::Unavailable(_) => ModelError::Unavailable { detail },
    }
}

/// One upstream gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missed {
    /// It answered with an error.
    Said(UpstreamError),
    /// It was not reached.
    Unreached(String),
    /// The first of its answer did not come in time.
    TimedOut {
        /// In how many milliseconds.
        after_ms: u64,
    },
    /// What it sent is no answer.
    NoAnswer(String),
    /// Its stream ended before its answer began.
    Ended(Ending),
    /// The request cannot be put in its form.
    Unsayable(Invalid),
    /// A secret of it is not there.
    NoSecret(String),
}

impl Missed {
    /// What kind of failure it is; none where another upstream would do no better, or is not to be asked.
    pub(super) fn class(&self) -> Option<FailureClass> {
        match self {
            Self::Said(error) => match error.kind {
                UpstreamErrorKind::RateLimited | UpstreamErrorKind::Credentials => {
                    Some(FailureClass::RateLimited)
                }
                UpstreamErrorKind::Server => Some(FailureClass::ServerError),
                UpstreamErrorKind::Request | UpstreamErrorKind::Model => None,
            },
            Self::Unreached(_) => Some(FailureClass::Connect),
            Self::TimedOut { .. } | Self::Ended(Ending::Stalled { .. }) => Some(FailureClass::Timeout),
            Self::NoAnswer(_) | Self::Ended(_) => Some(FailureClass::ServerError),
            Self::NoSecret(_) => Some(FailureClass::RateLimited),
            Self::Unsayable(_) => None,
        }
    }

    /// Whether it says anything about the upstream's health.
    pub(super) fn is_its_fault(&self) -> bool {
        self.class().is_some() && !matches!(self, Self::NoSecret(_))
    }

    /// What the client is told where nobody else is asked.
    pub(super) fn told(self, model: &str) -> ModelError {
        let failed = |message: String| ModelError::Failed { message, retry_after_s: None, retry: true };
        match self {
            Self::Said(error) => said(error, model),
            // Where it is and how it was not reached is for the log.
            Self::Unreached(_) => failed("it could not be reached".into()),
            Self::TimedOut { after_ms } => failed(format!("nothing came within {after_ms} ms")),
            Self::NoAnswer(detail) => failed(detail),
            Self::Ended(ending) => failed(ending.detail()),
            Self::Unsayable(error) => invalid(error),
            Self::NoSecret(name) => {
                ModelError::Misconfigured { detail: format!("the secret `{name}` is not set") }
            }
        }
    }
}

fn said(error: UpstreamError, model: &str) -> ModelError {
    let UpstreamError { kind, message, code, param, retry_after_s, .. } = error;
    match kind {
        UpstreamErrorKind::Request => ModelError::Refused { message, code, param },
        UpstreamErrorKind::Model => ModelError::UnknownModel { model: model.to_owned() },
        UpstreamErrorKind::RateLimited => ModelError::RateLimited { message, retry_after_s },
        UpstreamErrorKind::Server => ModelError::Failed { message, retry_after_s, retry: true },
        // Whose credentials these are, and what is wrong with them, is the operator's matter.
        UpstreamErrorKind::Credentials => ModelError::Failed {
            message: "it does not accept this platform's own credentials; its operator has to see to it"
                .into(),
            retry_after_s: None,
            retry: false,
        },
    }
}
