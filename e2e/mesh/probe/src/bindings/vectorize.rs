//! Vectorize.

use mesh_worker::bindings::vectorize::{Filter, Index, Query, ReturnMetadata, Vector};
use serde::Deserialize;
use serde_json::Value;

use super::{missing, outcome};
use crate::case::Case;

/// A query as a test writes it.
#[derive(Deserialize)]
struct Ask {
    #[serde(default)]
    vector: Vec<f32>,
    #[serde(default)]
    id: String,
    top_k: u32,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    values: bool,
    #[serde(default)]
    metadata: String,
    /// `equals`, `at_least` or `one_of`, the field and the operand.
    #[serde(default)]
    filter: Vec<(String, String, Value)>,
}

impl Ask {
    fn query(&self) -> Query {
        let filter = self.filter.iter().fold(Filter::new(), |filter, (operator, field, operand)| {
            match (operator.as_str(), operand) {
                ("equals", Value::String(text)) => filter.equals(field, text.as_str()),
                ("at_least", operand) => filter.at_least(field, operand.as_f64().unwrap_or_default()),
                ("one_of", Value::Array(texts)) => {
                    filter.one_of(field, texts.iter().filter_map(Value::as_str))
                }
                _ => filter,
            }
        });
        Query {
            top_k: self.top_k,
            namespace: self.namespace.clone(),
            return_values: self.values,
            return_metadata: match self.metadata.as_str() {
                "all" => ReturnMetadata::All,
                "indexed" => ReturnMetadata::Indexed,
                _ => ReturnMetadata::None,
            },
            filter: (!self.filter.is_empty()).then_some(filter),
        }
    }
}

pub(super) async fn run(name: &str, case: &mut Case) -> worker::Result<Option<Value>> {
    let index = Index::over(&case.env, "INDEX").map_err(missing)?;
    Ok(Some(match name {
        "describe" => outcome(index.describe().await),
        "insert" => outcome(index.insert(&case.input::<Vec<Vector>>().await?).await),
        "upsert" => outcome(index.upsert(&case.input::<Vec<Vector>>().await?).await),
        "delete" => outcome(index.delete_by_ids(&case.input::<Vec<String>>().await?).await),
        "get" => outcome(index.get_by_ids(&case.input::<Vec<String>>().await?).await),
        "query" => {
            let ask: Ask = case.input().await?;
            outcome(index.query(&ask.vector, &ask.query()).await)
        }
        "query-by-id" => {
            let ask: Ask = case.input().await?;
            outcome(index.query_by_id(&ask.id, &ask.query()).await)
        }
        // Learns the number of dimensions first, so that the next call is checked against it.
        "described-upsert" => {
            index.describe().await.map_err(missing)?;
            outcome(index.upsert(&case.input::<Vec<Vector>>().await?).await)
        }
        _ => return Ok(None),
    }))
}
