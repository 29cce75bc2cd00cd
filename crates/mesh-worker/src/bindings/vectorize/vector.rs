//! Vectors as they are written and read back.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::invalid::InvalidRequest;
use super::key::check_metadata_key;
use super::limits::Limits;

/// What is known about a vector besides its values: an object of JSON values.
pub type Metadata = Map<String, Value>;

/// A vector in an index. The index keeps values as 32-bit floats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vector {
    /// Unique in the index, at most 64 bytes.
    pub id: String,
    /// As many as the index has dimensions.
    pub values: Vec<f32>,
    /// The one part of the index that it belongs to, at most 64 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// At most 10 KiB as JSON. A filter sees only fields with a metadata index that is older than the vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

impl Vector {
    /// A vector without namespace and metadata.
    pub fn new(id: impl Into<String>, values: Vec<f32>) -> Self {
        Self { id: id.into(), values, namespace: None, metadata: None }
    }

    /// The same in a namespace.
    #[must_use]
    pub fn in_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// The same with metadata of any type that serializes as an object.
    ///
    /// # Errors
    /// [`InvalidRequest::MetadataShape`] when it serializes as something else.
    pub fn with_metadata(mut self, metadata: &impl Serialize) -> Result<Self, InvalidRequest> {
        let shape = |message: String| InvalidRequest::MetadataShape { id: self.id.clone(), message };
        match serde_json::to_value(metadata).map_err(|error| shape(error.to_string()))? {
            Value::Object(fields) => self.metadata = Some(fields),
            other => return Err(shape(format!("it serializes as `{other}`"))),
        }
        Ok(self)
    }

    /// Its metadata in a type of the caller's; without any, as of an empty object.
    ///
    /// # Errors
    /// What the type says when it does not fit.
    pub fn metadata_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        read_metadata(self.metadata.as_ref())
    }
}

pub(super) fn read_metadata<T: DeserializeOwned>(
    metadata: Option<&Metadata>,
) -> Result<T, serde_json::Error> {
    serde_json::from_value(Value::Object(metadata.cloned().unwrap_or_default()))
}

/// Checks a batch to write; `dimensions` is the index's number where it is known.
pub(super) fn check_batch(
    operation: &'static str,
    vectors: &[Vector],
    dimensions: Option<usize>,
    limits: &Limits,
) -> Result<(), InvalidRequest> {
    let Some(first) = vectors.first() else { return Err(InvalidRequest::Empty { operation }) };
    if vectors.len() > limits.vectors {
        return Err(InvalidRequest::TooManyVectors { count: vectors.len(), limit: limits.vectors });
    }
    for (position, vector) in vectors.iter().enumerate() {
        check_id(position, &vector.id, limits)?;
        let name = format!("vector `{}`", vector.id);
        check_values(&name, &vector.values, dimensions, limits)?;
        // Even where nobody knows the index's dimensions, a batch has one number of them.
        if vector.values.len() != first.values.len() {
            return Err(InvalidRequest::Dimensions {
                vector: name,
                found: vector.values.len(),
                expected: format!("`{}` of the same batch has {}", first.id, first.values.len()),
            });
        }
        if let Some(namespace) = &vector.namespace {
            check_namespace(namespace, limits)?;
        }
        if let Some(metadata) = &vector.metadata {
            check_metadata(&vector.id, metadata, limits)?;
        }
    }
    Ok(())
}

pub(super) fn check_ids(
    operation: &'static str,
    ids: &[impl AsRef<str>],
    limit: usize,
    limits: &Limits,
) -> Result<(), InvalidRequest> {
    if ids.is_empty() {
        return Err(InvalidRequest::Empty { operation });
    }
    if ids.len() > limit {
        return Err(InvalidRequest::TooManyIds { operation, count: ids.len(), limit });
    }
    ids.iter().enumerate().try_for_each(|(position, id)| check_id(position, id.as_ref(), limits))
}

pub(super) fn check_id(position: usize, id: &str, limits: &Limits) -> Result<(), InvalidRequest> {
    if id.is_empty() {
        return Err(InvalidRequest::EmptyId { position });
    }
    if id.len() > limits.id_bytes {
        return Err(InvalidRequest::IdTooLong { id: id.to_owned(), bytes: id.len(), limit: limits.id_bytes });
    }
    Ok(())
}

pub(super) fn check_namespace(namespace: &str, limits: &Limits) -> Result<(), InvalidRequest> {
    if namespace.is_empty() || namespace.len() > limits.namespace_bytes {
        return Err(InvalidRequest::Namespace {
            namespace: namespace.to_owned(),
            bytes: namespace.len(),
            limit: limits.namespace_bytes,
        });
    }
    Ok(())
}

pub(super) fn check_values(
    vector: &str,
    values: &[f32],
    dimensions: Option<usize>,
    limits: &Limits,
) -> Result<(), InvalidRequest> {
    let expected = match dimensions {
        Some(dimensions) if dimensions != values.len() => Some(format!("the index has {dimensions}")),
        None if values.is_empty() => Some("an index has at least 1".to_owned()),
        None if values.len() > limits.dimensions => {
            Some(format!("an index has at most {}", limits.dimensions))
        }
        _ => None,
    };
    if let Some(expected) = expected {
        return Err(InvalidRequest::Dimensions { vector: vector.to_owned(), found: values.len(), expected });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(InvalidRequest::NotFinite { vector: vector.to_owned(), position }),
        None => Ok(()),
    }
}

fn check_metadata(id: &str, metadata: &Metadata, limits: &Limits) -> Result<(), InvalidRequest> {
    let place = format!("the metadata of `{id}`");
    check_keys(&place, metadata, limits)?;
    let bytes = serde_json::to_string(metadata).map_or(0, |text| text.len());
    if bytes > limits.metadata_bytes {
        return Err(InvalidRequest::MetadataTooLarge {
            id: id.to_owned(),
            bytes,
            limit: limits.metadata_bytes,
        });
    }
    Ok(())
}

fn check_keys(place: &str, fields: &Metadata, limits: &Limits) -> Result<(), InvalidRequest> {
    for (key, value) in fields {
        check_metadata_key(place, key, limits)?;
        if let Value::Object(inner) = value {
            check_keys(place, inner, limits)?;
        }
    }
    Ok(())
}
