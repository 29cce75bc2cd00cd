//! Groups of dead letters, and redrives, over SQL. For operators: no statement is bound to a tenant but by the letters'.

use app::ports::{
    LetterGroup, NewRedrive, RedriveRecord, RedriveStatus, RedriveStore, Redriven, RedrivenRecord,
    StoreError, UngroupedLetter,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::redrives::{DeadLetterGroup, TenantLetters};
use ids::{DeadLetterId, EventId, RedriveId, TenantId};
use serde::Deserialize;

use super::SqlDeadLetterStore;
use crate::sql::{SqlDatabase, Statement, Value, values};

/// A statement from a file in `queries/redrives`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/redrives/", $name, ".sql")), $values)
    };
}

#[derive(Deserialize)]
struct GroupRow {
    fingerprint: String,
    cause: String,
    workflow: Option<String>,
    step: Option<String>,
    pattern: String,
    letters: u32,
    waiting: u32,
    tenants: u32,
    first_at: Timestamp,
    last_at: Timestamp,
    sample: DeadLetterId,
}

impl From<GroupRow> for DeadLetterGroup {
    fn from(row: GroupRow) -> Self {
        let GroupRow {
            fingerprint,
            cause,
            workflow,
            step,
            pattern,
            letters,
            waiting,
            tenants,
            first_at,
            last_at,
            sample,
        } = row;
        Self {
            fingerprint,
            cause,
            workflow,
            step,
            pattern,
            letters,
            waiting,
            tenants,
            first_at,
            last_at,
            sample,
        }
    }
}

#[derive(Deserialize)]
struct TenantRow {
    tenant_id: TenantId,
    letters: u32,
    waiting: u32,
}

impl From<TenantRow> for TenantLetters {
    fn from(row: TenantRow) -> Self {
        Self { tenant: row.tenant_id, letters: row.letters, waiting: row.waiting }
    }
}

#[derive(Deserialize)]
struct UngroupedRow {
    id: DeadLetterId,
    cause: String,
    workflow: Option<String>,
    step: Option<String>,
    errors: String,
}

impl TryFrom<UngroupedRow> for UngroupedLetter {
    type Error = String;

    fn try_from(row: UngroupedRow) -> Result<Self, String> {
        Ok(Self {
            letter_id: row.id,
            cause: row.cause.parse().map_err(|error| format!("`dead_letters.cause`: {error}"))?,
            workflow: row.workflow,
            step: row.step,
            errors: serde_json::from_str(&row.errors)
                .map_err(|error| format!("`dead_letters.errors`: {error}"))?,
        })
    }
}

#[derive(Deserialize)]
struct IdRow {
    id: DeadLetterId,
}

impl From<IdRow> for DeadLetterId {
    fn from(row: IdRow) -> Self {
        row.id
    }
}

#[derive(Deserialize)]
struct RedriveRow {
    id: RedriveId,
    request_key: String,
    fingerprint: String,
    of_tenant: Option<TenantId>,
    per_second: u32,
    upto: String,
    status: String,
    requested_by: String,
    requested_at: Timestamp,
    traceparent: String,
    ended_at: Option<Timestamp>,
    ended_by: Option<String>,
    total: u32,
    begun: u32,
    refused: u32,
    position: String,
}

impl TryFrom<RedriveRow> for RedriveRecord {
    type Error = String;

    fn try_from(row: RedriveRow) -> Result<Self, String> {
        let known = [RedriveStatus::Running, RedriveStatus::Stopped, RedriveStatus::Done];
        let status = known.into_iter().find(|known| known.as_str() == row.status);
        Ok(Self {
            redrive: NewRedrive {
                redrive_id: row.id,
                request_key: row.request_key,
                fingerprint: row.fingerprint,
                tenant: row.of_tenant,
                per_second: row.per_second,
                requested_by: row.requested_by,
                requested_at: row.requested_at,
                traceparent: row.traceparent,
            },
            upto: row.upto,
            status: status.ok_or_else(|| format!("`redrives.status` is `{}`", row.status))?,
            ended: row.ended_at.map(|at| (at, row.ended_by)),
            total: row.total,
            begun: row.begun,
            refused: row.refused,
            position: row.position,
        })
    }
}

#[derive(Deserialize)]
struct RedrivenRow {
    letter_id: DeadLetterId,
    tenant_id: TenantId,
    event_id: EventId,
    run: Option<u32>,
    detail: Option<String>,
    at: Timestamp,
    event_status: Option<String>,
    event_reason: Option<String>,
}

impl From<RedrivenRow> for RedrivenRecord {
    fn from(row: RedrivenRow) -> Self {
        let outcome = row.run.ok_or_else(|| row.detail.unwrap_or_default());
        Self {
            redriven: Redriven {
                letter_id: row.letter_id,
                tenant: row.tenant_id,
                event_id: row.event_id,
                outcome,
            },
            at: row.at,
            event: row.event_status.map(|status| (status, row.event_reason)),
        }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> RedriveStore for SqlDeadLetterStore<D> {
    async fn groups(&self, now: Timestamp, limit: u32) -> Result<Vec<DeadLetterGroup>, StoreError> {
        self.database.query(query!("groups", values![now, limit])).await?.read::<GroupRow, _>()
    }

    async fn group(
        &self,
        fingerprint: &str,
        tenant: Option<TenantId>,
        limit: u32,
    ) -> Result<Option<(DeadLetterGroup, Vec<TenantLetters>)>, StoreError> {
        let statements = vec![
            query!("group", values![fingerprint]),
            query!("group_tenants", values![fingerprint, limit, tenant]),
        ];
        let answers = self.database.batch(statements).await?;
        let [group, tenants] = answers.as_slice() else {
            return Err(StoreError::new(self.database.name(), "no answer to a statement"));
        };
        let tenants = tenants.read::<TenantRow, TenantLetters>()?;
        Ok(group.first::<GroupRow, DeadLetterGroup>()?.map(|group| (group, tenants)))
    }

    async fn ungrouped(&self, limit: u32) -> Result<Vec<UngroupedLetter>, StoreError> {
        self.database.query(query!("ungrouped", values![limit])).await?.read::<UngroupedRow, _>()
    }

    async fn set_groups(&self, groups: &[(DeadLetterId, LetterGroup)]) -> Result<(), StoreError> {
        let group = |(id, group): &(DeadLetterId, LetterGroup)| serde_json::json!({ "id": id, "fingerprint": group.fingerprint, "pattern": group.pattern });
        let groups: Vec<_> = groups.iter().map(group).collect();
        let set = query!("set_group", values![serde_json::json!(groups).to_string()]);
        self.database.query(set).await.map(drop)
    }

    async fn insert(&self, redrive: &NewRedrive) -> Result<RedriveRecord, StoreError> {
        let NewRedrive { redrive_id, request_key, fingerprint, tenant, per_second, .. } = redrive;
        let insert = query!(
            "insert",
            values![
                *redrive_id,
                request_key,
                fingerprint,
                *tenant,
                *per_second,
                &redrive.requested_by,
                redrive.requested_at,
                &redrive.traceparent,
            ]
        );
        let answers = self.database.batch(vec![insert, query!("by_key", values![request_key])]).await?;
        let record = answers.last().map(|rows| rows.first::<RedriveRow, RedriveRecord>()).transpose()?;
        record.flatten().ok_or_else(|| StoreError::new(self.database.name(), "the redrive is not there"))
    }

    async fn redrive(&self, redrive_id: RedriveId) -> Result<Option<RedriveRecord>, StoreError> {
        self.database.query(query!("get", values![redrive_id])).await?.first::<RedriveRow, _>()
    }

    async fn redrives(&self, now: Timestamp, limit: u32) -> Result<Vec<RedriveRecord>, StoreError> {
        self.database.query(query!("list", values![now, limit])).await?.read::<RedriveRow, _>()
    }

    async fn lease(
        &self,
        redrive_id: Option<RedriveId>,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<RedriveRecord>, StoreError> {
        let lease = match redrive_id {
            Some(redrive_id) => query!("lease_one", values![redrive_id, now, until]),
            None => query!("lease", values![now, until]),
        };
        self.database.query(lease).await?.first::<RedriveRow, _>()
    }

    async fn release(&self, redrive_id: RedriveId, from: Timestamp) -> Result<(), StoreError> {
        self.database.query(query!("release", values![redrive_id, from])).await.map(drop)
    }

    async fn letters_after(
        &self,
        redrive: &RedriveRecord,
        limit: u32,
    ) -> Result<Vec<DeadLetterId>, StoreError> {
        let NewRedrive { fingerprint, tenant, requested_at, .. } = &redrive.redrive;
        let position: Value = redrive.position.as_str().into();
        let mut values = values![fingerprint];
        values.push(position);
        values.push(redrive.upto.as_str().into());
        values.push((*tenant).map_or(Value::Null, |tenant| tenant.to_string().into()));
        values.push((*requested_at).into());
        values.push(limit.into());
        self.database.query(query!("letters_after", values)).await?.read::<IdRow, DeadLetterId>()
    }

    async fn note(
        &self,
        redrive_id: RedriveId,
        redriven: &[Redriven],
        position: DeadLetterId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let begun = redriven.iter().filter(|letter| letter.outcome.is_ok()).count() as u32;
        let refused = redriven.len() as u32 - begun;
        let row = |letter: &Redriven| {
            serde_json::json!({
                "letter_id": letter.letter_id,
                "tenant_id": letter.tenant,
                "event_id": letter.event_id,
                "run": letter.outcome.as_ref().ok(),
                "detail": letter.outcome.as_ref().err(),
            })
        };
        let rows: Vec<_> = redriven.iter().map(row).collect();
        let statements = vec![
            query!("note", values![redrive_id, serde_json::json!(rows).to_string(), at]),
            query!("advance", values![redrive_id, position, begun, refused]),
        ];
        self.database.batch(statements).await.map(drop)
    }

    async fn end(
        &self,
        redrive_id: RedriveId,
        status: RedriveStatus,
        at: Timestamp,
        by: Option<&str>,
    ) -> Result<bool, StoreError> {
        let by = by.map(str::to_owned);
        let end = query!("end", values![redrive_id, status.as_str(), at, by]);
        Ok(!self.database.query(end).await?.is_empty())
    }

    async fn outcomes(
        &self,
        redrive_id: RedriveId,
        after: Option<DeadLetterId>,
        limit: u32,
    ) -> Result<Vec<RedrivenRecord>, StoreError> {
        let after = after.map_or_else(String::new, |after| after.to_string());
        let select = query!("outcomes", values![redrive_id, after, limit]);
        self.database.query(select).await?.read::<RedrivenRow, _>()
    }

    async fn forget_redrives(&self, before: Timestamp) -> Result<(), StoreError> {
        let statements = vec![query!("forget_letters", values![before]), query!("forget", values![before])];
        self.database.batch(statements).await.map(drop)
    }
}
