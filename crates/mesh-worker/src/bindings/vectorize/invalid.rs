//! What can be wrong with a request before it is sent.

/// A request that Vectorize would refuse. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// A write, read or deletion of nothing.
    #[error("`{operation}` was given nothing to do: leave the call out")]
    Empty {
        /// The method.
        operation: &'static str,
    },
    /// More vectors than one call may write.
    #[error("{count} vectors are over the {limit} of one call: send them in batches")]
    TooManyVectors {
        /// How many were given.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// More ids than one call may name.
    #[error("{count} ids are over the {limit} of one `{operation}`: send them in batches")]
    TooManyIds {
        /// The method.
        operation: &'static str,
        /// How many were given.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// An id is empty.
    #[error("the id at position {position} is empty: give every vector an id")]
    EmptyId {
        /// Counted from 0.
        position: usize,
    },
    /// An id is too long.
    #[error("id `{id}` is {bytes} bytes, over the limit of {limit}: use a shorter one, such as a hash")]
    IdTooLong {
        /// The id.
        id: String,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A namespace is empty or too long.
    #[error("namespace `{namespace}` is {bytes} bytes: use 1 to {limit}")]
    Namespace {
        /// The namespace.
        namespace: String,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A vector does not have as many values as it must.
    #[error("{vector} has {found} values where {expected}: embed with the model that the index was made for")]
    Dimensions {
        /// Which vector: `vector `id`` or `the query`.
        vector: String,
        /// How many it has.
        found: usize,
        /// What was expected of it, in words.
        expected: String,
    },
    /// A value is no number.
    #[error("value {position} of {vector} is not finite: JSON has no such number")]
    NotFinite {
        /// Which vector.
        vector: String,
        /// Counted from 0.
        position: usize,
    },
    /// Metadata is something other than an object.
    #[error("the metadata of `{id}` is no object with named fields: {message}")]
    MetadataShape {
        /// The vector.
        id: String,
        /// Why.
        message: String,
    },
    /// Metadata is too large.
    #[error("the metadata of `{id}` is {bytes} bytes, over the limit of {limit}: store a key to it instead")]
    MetadataTooLarge {
        /// The vector.
        id: String,
        /// Its size as compact JSON.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A key of metadata or of a filter cannot be used.
    #[error("{place} has the key `{key}`, which {problem}")]
    Key {
        /// Where the key is.
        place: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A filter without a condition.
    #[error("the filter has no condition: leave it out to search everything")]
    EmptyFilter,
    /// A filter is too large.
    #[error("the filter is {bytes} bytes as JSON, over the limit of {limit}: name fewer values")]
    FilterTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A filter's list of values is empty, which matches nothing or everything.
    #[error("the filter's list for `{field}` is empty: leave the condition out")]
    EmptyList {
        /// The field.
        field: String,
    },
    /// Too many or too few matches are asked for.
    #[error("`top_k` is {asked}: use 1 to {limit}{hint}")]
    TopK {
        /// What was asked for.
        asked: u32,
        /// The limit for what the query returns.
        limit: u32,
        /// How to have more, if there is a way.
        hint: &'static str,
    },
}
