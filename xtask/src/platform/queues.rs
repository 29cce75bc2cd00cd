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
pub(crate) struct Consumer {
    #[serde(rename = "consumer_id")]
    pub(crate) id: String,
    /// The Worker, under either of the names that the platform has for it.
    #[serde(alias = "script_name", alias = "service")]
    pub(crate) script: Option<String>,
    pub(crate) dead_letter_queue: Option<String>,
    #[serde(default)]
    pub(crate) settings: ConsumerSettings,
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
        let mut body = serde_json::to_value(to).unwrap_or_default();
        body["type"] = "worker".into();
        self.http.put::<Value>(&self.path(&format!("queues/{queue}/consumers/{consumer}")), &body).map(drop)
    }
}
