//! `/admin/api/proposals`: what one operator proposes and another approves, before it happens.
//!
//! What it would touch is measured, shown and hashed; an approval is of that hash, and only where what would be touched
//! is still about the same. What was approved is carried out under the proposal's id as the idempotency key, so that a
//! Worker that ends on the way is followed by [`Proposals::resume`], and nothing happens twice.

mod content;
mod effect;
mod redriving;
mod request;
mod view;

use app::admin::SERVICE;
use app::ports::{
    Clock, NewProposal, ProposalQuery, ProposalRecord, ProposalStep, ProposalStore, Proposed, Random,
};
use auth::access::Role;
use contracts::{OperatorCall, OperatorScope, TenantCall, TenantScope};
use domain::second_person::{
    DangerousAction, NotYours, PROPOSAL_LIFE_MS, ProposalStatus, differs, is_proposers, may_decide,
};
use http_api::Page;
use http_api::request::{read_body, read_query};
use ids::{ProposalId, TenantId};
use mesh::{CallContext, Deadline, TraceContext};
use serde_json::json;
use sha2::{Digest, Sha256};

pub use self::content::Content;
pub use self::view::ProposalView;

pub(crate) use self::content::Wish;
pub(crate) use self::redriving::Redriving;

use self::request::{Approve, Filters, Propose, Reject};
use crate::audit::{Asker, unavailable};
use crate::erasures::Erasures;
use crate::problem::{Code, Problem};
use crate::redrives::Redrives;
use crate::tenants::Tenants;

/// How long a call to a Worker below may take, in milliseconds.
const CALL_MS: u64 = 10_000;

/// What may be done with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalAct {
    /// A second person says yes.
    Approve,
    /// A second person says no.
    Reject,
    /// Its proposer takes it back.
    Withdraw,
    /// Its proposer has the keys replaced, and is shown the new ones.
    Collect,
}

impl ProposalAct {
    /// The act of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "approve" => Self::Approve,
            "reject" => Self::Reject,
            "withdraw" => Self::Withdraw,
            "collect" => Self::Collect,
            _ => return None,
        })
    }
}

/// The least role that proposes, approves or rejects an action: what erases or hands out secrets is an owner's.
pub(crate) const fn role_for(action: DangerousAction) -> Role {
    match action {
        DangerousAction::EraseTenant | DangerousAction::RotateKeys => Role::Owner,
        DangerousAction::Redrive => Role::Operator,
    }
}

/// Proposals, and what carrying them out needs.
pub struct Proposals<'a> {
    /// Where they are stored.
    pub store: &'a dyn ProposalStore,
    /// Tenants and their keys.
    pub tenants: &'a Tenants<'a>,
    /// The pipeline's erasures.
    pub erasures: &'a Erasures,
    /// The pipeline's redrives.
    pub redrives: &'a Redrives,
    /// The time.
    pub clock: &'a dyn Clock,
    /// For ids.
    pub random: &'a dyn Random,
    /// The request's trace.
    pub trace: TraceContext,
}

impl Proposals<'_> {
    /// Proposals, newest first.
    ///
    /// # Errors
    /// A bad query; the store does not answer.
    pub async fn list(&self, query: &str) -> Result<Page<ProposalView>, Problem> {
        let Filters { tenant, status, page } = read_query(query).map_err(Problem::of_query)?;
        let query = ProposalQuery { tenant, status, before: page.after, limit: page.limit + 1 };
        let mut records = self.store.proposals(&query).await.map_err(unavailable)?;
        let more = records.len() > page.limit as usize;
        records.truncate(page.limit as usize);
        let next = records.last().filter(|_| more).map(|record| record.proposal.proposal_id);
        Ok(page.answer(records.into_iter().map(|record| self.view(record)).collect(), next))
    }

    /// One proposal.
    ///
    /// # Errors
    /// There is none of this id; the store does not answer.
    pub async fn show(&self, id: ProposalId) -> Result<ProposalView, Problem> {
        Ok(self.view(self.find(id).await?))
    }

    /// Proposes what a body asks for.
    ///
    /// # Errors
    /// A bad body; those of [`Proposals::propose`].
    pub async fn create(
        &self,
        asker: &Asker<'_>,
        key: Option<&str>,
        body: &[u8],
    ) -> Result<ProposalView, Problem> {
        let Propose { wish, reason } = read_body(body).map_err(Problem::of_body)?;
        self.propose(asker, key, wish, reason).await
    }

    /// Proposes something. The same request, by its idempotency key, gives the first proposal.
    ///
    /// # Errors
    /// Who asks is no person, or has not the role; what [`Proposals::measure`] says; an idempotency key that asked for
    /// something else; the store does not answer.
    pub(crate) async fn propose(
        &self,
        asker: &Asker<'_>,
        key: Option<&str>,
        wish: Wish,
        reason: String,
    ) -> Result<ProposalView, Problem> {
        require(asker, wish.action())?;
        if !asker.is_person() {
            return Err(not_yours(NotYours::NotAPerson));
        }
        let asked = format!("{}\n{wish:?}\n{reason}", asker.actor);
        let content = self.measure(&wish).await?;
        // A record of text and numbers: there is nothing in it that JSON cannot say.
        let content = serde_json::to_string(&content).unwrap_or_default();
        let (hash, now) = (sha256(&content), self.clock.now());
        let mut own = [0; 10];
        self.random.fill(&mut own);
        let proposal = NewProposal {
            proposal_id: ProposalId::from_parts(now.unix_ms(), own),
            action: wish.action(),
            tenant: wish.tenant(),
            hash: hash.clone(),
            reason,
            proposed_by: asker.actor.clone(),
            proposed_at: now,
            expires_at: self.in_an_hour(),
            traceparent: self.trace.to_string(),
            request: key.map(|key| (key.to_owned(), sha256(&asked))),
            content,
        };
        let mut act = asker.act("proposal.make", proposal.tenant, proposal.proposal_id.to_string());
        let told =
            format!(r#"{{"action":"{}","hash":"{hash}","content":{}}}"#, proposal.action, proposal.content);
        act.after = Some(told);
        match self.store.propose(&proposal, &act).await.map_err(unavailable)? {
            Proposed::Made => self.show(proposal.proposal_id).await,
            Proposed::Before(record) => Ok(self.view(*record)),
            Proposed::KeyReused => {
                let detail = "this idempotency key proposed something else before: choose a new one";
                Err(Problem::new(Code::KeyReused, detail))
            }
        }
    }

    /// Does something with a proposal.
    ///
    /// # Errors
    /// A bad body; there is no such proposal; whoever asks may not; it is not in a state for it; what it would touch is
    /// no longer what was shown; the store does not answer.
    pub async fn act(
        &self,
        asker: &Asker<'_>,
        id: ProposalId,
        act: ProposalAct,
        body: &[u8],
    ) -> Result<ProposalView, Problem> {
        match act {
            ProposalAct::Approve => {
                let approve = read_body(body).map_err(Problem::of_body)?;
                self.approve(asker, id, approve).await
            }
            ProposalAct::Reject => {
                let Reject { comment } = read_body(body).map_err(Problem::of_body)?;
                let record = self.standing(id, ProposalStatus::Open).await?;
                self.may_decide(asker, &record)?;
                let decided = Some((asker.actor.clone(), asker.role.to_owned(), comment));
                let step =
                    ProposalStep { decided, ..self.step(ProposalStatus::Open, ProposalStatus::Rejected) };
                self.take(asker, &record, step, "proposal.reject").await
            }
            ProposalAct::Withdraw => {
                let record = self.standing(id, ProposalStatus::Open).await?;
                is_proposers(&record.proposal.proposed_by, &asker.actor).map_err(not_yours)?;
                let decided = Some((asker.actor.clone(), asker.role.to_owned(), None));
                let step =
                    ProposalStep { decided, ..self.step(ProposalStatus::Open, ProposalStatus::Withdrawn) };
                self.take(asker, &record, step, "proposal.withdraw").await
            }
            ProposalAct::Collect => self.collect(asker, id).await,
        }
    }

    async fn approve(
        &self,
        asker: &Asker<'_>,
        id: ProposalId,
        Approve { hash, comment }: Approve,
    ) -> Result<ProposalView, Problem> {
        let known = self.find(id).await?;
        let decided_here = known.decided.as_ref().is_some_and(|(by, ..)| *by == asker.actor);
        let same = decided_here && hash == known.proposal.hash;
        match known.status {
            // The same approval again: its answer was lost.
            ProposalStatus::Done if same => return Ok(self.view(known)),
            ProposalStatus::Approved if same => return self.carry_out(asker, known).await,
            _ => {}
        }
        let record = self.standing(id, ProposalStatus::Open).await?;
        self.may_decide(asker, &record)?;
        if hash != record.proposal.hash {
            let detail = "this is the hash of something else: look at the proposal, and approve what it has";
            return Err(self.conflict(Code::Stale, detail, record));
        }
        self.still_the_same(asker, &record).await?;
        let expires_at = Some(self.in_an_hour());
        let decided = Some((asker.actor.clone(), asker.role.to_owned(), comment));
        let step = self.step(ProposalStatus::Open, ProposalStatus::Approved);
        let step = ProposalStep { decided, expires_at, ..step };
        self.take(asker, &record, step, "proposal.approve").await?;
        self.carry_out(asker, self.find(id).await?).await
    }

    /// That what it would touch is about what was shown. Else it is outdated, for good.
    async fn still_the_same(&self, asker: &Asker<'_>, record: &ProposalRecord) -> Result<(), Problem> {
        let (shown, wish) = read_back(record)?;
        let now = self.measure(&wish).await?;
        if differs(&shown.touched(), &now.touched()) {
            Err(self.outdate(asker, record, &now).await?)
        } else {
            Ok(())
        }
    }

    /// Ends a proposal whose content is not true any more. The problem has both contents.
    async fn outdate(
        &self,
        asker: &Asker<'_>,
        record: &ProposalRecord,
        now: &Content,
    ) -> Result<Problem, Problem> {
        let result = Some(json!({ "now": now }).to_string());
        let step = ProposalStep { result, ..self.step(record.status, ProposalStatus::Outdated) };
        self.take(asker, record, step, "proposal.outdate").await?;
        let detail = "what this would touch is no longer what was shown: look at both, and propose it anew";
        Ok(self.conflict(Code::Outdated, detail, self.find(record.proposal.proposal_id).await?))
    }

    /// Takes a step, with its entry of the audit.
    async fn take(
        &self,
        asker: &Asker<'_>,
        record: &ProposalRecord,
        step: ProposalStep,
        action: &str,
    ) -> Result<ProposalView, Problem> {
        let id = record.proposal.proposal_id;
        let mut act = asker.act(action, record.proposal.tenant, id.to_string());
        act.before = Some(json!({ "status": step.from.as_str() }).to_string());
        let mut after = json!({ "status": step.to.as_str(), "hash": record.proposal.hash });
        if let Some(result) = step.result.as_deref().and_then(|json| serde_json::from_str(json).ok()) {
            after["result"] = result;
        }
        act.after = Some(after.to_string());
        let taken = self.store.step(id, &step, &act).await.map_err(unavailable)?;
        let known = self.find(id).await?;
        // Of the same end twice at once, the second finds what the first made of it.
        if taken || known.status == step.to { Ok(self.view(known)) } else { Err(self.elsewhere(known)) }
    }

    fn step(&self, from: ProposalStatus, to: ProposalStatus) -> ProposalStep {
        ProposalStep { from, to, at: self.clock.now(), decided: None, expires_at: None, result: None }
    }

    async fn find(&self, id: ProposalId) -> Result<ProposalRecord, Problem> {
        self.store.proposal(id).await.map_err(unavailable)?.ok_or_else(Problem::no_proposal)
    }

    /// The proposal, where it stands so now.
    async fn standing(&self, id: ProposalId, wanted: ProposalStatus) -> Result<ProposalRecord, Problem> {
        let record = self.find(id).await?;
        if self.status(&record) == wanted { Ok(record) } else { Err(self.elsewhere(record)) }
    }

    fn status(&self, record: &ProposalRecord) -> ProposalStatus {
        let expires_at = record.proposal.expires_at.unix_ms();
        record.status.at(record.proposal.action, expires_at, self.clock.now().unix_ms())
    }

    fn may_decide(&self, asker: &Asker<'_>, record: &ProposalRecord) -> Result<(), Problem> {
        require(asker, record.proposal.action)?;
        may_decide(&record.proposal.proposed_by, &asker.actor, asker.is_person()).map_err(not_yours)
    }

    fn elsewhere(&self, record: ProposalRecord) -> Problem {
        let detail = format!("the proposal is `{}`: that cannot be done with it now", self.status(&record));
        self.conflict(Code::NotPossible, &detail, record)
    }

    fn conflict(&self, code: Code, detail: &str, record: ProposalRecord) -> Problem {
        let current = serde_json::value::to_raw_value(&self.view(record)).ok();
        Problem { current, ..Problem::new(code, detail) }
    }

    fn view(&self, record: ProposalRecord) -> ProposalView {
        ProposalView::of(record, self.clock.now())
    }

    fn in_an_hour(&self) -> contracts::Timestamp {
        contracts::Timestamp::from_unix_ms(self.clock.now().unix_ms() + PROPOSAL_LIFE_MS)
    }

    fn operator_call(&self, operator: &str, key: Option<&str>) -> OperatorCall {
        let deadline = Deadline::after(self.clock.now().unix_ms(), CALL_MS);
        let scope = OperatorScope { operator: operator.to_owned() };
        let call = CallContext::new(scope, self.trace, deadline, SERVICE);
        match key {
            Some(key) => call.with_idempotency_key(key),
            None => call,
        }
    }

    fn tenant_call(&self, tenant: TenantId, key: Option<&str>) -> TenantCall {
        let deadline = Deadline::after(self.clock.now().unix_ms(), CALL_MS);
        let scope = TenantScope { tenant, actor: contracts::Actor::Service(SERVICE.into()) };
        let call = CallContext::new(scope, self.trace, deadline, SERVICE);
        match key {
            Some(key) => call.with_idempotency_key(key),
            None => call,
        }
    }
}

/// What was shown, and what was wanted.
fn read_back(record: &ProposalRecord) -> Result<(Content, Wish), Problem> {
    let content: Option<Content> = serde_json::from_str(&record.proposal.content).ok();
    let both = content.and_then(|content| content.wish().map(|wish| (content, wish)));
    both.ok_or_else(|| {
        let detail = "this proposal was made by another version of the console: propose it anew";
        Problem::new(Code::NotPossible, detail)
    })
}

fn require(asker: &Asker<'_>, action: DangerousAction) -> Result<(), Problem> {
    let needed = role_for(action);
    if Role::ALL.into_iter().any(|role| role.as_str() == asker.role && role >= needed) {
        return Ok(());
    }
    let detail = format!("this takes the role `{}`", needed.as_str());
    Err(Problem::new(Code::RoleMissing, detail))
}

fn not_yours(error: NotYours) -> Problem {
    Problem::new(Code::NotYours, error.to_string())
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
