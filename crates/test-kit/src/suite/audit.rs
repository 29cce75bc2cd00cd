//! Claims about the audit.

use app::ports::{AuditQuery, AuditTrail};
use audit::{Act, Entry, Verifier};
use contracts::Timestamp;
use futures_util::future::join_all;
use ids::TenantId;

use crate::Fixtures;

fn act(at_ms: u64, actor: &str, action: &str, tenant: Option<TenantId>, target: &str) -> Act {
    Act {
        at_ms,
        actor: actor.into(),
        role: "operator".into(),
        tenant,
        action: action.into(),
        target: Some(target.into()),
        before: None,
        after: Some(r#"{"an":"odd 'value' \"}"#.into()),
        trace_id: format!("{at_ms:032x}"),
    }
}

/// Every claim about an [`AuditTrail`], which must be empty.
///
/// # Panics
/// When one does not hold.
pub async fn audit_suite(trail: &dyn AuditTrail) {
    an_act_is_kept_as_it_was_and_follows_the_one_before(trail).await;
    entries_are_found_by_what_they_say(trail).await;
    writers_at_once_make_one_chain(trail).await;
}

async fn an_act_is_kept_as_it_was_and_follows_the_one_before(trail: &dyn AuditTrail) {
    assert_eq!(trail.entries_after(0, 10).await, Ok(Vec::new()));
    let full = act(1_795_500_000_000, "person:ada@example.com", "tenant.change", None, "none");
    let bare = Act { target: None, after: None, ..full.clone() };
    let written = vec![trail.append(&full).await.unwrap(), trail.append(&bare).await.unwrap()];
    assert_eq!((&written[0].act, &written[1].act), (&full, &bare));
    assert_eq!(trail.entries_after(0, 10).await, Ok(written));
}

async fn entries_are_found_by_what_they_say(trail: &dyn AuditTrail) {
    let make = Fixtures::new(711);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let (at, ada, ci) = (1_795_600_000_000, "person:ada@example.com", "service:ci");
    for act in [
        act(at, ada, "key.issue", Some(ours), "key_1"),
        act(at + 1, ci, "key.revoke", Some(theirs), "key_2"),
        act(at + 2, ada, "key.revoke", Some(ours), "key_1"),
        act(at + 3, ci, "audit.export", None, "audit"),
    ] {
        trail.append(&act).await.unwrap();
    }
    let all = AuditQuery { since: Some(Timestamp::from_unix_ms(at)), limit: 10, ..AuditQuery::default() };
    let found = async |query: AuditQuery| {
        let entries = trail.entries(&query).await.unwrap();
        entries.into_iter().map(|entry| entry.act.at_ms - at).collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(found(all.clone()).await, [3, 2, 1, 0]);
    assert_eq!(found(AuditQuery { limit: 2, ..all.clone() }).await, [3, 2]);
    assert_eq!(found(AuditQuery { actor: text(ada), ..all.clone() }).await, [2, 0]);
    assert_eq!(found(AuditQuery { tenant: Some(ours), ..all.clone() }).await, [2, 0]);
    assert_eq!(found(AuditQuery { tenant: Some(theirs), ..all.clone() }).await, [1]);
    assert_eq!(found(AuditQuery { action: text("key.revoke"), ..all.clone() }).await, [2, 1]);
    assert_eq!(found(AuditQuery { target: text("key_1"), ..all.clone() }).await, [2, 0]);
    assert_eq!(found(AuditQuery { trace_id: Some(format!("{:032x}", at + 1)), ..all.clone() }).await, [1]);
    let since = Some(Timestamp::from_unix_ms(at + 2));
    assert_eq!(found(AuditQuery { since, ..all.clone() }).await, [3, 2]);
    let since = Some(Timestamp::from_unix_ms(at + 4));
    assert_eq!(found(AuditQuery { since, ..all.clone() }).await, [0; 0]);
    let last = trail.entries(&AuditQuery { limit: 1, ..all.clone() }).await.unwrap().remove(0);
    assert_eq!(found(AuditQuery { before: Some(last.sequence), ..all }).await, [2, 1, 0]);
}

async fn writers_at_once_make_one_chain(trail: &dyn AuditTrail) {
    let before = trail.entries_after(0, 1_000).await.unwrap().len();
    let at = 1_795_700_000_000;
    // Their clocks disagree: the times of the chain must not go back all the same.
    let acts: Vec<_> =
        (0..20).map(|one| act(at - one, "service:ci", "audit.race", None, &format!("{one}"))).collect();
    let written = join_all(acts.iter().map(|act| trail.append(act))).await;
    assert!(written.iter().all(Result::is_ok), "{written:?}");
    let entries = trail.entries_after(0, 1_000).await.unwrap();
    assert_eq!(entries.len(), before + 20);
    assert_eq!(chained(&entries), Ok(entries.len() as u64));
    assert!(entries.is_sorted_by_key(|entry| entry.act.at_ms));
    let targets: std::collections::BTreeSet<_> =
        entries[before..].iter().map(|entry| entry.act.target.clone()).collect();
    assert_eq!(targets.len(), 20, "every act once");
}

fn chained(entries: &[Entry]) -> Result<u64, audit::BrokenLink> {
    let mut verifier = Verifier::default();
    entries.iter().try_for_each(|entry| verifier.take(entry))?;
    verifier.finish().map(|head| head.sequence)
}

#[cfg(test)]
mod tests {
    use crate::{MemoryControl, run};

    use super::*;

    #[test]
    fn control_in_memory_keeps_an_audit() {
        run(audit_suite(&MemoryControl::default()));
    }
}
