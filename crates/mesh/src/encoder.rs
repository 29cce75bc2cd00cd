//! The encoder: MessagePack maps with field names, as `rmp_serde::to_vec_named` writes them, with one difference.
//!
//! A `u64` or `i64` is always written in its nine-byte form. MessagePack's shortest form would lose what the type says,
//! and a bridge to JavaScript could then not tell a 64-bit integer, which must become a `bigint`, from a small number.
//! Every MessagePack reader takes either form.

mod compound;

use std::fmt::Display;

use rmp::{Marker, encode};
use serde::ser::{self, Serialize};

use self::compound::{Compound, Kind};

/// Appends encoded values to bytes.
pub(crate) struct Encoder<'a> {
    out: &'a mut Vec<u8>,
}

/// A value that has no encoding, in the words of its `Serialize` implementation.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct EncodeError(String);

impl ser::Error for EncodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Outcome = Result<(), EncodeError>;

/// Writing to a `Vec` has no way to fail.
const INFALLIBLE: &str = "a Vec takes every byte";

/// The longest text whose length is in its head, and the most elements of an array or entries of a map. Nearly all that
/// travels is within these, so their heads are written here, where the compiler sees that they are one byte.
const SHORT_TEXT: usize = 31;
const SHORT: usize = 15;

impl<'a> Encoder<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    #[inline]
    fn text(&mut self, text: &str) {
        if text.len() <= SHORT_TEXT {
            self.out.reserve(1 + SHORT_TEXT);
            self.out.push(Marker::FixStr(text.len() as u8).to_u8());
            self.out.extend_from_slice(text.as_bytes());
        } else {
            encode::write_str(self.out, text).expect(INFALLIBLE);
        }
    }

    #[inline]
    fn map_of(&mut self, length: usize) -> Outcome {
        if length <= SHORT {
            self.out.push(Marker::FixMap(length as u8).to_u8());
        } else {
            encode::write_map_len(self.out, counted(length)?).expect(INFALLIBLE);
        }
        Ok(())
    }

    #[inline]
    fn array_of(&mut self, length: usize) -> Outcome {
        if length <= SHORT {
            self.out.push(Marker::FixArray(length as u8).to_u8());
        } else {
            encode::write_array_len(self.out, counted(length)?).expect(INFALLIBLE);
        }
        Ok(())
    }

    /// A head of one byte, and a number.
    #[inline]
    fn number<const N: usize>(&mut self, marker: Marker, number: [u8; N]) -> Outcome {
        self.out.reserve(1 + N);
        self.out.push(marker.to_u8());
        self.out.extend_from_slice(&number);
        Ok(())
    }

    /// The head of a variant with data: a map of one entry.
    fn variant(&mut self, variant: &str) -> Outcome {
        self.map_of(1)?;
        self.text(variant);
        Ok(())
    }
}

fn counted(length: usize) -> Result<u32, EncodeError> {
    u32::try_from(length)
        .map_err(|_| EncodeError(format!("{length} elements are more than MessagePack counts")))
}

impl<'a, 'b> ser::Serializer for &'b mut Encoder<'a> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Compound<'a, 'b>;
    type SerializeTuple = Compound<'a, 'b>;
    type SerializeTupleStruct = Compound<'a, 'b>;
    type SerializeTupleVariant = Compound<'a, 'b>;
    type SerializeMap = Compound<'a, 'b>;
    type SerializeStruct = Compound<'a, 'b>;
    type SerializeStructVariant = Compound<'a, 'b>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Outcome {
        encode::write_bool(self.out, value).expect(INFALLIBLE);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Outcome {
        self.serialize_i32(value.into())
    }

    fn serialize_i16(self, value: i16) -> Outcome {
        self.serialize_i32(value.into())
    }

    fn serialize_i32(self, value: i32) -> Outcome {
        encode::write_sint(self.out, value.into()).expect(INFALLIBLE);
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Outcome {
        self.number(Marker::I64, value.to_be_bytes())
    }

    fn serialize_i128(self, value: i128) -> Outcome {
        self.serialize_bytes(&value.to_be_bytes())
    }

    fn serialize_u8(self, value: u8) -> Outcome {
        self.serialize_u32(value.into())
    }

    fn serialize_u16(self, value: u16) -> Outcome {
        self.serialize_u32(value.into())
    }

    fn serialize_u32(self, value: u32) -> Outcome {
        encode::write_uint(self.out, value.into()).expect(INFALLIBLE);
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Outcome {
        self.number(Marker::U64, value.to_be_bytes())
    }

    fn serialize_u128(self, value: u128) -> Outcome {
        self.serialize_bytes(&value.to_be_bytes())
    }

    fn serialize_f32(self, value: f32) -> Outcome {
        self.number(Marker::F32, value.to_be_bytes())
    }

    fn serialize_f64(self, value: f64) -> Outcome {
        self.number(Marker::F64, value.to_be_bytes())
    }

    fn serialize_char(self, value: char) -> Outcome {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Outcome {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Outcome {
        counted(value.len())?;
        encode::write_bin(self.out, value).expect(INFALLIBLE);
        Ok(())
    }

    fn serialize_none(self) -> Outcome {
        self.serialize_unit()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Outcome {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Outcome {
        encode::write_nil(self.out).expect(INFALLIBLE);
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Outcome {
        self.array_of(0)
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Outcome {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _name: &'static str, value: &T) -> Outcome {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Outcome {
        self.variant(variant)?;
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Compound<'a, 'b>, EncodeError> {
        match length {
            Some(length) => {
                self.array_of(length)?;
                Ok(Compound::Counted(self))
            }
            None => Ok(Compound::uncounted(self, Kind::Array)),
        }
    }

    fn serialize_tuple(self, length: usize) -> Result<Compound<'a, 'b>, EncodeError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<Compound<'a, 'b>, EncodeError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'a, 'b>, EncodeError> {
        self.variant(variant)?;
        self.serialize_seq(Some(length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Compound<'a, 'b>, EncodeError> {
        match length {
            Some(length) => {
                self.map_of(length)?;
                Ok(Compound::Counted(self))
            }
            None => Ok(Compound::uncounted(self, Kind::Map)),
        }
    }

    fn serialize_struct(self, _name: &'static str, length: usize) -> Result<Compound<'a, 'b>, EncodeError> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'a, 'b>, EncodeError> {
        self.variant(variant)?;
        self.serialize_map(Some(length))
    }
}

#[cfg(test)]
mod tests;
