//! Numbers, text and bytes that become wider, narrower or something else.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use crate::judge::Pair;
use crate::{change, pair};

pub(crate) fn pairs() -> Vec<Pair> {
    vec![
        pair!(values::wider, fits, breaks),
        pair!(values::unsigned_to_wider_signed, fits, breaks),
        pair!(values::signed_to_unsigned, breaks, breaks),
        pair!(values::to_128_bits, breaks, breaks),
        pair!(values::whole_to_double, fits, breaks),
        pair!(values::large_whole_to_double, breaks, breaks),
        pair!(values::whole_to_single, breaks, breaks),
        pair!(values::single_to_double, fits, breaks),
        pair!(values::number_to_text, breaks, breaks),
        pair!(values::number_to_text_by_an_adapter, breaks, breaks),
        pair!(values::flag_to_number, breaks, breaks),
        pair!(values::text_to_character, breaks, fits),
        pair!(values::text_to_pattern, breaks, fits),
        pair!(values::text_to_enum, breaks, fits),
        pair!(values::list_to_bytes, fits, breaks),
        pair!(values::text_to_bytes, breaks, breaks),
        pair!(values::newtype, fits, fits),
        pair!(values::into_an_option, fits, breaks),
        pair!(values::nothing_to_option, fits, breaks),
        pair!(values::nothing_to_a_record, breaks, breaks),
        pair!(values::anything, fits, breaks),
    ]
}

/// Lower-case letters only, and it says so.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Slug(pub(crate) String);

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase()) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom("lower-case letters only"))
        }
    }
}

impl JsonSchema for Slug {
    fn schema_name() -> Cow<'static, str> {
        "Slug".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-z]+$" })
    }
}

/// One field of one type before and of another after, with the values that are at the edges of each.
macro_rules! retyped {
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

retyped!(wider, u32 [0, u32::MAX], u64 [0, u64::MAX]);
retyped!(unsigned_to_wider_signed, u32 [0, u32::MAX], i64 [-1, i64::MAX]);
retyped!(signed_to_unsigned, i32 [-1, i32::MAX], u32 [0, u32::MAX]);
retyped!(to_128_bits, u64[1], u128[1]);
retyped!(whole_to_double, u32 [0, u32::MAX], f64 [0.5]);
retyped!(large_whole_to_double, u64 [u64::MAX, (1 << 53) + 1], f64 [0.5]);
retyped!(whole_to_single, u32[(1 << 24) + 1], f32[0.5]);
retyped!(single_to_double, f32 [0.1, -1.5], f64 [0.1]);
retyped!(number_to_text, u32[1], String["1".into()]);
retyped!(flag_to_number, bool[true], u8[1]);
retyped!(text_to_character, String ["ab".into(), "".into()], char ['a', 'ß']);
retyped!(text_to_pattern, String["Not a slug".into()], Slug[Slug("slug".into())]);
retyped!(list_to_bytes, Vec<u8> [vec![], vec![0, 255]], Bytes [Bytes(vec![]), Bytes(vec![0, 255])]);
retyped!(text_to_bytes, String["a".into()], Bytes[Bytes(vec![255])]);
retyped!(into_an_option, u8 [1], Option<u8> [None, Some(1)]);
retyped!(nothing_to_option, () [()], Option<u8> [None, Some(1)]);
retyped!(anything, u8 [1], serde_json::Value [json!("text"), json!({"a": 1})]);

change! {
    number_to_text_by_an_adapter
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: u8 } } [Message { value: 1 }]
    new {
        #[mesh::message] #[derive(Debug)]
        pub(crate) struct Message { #[serde(with = "as_text")] #[schemars(with = "String")] value: u8 }
        mod as_text {
            use serde::{Deserialize, Deserializer, Serializer, de::Error};
            pub(super) fn serialize<S: Serializer>(value: &u8, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(value)
            }
            pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
                String::deserialize(from)?.parse().map_err(D::Error::custom)
            }
        }
    } [Message { value: 1 }]
}

change! {
    text_to_enum
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: String } }
    [Message { value: "blue".into() }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: Color }
        #[mesh::message] #[derive(Debug)] #[serde(rename_all = "snake_case")] pub(crate) enum Color { Red, Green }
    } [Message { value: Color::Red }, Message { value: Color::Green }]
}

change! {
    newtype
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: u64, name: String } }
    [Message { value: 1, name: "a".into() }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: Count, name: Name }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Count(u64);
        #[mesh::message] #[derive(Debug)] #[serde(transparent)] pub(crate) struct Name { text: String }
    } [Message { value: Count(1), name: Name { text: "a".into() } }]
}

change! {
    nothing_to_a_record
    old { #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: () } } [Message { value: () }]
    new {
        #[mesh::message] #[derive(Debug)] pub(crate) struct Message { value: Empty }
        #[mesh::message] #[derive(Debug)] pub(crate) struct Empty {}
    } [Message { value: Empty {} }]
}
