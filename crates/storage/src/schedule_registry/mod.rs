//! The registry of schedules over SQL.

use app::ports::{RegisteredSchedule, ScheduleObject, ScheduleRegistry, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::scheduler::AlarmCondition;
use ids::TenantId;
use serde::Deserialize;

use crate::sql::{SqlDatabase, Statement, values};

/// Which tenants have a schedule, over a SQL database with the schema of `migrations/schedule`.
#[derive(Debug, Clone)]
pub struct SqlScheduleRegistry<D> {
    database: D,
}

/// A statement from a file in `queries/schedule_registry`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/schedule_registry/", $name, ".sql")), $values)
    };
}

impl<D> SqlScheduleRegistry<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[derive(Deserialize)]
struct ObjectRow {
    tenant_id: TenantId,
    part: u16,
}

impl From<ObjectRow> for ScheduleObject {
    fn from(ObjectRow { tenant_id, part }: ObjectRow) -> Self {
        Self { tenant: tenant_id, part }
    }
}

#[derive(Deserialize)]
struct PartsRow {
    parts: u16,
}

#[derive(Deserialize)]
struct ScheduleRow {
    tenant_id: TenantId,
    parts: u16,
    entered_at: Timestamp,
    repairs: u32,
    repaired_at: Option<Timestamp>,
    repair: Option<AlarmCondition>,
}

impl From<ScheduleRow> for RegisteredSchedule {
    fn from(row: ScheduleRow) -> Self {
        let ScheduleRow { tenant_id, parts, entered_at, repairs, repaired_at, repair } = row;
        Self { tenant: tenant_id, parts, entered_at, repairs, repaired: repaired_at.zip(repair) }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> ScheduleRegistry for SqlScheduleRegistry<D> {
    async fn enter(
        &self,
        object: ScheduleObject,
        now: Timestamp,
        attend_at: Timestamp,
    ) -> Result<(), StoreError> {
        let entry = values![object.tenant, u32::from(object.part), now, attend_at];
        self.database.query(query!("enter", entry)).await.map(drop)
    }

    async fn take_due(
        &self,
        now: Timestamp,
        next: Timestamp,
        limit: u32,
    ) -> Result<Vec<ScheduleObject>, StoreError> {
        let taken = self.database.query(query!("take_due", values![now, next, limit])).await?;
        taken.read::<ObjectRow, ScheduleObject>()
    }

    async fn note_repair(
        &self,
        object: ScheduleObject,
        found: AlarmCondition,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(found) = name(found) else { return Ok(()) };
        let repair = values![object.tenant, u32::from(object.part), found, now];
        self.database.query(query!("note_repair", repair)).await.map(drop)
    }

    async fn tenants(
        &self,
        after: Option<TenantId>,
        limit: u32,
    ) -> Result<Vec<RegisteredSchedule>, StoreError> {
        let found = self.database.query(query!("tenants", values![after, limit])).await?;
        found.read::<ScheduleRow, RegisteredSchedule>()
    }

    async fn parts(&self, tenant: TenantId) -> Result<u16, StoreError> {
        let found = self.database.query(query!("parts", values![tenant])).await?;
        let rows = found.read::<PartsRow, PartsRow>()?;
        Ok(rows.first().map_or(0, |row| row.parts))
    }
}

/// What is kept of a condition that needed a repair; nothing of one that did not.
const fn name(found: AlarmCondition) -> Option<&'static str> {
    match found {
        AlarmCondition::Sound | AlarmCondition::Ringing => None,
        AlarmCondition::Lost => Some("lost"),
        AlarmCondition::Late => Some("late"),
        AlarmCondition::Overdue => Some("overdue"),
    }
}
