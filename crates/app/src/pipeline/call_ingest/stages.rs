//! What each stage does. All are idempotent on the event's id.

use contracts::pipeline::{ExtractorReport, HitKind};
use domain::{EventStatus, Finding, ScalarIndex};
use mesh::workflow::StepFailure;
use serde::{Deserialize, Serialize};
use transcript::{Document, NormalizeError};

use super::findings::{RecordedExtraction, RecordedFinding};
use super::progress::{Outcome, StageRun};
use super::{log_settled, retryable};
use crate::pipeline::extracting::{self, Extracted};
use crate::pipeline::{convert, ids_of};
use crate::ports::{EmbeddedPassage, EventRecord, EventTransition, ExtractorKind, NewSignal};

/// A call has dozens of signals at most. Past this many an extractor has gone wrong, and only the surest are kept.
const MAX_SIGNALS: usize = 500;

/// Passages sent to the index at once.
const UPSERT_BATCH: usize = 100;

type Staged<T> = Result<Outcome<T>, StepFailure>;

/// What the load step found.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub(super) enum Loaded {
    /// A conversation.
    Call { turns: usize, characters: usize },
    /// Nothing that a step could work on.
    Nothing { reason: String },
}

/// Reads the archived bytes and sees what they are.
pub(super) async fn load(run: StageRun) -> Staged<Loaded> {
    let record = record(&run).await?;
    let mut change = EventTransition::to(EventStatus::Processing);
    let loaded = match read(&run, &record).await? {
        Ok(document) => {
            change.title = Some(document.title);
            change.account = document.account;
            Loaded::Call { turns: document.turns.len(), characters: document.text.chars().count() }
        }
        Err(error @ (NormalizeError::NoTranscript | NormalizeError::EmptyTranscript)) => {
            Loaded::Nothing { reason: error.to_string() }
        }
        Err(error) => return Err(StepFailure::Terminal(error.to_string())),
    };
    run.ports
        .events
        .transition(run.tenant, run.event_id, &change, run.ports.clock.now())
        .await
        .map_err(retryable)?;
    Ok(Outcome::Done(loaded))
}

/// Finds the turns worth extracting from.
pub(super) async fn prefilter(run: StageRun) -> Staged<Vec<(usize, usize)>> {
    let document = document(&run).await?;
    run.ports.extractor.prefilter(&document).await.map(Outcome::Done).map_err(retryable)
}

/// Finds signals in those turns, and keeps only those whose quote is really there.
pub(super) async fn extract(run: StageRun, turns: Vec<(usize, usize)>) -> Staged<RecordedExtraction> {
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
    let extracted = extracting::extract(&*run.ports.extractor, &document, &turns, run.last_try).await?;
    let Extracted { mut findings, mut by } = extracted;
    let index = ScalarIndex::new(&document.text);
    let claimed = findings.len();
    findings.retain(|finding| index.verify(&finding.evidence).is_ok());
    by.dropped_quotes += (claimed - findings.len()) as u32;
    log_extracted(&run, &by, findings.len());
    if findings.len() > MAX_SIGNALS {
        findings.sort_by(|a, b| b.score.total_cmp(&a.score));
        findings.truncate(MAX_SIGNALS);
        findings.sort_by_key(|finding| finding.evidence.start);
    }
    let findings = findings.into_iter().map(RecordedFinding::from).collect();
    Ok(Outcome::Done(RecordedExtraction::new(findings, by)))
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

/// Stores the signals, all at once, in place of any that an earlier try left.
pub(super) async fn store(run: StageRun, findings: Vec<RecordedFinding>) -> Staged<usize> {
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

/// Cuts the call into passages, embeds them and the signals' quotes, and adds both to the tenant's index.
pub(super) async fn embed(run: StageRun, findings: Vec<RecordedFinding>) -> Staged<usize> {
    let record = record(&run).await?;
    let document = match read(&run, &record).await? {
        Ok(document) => document,
        Err(error) => return Err(StepFailure::Terminal(error.to_string())),
    };
    let mut texts = Vec::new();
    for range in run.ports.embedder.passages(&document).map_err(retryable)? {
        let id = ids_of::chunk_id(run.event_id, range.start).to_string();
        if let Some(text) = document.text.get(range) {
            texts.push((id, HitKind::Passage, text.to_owned()));
        }
    }
    for finding in known(findings)? {
        let id = ids_of::signal_id(run.event_id, finding.kind.as_str(), finding.evidence.start).to_string();
        texts.push((id, HitKind::Signal, finding.evidence.quote));
    }
    let Some(trace) = run.trace else {
        return Err(StepFailure::Terminal("the instance was started with a malformed traceparent".into()));
    };
    let count = texts.len();
    for batch in texts.chunks(UPSERT_BATCH) {
        let words: Vec<&str> = batch.iter().map(|(_, _, text)| text.as_str()).collect();
        let vectors = run.ports.embedder.embed(&words).await.map_err(retryable)?;
        let passages: Vec<EmbeddedPassage> = batch
            .iter()
            .zip(vectors)
            .map(|((id, kind, text), vector)| EmbeddedPassage {
                id: id.clone(),
                kind: *kind,
                text: text.clone(),
                account: record.account.clone(),
                vector,
            })
            .collect();
        run.ports.index.upsert(run.tenant, trace, run.event_id, &passages).await.map_err(retryable)?;
    }
    Ok(Outcome::Done(count))
}

/// Weighs the findings together and settles the event.
pub(super) async fn evaluate(run: StageRun, extraction: RecordedExtraction) -> Staged<String> {
    let by = extraction.by();
    let findings = known(extraction.findings)?;
    let assessed = domain::assess(&findings);
    let change = EventTransition {
        signals_count: Some(findings.len() as u32),
        assessment: Some(convert::assessment(&assessed, by)),
        ..EventTransition::to(EventStatus::Processed)
    };
    let now = run.ports.clock.now();
    run.ports.events.transition(run.tenant, run.event_id, &change, now).await.map_err(retryable)?;
    let traceparent = run.trace.map(|trace| trace.to_string()).unwrap_or_default();
    log_settled(run.tenant, run.event_id, &traceparent, &change);
    Ok(Outcome::Done(assessed.headline))
}

async fn record(run: &StageRun) -> Result<EventRecord, StepFailure> {
    let found = run.ports.events.get(run.tenant, run.event_id).await.map_err(retryable)?;
    found.ok_or_else(|| StepFailure::Terminal(format!("the tenant has no event `{}`", run.event_id)))
}

async fn read(run: &StageRun, record: &EventRecord) -> Result<Result<Document, NormalizeError>, StepFailure> {
    let object = run.ports.archive.get(&record.event.object_key).await.map_err(retryable)?;
    let object = object.ok_or_else(|| {
        StepFailure::Retryable(format!("the archive has no object `{}` yet", record.event.object_key))
    })?;
    Ok(transcript::normalize(&record.event.source, &object.body))
}

async fn document(run: &StageRun) -> Result<Document, StepFailure> {
    let record = record(run).await?;
    read(run, &record).await?.map_err(|error| StepFailure::Terminal(error.to_string()))
}

fn known(findings: Vec<RecordedFinding>) -> Result<Vec<Finding>, StepFailure> {
    let findings: Result<Vec<_>, _> = findings.into_iter().map(RecordedFinding::into_finding).collect();
    findings.map_err(|error| {
        StepFailure::Terminal(format!("a recorded finding no longer fits the code: {error}"))
    })
}
