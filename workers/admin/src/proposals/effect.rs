//! Carrying out what was approved, once.

use app::ports::{AuditTrail, KeyRotation, ProposalQuery, ProposalRecord, ProposalStep, StoreError};
use contracts::Timestamp;
use contracts::pipeline::erasure::ErasureScope;
use domain::second_person::{DangerousAction, ProposalStatus, is_proposers};
use ids::{ProposalId, TenantId};
use serde_json::{Value, json};

use super::content::Wish;
use super::view::ProposalView;
use super::{Proposals, not_yours, read_back, require};
use crate::audit::{Asker, unavailable};
use crate::erasures;
use crate::problem::{Code, Problem};
use crate::redrives;

/// How many approved proposals are read at once.
const PAGE: u32 = 50;
const HOUR_MS: u64 = 3_600_000;

impl Proposals<'_> {
    /// Goes on with what was approved and not carried out: a Worker ended on the way, or the pipeline did not answer.
    /// By cron.
    ///
    /// # Errors
    /// [`StoreError`] when proposals cannot be read.
    pub async fn resume(&self, trail: &dyn AuditTrail) -> Result<u32, StoreError> {
        let approved = Some(ProposalStatus::Approved);
        let mut query = ProposalQuery { status: approved, limit: PAGE, ..ProposalQuery::default() };
        let mut resumed = 0;
        loop {
            let records = self.store.proposals(&query).await?;
            // Rotations that nobody collected stay where they are: what is to be gone on with may lie behind them.
            let last = records.last().map(|record| record.proposal.proposal_id);
            query.before = last.filter(|_| records.len() == PAGE as usize);
            for record in records {
                resumed += u32::from(self.resume_one(trail, record).await);
            }
            if query.before.is_none() {
                return Ok(resumed);
            }
        }
    }

    /// Goes on with one; whether it has ended by that.
    async fn resume_one(&self, trail: &dyn AuditTrail, record: ProposalRecord) -> bool {
        let Some((by, role, _)) = record.decided.clone() else { return false };
        if record.proposal.action == DangerousAction::RotateKeys {
            return false;
        }
        let role = if role == "owner" { "owner" } else { "operator" };
        let asker = Asker { actor: by, role, trace_id: self.trace.trace_id(), trail, clock: self.clock };
        let id = record.proposal.proposal_id;
        match self.carry_out(&asker, record).await {
            Ok(view) => view.ended_at.is_some(),
            Err(problem) => {
                tracing::warn!(event = "proposal.not_resumed", proposal = %id, error = problem.detail);
                false
            }
        }
    }

    /// Has done what was approved, under the proposal's id as the idempotency key: whoever does it again gets the same
    /// erasure or redrive. A rotation waits for its proposer. What does not answer is left to [`Proposals::resume`].
    pub(super) async fn carry_out(
        &self,
        asker: &Asker<'_>,
        record: ProposalRecord,
    ) -> Result<ProposalView, Problem> {
        let (id, by) = (record.proposal.proposal_id, record.proposal.proposed_by.clone());
        let key = id.to_string();
        let (_, wish) = read_back(&record)?;
        let begun = match wish {
            Wish::EraseTenant { tenant } => {
                let call = self.tenant_call(tenant, Some(&key));
                let asked = (ErasureScope::Tenant, by, record.proposal.reason.clone());
                let begun = erasures::begin(asker, self.erasures, &call, asked).await;
                begun.map(|report| json!({ "erasure": report.erasure_id }))
            }
            Wish::Redrive { group, tenant, per_second } => {
                let call = self.operator_call(&by, Some(&key));
                let begun = redrives::begin(asker, self.redrives, &call, (group, tenant, per_second)).await;
                begun.map(|view| json!({ "redrive": view.id, "letters": view.total }))
            }
            Wish::RotateKeys { .. } => return Ok(self.view(record)),
        };
        let (to, result) = match begun {
            Ok(result) => (ProposalStatus::Done, result),
            Err(problem) if matches!(problem.code, Code::Unavailable | Code::Internal) => {
                tracing::warn!(event = "proposal.not_carried_out", proposal = %id, error = problem.cause);
                return Ok(self.view(record));
            }
            Err(problem) => {
                (ProposalStatus::Failed, json!({ "code": problem.code.as_str(), "detail": problem.detail }))
            }
        };
        let step =
            ProposalStep { result: Some(result.to_string()), ..self.step(ProposalStatus::Approved, to) };
        self.take(
            asker,
            &record,
            step,
            if to == ProposalStatus::Done { "proposal.done" } else { "proposal.fail" },
        )
        .await
    }

    /// Replaces the keys of an approved rotation and shows the new ones to its proposer: the keys, the end of the
    /// proposal and its entry of the audit are one transaction, and the secrets are in this answer alone.
    pub(super) async fn collect(&self, asker: &Asker<'_>, id: ProposalId) -> Result<ProposalView, Problem> {
        let record = self.standing(id, ProposalStatus::Approved).await?;
        is_proposers(&record.proposal.proposed_by, &asker.actor).map_err(not_yours)?;
        require(asker, record.proposal.action)?;
        let (_, wish) = read_back(&record)?;
        let Wish::RotateKeys { tenant, overlap_hours } = wish else {
            return Err(self.elsewhere(record));
        };
        self.still_the_same(asker, &record).await?;
        let old = self.tenants.open_keys(tenant).await?;
        let (new, mut shown): (Vec<_>, Vec<_>) = old.iter().map(|key| self.tenants.replacement(key)).unzip();
        let now = self.clock.now();
        let until = Timestamp::from_unix_ms(now.unix_ms() + u64::from(overlap_hours) * HOUR_MS);
        let replaced: Vec<Value> =
            old.iter().zip(&new).map(|(old, new)| json!({ "old": old.key_id, "new": new.key_id })).collect();
        let result =
            json!({ "keys": replaced, "old_until": http_api::Timestamp::from_unix_ms(until.unix_ms()) });
        let step = self.step(ProposalStatus::Approved, ProposalStatus::Done);
        let step = ProposalStep { result: Some(result.to_string()), ..step };
        let rotation = KeyRotation { tenant, old: old.iter().map(|key| key.key_id).collect(), until, new };
        if !self.rotate(asker, id, &step, &rotation, &result).await? {
            return Err(self.not_rotated(asker, id, tenant, overlap_hours).await?);
        }
        let mut view = self.show(id).await?;
        view.keys.append(&mut shown);
        Ok(view)
    }

    async fn rotate(
        &self,
        asker: &Asker<'_>,
        id: ProposalId,
        step: &ProposalStep,
        rotation: &KeyRotation,
        result: &Value,
    ) -> Result<bool, Problem> {
        let mut act = asker.act("key.rotate", Some(rotation.tenant), id.to_string());
        act.before = Some(json!({ "status": step.from.as_str(), "keys": rotation.old }).to_string());
        act.after = Some(json!({ "status": step.to.as_str(), "result": result }).to_string());
        self.store.rotate(id, step, rotation, &act).await.map_err(unavailable)
    }

    /// Why keys were not replaced: the proposal went elsewhere in between, or the keys did.
    async fn not_rotated(
        &self,
        asker: &Asker<'_>,
        id: ProposalId,
        tenant: TenantId,
        overlap_hours: u32,
    ) -> Result<Problem, Problem> {
        let record = self.standing(id, ProposalStatus::Approved).await?;
        let now = self.measure(&Wish::RotateKeys { tenant, overlap_hours }).await?;
        self.outdate(asker, &record, &now).await
    }
}
