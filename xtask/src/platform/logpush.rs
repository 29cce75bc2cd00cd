//! Logpush: jobs of the account that send Workers' logs elsewhere.

use serde::{Deserialize, Serialize};

use super::{Failure, Platform};

/// A job.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LogpushJob {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) enabled: bool,
}

/// A job to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewLogpushJob {
    pub(crate) name: String,
    pub(crate) dataset: String,
    /// Where to, with the credentials for it: never shown.
    pub(crate) destination_conf: String,
    /// Which lines, as JSON in a text, as the platform has it.
    pub(crate) filter: String,
    pub(crate) enabled: bool,
}

impl Platform {
    /// All jobs.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn logpush_jobs(&self) -> Result<Vec<LogpushJob>, Failure> {
        self.http.get(&self.path("logpush/jobs"))
    }

    /// Makes a job.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn create_logpush_job(&self, job: &NewLogpushJob) -> Result<LogpushJob, Failure> {
        self.http.post(&self.path("logpush/jobs"), job)
    }

    /// Takes a job away.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn delete_logpush_job(&self, id: u64) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("logpush/jobs/{id}")))
    }
}
