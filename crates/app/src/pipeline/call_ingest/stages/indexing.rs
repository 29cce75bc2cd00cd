//! From a call to passages and quotes that search finds.

use contracts::pipeline::HitKind;
use domain::Finding;
use mesh::workflow::StepFailure;
use serde::{Deserialize, Serialize};
use transcript::Document;

use super::{document, known, read};
use crate::pipeline::call_ingest::findings::RecordedFinding;
use crate::pipeline::event_run::{Outcome, StageRun, Staged, record, retryable};
use crate::pipeline::ids_of;
use crate::ports::{EmbeddedPassage, EventRecord, MOST_FORGOTTEN, Origin};

/// Passages sent to the index at once.
const UPSERT_BATCH: usize = 100;

/// A passage, as the byte range of the call's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::pipeline::call_ingest) struct Passage {
    start: usize,
    end: usize,
}

/// Cuts the call into passages.
pub(in crate::pipeline::call_ingest) async fn chunk(run: StageRun) -> Staged<Vec<Passage>> {
    let document = document(&run).await?;
    let passages = run.ports.embedder.passages(&document).map_err(retryable)?;
    let passages = passages.into_iter().map(|range| Passage { start: range.start, end: range.end });
    Ok(Outcome::Done(passages.collect()))
}

/// Embeds the passages and the signals' quotes, and adds both to the tenant's index.
pub(in crate::pipeline::call_ingest) async fn embed(
    run: StageRun,
    passages: Vec<Passage>,
    findings: Vec<RecordedFinding>,
) -> Staged<usize> {
    let record = record(&run).await?;
    let document = match read(&run, &record).await? {
        Ok(document) => document,
        Err(error) => return Err(StepFailure::Terminal(error.to_string())),
    };
    let texts = texts(&record, &document, &passages, known(findings)?);
    let trace = run.trace()?;
    if run.run > 0 {
        forget(&run).await?;
    }
    let event = &record.event;
    let origin = Origin {
        event_id: run.event_id,
        source: event.source.clone(),
        title: Some(document.title.clone()),
        occurred_at: event.occurred_at.unwrap_or(event.received_at),
    };
    for batch in texts.chunks(UPSERT_BATCH) {
        let words: Vec<&str> = batch.iter().map(|passage| passage.text.as_str()).collect();
        let vectors = run.ports.embedder.embed(&words).await.map_err(retryable)?;
        let passages: Vec<EmbeddedPassage> = batch
            .iter()
            .zip(vectors)
            .map(|(passage, vector)| EmbeddedPassage { vector, ..passage.clone() })
            .collect();
        run.ports.index.upsert(run.tenant, trace, &origin, &passages).await.map_err(retryable)?;
    }
    Ok(Outcome::Done(texts.len()))
}

/// What is to be found, without vectors.
fn texts(
    record: &EventRecord,
    document: &Document,
    passages: &[Passage],
    findings: Vec<Finding>,
) -> Vec<EmbeddedPassage> {
    let event_id = record.event.event_id;
    let mut texts = Vec::new();
    let mut put = |id: String, kind, text: &str, start: usize| {
        let (text, account) = (text.to_owned(), record.account.clone());
        texts.push(EmbeddedPassage { id, kind, text, account, start: start as u32, vector: Vec::new() });
    };
    // A passage may begin within the one before, so characters are counted from one beginning to the next.
    let (mut byte, mut character) = (0, 0);
    for &Passage { start, end } in passages {
        let (Some(text), Some(between)) = (document.text.get(start..end), document.text.get(byte..start))
        else {
            continue;
        };
        character += between.chars().count();
        byte = start;
        put(ids_of::chunk_id(event_id, start).to_string(), HitKind::Passage, text, character);
    }
    for Finding { kind, evidence, .. } in findings {
        let id = ids_of::signal_id(event_id, kind.as_str(), evidence.start).to_string();
        put(id, HitKind::Signal, &evidence.quote, evidence.start);
    }
    texts
}

/// Removes what an earlier run added: another build may have cut the call elsewhere, and found other signals.
async fn forget(run: &StageRun) -> Result<(), StepFailure> {
    let (index, trace) = (&run.ports.index, run.trace()?);
    loop {
        let forgotten = index.forget(run.tenant, trace, Some(run.event_id), MOST_FORGOTTEN).await;
        let forgotten = forgotten.map_err(retryable)?;
        if forgotten.left == 0 {
            return Ok(());
        }
        if forgotten.removed == 0 {
            let left = forgotten.left;
            return Err(StepFailure::Retryable(format!("the index keeps {left} passages of the run before")));
        }
    }
}
