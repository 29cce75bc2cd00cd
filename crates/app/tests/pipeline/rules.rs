//! A tenant's own rules over calls: what they raise, once, and what becomes of what fails.

use std::rc::Rc;

use app::ports::{NoticeQuery, RuleStore};
use app::rules::{RulePorts, RulesService};
use contracts::pipeline::rules::{
    GetRule, NoticeKind, NoticeList, ReplaceRule, Rule, RuleDraft, RuleError, RulesClient, RulesDispatch,
    SettleNotice, TestRule,
};
use contracts::{Actor, TenantCall};
use ids::{EventId, KeyId};
use mesh::CallError;
use mesh::loopback::Loopback;
use serde_json::{Value, json};
use test_kit::{SeededRandom, Told, When, run};

use crate::world::{CALL, World};

pub(crate) fn draft(scope: &str, when: &Value, then: &Value) -> RuleDraft {
    RuleDraft {
        name: "Budgets".into(),
        scope: scope.into(),
        when: when.to_string(),
        then: then.to_string(),
        enabled: true,
        cooldown_hours: None,
    }
}

/// An alert, a task and a workflow for each budget.
pub(crate) fn budgets() -> RuleDraft {
    let then = json!([
        {"do": "alert", "severity": "info", "title": {"cat": [{"var": "event.account"}, " has money"]}},
        {"do": "task", "title": "Call them", "assignee": "ada@a.example", "due_in_hours": 2},
        {"do": "workflow", "name": "account_report", "params": {"account": {"var": "event.account"}}},
    ]);
    draft("signal", &json!({"==": [{"var": "signal.kind"}, "budget"]}), &then)
}

struct Asked<'w> {
    world: &'w World,
    client: RulesClient<Loopback>,
    call: TenantCall,
}

impl<'w> Asked<'w> {
    fn new(world: &'w World) -> Self {
        let (clock, at) = (world.clock.clone(), world.clock.clone());
        let ports = RulePorts {
            rules: Rc::new(world.rules.clone()),
            events: Rc::new(world.events.clone()),
            signals: Rc::clone(&world.signal_store),
            clock: Rc::new(clock),
            random: Rc::new(SeededRandom::new(3)),
        };
        let now = move || app::ports::Clock::now(&at).unix_ms();
        let client = RulesClient::over(Loopback::new(RulesDispatch(RulesService(ports)), now));
        let call = world.context(world.tenant, Actor::Key(KeyId::from_parts(1, [1; 10])));
        Self { world, client, call }
    }

    fn rule(&self, draft: RuleDraft) -> Rule {
        // A context of its own: a request may make so many calls, and this is another one.
        let call = self.world.context(self.world.tenant, Actor::Key(KeyId::from_parts(1, [1; 10])));
        run(self.client.create_rule(&call, draft)).expect("the rule is good")
    }

    fn notices(&self, event_id: EventId) -> Vec<NoticeKind> {
        let raised = run(self.world.rules.raised_of(self.world.tenant, event_id)).expect("it answers");
        let mut kinds: Vec<_> = raised.iter().map(|notice| notice.kind).collect();
        kinds.sort_unstable();
        kinds
    }
}

fn worked_off(world: &World, delivery: &str, body: &str) -> EventId {
    run(async {
        let receipt = world.deliver(Some(delivery), body).await.expect("it is accepted");
        world.consume().await;
        world.run_instances().await;
        assert_eq!(world.event(receipt.event_id).await.event.status, "processed");
        receipt.event_id
    })
}

#[test]
fn a_rule_raises_an_alert_a_task_and_a_workflow_and_whoever_listens_is_told() {
    let world = World::new();
    let asked = Asked::new(&world);
    let rule = asked.rule(budgets());
    let off = asked.rule(RuleDraft { enabled: false, ..budgets() });
    let event_id = worked_off(&world, "one", CALL);
    let raised = run(world.rules.raised_of(world.tenant, event_id)).unwrap();
    assert_eq!(asked.notices(event_id), [NoticeKind::Alert, NoticeKind::Task, NoticeKind::Workflow]);
    assert!(
        raised
            .iter()
            .all(|notice| notice.rule_id == rule.rule_id && notice.account.as_deref() == Some("Norrsken"))
    );
    let of = |kind| raised.iter().find(|notice| notice.kind == kind).unwrap();
    assert_eq!(of(NoticeKind::Alert).title, "Norrsken has money");
    assert_eq!(
        of(NoticeKind::Task).due_at.unwrap().unix_ms() - of(NoticeKind::Task).created_at.unix_ms(),
        7_200_000
    );
    assert_eq!(of(NoticeKind::Workflow).run_id.as_deref(), Some("run-0"));
    let signals = run(world.signals(world.tenant));
    let budget = signals.iter().find(|signal| signal.kind == "budget").unwrap();
    assert!(raised.iter().all(|notice| notice.signal_id == Some(budget.signal_id)));
    let [(tenant, key, name, params)] = &world.starts.started()[..] else { panic!("one start") };
    assert_eq!(
        (*tenant, name.as_str(), params),
        (world.tenant, "account_report", &json!({"account": "Norrsken"}))
    );
    assert!(key.starts_with("rule:ntc_"));
    let told = world.notifier.told();
    let told = told.iter().filter(|told| matches!(told, Told::Raised { .. })).count();
    assert_eq!(told, 3);
    assert!(run(world.rules.get(world.tenant, rule.rule_id)).unwrap().unwrap().last_raised_at.is_some());
    assert!(run(world.rules.get(world.tenant, off.rule_id)).unwrap().unwrap().last_raised_at.is_none());
    let other =
        NoticeQuery { list: NoticeList::Alerts, settled: None, account: None, before: None, limit: 9 };
    assert_eq!(run(world.rules.notices(world.other, &other)), Ok(Vec::new()));
}

#[test]
fn wherever_a_store_fails_everything_is_raised_once() {
    for when in [When::Before, When::After] {
        for operation in [
            "rules.enabled",
            "rules.raise",
            "rules.raised_of",
            "starter.start",
            "notifier.notices_raised",
            "events.get",
        ] {
            for nth in 1..=3 {
                let world = World::new();
                let asked = Asked::new(&world);
                asked.rule(budgets());
                world.faults.fail_nth(operation, nth, when);
                let event_id = worked_off(&world, "one", CALL);
                world.faults.heal();
                assert_eq!(asked.notices(event_id).len(), 3, "{operation} {nth} {when:?}");
                assert_eq!(world.starts.started().len(), 1, "{operation} {nth} {when:?}");
            }
        }
    }
}

#[test]
fn a_workflow_that_cannot_be_started_is_a_visible_failure_and_the_event_is_processed() {
    let world = World::new();
    let asked = Asked::new(&world);
    let rule = asked.rule(budgets());
    world.faults.fail_all("starter.start", When::Before);
    let event_id = worked_off(&world, "one", CALL);
    assert_eq!(asked.notices(event_id), [NoticeKind::Alert, NoticeKind::Task, NoticeKind::FailedAction]);
    let rule = run(world.rules.get(world.tenant, rule.rule_id)).unwrap().unwrap();
    assert_eq!(rule.failures, 1);
    assert!(rule.last_error.unwrap().contains("starter.start"));
}

#[test]
fn a_cooldown_is_kept_for_an_account_and_not_for_another() {
    let world = World::new();
    let asked = Asked::new(&world);
    asked.rule(RuleDraft { cooldown_hours: Some(1), ..budgets() });
    let first = worked_off(&world, "one", CALL);
    let same = worked_off(&world, "two", CALL);
    let other = worked_off(&world, "three", &CALL.replace("Norrsken", "Quillhaven"));
    world.clock.advance(3_600_001);
    let later = worked_off(&world, "four", CALL);
    let counts = [first, same, other, later].map(|event_id| asked.notices(event_id).len());
    assert_eq!(counts, [3, 0, 3, 3]);
}

#[test]
fn too_much_is_cut_off_and_said() {
    let world = World::new();
    let asked = Asked::new(&world);
    let one = json!({"do": "alert", "severity": "info", "title": "A"});
    for _ in 0..11 {
        asked.rule(draft("event", &json!(true), &Value::Array(vec![one.clone(); 10])));
    }
    let event_id = worked_off(&world, "one", CALL);
    let kinds = asked.notices(event_id);
    assert_eq!(kinds.iter().filter(|kind| **kind == NoticeKind::Alert).count(), app::rules::MAX_RAISED);
    assert_eq!(kinds.last(), Some(&NoticeKind::FailedAction));
}

#[test]
fn a_dry_run_says_what_would_be_raised_and_does_nothing() {
    let world = World::new();
    let asked = Asked::new(&world);
    let event_id = worked_off(&world, "one", CALL);
    let trial = run(asked.client.test_rule(&asked.call, TestRule { draft: budgets(), event_id })).unwrap();
    let [found] = trial.matches.as_slice() else { panic!("{trial:?}") };
    let actions: Vec<_> = found.actions.iter().map(|action| action.action.as_str()).collect();
    assert_eq!(actions, ["alert", "task", "workflow"]);
    assert_eq!(found.actions[0].title.as_deref(), Some("Norrsken has money"));
    assert_eq!(found.actions[2].params.as_deref(), Some(r#"{"account":"Norrsken"}"#));
    assert!(found.signal_id.is_some());
    let then = json!([{"do": "workflow", "name": "account_report", "params": {"account": {"var": "event.subject"}}}]);
    let empty = draft("event", &json!(true), &then);
    let trial = run(asked.client.test_rule(&asked.call, TestRule { draft: empty, event_id })).unwrap();
    assert_eq!(trial.matches[0].actions[0].error.as_deref(), Some("`/account` must name an account"));
    assert!(asked.notices(event_id).is_empty() && world.starts.started().is_empty());
    let theirs = world.context(world.other, Actor::Key(KeyId::from_parts(1, [2; 10])));
    let refused = run(asked.client.test_rule(&theirs, TestRule { draft: budgets(), event_id }));
    assert_eq!(refused, Err(CallError::Refused(RuleError::EventNotFound)));
}

#[test]
fn rules_are_checked_changed_by_version_and_deleted() {
    let world = World::new();
    let asked = Asked::new(&world);
    let bad = RuleDraft {
        name: String::new(),
        when: r#"{"==":[{"var":"signal.kin"},1]}"#.into(),
        then: "[".into(),
        ..budgets()
    };
    let Err(CallError::Refused(RuleError::Invalid { faults })) =
        run(asked.client.create_rule(&asked.call, bad))
    else {
        panic!("it is refused")
    };
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/then"]);
    let rule = asked.rule(budgets());
    let change = |version, draft| ReplaceRule { rule_id: rule.rule_id, version, draft };
    let changed = RuleDraft { name: "Money".into(), ..budgets() };
    let replaced = run(asked.client.replace_rule(&asked.call, change(1, changed.clone()))).unwrap();
    assert_eq!((replaced.version, replaced.draft.name.as_str()), (2, "Money"));
    let again = run(asked.client.replace_rule(&asked.call, change(1, changed))).unwrap();
    assert_eq!(again.version, 2, "the same change again");
    let late = run(asked.client.replace_rule(&asked.call, change(1, budgets())));
    assert_eq!(late, Err(CallError::Refused(RuleError::Changed { version: 2 })));
    let theirs = world.context(world.other, Actor::Key(KeyId::from_parts(1, [2; 10])));
    for call in [&theirs, &asked.call] {
        let deleted = run(asked.client.delete_rule(call, GetRule { rule_id: rule.rule_id }));
        assert_eq!(deleted.is_ok(), std::ptr::eq(call, &raw const asked.call), "{deleted:?}");
    }
    let gone = run(asked.client.get_rule(&asked.call, GetRule { rule_id: rule.rule_id }));
    assert_eq!(gone, Err(CallError::Refused(RuleError::NotFound)));
}

#[test]
fn a_key_makes_one_rule_and_a_tenant_has_fifty() {
    let world = World::new();
    let asked = Asked::new(&world);
    let keyed = asked.call.clone().with_idempotency_key("k");
    let first = run(asked.client.create_rule(&keyed, budgets())).unwrap();
    assert_eq!(run(asked.client.create_rule(&keyed, budgets())), Ok(first));
    let other = run(asked.client.create_rule(&keyed, RuleDraft { enabled: false, ..budgets() }));
    assert_eq!(other, Err(CallError::Refused(RuleError::KeyReused)));
    for _ in 1..50 {
        asked.rule(budgets());
    }
    let one_more = run(asked.client.create_rule(&asked.call, budgets()));
    assert_eq!(one_more, Err(CallError::Refused(RuleError::TooMany { limit: 50 })));
}

#[test]
fn alerts_are_acknowledged_by_the_first_who_does() {
    let world = World::new();
    let asked = Asked::new(&world);
    asked.rule(budgets());
    let event_id = worked_off(&world, "one", CALL);
    let raised = run(world.rules.raised_of(world.tenant, event_id)).unwrap();
    let alert = raised.iter().find(|notice| notice.kind == NoticeKind::Alert).unwrap().notice_id;
    let settle = |call: &TenantCall, list| {
        run(asked.client.settle_notice(call, SettleNotice { notice_id: alert, list }))
    };
    let theirs = world.context(world.other, Actor::Key(KeyId::from_parts(1, [2; 10])));
    assert_eq!(settle(&theirs, NoticeList::Alerts), Err(CallError::Refused(RuleError::AlertNotFound)));
    assert_eq!(settle(&asked.call, NoticeList::Tasks), Err(CallError::Refused(RuleError::TaskNotFound)));
    let first = settle(&asked.call, NoticeList::Alerts).unwrap();
    assert_eq!(first.settled_by, Some(KeyId::from_parts(1, [1; 10]).to_string()));
    assert_eq!(settle(&asked.call, NoticeList::Alerts), Ok(first));
}
