//! The watchdog over the queues' alarms: an alarm that the platform lost would leave a queue asleep.

use std::rc::Rc;

use contracts::pipeline::deliveries::DeliveriesClient;
use contracts::pipeline::subscriptions::SubscriptionError;
use contracts::{Actor, TenantScope, Timestamp};
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, CallError, Deadline, TraceContext};

use crate::ports::{Clock, Random, StoreError, SubscriptionDirectory};

/// How often each queue is looked after: once an hour, in milliseconds.
const EVERY_MS: u64 = 60 * 60 * 1_000;
/// Queues of one sweep.
const AT_ONCE: u32 = 20;
/// How long a queue has, in milliseconds.
const PATIENCE_MS: u64 = 10_000;

/// Asks queues that nobody looked after for an hour how they do, which sets an alarm that was lost. How many were asked.
///
/// # Errors
/// [`StoreError`] when the directory does not answer. A queue that does not is logged and asked again in an hour.
pub async fn attend_queues(
    directory: &dyn SubscriptionDirectory,
    queues: &Rc<dyn Namespace>,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<u32, StoreError> {
    let now = clock.now();
    let before = Timestamp::from_unix_ms(now.unix_ms().saturating_sub(EVERY_MS));
    let unattended = directory.take_unattended(before, now, AT_ONCE).await?;
    let count = u32::try_from(unattended.len()).unwrap_or(u32::MAX);
    for (tenant, subscription_id) in unattended {
        let mut bytes = [0; 24];
        random.fill(&mut bytes);
        let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
        let deadline = Deadline::after(clock.now().unix_ms(), PATIENCE_MS);
        let context = CallContext::new(scope, TraceContext::from_random(bytes), deadline, "pipeline");
        let address = Address::of(&context, &subscription_id.to_string());
        match DeliveriesClient::over(queues.object(&address)).health(&context, ()).await {
            // One that was never sent anything has no queue yet.
            Ok(_) | Err(CallError::Refused(SubscriptionError::NotFound)) => {}
            Err(error) => {
                tracing::warn!(event = "delivery.queue_unattended", %tenant, %subscription_id, %error);
            }
        }
    }
    Ok(count)
}
