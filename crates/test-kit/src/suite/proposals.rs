//! Claims about what operators propose to each other.

use app::ports::{
    AddedKey, AuditQuery, AuditTrail, ControlStore, IssuedKey, KeyRotation, NewKey, NewProposal,
    ProposalQuery, ProposalStep, ProposalStore, Proposed, TenantAdmin,
};
use audit::Act;
use contracts::Timestamp;
use domain::second_person::{DangerousAction, ProposalStatus};
use futures_util::future::join;
use ids::{KeyId, ProposalId, TenantId};

use super::tenants::admin_tenants;

const NOW: u64 = 1_795_500_000_000;

fn at(ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(NOW + ms)
}

fn act(action: &str, tenant: TenantId) -> Act {
    Act {
        at_ms: NOW,
        actor: "person:ada@example.com".into(),
        role: "owner".into(),
        tenant: Some(tenant),
        action: action.into(),
        target: None,
        before: None,
        after: None,
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    }
}

fn new(number: u8, tenant: TenantId, request: Option<(&str, &str)>) -> NewProposal {
    NewProposal {
        proposal_id: ProposalId::from_parts(NOW + u64::from(number), [number; 10]),
        action: DangerousAction::RotateKeys,
        tenant: Some(tenant),
        content: r#"{"action":"rotate_keys"}"#.into(),
        hash: "ab".repeat(32),
        reason: "a laptop was lost".into(),
        proposed_by: "person:ada@example.com".into(),
        proposed_at: at(0),
        expires_at: at(3_600_000),
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into(),
        request: request.map(|(key, hash)| (key.into(), hash.into())),
    }
}

fn step(from: ProposalStatus, to: ProposalStatus) -> ProposalStep {
    ProposalStep { from, to, at: at(5), decided: None, expires_at: None, result: None }
}

async fn acts<S: AuditTrail>(store: &S, action: &str) -> usize {
    let query = AuditQuery { action: Some(action.into()), limit: 100, ..AuditQuery::default() };
    store.entries(&query).await.unwrap().len()
}

/// Every claim about a [`ProposalStore`], whose keys and acts are in the same store. It must have [`admin_tenants`].
///
/// # Panics
/// When one does not hold.
pub async fn proposal_store_suite<S: ProposalStore + TenantAdmin + ControlStore + AuditTrail>(store: &S) {
    a_proposal_is_kept_as_it_was_and_made_once_a_request(store).await;
    a_step_is_taken_once_and_only_from_where_it_begins(store).await;
    proposals_are_listed_newest_first(store).await;
    keys_are_replaced_all_at_once_or_not_at_all(store).await;
}

async fn a_proposal_is_kept_as_it_was_and_made_once_a_request<S: ProposalStore + AuditTrail>(store: &S) {
    let [tenant, _] = admin_tenants();
    let first = new(1, tenant, Some(("once", "hash")));
    let made = act("suite.propose", tenant);
    assert_eq!(store.propose(&first, &made).await, Ok(Proposed::Made));
    let known = store.proposal(first.proposal_id).await.unwrap().unwrap();
    assert_eq!(known.proposal, NewProposal { request: None, ..first.clone() });
    assert_eq!((known.status, &known.decided, &known.result), (ProposalStatus::Open, &None, &None));

    let again = NewProposal { proposal_id: ProposalId::from_parts(NOW, [77; 10]), ..first.clone() };
    assert_eq!(store.propose(&again, &made).await, Ok(Proposed::Before(Box::new(known))));
    let other = NewProposal { request: Some(("once".into(), "other".into())), ..again.clone() };
    assert_eq!(store.propose(&other, &made).await, Ok(Proposed::KeyReused));
    assert_eq!(store.proposal(again.proposal_id).await, Ok(None));
    assert_eq!(acts(store, "suite.propose").await, 1, "what made nothing is no entry");
}

async fn a_step_is_taken_once_and_only_from_where_it_begins<S: ProposalStore + AuditTrail>(store: &S) {
    let [tenant, _] = admin_tenants();
    let proposal = new(2, tenant, None);
    let id = proposal.proposal_id;
    store.propose(&proposal, &act("suite.propose", tenant)).await.unwrap();
    let approve = ProposalStep {
        decided: Some(("person:bo@example.com".into(), "owner".into(), Some("checked".into()))),
        expires_at: Some(at(9_000_000)),
        ..step(ProposalStatus::Open, ProposalStatus::Approved)
    };
    let reject = step(ProposalStatus::Open, ProposalStatus::Rejected);
    let done = ProposalStep {
        result: Some(r#"{"erasure":"era_1"}"#.into()),
        ..step(ProposalStatus::Approved, ProposalStatus::Done)
    };
    let taken = act("suite.step", tenant);
    assert_eq!(store.step(id, &done, &taken).await, Ok(false));
    let second = Act { trace_id: "f".repeat(32), ..taken.clone() };
    let (one, two) = join(store.step(id, &approve, &taken), store.step(id, &reject, &second)).await;
    assert_eq!((one, two), (Ok(true), Ok(false)), "of two at once, one");
    let known = store.proposal(id).await.unwrap().unwrap();
    let decided = Some(("person:bo@example.com".to_owned(), "owner".to_owned(), at(5)));
    assert_eq!((known.decided, known.comment.as_deref()), (decided.clone(), Some("checked")));
    assert_eq!((known.proposal.expires_at, known.ended_at), (at(9_000_000), None));

    assert_eq!(store.step(id, &done, &taken).await, Ok(true));
    let known = store.proposal(id).await.unwrap().unwrap();
    assert_eq!((known.status, known.decided, known.ended_at), (ProposalStatus::Done, decided, Some(at(5))));
    assert_eq!(known.result.as_deref(), Some(r#"{"erasure":"era_1"}"#));
    assert_eq!(store.step(id, &done, &taken).await, Ok(false));
    let nobody = ProposalId::from_parts(1, [9; 10]);
    assert_eq!(store.step(nobody, &approve, &taken).await, Ok(false));
    assert_eq!(acts(store, "suite.step").await, 2);
}

async fn proposals_are_listed_newest_first<S: ProposalStore>(store: &S) {
    let [tenant, other] = admin_tenants();
    store.propose(&new(3, other, None), &act("suite.propose", other)).await.unwrap();
    let ids = async |query: ProposalQuery| -> Vec<u64> {
        let found = store.proposals(&query).await.unwrap();
        found.iter().map(|record| record.proposal.proposal_id.unix_ms() - NOW).collect()
    };
    let all = ProposalQuery { limit: 10, ..ProposalQuery::default() };
    assert_eq!(ids(all.clone()).await, [3, 2, 1]);
    assert_eq!(ids(ProposalQuery { tenant: Some(tenant), ..all.clone() }).await, [2, 1]);
    assert_eq!(ids(ProposalQuery { status: Some(ProposalStatus::Done), ..all.clone() }).await, [2]);
    let before = Some(ProposalId::from_parts(NOW + 2, [2; 10]));
    assert_eq!(ids(ProposalQuery { before, limit: 1, ..all }).await, [1]);
}

fn key(number: u8, name: &str, expires_at: Option<Timestamp>) -> NewKey {
    NewKey {
        key_id: KeyId::from_parts(NOW + u64::from(number), [number; 10]),
        name: name.into(),
        prefix: format!("wk_suite{number:03}"),
        hash: format!("hash {number}"),
        scopes: vec!["events:read".into(), "events:write".into()],
        expires_at,
        limits: Some(r#"{"ingest":{"burst":5,"per_minute":60}}"#.into()),
        created_at: at(u64::from(number)),
        request: None,
    }
}

async fn keys_are_replaced_all_at_once_or_not_at_all<S>(store: &S)
where
    S: ProposalStore + TenantAdmin + ControlStore + AuditTrail,
{
    let [tenant, other] = admin_tenants();
    let (soon, later) = (at(60_000), at(900_000_000));
    let issue = async |of, key: NewKey| {
        assert_eq!(store.add_key(of, &key, &act("suite.key", of)).await, Ok(AddedKey::Issued));
        key.key_id
    };
    let (plain, short) =
        (issue(tenant, key(11, "CI", None)).await, issue(tenant, key(12, "soon", Some(soon))).await);
    let revoked = issue(tenant, key(13, "revoked", None)).await;
    store.revoke_key(tenant, revoked, at(1), &act("suite.key", tenant)).await.unwrap();
    issue(tenant, key(14, "expired", Some(at(2)))).await;
    let theirs = issue(other, key(15, "theirs", None)).await;

    let proposal = new(4, tenant, None);
    let id = proposal.proposal_id;
    store.propose(&proposal, &act("suite.propose", tenant)).await.unwrap();
    let done = ProposalStep {
        result: Some(r#"{"keys":2}"#.into()),
        ..step(ProposalStatus::Approved, ProposalStatus::Done)
    };
    let rotation = KeyRotation {
        tenant,
        old: vec![plain, short],
        until: later,
        new: vec![key(21, "CI", None), key(22, "soon", Some(soon))],
    };
    let rotate = act("suite.rotate", tenant);
    assert_eq!(store.rotate(id, &done, &rotation, &rotate).await, Ok(false), "nobody approved it");
    let approve = step(ProposalStatus::Open, ProposalStatus::Approved);
    assert_eq!(store.step(id, &approve, &rotate).await, Ok(true));
    for old in [vec![plain], vec![plain, short, revoked], vec![plain, theirs]] {
        let rotation = KeyRotation { old, ..rotation.clone() };
        assert_eq!(store.rotate(id, &done, &rotation, &rotate).await, Ok(false), "other keys are open");
    }
    assert_eq!(store.keys(tenant).await.unwrap().len(), 4);
    // As two requests are: each with keys and a trace of its own, and a result that names its keys.
    let rival =
        KeyRotation { new: vec![key(31, "CI", None), key(32, "soon", Some(soon))], ..rotation.clone() };
    let rival_done = ProposalStep { result: Some(r#"{"keys":["31","32"]}"#.into()), ..done.clone() };
    let rival_act = Act { trace_id: "f".repeat(32), ..rotate.clone() };
    let (one, two) =
        join(store.rotate(id, &done, &rotation, &rotate), store.rotate(id, &rival_done, &rival, &rival_act))
            .await;
    assert_eq!((one, two), (Ok(true), Ok(false)), "of two at once, one");

    let keys = store.keys(tenant).await.unwrap();
    let of = |id: KeyId| keys.iter().find(|key| key.key_id == id).cloned().unwrap();
    assert_eq!((keys.len(), of(plain).expires_at, of(short).expires_at), (6, Some(later), Some(soon)));
    assert_eq!(of(revoked).expires_at, None, "what was not open stays as it was");
    let fresh = key(21, "CI", None);
    let IssuedKey { name, prefix, scopes, limits, expires_at, .. } = of(fresh.key_id);
    assert_eq!((name, prefix, scopes), (fresh.name, fresh.prefix, fresh.scopes));
    assert_eq!((limits, expires_at), (fresh.limits, None));
    let stored = store.key_by_prefix("wk_suite021").await.unwrap().unwrap();
    assert_eq!((stored.tenant_id, stored.hash.as_str()), (tenant, "hash 21"));
    assert_eq!(store.keys(other).await.unwrap()[0].expires_at, None, "another tenant's");
    assert_eq!(acts(store, "suite.rotate").await, 2, "the approval and the rotation");
}

#[cfg(test)]
mod tests {
    use app::ports::{Allowance, TenantSettings};

    use super::*;
    use crate::{MemoryControl, run};

    #[test]
    fn the_memory_control_store_keeps_proposals() {
        let control = MemoryControl::default();
        for tenant in admin_tenants() {
            let settings = TenantSettings {
                name: "Acme".into(),
                active: true,
                allowance: Allowance::default(),
                allowed_origins: Vec::new(),
            };
            control.put_tenant(tenant, settings);
        }
        run(proposal_store_suite(&control));
    }
}
