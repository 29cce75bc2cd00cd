//! What operators propose to each other, over SQL. Every step is one transaction with its entry of the audit.

use app::ports::{
    KeyRotation, NewKey, NewProposal, ProposalQuery, ProposalRecord, ProposalStep, ProposalStore, Proposed,
    StoreError,
};
use async_trait::async_trait;
use audit::Act;
use contracts::Timestamp;
use domain::second_person::{UnknownAction, UnknownProposalStatus};
use ids::{ProposalId, TenantId};
use serde::Deserialize;

use super::SqlControl;
use super::audit::Condition;
use crate::sql::{SqlDatabase, Statement, Value, values};

const COLUMNS: &str =
    "id, action, tenant_id, content, hash, reason, status, proposed_by, proposed_at, expires_at,
    decided_by, decided_role, decided_at, comment, ended_at, result, traceparent, request_hash";

/// Whether a tenant's open keys are exactly those of a list. Its parameters: the tenant, the time, the list, the tenant,
/// the time, how many.
const KEYS_ARE: &str = "NOT EXISTS (SELECT 1 FROM api_keys WHERE tenant_id = ? AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ?) AND id NOT IN (SELECT value FROM json_each(?)))
    AND (SELECT COUNT(*) FROM api_keys WHERE tenant_id = ? AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ?)) = ?";

#[derive(Deserialize)]
struct ProposalRow {
    id: ProposalId,
    action: String,
    tenant_id: Option<TenantId>,
    content: String,
    hash: String,
    reason: String,
    status: String,
    proposed_by: String,
    proposed_at: Timestamp,
    expires_at: Timestamp,
    decided_by: Option<String>,
    decided_role: Option<String>,
    decided_at: Option<Timestamp>,
    comment: Option<String>,
    ended_at: Option<Timestamp>,
    result: Option<String>,
    traceparent: String,
    request_hash: Option<String>,
}

/// A proposal, and the hash of the request that made it.
struct Found(ProposalRecord, Option<String>);

impl TryFrom<ProposalRow> for Found {
    type Error = String;

    fn try_from(row: ProposalRow) -> Result<Self, String> {
        let decided = row.decided_by.zip(row.decided_role).zip(row.decided_at);
        let proposal = NewProposal {
            proposal_id: row.id,
            action: row.action.parse().map_err(|error: UnknownAction| error.to_string())?,
            tenant: row.tenant_id,
            content: row.content,
            hash: row.hash,
            reason: row.reason,
            proposed_by: row.proposed_by,
            proposed_at: row.proposed_at,
            expires_at: row.expires_at,
            traceparent: row.traceparent,
            request: None,
        };
        let unknown = |error: UnknownProposalStatus| error.to_string();
        let record = ProposalRecord {
            proposal,
            status: row.status.parse().map_err(unknown)?,
            decided: decided.map(|((by, role), at)| (by, role, at)),
            comment: row.comment,
            ended_at: row.ended_at,
            result: row.result,
        };
        Ok(Self(record, row.request_hash))
    }
}

/// The statement of a step, where the proposal is where it begins and a further condition holds.
fn step_statement(id: ProposalId, step: &ProposalStep, condition: &str, more: Vec<Value>) -> Statement {
    let ProposalStep { from, to, at, decided, expires_at, result } = step;
    let (by, role, comment) = match decided.clone() {
        Some((by, role, comment)) => (Some(by), Some(role), comment),
        None => (None, None, None),
    };
    let decided_at = by.is_some().then_some(*at);
    let ended_at = (to.as_str() != "approved").then_some(*at);
    let mut values = values![
        to.as_str(),
        by,
        role,
        decided_at,
        comment,
        ended_at,
        *expires_at,
        result.clone(),
        id,
        from.as_str()
    ];
    values.extend(more);
    let sql = format!(
        "UPDATE proposals
        SET status = ?, decided_by = COALESCE(?, decided_by), decided_role = COALESCE(?, decided_role),
            decided_at = COALESCE(?, decided_at), comment = COALESCE(?, comment), ended_at = ?,
            expires_at = COALESCE(?, expires_at), result = COALESCE(?, result)
        WHERE id = ? AND status = ? AND {condition}"
    );
    Statement { sql, values }
}

impl<D: SqlDatabase> SqlControl<D> {
    async fn proposed_by_request(&self, new: &NewProposal) -> Result<Option<Proposed>, StoreError> {
        let Some((key, hash)) = &new.request else { return Ok(None) };
        let sql = format!("SELECT {COLUMNS} FROM proposals WHERE request_key = ?1");
        let known = self.database.query(Statement::new(&sql, values![key])).await?;
        let known = known.first::<ProposalRow, Found>()?;
        Ok(known.map(|Found(record, known)| {
            if known.as_ref() == Some(hash) {
                Proposed::Before(Box::new(record))
            } else {
                Proposed::KeyReused
            }
        }))
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> ProposalStore for SqlControl<D> {
    async fn propose(&self, new: &NewProposal, act: &Act) -> Result<Proposed, StoreError> {
        if let Some(before) = self.proposed_by_request(new).await? {
            return Ok(before);
        }
        let (key, hash) = new.request.clone().unzip();
        let sql =
            "INSERT INTO proposals (id, action, tenant_id, content, hash, reason, proposed_by, proposed_at,
                expires_at, traceparent, request_key, request_hash)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
            WHERE NOT EXISTS (SELECT 1 FROM proposals WHERE request_key = ?11)";
        let insert = Statement::new(
            sql,
            values![
                new.proposal_id,
                new.action.as_str(),
                new.tenant,
                &new.content,
                &new.hash,
                &new.reason,
                &new.proposed_by,
                new.proposed_at,
                new.expires_at,
                &new.traceparent,
                key.clone(),
                hash
            ],
        );
        let free = Condition::new("NOT EXISTS (SELECT 1 FROM proposals WHERE request_key = ?)", values![key]);
        if self.act(act, &free, insert).await? {
            return Ok(Proposed::Made);
        }
        // The same request came twice at once, and the other was first.
        Ok(self.proposed_by_request(new).await?.unwrap_or(Proposed::KeyReused))
    }

    async fn proposal(&self, id: ProposalId) -> Result<Option<ProposalRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM proposals WHERE id = ?1");
        let found = self.database.query(Statement::new(&sql, values![id])).await?;
        Ok(found.first::<ProposalRow, Found>()?.map(|Found(record, _)| record))
    }

    async fn proposals(&self, query: &ProposalQuery) -> Result<Vec<ProposalRecord>, StoreError> {
        let ProposalQuery { tenant, status, before, limit } = query;
        let select = Statement::new(&format!("SELECT {COLUMNS} FROM proposals WHERE 1"), Vec::new())
            .and_if("tenant_id =", *tenant)
            .and_if("status =", status.map(|status| status.as_str()))
            .and_if("id <", *before)
            .newest(*limit);
        let found: Vec<Found> = self.database.query(select).await?.read::<ProposalRow, _>()?;
        Ok(found.into_iter().map(|Found(record, _)| record).collect())
    }

    async fn step(&self, id: ProposalId, step: &ProposalStep, act: &Act) -> Result<bool, StoreError> {
        let stands = Condition::new(
            "EXISTS (SELECT 1 FROM proposals WHERE id = ? AND status = ?)",
            values![id, step.from.as_str()],
        );
        self.act(act, &stands, step_statement(id, step, "1", Vec::new())).await
    }

    async fn rotate(
        &self,
        id: ProposalId,
        step: &ProposalStep,
        rotation: &KeyRotation,
        act: &Act,
    ) -> Result<bool, StoreError> {
        let KeyRotation { tenant, old, until, new } = rotation;
        let olds = serde_json::json!(old).to_string();
        let are = || {
            let count = old.len() as u32;
            values![*tenant, step.at, &olds, *tenant, step.at, count]
        };
        let mut stands = values![id, step.from.as_str()];
        stands.extend(are());
        let condition = Condition::new(
            &format!("EXISTS (SELECT 1 FROM proposals WHERE id = ? AND status = ?) AND {KEYS_ARE}"),
            stands,
        );
        // The proposal first, under the condition; the keys where it has just ended with this very result.
        let ended = "EXISTS (SELECT 1 FROM proposals WHERE id = ?1 AND status = ?2 AND ended_at = ?3 AND result = ?4)";
        let taken = || values![id, step.to.as_str(), step.at, step.result.clone()];
        let keys: Vec<_> = new.iter().map(key_json).collect();
        let mut issue = taken();
        issue.extend(values![*tenant, serde_json::json!(keys).to_string()]);
        let issue = Statement::new(
            &format!(
                "INSERT INTO api_keys (id, tenant_id, name, prefix, hash, scopes, expires_at, limits, created_at)
                SELECT value ->> 'id', ?5, value ->> 'name', value ->> 'prefix', value ->> 'hash', value ->> 'scopes',
                    value ->> 'expires_at', value ->> 'limits', value ->> 'created_at'
                FROM json_each(?6) WHERE {ended}"
            ),
            issue,
        );
        let mut end = taken();
        end.extend(values![*tenant, olds.clone(), *until]);
        let end = Statement::new(
            &format!(
                "UPDATE api_keys SET expires_at = MIN(COALESCE(expires_at, ?7), ?7)
                WHERE tenant_id = ?5 AND id IN (SELECT value FROM json_each(?6)) AND {ended}"
            ),
            end,
        );
        self.act_all(act, &condition, vec![step_statement(id, step, KEYS_ARE, are()), issue, end]).await
    }
}

fn key_json(key: &NewKey) -> serde_json::Value {
    serde_json::json!({
        "id": key.key_id, "name": key.name, "prefix": key.prefix, "hash": key.hash,
        "scopes": serde_json::json!(key.scopes).to_string(), "limits": key.limits,
        "expires_at": key.expires_at.map(|time| time.unix_ms()), "created_at": key.created_at.unix_ms(),
    })
}
