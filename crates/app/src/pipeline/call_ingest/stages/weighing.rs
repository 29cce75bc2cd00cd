//! From stored signals to what follows from them.

use domain::EventStatus;

use super::known;
use crate::pipeline::call_ingest::findings::RecordedExtraction;
use crate::pipeline::convert;
use crate::pipeline::event_run::{Outcome, StageRun, Staged, record, retryable};
use crate::ports::EventTransition;
use crate::rules::{self, Applied};

/// Weighs the findings together, and applies the tenant's own rules.
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
    let applied = Applied {
        rules: &*run.ports.rules,
        starter: &*run.ports.starter,
        tenant: run.tenant,
        trace: run.trace()?,
        record: &record(&run).await?,
        findings,
        now,
        last_try: run.last_try,
    };
    rules::apply(applied).await.map_err(retryable)?;
    Ok(Outcome::Done(assessed.headline))
}

/// Tells whoever is to hear of the signals, and of what rules raised.
pub(in crate::pipeline::call_ingest) async fn notify(run: StageRun, signals: usize) -> Staged<usize> {
    let notices = run.ports.rules.raised_of(run.tenant, run.event_id).await.map_err(retryable)?;
    if (signals == 0 && notices.is_empty()) || run.ports.notifiers.is_empty() {
        return Ok(Outcome::NotNeeded(0));
    }
    let trace = run.trace()?;
    for notifier in run.ports.notifiers.iter() {
        if signals > 0 {
            notifier.signals_ready(run.tenant, trace, run.event_id, run.run).await.map_err(retryable)?;
        }
        if !notices.is_empty() {
            let told = notifier.notices_raised(run.tenant, trace, run.event_id, &notices).await;
            told.map_err(retryable)?;
        }
    }
    Ok(Outcome::Done(run.ports.notifiers.len()))
}
