//! A call that something is held for, until it is settled or given back.

use ai::{Call, Usage};
use ids::TenantId;
use mesh::TraceContext;

use super::archiving::Archiving;
use super::{ModelPorts, spans};
use crate::ports::{CacheStatus, CallOutcome, Hold, Metered, Saved, Settlement, TokenCount};

/// See the module.
pub(super) struct OpenCall {
    pub(super) ports: ModelPorts,
    pub(super) tenant: TenantId,
    pub(super) trace: TraceContext,
    pub(super) hold: Hold,
    pub(super) started_ms: u64,
    pub(super) input_bound: u64,
    pub(super) output_bound: u64,
    pub(super) metered: Metered,
    /// Where it is to be archived.
    pub(super) archiving: Option<Archiving>,
}

/// What a call took, as it is known at its end.
pub(super) struct Took {
    pub(super) model: String,
    pub(super) upstream: String,
    pub(super) usage: Option<Usage>,
    pub(super) written_bytes: u64,
    pub(super) first_byte_ms: Option<u64>,
    pub(super) outcome: CallOutcome,
}

impl OpenCall {
    /// What would be held for a call.
    pub(super) fn bounds(call: &Call, most_output: Option<u64>) -> (u64, u64) {
        (call.bounds.input, call.bounds.output(call.capped(most_output)))
    }

    /// Puts what the call took in the place of its hold. A budget that does not answer keeps the hold until it expires,
    /// which counts as spent: so nothing is lost but room.
    pub(super) async fn settle(self, took: Took) -> u64 {
        let Took { model, upstream, usage, written_bytes, first_byte_ms, outcome } = took;
        // A token is at least a byte; and no answer has more than it was allowed.
        let estimated =
            Usage { input: self.input_bound, cached: 0, output: written_bytes.min(self.output_bound) };
        let counted = if usage.is_some() { TokenCount::Reported } else { TokenCount::Estimated };
        let mut usage = usage.unwrap_or(estimated);
        let mut metered = self.metered;
        let mut outcome = outcome;
        if metered.cache == CacheStatus::GatewayHit && outcome == CallOutcome::Finished {
            // Nobody charged for what a cache on the way gave.
            metered.saved = Saved { tokens_in: usage.input, tokens_out: usage.output, nanos: None };
            (usage, outcome) = (Usage::default(), CallOutcome::Cached);
        }
        let settlement = Settlement {
            model,
            upstream,
            tokens_in: usage.input,
            tokens_in_cached: usage.cached,
            tokens_out: usage.output,
            counted,
            outcome,
            first_byte_ms,
            duration_ms: self.ports.runtime.now_ms().saturating_sub(self.started_ms),
            metered,
        };
        let settled = self.ports.budget.settle(self.tenant, &self.hold, &settlement).await;
        let call = (self.tenant, self.trace, &*self.hold.id);
        spans::settled(&self.ports, call, self.started_ms, &settlement, settled.as_ref().ok().copied());
        if let Some(archiving) = self.archiving {
            archiving.keep(&self.ports, &self.hold.id, &settlement, settled.as_ref().ok().copied());
        }
        match settled {
            Ok(cost_nanos) => {
                tracing::info!(
                    event = "model.settled",
                    tenant = %self.tenant,
                    model = settlement.model,
                    upstream = settlement.upstream,
                    outcome = ?outcome,
                    tokens_in = settlement.tokens_in,
                    tokens_out = settlement.tokens_out,
                    cost_nanos,
                    duration_ms = settlement.duration_ms,
                );
                cost_nanos
            }
            Err(error) => {
                tracing::error!(event = "model.not_settled", tenant = %self.tenant, %error);
                0
            }
        }
    }

    /// Gives the hold back: nobody was asked, or nobody answered.
    pub(super) async fn release(self) {
        if let Err(error) = self.ports.budget.release(self.tenant, &self.hold).await {
            tracing::error!(event = "model.not_released", tenant = %self.tenant, %error);
        }
    }
}
