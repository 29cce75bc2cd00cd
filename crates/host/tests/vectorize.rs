//! The adapter of Vectorize over a double with the product's limits, its delay, and one space of ids for all tenants.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use host::{Vectorize, VectorizeIndex};
use mesh_worker::bindings::vectorize::{
    InvalidRequest, Limits, Match, Matches, Query, ReturnMetadata, Vector, VectorizeError,
};
use serde_json::{Map, Value};
use test_kit::run;
use test_kit::suite::{SUITE_DIMENSIONS, vector_index_suite};

/// Fields with a metadata index; on others no filter works.
const INDEXED: [&str; 5] = ["kind", "account", "source", "event_id", "occurred_ms"];

#[derive(Clone, Default)]
struct Double(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    vectors: BTreeMap<String, Vector>,
    /// Accepted and not yet visible.
    pending: Vec<Mutation>,
}

enum Mutation {
    Upsert(Vec<Vector>),
    Delete(Vec<String>),
}

impl Double {
    fn settle(&self) {
        let mut state = self.0.borrow_mut();
        for mutation in std::mem::take(&mut state.pending) {
            match mutation {
                Mutation::Upsert(vectors) => {
                    state.vectors.extend(vectors.into_iter().map(|vector| (vector.id.clone(), vector)));
                }
                Mutation::Delete(ids) => state.vectors.retain(|id, _| !ids.contains(id)),
            }
        }
    }
}

#[async_trait(?Send)]
impl Vectorize for Double {
    async fn upsert(&self, vectors: &[Vector]) -> Result<(), VectorizeError> {
        let limits = Limits::default();
        if vectors.is_empty() {
            return Err(InvalidRequest::Empty { operation: "upsert" }.into());
        }
        if vectors.len() > limits.vectors {
            return Err(InvalidRequest::TooManyVectors { count: vectors.len(), limit: limits.vectors }.into());
        }
        for vector in vectors {
            assert!(vector.id.len() <= limits.id_bytes, "{}", vector.id);
            assert!(vector.namespace.as_ref().is_some_and(|name| name.len() <= limits.namespace_bytes));
            assert_eq!(vector.values.len(), SUITE_DIMENSIONS);
            let metadata = serde_json::to_string(&vector.metadata).expect("metadata is JSON");
            assert!(metadata.len() <= limits.metadata_bytes);
        }
        self.0.borrow_mut().pending.push(Mutation::Upsert(vectors.to_vec()));
        Ok(())
    }

    async fn delete(&self, ids: &[String]) -> Result<(), VectorizeError> {
        let limit = Limits::default().ids_deleted;
        if ids.is_empty() || ids.len() > limit {
            return Err(
                InvalidRequest::TooManyIds { operation: "deleteByIds", count: ids.len(), limit }.into()
            );
        }
        self.0.borrow_mut().pending.push(Mutation::Delete(ids.to_vec()));
        Ok(())
    }

    async fn query(&self, vector: &[f32], query: &Query) -> Result<Matches, VectorizeError> {
        let limits = Limits::default();
        let limit = if query.return_metadata == ReturnMetadata::All {
            limits.top_k_with_content
        } else {
            limits.top_k
        };
        if !(1..=limit).contains(&query.top_k) {
            return Err(InvalidRequest::TopK { asked: query.top_k, limit, hint: "" }.into());
        }
        let filter: Map<String, Value> = query
            .filter
            .as_ref()
            .map(|filter| serde_json::from_str(&filter.to_json()).expect("a filter is JSON"))
            .unwrap_or_default();
        let state = self.0.borrow();
        let mut matches: Vec<Match> = state
            .vectors
            .values()
            .filter(|candidate| candidate.namespace == query.namespace)
            .filter(|candidate| fulfils(&filter, candidate.metadata.as_ref()))
            .map(|candidate| Match {
                id: candidate.id.clone(),
                score: candidate.values.iter().zip(vector).map(|(a, b)| f64::from(a * b)).sum(),
                values: None,
                namespace: candidate.namespace.clone(),
                metadata: candidate.metadata.as_ref().map(cut),
            })
            .collect();
        matches.sort_by(|a, b| b.score.total_cmp(&a.score));
        matches.truncate(query.top_k as usize);
        Ok(Matches { count: matches.len() as u32, matches })
    }
}

fn fulfils(filter: &Map<String, Value>, metadata: Option<&Map<String, Value>>) -> bool {
    filter.iter().all(|(field, conditions)| {
        let Some(value) = metadata.and_then(|metadata| metadata.get(field)) else { return false };
        INDEXED.contains(&field.as_str())
            && conditions.as_object().expect("conditions are an object").iter().all(|(operator, operand)| {
                match operator.as_str() {
                    "$eq" => value == operand,
                    "$gte" => value.as_f64() >= operand.as_f64(),
                    "$lte" => value.as_f64() <= operand.as_f64(),
                    other => panic!("no operator `{other}`"),
                }
            })
    })
}

/// Texts of an index are 64 bytes of them.
fn cut(metadata: &Map<String, Value>) -> Map<String, Value> {
    let cut = |value: &Value| match value {
        Value::String(text) => Value::from(text.get(..64).unwrap_or(text)),
        other => other.clone(),
    };
    metadata.iter().map(|(field, value)| (field.clone(), cut(value))).collect()
}

#[test]
fn the_adapter_does_what_every_index_of_vectors_must() {
    let double = Double::default();
    let index = VectorizeIndex::over(double.clone());
    run(vector_index_suite(&index, &|| double.settle()));
}
