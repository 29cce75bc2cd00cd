//! What a tenant used.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Timestamp;
use crate::request::{FromQuery, Query};

/// The query of `GET /v1/usage`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GetUsage {
    /// From when on; without it, from 30 days before `to`. Back to 31 days it means the hour that it is in; before that, the
    /// day, for 750 days.
    pub from: Option<Timestamp>,
    /// Until when; without it, until now. At most 366 days after `from`.
    pub to: Option<Timestamp>,
    /// By what it is told apart.
    #[param(required = false, default = "day")]
    pub group_by: UsageGroup,
}

impl FromQuery for GetUsage {
    fn read(query: &Query) -> Option<Self> {
        let (from, to): (Option<Timestamp>, Option<Timestamp>) = (query.value("from"), query.value("to"));
        if matches!((from, to), (Some(from), Some(to)) if from >= to) {
            query.refuse("to", "must be after `from`");
        }
        Some(Self { from, to, group_by: query.value("group_by").unwrap_or(UsageGroup::Day) })
    }
}

/// By what usage is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageGroup {
    /// Hours, in the last 31 days: `2026-11-22T07:00:00Z`.
    Hour,
    /// Days (UTC): `2026-11-22`.
    Day,
    /// Months (UTC): `2026-11`.
    Month,
    /// Operations of this description, such as `list_events`.
    Operation,
    /// API keys, by their public half; what no key asked for, such as a delivery that a provider signed or a model that
    /// read it, has an empty name.
    Key,
    /// Models, as their server names them.
    Model,
}

impl UsageGroup {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Hour, Self::Day, Self::Month, Self::Operation, Self::Key, Self::Model];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Operation => "operation",
            Self::Key => "key",
            Self::Model => "model",
        }
    }
}

/// A text that is no way to tell usage apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownUsageGroup;

impl std::fmt::Display for UnknownUsageGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("must be `hour`, `day`, `month`, `operation`, `key` or `model`")
    }
}

impl std::error::Error for UnknownUsageGroup {}

impl std::str::FromStr for UsageGroup {
    type Err = UnknownUsageGroup;

    fn from_str(text: &str) -> Result<Self, UnknownUsageGroup> {
        Self::ALL.into_iter().find(|group| group.as_str() == text).ok_or(UnknownUsageGroup)
    }
}

/// What a tenant used in a time. A request is in it some seconds after its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends; no longer part of it.
    pub to: Timestamp,
    /// By what it is told apart.
    pub group_by: UsageGroup,
    /// All together.
    pub totals: UsageAmounts,
    /// Group by group: times in order, others with the most requests first. At most 1,000; groups without usage are left
    /// out.
    pub groups: Vec<UsageOfGroup>,
    /// What is stored now.
    pub storage: UsageStorage,
    /// The limits of what may be spent on models, and what is left of each now; empty where there are none.
    pub budgets: Vec<UsageBudget>,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetUnit {
    /// US dollars.
    Money,
    /// Tokens, read and written.
    Tokens,
    /// Requests.
    Requests,
}

/// In which time it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetWindow {
    /// A minute of the clock.
    Minute,
    /// A day of the calendar (UTC).
    Day,
    /// A month of the calendar (UTC).
    Month,
}

/// A limit of what may be spent on models, and what is left of it now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageBudget {
    /// What is counted.
    pub unit: BudgetUnit,
    /// In which time.
    pub window: BudgetWindow,
    /// Of which API key, by its id; null where all count together.
    #[schema(required)]
    pub key: Option<String>,
    /// Of which model; null where all count together.
    #[schema(required)]
    pub model: Option<String>,
    /// How much it allows: US dollars, tokens or requests.
    #[schema(minimum = 0, example = 5.0)]
    pub most: f64,
    /// What was taken of it.
    #[schema(minimum = 0, example = 1.25)]
    pub spent: f64,
    /// What calls hold that are under way: the most that they can take.
    #[schema(minimum = 0, example = 0.02)]
    pub held: f64,
    /// What is neither taken nor held.
    #[schema(minimum = 0, example = 3.73)]
    pub left: f64,
    /// When it begins anew.
    pub resets_at: Timestamp,
}

/// What was used of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageOfGroup {
    /// Its name: a time's start, an operation, a key's public half, a model.
    #[schema(example = "2026-11-22")]
    pub group: String,
    /// How much.
    #[serde(flatten)]
    pub amounts: UsageAmounts,
}

/// How much was used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageAmounts {
    /// Requests with one of the tenant's keys, and deliveries to its endpoints.
    #[schema(example = 1830)]
    pub requests: u64,
    /// Those of them that were answered with a status from 400 to 499.
    #[schema(example = 12)]
    pub refused: u64,
    /// Those that were answered with 500 or more.
    #[schema(example = 0)]
    pub failed: u64,
    /// Events that were accepted and are no duplicates.
    #[schema(example = 412)]
    pub events: u64,
    /// Calls of language models.
    #[schema(example = 96)]
    pub model_calls: u64,
    /// Tokens that they read.
    #[schema(example = 240_512)]
    pub tokens_in: u64,
    /// Tokens that they wrote.
    #[schema(example = 8_204)]
    pub tokens_out: u64,
    /// What they cost, in US dollars, by the prices that the operator has set.
    #[schema(minimum = 0, example = 0.0411)]
    pub cost_usd: f64,
    /// Calls of them that a cache answered.
    #[schema(example = 31)]
    pub cache_hits: u64,
    /// Tokens that were not read and written again.
    #[schema(example = 80_170)]
    pub saved_tokens: u64,
    /// What those would have cost, in US dollars.
    #[schema(minimum = 0, example = 0.0137)]
    pub saved_usd: f64,
}

/// What is stored now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageStorage {
    /// Files.
    #[schema(example = 14)]
    pub files: u64,
    /// Their bytes, with what is reserved for uploads.
    #[schema(example = 48_120_332)]
    pub file_bytes: u64,
    /// Archived events.
    #[schema(example = 5120)]
    pub events: u64,
    /// The bytes that came with them.
    #[schema(example = 91_330_480)]
    pub event_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_query;

    #[test]
    fn without_a_query_it_is_by_day_and_every_group_has_its_name() {
        let asked = read_query::<GetUsage>("").unwrap();
        assert_eq!(asked, GetUsage { from: None, to: None, group_by: UsageGroup::Day });
        for group in UsageGroup::ALL {
            let asked = read_query::<GetUsage>(&format!("group_by={}", group.as_str())).unwrap();
            assert_eq!(asked.group_by, group);
            assert_eq!(serde_json::to_value(group).unwrap(), group.as_str());
        }
    }

    #[test]
    fn every_bad_parameter_is_named() {
        let refused = |query: &str| {
            let problem = read_query::<GetUsage>(query).unwrap_err();
            problem.errors().iter().map(|error| error.pointer.clone()).collect::<Vec<_>>()
        };
        assert_eq!(refused("from=yesterday&to=1&group_by=week"), ["?from", "?to", "?group_by"]);
        assert_eq!(refused("from=2026-11-22T00:00:00Z&to=2026-11-22T00:00:00Z"), ["?to"]);
    }
}
