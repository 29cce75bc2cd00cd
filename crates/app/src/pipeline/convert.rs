//! From stored records to contract messages.

use contracts::pipeline::{
    Assessment, EventDetail, EventSummary, Evidence, ExtractorReport, KindCount, Signal, StepReport,
};
use domain::EventWorkflow;
use mesh::TraceContext;

use super::{call_ingest, crm_change};
use crate::ports::{EventRecord, SignalRecord, StepRecord};

pub(super) fn event_summary(record: EventRecord) -> EventSummary {
    let EventRecord {
        event,
        run: _,
        status,
        reason,
        title,
        account,
        signals_count,
        assessment: _,
        updated_at,
    } = record;
    EventSummary {
        event_id: event.event_id,
        source: event.source,
        kind: event.kind,
        subject: event.subject,
        status: status.as_str().to_owned(),
        reason,
        title,
        account,
        signals_count,
        size_bytes: event.size_bytes,
        trace_id: event.traceparent.parse::<TraceContext>().map(|trace| trace.trace_id()).unwrap_or_default(),
        occurred_at: event.occurred_at,
        received_at: event.received_at,
        updated_at,
    }
}

pub(super) fn event_detail(record: EventRecord, steps: Vec<StepRecord>) -> EventDetail {
    let assessment = record.assessment.clone();
    let to_come: &[&str] = match record.event.workflow {
        _ if record.status.is_settled() => &[],
        EventWorkflow::CallIngest => &call_ingest::STEPS,
        EventWorkflow::CrmChange => &crm_change::STEPS,
    };
    let begun = |name: &str| steps.iter().any(|step| step.name == name);
    let pending = to_come.iter().filter(|name| !begun(name)).map(|name| (*name).to_owned()).collect();
    let steps = steps
        .into_iter()
        .map(|step| StepReport {
            name: step.name,
            status: step.status.as_str().to_owned(),
            attempts: step.attempts,
            started_at: step.started_at,
            ended_at: step.ended_at,
            error: step.error,
        })
        .collect();
    EventDetail { event: event_summary(record), assessment, steps, pending }
}

pub(super) fn assessment(assessed: &domain::Assessment, extractor: ExtractorReport) -> Assessment {
    let counts = assessed
        .counts
        .iter()
        .map(|(kind, count)| KindCount { kind: kind.as_str().to_owned(), count: *count as u32 })
        .collect();
    Assessment {
        qualification: assessed.qualification,
        risk: assessed.risk,
        headline: assessed.headline.clone(),
        counts,
        extractor: Some(extractor),
    }
}

pub(super) fn signal(record: SignalRecord) -> Signal {
    let SignalRecord { signal, event_id, created_at } = record;
    let evidence = signal.finding.evidence;
    Signal {
        signal_id: signal.signal_id,
        kind: signal.finding.kind.as_str().to_owned(),
        account: signal.account,
        score: signal.finding.score,
        evidence: Evidence {
            quote: evidence.quote,
            start: evidence.start as u32,
            end: evidence.end as u32,
            turn: evidence.turn as u32,
            speaker: evidence.speaker,
            at_ms: evidence.at_ms.and_then(|ms| u32::try_from(ms).ok()),
        },
        event_id,
        created_at,
    }
}
