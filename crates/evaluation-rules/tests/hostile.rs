//! Mutated rules: what the checker lets through can be evaluated, whatever it says.

use domain::assess;
use domain::signal::{Evidence, Finding, SignalKind};
use evaluation_rules::{EventFacts, Facts, Scope, SignalFacts, check, evaluate};
use serde_json::Value;

const RULES: [&str; 5] = [
    r#"{"when":{"and":[{"==":[{"var":"signal.kind"},"budget"]},{">":[{"var":"signal.score"},0.7]}]},"then":[{"do":"alert","severity":"info","title":"T"}]}"#,
    r#"{"when":{"some":[{"var":"signals"},{">=":[{"var":"score"},0.5]}]},"then":[{"do":"task","title":"Call {{event.account}}","due_in":"P2D"}]}"#,
    r#"{"when":{"<":[{"reduce":[{"var":"signals"},{"+":[{"var":"accumulator"},{"var":"current.score"}]},0]},3]},"then":[{"do":"alert","severity":"critical","title":"x"}]}"#,
    r#"{"when":{"in":["north",{"cat":[{"var":"event.account"},7,{"substr":["abc",-2,1]}]}]},"then":[{"do":"alert","severity":"info","title":"T"}]}"#,
    r#"{"when":{"!":{"if":[true,{"%":[{"var":"counts.pain"},2]},{"/":[1,4]}]}},"then":[]}"#,
];

fn facts() -> Facts {
    let quote = "we have a budget";
    let evidence =
        Evidence { quote: quote.into(), start: 0, end: 16, turn: 0, speaker: "Dana".into(), at_ms: None };
    let findings = [Finding { kind: SignalKind::ALL[0], score: 0.9, evidence }];
    let signals = findings.clone().map(|finding| SignalFacts { id: "sig_1".into(), finding });
    Facts::new(&EventFacts::default(), &signals, &assess(&findings))
}

#[test]
fn hostile_rules_are_refused_at_a_place_or_evaluate() {
    let facts = facts();
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "rule", RULES, move |bytes| {
        let Ok(rule) = serde_json::from_slice::<Value>(bytes) else { return };
        for scope in [Scope::Signal, Scope::Event] {
            match check(scope, &rule["when"], &rule["then"], &[]) {
                Ok(rule) => assert!(evaluate(&rule, &facts).is_ok()),
                Err(faults) => assert!(!faults.is_empty()),
            }
        }
    });
}
