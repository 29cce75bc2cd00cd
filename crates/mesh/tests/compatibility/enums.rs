//! Variants that come, go, and change what they hold, under each of serde's four taggings.

use crate::judge::Pair;
use crate::{change, pair};

pub(crate) fn pairs() -> Vec<Pair> {
    vec![
        pair!(enums::documented_and_reordered, fits, fits),
        pair!(enums::plain_variant_added, fits, breaks),
        pair!(enums::variant_with_content_added, fits, breaks),
        pair!(enums::variant_removed, breaks, fits),
        pair!(enums::added_where_unknown_ones_are_taken, fits, fits),
        pair!(enums::content_added_where_unknown_ones_are_taken, fits, breaks),
        pair!(enums::variant_renamed_with_an_alias, fits, breaks),
        pair!(enums::plain_variant_given_content, breaks, breaks),
        pair!(enums::newtype_content_widened, fits, breaks),
        pair!(enums::tuple_content_lengthened, breaks, breaks),
        pair!(enums::struct_content_given_an_option, fits, fits),
        pair!(enums::first_variant, fits, breaks),
        pair!(enums::tagged_inside, breaks, breaks),
        pair!(enums::inside_variant_added, fits, breaks),
        pair!(enums::inside_option_added, fits, fits),
        pair!(enums::inside_content_moved_to_a_struct, fits, fits),
        pair!(enums::inside_unknown_taken, fits, fits),
        pair!(enums::tagged_beside, breaks, breaks),
        pair!(enums::beside_variant_added, fits, breaks),
        pair!(enums::untagged_added, fits, breaks),
        pair!(enums::untagged_in_place_of_one, fits, breaks),
        pair!(enums::untagged_taken_for_another, breaks, breaks),
        pair!(enums::of_results, fits, breaks),
    ]
}

change! {
    documented_and_reordered
    old { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A, B, C { x: u8 } } }
    [Message::A, Message::B, Message::C { x: 1 }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) enum Message {
            C { x: u8 },
            /// The second.
            B,
            A,
        }
    } [Message::A, Message::B, Message::C { x: 1 }]
}

change! {
    plain_variant_added
    old { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A, B } } [Message::A, Message::B]
    new { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A, B, C } } [Message::A, Message::C]
}

change! {
    variant_with_content_added
    old { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A, B(u8) } } [Message::A, Message::B(1)]
    new { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A, B(u8), C { x: u8 } } }
    [Message::A, Message::B(1), Message::C { x: 1 }]
}

change! {
    variant_removed
    old { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A, B(u8) } } [Message::A, Message::B(1)]
    new { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A } } [Message::A]
}

change! {
    added_where_unknown_ones_are_taken
    old {
        #[mesh::message] #[derive(Debug)] #[serde(rename_all = "snake_case")]
        pub(crate) enum Message { A, #[serde(other)] Unknown }
    } [Message::A, Message::Unknown]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(rename_all = "snake_case")]
        pub(crate) enum Message { A, B, #[serde(other)] Unknown }
    } [Message::A, Message::B, Message::Unknown]
}

change! {
    content_added_where_unknown_ones_are_taken
    old {
        #[mesh::message] #[derive(Debug)] #[serde(rename_all = "snake_case")]
        pub(crate) enum Message { A, #[serde(other)] Unknown }
    } [Message::A, Message::Unknown]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(rename_all = "snake_case")]
        pub(crate) enum Message { A, B { x: u8 }, #[serde(other)] Unknown }
    } [Message::A, Message::B { x: 1 }]
}

change! {
    variant_renamed_with_an_alias
    old {
        #[mesh::message] #[derive(Debug)] #[serde(rename_all = "snake_case")]
        pub(crate) enum Message { LegacyA, LegacyB { x: u8 } }
    } [Message::LegacyA, Message::LegacyB { x: 1 }]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(rename_all = "snake_case")]
        pub(crate) enum Message { #[serde(alias = "legacy_a")] A, #[serde(alias = "legacy_b")] B { x: u8 } }
    } [Message::A, Message::B { x: 1 }]
}

change! {
    plain_variant_given_content
    old { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A, B } } [Message::A, Message::B]
    new { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A, B(u8) } } [Message::B(1)]
}

change! {
    newtype_content_widened
    old { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A(u8) } } [Message::A(255)]
    new { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A(u16) } } [Message::A(256)]
}

change! {
    tuple_content_lengthened
    old { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A(u8, u8) } } [Message::A(1, 2)]
    new { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A(u8, u8, u8) } } [Message::A(1, 2, 3)]
}

change! {
    struct_content_given_an_option
    old { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A { x: u8 } } } [Message::A { x: 1 }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A { x: u8, #[serde(default)] y: Option<u8> } } }
    [Message::A { x: 1, y: Some(2) }]
}

change! {
    /// An enum without variants has no value: nothing was ever sent, and nothing can be read.
    first_variant
    old {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { error: Option<Never> }
        #[mesh::message] #[derive(Debug)] pub(crate) enum Never {}
    } [Message { error: None }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { error: Option<Sometimes> }
        #[mesh::message] #[derive(Debug)] pub(crate) enum Sometimes { A }
    } [Message { error: Some(Sometimes::A) }]
}

change! {
    tagged_inside
    old { #[mesh::message] #[derive(Debug)] pub(crate) enum Message { A { x: u8 } } } [Message::A { x: 1 }]
    new { #[mesh::message] #[derive(Debug)] #[serde(tag = "type")] pub(crate) enum Message { A { x: u8 } } }
    [Message::A { x: 1 }]
}

change! {
    inside_variant_added
    old { #[mesh::message] #[derive(Debug)] #[serde(tag = "type")] pub(crate) enum Message { A { x: u8 } } }
    [Message::A { x: 1 }]
    new { #[mesh::message] #[derive(Debug)] #[serde(tag = "type")] pub(crate) enum Message { A { x: u8 }, B } }
    [Message::A { x: 1 }, Message::B]
}

change! {
    inside_option_added
    old { #[mesh::message] #[derive(Debug)] #[serde(tag = "type")] pub(crate) enum Message { A { x: u8 }, B } }
    [Message::A { x: 1 }, Message::B]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(tag = "type")]
        pub(crate) enum Message { A { x: u8, y: Option<u8> }, B { z: Option<u8> } }
    } [Message::A { x: 1, y: None }, Message::B { z: Some(1) }]
}

change! {
    inside_content_moved_to_a_struct
    old { #[mesh::message] #[derive(Debug)] #[serde(tag = "type")] pub(crate) enum Message { A { x: u8 }, B } }
    [Message::A { x: 1 }, Message::B]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(tag = "type")] pub(crate) enum Message { A(Inner), B }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Inner { x: u8 }
    } [Message::A(Inner { x: 1 }), Message::B]
}

change! {
    inside_unknown_taken
    old {
        #[mesh::message] #[derive(Debug)] #[serde(tag = "type", rename_all = "snake_case")]
        pub(crate) enum Message { A { x: u8 }, #[serde(other)] Unknown }
    } [Message::A { x: 1 }, Message::Unknown]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(tag = "type", rename_all = "snake_case")]
        pub(crate) enum Message { A { x: u8 }, B { y: u8 }, #[serde(other)] Unknown }
    } [Message::A { x: 1 }, Message::B { y: 1 }]
}

change! {
    tagged_beside
    old { #[mesh::message] #[derive(Debug)] #[serde(tag = "type")] pub(crate) enum Message { A { x: u8 } } }
    [Message::A { x: 1 }]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(tag = "type", content = "of")]
        pub(crate) enum Message { A { x: u8 } }
    } [Message::A { x: 1 }]
}

change! {
    beside_variant_added
    old {
        #[mesh::message] #[derive(Debug)] #[serde(tag = "type", content = "of")]
        pub(crate) enum Message { A { x: u8 }, B }
    } [Message::A { x: 1 }, Message::B]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(tag = "type", content = "of")]
        pub(crate) enum Message { A { x: u16 }, B, C(u8) }
    } [Message::A { x: 256 }, Message::B, Message::C(1)]
}

change! {
    untagged_added
    old { #[mesh::message] #[derive(Debug)] #[serde(untagged)] pub(crate) enum Message { A(u8), B { x: String } } }
    [Message::A(1), Message::B { x: "x".into() }]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(untagged)]
        pub(crate) enum Message { A(u8), B { x: String }, C(Vec<u8>) }
    } [Message::A(1), Message::C(vec![1])]
}

change! {
    untagged_in_place_of_one
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: String } }
    [Message { value: "a".into() }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: Either }
        #[mesh::message] #[derive(Debug)] #[serde(untagged)] pub(crate) enum Either { One(String), More(Vec<String>) }
    } [Message { value: Either::One("a".into()) }, Message { value: Either::More(vec![]) }]
}

change! {
    untagged_taken_for_another
    old { #[mesh::message] #[derive(Debug)] #[serde(untagged)] pub(crate) enum Message { B { b: u8 } } }
    [Message::B { b: 1 }]
    new {
        #[mesh::message] #[derive(Debug)] #[serde(untagged)]
        pub(crate) enum Message { A { a: Option<u8> }, B { b: u8 } }
    } [Message::A { a: None }, Message::B { b: 1 }]
}

change! {
    of_results
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { outcome: Result<u8, String> } }
    [Message { outcome: Ok(1) }, Message { outcome: Err("no".into()) }]
    new { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { outcome: Result<u16, Option<String>> } }
    [Message { outcome: Ok(256) }, Message { outcome: Err(None) }]
}
