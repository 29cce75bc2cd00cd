//! A JSON object whose members keep their order and their very text: what is not read is passed through untouched.
//!
//! The order matters: a server that is given a JSON schema writes the members of its answer in the schema's order.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, Box<RawValue>)>);

impl Fields {
    /// From JSON.
    ///
    /// # Errors
    /// When it is no JSON object, or has a member twice.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// A member's text.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// A member, where it is there, is not `null` and has this form.
    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.raw(name).and_then(|value| serde_json::from_str::<Option<T>>(value.get()).ok()).flatten()
    }

    /// Whether the member is there, whatever it is but `null`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some_and(|value| value.get() != "null")
    }

    /// Puts a value in the member's place, or at the end where there is none.
    pub fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        // What is set here are texts, numbers and objects of them, all of which JSON can say.
        let Ok(value) = serde_json::value::to_raw_value(value) else { return };
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), &**value))
    }

    /// As JSON.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        // Names are texts and values are JSON already.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields: Vec<(String, Box<RawValue>)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    // Which of two is meant, two readers may see differently: one of them judges, the other acts.
                    if fields.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom(format!("the member `{name}` is there twice")));
                    }
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_touched_keeps_its_order_and_its_text() {
        let text =
            r#"{"z":1.0e3,"model":"a","schema":{"b":1,"a":[2 , 3]},"big":123456789012345678901234567890}"#;
        let mut fields = Fields::parse(text.as_bytes()).unwrap();
        fields.set("model", &"b");
        fields.set("new", &true);
        fields.remove("missing");
        let expect =
            text.replace("\"a\",\"schema\"", "\"b\",\"schema\"").replace("890}", "890,\"new\":true}");
        assert_eq!(String::from_utf8(fields.to_vec()).unwrap(), expect);
        assert_eq!(fields.get::<String>("model").as_deref(), Some("b"));
        assert_eq!(fields.get::<u32>("model"), None);
    }

    #[test]
    fn what_is_no_object_or_says_a_thing_twice_is_refused() {
        for bad in ["[]", "1", "", "{\"a\":1,\"a\":2}", "{\"a\":1", "{\"a\":1} x"] {
            assert!(Fields::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(!Fields::parse(b"{\"a\":null}").unwrap().has("a"));
    }
}
