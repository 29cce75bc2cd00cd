//! Heartbeats: jobs that expect to be pinged, and their pings.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::request::{FromBody, Object, TextRule};

/// The longest message of a ping that is kept, in characters.
pub const MAX_MESSAGE_CHARS: usize = 1_000;

/// What a ping says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PingStatus {
    /// It ran.
    #[default]
    Success,
    /// It failed: the time that it is of is judged at once.
    Fail,
    /// It began. The next ping says how it ended, and how long it took.
    Start,
}

/// The body of `POST /v1/jobs/{id}/ping`; it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PingJob {
    /// What is told; `success` unless it says.
    #[schema(value_type = Option<PingStatus>)]
    pub status: PingStatus,
    /// What else there is to say: an error, a count.
    #[schema(max_length = 1000, example = "412 rows")]
    pub message: Option<String>,
}

impl FromBody for PingJob {
    fn read(object: &Object<'_>) -> Option<Self> {
        let status = object.optional_choice("status", "must be `success`, `fail` or `start`");
        let message = object.optional_text("message", TextRule::text(MAX_MESSAGE_CHARS));
        Some(Self { status: status.unwrap_or_default(), message })
    }
}

/// A ping that is on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ping {
    /// When it came.
    pub at: Timestamp,
    /// What it told.
    pub status: PingStatus,
    /// What else it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "412 rows")]
    pub message: Option<String>,
    /// When what it tells of began, where a ping told of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub began_at: Option<Timestamp>,
}

/// What became of a ping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PingTaken {
    /// The ping.
    pub ping: Ping,
    /// The times that it settled; none where nothing was expected yet, and it counts for the next.
    pub settled: Vec<Timestamp>,
}

/// The last pings of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pings {
    /// Newest first.
    #[schema(max_items = 100)]
    pub items: Vec<Ping>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_body;

    #[test]
    fn a_ping_is_a_success_unless_it_says_otherwise() {
        let read = |body: &str| read_body::<PingJob>(body.as_bytes());
        assert_eq!(read("{}"), Ok(PingJob::default()));
        let failed = PingJob { status: PingStatus::Fail, message: Some("disk\nfull".into()) };
        assert_eq!(read(r#"{"status":"fail","message":"disk\nfull"}"#), Ok(failed));
        let long = format!(r#"{{"message":"{}"}}"#, "x".repeat(1_001));
        for (body, pointer) in [(r#"{"status":"late"}"#, "/status"), (&*long, "/message")] {
            let problem = read(body).unwrap_err();
            let found: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!(found, [pointer]);
        }
    }
}
