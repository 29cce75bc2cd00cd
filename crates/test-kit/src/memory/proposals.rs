//! What operators propose to each other, in memory beside the rest of control.

use app::ports::{
    KeyRotation, NewProposal, ProposalQuery, ProposalRecord, ProposalStep, ProposalStore, Proposed,
    StoreError,
};
use async_trait::async_trait;
use audit::Act;
use domain::second_person::ProposalStatus;
use ids::ProposalId;

use super::control::{MemoryControl, STORE, State};

impl State {
    fn propose(&mut self, new: &NewProposal, act: &Act) -> Proposed {
        let asked = |record: &&ProposalRecord| {
            let key = |request: &Option<(String, String)>| request.as_ref().map(|(key, _)| key.clone());
            new.request.is_some() && key(&record.proposal.request) == key(&new.request)
        };
        if let Some(known) = self.proposals.values().find(asked) {
            let same = known.proposal.request == new.request;
            let proposal = NewProposal { request: None, ..known.proposal.clone() };
            let before = ProposalRecord { proposal, ..known.clone() };
            return if same { Proposed::Before(Box::new(before)) } else { Proposed::KeyReused };
        }
        let record = ProposalRecord {
            proposal: new.clone(),
            status: ProposalStatus::Open,
            decided: None,
            comment: None,
            ended_at: None,
            result: None,
        };
        self.proposals.insert(new.proposal_id, record);
        self.record(act);
        Proposed::Made
    }

    fn step(&mut self, id: ProposalId, step: &ProposalStep) -> bool {
        let Some(known) = self.proposals.get_mut(&id).filter(|known| known.status == step.from) else {
            return false;
        };
        known.status = step.to;
        if let Some((by, role, comment)) = step.decided.clone() {
            known.decided = Some((by, role, step.at));
            known.comment = comment.or(known.comment.take());
        }
        known.ended_at = (step.to != ProposalStatus::Approved).then_some(step.at);
        known.proposal.expires_at = step.expires_at.unwrap_or(known.proposal.expires_at);
        known.result = step.result.clone().or(known.result.take());
        true
    }

    fn rotate(&mut self, id: ProposalId, step: &ProposalStep, rotation: &KeyRotation) -> bool {
        let KeyRotation { tenant, old, until, new } = rotation;
        let open = self.issued.iter().filter(|((of, _), key)| {
            let expired = key.expires_at.is_some_and(|at| at <= step.at);
            of == tenant && key.revoked_at.is_none() && !expired
        });
        let mut open: Vec<_> = open.map(|((_, key), _)| *key).collect();
        let mut wanted = old.clone();
        open.sort_unstable();
        wanted.sort_unstable();
        if open != wanted || !self.step(id, step) {
            return false;
        }
        for key in new {
            self.put_new_key(*tenant, key);
        }
        for id in old {
            if let Some(key) = self.issued.get_mut(&(*tenant, *id)) {
                let until = key.expires_at.map_or(*until, |at| at.min(*until));
                key.expires_at = Some(until);
                for stored in self.keys.values_mut().filter(|stored| stored.key_id == *id) {
                    stored.expires_at = Some(until);
                }
            }
        }
        true
    }
}

#[async_trait(?Send)]
impl ProposalStore for MemoryControl {
    async fn propose(&self, new: &NewProposal, act: &Act) -> Result<Proposed, StoreError> {
        let act = || Ok(self.state.borrow_mut().propose(new, act));
        self.faults.around(STORE, "control.propose", act).await
    }

    async fn proposal(&self, id: ProposalId) -> Result<Option<ProposalRecord>, StoreError> {
        let act = || {
            let found = self.state.borrow().proposals.get(&id).cloned();
            Ok(found.map(|record| {
                let proposal = NewProposal { request: None, ..record.proposal.clone() };
                ProposalRecord { proposal, ..record }
            }))
        };
        self.faults.around(STORE, "control.proposal", act).await
    }

    async fn proposals(&self, query: &ProposalQuery) -> Result<Vec<ProposalRecord>, StoreError> {
        let act = || {
            let ProposalQuery { tenant, status, before, limit } = query;
            let fits = |record: &&ProposalRecord| {
                tenant.is_none_or(|tenant| record.proposal.tenant == Some(tenant))
                    && status.is_none_or(|status| record.status == status)
                    && before.is_none_or(|before| record.proposal.proposal_id < before)
            };
            let state = self.state.borrow();
            Ok(state.proposals.values().rev().filter(fits).take(*limit as usize).cloned().collect())
        };
        self.faults.around(STORE, "control.proposals", act).await
    }

    async fn step(&self, id: ProposalId, step: &ProposalStep, act: &Act) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let taken = state.step(id, step);
            if taken {
                state.record(act);
            }
            Ok(taken)
        };
        self.faults.around(STORE, "control.step", act).await
    }

    async fn rotate(
        &self,
        id: ProposalId,
        step: &ProposalStep,
        rotation: &KeyRotation,
        act: &Act,
    ) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let rotated = state.rotate(id, step, rotation);
            if rotated {
                state.record(act);
            }
            Ok(rotated)
        };
        self.faults.around(STORE, "control.rotate", act).await
    }
}
