//! A message that the queue gave up on: its event becomes `dead`, visible, and its bytes stay.

use domain::EventStatus;

use super::HandoverPorts;
use crate::ports::{EventMessage, EventTransition, StoreError};

/// Marks the event of a dead-lettered message as dead, unless something has finished or is at work on it.
pub async fn bury(ports: &HandoverPorts, message: &EventMessage) -> Result<(), StoreError> {
    let record = ports.events.get(message.tenant, message.event_id).await?;
    if record.is_none_or(|record| record.status != EventStatus::Received) {
        return Ok(());
    }
    let change = EventTransition {
        reason: Some("the queue gave up handing it to a workflow; its bytes are archived".into()),
        ..EventTransition::to(EventStatus::Dead)
    };
    ports.events.transition(message.tenant, message.event_id, &change, ports.clock.now()).await?;
    Ok(())
}
