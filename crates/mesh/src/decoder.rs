//! The decoder: reads what [`crate::encoder`] writes, and what any MessagePack writer does, straight out of the bytes.
//!
//! Where something does not fit, the error says at which field: each level adds its part of the path on the way out, so
//! that reading what fits costs nothing for it.

mod misfit;
mod parts;

use rmp::Marker;
use serde::de::value::SeqDeserializer;
use serde::de::{self, Error as _, Unexpected, Visitor};

pub(crate) use self::misfit::DecodeError;

use self::parts::{Elements, Entries, Variant};

/// Nesting beyond this is refused: it would use up the stack.
const MAX_DEPTH: u16 = 256;

/// What is left to read.
pub(crate) struct Decoder<'de> {
    input: &'de [u8],
    depth: u16,
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

#[cfg(test)]
mod tests;
