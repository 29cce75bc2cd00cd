//! Backfills, over the SQLite of a tenant's object.

use app::ports::{BackfillRecord, FillStore, RecordCut, RunRecord, StoreError};
use contracts::Timestamp;
use ids::{BackfillId, JobId};
use mesh::durable::Storage;

use super::row::{self, RunRow};
use super::{SqlScheduleStore, broken, query};
use crate::sql::{Statement, values};

impl FillStore for SqlScheduleStore {
    fn insert_backfill(&self, backfill: &BackfillRecord) -> Result<(), StoreError> {
        let insert = query!(
            "insert_backfill",
            values![
                backfill.backfill_id,
                backfill.job_id,
                backfill.range.from,
                backfill.range.until,
                backfill.cursor,
                backfill.due_at,
                row::backfill_status_name(backfill.status),
                backfill.times,
                backfill.begun,
                backfill.kept,
                backfill.created_at,
                backfill.ended_at,
                backfill.request_key.as_ref(),
            ]
        );
        self.query(insert).map(drop)
    }

    fn backfill(&self, job_id: JobId, backfill_id: BackfillId) -> Result<Option<BackfillRecord>, StoreError> {
        self.first::<row::BackfillRow, _>(query!("backfill", values![backfill_id, job_id]))
    }

    fn backfill_by_key(&self, key: &str) -> Result<Option<BackfillRecord>, StoreError> {
        self.first::<row::BackfillRow, _>(query!("backfill_by_key", values![key]))
    }

    fn running_backfill(&self, job_id: JobId) -> Result<Option<BackfillRecord>, StoreError> {
        self.first::<row::BackfillRow, _>(query!("running_backfill", values![job_id]))
    }

    fn backfills(
        &self,
        job_id: JobId,
        before: Option<BackfillId>,
        limit: u32,
    ) -> Result<Vec<BackfillRecord>, StoreError> {
        self.all::<row::BackfillRow, _>(query!("backfills", values![job_id, before, limit]))
    }

    fn due_backfills(&self, now: Timestamp, limit: u32) -> Result<Vec<BackfillRecord>, StoreError> {
        self.all::<row::BackfillRow, _>(query!("due_backfills", values![now, limit]))
    }

    fn records_between(
        &self,
        job_id: JobId,
        first: Timestamp,
        last: Timestamp,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let mut found: Vec<RunRecord> =
            self.all::<RunRow, _>(query!("records_between", values![job_id, first, last]))?;
        found.sort_by_key(|record| record.scheduled_for);
        Ok(found)
    }

    fn fill(
        &self,
        backfill: &BackfillRecord,
        cuts: &[RecordCut],
        runs: &[RunRecord],
    ) -> Result<(), StoreError> {
        let set = query!(
            "set_backfill",
            values![
                backfill.backfill_id,
                backfill.cursor,
                backfill.due_at,
                row::backfill_status_name(backfill.status),
                backfill.begun,
                backfill.kept,
                backfill.ended_at,
            ]
        );
        let mut statements = Vec::new();
        for RecordCut { run_id, becomes, rest } in cuts {
            statements.push(match becomes {
                Some(record) => query!(
                    "cut_run",
                    values![
                        *run_id,
                        record.scheduled_for,
                        record.span.map(|span| span.first),
                        record.span.map_or(1, |span| span.count),
                        record.progress.error.as_ref(),
                    ]
                ),
                None => query!("drop_run", values![*run_id]),
            });
            statements.extend(rest.iter().map(Self::insert_run).collect::<Result<Vec<_>, _>>()?);
        }
        statements.extend(runs.iter().map(Self::insert_run).collect::<Result<Vec<_>, _>>()?);
        let all = |storage: &Storage| {
            if Self::run(storage, set)?.is_empty() {
                return Ok(());
            }
            statements.into_iter().try_for_each(|statement| Self::run(storage, statement).map(drop))
        };
        self.storage.transaction(all).map_err(broken)
    }

    fn cancel_backfill(&self, job_id: JobId, now: Timestamp) -> Result<(), StoreError> {
        let why = "its backfill was cancelled";
        let statements = vec![
            query!("cancel_backfilled_runs", values![job_id, now, why]),
            query!("cancel_backfill", values![job_id, now]),
        ];
        self.execute(statements).map(drop)
    }
}
