//! The certificate: what was asked, by whom and when, what was removed, and what was verified to be empty. It says
//! nothing of what was erased but hashes and counts.

use std::collections::{BTreeMap, BTreeSet};

use contracts::Timestamp;
use ids::{ErasureId, TenantId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Run;
use crate::pipeline::ids_of::sha256_hex;
use crate::ports::{ErasureRecord, StoreError};

/// Events read at once.
const PAGE: u32 = 1_000;

#[derive(Debug, Serialize)]
struct Certificate<'a> {
    version: u32,
    erasure_id: ErasureId,
    tenant_id: TenantId,
    scope: &'static str,
    /// SHA-256 of `email=…\nname=…\naccount=…`, folded, or of `tenant`: who knows what was asked for can check it.
    selector_sha256: &'a str,
    requested_by: &'a str,
    reason: &'a str,
    requested_at: String,
    completed_at: String,
    events: Events,
    removed: Removed,
    verified_empty: Verified,
    not_covered: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Events {
    count: u32,
    /// SHA-256 of the events' ids in order, each with a line feed behind it.
    ids_sha256: String,
}

/// What is read of a certificate that was written.
#[derive(Deserialize)]
struct Known {
    events: Count,
}

#[derive(Deserialize)]
struct Count {
    count: u32,
}

#[derive(Debug, Serialize)]
struct Removed {
    /// By table.
    rows: BTreeMap<String, u32>,
    passages: u32,
    /// To customers' endpoints, sent or not.
    messages: u32,
    /// Of the live feed.
    live_entries: u32,
    /// Of what it may spend on models, and spent.
    budget_rows: u32,
    /// Of models, kept to be given again.
    kept_answers: u32,
    /// To which those were.
    kept_questions: u32,
    /// Of models, with what was asked and answered; of a whole tenant they are objects and rows like any other.
    archived_calls: u32,
    raw_objects: u32,
    archive_rows: u32,
}

#[derive(Debug, Serialize)]
struct Verified {
    database: bool,
    search_index: bool,
    messages: bool,
    live_feed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<bool>,
    raw_objects: bool,
    archive: bool,
    at: String,
}

/// Writes the certificate and ends the erasure.
pub(super) async fn certify(run: &Run) -> Result<u32, StoreError> {
    let record = run.record().await?;
    if let Some((json, _)) = &record.certificate {
        // A try before came this far and its answer was lost.
        let known: Option<Known> = serde_json::from_str(json).ok();
        return Ok(known.map_or(0, |known| known.events.count));
    }
    let now = run.ports.archive.clock.now();
    let (count, json) = write(run, &record, now).await?;
    let sha256 = sha256_hex(json.as_bytes());
    run.ports.erasures.certify(run.tenant, run.id, &json, &sha256, now).await?;
    Ok(count)
}

async fn write(run: &Run, record: &ErasureRecord, now: Timestamp) -> Result<(u32, String), StoreError> {
    let (mut count, mut archive_rows) = (0, 0);
    let (mut ids, mut objects) = (Sha256::new(), BTreeSet::new());
    let mut after = None;
    loop {
        let page = run.ports.erasures.events(run.tenant, run.id, None, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.event_id);
        for event in page {
            ids.update(format!("{}\n", event.event_id));
            count += 1;
            archive_rows += u32::from(event.archived);
            objects.insert(event.object_key);
        }
    }
    let mut rows: BTreeMap<String, u32> =
        run.ports.erasures.counts(run.tenant, run.id).await?.into_iter().map(|c| (c.table, c.rows)).collect();
    let passages = rows.remove("passages").unwrap_or_default();
    let messages = rows.remove("messages").unwrap_or_default();
    let live_entries = rows.remove("live_entries").unwrap_or_default();
    let budget_rows = rows.remove("budget_rows").unwrap_or_default();
    let kept_answers = rows.remove("kept_answers").unwrap_or_default();
    let kept_questions = rows.remove("kept_questions").unwrap_or_default();
    let archived_calls = rows.remove("archived_calls").unwrap_or_default();
    let at = rfc3339(now);
    let mut not_covered = vec![
        "the tenant's row, keys and jobs, which the admin and the scheduler keep",
        "copies of kept answers of models at the edge, which are gone within a minute",
    ];
    if !record.whole_tenant {
        not_covered.push(
            "what belongs to no event: approvals, reports and runs of workflows that the tenant started",
        );
    }
    if run.ports.streams {
        not_covered.push("rows in the stream of the archive, which its own table expires");
    }
    let certificate = Certificate {
        version: 1,
        erasure_id: run.id,
        tenant_id: run.tenant,
        scope: if record.whole_tenant { "tenant" } else { "contact" },
        selector_sha256: &record.erasure.selector_sha256,
        requested_by: &record.erasure.requested_by,
        reason: &record.erasure.reason,
        requested_at: rfc3339(record.erasure.requested_at),
        completed_at: at.clone(),
        events: Events { count, ids_sha256: hex::encode(ids.finalize()) },
        removed: Removed {
            rows,
            passages,
            messages,
            live_entries,
            budget_rows,
            kept_answers,
            kept_questions,
            archived_calls,
            raw_objects: objects.len() as u32,
            archive_rows,
        },
        // It is only written once all of these were seen.
        verified_empty: Verified {
            database: true,
            search_index: true,
            messages: true,
            live_feed: true,
            // A budget tells of no contact.
            budget: record.whole_tenant.then_some(true),
            raw_objects: true,
            archive: true,
            at,
        },
        not_covered,
    };
    let json = serde_json::to_string_pretty(&certificate);
    json.map(|json| (count, json)).map_err(|error| StoreError::new("erasures", error))
}

fn rfc3339(time: Timestamp) -> String {
    let nanos = i128::from(time.unix_ms()) * 1_000_000;
    time::OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|time| time.format(&time::format_description::well_known::Rfc3339).ok())
        .unwrap_or_default()
}
