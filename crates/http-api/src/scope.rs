//! Scopes: what an API key may do. A route names exactly one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! scopes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal;)+) => {
        /// What an API key may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum Scope {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $variant,)+
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The scope's text, such as `events:write`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// What the scope allows.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

scopes! {
    /// Create, rotate and delete webhook endpoints.
    EndpointsWrite = "endpoints:write";
    /// Read webhook endpoints.
    EndpointsRead = "endpoints:read";
    /// Send events.
    EventsWrite = "events:write";
    /// Read events, their raw payloads and their texts.
    EventsRead = "events:read";
    /// Store and delete files.
    FilesWrite = "files:write";
    /// Read files.
    FilesRead = "files:read";
    /// Read signals.
    SignalsRead = "signals:read";
    /// Search signals and passages.
    SearchRead = "search:read";
    /// Create, run, pause, resume and delete jobs.
    JobsWrite = "jobs:write";
    /// Read jobs and their runs.
    JobsRead = "jobs:read";
    /// Start, signal, pause, resume and end workflows.
    WorkflowsWrite = "workflows:write";
    /// Read workflows and their steps.
    WorkflowsRead = "workflows:read";
    /// Read approvals.
    ApprovalsRead = "approvals:read";
    /// Decide approvals, on behalf of the people that the key speaks for.
    ApprovalsDecide = "approvals:decide";
    /// Create, change and delete subscriptions, and redeliver.
    SubscriptionsWrite = "subscriptions:write";
    /// Read subscriptions and their deliveries.
    SubscriptionsRead = "subscriptions:read";
    /// Create, change and delete rules.
    RulesWrite = "rules:write";
    /// Read rules, and try them on past events.
    RulesRead = "rules:read";
    /// Acknowledge alerts and complete tasks.
    AlertsWrite = "alerts:write";
    /// Read alerts and tasks.
    AlertsRead = "alerts:read";
    /// Listen to the live feed.
    LiveRead = "live:read";
    /// Ask models.
    AiInvoke = "ai:invoke";
    /// Read usage and cost.
    UsageRead = "usage:read";
    /// Read accounts and contacts as CRMs tell of them.
    AccountsRead = "accounts:read";
    /// Ask for reports.
    ReportsWrite = "reports:write";
    /// Read reports.
    ReportsRead = "reports:read";
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}

/// A text that is no scope of this version. A key may carry such scopes, given by a newer one: they allow nothing
/// here and are no reason to refuse the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownScope;

impl std::fmt::Display for UnknownScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no known scope; see the list at `/docs`")
    }
}

impl std::error::Error for UnknownScope {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_survives_its_text() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(*scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        assert_eq!("events:*".parse::<Scope>(), Err(UnknownScope));
    }
}
