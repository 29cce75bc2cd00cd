//! Removing what was found: from the index, the database, the raw bytes and the archive.

use std::collections::BTreeSet;

use contracts::Timestamp;
use futures_util::future::join_all;
use ids::{AiCallId, EventId};

use super::Run;
use super::find::{READ_AT_ONCE, contact};
use crate::call_archive::is_about;
use crate::pipeline::archive::{Lease, drop_day, raw_prefix, rewrite_day, tenant_prefix};
use crate::pipeline::retention::forget;
use crate::ports::{MOST_ANSWERS_FORGOTTEN, MOST_OBJECTS, StoreError};

/// Events of a step: one transaction, and as many calls of the tenant's index.
const BATCH: u32 = 50;

/// Events read at once.
const PAGE: u32 = 1_000;

/// Rows without an event that a step removes of each table.
const ROWS: u32 = 1_000;

/// Runs that a step ends.
const RUNS: u32 = 25;

/// Bytes without a row may belong to a delivery that is being accepted; after an hour they do not.
const ORPHAN_AGE_MS: u64 = 3_600_000;

/// Of a whole tenant: ends some of the runs that it started, which would bring something back; says whether any may be
/// left.
pub(super) async fn end_runs(run: &Run) -> Result<bool, StoreError> {
    Ok(run.ports.runs.end_some(run.tenant, RUNS).await? == RUNS)
}

/// Removes some of the found events from index, database and raw bytes; says whether any are left.
pub(super) async fn remove_batch(run: &Run) -> Result<bool, StoreError> {
    let (ports, tenant, id) = (&run.ports, run.tenant, run.id);
    let events = ports.erasures.left(tenant, id, BATCH).await?;
    if events.is_empty() {
        return Ok(false);
    }
    let mut passages = 0;
    for event in &events {
        passages += forget(&*ports.index, tenant, run.trace, Some(event.event_id)).await?;
    }
    if passages > 0 {
        ports.erasures.count(tenant, id, "passages", passages).await?;
    }
    let ids: Vec<EventId> = events.iter().map(|event| event.event_id).collect();
    let messages = ports.messages.forget(tenant, run.trace, &ids).await?;
    if messages > 0 {
        ports.erasures.count(tenant, id, "messages", messages).await?;
    }
    let entries = ports.feeds.forget(tenant, run.trace, Some(&ids)).await?;
    if entries > 0 {
        ports.erasures.count(tenant, id, "live_entries", entries).await?;
    }
    ports.erasures.remove_rows(tenant, id, &ids).await?;
    let mut keys: Vec<String> = events.into_iter().map(|event| event.object_key).collect();
    keys.sort_unstable();
    keys.dedup();
    let used = ports.removal.objects_in_use(tenant, &keys).await?;
    keys.retain(|key| !used.contains(key));
    ports.archive.objects.delete(&keys).await?;
    // Last: until then the next try begins with these again.
    ports.erasures.done(tenant, id, &ids).await?;
    Ok(true)
}

/// Removes the rows of the found events from the next day of the archive behind `after`; none when there is no day.
pub(super) async fn remove_day(run: &Run, after: Option<&str>) -> Result<Option<String>, StoreError> {
    let days = run.ports.erasures.days(run.tenant, run.id, after, 1).await?;
    let Some(day) = days.into_iter().next() else {
        return Ok(None);
    };
    let ids = events_of_day(run, &day).await?;
    let archive = &run.ports.archive;
    let lease = lease(run).await?;
    let removed = rewrite_day(archive, run.tenant, &day, &ids, &lease).await;
    lease.end(archive).await;
    removed.map(|_| Some(day))
}

/// Of a whole tenant: removes the next days of the archive, and what else lies there; says whether any is left.
pub(super) async fn drop_archive(run: &Run) -> Result<bool, StoreError> {
    let archive = &run.ports.archive;
    let lease = lease(run).await?;
    let outcome = drop_some(run, &lease).await;
    lease.end(archive).await;
    outcome
}

async fn drop_some(run: &Run, lease: &Lease) -> Result<bool, StoreError> {
    let archive = &run.ports.archive;
    let days = archive.ledger.days(run.tenant, None, 20).await?;
    for day in &days {
        drop_day(archive, run.tenant, day, lease).await?;
    }
    if !days.is_empty() {
        return Ok(true);
    }
    remove_objects(run, &tenant_prefix(run.tenant)).await
}

/// Of a whole tenant: removes rows without an event, what the index, the live feed and the budget still have, and all raw bytes;
/// says whether any are left.
pub(super) async fn remove_rest(run: &Run) -> Result<bool, StoreError> {
    // Before the rows that name them go.
    run.ports.messages.close(run.tenant, run.trace).await?;
    let entries = run.ports.feeds.forget(run.tenant, run.trace, None).await?;
    if entries > 0 {
        run.ports.erasures.count(run.tenant, run.id, "live_entries", entries).await?;
    }
    let budget_rows = run.ports.budgets.erase(run.tenant, run.trace).await?;
    if budget_rows > 0 {
        run.ports.erasures.count(run.tenant, run.id, "budget_rows", budget_rows).await?;
    }
    let more_rows = run.ports.erasures.remove_other_rows(run.tenant, run.id, ROWS).await?;
    let passages = forget(&*run.ports.index, run.tenant, run.trace, None).await?;
    if passages > 0 {
        run.ports.erasures.count(run.tenant, run.id, "passages", passages).await?;
    }
    Ok(remove_objects(run, &format!("{}/", run.tenant)).await? || more_rows)
}

/// Removes some of the answers of models that are kept, whomever they are about; says whether any are left. They are
/// a cache: what is still wanted is asked again.
pub(super) async fn remove_answers(run: &Run) -> Result<bool, StoreError> {
    let questions = forget(&*run.ports.questions, run.tenant, run.trace, None).await?;
    if questions > 0 {
        run.ports.erasures.count(run.tenant, run.id, "kept_questions", questions).await?;
    }
    let removed = run.ports.answers.forget_some(run.tenant).await?;
    if removed > 0 {
        run.ports.erasures.count(run.tenant, run.id, "kept_answers", removed).await?;
    }
    Ok(removed == MOST_ANSWERS_FORGOTTEN)
}

/// Of a contact: removes the archived calls of models behind `after` that are about it, a page of them. Gives the page's
/// last; none behind the last page.
pub(super) async fn remove_calls(run: &Run, after: Option<AiCallId>) -> Result<Option<AiCallId>, StoreError> {
    let record = run.record().await?;
    let Some(selector) = &record.erasure.selector else { return Ok(None) };
    let contact = contact(selector)?;
    let archive = &run.ports.calls;
    let page = archive.calls.behind(run.tenant, after).await?;
    let last = page.last().map(|call| call.summary.call_id);
    let mut found = Vec::new();
    for chunk in page.chunks(READ_AT_ONCE) {
        let read = join_all(chunk.iter().map(|call| archive.objects.get(&call.object_key))).await;
        for (call, object) in chunk.iter().zip(read) {
            if object?.is_some_and(|object| is_about(&contact, &object.body)) {
                found.push(call.clone());
            }
        }
    }
    archive.remove(run.tenant, &found).await?;
    if !found.is_empty() {
        run.ports.erasures.count(run.tenant, run.id, "archived_calls", found.len() as u32).await?;
    }
    Ok(last)
}

/// Removes a page of objects; says whether there was one.
async fn remove_objects(run: &Run, prefix: &str) -> Result<bool, StoreError> {
    let objects = &run.ports.archive.objects;
    let listed = objects.list(prefix, None, MOST_OBJECTS).await?;
    let keys: Vec<String> = listed.into_iter().map(|object| object.key).collect();
    objects.delete(&keys).await?;
    Ok(!keys.is_empty())
}

/// Removes raw bytes that no event has, on the page behind `after`: nobody looks for a contact in these any more.
/// Gives the page's last key; none behind the last page.
pub(super) async fn remove_orphans(run: &Run, after: Option<&str>) -> Result<Option<String>, StoreError> {
    let archive = &run.ports.archive;
    let listed = archive.objects.list(&raw_prefix(run.tenant), after, MOST_OBJECTS).await?;
    let last = listed.last().map(|object| object.key.clone());
    let before = Timestamp::from_unix_ms(archive.clock.now().unix_ms().saturating_sub(ORPHAN_AGE_MS));
    let mut keys: Vec<String> =
        listed.into_iter().filter(|object| object.stored_at < before).map(|object| object.key).collect();
    let used = run.ports.removal.objects_in_use(run.tenant, &keys).await?;
    keys.retain(|key| !used.contains(key));
    archive.objects.delete(&keys).await?;
    Ok(last)
}

/// The found events of a day.
pub(super) async fn events_of_day(run: &Run, day: &str) -> Result<BTreeSet<EventId>, StoreError> {
    let mut ids = BTreeSet::new();
    loop {
        let after = ids.last().copied();
        let page = run.ports.erasures.events(run.tenant, run.id, Some(day), after, PAGE).await?;
        if page.is_empty() {
            return Ok(ids);
        }
        ids.extend(page.into_iter().map(|event| event.event_id));
    }
}

/// The lease, or an error that lets the step be tried again.
async fn lease(run: &Run) -> Result<Lease, StoreError> {
    let lease = Lease::take_as(&run.ports.archive, run.tenant, run.id.to_string()).await?;
    lease.ok_or_else(|| StoreError::new("archive", "the tenant's files are being written by another run"))
}
