//! Reading the few members of a verified body that this crate needs, without building the whole document.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::headers::is_delivery_id;

/// The provider's own id of the delivery; `None` if the body is not JSON, has no such member, or the member could not
/// serve as part of a key.
pub(crate) fn delivery_id(member: &str, body: &[u8]) -> Option<String> {
    match self::member(member, body)? {
        Value::String(id) if is_delivery_id(&id) => Some(id),
        _ => None,
    }
}

/// The number in a top-level member.
pub(crate) fn integer(member: &str, body: &[u8]) -> Option<i64> {
    self::member(member, body)?.as_i64()
}

/// An id that follows from the content.
pub(crate) fn content_id(body: &[u8]) -> String {
    format!("sha256:{}", sha256_hex(body))
}

/// A short top-level member of a JSON object; `None` too where it is given twice, since readers disagree on which
/// counts.
fn member(name: &str, body: &[u8]) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let found = Member(name).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    found
}

struct Member<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        let mut times = 0;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == self.0 {
                found = Some(map.next_value()?);
                times += 1;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found.filter(|_| times == 1))
    }
}

/// SHA-256, lower-case hexadecimal.
pub(crate) fn sha256_hex(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}
