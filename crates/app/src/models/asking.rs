//! Candidates are asked, one after another or two at once, until one answers.

use std::pin::pin;

use ai::Call;
use ai::routing::{Candidate, Config, Decision};
use contracts::TenantCall;
use futures_util::future::{Either, select};

use super::archiving::Archiving;
use super::attempt::{Answered, Attempt, timed};
use super::complete::open;
use super::presence::Unanswered;
use super::refusal::Missed;
use super::{ModelPorts, spans};
use crate::ports::CacheStatus;

/// What is asked, of whom, for whom.
pub(super) struct Asker<'a> {
    pub(super) ports: &'a ModelPorts,
    pub(super) context: &'a TenantCall,
    pub(super) config: &'a Config,
    pub(super) decision: &'a Decision,
    pub(super) call: &'a Call,
    /// For AI Gateway's log.
    pub(super) metadata: &'a [(&'a str, &'a str)],
    pub(super) key_prefix: Option<&'a String>,
    /// The most tokens that it reads and writes.
    pub(super) bounds: (u64, u64),
    /// The request's, by which AI Gateway may keep answers.
    pub(super) cache_key: &'a str,
    /// Where the call is to be archived.
    pub(super) archiving: Option<&'a Archiving>,
}

/// An answer, and what it came by.
pub(super) struct Asking {
    pub(super) candidate: Candidate,
    /// What is held for it.
    pub(super) unanswered: Unanswered,
    pub(super) answered: Answered,
    pub(super) first_byte_ms: u64,
    /// How many were asked.
    pub(super) attempts: usize,
    pub(super) stall_ms: u64,
    /// What a cache on the way says.
    pub(super) on_the_way: Option<CacheStatus>,
}

/// One that was asked, what is held for it, and what came of it.
struct Tried<'a> {
    candidate: &'a Candidate,
    unanswered: Unanswered,
    outcome: Result<(Answered, Option<CacheStatus>), Missed>,
}

impl Asker<'_> {
    /// Asks the candidates in order, as long as the failures are such that the route asks the next. What is held is given
    /// back where nobody answers.
    pub(super) async fn ask(&self, mut unanswered: Unanswered) -> Result<Asking, Missed> {
        let started_ms = self.ports.runtime.now_ms();
        let candidates = &self.decision.candidates;
        let mut at = 0;
        let mut last = Missed::NoAnswer("no upstream is configured for it".into());
        while let Some(candidate) = candidates.get(at) {
            let (tried, asked) = match (self.decision.hedge_after_ms, candidates.get(at + 1)) {
                // Who is slow is slow at once: later ones are asked because others failed.
                (Some(after_ms), Some(spare)) if at == 0 => {
                    self.hedged(candidate, spare, after_ms, unanswered).await
                }
                _ => (self.one(candidate, unanswered).await, 1),
            };
            at += asked;
            unanswered = tried.unanswered;
            match tried.outcome {
                Ok((answered, on_the_way)) => {
                    let upstream = self.config.upstream(&tried.candidate.upstream);
                    return Ok(Asking {
                        candidate: tried.candidate.clone(),
                        unanswered,
                        answered,
                        first_byte_ms: self.ports.runtime.now_ms().saturating_sub(started_ms),
                        attempts: at,
                        stall_ms: upstream.map_or(0, |upstream| upstream.stall_ms),
                        on_the_way,
                    });
                }
                Err(missed) => {
                    let next = missed.class().is_some_and(|class| self.decision.on.contains(&class));
                    last = missed;
                    if !next {
                        break;
                    }
                }
            }
        }
        unanswered.release().await;
        Err(last)
    }

    /// Asks `first`, and `spare` as well once `first` has not begun to answer for so long. Who begins first answers; the
    /// other is left, and what it read is paid. Also says how many were asked.
    async fn hedged<'a>(
        &'a self,
        first: &'a Candidate,
        spare: &'a Candidate,
        after_ms: u64,
        unanswered: Unanswered,
    ) -> (Tried<'a>, usize) {
        let mut one = pin!(self.one(first, unanswered));
        if let Some(tried) = timed(&*self.ports.runtime, after_ms, &mut one).await {
            return (tried, 1);
        }
        // Both can cost what one can. Where there is no room for that the first is all there is.
        let models = vec![spare.model.clone()];
        let held = open(self.ports, self.context, self.key_prefix.cloned(), models, self.bounds).await;
        let Ok(mut held) = held else { return (one.await, 1) };
        held.archiving = self.archiving.cloned();
        tracing::info!(
            event = "model.hedged",
            tenant = %self.context.scope.tenant,
            trace_id = %self.context.trace.trace_id(),
            upstream = spare.upstream,
            model = spare.model,
        );
        let two = pin!(self.one(spare, Unanswered::new(held)));
        let tried = match select(one, two).await {
            Either::Left((tried, other)) => either(tried, other).await,
            Either::Right((tried, other)) => either(tried, other).await,
        };
        (tried, 2)
    }

    /// Asks one.
    async fn one<'a>(&'a self, candidate: &'a Candidate, mut unanswered: Unanswered) -> Tried<'a> {
        // The document was checked: each name is one of its upstreams.
        let Some(upstream) = self.config.upstream(&candidate.upstream) else {
            let outcome = Err(Missed::NoAnswer("its upstream is not there".into()));
            return Tried { candidate, unanswered, outcome };
        };
        let Self { ports, context, call, metadata, .. } = *self;
        let left_ms = context.deadline.time_left(ports.runtime.now_ms());
        let first_byte_ms = self.decision.first_byte_ms.unwrap_or(upstream.first_byte_ms).min(left_ms);
        // The same words to another model, or to another server, are another question.
        let cache_key = &format!("{}/{}/{}", self.cache_key, candidate.upstream, candidate.model);
        unanswered.asks(Some(candidate));
        let started_ms = ports.runtime.now_ms();
        let outcome =
            Attempt { ports, call, upstream, candidate, metadata, cache_key, first_byte_ms }.make().await;
        match &outcome {
            Ok(_) => ports.breakers.answered(&candidate.upstream, ports.runtime.now_ms()),
            Err(missed) => {
                unanswered.asks(None);
                spans::missed(ports, context, candidate, started_ms, missed);
                tracing::warn!(
                    event = "model.missed",
                    tenant = %context.scope.tenant,
                    trace_id = %context.trace.trace_id(),
                    upstream = candidate.upstream,
                    model = candidate.model,
                    error = ?missed,
                );
                if missed.is_its_fault() {
                    ports.breakers.failed(&candidate.upstream, ports.runtime.now_ms());
                }
            }
        }
        Tried { candidate, unanswered, outcome }
    }
}

/// The one that is done where it answered, else the other. Dropped, the other is left.
async fn either<'a>(done: Tried<'a>, other: impl Future<Output = Tried<'a>>) -> Tried<'a> {
    if done.outcome.is_ok() {
        return done;
    }
    done.unanswered.release().await;
    other.await
}
