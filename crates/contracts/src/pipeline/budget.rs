//! What a tenant may spend on models: held before a call, settled after it, in the tenant's own object.

use super::ai_policy::{AiPolicyStanding, ReadAiPolicy, SetAiPolicy};
use crate::{TenantCall, Timestamp};

/// The name of a tenant's budget among its objects.
pub const BUDGET: &str = "budget";

/// What the pipeline asks of a tenant's budget.
#[mesh::service(contract = "../../contracts/TenantBudget.json")]
pub trait TenantBudget {
    /// Reserves the most that a call can take. The same call again gives the same hold.
    #[mesh(idempotent)]
    async fn hold(&self, context: &TenantCall, request: HoldBudget) -> Result<BudgetHold, HoldError>;
    /// Puts what a call took in the place of its hold. Settling again changes nothing.
    #[mesh(idempotent)]
    async fn settle(&self, context: &TenantCall, request: SettleCall) -> Result<SettledCall, BudgetError>;
    /// Gives a hold back: the call was not made. Releasing again, or after a settlement, changes nothing.
    #[mesh(idempotent)]
    async fn release(&self, context: &TenantCall, request: ReleaseCall) -> Result<SettledCall, BudgetError>;
    /// The limits, and how the tenant stands with each.
    #[mesh(idempotent)]
    async fn standing(
        &self,
        context: &TenantCall,
        request: ReadBudget,
    ) -> Result<BudgetStanding, BudgetError>;
    /// Puts other limits in the place of all that there are.
    async fn set_limits(
        &self,
        context: &TenantCall,
        request: SetBudget,
    ) -> Result<BudgetStanding, SetBudgetError>;
    /// What the tenant may ask of models.
    #[mesh(idempotent)]
    async fn policy(
        &self,
        context: &TenantCall,
        request: ReadAiPolicy,
    ) -> Result<AiPolicyStanding, BudgetError>;
    /// Puts another policy in its place.
    async fn set_policy(
        &self,
        context: &TenantCall,
        request: SetAiPolicy,
    ) -> Result<AiPolicyStanding, SetBudgetError>;
    /// Forgets everything for good, or counts what it would forget.
    #[mesh(idempotent)]
    async fn erase(&self, context: &TenantCall, request: EraseBudget) -> Result<ErasedBudget, BudgetError>;
}

/// The admin's view of tenants' budgets.
#[mesh::service(contract = "../../contracts/Budgets.json")]
pub trait Budgets {
    /// The limits of a tenant, and how it stands with each.
    #[mesh(idempotent)]
    async fn get_budget(
        &self,
        context: &TenantCall,
        request: ReadBudget,
    ) -> Result<BudgetStanding, BudgetError>;
    /// Puts other limits in the place of all that there are.
    async fn set_budget(
        &self,
        context: &TenantCall,
        request: SetBudget,
    ) -> Result<BudgetStanding, SetBudgetError>;
    /// What a tenant may ask of models.
    #[mesh(idempotent)]
    async fn get_ai_policy(
        &self,
        context: &TenantCall,
        request: ReadAiPolicy,
    ) -> Result<AiPolicyStanding, BudgetError>;
    /// Puts another policy in its place.
    async fn set_ai_policy(
        &self,
        context: &TenantCall,
        request: SetAiPolicy,
    ) -> Result<AiPolicyStanding, SetBudgetError>;
}

/// What a limit counts.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BudgetUnit {
    /// Billionths of a US dollar.
    Money,
    /// Tokens, read and written.
    Tokens,
    /// Requests.
    Requests,
}

/// In which time it is counted.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BudgetWindow {
    /// A minute of the clock.
    Minute,
    /// A day of the calendar (UTC).
    Day,
    /// A month of the calendar (UTC).
    Month,
}

/// Which keys, or which models.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BudgetSelector {
    /// All of them together.
    #[default]
    All,
    /// Each by itself.
    Each,
    /// This one: a key's id, or a model's name.
    Only(String),
}

/// A limit.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetLimit {
    /// What is counted.
    pub unit: BudgetUnit,
    /// In which time.
    pub window: BudgetWindow,
    /// Of which keys.
    #[serde(default)]
    pub key: BudgetSelector,
    /// Of which models.
    #[serde(default)]
    pub model: BudgetSelector,
    /// How much: of money in billionths of a US dollar.
    pub most: u64,
}

/// A model that may answer, and what a million of its tokens cost, in billionths of a US dollar.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetModel {
    /// Its name.
    pub model: String,
    /// What it costs; none where nobody knows.
    #[serde(default)]
    pub price: Option<TokenPrice>,
}

/// What a million tokens cost, in billionths of a US dollar.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenPrice {
    /// Of those that it reads.
    pub input: u64,
    /// Of those that it reads from the upstream's own cache.
    pub cached: u64,
    /// Of those that it writes.
    pub output: u64,
}

/// Asks for room for a call.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldBudget {
    /// The call's name, unique in the tenant.
    pub call_id: String,
    /// The key that asks; none where the platform works for the tenant by itself.
    #[serde(default)]
    pub key: Option<String>,
    /// The public half of that key, by which usage names it.
    #[serde(default)]
    pub key_prefix: Option<String>,
    /// Every model that may answer, at most 16.
    pub models: Vec<BudgetModel>,
    /// The most tokens that it reads, at most 100,000,000.
    pub tokens_in: u64,
    /// The most tokens that it writes, at most 100,000,000.
    pub tokens_out: u64,
}

/// Room that is reserved.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetHold {
    /// The most that the call can cost, in billionths of a US dollar.
    pub bound_nanos: u64,
    /// When the hold expires: from then on the call counts at its bound, until it is settled.
    pub expires_at: Timestamp,
}

/// What a call took.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleCall {
    /// The call's name.
    pub call_id: String,
    /// The model that answered.
    pub model: String,
    /// Whom it was asked of.
    #[serde(default)]
    pub upstream: String,
    /// Tokens read.
    pub tokens_in: u64,
    /// Those of them that came from the upstream's own cache.
    #[serde(default)]
    pub tokens_in_cached: u64,
    /// Tokens written.
    pub tokens_out: u64,
    /// Whether the upstream said how many, or they are an upper bound.
    #[serde(default)]
    pub estimated: bool,
    /// How it ended: `finished`, `broken`, `canceled`, `failed` or `cached`.
    #[serde(default)]
    pub outcome: String,
    /// From the call to the first byte of its answer, in milliseconds.
    #[serde(default)]
    pub first_byte_ms: Option<u64>,
    /// From the call to its end, in milliseconds.
    #[serde(default)]
    pub duration_ms: u64,
    /// The route that decided who was asked.
    #[serde(default)]
    pub route: Option<String>,
    /// What a cache had to do with it: `off`, `miss`, `hit`, `semantic`, `gateway-miss` or `gateway-hit`.
    #[serde(default)]
    pub cache: String,
    /// Tokens that would have been read without a cache.
    #[serde(default)]
    pub saved_tokens_in: u64,
    /// Tokens that would have been written without one.
    #[serde(default)]
    pub saved_tokens_out: u64,
    /// What those would have cost, in billionths of a US dollar; none where the price of the call says.
    #[serde(default)]
    pub saved_nanos: Option<u64>,
    /// How many places of each kind were put aside, such as `email=2, card=1`; never what stood there.
    #[serde(default)]
    pub masked: String,
}

/// Gives a hold back.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseCall {
    /// The call's name.
    pub call_id: String,
}

/// What a call counts as.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledCall {
    /// What it cost, in billionths of a US dollar.
    pub cost_nanos: u64,
}

/// Asks how a tenant stands.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadBudget {}

/// How a tenant stands.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetStanding {
    /// How often the limits were set.
    pub version: u32,
    /// Who set them last; nobody where there never were any.
    #[serde(default)]
    pub updated_by: Option<String>,
    /// When.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// The limits, in the order in which they were set.
    pub limits: Vec<BudgetLimit>,
    /// What was used of each in its present window: one of most, one a key and model of a limit for each of them. At most
    /// 1,000.
    pub used: Vec<BudgetUse>,
    /// What was spent this month (UTC), by key and model; at most 1,000.
    pub month: Vec<ModelSpend>,
    /// Calls that are under way.
    pub open_calls: u64,
}

/// What was used of a limit.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetUse {
    /// Which limit: its place among them, from 0.
    pub limit: u32,
    /// Of which key; of all without one.
    #[serde(default)]
    pub key: Option<String>,
    /// Of which model; of all without one.
    #[serde(default)]
    pub model: Option<String>,
    /// Taken, in the limit's unit.
    pub spent: u64,
    /// Held by calls under way.
    pub held: u64,
    /// What neither is.
    pub left: u64,
    /// When it begins anew.
    pub resets_at: Timestamp,
}

/// What was spent by a key on a model.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpend {
    /// Which key; none where the platform worked for the tenant by itself.
    #[serde(default)]
    pub key: Option<String>,
    /// Which model.
    pub model: String,
    /// Calls.
    pub calls: u64,
    /// Tokens read.
    pub tokens_in: u64,
    /// Tokens written.
    pub tokens_out: u64,
    /// What they cost, in billionths of a US dollar.
    pub cost_nanos: u64,
}

/// Asks for other limits.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetBudget {
    /// All of them, at most 50.
    pub limits: Vec<BudgetLimit>,
    /// The version that was shown to whoever sets them; without one whatever there is is replaced.
    #[serde(default)]
    pub version: Option<u32>,
    /// Who wants it, such as an operator's e-mail address.
    pub updated_by: String,
}

/// Asks to forget.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EraseBudget {
    /// Only say how many rows there are.
    #[serde(default)]
    pub count_only: bool,
}

/// What was forgotten, or is there.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasedBudget {
    /// Rows.
    pub rows: u32,
}

/// Why a call does not fit, the shorter to wait for first.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// Calls under way hold what it would need, and may give it back.
    Held,
    /// The minute is used up.
    Window,
    /// The day or the month is used up.
    Spent,
    /// It would not fit an untouched window.
    TooLarge,
}

/// No room is reserved.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum HoldError {
    /// It does not fit a limit.
    #[error("the call could take more than what is left of `{limit}`: {left}")]
    Refused {
        /// Why.
        reason: HoldReason,
        /// Which limit, for people.
        limit: String,
        /// What is left of it, for people.
        left: String,
        /// When it begins anew.
        resets_at: Timestamp,
    },
    /// Nobody knows what the model costs, and a limit in money is for it.
    #[error("the model `{model}` has no price, and a limit in money is for it: set a price")]
    Unpriced {
        /// Which.
        model: String,
    },
    /// The request cannot be: no model, too many tokens.
    #[error("{detail}")]
    Invalid {
        /// What is wrong with it.
        detail: String,
    },
    /// The call has ended, or it held something else.
    #[error("the call `{call_id}` {detail}: give each call a name of its own")]
    Taken {
        /// Which.
        call_id: String,
        /// What became of it.
        detail: String,
    },
    /// The object's storage failed.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}

/// A budget did not do what was asked.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum BudgetError {
    /// No call of this name holds or held anything; calls are known for two days.
    #[error("no call `{call_id}` is known")]
    Unknown {
        /// Which.
        call_id: String,
    },
    /// The request cannot be.
    #[error("{detail}")]
    Invalid {
        /// What is wrong with it.
        detail: String,
    },
    /// The object's storage failed.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}

/// Limits were not set.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SetBudgetError {
    /// They cannot be, or nobody is named.
    #[error("{detail}")]
    Invalid {
        /// What is wrong.
        detail: String,
    },
    /// Somebody else set them meanwhile.
    #[error("the limits are at version {version}: read them again")]
    Stale {
        /// Where they are.
        version: u32,
    },
    /// The object's storage failed.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
