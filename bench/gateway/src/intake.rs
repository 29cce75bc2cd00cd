//! One event: whatever is taken in becomes it, whatever is asked for is it, and there is nothing else.

use async_trait::async_trait;
use contracts::pipeline::{
    Assessment, EventDetail, EventPage, EventSummary, GetEvent, GetSignal, IngestEvent, IngestEventError,
    IngestReceipt, Intake, KindCount, ListEvents, ListSignals, RawEvent, ReadEventError, ReadSignalError,
    Search, SearchError, SearchHits, Signal, SignalPage, SourceText, StepReport,
};
use contracts::{TenantCall, Timestamp};
use ids::EventId;

/// 2026-11-01, in Unix milliseconds.
const DAY_MS: u64 = 1_793_491_200_000;
const STEPS: [&str; 6] = ["archive", "fetch", "prefilter", "extract", "store", "evaluate"];

pub(crate) struct OneEvent;

fn id() -> EventId {
    EventId::from_parts(DAY_MS, [7; 10])
}

fn detail(event_id: EventId) -> EventDetail {
    let at = |offset: u64| Timestamp::from_unix_ms(DAY_MS + offset);
    let step = |(number, name): (usize, &&str)| StepReport {
        name: (*name).to_owned(),
        status: "completed".into(),
        attempts: 1,
        started_at: at(10 * number as u64),
        ended_at: Some(at(10 * number as u64 + 5)),
        error: None,
    };
    EventDetail {
        event: EventSummary {
            event_id,
            source: "standard".into(),
            kind: "call.completed".into(),
            subject: None,
            status: "processed".into(),
            reason: None,
            title: Some("Northwind: renewal".into()),
            account: Some("Northwind".into()),
            signals_count: 3,
            size_bytes: 32_768,
            trace_id: "00000000000000000000000000000001".into(),
            occurred_at: Some(at(0)),
            received_at: at(0),
            updated_at: at(60),
        },
        assessment: Some(Assessment {
            qualification: 0.75,
            risk: 0.25,
            headline: "A budget is named, and a date".into(),
            counts: vec![KindCount { kind: "budget".into(), count: 2 }],
            extractor: None,
        }),
        steps: STEPS.iter().enumerate().map(step).collect(),
        pending: Vec::new(),
    }
}

#[async_trait(?Send)]
impl Intake for OneEvent {
    async fn ingest_event(
        &self,
        _context: &TenantCall,
        _request: IngestEvent,
    ) -> Result<IngestReceipt, IngestEventError> {
        Ok(IngestReceipt { event_id: id(), duplicate: false })
    }

    async fn get_event(
        &self,
        _context: &TenantCall,
        request: GetEvent,
    ) -> Result<EventDetail, ReadEventError> {
        Ok(detail(request.event_id))
    }

    async fn list_events(
        &self,
        _context: &TenantCall,
        _request: ListEvents,
    ) -> Result<EventPage, ReadEventError> {
        Ok(EventPage { items: vec![detail(id()).event], next_before: None })
    }

    async fn read_raw(&self, _context: &TenantCall, _request: GetEvent) -> Result<RawEvent, ReadEventError> {
        Err(ReadEventError::NotFound)
    }

    async fn read_text(
        &self,
        _context: &TenantCall,
        _request: GetEvent,
    ) -> Result<SourceText, ReadEventError> {
        Err(ReadEventError::NotFound)
    }

    async fn get_signal(
        &self,
        _context: &TenantCall,
        _request: GetSignal,
    ) -> Result<Signal, ReadSignalError> {
        Err(ReadSignalError::NotFound)
    }

    async fn list_signals(
        &self,
        _context: &TenantCall,
        _request: ListSignals,
    ) -> Result<SignalPage, ReadSignalError> {
        Ok(SignalPage { items: Vec::new(), next_before: None })
    }

    async fn search(&self, _context: &TenantCall, _request: Search) -> Result<SearchHits, SearchError> {
        Ok(SearchHits { hits: Vec::new() })
    }
}
