//! The `Intake` service: a table of contents.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::{
    EventDetail, EventPage, GetEvent, GetSignal, IngestEvent, IngestEventError, IngestReceipt, Intake,
    ListEvents, ListSignals, RawEvent, ReadEventError, ReadSignalError, Search, SearchError, SearchHits,
    Signal, SignalPage, SourceText,
};

use super::{PipelinePorts, ingest_event, read_event, read_signal, search};

/// [`Intake`] over ports.
#[derive(Clone)]
pub struct IntakeService(pub PipelinePorts);

#[async_trait(?Send)]
impl Intake for IntakeService {
    async fn ingest_event(
        &self,
        context: &TenantCall,
        request: IngestEvent,
    ) -> Result<IngestReceipt, IngestEventError> {
        ingest_event::ingest_event(&self.0, context, request).await
    }

    async fn get_event(
        &self,
        context: &TenantCall,
        request: GetEvent,
    ) -> Result<EventDetail, ReadEventError> {
        read_event::get_event(&self.0, context, request).await
    }

    async fn list_events(
        &self,
        context: &TenantCall,
        request: ListEvents,
    ) -> Result<EventPage, ReadEventError> {
        read_event::list_events(&self.0, context, request).await
    }

    async fn read_raw(&self, context: &TenantCall, request: GetEvent) -> Result<RawEvent, ReadEventError> {
        read_event::read_raw(&self.0, context, request).await
    }

    async fn read_text(&self, context: &TenantCall, request: GetEvent) -> Result<SourceText, ReadEventError> {
        read_event::read_text(&self.0, context, request).await
    }

    async fn get_signal(&self, context: &TenantCall, request: GetSignal) -> Result<Signal, ReadSignalError> {
        read_signal::get_signal(&self.0, context, request).await
    }

    async fn list_signals(
        &self,
        context: &TenantCall,
        request: ListSignals,
    ) -> Result<SignalPage, ReadSignalError> {
        read_signal::list_signals(&self.0, context, request).await
    }

    async fn search(&self, context: &TenantCall, request: Search) -> Result<SearchHits, SearchError> {
        search::search(&self.0.search(), context, request).await
    }
}
