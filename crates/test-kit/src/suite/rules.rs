//! What a store of rules must do.

use app::ports::{CreationKey, NoticeQuery, RuleCreated, RuleStore};
use contracts::Timestamp;
use contracts::pipeline::rules::{Notice, NoticeKind, NoticeList, Rule, RuleDraft};
use ids::{EventId, NoticeId, RuleId, TenantId};

use crate::Fixtures;

fn at(ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

/// Different for each tenant, so that no claim meets the ids of another.
fn ten(tenant: TenantId, number: u64) -> [u8; 10] {
    let mut bytes = [number as u8; 10];
    let text = tenant.to_string();
    bytes.iter_mut().zip(text.bytes().rev()).take(9).for_each(|(byte, letter)| *byte = letter);
    bytes[9] = number as u8;
    bytes
}

fn rule(tenant: TenantId, number: u64) -> Rule {
    let rule_id = RuleId::from_parts(tenant.unix_ms() + number, ten(tenant, number));
    let draft = RuleDraft {
        name: format!("Rule {number}"),
        scope: "signal".into(),
        when: r#"{"==":[1,1]}"#.into(),
        then: "[]".into(),
        enabled: true,
        cooldown_hours: Some(24),
    };
    let (failures, last_error, last_raised_at) = (0, None, None);
    Rule {
        rule_id,
        version: 1,
        draft,
        failures,
        last_error,
        last_raised_at,
        created_at: at(1),
        updated_at: at(1),
    }
}

async fn stored(store: &dyn RuleStore, tenant: TenantId, number: u64) -> Rule {
    let rule = rule(tenant, number);
    assert_eq!(store.create(tenant, &rule, None, 50).await.unwrap(), RuleCreated::New);
    rule
}

fn notice(tenant: TenantId, number: u64, kind: NoticeKind) -> Notice {
    let base = tenant.unix_ms();
    Notice {
        notice_id: NoticeId::from_parts(base + number, ten(tenant, number)),
        kind,
        rule_id: RuleId::from_parts(base + 1, ten(tenant, 1)),
        rule_name: "Rule 1".into(),
        event_id: EventId::from_parts(base, ten(tenant, number)),
        signal_id: None,
        account: Some("ACME".into()),
        severity: Some("warning".into()),
        title: format!("Number {number}"),
        body: Some("Why".into()),
        assignee: None,
        due_at: Some(at(99)),
        workflow: None,
        run_id: None,
        settled_by: None,
        settled_at: None,
        created_at: at(1_000 + number),
    }
}

fn query(list: NoticeList) -> NoticeQuery {
    NoticeQuery { list, settled: None, account: None, before: None, limit: 200 }
}

pub(super) async fn a_rule_is_made_once_a_key_and_up_to_the_limit(store: &dyn RuleStore) {
    let make = Fixtures::new(901);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let key = |hash: &str| CreationKey { key: "k".into(), request_hash: hash.into() };
    let first = rule(ours, 1);
    assert_eq!(store.create(ours, &first, Some(&key("a")), 2).await.unwrap(), RuleCreated::New);
    let again = store.create(ours, &rule(ours, 2), Some(&key("a")), 2).await.unwrap();
    assert_eq!(again, RuleCreated::Before(first.clone()));
    assert_eq!(store.create(ours, &rule(ours, 2), Some(&key("b")), 2).await.unwrap(), RuleCreated::KeyReused);
    assert_eq!(store.create(theirs, &rule(theirs, 3), Some(&key("b")), 2).await.unwrap(), RuleCreated::New);
    assert_eq!(store.create(ours, &rule(ours, 4), None, 2).await.unwrap(), RuleCreated::New);
    assert_eq!(store.create(ours, &rule(ours, 5), None, 2).await.unwrap(), RuleCreated::TooMany);
    assert_eq!(store.get(ours, first.rule_id).await.unwrap(), Some(first.clone()));
    let listed: Vec<_> = store.list(ours, None, 50).await.unwrap().iter().map(|rule| rule.rule_id).collect();
    assert_eq!(listed, [rule(ours, 4).rule_id, first.rule_id], "newest first");
    assert_eq!(store.list(ours, Some(listed[0]), 50).await.unwrap().len(), 1);
    assert_eq!(store.list(ours, None, 1).await.unwrap().len(), 1);
}

pub(super) async fn a_rule_is_changed_one_version_at_a_time(store: &dyn RuleStore) {
    let ours = Fixtures::new(902).tenant();
    let before = stored(store, ours, 1).await;
    let draft =
        RuleDraft { name: "Changed".into(), enabled: false, cooldown_hours: None, ..before.draft.clone() };
    assert!(!store.replace(ours, before.rule_id, 2, &draft, at(7)).await.unwrap(), "another version");
    assert!(store.replace(ours, before.rule_id, 1, &draft, at(7)).await.unwrap());
    assert!(
        !store.replace(ours, before.rule_id, 1, &before.draft, at(8)).await.unwrap(),
        "the old one again"
    );
    let expect = Rule { version: 2, draft, updated_at: at(7), ..before.clone() };
    assert_eq!(store.get(ours, before.rule_id).await.unwrap(), Some(expect));
    assert!(store.delete(ours, before.rule_id).await.unwrap());
    assert!(!store.delete(ours, before.rule_id).await.unwrap());
    assert_eq!(store.get(ours, before.rule_id).await.unwrap(), None);
}

pub(super) async fn only_enabled_rules_are_asked_oldest_first(store: &dyn RuleStore) {
    let make = Fixtures::new(903);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let (two, one) = (stored(store, ours, 2).await, stored(store, ours, 1).await);
    let off = stored(store, ours, 3).await;
    stored(store, theirs, 1).await;
    let draft = RuleDraft { enabled: false, ..off.draft };
    assert!(store.replace(ours, off.rule_id, 1, &draft, at(7)).await.unwrap());
    assert_eq!(store.enabled(ours).await.unwrap(), [one, two]);
}

pub(super) async fn another_tenant_sees_and_changes_nothing(store: &dyn RuleStore) {
    let make = Fixtures::new(904);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let rule = stored(store, ours, 1).await;
    let raised = notice(ours, 1, NoticeKind::Alert);
    store.raise(ours, std::slice::from_ref(&raised)).await.unwrap();
    let kept = store.get(ours, rule.rule_id).await.unwrap();
    assert_eq!(store.get(theirs, rule.rule_id).await.unwrap(), None);
    assert_eq!(store.list(theirs, None, 50).await.unwrap(), []);
    assert_eq!(store.enabled(theirs).await.unwrap(), []);
    assert!(!store.replace(theirs, rule.rule_id, 1, &rule.draft, at(7)).await.unwrap());
    assert!(!store.delete(theirs, rule.rule_id).await.unwrap());
    assert_eq!(store.notices(theirs, &query(NoticeList::Alerts)).await.unwrap(), []);
    assert_eq!(store.raised_of(theirs, raised.event_id).await.unwrap(), []);
    let settled = store.settle(theirs, NoticeList::Alerts, raised.notice_id, "key_2", at(9)).await.unwrap();
    assert_eq!(settled, None);
    let besides = EventId::from_parts(5, [99; 10]);
    assert!(!store.has_raised(theirs, rule.rule_id, Some("ACME"), at(0), besides).await.unwrap());
    assert_eq!(store.get(ours, rule.rule_id).await.unwrap(), kept);
    assert_eq!(store.raised_of(ours, raised.event_id).await.unwrap(), [raised]);
}

pub(super) async fn what_is_raised_twice_is_there_once(store: &dyn RuleStore) {
    let ours = Fixtures::new(905).tenant();
    stored(store, ours, 1).await;
    let kinds = [NoticeKind::Alert, NoticeKind::Task, NoticeKind::Workflow, NoticeKind::FailedAction];
    let same = notice(ours, 1, NoticeKind::Alert).event_id;
    let raised: Vec<_> = kinds
        .into_iter()
        .zip(1..)
        .map(|(kind, number)| Notice { event_id: same, ..notice(ours, number, kind) })
        .collect();
    store.raise(ours, &raised[..2]).await.unwrap();
    let later: Vec<_> = raised
        .iter()
        .map(|one| Notice { title: "Again".into(), created_at: at(9_000), ..one.clone() })
        .collect();
    store.raise(ours, &later[..2]).await.unwrap();
    assert_eq!(store.raised_of(ours, same).await.unwrap(), raised[..2], "the first stays");
    store.raise(ours, &raised).await.unwrap();
    assert_eq!(store.raised_of(ours, same).await.unwrap(), raised);
}

pub(super) async fn a_rule_shows_how_it_did(store: &dyn RuleStore) {
    let ours = Fixtures::new(906).tenant();
    let rule = stored(store, ours, 1).await;
    store.raise(ours, &[notice(ours, 1, NoticeKind::Alert)]).await.unwrap();
    let read = || async { store.get(ours, rule.rule_id).await.unwrap().unwrap() };
    assert_eq!((read().await.failures, read().await.last_raised_at), (0, Some(at(1_001))));
    let failed = Notice { body: Some("It broke".into()), ..notice(ours, 2, NoticeKind::FailedAction) };
    for _ in 0..2 {
        store.raise(ours, std::slice::from_ref(&failed)).await.unwrap();
    }
    let now = read().await;
    assert_eq!((now.failures, now.last_error.as_deref(), now.version), (1, Some("It broke"), 1));
    let last = Notice { body: Some("Worse".into()), ..notice(ours, 3, NoticeKind::FailedAction) };
    store.raise(ours, &[last]).await.unwrap();
    assert_eq!((read().await.failures, read().await.last_error.as_deref()), (2, Some("Worse")));
}

pub(super) async fn notices_are_listed_newest_first_and_narrowed(store: &dyn RuleStore) {
    let ours = Fixtures::new(907).tenant();
    let other = Notice { account: None, ..notice(ours, 3, NoticeKind::Alert) };
    let raised = [
        notice(ours, 1, NoticeKind::Alert),
        notice(ours, 2, NoticeKind::FailedAction),
        other,
        notice(ours, 4, NoticeKind::Task),
        notice(ours, 5, NoticeKind::Workflow),
    ];
    store.raise(ours, &raised).await.unwrap();
    store.settle(ours, NoticeList::Alerts, raised[1].notice_id, "key_1", at(5)).await.unwrap();
    let alerts = query(NoticeList::Alerts);
    for (query, expect) in [
        (alerts.clone(), &[3, 2, 1][..]),
        (NoticeQuery { limit: 2, ..alerts.clone() }, &[3, 2]),
        (NoticeQuery { before: Some(raised[2].notice_id), ..alerts.clone() }, &[2, 1]),
        (NoticeQuery { account: Some("ACME".into()), ..alerts.clone() }, &[2, 1]),
        (NoticeQuery { settled: Some(true), ..alerts.clone() }, &[2]),
        (NoticeQuery { settled: Some(false), ..alerts }, &[3, 1]),
        (query(NoticeList::Tasks), &[4]),
    ] {
        let found = store.notices(ours, &query).await.unwrap();
        let titles: Vec<_> = found.iter().map(|notice| notice.title.clone()).collect();
        let expect: Vec<_> = expect.iter().map(|number| format!("Number {number}")).collect();
        assert_eq!(titles, expect, "{query:?}");
    }
}

pub(super) async fn the_first_who_settles_is_kept(store: &dyn RuleStore) {
    let ours = Fixtures::new(908).tenant();
    let task = notice(ours, 1, NoticeKind::Task);
    store.raise(ours, std::slice::from_ref(&task)).await.unwrap();
    let settle = |list, by: &'static str, ms| store.settle(ours, list, task.notice_id, by, at(ms));
    assert_eq!(settle(NoticeList::Alerts, "key_1", 5).await.unwrap(), None, "it is on the other list");
    let done = Notice { settled_by: Some("key_1".into()), settled_at: Some(at(5)), ..task.clone() };
    assert_eq!(settle(NoticeList::Tasks, "key_1", 5).await.unwrap(), Some(done.clone()));
    assert_eq!(settle(NoticeList::Tasks, "key_2", 6).await.unwrap(), Some(done.clone()));
    store.raise(ours, std::slice::from_ref(&task)).await.unwrap();
    assert_eq!(store.raised_of(ours, task.event_id).await.unwrap(), [done], "raised again, it stays done");
}

pub(super) async fn what_was_raised_about_an_account_is_known(store: &dyn RuleStore) {
    let ours = Fixtures::new(909).tenant();
    let raised = notice(ours, 1, NoticeKind::Alert);
    let bare = Notice { account: None, ..notice(ours, 2, NoticeKind::Task) };
    store.raise(ours, &[raised.clone(), bare]).await.unwrap();
    let another = EventId::from_parts(5, [99; 10]);
    let other_rule = RuleId::from_parts(5, [99; 10]);
    for (rule_id, account, since, besides, expect) in [
        (raised.rule_id, Some("ACME"), 1_000, another, true),
        (raised.rule_id, Some("ACME"), 1_001, another, false),
        (raised.rule_id, Some("ACME"), 0, raised.event_id, false),
        (raised.rule_id, Some("Globex"), 0, another, false),
        (raised.rule_id, None, 0, another, true),
        (other_rule, Some("ACME"), 0, another, false),
    ] {
        let found = store.has_raised(ours, rule_id, account, at(since), besides).await.unwrap();
        assert_eq!(found, expect, "{rule_id} {account:?} {since}");
    }
}
