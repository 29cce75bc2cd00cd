//! Finding what an erasure is about, a page of events at a time.

use domain::Contact;
use domain::contact::InvalidContact;
use futures_util::future::join_all;
use ids::EventId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Run;
use crate::pipeline::archive::day_of;
use crate::ports::{FoundEvent, RemovableEvent, StoreError};

/// Events of a page whose bytes are read.
const READ_PAGE: u32 = 200;

/// Events of a page when all are meant.
const WHOLE_PAGE: u32 = 1_000;

/// Raw objects read side by side: the platform runs six at a time.
pub(super) const READ_AT_ONCE: usize = 6;

/// What a contact is recognized by, as stored while the erasure runs.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Selector {
    email: Option<String>,
    name: Option<String>,
    account: Option<String>,
}

impl Selector {
    pub(super) fn of(contact: &Contact) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self { email: owned(contact.email()), name: owned(contact.name()), account: owned(contact.account()) }
    }

    fn contact(&self) -> Result<Contact, InvalidContact> {
        Contact::new(self.email.as_deref(), self.name.as_deref(), self.account.as_deref())
    }
}

/// Notes the events of a page that the erasure is about. Gives the page's last event; none behind the last page.
pub(super) async fn find_page(run: &Run, after: Option<EventId>) -> Result<Option<EventId>, StoreError> {
    let record = run.record().await?;
    let contact = match &record.erasure.selector {
        Some(json) => Some(contact(json)?),
        None => None,
    };
    let page = if contact.is_some() { READ_PAGE } else { WHOLE_PAGE };
    let events = run.ports.removal.events_after(run.tenant, after, page).await?;
    let last = events.last().map(|event| event.event_id);
    let mut found = Vec::new();
    match contact {
        None => found.extend(events),
        Some(contact) => {
            for chunk in events.chunks(READ_AT_ONCE) {
                let matches = join_all(chunk.iter().map(|event| is_about(run, &contact, event))).await;
                for (event, matches) in chunk.iter().zip(matches) {
                    if matches? {
                        found.push(event.clone());
                    }
                }
            }
        }
    }
    let found: Vec<FoundEvent> = found
        .into_iter()
        .map(|event| FoundEvent {
            event_id: event.event_id,
            day: day_of(event.received_at),
            object_key: event.object_key,
            archived: event.archived,
        })
        .collect();
    if !found.is_empty() {
        run.ports.erasures.found(run.tenant, run.id, &found).await?;
    }
    Ok(last)
}

/// What a stored selector is about.
pub(super) fn contact(json: &str) -> Result<Contact, StoreError> {
    let unreadable = |error: &dyn std::fmt::Display| {
        StoreError::new("erasures", format!("the selector cannot be read: {error}"))
    };
    let selector: Selector = serde_json::from_str(json).map_err(|error| unreadable(&error))?;
    selector.contact().map_err(|error| unreadable(&error))
}

/// Whether an event is about the contact: by its subject, its raw bytes, any text in its payload, or who speaks in it.
async fn is_about(run: &Run, contact: &Contact, event: &RemovableEvent) -> Result<bool, StoreError> {
    let account = event.account.as_deref();
    if event.subject.as_deref().is_some_and(|subject| contact.is_text(subject, account)) {
        return Ok(true);
    }
    let Some(object) = run.ports.archive.objects.get(&event.object_key).await? else {
        return Ok(false);
    };
    let body = object.body;
    if contact.has_email(&body) {
        return Ok(true);
    }
    // An address may hide behind escapes; a name is a whole text of its own.
    let escaped = contact.email().is_some() && body.contains(&b'\\');
    if !escaped && !contact.may_be_named(account) {
        return Ok(false);
    }
    let in_texts = serde_json::from_slice::<Value>(&body)
        .is_ok_and(|value| has_text(&value, &|text| contact.is_text(text, account)));
    Ok(in_texts || (contact.may_be_named(account) && speaks(contact, event, &body)))
}

/// Whether any string of a value, names of members included, is what is looked for.
fn has_text(value: &Value, wanted: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => wanted(text),
        Value::Array(items) => items.iter().any(|item| has_text(item, wanted)),
        Value::Object(members) => {
            members.iter().any(|(name, member)| wanted(name) || has_text(member, wanted))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn speaks(contact: &Contact, event: &RemovableEvent, body: &[u8]) -> bool {
    let account = event.account.as_deref();
    transcript::normalize(&event.source, body)
        .is_ok_and(|document| document.turns.iter().any(|turn| contact.is_text(&turn.speaker, account)))
}
