//! The `Operations` service: events of all tenants.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::OperatorCall;
use contracts::pipeline::GetEvent;
use contracts::pipeline::operations::{
    FindEvents, FoundEvent, FoundEventDetail, FoundEventPage, LetterOfRun, Locate, Located, Operations,
    OperationsError,
};
use domain::EventStatus;

use super::convert;
use crate::ports::{EventFinder, EventStore, StoreError};

/// What looking for events needs.
#[derive(Clone)]
pub struct OperationsPorts {
    /// Whose events are which.
    pub finder: Rc<dyn EventFinder>,
    /// Events and steps, once it is known whose they are.
    pub events: Rc<dyn EventStore>,
}

/// [`Operations`] over ports.
#[derive(Clone)]
pub struct OperationsService(pub OperationsPorts);

#[async_trait(?Send)]
impl Operations for OperationsService {
    async fn find_events(
        &self,
        _: &OperatorCall,
        request: FindEvents,
    ) -> Result<FoundEventPage, OperationsError> {
        let invalid = |detail: String| Err(OperationsError::Invalid { detail });
        if let Some(status) = &request.status
            && !EventStatus::ALL.iter().any(|known| known.as_str() == status)
        {
            let all = EventStatus::ALL.map(EventStatus::as_str).join("`, `");
            return invalid(format!("`status` must be one of `{all}`"));
        }
        if request.source.is_some() && request.tenant.is_none() {
            return invalid("`source` needs a `tenant`".into());
        }
        let limit = request.limit.clamp(1, 200);
        // One more than asked for tells whether there is a next page.
        let mut found =
            self.0.finder.find(&FindEvents { limit: limit + 1, ..request }).await.map_err(unavailable)?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next_before = found.last().filter(|_| more).map(|(_, record)| record.event.event_id);
        let items = found
            .into_iter()
            .map(|(tenant, record)| FoundEvent { tenant, event: convert::event_summary(record) });
        Ok(FoundEventPage { items: items.collect(), next_before })
    }

    async fn find_event(
        &self,
        _: &OperatorCall,
        request: GetEvent,
    ) -> Result<FoundEventDetail, OperationsError> {
        let GetEvent { event_id } = request;
        let tenant = self.0.finder.owner(event_id).await.map_err(unavailable)?;
        let tenant = tenant.ok_or(OperationsError::NotFound)?;
        let record = self.0.events.get(tenant, event_id).await.map_err(unavailable)?;
        let record = record.ok_or(OperationsError::NotFound)?;
        let (steps, letters) = futures_util::try_join!(
            self.0.events.steps(tenant, event_id),
            self.0.finder.letters(tenant, event_id)
        )
        .map_err(unavailable)?;
        let letters = letters.into_iter().map(|(run, letter_id)| LetterOfRun { run, letter_id });
        let (run, letters) = (record.run, letters.collect());
        Ok(FoundEventDetail { tenant, detail: convert::event_detail(record, steps), run, letters })
    }

    async fn locate(&self, _: &OperatorCall, request: Locate) -> Result<Option<Located>, OperationsError> {
        let found = self.0.finder.locate(&request.id).await.map_err(unavailable)?;
        Ok(found.map(|(tenant, event_id)| Located { tenant, event_id }))
    }
}

fn unavailable(error: StoreError) -> OperationsError {
    OperationsError::Unavailable { detail: error.to_string() }
}
