//! Looking whether anything is left, in every store and by other ways than the removal took.

use ids::EventId;
use serde::{Deserialize, Serialize};

use super::Run;
use super::remove::events_of_day;
use crate::pipeline::archive::tenant_prefix;
use crate::ports::StoreError;

/// Found events that a step looks for.
const PAGE: u32 = 100;

/// What is left. The certificate is written when all are 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Leftovers {
    pub(super) rows: u32,
    pub(super) raw_objects: u32,
    pub(super) passages: u32,
    #[serde(default)]
    pub(super) messages: u32,
    #[serde(default)]
    pub(super) live_entries: u32,
    #[serde(default)]
    pub(super) budget_rows: u32,
    pub(super) archive_rows: u32,
}

impl Leftovers {
    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.raw_objects += other.raw_objects;
        self.passages += other.passages;
        self.messages += other.messages;
        self.live_entries += other.live_entries;
        self.budget_rows += other.budget_rows;
        self.archive_rows += other.archive_rows;
    }
}

/// What is left of the found events behind `after`, and the last of those; none behind the last page.
pub(super) async fn verify_events(
    run: &Run,
    after: Option<EventId>,
) -> Result<(Leftovers, Option<EventId>), StoreError> {
    let (ports, tenant) = (&run.ports, run.tenant);
    let events = ports.erasures.events(tenant, run.id, None, after, PAGE).await?;
    let Some(last) = events.last().map(|event| event.event_id) else {
        return Ok((Leftovers::default(), None));
    };
    let ids: Vec<EventId> = events.iter().map(|event| event.event_id).collect();
    let mut left =
        Leftovers { rows: ports.removal.rows_left(tenant, Some(&ids)).await?, ..Leftovers::default() };
    let mut keys: Vec<String> = events.into_iter().map(|event| event.object_key).collect();
    keys.sort_unstable();
    keys.dedup();
    let used = ports.removal.objects_in_use(tenant, &keys).await?;
    for key in keys.iter().filter(|key| !used.contains(key)) {
        left.raw_objects += u32::from(ports.archive.objects.version(key).await?.is_some());
    }
    left.messages = ports.messages.left(tenant, run.trace, &ids).await?;
    left.live_entries = ports.feeds.left(tenant, run.trace, Some(&ids)).await?;
    for id in ids {
        left.passages += ports.index.forget(tenant, run.trace, Some(id), 0).await?.left;
    }
    Ok((left, Some(last)))
}

/// What is left of the found events in the next day of the archive behind `after`, and that day.
pub(super) async fn verify_day(
    run: &Run,
    after: Option<&str>,
) -> Result<(Leftovers, Option<String>), StoreError> {
    let days = run.ports.erasures.days(run.tenant, run.id, after, 1).await?;
    let Some(day) = days.into_iter().next() else {
        return Ok((Leftovers::default(), None));
    };
    let ids = events_of_day(run, &day).await?;
    let mut left = Leftovers::default();
    let archive = &run.ports.archive;
    for file in archive.ledger.live(run.tenant, &day).await?.files {
        let in_file = archive.files.event_ids(&file.key).await?.unwrap_or_default();
        left.archive_rows += in_file.iter().filter(|id| ids.contains(id)).count() as u32;
    }
    // Files that no manifest lists any more may have the rows too.
    left.archive_rows += archive.ledger.superseded_of(run.tenant, &day).await?.len() as u32;
    Ok((left, Some(day)))
}

/// What is left of a whole tenant.
pub(super) async fn verify_tenant(run: &Run) -> Result<Leftovers, StoreError> {
    let (ports, tenant) = (&run.ports, run.tenant);
    let objects = &ports.archive.objects;
    Ok(Leftovers {
        rows: ports.removal.rows_left(tenant, None).await?,
        raw_objects: objects.list(&format!("{tenant}/"), None, 1_000).await?.len() as u32,
        passages: ports.index.forget(tenant, run.trace, None, 0).await?.left
            + ports.questions.forget(tenant, run.trace, None, 0).await?.left,
        // Their queues are closed, and the rows that name them are counted among the rows.
        messages: 0,
        live_entries: ports.feeds.left(tenant, run.trace, None).await?,
        budget_rows: ports.budgets.left(tenant, run.trace).await?,
        archive_rows: objects.list(&tenant_prefix(tenant), None, 1_000).await?.len() as u32,
    })
}
