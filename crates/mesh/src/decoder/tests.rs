//! What other writers may send, and what is said of what does not fit.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;

fn packed(value: &Value) -> Vec<u8> {
    rmp_serde::to_vec_named(value).expect("it has an encoding")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    T::deserialize(&mut Decoder::new(bytes)).map_err(|error| error.to_string())
}

#[derive(Debug, PartialEq, Deserialize)]
struct Order {
    id: u32,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Line {
    price: f64,
    state: State,
}

#[derive(Debug, PartialEq, Deserialize)]
enum State {
    Open,
    Sent { days: u8 },
    Lost(String),
}

#[test]
fn unknown_fields_are_skipped_and_missing_ones_filled_in() {
    let bytes = packed(&json!({
        "id": 7,
        "new": { "deep": [[1, "x", { "y": null }], -1, 0.5] },
        "lines": [{ "price": 3, "state": "Open" }, { "price": 0.5, "state": { "Sent": { "days": 2 } } }],
    }));
    let lines =
        vec![Line { price: 3.0, state: State::Open }, Line { price: 0.5, state: State::Sent { days: 2 } }];
    assert_eq!(read::<Order>(&bytes), Ok(Order { id: 7, note: None, lines }));
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    let order = |line: Value| packed(&json!({ "id": 1, "lines": [{ "price": 1, "state": "Open" }, line] }));
    for (bytes, expected) in [
        (packed(&json!({ "id": -1 })), "at `id`: invalid value: integer `-1`, expected u32"),
        (packed(&json!({})), "missing field `id`"),
        (packed(&json!("x")), "invalid type: string \"x\", expected struct Order"),
        (packed(&json!([1])), "invalid type: sequence, expected struct Order"),
        (
            order(json!({ "price": "1", "state": "Open" })),
            "at `lines[1].price`: invalid type: string \"1\", expected f64",
        ),
        (order(json!({ "price": 1 })), "at `lines[1]`: missing field `state`"),
        (
            order(json!({ "price": 1, "state": { "Sent": { "days": 300 } } })),
            "at `lines[1].state.Sent.days`: invalid value: integer `300`, expected u8",
        ),
        (
            order(json!({ "price": 1, "state": { "Open": 1 } })),
            "at `lines[1].state.Open`: invalid type: integer `1`, expected a variant that holds nothing",
        ),
        (
            order(json!({ "price": 1, "state": "Lost" })),
            "at `lines[1].state`: the variant `Lost` came without what it holds",
        ),
    ] {
        assert_eq!(read::<Order>(&bytes), Err(expected.to_owned()));
    }
}

#[test]
fn a_message_that_is_cut_off_is_refused_wherever_that_is() {
    let bytes = packed(
        &json!({ "id": 70_000, "note": "n".repeat(40), "lines": [{ "price": 0.25, "state": { "Lost": "why" } }] }),
    );
    assert!(read::<Order>(&bytes).is_ok());
    for length in 0..bytes.len() {
        let refused = read::<Order>(&bytes[..length]).expect_err("it is cut off");
        assert!(refused.ends_with("the message ends before it is complete"), "{length}: {refused}");
    }
}

#[test]
fn a_length_that_is_a_lie_reserves_no_memory_and_is_refused() {
    let four_thousand_million_elements = [0xdd, 0xff, 0xff, 0xff, 0xff, 1];
    assert!(read::<Vec<u64>>(&four_thousand_million_elements).is_err());
    assert!(read::<BTreeMap<u8, u8>>(&[0xdf, 0xff, 0xff, 0xff, 0xff, 1, 1]).is_err());
    assert!(read::<de::IgnoredAny>(&[0xdf, 0xff, 0xff, 0xff, 0xff, 1, 1]).is_err());
}

#[test]
fn nesting_without_end_is_refused_and_passed_over_without_using_up_the_stack() {
    let deep = vec![0x91; 1_000_000];
    assert!(read::<Value>(&deep).is_err_and(|refused| refused.contains("nested")));
    let mut skipped = deep;
    skipped.push(0xc0);
    assert!(read::<de::IgnoredAny>(&skipped).is_ok());
}

#[test]
fn any_value_is_read_as_the_common_decoder_reads_it() {
    let value = json!({
        "small": [0, 127, -1, -32, 128, 255, 256, 65_535, 65_536, -33, -129, -40_000, 4_294_967_296_u64, i64::MIN, u64::MAX],
        "texts": ["", "é", "x".repeat(31), "x".repeat(32), "x".repeat(300), "x".repeat(70_000)],
        "long": vec![true; 70_000],
        "floats": [0.1, -2.5e300],
        "nothing": null,
    });
    let bytes = packed(&value);
    assert_eq!(read::<Value>(&bytes), Ok(value));
    assert_eq!(read::<Value>(&bytes).ok(), rmp_serde::from_slice::<Value>(&bytes).ok());
}

#[test]
fn bytes_are_read_as_bytes_and_as_numbers() {
    let bytes = [0xc4, 3, 1, 2, 3];
    assert_eq!(read::<crate::Bytes>(&bytes), Ok(crate::Bytes(vec![1, 2, 3])));
    assert_eq!(read::<Vec<u8>>(&bytes), Ok(vec![1, 2, 3]));
    assert_eq!(read::<crate::Bytes>(&[0x93, 1, 2, 3]), Ok(crate::Bytes(vec![1, 2, 3])));
    assert!(read::<String>(&[0xa2, 0xff, 0xfe]).is_err(), "no UTF-8");
}
