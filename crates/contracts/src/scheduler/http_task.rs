//! A job's HTTP request.

use std::fmt;

use ids::JobId;

use crate::Timestamp;
use crate::pipeline::subscriptions::SigningSecret;

/// A request to a customer's endpoint, signed as Standard Webhooks are.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpTask {
    /// Where it goes; at most 2,048 bytes.
    pub url: String,
    /// How.
    #[serde(default)]
    pub method: HttpMethod,
    /// What the customer has sent along, at most 20.
    #[serde(default)]
    pub headers: Vec<HttpHeader>,
    /// The body, at most 64 KiB; without one, a method that has a body sends JSON that names the job and the time.
    #[serde(default)]
    pub body: Option<String>,
    /// What it is signed with. The scheduler makes it, and shows it once: in the answer to what made it.
    #[serde(default)]
    pub secret: Option<SigningSecret>,
    /// What it is signed with besides, after a rotation.
    #[serde(default)]
    pub previous_secret: Option<PreviousSecret>,
}

/// The secret before the present one.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// What it is.
    pub secret: SigningSecret,
    /// Until when it signs.
    pub valid_until: Timestamp,
}

/// Asks for a new secret of a job's requests.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct RotateJobSecret {
    /// Which job's.
    pub job_id: JobId,
    /// How long the old one signs beside it, in seconds; 0 ends it at once.
    pub overlap_s: u32,
}

/// A method.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum HttpMethod {
    /// `POST`.
    #[default]
    Post,
    /// `GET`, which has no body.
    Get,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`, which has no body.
    Delete,
}

impl HttpMethod {
    /// As it is sent.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether its request has a body.
    #[must_use]
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// A header. Its value may be a credential, so that its `Debug` does not show it.
#[mesh::message]
#[derive(Clone, PartialEq, Eq)]
pub struct HttpHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl fmt::Debug for HttpHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpHeader({}: redacted)", self.name)
    }
}
