//! What the checker says of each kind of mistake, and that its places are there.

use domain::signal::{Evidence, Finding, SignalKind};
use domain::{Fault, assess};
use evaluation_rules::{
    EventFacts, Facts, Match, Member, Raised, Rule, Scope, Severity, Shape, SignalFacts, WorkflowShape,
    check, evaluate,
};
use serde_json::{Value, json};

const WORKFLOWS: &[WorkflowShape] = &[WorkflowShape {
    name: "ask",
    params: Shape::Object(&[
        Member { name: "title", shape: Shape::Text, required: true },
        Member { name: "people", shape: Shape::List(&Shape::Text), required: true },
        Member { name: "quorum", shape: Shape::Integer, required: false },
        Member { name: "within", shape: Shape::Interval, required: false },
    ]),
    check: judge,
}];

fn judge(params: &Value) -> Vec<Fault> {
    match params["title"].as_str() {
        Some("") => vec![Fault::new("/title", "must not be empty")],
        _ => Vec::new(),
    }
}

fn an_alert() -> Value {
    json!([{"do": "alert", "severity": "info", "title": "T"}])
}

fn faults(scope: Scope, when: &Value, then: &Value) -> Vec<(String, String)> {
    let checked = check(scope, when, then, WORKFLOWS);
    checked.err().unwrap_or_default().into_iter().map(|fault| (fault.pointer, fault.detail)).collect()
}

fn of_signal(when: Value) -> Rule {
    check(Scope::Signal, &when, &an_alert(), WORKFLOWS).unwrap_or_else(|faults| panic!("{when}: {faults:?}"))
}

fn finding(kind: SignalKind, score: f64, quote: &str) -> Finding {
    let evidence = Evidence {
        quote: quote.into(),
        start: 0,
        end: 1,
        turn: 2,
        speaker: "Dana".into(),
        at_ms: Some(61_000),
    };
    Finding { kind, score, evidence }
}

fn facts() -> Facts {
    let findings = [
        finding(SignalKind::Budget, 0.9, "We have forty thousand"),
        finding(SignalKind::ChurnRisk, 0.5, "We may leave für immer"),
        finding(SignalKind::ChurnRisk, 0.8, "Cancel it"),
    ];
    let event = EventFacts {
        id: "evt_1".into(),
        source: "zoom".into(),
        kind: "call.completed".into(),
        account: Some("Northwind".into()),
        received_at: "2026-11-22T07:00:00.000Z".into(),
        ..EventFacts::default()
    };
    let signals: Vec<_> = findings
        .iter()
        .enumerate()
        .map(|(at, finding)| SignalFacts { id: format!("sig_{at}"), finding: finding.clone() })
        .collect();
    Facts::new(&event, &signals, &assess(&findings))
}

#[test]
fn each_mistake_is_told_with_its_place() {
    for (when, pointer, words) in [
        (
            json!({"==": [{"var": "signal.kin"}, "budget"]}),
            "/when/==/0/var",
            "`kin` is not there; there are `id`, `kind`",
        ),
        (json!({"==": [{"var": "sognal.kind"}, "budget"]}), "/when/==/0/var", "there are `event`"),
        (
            json!({"==": [{"var": "signal.kind.x"}, "budget"]}),
            "/when/==/0/var",
            "there is nothing in a kind of signal",
        ),
        (
            json!({"==": [{"var": "signal.kind"}, "budgets"]}),
            "/when/==/1",
            "is `budgets`, which is not a kind of signal",
        ),
        (json!({"==": ["budgets", {"var": "signal.kind"}]}), "/when/==/0", "is `budgets`"),
        (
            json!({"==": [{"var": "signal.score"}, "0.5"]}),
            "/when/==/1",
            "must be a number to be compared with one, not a text",
        ),
        (json!({"==": [{"var": "signal"}, 1]}), "/when/==/0", "not a group of facts"),
        (json!({"and": [true, {"==": [1]}]}), "/when/and/1/==", "must have 2 arguments, and has 1"),
        (
            json!({"and": [true, {"var": "signal.score"}]}),
            "/when/and/1",
            "must be a condition, true or false, not a number",
        ),
        (json!({"contains": [1, 2]}), "/when/contains", "is no operator that rules have; there are `var`"),
        (json!({"a/b~c": 1}), "/when/a~1b~0c", "is no operator"),
        (json!({"==": [1, 1], "!=": [1, 1]}), "/when", "must have one member, an operator, and has 2"),
        (json!({}), "/when", "must have one member"),
        (json!(null), "/when", "must not be null"),
        (json!("yes"), "/when", "must be a condition, true or false, not a text"),
        (json!({"var": "signal.kind"}), "/when", "not a kind of signal"),
        (json!({"<": [1, "2"]}), "/when/</1", "must be a number, not a text"),
        (json!({"<": {"var": "signal.score"}}), "/when/<", "must be a list of the arguments"),
        (json!({"in": [{"var": "signal.kind"}, ["budget", "buget"]]}), "/when/in/1/1", "is `buget`"),
        (json!({"in": [1, "text"]}), "/when/in/0", "must be a text"),
        (json!({"in": ["a", [{"var": "signal.quote"}]]}), "/when/in/1/0", "must be a plain text"),
        (json!({"in": ["a", []]}), "/when/in/1", "must have at least one value"),
        (json!({"in": ["a", ["a", 1]]}), "/when/in/1/1", "must be of the same type"),
        (
            json!({">": [{"/": [1, {"var": "counts.budget"}]}, 1]}),
            "/when/>/0/~1/1",
            "must be a number other than 0, written out",
        ),
        (json!({">": [{"*": [1e10, 1e10]}, 1]}), "/when/>/0/*", "may come to more than 10^15"),
        (json!({">": [1e300, 1]}), "/when/>/0", "between -10^15 and 10^15"),
        (json!({"==": [{"if": [true, 1, "x"]}, 1]}), "/when/==/0/if/2", "must be of the same type"),
        (json!({"if": [true, true]}), "/when/if", "must have at least 3 arguments"),
        (json!({"if": [true, true, false, true]}), "/when/if", "odd number"),
        (json!({"some": [{"var": "signals"}, true]}), "/when/some/0/var", "`signals` is not there"),
        (json!({"log": [1]}), "/when/log", "is no operator"),
        (
            json!({"==": [{"substr": [{"var": "signal.quote"}, -3]}, "abc"]}),
            "/when/==/0/substr/1",
            "whole number from 0",
        ),
        (json!({"var": ["signal.kind", 7]}), "/when/var/1", "must be a kind of signal, not a number"),
    ] {
        let found = faults(Scope::Signal, &when, &an_alert());
        let [(at, detail)] = found.as_slice() else { panic!("{when}: {found:?}") };
        assert_eq!(at, pointer, "{when}: {detail}");
        assert!(detail.contains(words), "{when}: {detail}");
    }
}

#[test]
fn several_mistakes_are_told_at_once_in_conditions_and_actions() {
    let when =
        json!({"and": [{"==": [{"var": "signal.kind"}, "buget"]}, {">": [{"var": "signal.scor"}, 1]}]});
    let then = json!([
        {"do": "alert", "severity": "bad", "title": ""},
        {"do": "task", "title": {"var": "signal.score"}, "due_in_hours": 0, "owner": "Ada"},
        {"do": "workflow", "name": "other", "params": {}},
        {"do": "workflow", "name": "ask", "params": {"title": {"cat": ["a", {"var": "nothing"}]}, "quorum": "two", "x": 1}},
        {"do": "workflow", "name": "ask", "params": {"title": "", "people": []}},
        {"do": "shout"},
        7,
    ]);
    let found = faults(Scope::Signal, &when, &then);
    let pointers: Vec<_> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
    let expect = [
        "/when/and/0/==/1",
        "/when/and/1/>/0/var",
        "/then/0/severity",
        "/then/0/title",
        "/then/1/owner",
        "/then/1/title",
        "/then/1/due_in_hours",
        "/then/2/name",
        "/then/3/params",
        "/then/3/params/quorum",
        "/then/3/params/title/cat/1/var",
        "/then/3/params/x",
        "/then/4/params/title",
        "/then/5/do",
        "/then/6",
    ];
    let sorted = |mut pointers: Vec<&'static str>| {
        pointers.sort_unstable();
        pointers
    };
    let mut pointers = pointers;
    pointers.sort_unstable();
    assert_eq!(pointers, sorted(expect.to_vec()), "{found:#?}");
    assert_eq!(faults(Scope::Signal, &json!(true), &json!([]))[0].0, "/then");
    let many: Vec<_> = (0..11).map(|_| an_alert()[0].clone()).collect();
    assert_eq!(faults(Scope::Signal, &json!(true), &Value::Array(many))[0].0, "/then");
}

#[test]
fn what_is_too_deep_too_large_or_too_much_work_is_refused() {
    let mut deep = json!(true);
    for _ in 0..21 {
        deep = json!({"!": [deep]});
    }
    assert!(faults(Scope::Signal, &deep, &an_alert())[0].1.contains("nested at most 20 deep"));
    let wide = json!({"and": vec![json!(true); 500]});
    assert!(faults(Scope::Signal, &wide, &an_alert())[0].1.contains("at most 500 values"));
    let list: Vec<_> = (0..40).collect();
    let inner = json!({"some": [list, {"some": [list, {"some": [list, {"==": [{"var": ""}, 1]}]}]}]});
    let nested = json!({"some": [list, inner]});
    assert!(faults(Scope::Signal, &nested, &an_alert())[0].1.contains("too much work"));
    let long = json!({"cat": vec![json!({"var": "signal.quote"}); 20]});
    let then = json!([{"do": "alert", "severity": "info", "title": long}]);
    assert!(faults(Scope::Signal, &json!(true), &then)[0].1.contains("text of more than"));
    let grows = json!({"<": [{"reduce": [
        {"var": "signals"}, {"*": [{"var": "accumulator"}, 2]}, 1]}, 5]});
    assert!(faults(Scope::Event, &grows, &an_alert())[0].1.contains("may grow without bound"));
}

#[test]
fn conditions_hold_as_json_logic_says() {
    for (when, signals) in [
        (json!({"==": [{"var": "signal.kind"}, "churn_risk"]}), vec![1, 2]),
        (
            json!({"and": [{"==": [{"var": "signal.kind"}, "churn_risk"]}, {">=": [{"var": "signal.score"}, 0.7]}]}),
            vec![2],
        ),
        (json!({"in": [{"var": "signal.kind"}, ["budget", "timeline"]]}), vec![0]),
        (json!({"in": ["leave", {"var": "signal.quote"}]}), vec![1]),
        (json!({"==": [{"substr": [{"var": "signal.quote"}, 13, 3]}, "für"]}), vec![1]),
        (json!({"<": [0.4, {"var": "signal.score"}, 0.6]}), vec![1]),
        (json!({"!": {"var": "event.subject"}}), vec![0, 1, 2]),
        (json!({"!!": {"var": "event.account"}}), vec![0, 1, 2]),
        (json!({"==": [{"var": "event.account"}, {"var": "signal.account"}]}), vec![0, 1, 2]),
        (json!({">": [{"var": "counts.competitor"}, 0]}), vec![]),
        (json!({">": [{"+": [{"var": "counts.churn_risk"}, {"var": "counts.budget"}]}, 2]}), vec![0, 1, 2]),
        (json!({"==": [{"var": "signal.at_seconds"}, 61]}), vec![0, 1, 2]),
        (
            json!({"if": [{"==": [{"var": "signal.kind"}, "budget"]}, {">": [{"var": "signal.score"}, 0.95]}, true]}),
            vec![1, 2],
        ),
        (json!(true), vec![0, 1, 2]),
    ] {
        let found = evaluate(&of_signal(when.clone()), &facts()).unwrap();
        let found: Vec<_> = found.into_iter().filter_map(|found| found.signal).collect();
        assert_eq!(found, signals, "{when}");
    }
}

#[test]
fn a_rule_about_the_event_goes_through_its_signals() {
    for (when, holds) in [
        (json!({"some": [{"var": "signals"}, {"==": [{"var": "kind"}, "churn_risk"]}]}), true),
        (json!({"all": [{"var": "signals"}, {">": [{"var": "score"}, 0.6]}]}), false),
        (json!({"none": [{"var": "signals"}, {"==": [{"var": "kind"}, "competitor"]}]}), true),
        (json!({"!!": [{"filter": [{"var": "signals"}, {">": [{"var": "score"}, 0.85]}]}]}), true),
        (json!({"in": ["budget", {"map": [{"var": "signals"}, {"var": "kind"}]}]}), true),
        (
            json!({"==": [2, {"reduce": [
                {"filter": [{"var": "signals"}, {"==": [{"var": "kind"}, "churn_risk"]}]},
                {"+": [{"var": "accumulator"}, 1]}, 0]}]}),
            true,
        ),
        (json!({">": [{"var": "assessment.risk"}, 0.9]}), false),
        (json!({"==": [{"var": "event.signals_count"}, 3]}), true),
    ] {
        let rule = check(Scope::Event, &when, &an_alert(), WORKFLOWS)
            .unwrap_or_else(|faults| panic!("{when}: {faults:?}"));
        let found = evaluate(&rule, &facts()).unwrap();
        assert_eq!(found.len(), usize::from(holds), "{when}");
    }
}

#[test]
fn actions_are_computed_and_templates_filled_in() {
    let then = json!([
        {"do": "alert", "severity": "critical", "title": {"cat": [{"var": "event.account"}, ": ", {"var": "signal.quote"}]},
         "body": {"var": "event.subject"}},
        {"do": "task", "title": "Call", "assignee": "ada@a.example", "due_in_hours": 24},
        {"do": "workflow", "name": "ask", "params": {
            "title": {"cat": ["Score ", {"var": "signal.score"}]}, "people": ["b@a.example", {"var": "event.account"}],
            "quorum": {"+": [1, {"var": "counts.budget"}]}, "within": "2d"}},
    ]);
    let when = json!({"==": [{"var": "signal.kind"}, "budget"]});
    let rule = check(Scope::Signal, &when, &then, WORKFLOWS).unwrap();
    let [Match { signal: Some(0), raised }] = &evaluate(&rule, &facts()).unwrap()[..] else {
        panic!("one match")
    };
    let raised: Vec<_> = raised.iter().map(|one| one.clone().unwrap()).collect();
    let alert = Raised::Alert {
        severity: Severity::Critical,
        title: "Northwind: We have forty thousand".into(),
        body: None,
    };
    let task =
        Raised::Task { title: "Call".into(), assignee: Some("ada@a.example".into()), due_in_hours: Some(24) };
    let params =
        json!({"title": "Score 0.9", "people": ["b@a.example", "Northwind"], "quorum": 2, "within": "2d"});
    assert_eq!(raised, [alert, task, Raised::Workflow { name: "ask".into(), params }]);
}

#[test]
fn words_of_a_call_are_never_taken_for_an_expression() {
    let quote = r#"{"var": "event.account"}"#;
    let findings = [finding(SignalKind::Pain, 0.5, quote)];
    let signals = [SignalFacts { id: "sig_1".into(), finding: findings[0].clone() }];
    let facts = Facts::new(&EventFacts::default(), &signals, &assess(&findings));
    let then = json!([{"do": "alert", "severity": "info", "title": {"cat": [{"var": "signal.quote"}]}}]);
    let rule = check(Scope::Signal, &json!(true), &then, &[]).unwrap();
    let found = evaluate(&rule, &facts).unwrap();
    assert!(matches!(&found[0].raised[0], Ok(Raised::Alert { title, .. }) if title == quote), "{found:?}");
}
