//! The service that the other Workers call.

use std::fmt::Display;
use std::rc::Rc;

use async_trait::async_trait;
use guestbook_contract::{ApproveError, Call, Closed, Entry, Guestbook, Sign, SignError};
use mesh::CallError;
use mesh::durable::Namespace;
use mesh::workflow::{InstanceError, InstanceStatus, Instances, NewInstance};

use crate::pages::{PAGES, PagesClient, PagesObject};
use crate::review::{Approved, Review, ReviewInput, Verdict, review_of};

/// Passes on to the house's pages, and has each entry reviewed.
pub struct Desk {
    /// The houses' pages.
    pub pages: Rc<dyn Namespace>,
    /// The reviews.
    pub reviews: Instances<Review>,
}

impl Desk {
    /// The pages of the house whose guest calls: there is no way to another's.
    fn pages(&self, context: &Call) -> PagesClient<Rc<dyn mesh::Transport>> {
        PagesObject::stub(&self.pages, context, PAGES)
    }
}

#[async_trait(?Send)]
impl Guestbook for Desk {
    async fn sign(&self, context: &Call, request: Sign) -> Result<Entry, SignError> {
        let closed = |reason: &dyn Display| SignError::Closed { reason: reason.to_string() };
        let written = self.pages(context).write(&context.forwarded_by("book"), request).await;
        let entry = written.map_err(|error| match error {
            CallError::Refused(refusal) => refusal,
            error => closed(&error),
        })?;
        let id = review_of(&context.scope.house, entry.number).map_err(|error| closed(&error))?;
        let input = ReviewInput {
            visitor: context.scope.clone(),
            number: entry.number,
            trace: context.trace.to_string(),
        };
        let created = self.reviews.create(NewInstance::new(id, input)).await;
        created.map_err(|error| closed(&error))?;
        Ok(entry)
    }

    async fn approve(&self, context: &Call, number: u64) -> Result<(), ApproveError> {
        let nothing = ApproveError::NothingWaits { number };
        let Ok(id) = review_of(&context.scope.house, number) else { return Err(nothing) };
        let review = self.reviews.handle(id);
        match review.status().await {
            // Whoever asks again, because the answer got lost, hears the same.
            Ok(InstanceStatus::Complete(Verdict::Shown { .. })) => return Ok(()),
            Ok(status) if status.has_ended() => return Err(nothing),
            Ok(_) => {}
            Err(InstanceError::NotFound { .. }) => return Err(nothing),
            Err(error) => return Err(ApproveError::Closed { reason: error.to_string() }),
        }
        let approved = Approved { by: context.scope.guest.clone() };
        let sent = review.send_event(&approved).await;
        sent.map_err(|error| ApproveError::Closed { reason: error.to_string() })
    }

    async fn entries(&self, context: &Call, _request: ()) -> Result<Vec<Entry>, Closed> {
        let read = self.pages(context).read(&context.forwarded_by("book"), ()).await;
        read.map_err(|error| match error {
            CallError::Refused(refusal) => refusal,
            error => Closed(error.to_string()),
        })
    }
}
