//! What tenants used, counted behind each answer and brought to the pipeline some seconds later, many requests at once.
//!
//! What an isolate has counted and not brought when it ends is lost: some seconds of counts, and never an event.

use app::usage::Meter;
use contracts::pipeline::usage::{UsageAmounts, UsageSubject};
use contracts::{Actor, TenantScope};
use http_api::Operation;
use mesh::{CallContext, Deadline, TraceContext};

use crate::exchange::{Ports, SERVICE};
use crate::middleware::trace::Entry;

/// So long requests are counted before the counts are brought, in milliseconds.
pub const GATHERED_MS: u64 = 2_000;
/// How long bringing one batch may take, in milliseconds.
const PATIENCE_MS: u64 = 10_000;
/// The most batches of one bringing: a request may call other Workers 32 times.
const MOST_BATCHES: usize = 20;

/// Counts an answered request. Says whether the counts are to be brought, by whoever asked.
#[must_use]
pub fn count(meter: &Meter, entry: &Entry, now_ms: u64) -> bool {
    let facts = &entry.facts;
    let (Some(tenant), Some(operation)) = (facts.tenant.get(), facts.operation.get()) else { return false };
    let submits = matches!(operation, Operation::SubmitEvent | Operation::ReceiveHook);
    let accepted = submits && entry.status == 202 && !facts.duplicate.get();
    let amounts = UsageAmounts {
        requests: 1,
        refused: u64::from((400..500).contains(&entry.status)),
        failed: u64::from(entry.status >= 500),
        events: u64::from(accepted),
        ..UsageAmounts::default()
    };
    let of = UsageSubject::Requests {
        operation: operation.route().id.to_owned(),
        key: facts.key.borrow().clone(),
    };
    meter.count(tenant, now_ms, of, amounts)
}

/// Brings what was counted. What could not be brought goes with the next.
pub async fn bring(ports: &Ports) {
    for batch in ports.meter.take(&*ports.random, MOST_BATCHES) {
        let mut random = [0; 24];
        ports.random.fill(&mut random);
        let deadline = Deadline::after(ports.clock.now().unix_ms(), PATIENCE_MS);
        let scope = TenantScope { tenant: batch.tenant, actor: Actor::Service(SERVICE.to_owned()) };
        let call = CallContext::new(scope, TraceContext::from_random(random), deadline, SERVICE);
        let Err(error) = ports.usage.record_usage(&call, batch.usage.clone()).await else { continue };
        let tenant = batch.tenant;
        let lost = ports.meter.keep(batch);
        if lost > 0 {
            tracing::error!(event = "usage.lost", %tenant, counts = lost, %error);
        } else {
            tracing::warn!(event = "usage.not_brought", %tenant, %error);
        }
    }
}
