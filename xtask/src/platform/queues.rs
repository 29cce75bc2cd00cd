//! Queues and their consumers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Platform};

/// A queue, with who consumes it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Queue {
    #[serde(rename = "queue_id")]
    pub(crate) id: String,
    #[serde(rename = "queue_name")]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) consumers: Vec<Consumer>,
}

/// Who consumes a queue.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "ConsumerAnswer")]
pub(crate) struct Consumer {
    pub(crate) id: String,
    /// The Worker, where it is one.
    pub(crate) script: Option<String>,
    pub(crate) dead_letter_queue: Option<String>,
    pub(crate) settings: ConsumerSettings,
}

/// The platform has three names for the Worker, and may give several of them at once.
#[derive(Deserialize)]
struct ConsumerAnswer {
    consumer_id: String,
    script_name: Option<String>,
    script: Option<String>,
    service: Option<String>,
    dead_letter_queue: Option<String>,
    #[serde(default)]
    settings: ConsumerSettings,
}

impl From<ConsumerAnswer> for Consumer {
    fn from(answer: ConsumerAnswer) -> Self {
        Self {
            id: answer.consumer_id,
            script: answer.script_name.or(answer.script).or(answer.service),
            dead_letter_queue: answer.dead_letter_queue.filter(|name| !name.is_empty()),
            settings: answer.settings,
        }
    }
}

/// How a consumer takes messages; what is left out is the platform's default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConsumerSettings {
    /// Messages of a batch, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) batch_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_retries: Option<u32>,
    /// How long a batch waits to fill, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_wait_time_ms: Option<u64>,
}

/// A consumer to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewConsumer {
    pub(crate) script_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dead_letter_queue: Option<String>,
    pub(crate) settings: ConsumerSettings,
}

impl Platform {
    /// All queues.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn queues(&self) -> Result<Vec<Queue>, Failure> {
        self.http.list(&self.path("queues"))
    }

    /// Makes a queue.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Taken`] where the name is.
    pub(crate) fn create_queue(&self, name: &str) -> Result<Queue, Failure> {
        self.http.post(&self.path("queues"), &json!({ "queue_name": name }))
    }

    /// Takes a queue away, with the messages in it.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn delete_queue(&self, id: &str) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("queues/{id}")))
    }

    /// Has a Worker consume a queue; the Worker has to be there.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn create_consumer(&self, queue: &str, consumer: &NewConsumer) -> Result<(), Failure> {
        self.http
            .post::<Value>(&self.path(&format!("queues/{queue}/consumers")), &of_worker(consumer))
            .map(drop)
    }

    /// Changes how a consumer takes messages.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn update_consumer(
        &self,
        queue: &str,
        consumer: &str,
        to: &NewConsumer,
    ) -> Result<(), Failure> {
        let path = self.path(&format!("queues/{queue}/consumers/{consumer}"));
        self.http.put::<Value>(&path, &of_worker(to)).map(drop)
    }
}

fn of_worker(consumer: &NewConsumer) -> Value {
    let mut body = serde_json::to_value(consumer).unwrap_or_default();
    body["type"] = "worker".into();
    body
}
