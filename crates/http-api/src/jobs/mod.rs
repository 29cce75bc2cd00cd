//! Scheduled jobs: what a client asks for, and what it sees of them.

mod backfill;
mod change;
mod create;
mod heartbeat;
mod interval;
mod policy;
mod run;
mod schedule;

use ids::{EndpointId, JobId};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use backfill::{BackfillJob, BackfillStatus, JobBackfill, ListBackfills};
pub use change::ChangeJob;
pub use create::CreateJob;
pub(crate) use create::required_interval;
pub use heartbeat::{MAX_MESSAGE_CHARS, Ping, PingJob, PingStatus, PingTaken, Pings};
pub use interval::{Interval, NotAnInterval};
pub use policy::{AlertPolicy, Concurrency, Misfire, Overlap, RetryJitter};
pub use run::{
    ClockChange, ListRuns, Run, RunOutcome, RunWorkflow, Trigger, Try, UnknownOutcome, duration_ms,
    lateness_ms,
};
pub use schedule::{AtSchedule, CronSchedule, EverySchedule, Fold, Gap, Schedule};

use crate::page::PageRequest;
use crate::request::{FromQuery, Query};
use crate::{Payload, Timestamp, schema};

/// What a job does when it fires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Sends an event, as `POST /v1/events` would.
    Event {
        /// A provider of the catalog, or `generic`.
        #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$", example = "generic")]
        source: String,
        /// The event's type.
        #[serde(rename = "type")]
        #[schema(
            min_length = 1,
            max_length = 128,
            pattern = "^[A-Za-z0-9._:/-]+$",
            example = "digest.requested"
        )]
        r#type: String,
        /// The event itself; at most 64 KiB of JSON text.
        payload: Payload,
    },
    /// Starts a workflow, as `POST /v1/workflows/{name}` would. The run succeeds when it is started.
    Workflow {
        /// `account_report` or `spend_approval`.
        #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$", example = "account_report")]
        name: String,
        /// What it is started with; at most 64 KiB of JSON text.
        params: Payload,
    },
    /// Asks for a report on an account, as `POST /v1/reports` would. The run succeeds when its making is started.
    Report {
        /// The account, by name or domain, as its events have it.
        #[schema(
            min_length = 1,
            max_length = 256,
            pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
            example = "northwind.example"
        )]
        account: String,
        /// How many days it looks back from the time that it is for.
        #[serde(default = "Task::usual_days")]
        #[schema(required = false, nullable, minimum = 1, maximum = 732, default = 90)]
        days: u32,
    },
    /// Walks the history of an endpoint's provider, as `POST /v1/workflows/sync` would. The run succeeds when the walk is
    /// started, and links to it. The key needs `workflows:write` as well.
    Sync {
        /// The endpoint; its history is set up at `PUT /v1/endpoints/{id}/history`.
        #[schema(value_type = schema::EndpointId)]
        endpoint_id: EndpointId,
        /// The most pages of a run; 200, unless it says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(required = false, minimum = 1, maximum = 1000, example = 200)]
        max_pages: Option<u32>,
    },
    /// Makes an HTTP request, signed the Standard Webhooks way (`webhook-id`, the same in each try of a run,
    /// `webhook-timestamp`, `webhook-signature`) with the job's `secret`. The run succeeds with an answer of 2xx. It is
    /// tried again after 408, 425, 429, 5xx and no answer, and fails at once with any other; redirects are not followed.
    /// The key needs `subscriptions:write` as well.
    Http {
        /// Where it goes: a public address over HTTPS.
        #[schema(
            min_length = 1,
            max_length = 2048,
            pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
            example = "https://customer.example.com/nightly"
        )]
        url: String,
        /// How.
        #[serde(default)]
        #[schema(value_type = Option<HttpMethod>)]
        method: HttpMethod,
        /// Headers to send along, 20 at most. They are not shown again: `header_names` says which there are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable, write_only)]
        headers: Option<BTreeMap<String, String>>,
        /// The names of the headers that are sent along.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(required = false, read_only, max_items = 20)]
        header_names: Vec<String>,
        /// The body as JSON, of `POST`, `PUT` and `PATCH`; at most 64 KiB. Without it and `body`, the body names the job and
        /// the time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable)]
        payload: Option<Payload>,
        /// The body as text, in place of `payload`; at most 64 KiB.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable, max_length = 65536)]
        body: Option<String>,
    },
    /// Removes what is past the tenant's retention, now rather than in the coming night.
    Purge {},
    /// Does nothing, and expects to be pinged (a dead man's switch): a ping is expected at each time of the schedule. Where
    /// none came, the run fails. `retry`, `misfire`, `overlap`, `timeout`, `concurrency` and jitter have no meaning for it
    /// and are refused, and without `alert` it tells of the first failure.
    Heartbeat {
        /// How long after its time a ping may come, up to 7 days.
        grace: Interval,
    },
}

/// The method of an HTTP request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum HttpMethod {
    /// As a webhook.
    #[default]
    Post,
    /// Without a body.
    Get,
    /// With a body.
    Put,
    /// With a body.
    Patch,
    /// Without a body.
    Delete,
}

impl Task {
    /// The most headers of an HTTP request.
    pub const MAX_HEADERS: usize = 20;
    /// The largest payload of an event task, in bytes of JSON text.
    pub const MAX_PAYLOAD_BYTES: usize = 64 * 1024;
    /// The longest grace of a heartbeat, in seconds.
    pub const MAX_GRACE_SECONDS: u32 = 7 * 86_400;
    /// How many days a report looks back at most.
    pub const MAX_DAYS: u32 = 732;

    /// How many days a report looks back that does not say.
    pub(super) const fn usual_days() -> u32 {
        90
    }
}

/// How a failed run is tried again: after `delay`, then after twice as long each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retry {
    /// Tries in total.
    #[serde(default = "Retry::default_attempts")]
    #[schema(minimum = 1, maximum = 10, default = 3)]
    pub max_attempts: u32,
    /// The wait before the second try, at most an hour.
    #[serde(default = "Retry::default_delay")]
    #[schema(required = false)]
    pub delay: Interval,
    /// How the waits are spread.
    #[serde(default)]
    #[schema(required = false)]
    pub jitter: RetryJitter,
}

impl Retry {
    /// The longest delay, in seconds.
    pub const MAX_DELAY_SECONDS: u32 = 3600;

    const fn default_attempts() -> u32 {
        3
    }

    const fn default_delay() -> Interval {
        match Interval::from_seconds(2) {
            Some(delay) => delay,
            None => unreachable!(),
        }
    }
}

impl Default for Retry {
    /// Three tries, two seconds before the second.
    fn default() -> Self {
        Self {
            max_attempts: Self::default_attempts(),
            delay: Self::default_delay(),
            jitter: RetryJitter::None,
        }
    }
}

/// Whether a job fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// It fires when due.
    Active,
    /// It waits to be resumed.
    Paused,
    /// Its schedule names no more times.
    Finished,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// The id.
    #[schema(value_type = schema::JobId)]
    pub id: JobId,
    /// Counts its changes, from 1. A change may name the version that it takes the place of.
    #[schema(minimum = 1, example = 1)]
    pub version: u32,
    /// Its name, for people.
    #[schema(example = "Nightly digest")]
    pub name: String,
    /// Whether it fires.
    pub status: JobStatus,
    /// When it fires.
    pub schedule: Schedule,
    /// What it does.
    pub task: Task,
    /// How a failed run is tried again.
    pub retry: Retry,
    /// Which of several times that came while nobody looked are run.
    pub misfire: Misfire,
    /// How late a time may still be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub misfire_window: Option<Interval>,
    /// What becomes of a time that comes while an earlier run is not over.
    pub overlap: Overlap,
    /// How long one try may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub timeout: Option<Interval>,
    /// With which other jobs it shares a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub concurrency: Option<Concurrency>,
    /// When failures are told of; never, without it.
    pub alert: Option<AlertPolicy>,
    /// The next time it fires; `null` when it is paused or finished.
    #[schema(required)]
    pub next_run_at: Option<Timestamp>,
    /// The next ten times, or as many as there are.
    #[schema(max_items = 10)]
    pub preview: Vec<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Since when its runs fail: the first that failed for good since the last one that succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub failing_since: Option<Timestamp>,
    /// Where a heartbeat is pinged, with `GET`, `POST` or `HEAD` and no key: whoever has it can. `/start` and `/fail` after it
    /// tell of a beginning and a failure. Shown to keys with `jobs:write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        example = "https://gateway.example.com/ping/AZn0wqm4fD6NHyo7TF1ufwGZ9MKpuHw-jR8qO0xdbn8BI0VniavN7wEjRWeJq83v"
    )]
    pub ping_url: Option<String>,
    /// What signs the job's HTTP requests. Shown once: in the answer to what made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: Option<String>,
    /// The last ping of a heartbeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_ping: Option<Ping>,
}

/// What may be wrong with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStanding {
    /// A time of it has come and is not begun, or a try of it is to be made now.
    Due,
    /// The same, for more than a minute.
    Late,
    /// The last of its runs that came to an end failed for good.
    Failing,
}

impl std::str::FromStr for JobStanding {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "due" => Ok(Self::Due),
            "late" => Ok(Self::Late),
            "failing" => Ok(Self::Failing),
            _ => Err("must be `due`, `late` or `failing`"),
        }
    }
}

/// The query of `GET /v1/jobs`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListJobs {
    /// Only jobs that stand so.
    pub status: Option<JobStanding>,
    /// The page.
    #[param(ignore)]
    pub page: PageRequest<JobId>,
}

impl FromQuery for ListJobs {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { status: query.value("status"), page: query.page("jobs", &["status"]) })
    }
}
