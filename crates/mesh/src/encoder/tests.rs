//! What is written is what `rmp_serde` writes, but for 64-bit integers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, ser};

use super::Encoder;
use crate::decoder::Decoder;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(String);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Line(i32),
    Box(u8, i16),
    Named { sides: u32, label: Option<char> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Rest {
    known: f32,
    #[serde(flatten)]
    more: BTreeMap<String, i32>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    shapes: Vec<Shape>,
    unit: Unit,
    wrapped: Wrapped,
    nothing: Option<u8>,
    void: (),
    tuple: (bool, f64, i8),
    huge: (i128, u128),
    bytes: crate::Bytes,
    rest: Rest,
    map: BTreeMap<u16, String>,
}

fn everything() -> Everything {
    Everything {
        shapes: vec![
            Shape::Point,
            Shape::Line(-40_000),
            Shape::Box(200, -300),
            Shape::Named { sides: 70_000, label: Some('ß') },
        ],
        unit: Unit,
        wrapped: Wrapped("w".repeat(300)),
        nothing: None,
        void: (),
        tuple: (true, 1.5, -1),
        huge: (i128::MIN, u128::MAX),
        bytes: crate::Bytes(vec![1, 2, 3]),
        rest: Rest { known: 0.5, more: BTreeMap::from([("a".into(), 1), ("b".into(), -2)]) },
        map: BTreeMap::from([(1, "one".into()), (300, "many".into())]),
    }
}

fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.serialize(&mut Encoder::new(&mut bytes)).expect("it has an encoding");
    bytes
}

#[test]
fn all_but_wide_integers_are_written_as_rmp_serde_writes_them() {
    assert_eq!(encoded(&everything()), rmp_serde::to_vec_named(&everything()).expect("it has an encoding"));
}

#[test]
fn the_decoder_reads_everything_back() {
    let bytes = encoded(&everything());
    assert_eq!(Everything::deserialize(&mut Decoder::new(&bytes)).expect("it fits"), everything());
}

#[test]
fn wide_integers_keep_their_width_and_every_reader_takes_them() {
    assert_eq!(encoded(&7_u64), [0xcf, 0, 0, 0, 0, 0, 0, 0, 7]);
    assert_eq!(encoded(&-7_i64), [0xd3, 255, 255, 255, 255, 255, 255, 255, 249]);
    for value in [0, 7, u64::from(u32::MAX), u64::MAX] {
        assert_eq!(rmp_serde::from_slice::<u64>(&encoded(&value)).expect("a u64"), value);
    }
    for value in [i64::MIN, -1, 0, i64::MAX] {
        assert_eq!(rmp_serde::from_slice::<i64>(&encoded(&value)).expect("an i64"), value);
    }
    assert_eq!(rmp_serde::from_slice::<u8>(&encoded(&7_u64)).expect("a narrower reader"), 7);
}

#[test]
fn what_has_no_encoding_says_so() {
    struct Refusing;
    impl Serialize for Refusing {
        fn serialize<S: ser::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(ser::Error::custom("not I"))
        }
    }
    let error = Refusing.serialize(&mut Encoder::new(&mut Vec::new())).expect_err("it refuses");
    assert_eq!(error.to_string(), "not I");
}
