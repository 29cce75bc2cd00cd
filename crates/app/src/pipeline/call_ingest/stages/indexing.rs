//! From a call to passages and quotes that search finds.

use contracts::pipeline::HitKind;
use mesh::workflow::StepFailure;
use serde::{Deserialize, Serialize};

use super::{Staged, document, known, read, record};
use crate::pipeline::call_ingest::findings::RecordedFinding;
use crate::pipeline::call_ingest::progress::{Outcome, StageRun};
use crate::pipeline::call_ingest::retryable;
use crate::pipeline::ids_of;
use crate::ports::{EmbeddedPassage, MOST_FORGOTTEN};

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
    let mut texts = Vec::new();
    for Passage { start, end } in passages {
        let id = ids_of::chunk_id(run.event_id, start).to_string();
        if let Some(text) = document.text.get(start..end) {
            texts.push((id, HitKind::Passage, text.to_owned()));
        }
    }
    for finding in known(findings)? {
        let id = ids_of::signal_id(run.event_id, finding.kind.as_str(), finding.evidence.start).to_string();
        texts.push((id, HitKind::Signal, finding.evidence.quote));
    }
    let trace = run.trace()?;
    if run.run > 0 {
        forget(&run).await?;
    }
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
