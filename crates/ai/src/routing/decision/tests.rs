//! Aliases, routes, weights and breakers, each with who is asked.

use super::*;
use crate::routing::Verdict;

const DOCUMENT: &str = r#"{"version":1,"upstreams":[
  {"name":"a","kind":"openai","base_url":"http://a/v1","models":["gpt","mini"]},
  {"name":"b","kind":"anthropic","base_url":"http://b/v1","models":["claude"]},
  {"name":"c","kind":"openai_compatible","base_url":"http://c/v1","models":["*"]}],
 "aliases":{"fast":"mini","best":"claude"},
 "tenants":{"t1":{"aliases":{"fast":"gpt"},"models":["gpt","fast"],"max_input_tokens":500}},
 "routes":[
  {"name":"large","when":{"models":["mini"],"min_input_tokens":1000},"targets":[{"upstream":"c","model":"long"}],"fallbacks":[{"upstream":"a"}],"on":["timeout"],"first_byte_ms":7},
  {"name":"paid","when":{"models":["mini"],"plans":["scale"],"stream":true},"targets":[{"upstream":"a","weight":3},{"upstream":"c","weight":1}],"fallbacks":[{"upstream":"b","model":"claude"},{"upstream":"c"}]}]}"#;

fn asked(tenant: &'static str, model: &'static str) -> Asked<'static> {
    Asked { tenant, plan: "standard", model, input_tokens: 10, stream: false, draw: 0, now_ms: 1_000 }
}

fn decided(asked: Asked<'_>) -> Result<(Option<String>, Vec<String>), NoRoute> {
    let config = Config::read(DOCUMENT).expect("it is right");
    let decision = config.decide(&asked, &Breakers::default())?;
    let names =
        decision.candidates.iter().map(|candidate| format!("{}:{}", candidate.upstream, candidate.model));
    Ok((decision.route.clone(), names.collect()))
}

#[test]
fn aliases_routes_and_names_lead_to_upstreams_in_order() {
    let check = |asked: Asked<'_>, route: Option<&str>, expect: &[&str]| {
        let (found, names) = decided(asked).unwrap_or_else(|error| panic!("{asked:?}: {error}"));
        assert_eq!(
            (found.as_deref(), names),
            (route, expect.iter().map(|&name| name.to_owned()).collect()),
            "{asked:?}"
        );
    };
    let paid = Asked { plan: "scale", stream: true, ..asked("t2", "fast") };
    check(asked("t2", "fast"), None, &["a:mini"]);
    check(asked("t1", "fast"), None, &["a:gpt"]);
    check(asked("t2", "best"), None, &["b:claude"]);
    check(asked("t2", "unheard-of"), None, &["c:unheard-of"]);
    check(asked("t2", "b/claude"), None, &["b:claude"]);
    check(asked("t2", "b/other"), None, &["c:b/other"]);
    check(Asked { input_tokens: 1_000, ..asked("t2", "mini") }, Some("large"), &["c:long", "a:mini"]);
    check(paid, Some("paid"), &["a:mini", "c:mini", "b:claude"]);
    check(Asked { draw: 3, ..paid }, Some("paid"), &["c:mini", "a:mini", "b:claude"]);
}

#[test]
fn a_tenant_is_held_to_its_models_and_sizes() {
    let model = || "mini".to_owned();
    assert_eq!(decided(asked("t1", "mini")), Err(NoRoute::NotAllowed { model: model() }));
    let large = Asked { input_tokens: 501, ..asked("t1", "gpt") };
    assert_eq!(decided(large), Err(NoRoute::TooLarge { tokens: 501, limit: 500 }));
    let config = Config::read(
        r#"{"version":1,"upstreams":[{"name":"a","kind":"openai","base_url":"http://a","models":["x"]}]}"#,
    );
    let missed = config.unwrap().decide(&asked("t2", "mini"), &Breakers::default());
    assert_eq!(missed.unwrap_err(), NoRoute::Unknown { model: model() });
}

#[test]
fn a_weight_is_a_share() {
    let config = Config::read(DOCUMENT).unwrap();
    let first = |draw| {
        let asked = Asked { plan: "scale", stream: true, draw, ..asked("t2", "mini") };
        config.decide(&asked, &Breakers::default()).unwrap().candidates[0].upstream.clone()
    };
    let to_a = (0..400).filter(|draw| first(*draw) == "a").count();
    assert_eq!(to_a, 300);
}

#[test]
fn one_that_fails_is_asked_last_and_the_explanation_says_so() {
    let config = Config::read(DOCUMENT).unwrap();
    let breakers = Breakers::default();
    for _ in 0..20 {
        breakers.failed("c", 900);
    }
    let decision = config.decide(&Asked { input_tokens: 1_000, ..asked("t2", "mini") }, &breakers).unwrap();
    let names: Vec<_> = decision.candidates.iter().map(|candidate| candidate.upstream.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
    assert!(
        decision.because.iter().any(|line| line.contains("`c` fails too often")),
        "{:?}",
        decision.because
    );
    assert!(decision.because[0].contains("the route `large` holds"), "{:?}", decision.because);
}

#[test]
fn an_explanation_tells_each_route_and_the_condition_that_failed() {
    let config = Config::read(DOCUMENT).unwrap();
    let asked = Asked { plan: "scale", stream: true, ..asked("t2", "fast") };
    let told = config.explain(&asked, &Breakers::default());
    assert_eq!((told.model.as_str(), told.alias), ("mini", Some(AliasOf::Everybody)));
    let verdicts: Vec<_> = told.routes.iter().map(|route| (route.name.as_str(), &route.verdict)).collect();
    let fails =
        Verdict::Fails { condition: "min_input_tokens", reason: "the request has at most 10 tokens".into() };
    assert_eq!(verdicts, [("large", &fails), ("paid", &Verdict::Decides)]);
    assert_eq!(told.outcome, config.decide(&asked, &Breakers::default()));
    let unknown = config.explain(&Asked { model: "mini", ..self::asked("t1", "mini") }, &Breakers::default());
    assert_eq!(unknown.outcome, Err(NoRoute::NotAllowed { model: "mini".into() }));
    assert_eq!(unknown.routes.len(), 2, "told all the same");
}
