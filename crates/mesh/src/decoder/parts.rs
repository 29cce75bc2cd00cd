//! What a value is made of, as `serde` asks for it: elements, entries, and what a variant holds.

use std::fmt::Write;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::misfit::{DecodeError, Part};
use super::{Decoder, Head, Outcome};

pub(super) struct Elements<'de, 'a> {
    pub(super) decoder: &'a mut Decoder<'de>,
    pub(super) length: usize,
    pub(super) next: usize,
}

impl Elements<'_, '_> {
    pub(super) fn finish(&self) -> Outcome<()> {
        if self.next == self.length {
            return Ok(());
        }
        Err(DecodeError::invalid_length(self.length, &"a shorter array"))
    }
}

impl<'de> SeqAccess<'de> for Elements<'de, '_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Outcome<Option<T::Value>> {
        if self.next == self.length {
            return Ok(None);
        }
        let number = self.next;
        self.next += 1;
        match seed.deserialize(&mut *self.decoder) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(error.within(Part::Element(number))),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        // Each takes a byte at least, so a length that is a lie reserves no more than the message has.
        Some((self.length - self.next).min(self.decoder.input.len()))
    }
}

pub(super) struct Entries<'de, 'a> {
    pub(super) decoder: &'a mut Decoder<'de>,
    pub(super) left: usize,
    /// The key before the value that is next, as it is in the message.
    pub(super) key: &'de [u8],
}

impl Entries<'_, '_> {
    #[cold]
    fn part(&self) -> Part {
        let mut name = String::new();
        // Writing to a string can't fail.
        let _ = match Decoder::new(self.key).head() {
            Ok(Head::Text(text)) => name.write_str(text),
            Ok(Head::Unsigned(number)) => write!(name, "{number}"),
            Ok(Head::Signed(number)) => write!(name, "{number}"),
            _ => name.write_str("?"),
        };
        Part::Field(name)
    }
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Outcome<Option<K::Value>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.key = self.decoder.input;
        seed.deserialize(&mut *self.decoder).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Outcome<T::Value> {
        match seed.deserialize(&mut *self.decoder) {
            Ok(value) => Ok(value),
            Err(error) => Err(error.within(self.part())),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.min(self.decoder.input.len()))
    }
}

pub(super) struct Variant<'de, 'a> {
    pub(super) decoder: &'a mut Decoder<'de>,
    pub(super) name: &'de str,
    pub(super) has_data: bool,
}

impl<'de> Variant<'de, '_> {
    fn data<T>(self, read: impl FnOnce(&mut Decoder<'de>) -> Outcome<T>) -> Outcome<T> {
        if !self.has_data {
            return Err(DecodeError::new(format!("the variant `{}` came without what it holds", self.name)));
        }
        read(self.decoder).map_err(|error| error.within(Part::Field(self.name.to_owned())))
    }
}

impl<'de> EnumAccess<'de> for Variant<'de, '_> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Outcome<(T::Value, Self)> {
        let name = BorrowedStrDeserializer::<DecodeError>::new(self.name);
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de, '_> {
    type Error = DecodeError;

    fn unit_variant(self) -> Outcome<()> {
        if !self.has_data {
            return Ok(());
        }
        match self.decoder.head()? {
            Head::Nil => Ok(()),
            head => {
                Err(head.misfit(&"a variant that holds nothing").within(Part::Field(self.name.to_owned())))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Outcome<T::Value> {
        self.data(|decoder| seed.deserialize(decoder))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Outcome<V::Value> {
        self.data(|decoder| de::Deserializer::deserialize_tuple(decoder, length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Outcome<V::Value> {
        self.data(|decoder| de::Deserializer::deserialize_map(decoder, visitor))
    }
}
