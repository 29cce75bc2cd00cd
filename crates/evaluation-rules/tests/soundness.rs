//! Whatever the checker accepts evaluates to a boolean over any facts; whatever it refuses, it refuses at a place that is
//! there.

use domain::assess;
use domain::signal::{Evidence, Finding, SignalKind};
use evaluation_rules::{EventFacts, Facts, Scope, SignalFacts, check, evaluate};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

/// Names of facts, some of them wrong, or only there in one scope or in a loop.
const NAMES: [&str; 16] = [
    "signal.kind",
    "signal.score",
    "signal.quote",
    "event.account",
    "event.signals_count",
    "counts.budget",
    "assessment.risk",
    "signals",
    "kind",
    "score",
    "accumulator",
    "current.score",
    "",
    "event",
    "nothing",
    "quote",
];
const OPERATORS: [&str; 33] = [
    "==", "!=", "===", "!==", "<", "<=", ">", ">=", "!", "!!", "and", "or", "if", "?:", "in", "cat",
    "substr", "+", "-", "*", "/", "%", "max", "min", "some", "all", "none", "filter", "map", "reduce", "var",
    "merge", "log",
];

/// Anything that has the form of an expression.
fn any_expression() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => prop::sample::select(&NAMES[..]).prop_map(|name| json!({ "var": name })),
        2 => prop::sample::select(vec![json!("budget"), json!("x"), json!(""), json!("12")]),
        2 => prop::sample::select(vec![json!(0), json!(1), json!(-2.5), json!(0.7), json!(1e15), json!(1e200)]),
        1 => any::<bool>().prop_map(Value::from),
        1 => prop::sample::select(vec![Value::Null, json!([]), json!(["budget", "pain"]), json!([1, 2]), json!({})]),
    ];
    leaf.prop_recursive(5, 60, 4, |inner| {
        (prop::sample::select(&OPERATORS[..]), prop::collection::vec(inner, 0..4), any::<bool>()).prop_map(
            |(name, mut arguments, bare)| match (bare, arguments.len()) {
                (true, 1) => json!({ name: arguments.remove(0) }),
                _ => json!({ name: arguments }),
            },
        )
    })
}

/// Conditions that are mostly right, so that evaluation is tried on large ones, too.
fn condition(scope: Scope) -> impl Strategy<Value = Value> {
    let prefix = if scope == Scope::Signal { "signal." } else { "event." };
    let number = prop_oneof![
        Just(json!({"var": "event.signals_count"})),
        Just(json!({"var": "counts.pain"})),
        Just(json!({"var": "assessment.qualification"})),
        (-1e6..1e6_f64).prop_map(Value::from),
    ]
    .prop_recursive(4, 30, 3, |inner| {
        let name = prop::sample::select(vec!["+", "*", "max", "min", "-"]);
        prop_oneof![
            (name, inner.clone(), inner.clone()).prop_map(|(name, a, b)| json!({ name: [a, b] })),
            (inner.clone(), 1..100_i32).prop_map(|(a, b)| json!({ "/": [a, b] })),
            (inner.clone(), 1..100_i32).prop_map(|(a, b)| json!({ "%": [a, b] })),
            (any::<bool>(), inner.clone(), inner).prop_map(|(c, a, b)| json!({ "if": [c, a, b] })),
        ]
    });
    let text = prop_oneof![
        Just(json!({"var": "event.account"})),
        Just(json!({"var": format!("{prefix}id")})),
        "[a-zß{}\"]{0,6}".prop_map(Value::from),
    ]
    .prop_recursive(3, 10, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({ "cat": [a, b, 7] })),
            (inner, 0..9_u32, 0..9_u32).prop_map(|(a, b, c)| json!({ "substr": [a, b, c] })),
        ]
    });
    let compare = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
    let leaf = prop_oneof![
        (compare, number.clone(), number).prop_map(|(name, a, b)| json!({ name: [a, b] })),
        (text.clone(), text.clone()).prop_map(|(a, b)| json!({ "==": [a, b] })),
        (text.clone(), text).prop_map(|(a, b)| json!({ "in": [a, b] })),
        Just(json!({"some": [["a", "b"], {"==": [{"var": ""}, "b"]}]})),
        any::<bool>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| json!({ "and": all })),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| json!({ "or": all })),
            inner.prop_map(|one| json!({ "!": [one] })),
        ]
    })
}

fn facts() -> impl Strategy<Value = Facts> {
    let finding = (0..SignalKind::ALL.len(), 0.0..=1.0_f64, ".{0,12}", any::<u32>()).prop_map(
        |(kind, score, quote, at_ms)| Finding {
            kind: SignalKind::ALL[kind],
            score,
            evidence: Evidence {
                quote,
                start: 0,
                end: 1,
                turn: 7,
                speaker: "Dana".into(),
                at_ms: Some(at_ms.into()),
            },
        },
    );
    (prop::collection::vec(finding, 0..6), prop::option::of(".{0,8}")).prop_map(|(findings, account)| {
        let event = EventFacts { account, ..EventFacts::default() };
        let numbered = findings.iter().enumerate();
        let signals: Vec<_> = numbered
            .map(|(at, finding)| SignalFacts { id: at.to_string(), finding: finding.clone() })
            .collect();
        Facts::new(&event, &signals, &assess(&findings))
    })
}

fn holds_what_it_says(scope: Scope, when: &Value, facts: &Facts) -> Result<bool, TestCaseError> {
    let then = json!([{"do": "alert", "severity": "info", "title": "T"}]);
    match check(scope, when, &then, &[]) {
        Ok(rule) => {
            let matches = evaluate(&rule, facts);
            prop_assert!(matches.is_ok(), "{when}: {matches:?}");
            Ok(true)
        }
        Err(faults) => {
            let whole = json!({ "when": when, "then": then });
            for fault in &faults {
                prop_assert!(whole.pointer(&fault.pointer).is_some(), "{when}: {fault:?} is nowhere");
            }
            prop_assert!(!faults.is_empty());
            Ok(false)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn anything_of_the_form_is_evaluated_or_refused_at_a_place(when in any_expression(), facts in facts()) {
        for scope in [Scope::Signal, Scope::Event] {
            holds_what_it_says(scope, &when, &facts)?;
        }
    }

    #[test]
    fn what_is_accepted_evaluates(
        (scope, when) in prop_oneof![
            condition(Scope::Signal).prop_map(|when| (Scope::Signal, when)),
            condition(Scope::Event).prop_map(|when| (Scope::Event, when)),
        ],
        facts in facts(),
    ) {
        holds_what_it_says(scope, &when, &facts)?;
    }
}

#[test]
fn most_of_the_conditions_that_are_tried_are_accepted() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut accepted = 0;
    for _ in 0..200 {
        let when = condition(Scope::Signal).new_tree(&mut runner).unwrap().current();
        let then = json!([{"do": "alert", "severity": "info", "title": "T"}]);
        accepted += u32::from(check(Scope::Signal, &when, &then, &[]).is_ok());
    }
    assert!(accepted > 100, "{accepted} of 200");
}
