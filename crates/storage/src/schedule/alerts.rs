//! What jobs are to be told of, over the SQLite of a tenant's object. That a run ended is put down by triggers of the
//! schema, in the write that ends it.

use app::ports::{AlertRecord, AlertStore, EndedRun, StoreError};
use contracts::Timestamp;
use contracts::scheduler::RunOutcome;
use domain::job::AlertState;
use ids::{JobId, RunId};
use serde::Deserialize;

use super::row::{OUTCOMES, RowError, named, outcome_name};
use super::{SqlScheduleStore, query};
use crate::sql::{Statement, values};

#[derive(Deserialize)]
struct EndedRow {
    seq: u64,
    job_id: JobId,
    run_id: RunId,
    outcome: String,
    count: u64,
}

impl TryFrom<EndedRow> for EndedRun {
    type Error = RowError;

    fn try_from(row: EndedRow) -> Result<Self, RowError> {
        let EndedRow { seq, job_id, run_id, outcome, count } = row;
        let outcome: RunOutcome = named("ended_runs.outcome", OUTCOMES, outcome_name, outcome)?;
        Ok(Self { seq, job_id, run_id, outcome, count })
    }
}

#[derive(Deserialize)]
struct StateRow {
    streak: u64,
    raised: u32,
}

impl From<StateRow> for AlertState {
    fn from(StateRow { streak, raised }: StateRow) -> Self {
        Self { streak, raised: raised == 1 }
    }
}

#[derive(Deserialize)]
struct AlertRow {
    key: String,
    job_id: JobId,
    kind: String,
    payload: String,
    attempts: u32,
    due_at: Timestamp,
}

impl From<AlertRow> for AlertRecord {
    fn from(row: AlertRow) -> Self {
        let AlertRow { key, job_id, kind, payload, attempts, due_at } = row;
        Self { key, job_id, kind, payload, attempts, due_at }
    }
}

impl AlertStore for SqlScheduleStore {
    fn ended_runs(&self, limit: u32) -> Result<Vec<EndedRun>, StoreError> {
        self.all::<EndedRow, _>(query!("ended_runs", values![limit]))
    }

    fn alert_state(&self, job_id: JobId) -> Result<AlertState, StoreError> {
        let state = self.first::<StateRow, AlertState>(query!("alert_state", values![job_id]))?;
        Ok(state.unwrap_or_default())
    }

    fn put_judgement(
        &self,
        ended: &EndedRun,
        state: AlertState,
        alert: Option<&AlertRecord>,
    ) -> Result<(), StoreError> {
        let mut statements = vec![
            query!("drop_ended_run", values![ended.seq]),
            query!("put_alert_state", values![ended.job_id, state.streak, u32::from(state.raised)]),
        ];
        if let Some(AlertRecord { key, job_id, kind, payload, attempts, due_at }) = alert {
            let values = values![key, *job_id, kind, payload, *attempts, *due_at];
            statements.push(query!("insert_alert", values));
        }
        self.execute(statements).map(drop)
    }

    fn due_alerts(&self, now: Timestamp, limit: u32) -> Result<Vec<AlertRecord>, StoreError> {
        self.all::<AlertRow, _>(query!("due_alerts", values![now, limit]))
    }

    fn drop_alert(&self, key: &str) -> Result<(), StoreError> {
        self.query(query!("drop_alert", values![key])).map(drop)
    }

    fn put_off_alert(&self, key: &str, due_at: Timestamp) -> Result<(), StoreError> {
        self.query(query!("put_off_alert", values![key, due_at])).map(drop)
    }
}
