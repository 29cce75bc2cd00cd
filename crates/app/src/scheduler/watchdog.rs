//! The watchdog over the schedules' alarms: one that the platform lost would leave a tenant's jobs asleep.

use std::rc::Rc;

use contracts::scheduler::{AlarmCondition, Attend, Attended, UpkeepClient, UpkeepError};
use contracts::{Actor, TenantScope, Timestamp};
use futures_util::future::join_all;
use ids::TenantId;
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, CallError, Deadline, TraceContext};

use super::{SchedulePorts, parts};
use crate::ports::{Clock, Random, ScheduleObject, ScheduleRegistry, StoreError};

/// How often each schedule is looked after: every five minutes, or as often as the sweeps get around.
pub const ATTENDED_EVERY_MS: u64 = 5 * 60_000;
/// How many are looked after in one sweep. The platform allows an invocation 1,000 calls.
const MOST_A_SWEEP: u32 = 400;
/// How many are asked at the same time.
const AT_ONCE: u32 = 20;
/// How long one has, in milliseconds.
const PATIENCE_MS: u64 = 10_000;

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchReport {
    /// How many schedules were looked after.
    pub attended: u32,
    /// Those whose alarm had to be set again, and how it was.
    pub repaired: Vec<(ScheduleObject, AlarmCondition)>,
    /// Those that did not answer, and why. They are asked again by a later sweep.
    pub silent: Vec<(ScheduleObject, String)>,
}

/// Enters the object, once: from then on the watchdog looks after it.
///
/// # Errors
/// [`StoreError`] of either store.
pub(super) async fn enter(ports: &SchedulePorts, tenant: TenantId) -> Result<(), StoreError> {
    if ports.store.is_entered()? {
        return Ok(());
    }
    let now = ports.clock.now();
    let object = ScheduleObject { tenant, part: ports.part.number() };
    ports.registry.enter(object, now, later(now)).await?;
    ports.store.set_entered()
}

/// Looks after the schedules that nobody looked after for five minutes, longest first, as many as a sweep may. An alarm
/// that is lost, late or overdue is set again, which is put on record.
///
/// # Errors
/// [`StoreError`] when the registry does not answer. A schedule that does not is part of the report.
pub async fn attend_schedules(
    registry: &dyn ScheduleRegistry,
    objects: &Rc<dyn Namespace>,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<WatchReport, StoreError> {
    let mut report = WatchReport::default();
    while report.attended < MOST_A_SWEEP {
        let now = clock.now();
        let taken = registry.take_due(now, later(now), AT_ONCE).await?;
        let count = u32::try_from(taken.len()).unwrap_or(u32::MAX);
        report.attended = report.attended.saturating_add(count);
        let asked =
            taken.into_iter().map(async |object| (object, attend(objects, clock, random, object).await));
        for (object, answer) in join_all(asked).await {
            match answer {
                Ok(Attended { alarm: AlarmCondition::Sound | AlarmCondition::Ringing, .. }) => {}
                Ok(Attended { alarm: found, .. }) => {
                    registry.note_repair(object, found, clock.now()).await?;
                    report.repaired.push((object, found));
                }
                Err(error) => report.silent.push((object, error.to_string())),
            }
        }
        if count < AT_ONCE {
            break;
        }
    }
    Ok(report)
}

async fn attend(
    objects: &Rc<dyn Namespace>,
    clock: &dyn Clock,
    random: &dyn Random,
    ScheduleObject { tenant, part }: ScheduleObject,
) -> Result<Attended, CallError<UpkeepError>> {
    let mut bytes = [0; 24];
    random.fill(&mut bytes);
    let scope = TenantScope { tenant, actor: Actor::Service("scheduler".into()) };
    let deadline = Deadline::after(clock.now().unix_ms(), PATIENCE_MS);
    let context = CallContext::new(scope, TraceContext::from_random(bytes), deadline, "scheduler");
    let object = objects.object(&Address::of(&context, &parts::object_name(part)));
    UpkeepClient::over(object).attend(&context, Attend {}).await
}

fn later(time: Timestamp) -> Timestamp {
    Timestamp::from_unix_ms(time.unix_ms().saturating_add(ATTENDED_EVERY_MS))
}
