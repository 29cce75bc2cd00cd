//! D1 as a [`SqlDatabase`].

use app::ports::StoreError;
use async_trait::async_trait;
use worker::D1Database;
use worker::js_sys::{Array, Error, JSON, Reflect};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::worker_sys::types as sys;

use crate::sql::{Rows, SqlDatabase, Statement, Value};

/// A D1 database. A clone is another handle to the same binding.
#[derive(Debug, Clone)]
pub struct D1 {
    database: sys::D1Database,
    name: &'static str,
}

impl D1 {
    /// Over a binding; `name` is the binding's, for errors.
    #[must_use]
    pub fn new(database: D1Database, name: &'static str) -> Self {
        Self { database: JsValue::from(database).unchecked_into(), name }
    }

    fn prepare(&self, statement: &Statement) -> Result<sys::D1PreparedStatement, JsValue> {
        let values: Array = statement.values.iter().map(to_js).collect();
        self.database.prepare(&statement.sql)?.bind(values)
    }

    async fn run(&self, statements: &[Statement]) -> Result<Vec<String>, JsValue> {
        // A lone query goes its own way, because the platform tries a lone read again where it failed in transit.
        if let [statement] = statements {
            let result = JsFuture::from(self.prepare(statement)?.all()?).await?;
            return Ok(vec![rows(result.unchecked_ref())?]);
        }
        let prepared = Array::new();
        for statement in statements {
            prepared.push(self.prepare(statement)?.as_ref());
        }
        let results = JsFuture::from(self.database.batch(prepared)?).await?;
        Array::from(&results).iter().map(|result| rows(result.unchecked_ref())).collect()
    }
}

#[async_trait(?Send)]
impl SqlDatabase for D1 {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        match self.run(&statements).await {
            Ok(answers) => Ok(answers.into_iter().map(|json| Rows::new(self.name, json)).collect()),
            Err(error) => Err(StoreError::new(self.name, describe(&error))),
        }
    }
}

fn to_js(value: &Value) -> JsValue {
    match value {
        // Neither `undefined` nor a `BigInt`: D1 refuses both.
        Value::Null => JsValue::NULL,
        Value::Number(number) => JsValue::from_f64(*number),
        Value::Text(text) => JsValue::from_str(text),
    }
}

fn rows(result: &sys::D1Result) -> Result<String, JsValue> {
    match result.results()? {
        Some(rows) if rows.length() > 0 => Ok(JSON::stringify(&rows)?.into()),
        _ => Ok("[]".into()),
    }
}

/// An error's message and that of its cause, which is where D1 says what SQLite said.
fn describe(error: &JsValue) -> String {
    let message = |value: &JsValue| value.dyn_ref::<Error>().map(|error| String::from(error.message()));
    let outer = message(error).unwrap_or_else(|| format!("{error:?}"));
    match Reflect::get(error, &"cause".into()).ok().as_ref().and_then(message) {
        Some(cause) if !outer.contains(&cause) => format!("{outer}: {cause}"),
        _ => outer,
    }
}
