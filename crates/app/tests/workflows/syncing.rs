//! A provider in a simulation, and what its calls are accepted by.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::rc::Rc;

use app::ports::{
    EarlierDelivery, HistoryFetcher, HistoryRecord, HistoryReply, HistoryRequest, HistoryStore, ItemIntake,
    KnownItem, NewHistory, NoReply, Resolver, StoreError,
};
use app::workflows::HistoryPorts;
use async_trait::async_trait;
use contracts::pipeline::{IngestEvent, IngestEventError, IngestReceipt};
use contracts::{Actor, TenantCall, Timestamp};
use history::SealingKey;
use ids::{EndpointId, EventId, TenantId};
use mesh::Runtime;
use mesh_sim::{NoAnswer, Sim, Store};
use serde_json::{Value, json};
use test_kit::{Faults, MemoryEventStore, MemoryHistories, run};

/// What a history needs in a simulation, and what one looks at afterwards.
pub(crate) struct Syncing {
    pub(crate) histories: HistoryPorts,
    pub(crate) provider: SimProvider,
    pub(crate) intake: SimIntake,
    pub(crate) deliveries: MemoryEventStore,
}

impl Syncing {
    pub(crate) fn new(sim: &Sim) -> Self {
        let deliveries = MemoryEventStore::default();
        let histories = MemoryHistories::with_faults(&deliveries, &Faults::default());
        let store = SimHistories { store: sim.store("histories", ()), histories };
        Self {
            histories: HistoryPorts {
                store: Rc::new(store),
                key: Ok(SealingKey::from_base64("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=").unwrap()),
                resolver: Rc::new(Public),
                egress: egress::Policy::default(),
            },
            provider: SimProvider {
                store: sim.store("provider", ()),
                runtime: sim.runtime(),
                state: Rc::default(),
            },
            intake: SimIntake(sim.store("intake", BTreeMap::new())),
            deliveries,
        }
    }
}

fn lost(error: NoAnswer) -> StoreError {
    StoreError::new("SIM", error)
}

/// Every name leads to a public address, but one.
struct Public;

#[async_trait(?Send)]
impl Resolver for Public {
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, StoreError> {
        let inside = name == "inside.acme.com";
        Ok(vec![if inside { [10, 0, 0, 7] } else { [93, 184, 216, 34] }.into()])
    }
}

/// Histories: each look and each write may fail, and a process may stop before and after it.
struct SimHistories {
    store: Store<()>,
    histories: MemoryHistories,
}

#[async_trait(?Send)]
impl HistoryStore for SimHistories {
    async fn put(&self, t: TenantId, history: &NewHistory) -> Result<(), StoreError> {
        self.store.write(|()| run(self.histories.put(t, history))).await.map_err(lost)?
    }

    async fn get(&self, t: TenantId, id: EndpointId) -> Result<Option<HistoryRecord>, StoreError> {
        self.store.read(|()| run(self.histories.get(t, id))).await.map_err(lost)?
    }

    async fn remove(&self, t: TenantId, id: EndpointId) -> Result<bool, StoreError> {
        self.store.write(|()| run(self.histories.remove(t, id))).await.map_err(lost)?
    }

    async fn hold(
        &self,
        t: TenantId,
        id: EndpointId,
        run_id: &str,
        over: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        self.store.write(|()| run(self.histories.hold(t, id, run_id, over, now))).await.map_err(lost)?
    }

    async fn walked(
        &self,
        t: TenantId,
        id: EndpointId,
        run_id: &str,
        walk: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.store.write(|()| run(self.histories.walked(t, id, run_id, walk, now))).await.map_err(lost)?
    }

    async fn recalled(&self, t: TenantId, id: EndpointId, up_to: EventId) -> Result<(), StoreError> {
        self.store.write(|()| run(self.histories.recalled(t, id, up_to))).await.map_err(lost)?
    }

    async fn deliveries(
        &self,
        t: TenantId,
        id: EndpointId,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<EarlierDelivery>, StoreError> {
        self.store.read(|()| run(self.histories.deliveries(t, id, after, limit))).await.map_err(lost)?
    }

    async fn known(&self, t: TenantId, id: EndpointId, ids: &[String]) -> Result<Vec<KnownItem>, StoreError> {
        self.store.read(|()| run(self.histories.known(t, id, ids))).await.map_err(lost)?
    }

    async fn note(
        &self,
        t: TenantId,
        id: EndpointId,
        items: &[KnownItem],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.store.write(|()| run(self.histories.note(t, id, items, now))).await.map_err(lost)?
    }

    async fn count(&self, t: TenantId, id: EndpointId) -> Result<u64, StoreError> {
        self.store.read(|()| run(self.histories.count(t, id))).await.map_err(lost)?
    }
}

/// A meeting as Fathom lists it.
pub(crate) fn meeting(id: u32, at_ms: u64) -> Value {
    let line =
        json!({ "speaker": { "display_name": "Ada" }, "text": "We renew in May.", "timestamp": "00:00:01" });
    json!({ "recording_id": id, "created_at": at_ms, "title": "Weekly", "transcript": [line] })
}

/// One answer that is not the page that was asked for.
#[derive(Debug, Clone)]
pub(crate) enum Mishap {
    /// 429, with so many seconds in `Retry-After`.
    TooMany(u32),
    /// A status without more.
    Status(u16),
    /// Something that is not JSON.
    Broken,
}

#[derive(Default)]
pub(crate) struct ProviderState {
    /// Pages; the n-th is named by the cursor `n`.
    pub(crate) pages: Vec<Vec<Value>>,
    /// What comes instead, one request after the other.
    pub(crate) mishaps: VecDeque<Mishap>,
    /// What was asked for, and when.
    pub(crate) asked: Vec<(String, u64)>,
}

/// A provider that answers as Fathom does, whose answers can be lost.
#[derive(Clone)]
pub(crate) struct SimProvider {
    store: Store<()>,
    runtime: Rc<dyn Runtime>,
    pub(crate) state: Rc<RefCell<ProviderState>>,
}

impl SimProvider {
    fn answer(&self, request: &HistoryRequest<'_>) -> HistoryReply {
        let key = request.headers.iter().find(|(name, _)| name == "x-api-key");
        assert_eq!(key.map(|(_, key)| key.as_str()), Some("their-key"));
        let url = request.target.as_str().to_owned();
        let page: usize = url.split("cursor=").nth(1).map_or(0, |cursor| cursor.parse().unwrap());
        let mut state = self.state.borrow_mut();
        state.asked.push((url, self.runtime.now_ms()));
        let reply = |status, retry_after, body: String| HistoryReply {
            status,
            retry_after,
            link: None,
            body: Some(body.into_bytes()),
        };
        match state.mishaps.pop_front() {
            Some(Mishap::TooMany(seconds)) => return reply(429, Some(seconds.to_string()), String::new()),
            Some(Mishap::Status(status)) => return reply(status, None, String::new()),
            Some(Mishap::Broken) => return reply(200, None, "<html>".into()),
            None => {}
        }
        let Some(items) = state.pages.get(page) else { return reply(404, None, String::new()) };
        let next = (page + 1 < state.pages.len()).then(|| (page + 1).to_string());
        reply(200, None, json!({ "items": items, "next_cursor": next }).to_string())
    }
}

#[async_trait(?Send)]
impl HistoryFetcher for SimProvider {
    async fn fetch(&self, request: &HistoryRequest<'_>) -> Result<HistoryReply, NoReply> {
        let answered = self.store.read(|()| self.answer(request)).await;
        answered.map_err(|error| NoReply(error.to_string()))
    }
}

type Accepted = BTreeMap<(TenantId, EndpointId, String), (EventId, IngestEvent, u32)>;

/// Accepts calls, each once, and counts how often it was asked to. Each time may fail before and after it did.
#[derive(Clone)]
pub(crate) struct SimIntake(Store<Accepted>);

impl SimIntake {
    /// The calls that were accepted, with what they were accepted as.
    pub(crate) fn accepted(&self) -> Vec<(String, IngestEvent)> {
        self.0
            .look(|all| all.iter().map(|((.., item), (_, event, _))| (item.clone(), event.clone())).collect())
    }
}

#[async_trait(?Send)]
impl ItemIntake for SimIntake {
    async fn take(
        &self,
        context: &TenantCall,
        request: IngestEvent,
        item_id: &str,
    ) -> Result<IngestReceipt, IngestEventError> {
        let Actor::Endpoint(endpoint) = context.scope.actor else {
            panic!("it is a delivery of its endpoint")
        };
        let key = (context.scope.tenant, endpoint, item_id.to_owned());
        let taken = self.0.write(|all| {
            let made = EventId::from_parts(1, [all.len() as u8; 10]);
            let duplicate = all.contains_key(&key);
            let entry = all.entry(key.clone()).or_insert((made, request.clone(), 0));
            entry.2 += 1;
            IngestReceipt { event_id: entry.0, duplicate }
        });
        taken.await.map_err(|error| IngestEventError::Unavailable { detail: error.to_string() })
    }
}
