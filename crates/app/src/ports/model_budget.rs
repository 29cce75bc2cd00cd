//! What a tenant may spend on models: held before a call, settled after it, given back where nothing was asked.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::ai_policy::AiPolicy;
use ids::{KeyId, TenantId};

use super::StoreError;

/// Asks for room for one call of a model, whatever it turns out to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRequest {
    /// Whose budget it is.
    pub tenant: TenantId,
    /// The key that asks; none where the platform itself works for the tenant.
    pub key: Option<KeyId>,
    /// The public half of that key, by which usage names it.
    pub key_prefix: Option<String>,
    /// Every model that may answer, as price lists name them, the first choice first. The hold covers the dearest, since
    /// a call may fall back to any.
    pub models: Vec<String>,
    /// The call's own name, unique in the tenant. The same one gives the same hold.
    pub request_id: String,
    /// The most tokens that the request can have: never too few.
    pub tokens_in_bound: u64,
    /// The most tokens that the answer can have: never too few.
    pub tokens_out_bound: u64,
}

/// Room that was reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its name, to settle or release it by.
    pub id: String,
    /// The most that the call can cost, in billionths of a US dollar.
    pub bound_nanos: u64,
}

/// How tokens came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenCount {
    /// The upstream said how many.
    Reported,
    /// It did not say: an upper bound by what was sent and what came.
    Estimated,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// With a whole answer.
    Finished,
    /// The upstream broke off, stalled or sent what cannot be read.
    Broken,
    /// The client left before the end.
    Canceled,
    /// The upstream refused, or was not reached: nothing was written.
    Failed,
    /// It was answered from the cache: nothing was asked.
    Cached,
}

impl CallOutcome {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Broken => "broken",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::Cached => "cached",
        }
    }
}

/// What a cache had to do with a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CacheStatus {
    /// Nothing.
    #[default]
    Off,
    /// It had no answer.
    Miss,
    /// The answer is one that was kept here.
    Hit,
    /// The answer is one that was kept here, to a question in other words.
    Semantic,
    /// AI Gateway had no answer in its cache.
    GatewayMiss,
    /// The answer is from AI Gateway's cache: no server of a model was asked.
    GatewayHit,
}

impl CacheStatus {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Miss => "miss",
            Self::Hit => "hit",
            Self::Semantic => "semantic",
            Self::GatewayMiss => "gateway-miss",
            Self::GatewayHit => "gateway-hit",
        }
    }

    /// The header of an answer that tells it; none where no cache had anything to do with it.
    #[must_use]
    pub fn told(self) -> Option<(String, String)> {
        (self != Self::Off).then(|| ("weft-cache".to_owned(), self.as_str().to_owned()))
    }
}

/// What a call would have taken without a cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Saved {
    /// Tokens read.
    pub tokens_in: u64,
    /// Tokens written.
    pub tokens_out: u64,
    /// What they would have cost, in billionths of a US dollar; none where the price of the call says.
    pub nanos: Option<u64>,
}

/// What else is known of a call, for whoever looks at what is spent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metered {
    /// The route that decided; none where the name of the model did.
    pub route: Option<String>,
    /// What a cache had to do with it.
    pub cache: CacheStatus,
    /// What it would have taken without one.
    pub saved: Saved,
    /// How many places of each kind were put aside, as it is told.
    pub masked: Option<String>,
}

/// What a call took in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The model that answered, as price lists name it: one of [`HoldRequest::models`].
    pub model: String,
    /// The upstream that it was asked of.
    pub upstream: String,
    /// Tokens read.
    pub tokens_in: u64,
    /// Those of them that came from the upstream's own cache, where it tells: most charge less for them.
    pub tokens_in_cached: u64,
    /// Tokens written.
    pub tokens_out: u64,
    /// How both are known.
    pub counted: TokenCount,
    /// How it ended.
    pub outcome: CallOutcome,
    /// From the call to the first byte of its answer, in milliseconds; none where there was none.
    pub first_byte_ms: Option<u64>,
    /// From the call to its end, in milliseconds.
    pub duration_ms: u64,
    /// What else is known of it.
    pub metered: Metered,
}

/// Why a call is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BudgetRefusal {
    /// It could cost more than what is left of a budget. Waiting helps only where the budget begins anew.
    #[error("the call could cost more than what is left of `{limit}`")]
    Spent {
        /// Which budget, in the words that its owner knows it by.
        limit: String,
        /// What is left of it, in its own unit.
        left: String,
        /// When it begins anew, where it does.
        resets_at: Option<Timestamp>,
    },
    /// More requests or tokens than a rate allows; a wait helps.
    #[error("`{limit}` allows no more at present")]
    TooFast {
        /// Which rate, in the words that its owner knows it by.
        limit: String,
        /// What is left of it, in its own unit.
        left: String,
        /// How long to wait, in seconds.
        retry_after_s: u64,
        /// When it begins anew.
        resets_at: Option<Timestamp>,
    },
    /// It would fit if the calls that are under way took nothing: what they hold and do not take comes back when they end.
    #[error("calls under way hold what is left of `{limit}`")]
    Held {
        /// Which budget, in the words that its owner knows it by.
        limit: String,
        /// What is left of it beside what is held, in its own unit.
        left: String,
        /// How long to wait before the next try, in seconds.
        retry_after_s: u64,
        /// When it begins anew.
        resets_at: Option<Timestamp>,
    },
    /// Nobody knows what the model costs, and a budget in money applies.
    #[error("the model `{model}` has no price, and a budget in money applies: set a price for it")]
    Unpriced {
        /// Which.
        model: String,
    },
    /// The tenant, or its key, may not ask this model.
    #[error("the model `{model}` is not among those that may be asked")]
    NotAllowed {
        /// Which.
        model: String,
    },
    /// The budget cannot be looked at, so nothing is spent.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// What a call would hold, and against what, as things stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quote {
    /// The most that it can cost, in billionths of a US dollar; none where nobody knows what one of its models costs.
    pub bound_nanos: Option<u64>,
    /// The limits that it counts against.
    pub limits: Vec<QuotedLimit>,
}

/// A limit that a call counts against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedLimit {
    /// Which, in the words that its owner knows it by.
    pub limit: String,
    /// What is left of it, in its own unit.
    pub left: String,
    /// Whether the call fits.
    pub fits: bool,
    /// When it begins anew.
    pub resets_at: Timestamp,
}

/// What a tenant may spend on models.
///
/// Between a hold and its end the Worker may die: holds expire by themselves, and an expired one counts as spent until it
/// is reconciled.
#[async_trait(?Send)]
pub trait ModelBudget {
    /// Reserves room for a call. Asking again with the same request id gives the same hold.
    ///
    /// # Errors
    /// [`BudgetRefusal`]; nothing is reserved then.
    async fn hold(&self, request: &HoldRequest) -> Result<Hold, BudgetRefusal>;

    /// Puts what a call took in the place of its hold, and gives back the rest; says what it cost, in billionths of a US
    /// dollar. Settling again changes nothing.
    ///
    /// # Errors
    /// When the budget does not answer: the hold then stands until it expires.
    async fn settle(&self, tenant: TenantId, hold: &Hold, settlement: &Settlement)
    -> Result<u64, StoreError>;

    /// What a call would hold, without holding anything.
    ///
    /// # Errors
    /// When the budget does not answer.
    async fn quote(&self, request: &HoldRequest) -> Result<Quote, StoreError>;

    /// Gives a hold back whole: the call was not made. Releasing again, or after a settlement, changes nothing.
    ///
    /// # Errors
    /// As [`ModelBudget::settle`].
    async fn release(&self, tenant: TenantId, hold: &Hold) -> Result<(), StoreError>;
}

/// What tenants may ask of models.
#[async_trait(?Send)]
pub trait ModelPolicies {
    /// A tenant's policy, at most some seconds old; one that holds it to nothing where none was set.
    ///
    /// # Errors
    /// When it cannot be looked at: nothing is asked then.
    async fn policy(&self, tenant: TenantId) -> Result<AiPolicy, StoreError>;
}

/// No budget at all: every call is let through, and costs nothing that is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unlimited;

#[async_trait(?Send)]
impl ModelBudget for Unlimited {
    async fn hold(&self, request: &HoldRequest) -> Result<Hold, BudgetRefusal> {
        Ok(Hold { id: request.request_id.clone(), bound_nanos: 0 })
    }

    async fn settle(&self, _: TenantId, _: &Hold, _: &Settlement) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn quote(&self, _: &HoldRequest) -> Result<Quote, StoreError> {
        Ok(Quote::default())
    }

    async fn release(&self, _: TenantId, _: &Hold) -> Result<(), StoreError> {
        Ok(())
    }
}
