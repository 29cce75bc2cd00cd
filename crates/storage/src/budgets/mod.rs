//! A tenant's budget in the SQLite of its Durable Object.

/// A statement from a file in `queries/budget`.
macro_rules! query {
    ($name:literal) => {
        include_str!(concat!("../../queries/budget/", $name, ".sql"))
    };
}

mod row;
#[cfg(test)]
mod tests;

use app::ports::{
    BudgetCall, BudgetLimits, BudgetStore, Counted, KeyModelSpend, Savings, SpendBatch, SpendChange,
    StoreError,
};
use contracts::Timestamp;
use contracts::pipeline::ai_policy::AiPolicyStanding;
use domain::budget::{Amount, Counter, Limit, Tally, Window};
use domain::usage::Grain;
use mesh::durable::{Migration, Migrations, Storage, StorageError};
use mesh::values;
use serde::Deserialize;

use row::{AmountRow, CallRow, LimitJson, ModelJson, PolicyJson, SpendRow, TallyRow, UnreportedRow};

/// The schema of a tenant's budget. Append-only: an object may be at any of these.
pub const TENANT_BUDGET: Migrations = Migrations::new(&[
    Migration::sql("0001_initial", include_str!("0001_initial.sql")),
    Migration::sql("0002_policy", include_str!("0002_policy.sql")),
    Migration::sql("0003_savings", include_str!("0003_savings.sql")),
]);

/// What errors call the database.
const NAME: &str = "TENANT_BUDGET";
/// Rows of a table that are forgotten at once.
const FORGOTTEN_AT_ONCE: u32 = 5_000;
/// The most rows of one batch: their JSON stays far below what one value may have.
const MOST_REPORTED: u32 = 500;

/// [`BudgetStore`] over the database of one object.
#[derive(Debug, Clone)]
pub struct SqlBudgetStore {
    storage: Storage,
}

impl SqlBudgetStore {
    /// Over a database that has taken the steps of [`TENANT_BUDGET`].
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }

    /// What a counter has by the other tables, where it has no row.
    fn added_up(&self, counter: &Counter) -> Result<Tally, StoreError> {
        let Counter { window_name, starts_ms, ends_ms, key, model } = counter;
        let of = values![*starts_ms as i64, *ends_ms as i64, text(key), text(model)];
        let amount = |sql: &str| -> Result<Amount, StoreError> {
            let rows = self.storage.exec(sql, &of).map_err(broken)?;
            Ok(rows.one::<AmountRow>().map_err(broken)?.into())
        };
        // The ledger knows no minutes, and calls are not kept for a month.
        let minute = *window_name == Window::Minute.as_str();
        let spent = amount(if minute { query!("spent_in_calls") } else { query!("spent_in_days") })?;
        Ok(Tally { spent, held: amount(query!("held"))? })
    }
}

impl BudgetStore for SqlBudgetStore {
    fn limits(&self) -> Result<BudgetLimits, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            version: u32,
            updated_by: String,
            updated_at: Timestamp,
            limits: String,
        }
        const SELECT: &str = "SELECT version, updated_by, updated_at, limits FROM limits WHERE one = 1";
        let row = self.storage.exec(SELECT, &[]).and_then(|rows| rows.first::<Row>()).map_err(broken)?;
        let Some(Row { version, updated_by, updated_at, limits }) = row else {
            return Ok(BudgetLimits::default());
        };
        let limits: Vec<LimitJson> = serde_json::from_str(&limits).map_err(broken)?;
        Ok(BudgetLimits {
            version,
            updated_by: Some(updated_by),
            updated_at: Some(updated_at),
            limits: limits.into_iter().map(Limit::try_from).collect::<Result<_, _>>()?,
        })
    }

    fn set_limits(&self, limits: &BudgetLimits) -> Result<(), StoreError> {
        const SET: &str =
            "INSERT INTO limits (one, version, updated_by, updated_at, limits) VALUES (1, ?1, ?2, ?3, ?4)
            ON CONFLICT (one) DO UPDATE SET version = excluded.version, updated_by = excluded.updated_by,
                updated_at = excluded.updated_at, limits = excluded.limits";
        let BudgetLimits { version, updated_by, updated_at, limits } = limits;
        let json: Vec<_> = limits.iter().map(LimitJson::from).collect();
        let json = serde_json::to_string(&json).map_err(broken)?;
        let at_ms = updated_at.map_or(0, Timestamp::unix_ms) as i64;
        let all = |storage: &Storage| {
            storage.exec(SET, &values![*version, updated_by.as_deref().unwrap_or_default(), at_ms, json])?;
            storage.exec("DELETE FROM tallies", &[]).map(drop)
        };
        self.storage.transaction(all).map_err(broken)
    }

    fn policy(&self) -> Result<AiPolicyStanding, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            version: u32,
            updated_by: String,
            updated_at: Timestamp,
            policy: String,
        }
        const SELECT: &str = "SELECT version, updated_by, updated_at, policy FROM policy WHERE one = 1";
        let row = self.storage.exec(SELECT, &[]).and_then(|rows| rows.first::<Row>()).map_err(broken)?;
        let Some(Row { version, updated_by, updated_at, policy }) = row else {
            return Ok(AiPolicyStanding::default());
        };
        let policy: PolicyJson = serde_json::from_str(&policy).map_err(broken)?;
        Ok(AiPolicyStanding {
            version,
            updated_by: Some(updated_by),
            updated_at: Some(updated_at),
            policy: policy.into(),
        })
    }

    fn set_policy(&self, standing: &AiPolicyStanding) -> Result<(), StoreError> {
        const SET: &str =
            "INSERT INTO policy (one, version, updated_by, updated_at, policy) VALUES (1, ?1, ?2, ?3, ?4)
            ON CONFLICT (one) DO UPDATE SET version = excluded.version, updated_by = excluded.updated_by,
                updated_at = excluded.updated_at, policy = excluded.policy";
        let AiPolicyStanding { version, updated_by, updated_at, policy } = standing;
        let json = serde_json::to_string(&PolicyJson::from(policy)).map_err(broken)?;
        let at_ms = updated_at.map_or(0, Timestamp::unix_ms) as i64;
        let of = values![*version, updated_by.as_deref().unwrap_or_default(), at_ms, json];
        self.storage.exec(SET, &of).map(drop).map_err(broken)
    }

    fn call(&self, call_id: &str) -> Result<Option<BudgetCall>, StoreError> {
        let rows =
            self.storage.exec("SELECT * FROM calls WHERE id = ?1", &values![call_id]).map_err(broken)?;
        rows.first::<CallRow>().map_err(broken)?.map(BudgetCall::try_from).transpose()
    }

    fn tally(&self, counter: &Counter) -> Result<Tally, StoreError> {
        const SELECT: &str =
            "SELECT * FROM tallies WHERE span = ?1 AND starts_ms = ?2 AND key = ?3 AND model = ?4";
        let of =
            values![counter.window_name, counter.starts_ms as i64, text(&counter.key), text(&counter.model)];
        let rows = self.storage.exec(SELECT, &of).map_err(broken)?;
        match rows.first::<TallyRow>().map_err(broken)? {
            Some(row) => Ok(row.into()),
            None => self.added_up(counter),
        }
    }

    fn write(
        &self,
        call: &BudgetCall,
        tallies: &[(Counter, Tally)],
        changes: &[SpendChange],
    ) -> Result<(), StoreError> {
        let models: Vec<_> = call.models.iter().map(ModelJson::from).collect();
        let models = serde_json::to_string(&models).map_err(broken)?;
        let all = |storage: &Storage| {
            storage.exec(
                query!("write_call"),
                &values![
                    &call.call_id,
                    call.at_ms as i64,
                    call.expires_ms as i64,
                    call.call.status.as_str(),
                    text(&call.key),
                    text(&call.key_prefix),
                    models,
                    call.call.bound.nanos as i64,
                    call.bound_tokens.input as i64,
                    call.bound_tokens.output as i64,
                    &call.model,
                    call.call.took.nanos as i64,
                    call.tokens.input as i64,
                    call.tokens.cached as i64,
                    call.tokens.output as i64
                ],
            )?;
            for (counter, Tally { spent, held }) in tallies {
                storage.exec(
                    query!("write_tally"),
                    &values![
                        counter.window_name,
                        counter.starts_ms as i64,
                        text(&counter.key),
                        text(&counter.model),
                        counter.ends_ms as i64,
                        spent.nanos as i64,
                        spent.tokens as i64,
                        spent.requests as i64,
                        held.nanos as i64,
                        held.tokens as i64,
                        held.requests as i64
                    ],
                )?;
            }
            for change in changes {
                let (day_ms, _) = Window::Day.around(change.at_ms);
                let SpendChange { model, calls, tokens_in, tokens_out, nanos, savings, .. } = change;
                let Savings { hits, tokens: saved_tokens, nanos: saved_nanos } = *savings;
                let (key, prefix) = (text(&change.key), text(&change.key_prefix));
                let hour = Grain::Hours.of(change.at_ms) as i64;
                storage.exec(
                    query!("add_to_days"),
                    &values![day_ms as i64, key, model, *calls, *tokens_in, *tokens_out, *nanos],
                )?;
                storage.exec(
                    query!("add_to_unreported"),
                    &values![
                        hour,
                        prefix,
                        model,
                        *calls,
                        *tokens_in,
                        *tokens_out,
                        *nanos,
                        hits as i64,
                        saved_tokens as i64,
                        saved_nanos as i64
                    ],
                )?;
            }
            Ok::<(), StorageError>(())
        };
        self.storage.transaction(all).map_err(broken)
    }

    fn open_calls(&self) -> Result<u64, StoreError> {
        const COUNT: &str = "SELECT count(*) FROM calls WHERE status = 'open'";
        self.storage.exec(COUNT, &[]).and_then(|rows| rows.one::<u64>()).map_err(broken)
    }

    fn expiring(&self, until_ms: u64, limit: u32) -> Result<Vec<BudgetCall>, StoreError> {
        let rows = self.storage.exec(query!("expiring"), &values![until_ms as i64, limit]).map_err(broken)?;
        rows.typed::<CallRow>().map_err(broken)?.into_iter().map(BudgetCall::try_from).collect()
    }

    fn next_expiry(&self) -> Result<Option<u64>, StoreError> {
        const SELECT: &str = "SELECT expires_ms FROM calls WHERE status = 'open' ORDER BY expires_ms LIMIT 1";
        self.storage.exec(SELECT, &[]).and_then(|rows| rows.first::<u64>()).map_err(broken)
    }

    fn spend(&self, from_ms: u64, to_ms: u64, limit: u32) -> Result<Vec<KeyModelSpend>, StoreError> {
        let of = values![from_ms as i64, to_ms as i64, limit];
        let rows = self.storage.exec(query!("spend"), &of).map_err(broken)?;
        Ok(rows.typed::<SpendRow>().map_err(broken)?.into_iter().map(KeyModelSpend::from).collect())
    }

    fn batch(&self, batch_id: &str, _now_ms: u64) -> Result<Option<SpendBatch>, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            id: String,
            body: String,
        }
        const OLDEST: &str = "SELECT id, body FROM batches ORDER BY place LIMIT 1";
        const GATHERED: &str = "SELECT * FROM unreported ORDER BY hour, key_prefix, model LIMIT ?1";
        const TAKEN: &str = "DELETE FROM unreported WHERE (hour, key_prefix, model) IN
            (SELECT hour, key_prefix, model FROM unreported ORDER BY hour, key_prefix, model LIMIT ?1)";
        const INSERT: &str = "INSERT INTO batches (id, body) VALUES (?1, ?2)";
        let oldest = || self.storage.exec(OLDEST, &[]).and_then(|rows| rows.first::<Row>()).map_err(broken);
        let row = match oldest()? {
            Some(row) => Some(row),
            None => {
                let most = || values![MOST_REPORTED];
                let gathered = self.storage.exec(GATHERED, &most()).map_err(broken)?;
                let gathered = gathered.typed::<UnreportedRow>().map_err(broken)?;
                if gathered.is_empty() {
                    return Ok(None);
                }
                let body = serde_json::to_string(&gathered).map_err(broken)?;
                let all = |storage: &Storage| {
                    storage.exec(INSERT, &values![batch_id, body])?;
                    storage.exec(TAKEN, &most()).map(drop)
                };
                self.storage.transaction(all).map_err(|error: StorageError| broken(error))?;
                oldest()?
            }
        };
        let Some(Row { id, body }) = row else { return Ok(None) };
        let rows: Vec<UnreportedRow> = serde_json::from_str(&body).map_err(broken)?;
        Ok(Some(SpendBatch { batch_id: id, counts: rows.into_iter().map(Counted::from).collect() }))
    }

    fn has_unreported(&self) -> Result<bool, StoreError> {
        const SELECT: &str = "SELECT EXISTS (SELECT 1 FROM batches) OR EXISTS (SELECT 1 FROM unreported)";
        let any = self.storage.exec(SELECT, &[]).and_then(|rows| rows.one::<u32>()).map_err(broken)?;
        Ok(any != 0)
    }

    fn batch_done(&self, batch_id: &str) -> Result<(), StoreError> {
        self.storage.exec("DELETE FROM batches WHERE id = ?1", &values![batch_id]).map(drop).map_err(broken)
    }

    fn forget(&self, calls_before_ms: u64, days_before_ms: u64) -> Result<(), StoreError> {
        const CALLS: &str = "DELETE FROM calls WHERE id IN
            (SELECT id FROM calls WHERE at_ms < ?1 AND status != 'open' ORDER BY at_ms LIMIT ?2)";
        const TALLIES: &str = "DELETE FROM tallies WHERE (span, starts_ms, key, model) IN
            (SELECT span, starts_ms, key, model FROM tallies WHERE ends_ms < ?1 LIMIT ?2)";
        const DAYS: &str = "DELETE FROM spend WHERE day_ms < ?1";
        let before = |ms: u64| values![ms as i64, FORGOTTEN_AT_ONCE];
        self.storage.exec(CALLS, &before(calls_before_ms)).map_err(broken)?;
        self.storage.exec(TALLIES, &before(calls_before_ms)).map_err(broken)?;
        self.storage.exec(DAYS, &values![days_before_ms as i64]).map(drop).map_err(broken)
    }

    fn rows(&self) -> Result<u32, StoreError> {
        self.storage.exec(query!("rows"), &[]).and_then(|rows| rows.one::<u32>()).map_err(broken)
    }

    fn erase(&self) -> Result<(), StoreError> {
        let all = |storage: &Storage| {
            for table in ["limits", "policy", "calls", "tallies", "spend", "unreported", "batches"] {
                storage.exec(&format!("DELETE FROM {table}"), &[])?;
            }
            Ok::<(), StorageError>(())
        };
        self.storage.transaction(all).map_err(broken)
    }
}

fn text(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or_default()
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::new(NAME, error)
}
