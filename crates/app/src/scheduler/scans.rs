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

use super::parts;
use crate::ports::{ScheduleObject, ScheduleRegistry, StoreError};

/// The most jobs of one call, and items of a page.
const MAX_JOBS: u32 = 200;
/// The most objects of one call.
const MAX_OBJECTS: u32 = 20;

/// [`Scans`] over the registry and the tenants' objects.
#[derive(Clone)]
pub struct ScansService {
    /// Who has a schedule.
    pub registry: Rc<dyn ScheduleRegistry>,
    /// The tenants' objects.
    pub objects: Rc<dyn Namespace>,
}

impl ScansService {
    /// In how many objects the tenant's schedule is, asked once.
    async fn parts(&self, known: &mut u16, tenant: TenantId) -> Result<u16, UpkeepError> {
        if *known == 0 {
            // One that is not in the registry has its first object all the same.
            *known = self.registry.parts(tenant).await.map_err(unavailable)?.max(1);
        }
        Ok(*known)
    }

    async fn object(
        &self,
        context: &OperatorCall,
        ScheduleObject { tenant, part }: ScheduleObject,
        after: Option<JobId>,
        limit: u32,
    ) -> Result<Scanned, CallError<UpkeepError>> {
        let scope = TenantScope { tenant, actor: Actor::Service("scheduler".into()) };
        let context = CallContext::new(scope, context.trace, context.deadline, "scheduler");
        let object = self.objects.object(&Address::of(&context, &parts::object_name(part)));
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
        // How many objects the tenant has at whom it is.
        let mut parts = 0;
        loop {
            let (object, after) = match position {
                Some(ScanPosition { tenant, part, after: Some(after) }) => {
                    (ScheduleObject { tenant, part }, Some(after))
                }
                Some(ScanPosition { tenant, part, after: None })
                    if part + 1 < self.parts(&mut parts, tenant).await? =>
                {
                    (ScheduleObject { tenant, part: part + 1 }, None)
                }
                position => {
                    let next = match (position, request.tenant) {
                        (None, Some(tenant)) => Some((tenant, 0)),
                        (Some(_), Some(_)) => None,
                        (position, None) => {
                            let after = position.map(|position| position.tenant);
                            let found = self.registry.tenants(after, 1).await.map_err(unavailable)?;
                            found.first().map(|schedule| (schedule.tenant, schedule.parts))
                        }
                    };
                    let Some((tenant, known)) = next else {
                        report.next = None;
                        return Ok(report);
                    };
                    parts = known;
                    (ScheduleObject { tenant, part: 0 }, None)
                }
            };
            let ScheduleObject { tenant, part } = object;
            report.tenants += 1;
            let left = limit - report.jobs.min(limit);
            let violation = |violation| TenantViolation { tenant, violation };
            let rest = match self.object(context, object, after, left.max(1)).await {
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
            let reached = ScanPosition { tenant, part, after: rest };
            position = Some(reached);
            if report.jobs >= limit || report.tenants >= MAX_OBJECTS {
                let more = rest.is_some()
                    || request.tenant.is_none()
                    || part + 1 < self.parts(&mut parts, tenant).await?;
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
            parts: schedule.parts,
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
