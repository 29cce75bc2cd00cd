//! Rows of a budget.

use app::ports::{BudgetCall, Counted, KeyModelSpend, PricedModel, StoreError};
use contracts::Timestamp;
use contracts::pipeline::ai_policy::{AiArchive, AiPolicy};
use contracts::pipeline::usage::{UsageAmounts, UsageSubject};
use domain::budget::{Amount, Call, CallStatus, Limit, Price, Scope, Selector, Tally, Tokens, Unit, Window};
use domain::usage::Grain;
use serde::{Deserialize, Serialize};

use super::broken;

/// A limit, as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct LimitJson {
    unit: String,
    window: String,
    key: SelectorJson,
    model: SelectorJson,
    most: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SelectorJson {
    All,
    Each,
    Only(String),
}

impl From<&Selector> for SelectorJson {
    fn from(selector: &Selector) -> Self {
        match selector {
            Selector::All => Self::All,
            Selector::Each => Self::Each,
            Selector::Only(name) => Self::Only(name.clone()),
        }
    }
}

impl From<SelectorJson> for Selector {
    fn from(selector: SelectorJson) -> Self {
        match selector {
            SelectorJson::All => Self::All,
            SelectorJson::Each => Self::Each,
            SelectorJson::Only(name) => Self::Only(name),
        }
    }
}

impl From<&Limit> for LimitJson {
    fn from(limit: &Limit) -> Self {
        let unit = Unit::ALL.iter().find(|(unit, _)| *unit == limit.unit).map_or("", |(_, name)| name);
        Self {
            unit: unit.to_owned(),
            window: limit.window.as_str().to_owned(),
            key: (&limit.scope.key).into(),
            model: (&limit.scope.model).into(),
            most: limit.most,
        }
    }
}

impl TryFrom<LimitJson> for Limit {
    type Error = StoreError;

    fn try_from(limit: LimitJson) -> Result<Self, StoreError> {
        let LimitJson { unit, window, key, model, most } = limit;
        let unknown = |name: &str| broken(format!("`{name}` is no unit or window of a limit"));
        let (unit, _) =
            Unit::ALL.into_iter().find(|(_, name)| *name == unit).ok_or_else(|| unknown(&unit))?;
        let (window, _) =
            Window::ALL.into_iter().find(|(_, name)| *name == window).ok_or_else(|| unknown(&window))?;
        Ok(Self { unit, window, scope: Scope { key: key.into(), model: model.into() }, most })
    }
}

/// A policy, as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct PolicyJson {
    #[serde(default)]
    models: Option<Vec<String>>,
    #[serde(default)]
    max_input_tokens: Option<u64>,
    #[serde(default)]
    max_output_tokens: Option<u64>,
    #[serde(default)]
    mask: Vec<String>,
    #[serde(default)]
    archive: Option<ArchiveJson>,
}

#[derive(Serialize, Deserialize)]
struct ArchiveJson {
    retention_days: u32,
}

impl From<&AiPolicy> for PolicyJson {
    fn from(policy: &AiPolicy) -> Self {
        let AiPolicy { models, max_input_tokens, max_output_tokens, mask, archive } = policy.clone();
        let archive = archive.map(|AiArchive { retention_days }| ArchiveJson { retention_days });
        Self { models, max_input_tokens, max_output_tokens, mask, archive }
    }
}

impl From<PolicyJson> for AiPolicy {
    fn from(json: PolicyJson) -> Self {
        let PolicyJson { models, max_input_tokens, max_output_tokens, mask, archive } = json;
        let archive = archive.map(|ArchiveJson { retention_days }| AiArchive { retention_days });
        Self { models, max_input_tokens, max_output_tokens, mask, archive }
    }
}

/// A model that may answer, as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct ModelJson {
    pub(super) model: String,
    #[serde(default)]
    price: Option<[u64; 3]>,
}

impl From<&PricedModel> for ModelJson {
    fn from(priced: &PricedModel) -> Self {
        let price = priced.price.map(|Price { input, cached, output }| [input, cached, output]);
        Self { model: priced.model.clone(), price }
    }
}

impl From<ModelJson> for PricedModel {
    fn from(json: ModelJson) -> Self {
        let price = json.price.map(|[input, cached, output]| Price { input, cached, output });
        Self { model: json.model, price }
    }
}

#[derive(Deserialize)]
pub(super) struct CallRow {
    id: String,
    at_ms: u64,
    expires_ms: u64,
    status: String,
    key: String,
    key_prefix: String,
    models: String,
    bound_nanos: u64,
    bound_in: u64,
    bound_out: u64,
    model: String,
    took_nanos: u64,
    took_in: u64,
    took_cached: u64,
    took_out: u64,
}

impl TryFrom<CallRow> for BudgetCall {
    type Error = StoreError;

    fn try_from(row: CallRow) -> Result<Self, StoreError> {
        let status = CallStatus::ALL.into_iter().find(|status| status.as_str() == row.status);
        let status = status.ok_or_else(|| broken(format!("`{}` is no status of a call", row.status)))?;
        let models: Vec<ModelJson> = serde_json::from_str(&row.models).map_err(broken)?;
        let bound_tokens = Tokens { input: row.bound_in, cached: 0, output: row.bound_out };
        let tokens = Tokens { input: row.took_in, cached: row.took_cached, output: row.took_out };
        let of = |nanos: u64, tokens: Tokens| Amount { nanos, tokens: tokens.all(), requests: 1 };
        let never = models.is_empty();
        let call = Call {
            status,
            bound: if never { Amount::default() } else { of(row.bound_nanos, bound_tokens) },
            took: if status == CallStatus::Settled { of(row.took_nanos, tokens) } else { Amount::default() },
        };
        Ok(Self {
            call_id: row.id,
            at_ms: row.at_ms,
            expires_ms: row.expires_ms,
            key: named(row.key),
            key_prefix: named(row.key_prefix),
            models: models.into_iter().map(PricedModel::from).collect(),
            bound_tokens,
            call,
            model: row.model,
            tokens,
        })
    }
}

/// Sums of a tally.
#[derive(Deserialize)]
pub(super) struct TallyRow {
    spent_nanos: u64,
    spent_tokens: u64,
    spent_requests: u64,
    held_nanos: u64,
    held_tokens: u64,
    held_requests: u64,
}

impl From<TallyRow> for Tally {
    fn from(row: TallyRow) -> Self {
        Self {
            spent: Amount { nanos: row.spent_nanos, tokens: row.spent_tokens, requests: row.spent_requests },
            held: Amount { nanos: row.held_nanos, tokens: row.held_tokens, requests: row.held_requests },
        }
    }
}

/// An amount that was added up.
#[derive(Deserialize)]
pub(super) struct AmountRow {
    nanos: u64,
    tokens: u64,
    requests: u64,
}

impl From<AmountRow> for Amount {
    fn from(row: AmountRow) -> Self {
        Self { nanos: row.nanos, tokens: row.tokens, requests: row.requests }
    }
}

#[derive(Deserialize)]
pub(super) struct SpendRow {
    key: String,
    model: String,
    calls: u64,
    tokens_in: u64,
    tokens_out: u64,
    nanos: u64,
}

impl From<SpendRow> for KeyModelSpend {
    fn from(row: SpendRow) -> Self {
        let SpendRow { key, model, calls, tokens_in, tokens_out, nanos } = row;
        Self { key: named(key), model, calls, tokens_in, tokens_out, nanos }
    }
}

/// What usage has not been told; also the form in which it is kept in a batch.
#[derive(Serialize, Deserialize)]
pub(super) struct UnreportedRow {
    hour: u64,
    key_prefix: String,
    model: String,
    calls: i64,
    tokens_in: i64,
    tokens_out: i64,
    nanos: i64,
    // What was gathered before there were these has none.
    #[serde(default)]
    hits: u64,
    #[serde(default)]
    saved_tokens: u64,
    #[serde(default)]
    saved_nanos: u64,
}

impl From<UnreportedRow> for Counted {
    fn from(row: UnreportedRow) -> Self {
        let UnreportedRow { hour, key_prefix, model, calls, tokens_in, tokens_out, nanos, .. } = row;
        let UnreportedRow { hits: cache_hits, saved_tokens, saved_nanos, .. } = row;
        let part = |of: fn(i64) -> u64| UsageAmounts {
            model_calls: of(calls),
            tokens_in: of(tokens_in),
            tokens_out: of(tokens_out),
            cost_nanos: of(nanos),
            ..UsageAmounts::default()
        };
        Self {
            at: Timestamp::from_unix_ms(hour * Grain::Hours.period_ms()),
            of: UsageSubject::Model { model, key: named(key_prefix) },
            amounts: UsageAmounts {
                cache_hits,
                saved_tokens,
                saved_nanos,
                ..part(|much| much.max(0).unsigned_abs())
            },
            taken_back: part(|much| much.min(0).unsigned_abs()),
        }
    }
}

fn named(name: String) -> Option<String> {
    (!name.is_empty()).then_some(name)
}
