//! What a query answers.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The rows of an answer, in a type of the caller's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct Rows<T> {
    /// The rows, by column name.
    pub data: Vec<T>,
    /// How many there are.
    #[serde(default)]
    pub rows: u64,
    /// What it cost, where the interface tells.
    #[serde(default)]
    pub statistics: Option<Statistics>,
}

/// What a query cost. 0 also means that the store did not say.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Milliseconds in the data store, without queueing and network.
    #[serde(default)]
    pub elapsed_ms: f64,
    /// Rows read.
    #[serde(default)]
    pub rows_read: u64,
    /// Bytes read.
    #[serde(default)]
    pub bytes_read: u64,
}

/// Reads a whole number that may be written as a text, as 64-bit columns are, or as a number with `.0`.
///
/// ```
/// # use mesh_worker::bindings::analytics::{Rows, count};
/// #[derive(serde::Deserialize)]
/// struct Usage {
///     #[serde(deserialize_with = "count")]
///     calls: u64,
/// }
/// # let rows: Rows<Usage> = serde_json::from_str(r#"{"data":[{"calls":"12"},{"calls":3.0}]}"#).unwrap();
/// # assert_eq!(rows.data.iter().map(|row| row.calls).sum::<u64>(), 15);
/// ```
///
/// # Errors
/// For anything that is no whole number of at least 0.
pub fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let whole = match &value {
        Value::String(text) => text.parse().ok(),
        // Beyond 2⁵³ a float no longer tells neighbors apart; such counts come as texts.
        Value::Number(number) => number.as_u64().or_else(|| {
            number
                .as_f64()
                .filter(|float| float.fract() == 0.0 && (0.0..=9.0e15).contains(float))
                .map(|float| float as u64)
        }),
        _ => None,
    };
    whole.ok_or_else(|| D::Error::custom(format!("`{value}` is no whole number")))
}
