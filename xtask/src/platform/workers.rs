//! Workers as a whole: which there are, their secrets and schedules. Their code goes up by wrangler.

use serde::Deserialize;

use super::{Failure, Platform, segment};

/// A Worker.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Worker {
    /// Its name.
    pub(crate) id: String,
}

impl Platform {
    /// All Workers.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn workers(&self) -> Result<Vec<Worker>, Failure> {
        self.http.get(&self.path("workers/scripts"))
    }

    /// Takes a Worker away, with its Durable Objects and all that is in them. Refused while another Worker binds it.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn delete_worker(&self, name: &str) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("workers/scripts/{}", segment(name))))
    }

    /// The names of a Worker's secrets; none where there is no such Worker.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn secrets(&self, worker: &str) -> Result<Vec<String>, Failure> {
        #[derive(Deserialize)]
        struct Secret {
            name: String,
        }
        match self
            .http
            .get::<Vec<Secret>>(&self.path(&format!("workers/scripts/{}/secrets", segment(worker))))
        {
            Ok(secrets) => Ok(secrets.into_iter().map(|secret| secret.name).collect()),
            Err(failure) if failure.is_missing() => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    }

    /// A Worker's cron patterns.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn schedules(&self, worker: &str) -> Result<Vec<String>, Failure> {
        #[derive(Deserialize)]
        struct Schedules {
            schedules: Vec<Schedule>,
        }
        #[derive(Deserialize)]
        struct Schedule {
            cron: String,
        }
        let path = self.path(&format!("workers/scripts/{}/schedules", segment(worker)));
        Ok(self.http.get::<Schedules>(&path)?.schedules.into_iter().map(|schedule| schedule.cron).collect())
    }
}
