//! The decoder: reads what [`crate::encoder`] writes, and what any MessagePack writer does, straight out of the bytes.
//!
//! Where something does not fit, the error says at which field: each level adds its part of the path on the way out, so
//! that reading what fits costs nothing for it.

use std::fmt::{self, Display, Write};

use rmp::Marker;
use serde::de::value::{BorrowedStrDeserializer, SeqDeserializer};
use serde::de::{
    self, DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};

/// Nesting beyond this is refused: it would use up the stack.
const MAX_DEPTH: u16 = 256;

/// What is left to read.
pub(crate) struct Decoder<'de> {
    input: &'de [u8],
    depth: u16,
}

/// Something did not fit. Boxed, because every step of reading hands a result on, and nearly none is this.
#[derive(Debug)]
pub(crate) struct DecodeError(Box<Misfit>);

#[derive(Debug)]
struct Misfit {
    problem: String,
    /// From the innermost part outwards.
    path: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Field(String),
    Element(usize),
}

impl DecodeError {
    #[cold]
    fn new(problem: impl Into<String>) -> Self {
        Self(Box::new(Misfit { problem: problem.into(), path: Vec::new() }))
    }

    #[cold]
    fn within(mut self, part: Part) -> Self {
        self.0.path.push(part);
        self
    }
}

impl Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Misfit { problem, path } = &*self.0;
        if path.is_empty() {
            return f.write_str(problem);
        }
        f.write_str("at `")?;
        for (index, part) in path.iter().rev().enumerate() {
            match part {
                Part::Field(name) if index == 0 => f.write_str(name)?,
                Part::Field(name) => write!(f, ".{name}")?,
                Part::Element(number) => write!(f, "[{number}]")?,
            }
        }
        write!(f, "`: {problem}")
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

type Outcome<T> = Result<T, DecodeError>;

/// One value, or the head of one whose parts follow.
#[derive(Clone, Copy)]
enum Head<'de> {
    Nil,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Single(f32),
    Double(f64),
    Text(&'de str),
    Bytes(&'de [u8]),
    Array(usize),
    Map(usize),
}

impl Head<'_> {
    fn unexpected(&self) -> Unexpected<'_> {
        match *self {
            Self::Nil => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(value),
            Self::Unsigned(value) => Unexpected::Unsigned(value),
            Self::Signed(value) => Unexpected::Signed(value),
            Self::Single(value) => Unexpected::Float(value.into()),
            Self::Double(value) => Unexpected::Float(value),
            Self::Text(text) => Unexpected::Str(text),
            Self::Bytes(bytes) => Unexpected::Bytes(bytes),
            Self::Array(_) => Unexpected::Seq,
            Self::Map(_) => Unexpected::Map,
        }
    }

    #[cold]
    fn misfit(&self, expected: &dyn de::Expected) -> DecodeError {
        DecodeError::invalid_type(self.unexpected(), expected)
    }
}

impl<'de> Decoder<'de> {
    pub(crate) fn new(input: &'de [u8]) -> Self {
        Self { input, depth: 0 }
    }

    fn take(&mut self, count: usize) -> Outcome<&'de [u8]> {
        let (taken, rest) = self.input.split_at_checked(count).ok_or_else(cut_off)?;
        self.input = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        let (taken, rest) = self.input.split_first_chunk().ok_or_else(cut_off)?;
        self.input = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Outcome<usize> {
        Ok(self.fixed::<1>()?[0].into())
    }

    fn u16(&mut self) -> Outcome<usize> {
        Ok(u16::from_be_bytes(self.fixed()?).into())
    }

    fn u32(&mut self) -> Outcome<usize> {
        // Wasm counts memory in 32 bits, and no other target in less.
        Ok(u32::from_be_bytes(self.fixed()?) as usize)
    }

    fn text(&mut self, length: usize) -> Outcome<Head<'de>> {
        let bytes = self.take(length)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Head::Text(text)),
            Err(_) => Err(DecodeError::invalid_value(Unexpected::Bytes(bytes), &"text in UTF-8")),
        }
    }

    fn bytes(&mut self, length: usize) -> Outcome<Head<'de>> {
        self.take(length).map(Head::Bytes)
    }

    /// A text whose length is in its head, as nearly all are; `None` for anything else, with nothing taken.
    #[inline]
    fn short_text(&mut self) -> Option<&'de str> {
        let (&head, rest) = self.input.split_first()?;
        let length = match Marker::from_u8(head) {
            Marker::FixStr(length) => usize::from(length),
            _ => return None,
        };
        let (bytes, rest) = rest.split_at_checked(length)?;
        let text = std::str::from_utf8(bytes).ok()?;
        self.input = rest;
        Some(text)
    }

    /// The length in the head of a short map; `None` for anything else, with nothing taken.
    #[inline]
    fn short_map(&mut self) -> Option<usize> {
        let (&head, rest) = self.input.split_first()?;
        match Marker::from_u8(head) {
            Marker::FixMap(length) => {
                self.input = rest;
                Some(length.into())
            }
            _ => None,
        }
    }

    /// The length in the head of a short array; `None` for anything else, with nothing taken.
    #[inline]
    fn short_array(&mut self) -> Option<usize> {
        let (&head, rest) = self.input.split_first()?;
        match Marker::from_u8(head) {
            Marker::FixArray(length) => {
                self.input = rest;
                Some(length.into())
            }
            _ => None,
        }
    }

    /// A floating-point number of eight bytes; `None` for anything else, with nothing taken.
    #[inline]
    fn double(&mut self) -> Option<f64> {
        let (&[head, ref bytes @ ..], rest) = self.input.split_first_chunk::<9>()?;
        if head != Marker::F64.to_u8() {
            return None;
        }
        self.input = rest;
        Some(f64::from_be_bytes(*bytes))
    }

    fn head(&mut self) -> Outcome<Head<'de>> {
        Ok(match Marker::from_u8(self.fixed::<1>()?[0]) {
            Marker::Null => Head::Nil,
            Marker::True => Head::Bool(true),
            Marker::False => Head::Bool(false),
            Marker::FixPos(value) => Head::Unsigned(value.into()),
            Marker::U8 => Head::Unsigned(self.u8()? as u64),
            Marker::U16 => Head::Unsigned(self.u16()? as u64),
            Marker::U32 => Head::Unsigned(u32::from_be_bytes(self.fixed()?).into()),
            Marker::U64 => Head::Unsigned(u64::from_be_bytes(self.fixed()?)),
            Marker::FixNeg(value) => Head::Signed(value.into()),
            Marker::I8 => Head::Signed(i8::from_be_bytes(self.fixed()?).into()),
            Marker::I16 => Head::Signed(i16::from_be_bytes(self.fixed()?).into()),
            Marker::I32 => Head::Signed(i32::from_be_bytes(self.fixed()?).into()),
            Marker::I64 => Head::Signed(i64::from_be_bytes(self.fixed()?)),
            Marker::F32 => Head::Single(f32::from_be_bytes(self.fixed()?)),
            Marker::F64 => Head::Double(f64::from_be_bytes(self.fixed()?)),
            Marker::FixStr(length) => self.text(length.into())?,
            Marker::Str8 => self.u8().and_then(|length| self.text(length))?,
            Marker::Str16 => self.u16().and_then(|length| self.text(length))?,
            Marker::Str32 => self.u32().and_then(|length| self.text(length))?,
            Marker::Bin8 => self.u8().and_then(|length| self.bytes(length))?,
            Marker::Bin16 => self.u16().and_then(|length| self.bytes(length))?,
            Marker::Bin32 => self.u32().and_then(|length| self.bytes(length))?,
            Marker::FixArray(length) => Head::Array(length.into()),
            Marker::Array16 => Head::Array(self.u16()?),
            Marker::Array32 => Head::Array(self.u32()?),
            Marker::FixMap(length) => Head::Map(length.into()),
            Marker::Map16 => Head::Map(self.u16()?),
            Marker::Map32 => Head::Map(self.u32()?),
            marker => return Err(DecodeError::new(format!("{marker:?} has no meaning in a message"))),
        })
    }

    /// Passes over one value, however deep.
    fn skip(&mut self) -> Outcome<()> {
        let mut left = 1_usize;
        while left > 0 {
            left -= 1;
            match self.head()? {
                Head::Array(length) => left = left.saturating_add(length),
                Head::Map(length) => left = left.saturating_add(length.saturating_mul(2)),
                _ => {}
            }
        }
        Ok(())
    }

    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.depth == MAX_DEPTH {
            return Err(DecodeError::new(format!("it is nested more than {MAX_DEPTH} deep")));
        }
        self.depth += 1;
        let outcome = inside(self);
        self.depth -= 1;
        outcome
    }

    fn array<V: Visitor<'de>>(&mut self, length: usize, visitor: V) -> Outcome<V::Value> {
        self.deeper(|decoder| {
            let mut elements = Elements { decoder, length, next: 0 };
            let value = visitor.visit_seq(&mut elements)?;
            elements.finish()?;
            Ok(value)
        })
    }

    fn map<V: Visitor<'de>>(&mut self, length: usize, visitor: V) -> Outcome<V::Value> {
        self.deeper(|decoder| {
            let mut entries = Entries { decoder, left: length, key: &[] };
            let value = visitor.visit_map(&mut entries)?;
            if entries.left > 0 {
                return Err(DecodeError::invalid_length(length, &"a shorter map"));
            }
            Ok(value)
        })
    }

    fn number<V: Visitor<'de>>(&mut self, visitor: V) -> Outcome<V::Value> {
        match self.head()? {
            Head::Unsigned(value) => visitor.visit_u64(value),
            Head::Signed(value) => visitor.visit_i64(value),
            Head::Single(value) => visitor.visit_f32(value),
            Head::Double(value) => visitor.visit_f64(value),
            head => Err(head.misfit(&visitor)),
        }
    }
}

#[cold]
fn cut_off() -> DecodeError {
    DecodeError::new("the message ends before it is complete")
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
            self.number(visitor)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Decoder<'de> {
    type Error = DecodeError;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match self.double() {
            Some(number) => visitor.visit_f64(number),
            None => self.number(visitor),
        }
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match self.head()? {
            Head::Nil => visitor.visit_unit(),
            Head::Bool(value) => visitor.visit_bool(value),
            Head::Unsigned(value) => visitor.visit_u64(value),
            Head::Signed(value) => visitor.visit_i64(value),
            Head::Single(value) => visitor.visit_f32(value),
            Head::Double(value) => visitor.visit_f64(value),
            Head::Text(text) => visitor.visit_borrowed_str(text),
            Head::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Head::Array(length) => self.array(length, visitor),
            Head::Map(length) => self.map(length, visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match self.head()? {
            Head::Bool(value) => visitor.visit_bool(value),
            head => Err(head.misfit(&visitor)),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match wide(self.head()?) {
            Ok(bytes) => visitor.visit_i128(i128::from_be_bytes(bytes)),
            Err(Head::Unsigned(value)) => visitor.visit_u64(value),
            Err(Head::Signed(value)) => visitor.visit_i64(value),
            Err(head) => Err(head.misfit(&visitor)),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match wide(self.head()?) {
            Ok(bytes) => visitor.visit_u128(u128::from_be_bytes(bytes)),
            Err(Head::Unsigned(value)) => visitor.visit_u64(value),
            Err(Head::Signed(value)) => visitor.visit_i64(value),
            Err(head) => Err(head.misfit(&visitor)),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        if let Some(text) = self.short_text() {
            return visitor.visit_borrowed_str(text);
        }
        match self.head()? {
            Head::Text(text) => visitor.visit_borrowed_str(text),
            head => Err(head.misfit(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match self.head()? {
            Head::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Head::Text(text) => visitor.visit_borrowed_str(text),
            Head::Array(length) => self.array(length, visitor),
            head => Err(head.misfit(&visitor)),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        if self.input.first() == Some(&Marker::Null.to_u8()) {
            self.head()?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match self.head()? {
            // A unit struct is an array of nothing.
            Head::Nil | Head::Array(0) => visitor.visit_unit(),
            head => Err(head.misfit(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Outcome<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Outcome<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        if let Some(length) = self.short_array() {
            return self.array(length, visitor);
        }
        match self.head()? {
            Head::Array(length) => self.array(length, visitor),
            // A `Vec<u8>` where the other side has bytes.
            Head::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            head => Err(head.misfit(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Outcome<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Outcome<V::Value> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        if let Some(length) = self.short_map() {
            return self.map(length, visitor);
        }
        match self.head()? {
            Head::Map(length) => self.map(length, visitor),
            head => Err(head.misfit(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Outcome<V::Value> {
        // Fields travel with their names. An array of them alone would tie both sides to one order.
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Outcome<V::Value> {
        match self.head()? {
            Head::Text(name) => visitor.visit_enum(Variant { decoder: self, name, has_data: false }),
            Head::Map(1) => {
                let head = self.head()?;
                let Head::Text(name) = head else { return Err(head.misfit(&"the name of a variant")) };
                self.deeper(|decoder| visitor.visit_enum(Variant { decoder, name, has_data: true }))
            }
            head => Err(head.misfit(&visitor)),
        }
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        if let Some(text) = self.short_text() {
            return visitor.visit_borrowed_str(text);
        }
        match self.head()? {
            Head::Text(text) => visitor.visit_borrowed_str(text),
            Head::Unsigned(value) => visitor.visit_u64(value),
            Head::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            head => Err(head.misfit(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }
}

/// The sixteen bytes of a 128-bit integer.
fn wide(head: Head<'_>) -> Result<[u8; 16], Head<'_>> {
    match head {
        Head::Bytes(bytes) => bytes.try_into().map_err(|_| head),
        _ => Err(head),
    }
}

struct Elements<'de, 'a> {
    decoder: &'a mut Decoder<'de>,
    length: usize,
    next: usize,
}

impl Elements<'_, '_> {
    fn finish(&self) -> Outcome<()> {
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

struct Entries<'de, 'a> {
    decoder: &'a mut Decoder<'de>,
    left: usize,
    /// The key before the value that is next, as it is in the message.
    key: &'de [u8],
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

struct Variant<'de, 'a> {
    decoder: &'a mut Decoder<'de>,
    name: &'de str,
    has_data: bool,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    fn packed(value: &Value) -> Vec<u8> {
        rmp_serde::to_vec_named(value).expect("it has an encoding")
    }

    fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
        T::deserialize(&mut Decoder::new(bytes)).map_err(|error| error.to_string())
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Order {
        id: u32,
        #[serde(default)]
        note: Option<String>,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Line {
        price: f64,
        state: State,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    enum State {
        Open,
        Sent { days: u8 },
        Lost(String),
    }

    #[test]
    fn unknown_fields_are_skipped_and_missing_ones_filled_in() {
        let bytes = packed(&json!({
            "id": 7,
            "new": { "deep": [[1, "x", { "y": null }], -1, 0.5] },
            "lines": [{ "price": 3, "state": "Open" }, { "price": 0.5, "state": { "Sent": { "days": 2 } } }],
        }));
        let lines = vec![
            Line { price: 3.0, state: State::Open },
            Line { price: 0.5, state: State::Sent { days: 2 } },
        ];
        assert_eq!(read::<Order>(&bytes), Ok(Order { id: 7, note: None, lines }));
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let order =
            |line: Value| packed(&json!({ "id": 1, "lines": [{ "price": 1, "state": "Open" }, line] }));
        for (bytes, expected) in [
            (packed(&json!({ "id": -1 })), "at `id`: invalid value: integer `-1`, expected u32"),
            (packed(&json!({})), "missing field `id`"),
            (packed(&json!("x")), "invalid type: string \"x\", expected struct Order"),
            (packed(&json!([1])), "invalid type: sequence, expected struct Order"),
            (
                order(json!({ "price": "1", "state": "Open" })),
                "at `lines[1].price`: invalid type: string \"1\", expected f64",
            ),
            (order(json!({ "price": 1 })), "at `lines[1]`: missing field `state`"),
            (
                order(json!({ "price": 1, "state": { "Sent": { "days": 300 } } })),
                "at `lines[1].state.Sent.days`: invalid value: integer `300`, expected u8",
            ),
            (
                order(json!({ "price": 1, "state": { "Open": 1 } })),
                "at `lines[1].state.Open`: invalid type: integer `1`, expected a variant that holds nothing",
            ),
            (
                order(json!({ "price": 1, "state": "Lost" })),
                "at `lines[1].state`: the variant `Lost` came without what it holds",
            ),
        ] {
            assert_eq!(read::<Order>(&bytes), Err(expected.to_owned()));
        }
    }

    #[test]
    fn a_message_that_is_cut_off_is_refused_wherever_that_is() {
        let bytes = packed(
            &json!({ "id": 70_000, "note": "n".repeat(40), "lines": [{ "price": 0.25, "state": { "Lost": "why" } }] }),
        );
        assert!(read::<Order>(&bytes).is_ok());
        for length in 0..bytes.len() {
            let refused = read::<Order>(&bytes[..length]).expect_err("it is cut off");
            assert!(refused.ends_with("the message ends before it is complete"), "{length}: {refused}");
        }
    }

    #[test]
    fn a_length_that_is_a_lie_reserves_no_memory_and_is_refused() {
        let four_thousand_million_elements = [0xdd, 0xff, 0xff, 0xff, 0xff, 1];
        assert!(read::<Vec<u64>>(&four_thousand_million_elements).is_err());
        assert!(read::<BTreeMap<u8, u8>>(&[0xdf, 0xff, 0xff, 0xff, 0xff, 1, 1]).is_err());
        assert!(read::<de::IgnoredAny>(&[0xdf, 0xff, 0xff, 0xff, 0xff, 1, 1]).is_err());
    }

    #[test]
    fn nesting_without_end_is_refused_and_passed_over_without_using_up_the_stack() {
        let deep = vec![0x91; 1_000_000];
        assert!(read::<Value>(&deep).is_err_and(|refused| refused.contains("nested")));
        let mut skipped = deep;
        skipped.push(0xc0);
        assert!(read::<de::IgnoredAny>(&skipped).is_ok());
    }

    #[test]
    fn any_value_is_read_as_the_common_decoder_reads_it() {
        let value = json!({
            "small": [0, 127, -1, -32, 128, 255, 256, 65_535, 65_536, -33, -129, -40_000, 4_294_967_296_u64, i64::MIN, u64::MAX],
            "texts": ["", "é", "x".repeat(31), "x".repeat(32), "x".repeat(300), "x".repeat(70_000)],
            "long": vec![true; 70_000],
            "floats": [0.1, -2.5e300],
            "nothing": null,
        });
        let bytes = packed(&value);
        assert_eq!(read::<Value>(&bytes), Ok(value));
        assert_eq!(read::<Value>(&bytes).ok(), rmp_serde::from_slice::<Value>(&bytes).ok());
    }

    #[test]
    fn bytes_are_read_as_bytes_and_as_numbers() {
        let bytes = [0xc4, 3, 1, 2, 3];
        assert_eq!(read::<crate::Bytes>(&bytes), Ok(crate::Bytes(vec![1, 2, 3])));
        assert_eq!(read::<Vec<u8>>(&bytes), Ok(vec![1, 2, 3]));
        assert_eq!(read::<crate::Bytes>(&[0x93, 1, 2, 3]), Ok(crate::Bytes(vec![1, 2, 3])));
        assert!(read::<String>(&[0xa2, 0xff, 0xfe]).is_err(), "no UTF-8");
    }
}
