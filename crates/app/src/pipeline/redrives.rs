//! The `Redrives` service: groups of dead letters, and their replay in bulk.

use async_trait::async_trait;
use contracts::OperatorCall;
use contracts::pipeline::redrives::{
    DeadLetterGroupDetail, DeadLetterGroups, GetGroup, GetRedrive, ListGroups, ListRedrives, RedriveDetail,
    RedriveError, RedriveList, RedriveReport, RedrivenLetter, Redrives, StartRedrive,
};
use ids::RedriveId;

use super::redrive::{RedrivePorts, begin};
use crate::ports::{NewRedrive, Random, RedriveRecord, RedriveStatus, RedrivenRecord, StoreError};

/// The fastest redrive, in letters a second.
const FASTEST: u32 = 50;
/// The most tenants of a group that are told apart.
const MOST_TENANTS: u32 = 50;

/// [`Redrives`] over ports.
#[derive(Clone)]
pub struct RedrivesService {
    /// What redrives need.
    pub ports: RedrivePorts,
    /// For ids.
    pub random: std::rc::Rc<dyn Random>,
}

#[async_trait(?Send)]
impl Redrives for RedrivesService {
    async fn list_groups(
        &self,
        _: &OperatorCall,
        request: ListGroups,
    ) -> Result<DeadLetterGroups, RedriveError> {
        let now = self.ports.replay.clock.now();
        let items =
            self.ports.redrives.groups(now, request.limit.clamp(1, 200)).await.map_err(unavailable)?;
        Ok(DeadLetterGroups { items })
    }

    async fn get_group(
        &self,
        _: &OperatorCall,
        request: GetGroup,
    ) -> Result<DeadLetterGroupDetail, RedriveError> {
        let found = self.ports.redrives.group(&request.fingerprint, request.tenant, MOST_TENANTS).await;
        let (group, tenants) = found.map_err(unavailable)?.ok_or(RedriveError::NotFound)?;
        Ok(DeadLetterGroupDetail { group, tenants })
    }

    async fn start_redrive(
        &self,
        context: &OperatorCall,
        request: StartRedrive,
    ) -> Result<RedriveReport, RedriveError> {
        let StartRedrive { fingerprint, tenant, per_second } = request;
        let invalid = |detail: String| Err(RedriveError::Invalid { detail });
        if !(1..=FASTEST).contains(&per_second) {
            return invalid(format!("`per_second` must be from 1 to {FASTEST}"));
        }
        let store = &self.ports.redrives;
        let (group, _) =
            store.group(&fingerprint, None, 1).await.map_err(unavailable)?.ok_or(RedriveError::NotFound)?;
        if group.cause == domain::DeathCause::Unreadable.as_str() {
            return invalid("these are messages that nobody can read: there is no event to run again".into());
        }
        let now = self.ports.replay.clock.now();
        let redrive_id = RedriveId::from_parts(now.unix_ms(), self.random.for_id());
        let redrive = NewRedrive {
            redrive_id,
            request_key: context.idempotency_key.clone().unwrap_or_else(|| redrive_id.to_string()),
            fingerprint,
            tenant,
            per_second,
            requested_by: context.scope.operator.clone(),
            requested_at: now,
            traceparent: context.trace.to_string(),
        };
        let record = store.insert(&redrive).await.map_err(unavailable)?;
        let asked = |redrive: &NewRedrive| (redrive.fingerprint.clone(), redrive.tenant, redrive.per_second);
        if asked(&record.redrive) != asked(&redrive) {
            return Err(RedriveError::KeyReused);
        }
        // It is on record: cron goes on with what could not be begun now.
        if let Err(error) = begin(&self.ports, &record).await {
            tracing::warn!(event = "redrive.not_begun", %redrive_id, %error);
        }
        self.find(record.redrive.redrive_id).await.map(report)
    }

    async fn get_redrive(
        &self,
        _: &OperatorCall,
        request: GetRedrive,
    ) -> Result<RedriveDetail, RedriveError> {
        let GetRedrive { redrive_id, after, limit } = request;
        let redrive = self.find(redrive_id).await.map(report)?;
        let limit = limit.clamp(1, 200);
        let outcomes = self.ports.redrives.outcomes(redrive_id, after, limit + 1).await;
        let mut letters = outcomes.map_err(unavailable)?;
        let more = letters.len() > limit as usize;
        letters.truncate(limit as usize);
        let next_after = letters.last().filter(|_| more).map(|letter| letter.redriven.letter_id);
        Ok(RedriveDetail { redrive, letters: letters.into_iter().map(letter).collect(), next_after })
    }

    async fn list_redrives(
        &self,
        _: &OperatorCall,
        request: ListRedrives,
    ) -> Result<RedriveList, RedriveError> {
        let now = self.ports.replay.clock.now();
        let records = self.ports.redrives.redrives(now, request.limit.clamp(1, 200)).await;
        Ok(RedriveList { items: records.map_err(unavailable)?.into_iter().map(report).collect() })
    }

    async fn stop_redrive(
        &self,
        context: &OperatorCall,
        request: GetRedrive,
    ) -> Result<RedriveReport, RedriveError> {
        let id = self.find(request.redrive_id).await?.redrive.redrive_id;
        let (now, by) = (self.ports.replay.clock.now(), &context.scope.operator);
        let stopped = self.ports.redrives.end(id, RedriveStatus::Stopped, now, Some(by)).await;
        if stopped.map_err(unavailable)? {
            tracing::info!(event = "redrive.stopped", redrive_id = %id, by);
        }
        self.find(id).await.map(report)
    }
}

impl RedrivesService {
    async fn find(&self, redrive_id: RedriveId) -> Result<RedriveRecord, RedriveError> {
        let found = self.ports.redrives.redrive(redrive_id).await.map_err(unavailable)?;
        found.ok_or(RedriveError::NotFound)
    }
}

fn report(record: RedriveRecord) -> RedriveReport {
    let RedriveRecord { redrive, status, ended, total, begun, refused, .. } = record;
    let (ended_at, ended_by) = ended.map_or((None, None), |(at, by)| (Some(at), by));
    RedriveReport {
        redrive_id: redrive.redrive_id,
        fingerprint: redrive.fingerprint,
        tenant: redrive.tenant,
        per_second: redrive.per_second,
        status: status.as_str().to_owned(),
        total,
        begun,
        refused,
        requested_by: redrive.requested_by,
        requested_at: redrive.requested_at,
        ended_at,
        ended_by,
    }
}

fn letter(record: RedrivenRecord) -> RedrivenLetter {
    let RedrivenRecord { redriven, at, event } = record;
    let (event_status, event_reason) = event.map_or((None, None), |(status, reason)| (Some(status), reason));
    let (run, detail) = match redriven.outcome {
        Ok(run) => (Some(run), None),
        Err(detail) => (None, Some(detail)),
    };
    RedrivenLetter {
        letter_id: redriven.letter_id,
        tenant: redriven.tenant,
        event_id: redriven.event_id,
        run,
        detail,
        at,
        event_status,
        event_reason,
    }
}

fn unavailable(error: StoreError) -> RedriveError {
    RedriveError::Unavailable { detail: error.to_string() }
}
