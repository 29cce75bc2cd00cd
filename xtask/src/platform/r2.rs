//! R2: buckets and their lifecycle rules.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, Platform, segment};

/// Objects that go at once, at most.
const OBJECTS: usize = 1000;

impl Platform {
    /// Whether a bucket is there.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn has_bucket(&self, name: &str) -> Result<bool, Failure> {
        match self.http.get::<Value>(&self.path(&format!("r2/buckets/{}", segment(name)))) {
            Ok(_) => Ok(true),
            Err(failure) if failure.is_missing() => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Makes a bucket.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Taken`] where the name is.
    pub(crate) fn create_bucket(&self, name: &str) -> Result<(), Failure> {
        self.http.post::<Value>(&self.path("r2/buckets"), &json!({ "name": name })).map(drop)
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
