//! Filling in a past range of a job's times.

use ids::BackfillId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::PageRequest;
use crate::request::{FromBody, FromQuery, Object, Query};
use crate::{Timestamp, schema};

/// The body of `POST /v1/jobs/{id}/backfill`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BackfillJob {
    /// Times from then on; also before the job's creation.
    #[schema(example = "2026-11-01T00:00:00Z")]
    pub from: Timestamp,
    /// Times before then; not in the future.
    #[schema(example = "2026-11-08T00:00:00Z")]
    pub to: Timestamp,
}

impl FromBody for BackfillJob {
    fn read(object: &Object<'_>) -> Option<Self> {
        let (from, to) = (object.required_timestamp("from"), object.required_timestamp("to"));
        Some(Self { from: from?, to: to? })
    }
}

/// How far a backfill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackfillStatus {
    /// Some of its times are still to be looked at.
    Running,
    /// All of its times have a run or a reason; runs may go on.
    Completed,
    /// It was cancelled, or its job got another schedule.
    Cancelled,
}

/// A backfill as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobBackfill {
    /// The id.
    #[schema(value_type = schema::BackfillId)]
    pub id: BackfillId,
    /// Times from then on.
    pub from: Timestamp,
    /// Times before then.
    pub to: Timestamp,
    /// How far it is.
    pub status: BackfillStatus,
    /// How many times the range has.
    #[schema(minimum = 1, maximum = 10_000)]
    pub times: u64,
    /// For how many of them it began a run.
    pub begun: u64,
    /// How many stay as they are: they ran, or what became of them is not on record any more.
    pub kept: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended; `null` before.
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
}

/// The query of `GET /v1/jobs/{id}/backfills`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListBackfills {
    /// The page.
    pub page: PageRequest<BackfillId>,
}

impl FromQuery for ListBackfills {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { page: query.page("job_backfills", &[]) })
    }
}
