//! From JavaScript values to an encoded message.

use js_sys::{Array, ArrayBuffer, BigInt, Date, JsString, Map, Object, Promise, Uint8Array};
use mesh::{ByteStream, STREAM_KEY};
use rmp::encode;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ReadableStream;

use super::{DEEPEST, PlainError};
use crate::stream::from_readable;

/// The largest whole number that a JavaScript `number` holds without doubt.
const SAFE: f64 = 9_007_199_254_740_991.0;

/// Appends the encoding of `value` to `out` and the streams in it to `streams`. `name` begins the path in errors.
pub(crate) fn read(
    value: &JsValue,
    name: &str,
    out: &mut Vec<u8>,
    streams: &mut Vec<ByteStream>,
) -> Result<(), PlainError> {
    Reader { out, streams, path: vec![name.to_owned()] }.value(value)
}

struct Reader<'a> {
    out: &'a mut Vec<u8>,
    streams: &'a mut Vec<ByteStream>,
    path: Vec<String>,
}

impl Reader<'_> {
    fn value(&mut self, value: &JsValue) -> Result<(), PlainError> {
        if value.is_undefined() || value.is_null() {
            put(encode::write_nil(self.out))
        } else if let Some(flag) = value.as_bool() {
            put(encode::write_bool(self.out, flag))
        } else if let Some(number) = value.as_f64() {
            self.number(number)
        } else if let Some(text) = value.as_string() {
            put(encode::write_str(self.out, &text))
        } else if value.is_bigint() {
            self.big(value)
        } else if value.is_object() {
            self.object(value)
        } else {
            Err(self.problem("a function or a symbol has no place in a message"))
        }
    }

    fn number(&mut self, number: f64) -> Result<(), PlainError> {
        if number.fract() == 0.0 && number.abs() <= SAFE && !(number == 0.0 && number.is_sign_negative()) {
            put(encode::write_sint(self.out, number as i64))
        } else {
            put(encode::write_f64(self.out, number))
        }
    }

    fn big(&mut self, value: &JsValue) -> Result<(), PlainError> {
        if let Ok(number) = u64::try_from(value.unchecked_ref::<BigInt>().clone()) {
            return put(encode::write_u64(self.out, number));
        }
        match i64::try_from(value.unchecked_ref::<BigInt>().clone()) {
            Ok(number) => put(encode::write_i64(self.out, number)),
            Err(_) => Err(self.problem("a bigint outside 64 bits")),
        }
    }

    fn object(&mut self, value: &JsValue) -> Result<(), PlainError> {
        if self.path.len() > DEEPEST {
            return Err(self.problem("nested too deep: is there a cycle?"));
        }
        if let Some(array) = value.dyn_ref::<Array>() {
            put(encode::write_array_len(self.out, array.length()))?;
            for (index, element) in array.iter().enumerate() {
                self.within(format!("[{index}]"), &element)?;
            }
            Ok(())
        } else if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
            put(encode::write_bin(self.out, &bytes.to_vec()))
        } else if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
            put(encode::write_bin(self.out, &Uint8Array::new(buffer).to_vec()))
        } else if let Some(map) = value.dyn_ref::<Map>() {
            self.entries(&Array::from(&map.entries()))
        } else if let Some(stream) = value.dyn_ref::<ReadableStream>() {
            self.stream(stream)
        } else if value.is_instance_of::<Date>() {
            Err(self.problem("a Date: send its text or its milliseconds, as the field's type says"))
        } else if value.is_instance_of::<Promise>() {
            Err(self.problem("a Promise: await it first"))
        } else {
            self.entries(&Object::entries(value.unchecked_ref()))
        }
    }

    /// The entries of an object or a map; those that are `undefined` count as missing.
    fn entries(&mut self, entries: &Array) -> Result<(), PlainError> {
        let present: Vec<(JsValue, JsValue)> = entries
            .iter()
            .map(|entry| {
                let entry: Array = entry.unchecked_into();
                (entry.get(0), entry.get(1))
            })
            .filter(|(_, value)| !value.is_undefined())
            .collect();
        put(encode::write_map_len(self.out, present.len() as u32))?;
        for (key, value) in present {
            let key = match key.dyn_ref::<JsString>() {
                Some(text) => String::from(text),
                None => return Err(self.problem("a map's keys must be strings")),
            };
            put(encode::write_str(self.out, &key))?;
            self.within(format!(".{key}"), &value)?;
        }
        Ok(())
    }

    fn stream(&mut self, stream: &ReadableStream) -> Result<(), PlainError> {
        put(encode::write_map_len(self.out, 1))?;
        put(encode::write_str(self.out, STREAM_KEY))?;
        let place = self.streams.len() as u64;
        self.streams.push(from_readable(stream.clone()));
        put(encode::write_uint(self.out, place))
    }

    fn within(&mut self, step: String, value: &JsValue) -> Result<(), PlainError> {
        self.path.push(step);
        self.value(value)?;
        self.path.pop();
        Ok(())
    }

    fn problem(&self, problem: &str) -> PlainError {
        PlainError { path: self.path.concat(), problem: problem.to_owned() }
    }
}

/// Writing to a `Vec` has no way to fail.
fn put<T, E: std::fmt::Debug>(written: Result<T, E>) -> Result<(), PlainError> {
    written.expect("a Vec takes every byte");
    Ok(())
}
