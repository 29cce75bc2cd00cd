//! Messages to customers: who is to hear of what, and how each message gets there.
//!
//! The directory says which subscriptions there are; each has a queue of its own, a Durable Object with its messages,
//! attempts, secrets and circuit breaker. One queue a subscription, because an endpoint that answers in ten seconds must
//! not hold up another's messages, order is kept within a subscription only, and the platform allows one object so
//! many requests a second.
//!
//! Delivery is at least once. A message is stored before it is sent, and the attempt before its outcome is known; when
//! the machine dies in between, the same message goes out again under the same `webhook-id`, by which the receiver knows
//! it. Each delivery ends in exactly one recorded outcome.

mod address;
mod attempt;
mod convert;
mod deliver_due;
mod endpoint;
mod enqueue;
mod fan_out;
mod kinds;
mod message;
mod notice;
mod queue;
mod read;
mod redeliver;
mod removal;
mod request;
mod spans;
mod subscriptions;
mod sweep;

use std::rc::Rc;

use contracts::pipeline::subscriptions::SubscriptionError;
use domain::delivery::DeliveryPolicy;

pub(crate) use address::{AddressError, checked};
pub(crate) use attempt::USER_AGENT;
pub use deliver_due::{Attempted, DeliverReport, deliver_due};
pub use fan_out::FanOut;
pub use kinds::MESSAGE_TYPES;
pub(crate) use message::{rfc3339, signal_json};
pub(crate) use notice::notice_entry;
pub use queue::SubscriptionQueue;
pub use removal::QueueRemoval;
pub use request::RequestPorts;
pub(crate) use request::{check_url, request};
pub use spans::spans_of;
pub use subscriptions::SubscriptionsService;
pub use sweep::attend_queues;

use crate::ports::{
    Alarm, Clock, DeliveryStore, MessageSender, Random, Resolver, StoreError, SubscriptionDirectory,
};

/// Subscriptions of a tenant.
pub const MAX_SUBSCRIPTIONS: u32 = 50;
/// Messages that wait in one queue. A further one is recorded as abandoned.
pub const MAX_WAITING: u32 = 50_000;
/// How long a settled delivery is kept: 30 days, in milliseconds.
pub const KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1_000;
/// Settled deliveries kept of one subscription.
pub const MOST_KEPT: u32 = 20_000;
/// Events whose messages a queue forgets at once.
const MOST_FORGOTTEN: usize = 200;
/// How long an endpoint has to answer, in milliseconds.
pub const TIMEOUT_MS: u32 = 15_000;

/// What a queue needs of the world.
#[derive(Clone)]
pub struct QueuePorts {
    /// Its database.
    pub store: Rc<dyn DeliveryStore>,
    /// Its alarm.
    pub alarm: Rc<dyn Alarm>,
    /// Sends.
    pub sender: Rc<dyn MessageSender>,
    /// Resolves the endpoint's name before each request.
    pub resolver: Rc<dyn Resolver>,
    /// Hears when the subscription is disabled.
    pub directory: Rc<dyn SubscriptionDirectory>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For secrets and jitter.
    pub random: Rc<dyn Random>,
    /// How patient it is.
    pub policy: DeliveryPolicy,
    /// Where it may send.
    pub egress: egress::Policy,
}

impl QueuePorts {
    fn now_ms(&self) -> u64 {
        self.clock.now().unix_ms()
    }

    fn chance(&self) -> u64 {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

fn unavailable(error: StoreError) -> SubscriptionError {
    SubscriptionError::Unavailable { detail: error.to_string() }
}

fn invalid(pointer: &str, detail: impl ToString) -> SubscriptionError {
    SubscriptionError::Invalid { pointer: pointer.into(), detail: detail.to_string() }
}
