//! From an encoded message to JavaScript values.

use js_sys::{Array, BigInt, Object, Reflect, Uint8Array};
use mesh::{Message, STREAM_KEY};
use rmp::Marker;
use rmp::decode::read_marker;
use wasm_bindgen::JsValue;

use super::{DEEPEST, PlainError};
use crate::stream::into_readable;

/// The message as a JavaScript value.
pub(crate) fn write(message: &Message) -> Result<JsValue, PlainError> {
    let mut writer = Writer { rest: &message.bytes, message, depth: 0 };
    writer.value().map_err(|problem| PlainError { path: "message".into(), problem })
}

struct Writer<'a> {
    rest: &'a [u8],
    message: &'a Message,
    depth: usize,
}

const CUT: &str = "it ends in the middle of a value";

impl<'a> Writer<'a> {
    fn value(&mut self) -> Result<JsValue, String> {
        let marker = read_marker(&mut self.rest).map_err(|_| CUT)?;
        let length = self.length(marker)?;
        Ok(match marker {
            Marker::Null => JsValue::NULL,
            Marker::True => JsValue::TRUE,
            Marker::False => JsValue::FALSE,
            Marker::FixPos(number) => number.into(),
            Marker::FixNeg(number) => number.into(),
            Marker::U8 => u8::from_be_bytes(self.fixed()?).into(),
            Marker::U16 => u16::from_be_bytes(self.fixed()?).into(),
            Marker::U32 => u32::from_be_bytes(self.fixed()?).into(),
            Marker::U64 => BigInt::from(u64::from_be_bytes(self.fixed()?)).into(),
            Marker::I8 => i8::from_be_bytes(self.fixed()?).into(),
            Marker::I16 => i16::from_be_bytes(self.fixed()?).into(),
            Marker::I32 => i32::from_be_bytes(self.fixed()?).into(),
            Marker::I64 => BigInt::from(i64::from_be_bytes(self.fixed()?)).into(),
            Marker::F32 => f32::from_be_bytes(self.fixed()?).into(),
            Marker::F64 => f64::from_be_bytes(self.fixed()?).into(),
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => self.text(length)?.into(),
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => Uint8Array::from(self.take(length)?).into(),
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => self.array(length)?,
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => self.map(length)?,
            other => return Err(format!("{other:?} is not part of the mesh's encoding")),
        })
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CUT)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// How many bytes or elements follow, where the marker is of something with a length.
    fn length(&mut self, marker: Marker) -> Result<usize, String> {
        Ok(match marker {
            Marker::FixStr(length) | Marker::FixArray(length) | Marker::FixMap(length) => length.into(),
            Marker::Str8 | Marker::Bin8 => u8::from_be_bytes(self.fixed()?).into(),
            Marker::Str16 | Marker::Bin16 | Marker::Array16 | Marker::Map16 => {
                u16::from_be_bytes(self.fixed()?).into()
            }
            Marker::Str32 | Marker::Bin32 | Marker::Array32 | Marker::Map32 => {
                u32::from_be_bytes(self.fixed()?) as usize
            }
            _ => 0,
        })
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CUT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn text(&mut self, length: usize) -> Result<&'a str, String> {
        std::str::from_utf8(self.take(length)?).map_err(|_| "a text is not UTF-8".into())
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        if self.depth == DEEPEST {
            return Err(format!("it is nested deeper than {DEEPEST}"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn array(&mut self, length: usize) -> Result<JsValue, String> {
        self.deeper(|writer| {
            let array = Array::new();
            for _ in 0..length {
                array.push(&writer.value()?);
            }
            Ok(array.into())
        })
    }

    fn map(&mut self, length: usize) -> Result<JsValue, String> {
        self.deeper(|writer| {
            let object = Object::new();
            let mut place = None;
            for _ in 0..length {
                let key = writer.value()?;
                let value = writer.value()?;
                if key.as_string().as_deref() == Some(STREAM_KEY) {
                    place = value.as_f64();
                }
                let key = if key.is_string() { key } else { key_text(&key)?.into() };
                Reflect::set(&object, &key, &value).map_err(|_| "a key cannot be set on an object")?;
            }
            let stream = place.and_then(|place| writer.message.streams.get(place as usize));
            match stream {
                Some(stream) => Ok(into_readable(stream).map_err(|error| error.to_string())?.into()),
                None => Ok(object.into()),
            }
        })
    }
}

/// A map's key that is no text in Rust (a number, say) is its text in JavaScript.
fn key_text(key: &JsValue) -> Result<String, String> {
    match (key.as_f64(), key.as_bool()) {
        (Some(number), _) => Ok(number.to_string()),
        (_, Some(flag)) => Ok(flag.to_string()),
        _ if key.is_bigint() => Ok(String::from(js_sys::JsString::from(key.clone()))),
        _ => Err("a map's key must be text, a number or a bool".into()),
    }
}
