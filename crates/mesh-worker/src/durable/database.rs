//! The SQLite of an object: `ctx.storage.sql`.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Function, JSON, Reflect, Uint8Array};
use mesh::durable::{Database, End, MAX_INTEGER, Rows, Value};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use wasm_bindgen::closure::ScopedClosure;
use wasm_bindgen::{JsCast, JsValue};

use crate::js_call::{call_method, method};
use crate::js_error::describe;

/// How many statements are kept as JavaScript has them. Code has fewer; those that are put together as they go may be more.
const STATEMENTS_KEPT: usize = 256;

/// `ctx.storage` with SQLite.
///
/// What a statement costs beside SQLite's own work is crossings between Wasm and JavaScript: so its text crosses once, the
/// names of its columns once, and its values and rows each as one JSON text.
pub(super) struct PlatformDatabase {
    storage: JsValue,
    sql: JsValue,
    exec: Function,
    transaction: Function,
    statements: RefCell<HashMap<String, Rc<Known>>>,
    cursor: OnceCell<CursorMethods>,
}

/// A statement that ran before.
struct Known {
    text: JsValue,
    columns: OnceCell<Rc<[String]>>,
}

/// Methods that all cursors share.
struct CursorMethods {
    raw: Function,
    to_array: Function,
}

impl PlatformDatabase {
    pub(super) fn new(storage: &JsValue) -> Result<Self, JsValue> {
        let sql = Reflect::get(storage, &"sql".into())?;
        let exec = method(&sql, "exec")?;
        let transaction = method(storage, "transactionSync")?;
        let (statements, cursor) = (RefCell::default(), OnceCell::new());
        Ok(Self { storage: storage.clone(), sql, exec, transaction, statements, cursor })
    }

    fn run(&self, sql: &str, values: &[Value]) -> Result<Rows, JsValue> {
        let known = self.known(sql);
        let cursor = Reflect::apply(&self.exec, &self.sql, &arguments(&known.text, values)?)?;
        let columns = match known.columns.get() {
            Some(columns) => columns.clone(),
            None => {
                let names: Array = Reflect::get(&cursor, &"columnNames".into())?.dyn_into()?;
                let names = names.iter().map(|name| name.as_string().unwrap_or_default());
                known.columns.get_or_init(|| names.collect()).clone()
            }
        };
        if changes_schema(sql) {
            self.statements.borrow_mut().clear();
        }
        if columns.is_empty() {
            return Ok(Rows::default());
        }
        Ok(Rows::new(columns, read(&self.rows(&cursor)?)?))
    }

    fn known(&self, sql: &str) -> Rc<Known> {
        if let Some(known) = self.statements.borrow().get(sql) {
            return known.clone();
        }
        let known = Rc::new(Known { text: sql.into(), columns: OnceCell::new() });
        let mut statements = self.statements.borrow_mut();
        if statements.len() < STATEMENTS_KEPT {
            statements.insert(sql.to_owned(), known.clone());
        }
        known
    }

    fn rows(&self, cursor: &JsValue) -> Result<Array, JsValue> {
        if let Some(CursorMethods { raw, to_array }) = self.cursor.get() {
            return to_array.call0(&raw.call0(cursor)?)?.dyn_into();
        }
        let raw = method(cursor, "raw")?;
        let rows = raw.call0(cursor)?;
        let to_array = method(&rows, "toArray")?;
        let methods = self.cursor.get_or_init(|| CursorMethods { raw, to_array });
        methods.to_array.call0(&rows)?.dyn_into()
    }
}

/// Whether the columns of other statements may be others after it.
fn changes_schema(sql: &str) -> bool {
    let word = sql.split_whitespace().next().unwrap_or_default();
    ["ALTER", "CREATE", "DROP"].iter().any(|changing| word.eq_ignore_ascii_case(changing))
}

impl Database for PlatformDatabase {
    fn exec(&self, sql: &str, values: &[Value]) -> Result<Rows, String> {
        self.run(sql, values).map_err(|thrown| describe(&thrown))
    }

    fn script(&self, sql: &str) -> Result<(), String> {
        self.statements.borrow_mut().clear();
        call_method(&self.sql, &self.exec, [&sql.into()]).map(drop).map_err(|thrown| describe(&thrown))
    }

    fn transaction(&self, body: &mut dyn FnMut() -> End) -> Result<(), String> {
        let mut rolled_back = false;
        let mut step = || match body() {
            End::Commit => Ok(()),
            End::Rollback => {
                rolled_back = true;
                // The platform undoes a transaction whose function throws.
                Err(JsValue::from_str("rolled back"))
            }
        };
        let callback =
            ScopedClosure::<dyn FnMut() -> Result<(), JsValue>>::borrow_mut_assert_unwind_safe(&mut step);
        let ended = call_method(&self.storage, &self.transaction, [callback.as_js_value()]);
        drop(callback);
        match ended {
            Err(thrown) if !rolled_back => Err(describe(&thrown)),
            _ => Ok(()),
        }
    }

    fn size(&self) -> u64 {
        let size = Reflect::get(&self.sql, &"databaseSize".into()).ok().and_then(|size| size.as_f64());
        size.unwrap_or_default() as u64
    }
}

/// What `exec` is called with: the statement, and what is bound to its parameters.
fn arguments(text: &JsValue, values: &[Value]) -> Result<Array, JsValue> {
    if values.is_empty() {
        return Ok(Array::of1(text));
    }
    let Some(json) = as_json(values) else {
        let arguments = Array::of1(text);
        for value in values {
            arguments.push(&to_js(value));
        }
        return Ok(arguments);
    };
    let arguments: Array = JSON::parse(&json)?.dyn_into()?;
    arguments.set(0, text.clone());
    Ok(arguments)
}

/// The values as JSON, after a place for the statement; none where JSON cannot say one.
fn as_json(values: &[Value]) -> Option<String> {
    let mut json = String::from("[0");
    for value in values {
        json.push(',');
        match value {
            Value::Null => json.push_str("null"),
            Value::Integer(number) => write!(json, "{number}").ok()?,
            Value::Real(number) if number.is_finite() => write!(json, "{number:?}").ok()?,
            Value::Text(text) => json.push_str(&serde_json::to_string(text).ok()?),
            Value::Real(_) | Value::Blob(_) => return None,
        }
    }
    json.push(']');
    Some(json)
}

/// Numbers as numbers: a boolean would be stored as the text `true`, and a `BigInt` is refused.
fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(number) => JsValue::from_f64(*number as f64),
        Value::Real(number) => JsValue::from_f64(*number),
        Value::Text(text) => JsValue::from_str(text),
        Value::Blob(bytes) => Uint8Array::from(bytes.as_slice()).into(),
    }
}

/// The rows out of JavaScript's arrays: as one JSON text, which costs far less than a crossing a value, and one by one
/// what JSON cannot say.
fn read(rows: &Array) -> Result<Vec<Vec<Value>>, JsValue> {
    let text: String = JSON::stringify(rows)?.into();
    let parsed: Vec<Vec<Cell>> =
        serde_json::from_str(&text).map_err(|error| js_sys::Error::new(&error.to_string()))?;
    let read_row = |(at, row): (u32, Vec<Cell>)| {
        let mut array = None;
        (0..)
            .zip(row)
            .map(|(column, cell)| match cell {
                Cell::Value(value) => value,
                Cell::Unsaid => {
                    let array = array.get_or_insert_with(|| Array::from(&rows.get(at)));
                    from_js(&array.get(column))
                }
            })
            .collect()
    };
    Ok((0..).zip(parsed).map(read_row).collect())
}

fn from_js(value: &JsValue) -> Value {
    if let Some(number) = value.as_f64() {
        Value::from_number(number)
    } else if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
        Value::Blob(Uint8Array::new(buffer).to_vec())
    } else if let Some(text) = value.as_string() {
        Value::Text(text)
    } else {
        Value::Null
    }
}

/// One value of a row in JSON.
enum Cell {
    Value(Value),
    /// Bytes, which JSON has not; NULL, which an infinite number reads as too; or a fraction, of which only the number
    /// itself is exact.
    Unsaid,
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CellVisitor;

        impl<'de> Visitor<'de> for CellVisitor {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of SQLite")
            }

            fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
                Ok(if number.abs() <= MAX_INTEGER {
                    Cell::Value(Value::Integer(number))
                } else {
                    Cell::Unsaid
                })
            }

            fn visit_u64<E>(self, number: u64) -> Result<Cell, E> {
                let exact = i64::try_from(number).ok().filter(|number| *number <= MAX_INTEGER);
                Ok(exact.map_or(Cell::Unsaid, |number| Cell::Value(Value::Integer(number))))
            }

            fn visit_f64<E>(self, _number: f64) -> Result<Cell, E> {
                Ok(Cell::Unsaid)
            }

            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::Value(Value::Text(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Cell, E> {
                Ok(Cell::Value(Value::Text(text)))
            }

            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Unsaid)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Cell::Unsaid)
            }
        }

        deserializer.deserialize_any(CellVisitor)
    }
}
