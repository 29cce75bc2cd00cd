//! What a report shows, from what is on record.

use std::collections::BTreeMap;

use contracts::Timestamp;
use domain::workflow::RunStatus;
use mesh::workflow::StepFailure;
use report::{AccountReport as Content, Bucket, KindTotal, ReportedEvent, ReportedSignal, buckets};

use super::AccountReport;
use super::request::{Params, period};
use crate::ports::{AccountEvent, AccountPeriod, AccountRecords, AccountSignal, RunChange};
use crate::workflows::stage::{Running, retryable};

/// Events on a page; the rest is counted.
const MOST_EVENTS: u32 = 200;
/// Signals on a page; the rest is counted.
const MOST_SIGNALS: u32 = 60;
/// The longest quote on a page, in characters. Longer ones are cut, and say so by an ellipsis.
const LONGEST_QUOTE: usize = 600;

/// Gathers the content of a run's report. Times follow from the run, so that a repeated try shows the same period.
pub(super) async fn gather(this: &AccountReport, running: &Running) -> Result<Content, StepFailure> {
    let run = this.runs.get(running.tenant, &running.run_id).await.map_err(retryable)?;
    let run =
        run.ok_or_else(|| StepFailure::Terminal(format!("the tenant has no run `{}`", running.run_id)))?;
    if run.status == RunStatus::Accepted {
        let begun = RunChange::to(RunStatus::Running);
        this.runs
            .change(running.tenant, &running.run_id, &begun, this.clock.now())
            .await
            .map_err(retryable)?;
    }
    let params = Params::read(&run.run.params).map_err(StepFailure::Terminal)?;
    let (from, until) = period(&params, run.run.created_at).map_err(StepFailure::Terminal)?;
    let (bucket_ms, starts) = buckets(from.unix_ms(), until.unix_ms());
    let period = AccountPeriod { account: params.account.clone(), from, until, bucket_ms };
    let records = this.history.gather(running.tenant, &period, MOST_EVENTS, MOST_SIGNALS).await;
    let AccountRecords { events, signals, signal_counts, event_counts } = records.map_err(retryable)?;

    let mut columns: Vec<Bucket> =
        starts.into_iter().map(|from| Bucket { from, ..Bucket::default() }).collect();
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for (kind, bucket, count) in signal_counts {
        *kinds.entry(kind).or_default() += count;
        if let Some(column) = columns.get_mut(bucket as usize) {
            column.signals += count;
        }
    }
    for (bucket, count) in &event_counts {
        if let Some(column) = columns.get_mut(*bucket as usize) {
            column.events += count;
        }
    }
    let mut kinds: Vec<_> = kinds.into_iter().map(|(kind, count)| KindTotal { kind, count }).collect();
    kinds.sort_by(|a, b| b.count.cmp(&a.count).then(a.kind.cmp(&b.kind)));
    Ok(Content {
        id: running.run_id.clone(),
        account: params.account,
        from: from.unix_ms(),
        until: until.unix_ms(),
        taken_at: this.clock.now().unix_ms(),
        bucket_ms,
        buckets: columns,
        kinds,
        events_total: event_counts.iter().map(|(_, count)| count).sum(),
        events: events.into_iter().map(event).collect(),
        signals: signals.into_iter().map(signal).collect(),
    })
}

fn event(event: AccountEvent) -> ReportedEvent {
    ReportedEvent {
        id: event.event_id.to_string(),
        at: Timestamp::unix_ms(event.at),
        title: event.title,
        headline: event.headline,
        qualification: event.qualification,
        risk: event.risk,
        signals: event.signals,
    }
}

fn signal(signal: AccountSignal) -> ReportedSignal {
    let mut quote: String = signal.quote.chars().take(LONGEST_QUOTE).collect();
    if quote.len() < signal.quote.len() {
        quote.push('…');
    }
    ReportedSignal {
        kind: signal.kind,
        score: signal.score,
        quote,
        speaker: signal.speaker,
        at: signal.at.unix_ms(),
        event_id: signal.event_id.to_string(),
    }
}
