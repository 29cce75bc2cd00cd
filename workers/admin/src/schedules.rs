//! `/admin/api/schedules`: the tenants that have a schedule, and whether what must hold of schedules does.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use contracts::scheduler::{
    self, AlarmCondition, ListSchedules, ScanPosition, ScanSchedules, ScansClient, ScheduleEntry,
    TenantViolation, UpkeepError, ViolationKind,
};
use contracts::{OperatorCall, Timestamp};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, read_query};
use ids::{JobId, RunId, TenantId};
use mesh::{CallError, Transport};
use serde::Serialize;

use crate::answer::Answer;
use crate::problem::{Code, Problem};

/// The scheduler's scans.
pub type Scans = ScansClient<Rc<dyn Transport>>;

/// The query of the list.
struct Listed(PageRequest<TenantId>);

impl FromQuery for Listed {
    fn read(query: &Query) -> Option<Self> {
        Some(Self(query.page("schedules", &[])))
    }
}

/// The query of a scan.
struct Scanned {
    tenant: Option<TenantId>,
    page: PageRequest<Position>,
}

impl FromQuery for Scanned {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { tenant: query.value("tenant"), page: query.page("schedules/scan", &["tenant"]) })
    }
}

/// How far a scan is, as a cursor holds it: a tenant, which of its objects, and a job of that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position(ScanPosition);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ScanPosition { tenant, part, after: None } => write!(f, "{tenant}.{part}"),
            ScanPosition { tenant, part, after: Some(job) } => write!(f, "{tenant}.{part}.{job}"),
        }
    }
}

/// A cursor that is none of a scan.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no position of a scan")]
struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.splitn(3, '.');
        let mut word = || words.next().ok_or(NoPosition);
        let tenant = word()?.parse().map_err(|_| NoPosition)?;
        let part = word()?.parse().map_err(|_| NoPosition)?;
        let after = word().ok().map(str::parse).transpose().map_err(|_| NoPosition)?;
        Ok(Self(ScanPosition { tenant, part, after }))
    }
}

/// A tenant that has a schedule.
#[derive(Debug, Serialize)]
struct ScheduleView {
    tenant: TenantId,
    /// In how many objects its jobs are.
    parts: u16,
    entered_at: http_api::Timestamp,
    repairs: u32,
    repaired_at: Option<http_api::Timestamp>,
    repair: Option<&'static str>,
}

/// Something that must not be.
#[derive(Debug, Serialize)]
struct ViolationView {
    kind: &'static str,
    tenant: TenantId,
    job_id: Option<JobId>,
    run_id: Option<RunId>,
    detail: String,
}

/// A part of a scan.
#[derive(Debug, Serialize)]
struct ScanView {
    #[serde(flatten)]
    page: Page<ViolationView>,
    /// Of this part; a tenant whose jobs are in several counts in each.
    scanned: ScannedView,
}

#[derive(Debug, Serialize)]
struct ScannedView {
    tenants: u32,
    jobs: u32,
    records: u32,
}

/// A page of the tenants that have a schedule, in order of their ids.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn list(scans: &Scans, call: &OperatorCall, query: &str) -> Result<Answer, Problem> {
    let Listed(page) = read_query(query).map_err(Problem::of_query)?;
    let request = ListSchedules { after: page.after, limit: page.limit };
    let found = scans.list_schedules(call, request).await.map_err(refused)?;
    let items = found.items.into_iter().map(ScheduleView::from).collect();
    Ok(Answer::json(&page.answer(items, found.next_after)))
}

/// A part of a scan of one tenant's schedule, or of all: `limit` is of jobs. Where `next_cursor` is there, it goes on,
/// whether anything was found or not.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn scan(scans: &Scans, call: &OperatorCall, query: &str) -> Result<Answer, Problem> {
    let Scanned { tenant, page } = read_query(query).map_err(Problem::of_query)?;
    let request = ScanSchedules { tenant, from: page.after.map(|Position(from)| from), limit: page.limit };
    let found = scans.scan_schedules(call, request).await.map_err(refused)?;
    let items = found.violations.into_iter().map(ViolationView::from).collect();
    let scanned = ScannedView { tenants: found.tenants, jobs: found.jobs, records: found.records };
    Ok(Answer::json(&ScanView { page: page.answer(items, found.next.map(Position)), scanned }))
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<UpkeepError>) -> Problem {
    match error {
        CallError::ContractMismatch { .. } | CallError::Disallowed { .. } | CallError::Panicked { .. } => {
            Problem::of_call(&error)
        }
        error => {
            let detail = "the scheduler does not answer; try again in a few seconds";
            Problem::new(Code::Unavailable, detail).caused_by(&error)
        }
    }
}

impl From<ScheduleEntry> for ScheduleView {
    fn from(entry: ScheduleEntry) -> Self {
        let time = |time: Timestamp| http_api::Timestamp::from_unix_ms(time.unix_ms());
        Self {
            tenant: entry.tenant,
            parts: entry.parts,
            entered_at: time(entry.entered_at),
            repairs: entry.repairs,
            repaired_at: entry.repaired_at.map(time),
            repair: entry.repair.map(|found| match found {
                AlarmCondition::Sound => "sound",
                AlarmCondition::Ringing => "ringing",
                AlarmCondition::Lost => "lost",
                AlarmCondition::Late => "late",
                AlarmCondition::Overdue => "overdue",
            }),
        }
    }
}

impl From<TenantViolation> for ViolationView {
    fn from(TenantViolation { tenant, violation }: TenantViolation) -> Self {
        let scheduler::Violation { kind, job_id, run_id, detail } = violation;
        let kind = match kind {
            ViolationKind::Alarm => "alarm",
            ViolationKind::Overdue => "overdue",
            ViolationKind::Gap => "gap",
            ViolationKind::Overlap => "overlap",
            ViolationKind::Unnamed => "unnamed",
            ViolationKind::StuckLease => "stuck_lease",
            ViolationKind::UnknownState => "unknown_state",
            ViolationKind::Silent => "silent",
        };
        Self { kind, tenant, job_id, run_id, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_back_and_nothing_else_does() {
        let (tenant, job) = (TenantId::from_parts(1, [2; 10]), JobId::from_parts(1, [3; 10]));
        for (part, after) in [(0, None), (3, None), (0, Some(job)), (19, Some(job))] {
            let position = Position(ScanPosition { tenant, part, after });
            assert_eq!(position.to_string().parse(), Ok(position));
        }
        for text in
            ["", ".", "ten_1", &format!("{tenant}"), &format!("{tenant}.x"), &format!("{tenant}.0.{tenant}")]
        {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
    }
}
