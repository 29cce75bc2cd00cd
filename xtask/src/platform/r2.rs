//! R2: buckets and their lifecycle rules.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, Platform, segment};

/// Buckets of a page, which has no number but a cursor: the last name before it.
const PAGE: usize = 100;
/// Objects that go at once, at most.
const OBJECTS: usize = 1000;

/// A bucket.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) name: String,
}

impl Platform {
    /// The bucket of a name, where it is there.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn bucket(&self, name: &str) -> Result<Option<Bucket>, Failure> {
        match self.http.get(&self.path(&format!("r2/buckets/{}", segment(name)))) {
            Ok(bucket) => Ok(Some(bucket)),
            Err(failure) if failure.is_missing() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// All buckets.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn buckets(&self) -> Result<Vec<Bucket>, Failure> {
        #[derive(Deserialize)]
        struct Page {
            buckets: Vec<Bucket>,
        }
        let mut all: Vec<Bucket> = Vec::new();
        loop {
            let after = all
                .last()
                .map(|bucket| format!("&start_after={}", segment(&bucket.name)))
                .unwrap_or_default();
            let page: Page = self.http.get(&self.path(&format!("r2/buckets?per_page={PAGE}{after}")))?;
            let last = page.buckets.len() < PAGE;
            all.extend(page.buckets);
            if last {
                return Ok(all);
            }
        }
    }

    /// Makes a bucket.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Taken`] where the name is.
    pub(crate) fn create_bucket(&self, name: &str) -> Result<Bucket, Failure> {
        self.http.post(&self.path("r2/buckets"), &json!({ "name": name }))
    }

    /// Takes an empty bucket away.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Taken`] where it is not empty.
    pub(crate) fn delete_bucket(&self, name: &str) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("r2/buckets/{}", segment(name))))
    }

    /// Takes all objects of a bucket away.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn empty_bucket(&self, name: &str) -> Result<(), Failure> {
        #[derive(Deserialize)]
        struct Object {
            key: String,
        }
        let path = self.path(&format!("r2/buckets/{}/objects", segment(name)));
        loop {
            // Always the first page: what was on it before is gone.
            let page: Result<Vec<Object>, Failure> = self.http.get(&format!("{path}?per_page={OBJECTS}"));
            let objects = match page {
                Ok(objects) if objects.is_empty() => return Ok(()),
                Err(failure) if failure.is_missing() => return Ok(()),
                page => page?,
            };
            let keys: Vec<String> = objects.into_iter().map(|object| object.key).collect();
            self.http.delete_all(&path, &keys)?;
        }
    }

    /// A bucket's lifecycle rules, in the platform's form.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn lifecycle(&self, bucket: &str) -> Result<Vec<Value>, Failure> {
        #[derive(Deserialize)]
        struct Lifecycle {
            #[serde(default)]
            rules: Vec<Value>,
        }
        let found: Lifecycle =
            self.http.get(&self.path(&format!("r2/buckets/{}/lifecycle", segment(bucket))))?;
        Ok(found.rules)
    }

    /// Replaces a bucket's lifecycle rules.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn set_lifecycle(&self, bucket: &str, rules: &[Value]) -> Result<(), Failure> {
        let path = self.path(&format!("r2/buckets/{}/lifecycle", segment(bucket)));
        self.http.put::<Value>(&path, &json!({ "rules": rules })).map(drop)
    }
}
