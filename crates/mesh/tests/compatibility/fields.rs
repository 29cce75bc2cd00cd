//! Fields that come, go, and change their names.

use crate::judge::Pair;
use crate::{change, pair};

pub(crate) fn pairs() -> Vec<Pair> {
    vec![
        pair!(fields::nothing_but_names_and_docs, fits, fits),
        pair!(fields::option_added, fits, fits),
        pair!(fields::default_added_with_the_field, fits, fits),
        pair!(fields::whole_struct_defaults, fits, fits),
        pair!(fields::required_added, breaks, fits),
        pair!(fields::required_removed, fits, breaks),
        pair!(fields::optional_removed, fits, fits),
        pair!(fields::default_given_to_a_required_field, fits, fits),
        pair!(fields::default_changed, fits, fits),
        pair!(fields::left_out_when_empty, fits, breaks),
        pair!(fields::left_out_when_none, fits, fits),
        pair!(fields::option_became_required, breaks, fits),
        pair!(fields::null_is_no_default, breaks, fits),
        pair!(fields::renamed, breaks, breaks),
        pair!(fields::renamed_with_an_alias, fits, breaks),
        pair!(fields::alias_of_a_name_that_is_sent_too, breaks, breaks),
        pair!(fields::written_under_a_new_name_only, fits, breaks),
        pair!(fields::unknown_fields_refused_by_old, fits, breaks),
        pair!(fields::unknown_fields_refused_by_new, breaks, fits),
        pair!(fields::no_longer_written, fits, breaks),
        pair!(fields::no_longer_read, fits, fits),
        pair!(fields::deep_inside, breaks, fits),
        pair!(fields::in_a_type_within_itself, fits, fits),
        pair!(fields::required_in_a_type_within_itself, breaks, fits),
        pair!(fields::flattened, fits, fits),
        pair!(fields::flattened_rest, fits, fits),
        pair!(fields::flattened_rest_of_another_kind, breaks, breaks),
    ]
}

change! {
    nothing_but_names_and_docs
    old {
        /// A message.
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { b: Inner, a: u8 }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Inner { x: u8 }
    } [Message { b: Inner { x: 1 }, a: 2 }]
    new {
        /// The same message.
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, b: Renamed }
        /// With documentation.
        #[mesh::message] #[derive(Debug)] pub(crate) struct Renamed { /** Of fields, too. */ x: u8 }
    } [Message { b: Renamed { x: 1 }, a: 2 }]
}

change! {
    option_added
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8 } } [Message { a: 1 }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, b: Option<String> } }
    [Message { a: 1, b: None }, Message { a: 1, b: Some("b".into()) }]
}

change! {
    default_added_with_the_field
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8 } } [Message { a: 1 }]
    new {
        #[mesh::message] #[derive(Debug)]
        pub(crate) struct Message { a: u8, #[serde(default)] b: u32, #[serde(default = "seven")] c: u32 }
        fn seven() -> u32 { 7 }
    } [Message { a: 1, b: 2, c: 3 }]
}

change! {
    whole_struct_defaults
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8 } } [Message { a: 1 }]
    new {
        #[mesh::message] #[derive(Debug, Default)] #[serde(default)]
        pub(crate) struct Message { a: u8, b: u32 }
    } [Message { a: 1, b: 2 }]
}

change! {
    required_added
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8 } } [Message { a: 1 }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, b: u32 } } [Message { a: 1, b: 2 }]
}

change! {
    required_removed
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, b: u32 } } [Message { a: 1, b: 2 }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8 } } [Message { a: 1 }]
}

change! {
    optional_removed
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, b: Option<u32> } }
    [Message { a: 1, b: Some(2) }, Message { a: 1, b: None }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8 } } [Message { a: 1 }]
}

change! {
    /// A writer that has the field always writes it, so neither side notices.
    default_given_to_a_required_field
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8 } } [Message { a: 1 }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { #[serde(default)] a: u8 } } [Message { a: 0 }]
}

change! {
    default_changed
    old {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { #[serde(default = "one")] a: u8 }
        fn one() -> u8 { 1 }
    } [Message { a: 1 }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { #[serde(default = "two")] a: u8 }
        fn two() -> u8 { 2 }
    } [Message { a: 2 }]
}

change! {
    left_out_when_empty
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: Vec<u8> } } [Message { a: vec![] }]
    new {
        #[mesh::message] #[derive(Debug)]
        pub(crate) struct Message { #[serde(default, skip_serializing_if = "Vec::is_empty")] a: Vec<u8> }
    } [Message { a: vec![] }, Message { a: vec![1] }]
}

change! {
    /// A none that is left out never arrives as null.
    left_out_when_none
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { #[serde(default)] a: u8 } } [Message { a: 1 }]
    new {
        #[mesh::message] #[derive(Debug)]
        pub(crate) struct Message { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> }
    } [Message { a: None }, Message { a: Some(1) }]
}

change! {
    option_became_required
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: Option<u8> } }
    [Message { a: Some(1) }, Message { a: None }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8 } } [Message { a: 1 }]
}

change! {
    null_is_no_default
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: Option<u8> } }
    [Message { a: Some(1) }, Message { a: None }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { #[serde(default)] a: u8 } } [Message { a: 1 }]
}

change! {
    renamed
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, x: u8 } } [Message { a: 1, x: 2 }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, y: u8 } } [Message { a: 1, y: 2 }]
}

change! {
    renamed_with_an_alias
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { legacy_x: u8 } } [Message { legacy_x: 2 }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { #[serde(alias = "legacy_x")] x: u8 }
    } [Message { x: 2 }]
}

change! {
    alias_of_a_name_that_is_sent_too
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { legacy_x: u8, x: u8 } }
    [Message { legacy_x: 2, x: 3 }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { #[serde(alias = "legacy_x")] x: u8 }
    } [Message { x: 2 }]
}

change! {
    written_under_a_new_name_only
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, legacy_x: u8 } }
    [Message { a: 1, legacy_x: 2 }]
    new {
        #[mesh::message] #[derive(Debug)]
        pub(crate) struct Message { a: u8, #[serde(rename(serialize = "x", deserialize = "legacy_x"))] x: u8 }
    } [Message { a: 1, x: 2 }]
}

change! {
    unknown_fields_refused_by_old
    old {
        #[mesh::message] #[derive(Debug)] #[serde(deny_unknown_fields)] pub(crate) struct Message { a: u8 }
    } [Message { a: 1 }]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(deny_unknown_fields)]
        pub(crate) struct Message { a: u8, b: Option<u8> }
    } [Message { a: 1, b: None }]
}

change! {
    unknown_fields_refused_by_new
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, b: Option<u8> } }
    [Message { a: 1, b: None }]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(deny_unknown_fields)] pub(crate) struct Message { a: u8 }
    } [Message { a: 1 }]
}

change! {
    no_longer_written
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, b: u8 } } [Message { a: 1, b: 2 }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, #[serde(skip_serializing)] b: u8 }
        impl Message { fn of(a: u8, b: u8) -> Self { let message = Self { a, b }; assert_eq!(message.b, b); message } }
    } [Message::of(1, 2)]
}

change! {
    no_longer_read
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, b: u8 } } [Message { a: 1, b: 0 }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, #[serde(skip_deserializing)] b: u8 }
    } [Message { a: 1, b: 0 }]
}

change! {
    deep_inside
    old {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { items: Vec<Item> }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Item { kind: Kind }
        #[mesh::message] #[derive(Debug)] pub(crate) enum Kind { At { hour: u8 } }
    } [Message { items: vec![Item { kind: Kind::At { hour: 1 } }] }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { items: Vec<Item> }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Item { kind: Kind }
        #[mesh::message] #[derive(Debug)] pub(crate) enum Kind { At { hour: u8, minute: u8 } }
    } [Message { items: vec![Item { kind: Kind::At { hour: 1, minute: 2 } }] }]
}

change! {
    in_a_type_within_itself
    old {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: u8, next: Option<Box<Message>> }
    } [Message { value: 1, next: Some(Box::new(Message { value: 2, next: None })) }]
    new {
        #[mesh::message] #[derive(Debug)]
        pub(crate) struct Message { value: u8, next: Option<Box<Message>>, note: Option<String> }
    } [Message { value: 1, next: Some(Box::new(Message { value: 2, next: None, note: None })), note: None }]
}

change! {
    required_in_a_type_within_itself
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: u8, next: Vec<Message> } }
    [Message { value: 1, next: vec![] }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: u8, next: Vec<Message>, depth: u8 } }
    [Message { value: 1, next: vec![Message { value: 2, next: vec![], depth: 1 }], depth: 0 }]
}

change! {
    flattened
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, x: String, y: Option<u8> } }
    [Message { a: 1, x: "x".into(), y: None }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, #[serde(flatten)] inner: Inner }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Inner { x: String, y: Option<u8> }
    } [Message { a: 1, inner: Inner { x: "x".into(), y: Some(1) } }]
}

change! {
    flattened_rest
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8 } } [Message { a: 1 }]
    new {
        #[mesh::message] #[derive(Debug)]
        pub(crate) struct Message { a: u8, #[serde(flatten)] rest: BTreeMap<String, String> }
    } [Message { a: 1, rest: BTreeMap::from([("b".into(), "c".into())]) }]
}

change! {
    flattened_rest_of_another_kind
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { a: u8, b: u8 } } [Message { a: 1, b: 2 }]
    new {
        #[mesh::message] #[derive(Debug)]
        pub(crate) struct Message { a: u8, #[serde(flatten)] rest: BTreeMap<String, String> }
    } [Message { a: 1, rest: BTreeMap::from([("b".into(), "c".into())]) }]
}
