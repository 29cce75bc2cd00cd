//! The consumer of accepted events, and of those that the queue gave up on.

use app::pipeline::bury;
use app::ports::EventMessage;
use host::QueuedEvent;
use worker::{Context, Env, MessageBatch, MessageExt, event};

use crate::wiring;

/// The end of the dead-letter queue's name.
const DEAD: &str = "-dead";

#[event(queue)]
async fn queue(batch: MessageBatch<QueuedEvent>, env: Env, _context: Context) -> worker::Result<()> {
    let ports = wiring::handover(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let dead = batch.queue().ends_with(DEAD);
    for message in batch.messages()? {
        let event = EventMessage::from(message.body().clone());
        let outcome = if dead { bury(&ports, &event).await } else { ports.instances.start(&event).await };
        match outcome {
            Ok(()) => message.ack(),
            Err(error) => {
                tracing::warn!(event = "queue.message_retried", tenant = %event.tenant, event_id = %event.event_id, %error);
                message.retry();
            }
        }
    }
    Ok(())
}
