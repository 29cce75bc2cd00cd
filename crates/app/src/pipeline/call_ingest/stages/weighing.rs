//! From stored signals to what follows from them.

use domain::EventStatus;

use super::known;
use crate::pipeline::call_ingest::findings::RecordedExtraction;
use crate::pipeline::convert;
use crate::pipeline::event_run::{Outcome, StageRun, Staged, retryable};
use crate::ports::EventTransition;

/// Weighs the findings together.
pub(in crate::pipeline::call_ingest) async fn evaluate(
    run: StageRun,
    extraction: RecordedExtraction,
) -> Staged<String> {
    let by = extraction.by();
    let findings = known(extraction.findings)?;
    let assessed = domain::assess(&findings);
    let change = EventTransition {
        run: Some(run.run),
        signals_count: Some(findings.len() as u32),
        assessment: Some(convert::assessment(&assessed, by)),
        ..EventTransition::to(EventStatus::Processing)
    };
    let now = run.ports.clock.now();
    run.ports.events.transition(run.tenant, run.event_id, &change, now).await.map_err(retryable)?;
    Ok(Outcome::Done(assessed.headline))
}

/// Tells whoever is to hear of the signals.
pub(in crate::pipeline::call_ingest) async fn notify(run: StageRun, signals: usize) -> Staged<usize> {
    if signals == 0 || run.ports.notifiers.is_empty() {
        return Ok(Outcome::NotNeeded(0));
    }
    let trace = run.trace()?;
    for notifier in run.ports.notifiers.iter() {
        notifier.signals_ready(run.tenant, trace, run.event_id, run.run).await.map_err(retryable)?;
    }
    Ok(Outcome::Done(run.ports.notifiers.len()))
}
