//! Heartbeats, over the SQLite of a tenant's object.

use app::ports::{HeartbeatState, HeartbeatStore, PINGS_KEPT, PingEffect, RunRecord, StoreError};
use contracts::Timestamp;
use contracts::scheduler::{Ping, PingSecret, PingStatus};
use ids::JobId;
use mesh::durable::Storage;
use serde::{Deserialize, Serialize};

use super::row::RunRow;
use super::{SqlScheduleStore, broken, query};
use crate::sql::{Statement, values};

/// What the column `heartbeat` holds.
#[derive(Deserialize, Serialize)]
pub(super) struct StoredHeartbeat {
    secret: PingSecret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    early: Option<Ping>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Ping>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted: Option<(Timestamp, u32)>,
}

impl From<StoredHeartbeat> for HeartbeatState {
    fn from(stored: StoredHeartbeat) -> Self {
        let StoredHeartbeat { secret, early, began_at, last, counted } = stored;
        Self { secret, early, began_at, last, counted }
    }
}

#[derive(Deserialize)]
struct PingRow {
    at: Timestamp,
    status: PingStatus,
    message: Option<String>,
    began_at: Option<Timestamp>,
}

impl From<PingRow> for Ping {
    fn from(row: PingRow) -> Self {
        let PingRow { at, status, message, began_at } = row;
        Self { at, status, message, began_at }
    }
}

const fn status_name(status: PingStatus) -> &'static str {
    match status {
        PingStatus::Success => "success",
        PingStatus::Fail => "fail",
        PingStatus::Start => "start",
    }
}

impl SqlScheduleStore {
    /// The JSON of what a heartbeat keeps.
    pub(super) fn heartbeat(state: &HeartbeatState) -> Result<String, StoreError> {
        let HeartbeatState { secret, early, began_at, last, counted } = state.clone();
        Self::json(&StoredHeartbeat { secret, early, began_at, last, counted })
    }
}

impl HeartbeatStore for SqlScheduleStore {
    fn pending_runs(&self, job_id: JobId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.all::<RunRow, _>(query!("pending_runs", values![job_id, limit]))
    }

    fn take_ping(&self, job_id: JobId, effect: PingEffect<'_>, now: Timestamp) -> Result<(), StoreError> {
        let PingEffect { ping, state, judged, recovers } = effect;
        let keep = query!("set_heartbeat", values![job_id, Self::heartbeat(state)?]);
        let mut statements = Vec::new();
        if let Some(Ping { at, status, message, began_at }) = ping {
            let values = values![job_id, *at, status_name(*status), message.as_ref(), *began_at];
            statements.push(query!("insert_ping", values));
            statements.push(query!("prune_pings", values![job_id, PINGS_KEPT]));
        }
        if let Some(run_id) = recovers {
            statements.push(query!("recover_job", values![job_id]));
            statements.push(query!("insert_recovery", values![job_id, run_id]));
        }
        let judged = judged
            .iter()
            .map(|(run_id, progress)| self.progress(*run_id, progress, now))
            .collect::<Result<Vec<_>, _>>()?;
        let all = |storage: &Storage| {
            if Self::run(storage, keep)?.is_empty() {
                return Ok(());
            }
            judged.into_iter().try_for_each(|set| set(storage).map(drop))?;
            statements.into_iter().try_for_each(|statement| Self::run(storage, statement).map(drop))
        };
        self.storage.transaction(all).map_err(broken)
    }

    fn pings(&self, job_id: JobId, limit: u32) -> Result<Vec<Ping>, StoreError> {
        self.all::<PingRow, Ping>(query!("pings", values![job_id, limit]))
    }
}
