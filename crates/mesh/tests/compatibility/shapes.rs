//! Lists, sets, tuples, maps and records in place of each other.

use crate::judge::Pair;
use crate::{change, pair};

pub(crate) fn pairs() -> Vec<Pair> {
    vec![
        pair!(shapes::items_widened, fits, breaks),
        pair!(shapes::array_to_list, fits, breaks),
        pair!(shapes::list_to_set, breaks, fits),
        pair!(shapes::one_to_many, breaks, breaks),
        pair!(shapes::tuple_lengthened, breaks, breaks),
        pair!(shapes::tuple_to_list, fits, breaks),
        pair!(shapes::tuple_to_record, breaks, breaks),
        pair!(shapes::record_to_map, fits, breaks),
        pair!(shapes::optional_record_to_map, breaks, breaks),
        pair!(shapes::map_keys, breaks, breaks),
        pair!(shapes::map_keys_signed, fits, breaks),
        pair!(shapes::map_keys_of_an_enum, breaks, fits),
        pair!(shapes::map_values_widened, fits, breaks),
        pair!(shapes::record_to_text, breaks, breaks),
    ]
}

macro_rules! reshaped {
    ($name:ident, $old:ty [$($old_value:expr),+], $new:ty [$($new_value:expr),+]) => {
        change! {
            $name
            old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: $old } }
            [$(Message { value: $old_value }),+]
            new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: $new } }
            [$(Message { value: $new_value }),+]
        }
    };
}

reshaped!(items_widened, Vec<u8> [vec![], vec![1]], Vec<u16> [vec![], vec![256]]);
reshaped!(array_to_list, [u8; 2] [[1, 2]], Vec<u8> [vec![], vec![1, 2], vec![1, 2, 3]]);
reshaped!(list_to_set, Vec<u8> [vec![1, 1]], BTreeSet<u8> [BTreeSet::from([1, 2])]);
reshaped!(one_to_many, u8 [1], Vec<u8> [vec![1]]);
reshaped!(tuple_lengthened, (u8, u8)[(1, 2)], (u8, u8, u8)[(1, 2, 3)]);
reshaped!(tuple_to_list, (u8, u8) [(1, 2)], Vec<u8> [vec![], vec![1, 2]]);
reshaped!(
    map_keys,
    BTreeMap < String,
    u8 > [BTreeMap::from([("a".into(), 1)])],
    BTreeMap < u32,
    u8 > [BTreeMap::from([(1, 1)])]
);
reshaped!(
    map_keys_signed,
    BTreeMap < u8,
    u8 > [BTreeMap::from([(1, 1)])],
    BTreeMap < i64,
    u8 > [BTreeMap::from([(-1, 1)])]
);
reshaped!(
    map_values_widened,
    BTreeMap < String,
    u8 > [BTreeMap::from([("a".into(), 1)])],
    BTreeMap < String,
    u16 > [BTreeMap::from([("a".into(), 256)])]
);

change! {
    tuple_to_record
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: (u8, u8) } } [Message { value: (1, 2) }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: Both }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Both { a: u8, b: u8 }
    } [Message { value: Both { a: 1, b: 2 } }]
}

change! {
    record_to_map
    old {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: Both }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Both { a: u8, b: u8 }
    } [Message { value: Both { a: 1, b: 2 } }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: BTreeMap<String, u8> } }
    [Message { value: BTreeMap::from([("a".into(), 1)]) }]
}

change! {
    optional_record_to_map
    old {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: Both }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Both { a: u8, b: Option<u8> }
    } [Message { value: Both { a: 1, b: None } }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: BTreeMap<String, u8> } }
    [Message { value: BTreeMap::new() }]
}

change! {
    map_keys_of_an_enum
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: BTreeMap<String, u8> } }
    [Message { value: BTreeMap::from([("z".into(), 1)]) }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: BTreeMap<Key, u8> }
        #[mesh::message] #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)] pub(crate) enum Key { A, B }
    } [Message { value: BTreeMap::from([(Key::A, 1)]) }, Message { value: BTreeMap::from([(Key::A, 1), (Key::B, 2)]) }]
}

change! {
    record_to_text
    old {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: Name }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Name { first: String }
    } [Message { value: Name { first: "a".into() } }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: String } }
    [Message { value: "a".into() }]
}
