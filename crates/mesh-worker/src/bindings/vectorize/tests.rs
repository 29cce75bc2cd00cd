//! What is refused before it is sent, and how requests and answers read.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::query::Query;
use super::vector::{check_batch, check_ids, check_values};
use super::*;

fn vector(id: &str, dimensions: usize) -> Vector {
    Vector::new(id, vec![0.5; dimensions])
}

fn refused(vectors: &[Vector], dimensions: Option<usize>) -> String {
    match check_batch("upsert", vectors, dimensions, &Limits::default()) {
        Ok(()) => "accepted".into(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_batch_is_refused_with_the_culprit_and_the_limit() {
    let long = "x".repeat(65);
    let heavy = vector("a", 3).with_metadata(&json!({ "text": "x".repeat(10 * 1024) })).unwrap();
    let dotted = vector("a", 3).with_metadata(&json!({ "outer": { "in.ner": 1 } })).unwrap();
    let operator = vector("a", 3).with_metadata(&json!({ "$eq": 1 })).unwrap();
    let cases: [(Vec<Vector>, Option<usize>, &str); 13] = [
        (vec![], None, "`upsert` was given nothing to do"),
        (vec![vector("a", 3); 1001], None, "1001 vectors are over the 1000 of one call"),
        (vec![vector("a", 3), vector("", 3)], None, "the id at position 1 is empty"),
        (vec![vector(&long, 3)], None, "is 65 bytes, over the limit of 64"),
        // Bytes count, not characters.
        (vec![vector(&"ä".repeat(33), 3)], None, "is 66 bytes, over the limit of 64"),
        (vec![vector("a", 3)], Some(4), "vector `a` has 3 values where the index has 4"),
        (
            vec![vector("a", 3), vector("b", 4)],
            None,
            "vector `b` has 4 values where `a` of the same batch has 3",
        ),
        (vec![vector("a", 1537)], None, "an index has at most 1536"),
        (vec![vector("a", 0)], None, "an index has at least 1"),
        (vec![Vector::new("a", vec![0.0, f32::NAN])], None, "value 1 of vector `a` is not finite"),
        (vec![vector("a", 3).in_namespace(&long)], None, "use 1 to 64"),
        (vec![heavy], None, "is 10251 bytes, over the limit of 10240"),
        (vec![dotted, operator], None, "has the key `in.ner`, which has a dot"),
    ];
    for (vectors, dimensions, expected) in cases {
        let found = refused(&vectors, dimensions);
        assert!(found.contains(expected), "expected `{expected}`, found `{found}`");
    }
    let operator = vector("a", 3).with_metadata(&json!({ "$eq": 1 })).unwrap();
    assert!(refused(&[operator], None).contains("starts with `$`"));
}

#[test]
fn a_batch_at_every_limit_is_accepted() {
    let full = vector(&"x".repeat(64), 1536)
        .in_namespace("n".repeat(64))
        .with_metadata(&json!({ "text": "x".repeat(10 * 1024 - 11) }))
        .unwrap();
    assert_eq!(refused(&vec![full; 1000], Some(1536)), "accepted");
}

#[test]
fn ids_are_counted_per_operation() {
    let limits = Limits::default();
    let ids = vec!["a"; 101];
    assert!(check_ids("getByIds", &ids[..20], limits.ids_read, &limits).is_ok());
    assert_eq!(
        check_ids("getByIds", &ids[..21], limits.ids_read, &limits),
        Err(InvalidRequest::TooManyIds { operation: "getByIds", count: 21, limit: 20 })
    );
    assert!(check_ids("deleteByIds", &ids[..100], limits.ids_deleted, &limits).is_ok());
    assert!(check_ids("deleteByIds", &ids, limits.ids_deleted, &limits).is_err());
    assert!(check_ids("deleteByIds", &ids[..0], limits.ids_deleted, &limits).is_err());
}

#[test]
fn the_limit_of_matches_depends_on_what_comes_back() {
    let limits = Limits::default();
    let asked = |top_k, return_values, return_metadata| {
        Query { top_k, return_values, return_metadata, ..Query::default() }.options(&limits).err()
    };
    use ReturnMetadata::{All, Indexed, None as Nothing};
    for (top_k, values, metadata, accepted) in [
        (1, false, Nothing, true),
        (100, false, Nothing, true),
        (100, false, Indexed, true),
        (50, true, Nothing, true),
        (50, false, All, true),
        (0, false, Nothing, false),
        (101, false, Nothing, false),
        (51, true, Nothing, false),
        (51, false, All, false),
    ] {
        assert_eq!(asked(top_k, values, metadata).is_none(), accepted, "{top_k} {values} {metadata:?}");
    }
    let text = asked(60, false, All).unwrap().to_string();
    assert_eq!(text, "`top_k` is 60: use 1 to 50, or ask for neither values nor all metadata");
}

#[test]
fn another_limit_can_be_set_when_the_product_moves() {
    let limits = Limits { top_k_with_content: 80, ..Limits::default() };
    let query = Query { top_k: 80, return_values: true, ..Query::default() };
    assert!(query.options(&limits).is_ok());
}

#[test]
fn a_query_is_written_as_the_product_reads_it() {
    let query = Query {
        top_k: 7,
        namespace: Some("tenant".into()),
        return_values: true,
        return_metadata: ReturnMetadata::Indexed,
        filter: Some(Filter::new().one_of("kind", ["call", "mail"]).equals("open", true)),
    };
    assert_eq!(
        serde_json::to_value(query.options(&Limits::default()).unwrap()).unwrap(),
        json!({
            "topK": 7,
            "namespace": "tenant",
            "returnValues": true,
            "returnMetadata": "indexed",
            "filter": { "kind": { "$in": ["call", "mail"] }, "open": { "$eq": true } },
        })
    );
    let plain = serde_json::to_value(Query::default().options(&Limits::default()).unwrap()).unwrap();
    assert_eq!(plain, json!({ "topK": 5, "returnValues": false, "returnMetadata": "none" }));
}

#[test]
fn filters_are_checked() {
    let limits = Limits::default();
    let many = (0..400).map(|number| format!("value-{number}"));
    for (filter, expected) in [
        (Filter::new(), "has no condition"),
        (Filter::new().equals("", 1), "is empty"),
        (Filter::new().equals("a..b", 1), "empty part"),
        (Filter::new().equals("a.$b", 1), "starts with `$`"),
        (Filter::new().equals("a|b", 1), "has a `\"` or a `|`"),
        (Filter::new().equals(&"k".repeat(513), 1), "is too long"),
        (Filter::new().one_of("kind", Vec::<String>::new()), "list for `kind` is empty"),
        (Filter::new().one_of("kind", many), "over the limit of 2047"),
    ] {
        let found = filter.check(&limits).unwrap_err().to_string();
        assert!(found.contains(expected), "expected `{expected}`, found `{found}`");
    }
    for filter in [
        Filter::new().equals("a.b.c", ()),
        Filter::new().above("score", 1.5).at_most("score", 2_u32).differs("kind", "call".to_owned()),
        Filter::new().none_of("flag", [true, false]),
    ] {
        assert_eq!(filter.check(&limits), Ok(()));
    }
}

#[test]
fn answers_are_read_with_and_without_the_optional_parts() {
    let matches: Matches = serde_json::from_value(json!({
        "count": 2,
        "matches": [
            { "id": "1", "score": 0.75, "namespace": "t", "values": [0.5, 1], "metadata": { "kind": "call" } },
            { "id": "2", "score": 0.5, "metadata": null },
        ],
    }))
    .unwrap();
    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Known {
        #[serde(default)]
        kind: String,
    }
    assert_eq!(matches.matches[0].metadata_as::<Known>().unwrap(), Known { kind: "call".into() });
    assert_eq!(matches.matches[1].metadata_as::<Known>().unwrap(), Known { kind: String::new() });
    assert_eq!(matches.matches[0].values, Some(vec![0.5, 1.0]));
}

#[test]
fn an_index_may_report_its_progress_as_text_or_number() {
    let info = |up_to: serde_json::Value| -> IndexInfo {
        let base = json!({ "vectorCount": 2, "dimensions": 3, "processedUpToDatetime": 1, "processedUpToMutation": up_to });
        serde_json::from_value(base).unwrap()
    };
    assert!(info(json!("m-1")).is_processed_exactly_to(&MutationId("m-1".into())));
    assert!(info(json!(17)).is_processed_exactly_to(&MutationId("17".into())));
    assert!(!info(json!(null)).is_processed_exactly_to(&MutationId("m-1".into())));
}

#[test]
fn metadata_must_be_an_object() {
    let error = vector("a", 1).with_metadata(&[1, 2]).unwrap_err().to_string();
    assert_eq!(error, "the metadata of `a` is no object with named fields: it serializes as `[1,2]`");
}

#[test]
fn a_known_number_of_dimensions_wins_over_the_general_limit() {
    assert!(check_values("the query", &[0.0; 2], Some(2), &Limits::default()).is_ok());
    assert!(check_values("the query", &[], Some(2), &Limits::default()).is_err());
}
