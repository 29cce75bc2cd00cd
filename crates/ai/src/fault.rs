//! What is wrong with a request, field by field.

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A JSON pointer into the request.
    pub pointer: String,
    /// What is wrong with it, as a predicate.
    pub detail: String,
}

/// The request cannot be carried out as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It is no JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    /// Fields have values that they cannot take.
    #[error("{}", .0.iter().map(|fault| format!("`{}` {}", fault.pointer, fault.detail)).collect::<Vec<_>>().join("; "))]
    Fields(Vec<Fault>),
}

impl Invalid {
    /// One field at fault.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Fields(vec![Fault { pointer: pointer.into(), detail: detail.into() }])
    }
}

/// Collects faults while a request is read.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Fault { pointer: pointer.into(), detail: detail.into() });
    }

    pub(crate) fn into_result<T>(self, value: T) -> Result<T, Invalid> {
        if self.0.is_empty() { Ok(value) } else { Err(Invalid::Fields(self.0)) }
    }
}
