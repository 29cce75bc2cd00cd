//! The `Scans` service: an operator's look through all schedules, object by object.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::scheduler::{
    ListSchedules, ScanJobs, ScanPosition, ScanReport, ScanSchedules, Scanned, Scans, ScheduleEntry,
    SchedulePage, TenantViolation, UpkeepClient, UpkeepError, Violation, ViolationKind,
};
use contracts::{Actor, OperatorCall, TenantScope};
use ids::{JobId, TenantId};
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, CallError};

use super::forward;
use crate::ports::{ScheduleRegistry, StoreError};

/// The most jobs of one call, and items of a page.
const MAX_JOBS: u32 = 200;
/// The most tenants of one call.
const MAX_TENANTS: u32 = 20;

/// [`Scans`] over the registry and the tenants' objects.
#[derive(Clone)]
pub struct ScansService {
    /// Who has a schedule.
    pub registry: Rc<dyn ScheduleRegistry>,
    /// The tenants' objects.
    pub objects: Rc<dyn Namespace>,
}

impl ScansService {
    async fn object(
        &self,
        context: &OperatorCall,
        tenant: TenantId,
        after: Option<JobId>,
        limit: u32,
    ) -> Result<Scanned, CallError<UpkeepError>> {
        let scope = TenantScope { tenant, actor: Actor::Service("scheduler".into()) };
        let context = CallContext::new(scope, context.trace, context.deadline, "scheduler");
        let object = self.objects.object(&Address::of(&context, forward::OBJECT));
        UpkeepClient::over(object).scan(&context, ScanJobs { after, limit }).await
    }
}

#[async_trait(?Send)]
impl Scans for ScansService {
    async fn scan_schedules(
        &self,
        context: &OperatorCall,
        request: ScanSchedules,
    ) -> Result<ScanReport, UpkeepError> {
        let limit = request.limit.clamp(1, MAX_JOBS);
        let mut report = ScanReport::default();
        let mut position = request.from.filter(|from| request.tenant.is_none_or(|only| only == from.tenant));
        loop {
            // A tenant that is gone on with, the one that was asked for, or the next.
            let next = match (position, request.tenant) {
                (Some(ScanPosition { tenant, after: Some(after) }), _) => Some((tenant, Some(after))),
                (None, Some(tenant)) => Some((tenant, None)),
                (Some(_), Some(_)) => None,
                (position, None) => {
                    let after = position.map(|position| position.tenant);
                    let found = self.registry.tenants(after, 1).await.map_err(unavailable)?;
                    found.first().map(|schedule| (schedule.tenant, None))
                }
            };
            let Some((tenant, after)) = next else {
                report.next = None;
                return Ok(report);
            };
            report.tenants += 1;
            let left = limit - report.jobs.min(limit);
            let violation = |violation| TenantViolation { tenant, violation };
            let rest = match self.object(context, tenant, after, left.max(1)).await {
                Ok(scanned) => {
                    report.jobs += scanned.jobs;
                    report.records += scanned.records;
                    report.violations.extend(scanned.violations.into_iter().map(violation));
                    scanned.next_after
                }
                Err(error) => {
                    let kind = ViolationKind::Silent;
                    let silent = Violation { kind, job_id: None, run_id: None, detail: error.to_string() };
                    report.violations.push(violation(silent));
                    None
                }
            };
            let reached = ScanPosition { tenant, after: rest };
            position = Some(reached);
            let more = rest.is_some() || request.tenant.is_none();
            if !more || report.jobs >= limit || report.tenants >= MAX_TENANTS {
                report.next = Some(reached).filter(|_| more);
                return Ok(report);
            }
        }
    }

    async fn list_schedules(
        &self,
        _: &OperatorCall,
        request: ListSchedules,
    ) -> Result<SchedulePage, UpkeepError> {
        let limit = request.limit.clamp(1, MAX_JOBS);
        let mut found = self.registry.tenants(request.after, limit + 1).await.map_err(unavailable)?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next_after = found.last().filter(|_| more).map(|schedule| schedule.tenant);
        let entry = |schedule: crate::ports::RegisteredSchedule| ScheduleEntry {
            tenant: schedule.tenant,
            entered_at: schedule.entered_at,
            repairs: schedule.repairs,
            repaired_at: schedule.repaired.map(|(at, _)| at),
            repair: schedule.repaired.map(|(_, found)| found),
        };
        Ok(SchedulePage { items: found.into_iter().map(entry).collect(), next_after })
    }
}

fn unavailable(error: StoreError) -> UpkeepError {
    UpkeepError::Unavailable { detail: error.to_string() }
}
