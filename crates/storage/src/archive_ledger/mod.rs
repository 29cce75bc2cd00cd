//! The archive's bookkeeping over SQL.

mod row;

use app::ports::{
    ArchiveLedger, ArchiveRow, DayFiles, LiveFile, StoreError, TenantDay, UnfinishedFile, WrittenFile,
};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EventId, TenantId};

use crate::sql::{Rows, SqlDatabase, Statement, Value, values};
use row::{CountRow, DayRow, EventRow, FileRow, KeyRow, TenantDayRow, TenantRow, UnfinishedRow};

/// A query of this store, by its file's name.
macro_rules! query {
    ($name:literal) => {
        include_str!(concat!("../../queries/archive/", $name, ".sql"))
    };
}

/// The archive's bookkeeping over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlArchiveLedger<D> {
    database: D,
}

impl<D: SqlDatabase> SqlArchiveLedger<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }

    async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Rows, StoreError> {
        self.database.query(Statement::new(sql, values)).await
    }

    async fn count(&self, sql: &str, values: Vec<Value>) -> Result<u32, StoreError> {
        let row = self.query(sql, values).await?.first::<CountRow, CountRow>()?;
        Ok(row.map_or(0, |row| row.count))
    }

    async fn days_of(&self, sql: &str, values: Vec<Value>) -> Result<Vec<String>, StoreError> {
        let rows = self.query(sql, values).await?.read::<DayRow, DayRow>()?;
        Ok(rows.into_iter().map(|row| row.day).collect())
    }

    async fn keys(&self, sql: &str, values: Vec<Value>) -> Result<Vec<(TenantId, String)>, StoreError> {
        let rows = self.query(sql, values).await?.read::<KeyRow, KeyRow>()?;
        Ok(rows.into_iter().map(|row| (row.tenant_id, row.key)).collect())
    }

    /// Runs statements of which the last answers with a row where all of it has held.
    async fn commit(&self, statements: Vec<Statement>) -> Result<bool, StoreError> {
        let answers = self.database.batch(statements).await?;
        Ok(answers.last().is_some_and(|rows| !rows.is_empty()))
    }
}

fn json(items: &impl serde::Serialize) -> Value {
    serde_json::json!(items).to_string().into()
}

/// The measures of a file as parameters; nulls where there is none.
fn measures(file: Option<&WrittenFile>) -> Vec<Value> {
    values![
        file.map_or(0, |file| file.rows),
        file.map(|file| file.bytes),
        file.map(|file| &file.sha256),
        file.map(|file| file.received_at.0),
        file.map(|file| file.received_at.1),
        file.map(|file| file.event_ids.0),
        file.map(|file| file.event_ids.1),
    ]
}

#[async_trait(?Send)]
impl<D: SqlDatabase> ArchiveLedger for SqlArchiveLedger<D> {
    async fn tenants_with_work(&self, limit: u32) -> Result<Vec<TenantId>, StoreError> {
        let rows = self.query(query!("tenants_with_work"), values![limit]).await?;
        Ok(rows.read::<TenantRow, TenantRow>()?.into_iter().map(|row| row.tenant_id).collect())
    }

    async fn backlog(&self, limit: u32) -> Result<u32, StoreError> {
        self.count(query!("backlog"), values![limit]).await
    }

    async fn lease(
        &self,
        tenant: TenantId,
        holder: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let rows = self.query(query!("lease"), values![tenant, holder, now, expires_at]).await?;
        Ok(!rows.is_empty())
    }

    async fn release(&self, tenant: TenantId, holder: &str) -> Result<(), StoreError> {
        self.query(query!("release"), values![tenant, holder]).await.map(|_| ())
    }

    async fn pending(&self, tenant: TenantId, limit: u32) -> Result<Vec<ArchiveRow>, StoreError> {
        self.query(query!("pending"), values![tenant, limit]).await?.read::<EventRow, _>()
    }

    async fn rows(&self, tenant: TenantId, event_ids: &[EventId]) -> Result<Vec<ArchiveRow>, StoreError> {
        self.query(query!("rows"), vec![tenant.into(), json(&event_ids)]).await?.read::<EventRow, _>()
    }

    async fn claim(
        &self,
        tenant: TenantId,
        day: &str,
        key: &str,
        event_ids: &[EventId],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ids = json(&event_ids);
        let count = event_ids.len() as u32;
        self.commit(vec![
            Statement::new(query!("claim_file"), values![tenant, key, day, ids.clone(), count, now]),
            Statement::new(query!("claim_events"), values![tenant, key, ids]),
            Statement::new(query!("claimed"), values![tenant, key]),
        ])
        .await
    }

    async fn unfinished(&self, tenant: TenantId) -> Result<Vec<UnfinishedFile>, StoreError> {
        self.query(query!("unfinished"), values![tenant]).await?.read::<UnfinishedRow, _>()
    }

    async fn commit_part(&self, tenant: TenantId, key: &str, file: &WrittenFile) -> Result<bool, StoreError> {
        let mut commit = values![tenant, key];
        commit.extend(measures(Some(file)));
        self.commit(vec![
            Statement::new(query!("commit_part"), commit),
            Statement::new(query!("advance_day"), values![tenant, key]),
            Statement::new(query!("committed"), values![tenant, key]),
        ])
        .await
    }

    async fn commit_streamed(&self, tenant: TenantId, key: &str) -> Result<(), StoreError> {
        self.query(query!("commit_streamed"), values![tenant, key]).await.map(|_| ())
    }

    async fn abandon(&self, tenant: TenantId, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let statements = vec![
            Statement::new(query!("release_events"), values![tenant, key]),
            Statement::new(query!("abandon"), values![tenant, key, now]),
        ];
        self.database.batch(statements).await.map(|_| ())
    }

    async fn begin_merge(
        &self,
        tenant: TenantId,
        day: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.query(query!("begin_merge"), values![tenant, key, day, now]).await.map(|_| ())
    }

    async fn commit_merge(
        &self,
        tenant: TenantId,
        key: &str,
        inputs: &[String],
        file: Option<&WrittenFile>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let keys = json(&inputs);
        let mut commit = values![tenant, key, keys.clone(), inputs.len() as u32];
        commit.extend(measures(file));
        commit.push(now.into());
        self.commit(vec![
            Statement::new(query!("commit_merge"), commit),
            Statement::new(query!("supersede"), values![tenant, key, keys, now]),
            Statement::new(query!("advance_day"), values![tenant, key]),
            Statement::new(query!("committed"), values![tenant, key]),
        ])
        .await
    }

    async fn live(&self, tenant: TenantId, day: &str) -> Result<DayFiles, StoreError> {
        let statements = vec![
            Statement::new(query!("generation"), values![tenant, day]),
            Statement::new(query!("live"), values![tenant, day]),
        ];
        let answers = self.database.batch(statements).await?;
        let [generation, files] = answers.as_slice() else {
            return Err(StoreError::new(self.database.name(), "no answer to a statement"));
        };
        let generation = generation.first::<CountRow, CountRow>()?.map_or(0, |row| row.count);
        Ok(DayFiles { generation, files: files.read::<FileRow, LiveFile>()? })
    }

    async fn unpublished(&self, tenant: TenantId, limit: u32) -> Result<Vec<String>, StoreError> {
        self.days_of(query!("unpublished"), values![tenant, limit]).await
    }

    async fn published(&self, tenant: TenantId, day: &str, generation: u32) -> Result<(), StoreError> {
        self.query(query!("published"), values![tenant, day, generation]).await.map(|_| ())
    }

    async fn compactable(&self, before_day: &str, limit: u32) -> Result<Vec<TenantDay>, StoreError> {
        self.query(query!("compactable"), values![before_day, limit]).await?.read::<TenantDayRow, _>()
    }

    async fn compacted(&self, tenant: TenantId, day: &str, generation: u32) -> Result<(), StoreError> {
        self.query(query!("compacted"), values![tenant, day, generation]).await.map(|_| ())
    }

    async fn superseded(&self, before: Timestamp, limit: u32) -> Result<Vec<(TenantId, String)>, StoreError> {
        self.keys(query!("superseded"), values![before, limit]).await
    }

    async fn superseded_of(&self, tenant: TenantId, day: &str) -> Result<Vec<String>, StoreError> {
        let keys = self.keys(query!("superseded_of"), values![tenant, day]).await?;
        Ok(keys.into_iter().map(|(_, key)| key).collect())
    }

    async fn forget_files(&self, tenant: TenantId, keys: &[String]) -> Result<(), StoreError> {
        self.query(query!("forget_files"), vec![tenant.into(), json(&keys)]).await.map(|_| ())
    }

    async fn days(
        &self,
        tenant: TenantId,
        before_day: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        self.days_of(query!("days"), values![tenant, before_day, limit]).await
    }

    async fn forget_day(&self, tenant: TenantId, day: &str) -> Result<u32, StoreError> {
        let statements = vec![
            Statement::new(query!("day_rows"), values![tenant, day]),
            Statement::new(query!("forget_day_files"), values![tenant, day]),
            Statement::new(query!("forget_day"), values![tenant, day]),
        ];
        let answers = self.database.batch(statements).await?;
        let rows = answers.first().map(|rows| rows.first::<CountRow, CountRow>()).transpose()?.flatten();
        Ok(rows.map_or(0, |row| row.count))
    }
}
