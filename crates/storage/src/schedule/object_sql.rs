//! The SQLite of a Durable Object: statements in, rows as JSON out, at once.

use app::ports::StoreError;
use worker::js_sys::{Array, Error, Function, JSON, Reflect};
use worker::wasm_bindgen::closure::Closure;
use worker::wasm_bindgen::{JsCast, JsValue};

use crate::sql::{Rows, Statement, Value};

/// A SQLite database that answers at once.
pub trait ObjectDatabase {
    /// The binding's name, for errors.
    fn name(&self) -> &'static str;

    /// Runs the statements in order: all of them, or none.
    ///
    /// # Errors
    /// When one fails, by a constraint say.
    fn transaction(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError>;
}

/// `ctx.storage` of a Durable Object with SQLite. A clone is another handle to the same storage.
#[derive(Debug, Clone)]
pub struct DurableSql {
    storage: JsValue,
    name: &'static str,
}

impl DurableSql {
    /// Over an object's state, the `ctx` that it was made with; `name` is its namespace's binding, for errors.
    ///
    /// # Errors
    /// [`StoreError`] when the state has no storage: it is something else.
    pub fn new(state: &JsValue, name: &'static str) -> Result<Self, StoreError> {
        match Reflect::get(state, &"storage".into()) {
            Ok(storage) if storage.is_object() => Ok(Self { storage, name }),
            _ => Err(StoreError::new(name, "the object's state has no `storage`")),
        }
    }

    pub(super) fn storage(&self) -> &JsValue {
        &self.storage
    }

    pub(super) fn failed(&self, error: &JsValue) -> StoreError {
        let message = match error.dyn_ref::<Error>() {
            Some(error) => String::from(error.message()),
            None => format!("{error:?}"),
        };
        StoreError::new(self.name, message)
    }

    fn run(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, JsValue> {
        let sql = Reflect::get(&self.storage, &"sql".into())?;
        let exec = method(&sql, "exec")?;
        // A lone statement is a transaction of its own.
        let alone = statements.len() == 1;
        let execute_all = move || -> Result<JsValue, JsValue> {
            let answers = statements.iter().map(|statement| execute(&sql, &exec, statement));
            Ok(answers.collect::<Result<Array, JsValue>>()?.into())
        };
        let answers = if alone {
            execute_all()?
        } else {
            let transaction = method(&self.storage, "transactionSync")?;
            transaction.call1(&self.storage, Closure::once(execute_all).as_ref())?
        };
        let rows = |json: JsValue| Rows::new(self.name, json.as_string().unwrap_or_else(|| "[]".into()));
        Ok(Array::from(&answers).iter().map(rows).collect())
    }
}

impl ObjectDatabase for DurableSql {
    fn name(&self) -> &'static str {
        self.name
    }

    fn transaction(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        self.run(statements).map_err(|error| self.failed(&error))
    }
}

/// Runs one statement; its rows as JSON text.
fn execute(sql: &JsValue, exec: &Function, statement: &Statement) -> Result<JsValue, JsValue> {
    let arguments = Array::of1(&statement.sql.as_str().into());
    for value in &statement.values {
        arguments.push(&to_js(value));
    }
    let cursor = exec.apply(sql, &arguments)?;
    let rows = method(&cursor, "toArray")?.call0(&cursor)?;
    Ok(JSON::stringify(&rows)?.into())
}

/// Numbers as they are: a boolean would be stored as the text `true`, and a `BigInt` is refused.
fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Number(number) => JsValue::from_f64(*number),
        Value::Text(text) => JsValue::from_str(text),
    }
}

pub(super) fn method(target: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(target, &name.into())?.dyn_into()
}
