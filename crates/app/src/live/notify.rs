//! From what became of an event to entries of its tenant's feed.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::live::{FEED, LiveFeedClient, NewEntry, Publish};
use contracts::pipeline::rules::Notice;
use contracts::{Actor, TenantScope};
use ids::{EventId, TenantId};
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, Deadline, TraceContext};
use serde_json::json;

use crate::outbound::{notice_entry, signal_json};
use crate::ports::{Clock, EventStore, Notifier, SettledEvent, SignalQuery, SignalStore, StoreError};

/// How long a feed has to take entries, in milliseconds.
const PATIENCE_MS: u64 = 25_000;
/// Signals told at once.
const PAGE: u32 = 200;

/// Tells the live feed. Telling again changes nothing: an entry is known by its key.
#[derive(Clone)]
pub struct LiveNotifier {
    /// The feeds.
    pub feeds: Rc<dyn Namespace>,
    /// Events.
    pub events: Rc<dyn EventStore>,
    /// Their signals.
    pub signals: Rc<dyn SignalStore>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

#[async_trait(?Send)]
impl Notifier for LiveNotifier {
    async fn signals_ready(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: EventId,
        _run: u32,
    ) -> Result<(), StoreError> {
        let mut before = None;
        loop {
            let query =
                SignalQuery { event_id: Some(event_id), before, limit: PAGE, ..SignalQuery::default() };
            let page = self.signals.list(tenant, &query).await?;
            before = page.last().map(|record| record.signal.signal_id);
            let more = page.len() == PAGE as usize;
            let entries = page.iter().map(|record| {
                Ok(NewEntry {
                    key: record.signal.signal_id.to_string(),
                    kind: "signal.created".into(),
                    signal_kind: Some(record.signal.finding.kind.as_str().to_owned()),
                    account: record.signal.account.clone(),
                    data: signal_json(record).map_err(|error| StoreError::new("LIVE_FEED", error))?,
                })
            });
            let entries = entries.collect::<Result<Vec<_>, StoreError>>()?;
            self.publish(tenant, trace, entries).await?;
            if !more {
                return Ok(());
            }
        }
    }

    async fn notices_raised(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        _event_id: EventId,
        notices: &[Notice],
    ) -> Result<(), StoreError> {
        let mut entries = Vec::new();
        for notice in notices {
            let entry = notice_entry(notice).map_err(|error| StoreError::new("LIVE_FEED", error))?;
            entries.extend(entry.map(|(kind, data)| NewEntry {
                key: notice.notice_id.to_string(),
                kind: kind.into(),
                signal_kind: None,
                account: notice.account.clone(),
                data,
            }));
        }
        self.publish(tenant, trace, entries).await
    }

    async fn event_settled(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        settled: &SettledEvent,
    ) -> Result<(), StoreError> {
        let SettledEvent { event_id, run, status, reason, signals_count } = settled;
        let account = self.events.get(tenant, *event_id).await?.and_then(|record| record.account);
        let data = json!({
            "id": event_id, "status": status.as_str(), "reason": reason, "account": account,
            "signals_count": signals_count,
        });
        let kind = format!("event.{}", status.as_str());
        let key = format!("{event_id}:{run}:{}", status.as_str());
        let entry = NewEntry { key, kind, signal_kind: None, account, data: data.to_string() };
        self.publish(tenant, trace, vec![entry]).await
    }
}

impl LiveNotifier {
    async fn publish(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        entries: Vec<NewEntry>,
    ) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let deadline = Deadline::after(self.clock.now().unix_ms(), PATIENCE_MS);
        let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
        let context = CallContext::new(scope, trace, deadline, "pipeline");
        let feed = LiveFeedClient::over(self.feeds.object(&Address::of(&context, FEED)));
        let published = feed.publish(&context, Publish { entries }).await;
        published.map(drop).map_err(|error| StoreError::new("LIVE_FEED", error))
    }
}
