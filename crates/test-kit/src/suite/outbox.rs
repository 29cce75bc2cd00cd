//! Claims about the outbox. Their entries are due in 1970, where those of no other claim are.

use app::ports::{EventStore, EventTransition, OutboxEntry};
use contracts::Timestamp;
use domain::event::EventStatus;
use ids::{EventId, TenantId};

use super::transitions::way_to;
use crate::Fixtures;

const fn at(unix_ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

async fn due(store: &dyn EventStore, now: Timestamp) -> Vec<EventId> {
    store.due_outbox(now, 200).await.unwrap().into_iter().map(|entry| entry.event_id).collect()
}

async fn settle(store: &dyn EventStore, tenant: TenantId, event_id: EventId) {
    assert_eq!(
        store.transition(tenant, event_id, &EventTransition::to(EventStatus::Skipped), at(1)).await,
        Ok(true)
    );
}

pub(super) async fn an_entry_is_due_from_its_time_on(store: &dyn EventStore) {
    let make = Fixtures::new(401);
    let ours = make.tenant();
    let event = make.event();
    store.insert(ours, &event, None, at(5_000)).await.unwrap();
    assert_eq!(store.due_outbox(at(4_999), 200).await, Ok(vec![]));
    let entry = OutboxEntry {
        tenant: ours,
        event_id: event.event_id,
        run: 0,
        workflow: event.workflow,
        traceparent: event.traceparent,
        attempts: 0,
        handovers: 0,
        last_error: None,
        created_at: event.received_at,
    };
    assert_eq!(store.due_outbox(at(5_000), 200).await, Ok(vec![entry]));
    settle(store, ours, event.event_id).await;
}

pub(super) async fn due_entries_come_in_order_up_to_the_limit(store: &dyn EventStore) {
    let make = Fixtures::new(402);
    let tenants = [make.tenant(), make.tenant()];
    let events: Vec<_> = [3_000, 1_000, 2_000, 9_000].into_iter().map(|due| (due, make.event())).collect();
    for (n, (due, event)) in events.iter().enumerate() {
        store.insert(tenants[n % 2], event, None, at(*due)).await.unwrap();
    }
    let id = |n: usize| events[n].1.event_id;
    assert_eq!(due(store, at(5_000)).await, [id(1), id(2), id(0)], "over all tenants, the longest due first");
    let first_two = store.due_outbox(at(5_000), 2).await.unwrap();
    assert_eq!(first_two.iter().map(|entry| entry.event_id).collect::<Vec<_>>(), [id(1), id(2)]);
    assert_eq!(first_two.iter().map(|entry| entry.tenant).collect::<Vec<_>>(), [tenants[1], tenants[0]]);
    for n in 0..events.len() {
        settle(store, tenants[n % 2], id(n)).await;
    }
}

pub(super) async fn deferring_counts_and_moves(store: &dyn EventStore) {
    let make = Fixtures::new(403);
    let ours = make.tenant();
    let event = make.event();
    store.insert(ours, &event, None, at(1_000)).await.unwrap();
    for (attempts, next) in [(1, 2_000), (2, 7_000)] {
        store.defer_outbox(ours, event.event_id, at(next)).await.unwrap();
        assert_eq!(due(store, at(next - 1)).await, []);
        let entries = store.due_outbox(at(next), 200).await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.attempts).collect::<Vec<_>>(), [attempts]);
    }
    settle(store, ours, event.event_id).await;
    assert_eq!(
        store.defer_outbox(ours, event.event_id, at(1)).await,
        Ok(()),
        "closed meanwhile: nothing to defer"
    );
    assert_eq!(due(store, at(9_000)).await, []);
}

pub(super) async fn settling_closes_the_entry(store: &dyn EventStore) {
    let make = Fixtures::new(404);
    let ours = make.tenant();
    for status in EventStatus::ALL {
        let event = make.event();
        let depth = store.outbox_depth().await.unwrap();
        store.insert(ours, &event, None, at(1_000)).await.unwrap();
        for next in way_to(status) {
            store.transition(ours, event.event_id, &EventTransition::to(*next), at(1)).await.unwrap();
        }
        let open = u32::from(!status.is_settled());
        assert_eq!(store.outbox_depth().await, Ok(depth + open), "{status}");
        assert_eq!(due(store, at(1_000)).await.len(), open as usize, "{status}");
        // An insert that is tried again must not bring a finished event back.
        store.insert(ours, &event, None, at(1_000)).await.unwrap();
        assert_eq!(store.outbox_depth().await, Ok(depth + open), "{status}, inserted again");
        if open == 1 {
            settle(store, ours, event.event_id).await;
        }
    }
}

pub(super) async fn another_tenant_neither_defers_nor_closes(store: &dyn EventStore) {
    let make = Fixtures::new(405);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let event = make.event();
    store.insert(theirs, &event, None, at(1_000)).await.unwrap();
    store.defer_outbox(ours, event.event_id, at(8_000)).await.unwrap();
    let dead = EventTransition::to(EventStatus::Dead);
    assert_eq!(store.transition(ours, event.event_id, &dead, at(1)).await, Ok(false));
    let entries = store.due_outbox(at(1_000), 200).await.unwrap();
    assert_eq!(
        entries.iter().map(|entry| (entry.event_id, entry.attempts)).collect::<Vec<_>>(),
        [(event.event_id, 0)]
    );
    settle(store, theirs, event.event_id).await;
}

pub(super) async fn a_failed_handover_is_noted(store: &dyn EventStore) {
    let make = Fixtures::new(406);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let event = make.event();
    store.insert(ours, &event, None, at(1_000)).await.unwrap();
    store.note_handover(theirs, event.event_id, 7, "not theirs").await.unwrap();
    let read = async || store.outbox_entry(ours, event.event_id).await.unwrap().unwrap();
    let entry = read().await;
    assert_eq!((entry.handovers, entry.last_error), (0, None));
    for (attempt, error, expect) in [(2, "two", 2), (1, "one, late", 2), (3, "three", 3)] {
        store.note_handover(ours, event.event_id, attempt, error).await.unwrap();
        let entry = read().await;
        assert_eq!((entry.handovers, entry.last_error.as_deref()), (expect, Some(error)));
        assert_eq!((entry.attempts, entry.run, entry.tenant), (0, 0, ours), "the sweep's count is its own");
    }
    assert_eq!(store.outbox_entry(theirs, event.event_id).await, Ok(None), "another tenant's");
    settle(store, ours, event.event_id).await;
    assert_eq!(store.outbox_entry(ours, event.event_id).await, Ok(None), "closed");
    assert_eq!(store.note_handover(ours, event.event_id, 1, "late").await, Ok(()), "nothing to note it on");
}
