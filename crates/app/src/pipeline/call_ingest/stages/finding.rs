//! From a call to stored signals.

use contracts::pipeline::ExtractorReport;
use contracts::pipeline::usage::{UsageAmounts, UsageSubject};
use domain::ScalarIndex;

use super::{document, known};
use crate::pipeline::call_ingest::findings::{RecordedExtraction, RecordedFinding};
use crate::pipeline::event_run::{Outcome, StageRun, Staged, record, retryable};
use crate::pipeline::extracting::{self, Extracted};
use crate::pipeline::ids_of;
use crate::ports::{Counted, ExtractorKind, ModelCall, NewSignal, Spending};

/// A call has dozens of signals at most. Past this many an extractor has gone wrong, and only the surest are kept.
const MAX_SIGNALS: usize = 500;

/// What the findings of a call may take in a step's record, in bytes of quotes: the record holds a mebibyte, of which the
/// rest is for their other fields and for escapes.
const MAX_QUOTES_BYTES: usize = 400_000;

/// Finds the turns worth extracting from.
pub(in crate::pipeline::call_ingest) async fn prefilter(run: StageRun) -> Staged<Vec<(usize, usize)>> {
    let document = document(&run).await?;
    run.ports.extractor.prefilter(&document).await.map(Outcome::Done).map_err(retryable)
}

/// Finds signals in those turns. It is the step that may cost money: nothing after it runs it again.
pub(in crate::pipeline::call_ingest) async fn extract(
    run: StageRun,
    turns: Vec<(usize, usize)>,
) -> Staged<RecordedExtraction> {
    if turns.is_empty() {
        let by = ExtractorReport {
            kind: ExtractorKind::Rules.as_str().to_owned(),
            model: None,
            dropped_quotes: 0,
            fallback_reason: None,
        };
        return Ok(Outcome::NotNeeded(RecordedExtraction::new(Vec::new(), by)));
    }
    let document = document(&run).await?;
    let spending = Spending::of(run.tenant).within(run.trace()?);
    let extracted =
        extracting::extract(&*run.ports.extractor, &document, &turns, run.last_try, &spending).await;
    // Whatever came of it: what was asked is paid.
    meter(&run, spending).await;
    let Extracted { findings, by } = extracted?;
    log_extracted(&run, &by, findings.len());
    let findings: Vec<_> = findings.into_iter().map(RecordedFinding::from).collect();
    Ok(Outcome::Done(RecordedExtraction::new(surest(findings), by)))
}

/// Notes what models cost that no budget has. Where that fails the step goes on: it would have to pay again for another try.
async fn meter(run: &StageRun, spending: Spending) {
    let now = run.ports.clock.now();
    let count = |call: ModelCall| {
        let ModelCall { model, tokens_in, tokens_out, cost_nanos } = call;
        let (tokens_in, tokens_out) = (tokens_in.into(), tokens_out.into());
        let amounts =
            UsageAmounts { model_calls: 1, tokens_in, tokens_out, cost_nanos, ..UsageAmounts::default() };
        Counted::new(now, UsageSubject::Model { model, key: None }, amounts)
    };
    let counts: Vec<_> = spending.into_calls().into_iter().map(count).collect();
    if counts.is_empty() {
        return;
    }
    let batch_id = hex::encode(run.ports.random.for_id());
    if let Err(error) = run.ports.usage.add(run.tenant, &batch_id, &counts, now).await {
        let (tenant, event_id) = (run.tenant, run.event_id);
        tracing::error!(event = "usage.lost", %tenant, %event_id, counts = counts.len(), %error);
    }
}

/// The one line that tells who found signals, what was dropped, and why the rules stood in.
fn log_extracted(run: &StageRun, by: &ExtractorReport, signals: usize) {
    let (tenant, event_id) = (run.tenant, run.event_id);
    let ExtractorReport { kind, dropped_quotes, .. } = by;
    let model = by.model.as_deref().unwrap_or_default();
    match &by.fallback_reason {
        Some(reason) => tracing::warn!(
            event = "extraction.fallback", %tenant, %event_id, kind, signals, dropped_quotes, reason
        ),
        None => tracing::info!(
            event = "extraction.done", %tenant, %event_id, kind, model, signals, dropped_quotes
        ),
    }
}

/// The surest findings that fit a step's record, in the order they came in.
fn surest(findings: Vec<RecordedFinding>) -> Vec<RecordedFinding> {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by(|a, b| findings[*b].score.total_cmp(&findings[*a].score));
    let mut bytes = 0;
    let mut kept: Vec<usize> = order
        .into_iter()
        .take_while(|at| {
            bytes += findings[*at].quote.len();
            bytes <= MAX_QUOTES_BYTES
        })
        .take(MAX_SIGNALS)
        .collect();
    kept.sort_unstable();
    let mut kept = kept.into_iter().peekable();
    let numbered = findings.into_iter().enumerate();
    numbered.filter(|(at, _)| kept.next_if_eq(at).is_some()).map(|(_, finding)| finding).collect()
}

/// Keeps only the findings whose quote is a verbatim slice of the call's text, at the place they say.
pub(in crate::pipeline::call_ingest) async fn verify(
    run: StageRun,
    claimed: RecordedExtraction,
) -> Staged<RecordedExtraction> {
    if claimed.findings.is_empty() {
        return Ok(Outcome::NotNeeded(claimed));
    }
    let document = document(&run).await?;
    let index = ScalarIndex::new(&document.text);
    let found = claimed.findings.len();
    let mut verified = known(claimed.findings.clone())?;
    verified.retain(|finding| index.verify(&finding.evidence).is_ok());
    let dropped = found - verified.len();
    if dropped > 0 {
        tracing::warn!(
            event = "extraction.quotes_dropped", tenant = %run.tenant, event_id = %run.event_id, dropped, found
        );
    }
    Ok(Outcome::Done(claimed.holding(verified.into_iter().map(RecordedFinding::from).collect())))
}

/// Stores the signals, all at once, in place of any that an earlier try or run left.
pub(in crate::pipeline::call_ingest) async fn store(
    run: StageRun,
    findings: Vec<RecordedFinding>,
) -> Staged<usize> {
    let account = record(&run).await?.account;
    let mut signals = Vec::with_capacity(findings.len());
    for finding in known(findings)? {
        signals.push(NewSignal {
            signal_id: ids_of::signal_id(run.event_id, finding.kind.as_str(), finding.evidence.start),
            account: account.clone(),
            finding,
        });
    }
    let now = run.ports.clock.now();
    run.ports.signals.replace(run.tenant, run.event_id, &signals, now).await.map_err(retryable)?;
    Ok(Outcome::Done(signals.len()))
}

#[cfg(test)]
mod tests {
    use domain::{Evidence, Finding, SignalKind};

    use super::*;

    fn finding(score: f64, quote: &str, start: usize) -> RecordedFinding {
        let end = start + quote.chars().count();
        let evidence =
            Evidence { quote: quote.into(), start, end, turn: 0, speaker: "Ada".into(), at_ms: None };
        RecordedFinding::from(Finding { kind: SignalKind::Budget, score, evidence })
    }

    #[test]
    fn the_surest_findings_are_kept_in_their_order_up_to_what_a_record_holds() {
        let many: Vec<_> = (0..MAX_SIGNALS + 3).map(|n| finding(0.5 + n as f64 / 10_000.0, "q", n)).collect();
        assert_eq!(surest(many.clone()), many[3..], "the three least sure are left out");
        let long = "x".repeat(MAX_QUOTES_BYTES / 2);
        let three = vec![finding(0.2, &long, 0), finding(0.9, &long, 1), finding(0.5, &long, 2)];
        assert_eq!(surest(three.clone()), three[1..], "two of these fill the record");
    }
}
