//! What Vectorize takes. The numbers are the product's of autumn 2026, from its limits page and its own refusals.

/// Limits of one index. `Default` is the product's; set a field when the product moves before this crate does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Values of a vector (1,536).
    pub dimensions: usize,
    /// Bytes of a vector's id (64).
    pub id_bytes: usize,
    /// Bytes of a namespace's name (64).
    pub namespace_bytes: usize,
    /// Bytes of a vector's metadata as compact JSON (10 KiB).
    pub metadata_bytes: usize,
    /// Vectors of one insert or upsert from a Worker (1,000).
    pub vectors: usize,
    /// Ids of one read (20).
    pub ids_read: usize,
    /// Ids of one deletion (100).
    pub ids_deleted: usize,
    /// Matches of a query that returns ids and scores, or indexed metadata (100).
    pub top_k: u32,
    /// Matches of a query that returns values or full metadata (50; it was 20 until 2026).
    pub top_k_with_content: u32,
    /// Bytes of a filter as compact JSON (2,047: less than 2,048).
    pub filter_bytes: usize,
    /// Characters of a filter's or metadata's key (512).
    pub key_characters: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            dimensions: 1536,
            id_bytes: 64,
            namespace_bytes: 64,
            metadata_bytes: 10 * 1024,
            vectors: 1000,
            ids_read: 20,
            ids_deleted: 100,
            top_k: 100,
            top_k_with_content: 50,
            filter_bytes: 2047,
            key_characters: 512,
        }
    }
}
