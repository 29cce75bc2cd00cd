//! Mutated messages: whatever arrives is read or refused.

use std::collections::BTreeMap;

use super::*;

/// What a message may be made of.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Everything {
    text: String,
    number: i64,
    share: f64,
    flag: Option<bool>,
    bytes: crate::Bytes,
    list: Vec<Choice>,
    map: BTreeMap<String, Vec<u8>>,
    pair: (u8, char),
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
enum Choice {
    Unit,
    One(Box<Choice>),
    Named { of: Vec<Choice> },
}

fn everything() -> Everything {
    let nested = Choice::One(Box::new(Choice::Named { of: vec![Choice::Unit] }));
    Everything {
        text: "naïve".into(),
        number: -7,
        share: 0.5,
        flag: Some(true),
        bytes: crate::Bytes(vec![0, 255]),
        list: vec![Choice::Unit, nested],
        map: BTreeMap::from([("a".to_owned(), vec![1, 2])]),
        pair: (1, 'ß'),
    }
}

/// Unit inside so many others.
fn deep(levels: usize) -> Vec<u8> {
    // A map of one entry, `One`, and again.
    let mut bytes = b"\x81\xa3One".repeat(levels);
    bytes.extend(b"\xa4Unit");
    bytes
}

#[test]
fn hostile_messages_are_read_or_refused() {
    let message = encode(&everything()).expect("it can be encoded").bytes;
    assert_eq!(decode::<Everything>(&message, Vec::new()), Ok(everything()));
    assert!(decode::<Choice>(&deep(3), Vec::new()).is_ok());
    let fault = Fault { kind: FaultKind::Contract, message: "no".into() };
    let reply = Reply::<(), ()> { outcome: Outcome::Fault(fault), hops: 3 };
    let reply = encode(&reply).expect("it can be encoded").bytes;
    hostile::survives(
        env!("CARGO_MANIFEST_DIR"),
        "message",
        [message, reply, deep(3), deep(5_000)],
        |bytes| {
            let _ = decode::<Everything>(bytes, Vec::new());
            let _ = decode::<Choice>(bytes, Vec::new());
            let _ = decode::<Reply<(), ()>>(bytes, Vec::new());
            let message = Message { bytes: bytes.to_vec(), streams: Vec::new() };
            let _ = decode_request::<String, Everything>(message, Fingerprint(7), 0);
            let _ = crate::durable::Hello::decode(bytes);
            let _ = crate::durable::Address::parse(&String::from_utf8_lossy(bytes));
            let _ = String::from_utf8_lossy(bytes).parse::<TraceContext>();
        },
    );
}
