//! What JSON must be besides well-formed: every key given once, however deep, numbers that a program can hold, and
//! nesting that none has to fear.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// How many repeated keys are told.
const MOST_TOLD: usize = 20;

/// Reads the whole body once. Gives the JSON pointers of keys that are given twice, the first [`MOST_TOLD`] of them:
/// parsers differ in which of the two values they take, so that what one program checked another would not have seen.
///
/// # Errors
/// When it is no JSON, has a number beyond what a 64-bit float can hold, or is nested deeper than 127 levels.
pub(super) fn repeated_keys(body: &[u8]) -> Result<Vec<String>, serde_json::Error> {
    let walk = Walk::default();
    let mut reader = serde_json::Deserializer::from_slice(body);
    Value(&walk).deserialize(&mut reader)?;
    reader.end()?;
    Ok(walk.repeated.into_inner())
}

#[derive(Default)]
struct Walk<'de> {
    /// Where the reading is.
    path: RefCell<Vec<Step<'de>>>,
    repeated: RefCell<Vec<String>>,
}

enum Step<'de> {
    Key(Cow<'de, str>),
    Item(usize),
}

impl<'de> Walk<'de> {
    fn within<T>(&self, step: Step<'de>, read: impl FnOnce() -> T) -> T {
        self.path.borrow_mut().push(step);
        let value = read();
        self.path.borrow_mut().pop();
        value
    }

    fn note_repeated(&self, key: &str) {
        let mut repeated = self.repeated.borrow_mut();
        if repeated.len() >= MOST_TOLD {
            return;
        }
        let mut pointer = String::new();
        for step in self.path.borrow().iter() {
            match step {
                Step::Key(key) => push(&mut pointer, key),
                Step::Item(at) => pointer.push_str(&format!("/{at}")),
            }
        }
        push(&mut pointer, key);
        if !repeated.contains(&pointer) {
            repeated.push(pointer);
        }
    }
}

/// Adds a key to a pointer (RFC 6901).
fn push(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
}

/// Any value, which is read and let go.
#[derive(Clone, Copy)]
struct Value<'w, 'de>(&'w Walk<'de>);

impl<'de> DeserializeSeed<'de> for Value<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut at = 0;
        while self.0.within(Step::Item(at), || items.next_element_seed(self))?.is_some() {
            at += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        // Ordered rather than hashed: whoever chooses the keys can make no two collide.
        let mut keys = BTreeSet::new();
        while let Some(Key(key)) = entries.next_key_seed(KeySeed)? {
            if !keys.insert(key.clone()) {
                self.0.note_repeated(&key);
            }
            self.0.within(Step::Key(key), || entries.next_value_seed(self))?;
        }
        Ok(())
    }
}

struct Key<'de>(Cow<'de, str>);

/// A key, borrowed where it has no escapes.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_given_twice_is_found_wherever_it_is() {
        let check = |body: &str, expect: &[&str]| {
            assert_eq!(repeated_keys(body.as_bytes()).unwrap(), expect, "{body}");
        };
        check(r#"{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}"#, &[]);
        check(r#"{"a":1,"a":1}"#, &["/a"]);
        check(r#"{"a":1,"\u0061":1,"a":2}"#, &["/a"]);
        check(r#"{"x":[{},{"p/q":{"~":1,"~":2}}]}"#, &["/x/1/p~1q/~0"]);
        check(r#"[[{"":0,"":0}]]"#, &["/0/0/"]);
        check(r#" "text" "#, &[]);
    }

    #[test]
    fn only_so_many_are_told() {
        let body: Vec<String> = (0..100).map(|n| format!("\"{n}\":0,\"{n}\":0")).collect();
        assert_eq!(repeated_keys(format!("{{{}}}", body.join(",")).as_bytes()).unwrap().len(), MOST_TOLD);
    }

    #[test]
    fn what_no_program_should_have_to_hold_is_refused() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(repeated_keys(deep(127).as_bytes()).is_ok());
        for body in
            [&*deep(128), &deep(1_000_000), "1e400", "-1e999999999", "{\"a\":1}{}", "[1,]", "01", "NaN"]
        {
            assert!(repeated_keys(body.as_bytes()).is_err(), "{}", &body[..body.len().min(40)]);
        }
        for body in ["1e308", "123456789012345678901234567890", "0.1", "1e-999"] {
            assert!(repeated_keys(body.as_bytes()).is_ok(), "{body}");
        }
    }
}
