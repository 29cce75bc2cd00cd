//! Where a tenant's budget is kept: in the database of its own object, which answers at once.

use contracts::Timestamp;
use contracts::pipeline::ai_policy::AiPolicyStanding;
use domain::budget::{Amount, Call, CallStatus, Counter, Limit, Price, Tally, Tokens};

use super::{Counted, StoreError};

/// A model that may answer a call, and its price where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedModel {
    /// Its name.
    pub model: String,
    /// What it costs.
    pub price: Option<Price>,
}

/// A call, as a budget keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetCall {
    /// Its name, unique in the tenant.
    pub call_id: String,
    /// When it was held, in Unix milliseconds: its windows are those of this time, whenever it ends.
    pub at_ms: u64,
    /// When its hold expires.
    pub expires_ms: u64,
    /// Which key asked; none where the platform worked for the tenant by itself.
    pub key: Option<String>,
    /// The public half of that key.
    pub key_prefix: Option<String>,
    /// The models that may answer.
    pub models: Vec<PricedModel>,
    /// The most tokens that it can have.
    pub bound_tokens: Tokens,
    /// Where it is, and what it holds or took.
    pub call: Call,
    /// The model that it took something of; the one that set its bound while that is not known.
    pub model: String,
    /// The tokens that it took.
    pub tokens: Tokens,
}

/// What a call has spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent<'a> {
    /// On which model.
    pub model: &'a str,
    /// Which tokens.
    pub tokens: Tokens,
    /// What it cost, in billionths of a US dollar.
    pub nanos: u64,
}

impl BudgetCall {
    /// What it has spent; none where nothing.
    #[must_use]
    pub fn spent(&self) -> Option<Spent<'_>> {
        let tokens = match self.call.status {
            CallStatus::Open | CallStatus::Released => return None,
            CallStatus::Expired => self.bound_tokens,
            CallStatus::Settled => self.tokens,
        };
        Some(Spent { model: &self.model, tokens, nanos: self.call.charged().nanos })
    }

    /// What a counter has of it: what was taken, and what is held.
    #[must_use]
    pub fn in_counter(&self, counter: &Counter) -> Tally {
        let key = self.key.as_deref();
        let counts = |model: &str| counter.counts(self.at_ms, key, model);
        let held = self.models.iter().any(|priced| counts(&priced.model));
        Tally {
            spent: if counts(&self.model) { self.call.charged() } else { Amount::default() },
            held: if held { self.call.held() } else { Amount::default() },
        }
    }
}

/// The limits of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BudgetLimits {
    /// How often they were set.
    pub version: u32,
    /// Who set them last.
    pub updated_by: Option<String>,
    /// When.
    pub updated_at: Option<Timestamp>,
    /// The limits, in the order in which they were set.
    pub limits: Vec<Limit>,
}

/// How what was spent changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendChange {
    /// When the call was held, in Unix milliseconds.
    pub at_ms: u64,
    /// By which key.
    pub key: Option<String>,
    /// Its public half.
    pub key_prefix: Option<String>,
    /// On which model.
    pub model: String,
    /// Calls.
    pub calls: i64,
    /// Tokens read.
    pub tokens_in: i64,
    /// Tokens written.
    pub tokens_out: i64,
    /// Billionths of a US dollar.
    pub nanos: i64,
    /// What a cache had to do with it.
    pub savings: Savings,
}

/// What a cache saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Savings {
    /// Calls that it answered.
    pub hits: u64,
    /// Tokens that were not read and written.
    pub tokens: u64,
    /// What those would have cost, in billionths of a US dollar.
    pub nanos: u64,
}

/// What was spent by a key on a model in a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyModelSpend {
    /// Which key.
    pub key: Option<String>,
    /// Which model.
    pub model: String,
    /// Calls.
    pub calls: u64,
    /// Tokens read.
    pub tokens_in: u64,
    /// Tokens written.
    pub tokens_out: u64,
    /// Billionths of a US dollar.
    pub nanos: u64,
}

/// Spending that is to be told to usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendBatch {
    /// Its name: told again, it counts once.
    pub batch_id: String,
    /// What to count.
    pub counts: Vec<Counted>,
}

/// The budget of one tenant, in the database of its own object.
pub trait BudgetStore {
    /// The limits; version 0 where there never were any.
    ///
    /// # Errors
    /// [`StoreError`], here and below, when the database fails.
    fn limits(&self) -> Result<BudgetLimits, StoreError>;
    /// Puts other limits in their place, and forgets the tallies: the next call adds them up anew.
    fn set_limits(&self, limits: &BudgetLimits) -> Result<(), StoreError>;
    /// What the tenant may ask; version 0 where that was never set.
    fn policy(&self) -> Result<AiPolicyStanding, StoreError>;
    /// Puts another policy in its place.
    fn set_policy(&self, standing: &AiPolicyStanding) -> Result<(), StoreError>;
    /// A call.
    fn call(&self, call_id: &str) -> Result<Option<BudgetCall>, StoreError>;
    /// What calls took and hold in a counter: as it was written last, else added up.
    fn tally(&self, counter: &Counter) -> Result<Tally, StoreError>;
    /// Writes a call as it is now, the tallies that it changes and what it changes of what was spent, for the ledger and
    /// for usage: all or nothing.
    fn write(
        &self,
        call: &BudgetCall,
        tallies: &[(Counter, Tally)],
        changes: &[SpendChange],
    ) -> Result<(), StoreError>;
    /// How many calls are under way.
    fn open_calls(&self) -> Result<u64, StoreError>;
    /// Calls under way whose hold expires by a time, the earliest first.
    fn expiring(&self, until_ms: u64, limit: u32) -> Result<Vec<BudgetCall>, StoreError>;
    /// When the next hold expires.
    fn next_expiry(&self) -> Result<Option<u64>, StoreError>;
    /// What was spent on the days that begin in a time, by key and model, the most first.
    fn spend(&self, from_ms: u64, to_ms: u64, limit: u32) -> Result<Vec<KeyModelSpend>, StoreError>;
    /// What is to be told to usage: the batch that was made last and is not done, or a new one of that name with all that
    /// gathered since.
    fn batch(&self, batch_id: &str, now_ms: u64) -> Result<Option<SpendBatch>, StoreError>;
    /// Whether anything is to be told to usage.
    fn has_unreported(&self) -> Result<bool, StoreError>;
    /// A batch was told.
    fn batch_done(&self, batch_id: &str) -> Result<(), StoreError>;
    /// Forgets calls that have ended and were held before a time, tallies of windows that ended before it, and days of the
    /// ledger that began before another; some thousands at a time.
    fn forget(&self, calls_before_ms: u64, days_before_ms: u64) -> Result<(), StoreError>;
    /// How many rows there are of the tenant.
    fn rows(&self) -> Result<u32, StoreError>;
    /// Forgets everything.
    fn erase(&self) -> Result<(), StoreError>;
}
