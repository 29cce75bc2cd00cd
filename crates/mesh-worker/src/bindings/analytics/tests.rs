//! What is sent to each interface, what is refused before, and how answers read.

use serde::Deserialize;
use serde_json::{Value, json};

use super::request::{answer, engine, general};
use super::*;

const BASE: &str = "https://api.example/v4/";

#[test]
fn a_statement_that_would_be_refused_is_not_sent() {
    let long = format!("SELECT '{}'", "x".repeat(STATEMENT_BYTES));
    for (statement, expected) in [
        (Statement::new("  "), "the statement is empty: write one SELECT"),
        (
            Statement::new(long),
            "the statement is 10249 bytes, over the limit of 10240: pass values as parameters",
        ),
        (Statement::new("SELECT $1 + $2").bind(1), "`$2` has no value: bind one"),
        (Statement::new("SELECT $start"), "`$start` has no value: bind one"),
        (Statement::new("SELECT $0").bind(1), "`$0` has no value: bind one"),
        (
            Statement::new("SELECT $1, $a").bind(1).bind_named("a", 1),
            "`a` is named where others are positional: use `bind` or `bind_named`, not both",
        ),
        (
            Statement::new("SELECT $a").bind_named("a", f64::NAN),
            "the value of `$a` is not finite: JSON has no such number",
        ),
        (
            Statement::new("SELECT 1 FORMAT JSON"),
            "the statement ends in a FORMAT clause: leave it out, rows are read as JSON",
        ),
    ] {
        assert_eq!(statement.request().unwrap_err().to_string(), expected);
    }
}

#[test]
fn the_general_api_gets_statement_parameters_scope_and_time() {
    let statement = Statement::new("SELECT a FROM events.x WHERE b = $b AND c = $c AND d = $d")
        .bind_named("b", "text")
        .bind_named("c", true)
        .bind_named("d", Parameter::Null);
    let scope = Scope::Account("tag".into());
    let range = TimeRange { start: "2026-09-15T00:00:00Z".into(), end: None };
    let request = general(BASE, &statement, Some(&scope), Some(&range)).unwrap();
    assert_eq!(request.url, "https://api.example/v4/analytics/sql");
    assert_eq!(
        serde_json::from_str::<Value>(&request.body).unwrap(),
        json!({
            "query": "SELECT a FROM events.x WHERE b = $b AND c = $c AND d = $d",
            "params": { "b": "text", "c": true, "d": null },
            "scope": { "accountTag": "tag" },
            "time_range": { "start": "2026-09-15T00:00:00Z" },
        })
    );
    let plain = general(BASE, &Statement::new("SELECT $1").bind(2.5), None, None).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&plain.body).unwrap(),
        json!({ "query": "SELECT $1", "params": [2.5] })
    );
    assert_eq!(json!(Scope::Zone("z".into())), json!({ "zoneTag": "z" }));
}

#[test]
fn analytics_engine_gets_the_text_alone() {
    let request = engine(BASE, "acc", &Statement::new("SELECT 1 -- one;")).unwrap();
    assert_eq!(request.url, "https://api.example/v4/accounts/acc/analytics_engine/sql");
    assert_eq!(request.body, "SELECT 1 -- one\nFORMAT JSON");
    assert_eq!(
        engine(BASE, "acc", &Statement::new("SELECT $1").bind(1)),
        Err(InvalidStatement::NoParameters)
    );
}

#[test]
fn a_literal_takes_no_text_that_could_end_it() {
    assert_eq!(text_literal("tenant-ä 1"), Ok("'tenant-ä 1'".into()));
    for (text, character) in [("it's", '\''), (r"a\", '\\'), ("a\nb", '\n')] {
        assert_eq!(text_literal(text), Err(InvalidStatement::Literal { character }));
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Usage {
    tenant: String,
    #[serde(deserialize_with = "count")]
    calls: u64,
}

#[test]
fn both_shapes_of_answer_are_read() {
    let head = Head { status: 200, retry_after_s: None };
    let general = json!({
        "data": [{ "tenant": "a", "calls": 3 }],
        "rows": 1,
        "statistics": { "elapsed_ms": 42, "rows_read": 250_000, "bytes_read": 18_000_000 },
    });
    let engine = json!({
        "meta": [{ "name": "tenant", "type": "String" }, { "name": "calls", "type": "UInt64" }],
        "data": [{ "tenant": "a", "calls": "18446744073709551615" }],
        "rows": 1,
        "rows_before_limit_at_least": 1,
    });
    let rows: Rows<Usage> = answer("host", &head, &general.to_string()).unwrap();
    assert_eq!(rows.data, [Usage { tenant: "a".into(), calls: 3 }]);
    assert_eq!(rows.statistics.unwrap().rows_read, 250_000);
    let rows: Rows<Usage> = answer("host", &head, &engine.to_string()).unwrap();
    assert_eq!((rows.data[0].calls, rows.statistics), (u64::MAX, None));
}

#[test]
fn a_count_is_whole() {
    for (value, expected) in [
        (json!("7"), Some(7)),
        (json!(7.0), Some(7)),
        (json!(7.5), None),
        (json!(-1), None),
        (json!(null), None),
    ] {
        let row = serde_json::from_value::<Usage>(json!({ "tenant": "t", "calls": value }));
        assert_eq!(row.ok().map(|row| row.calls), expected);
    }
}

#[test]
fn refusals_and_misfits_are_told_apart() {
    let refused = Head { status: 422, retry_after_s: None };
    let error = answer::<Usage>("host", &refused, "Input was invalid: unknown column").unwrap_err();
    assert_eq!(error.to_string(), "the product refused: Input was invalid: unknown column (status 422)");
    assert!(!error.is_transient());
    let busy = Head { status: 429, retry_after_s: Some(5) };
    assert!(answer::<Usage>("host", &busy, "slow down").unwrap_err().is_transient());
    let fine = Head { status: 200, retry_after_s: None };
    let error = answer::<Usage>("host", &fine, r#"{"data":[{"tenant":1,"calls":1}]}"#).unwrap_err();
    assert!(error.to_string().starts_with("the answer of `host` cannot be read: "));
}

#[test]
fn a_token_is_not_printed() {
    assert_eq!(format!("{:?}", Token::new("secret")), "Token(…)");
}
