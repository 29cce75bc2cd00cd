//! The queue between acceptance and work.

use app::pipeline::{Delivery, Unreadable, Verdict};
use app::ports::{EventMessage, EventQueue, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use domain::EventWorkflow;
use domain::dispatch::UnknownEventWorkflow;
use ids::{EventId, TenantId};
use js_sys::{Error, JSON, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use worker::worker_sys::{Message, MessageBatch};
use worker::{MessageExt, QueueRetryOptionsBuilder, RawMessage};

use crate::bindings::EVENTS;
use mesh_worker::BindingError;

/// Messages over a queue binding.
#[derive(Debug, Clone)]
pub struct WorkerQueue {
    queue: worker::Queue,
}

/// A message as it lies in the queue, in JSON. An event's body travels by reference: whatever its size, a message has
/// some two hundred bytes of the 128,000 that a queue takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct QueuedEvent {
    tenant: TenantId,
    event_id: EventId,
    #[serde(default)]
    run: u32,
    /// A name that this build does not know is none of its messages.
    #[serde(default = "call_ingest")]
    workflow: String,
    traceparent: String,
}

/// What worked off the events of messages that do not say.
fn call_ingest() -> String {
    EventWorkflow::CallIngest.to_string()
}

impl TryFrom<QueuedEvent> for EventMessage {
    type Error = UnknownEventWorkflow;

    fn try_from(queued: QueuedEvent) -> Result<Self, UnknownEventWorkflow> {
        let QueuedEvent { tenant, event_id, run, workflow, traceparent } = queued;
        Ok(Self { tenant, event_id, run, workflow: workflow.parse()?, traceparent })
    }
}

/// A batch as the queue delivered it, to be answered message by message.
#[derive(Debug)]
pub struct QueuedBatch {
    queue: String,
    messages: Vec<RawMessage>,
    deliveries: Vec<Delivery>,
}

impl QueuedBatch {
    /// Reads every message of a batch by itself: one that cannot be read does not hold up the others.
    ///
    /// # Errors
    /// What the platform throws when it is asked for the batch's parts.
    pub fn read(batch: &MessageBatch) -> Result<Self, JsValue> {
        let raw = batch.messages()?;
        let mut messages = Vec::with_capacity(raw.length() as usize);
        let mut deliveries = Vec::with_capacity(raw.length() as usize);
        for message in raw.iter() {
            // The `worker` crate does not read this one.
            let attempts = Reflect::get(&message, &"attempts".into())?.as_f64();
            let message = RawMessage::from(message.unchecked_into::<Message>());
            deliveries.push(Delivery {
                message_id: message.id(),
                sent_at: Timestamp::from_unix_ms(message.timestamp().as_millis()),
                attempt: attempts.map_or(1, |attempts| attempts as u32),
                body: read(&message.body()),
            });
            messages.push(message);
        }
        Ok(Self { queue: batch.queue()?.into(), messages, deliveries })
    }

    /// The queue's name.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.queue
    }

    /// The messages, read.
    #[must_use]
    pub fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    /// Acknowledges or retries each message; one without a verdict comes again.
    pub fn answer(&self, verdicts: &[Verdict]) {
        for (at, message) in self.messages.iter().enumerate() {
            match verdicts.get(at) {
                Some(Verdict::Done) => message.ack(),
                Some(Verdict::Again { delay_s }) => {
                    let options = QueueRetryOptionsBuilder::new().with_delay_seconds(*delay_s).build();
                    message.retry_with_options(&options);
                }
                None => message.retry(),
            }
        }
    }
}

fn read(body: &JsValue) -> Result<EventMessage, Unreadable> {
    let text = match JSON::stringify(body) {
        // Of `undefined` and functions there is no JSON, and no error either.
        Ok(text) => JsValue::from(text).as_string().unwrap_or_else(|| "null".to_owned()),
        Err(error) => {
            let error = error.dyn_ref::<Error>().map(|error| String::from(error.message()));
            return Err(Unreadable { error: error.unwrap_or_default(), text: format!("{body:?}") });
        }
    };
    let queued = serde_json::from_str::<QueuedEvent>(&text).map_err(|error| error.to_string());
    let message =
        queued.and_then(|queued| queued.try_into().map_err(|error: UnknownEventWorkflow| error.to_string()));
    message.map_err(|error| Unreadable { error, text })
}

impl WorkerQueue {
    /// Over the queue binding of accepted events.
    ///
    /// # Errors
    /// [`BindingError::Unusable`].
    pub fn new(env: &worker::Env) -> Result<Self, BindingError> {
        let queue = env
            .queue(EVENTS)
            .map_err(|error| BindingError::Unusable { name: EVENTS, message: error.to_string() })?;
        Ok(Self { queue })
    }
}

#[async_trait(?Send)]
impl EventQueue for WorkerQueue {
    async fn send(&self, messages: &[EventMessage]) -> Result<(), StoreError> {
        let queued = messages.iter().map(|message| QueuedEvent {
            tenant: message.tenant,
            event_id: message.event_id,
            run: message.run,
            workflow: message.workflow.to_string(),
            traceparent: message.traceparent.clone(),
        });
        let batch = worker::BatchMessageBuilder::new().messages(queued).build();
        self.queue.send_batch(batch).await.map_err(|error| StoreError::new(EVENTS, error))
    }
}
