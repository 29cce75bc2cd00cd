//! What every store of events must do for a backfill.

use app::ports::{BackfillCandidate, BackfillRange, BackfillStore, EventStore, EventTransition, NewEvent};
use contracts::Timestamp;
use domain::EventStatus;
use ids::{EventId, TenantId};

use super::{NEVER, insert};
use crate::Fixtures;

async fn settled(events: &dyn EventStore, tenant: TenantId, event_id: EventId, now: Timestamp) {
    for status in [EventStatus::Processing, EventStatus::Processed] {
        let changed = events.transition(tenant, event_id, &EventTransition::to(status), now).await;
        assert_eq!(changed, Ok(true));
    }
}

/// Checks the promises of [`BackfillStore`], over the same events as `events`.
///
/// # Panics
/// When one does not hold.
pub async fn backfill_store_suite(events: &dyn EventStore, store: &dyn BackfillStore) {
    let make = Fixtures::new(951);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let mut known = Vec::new();
    for source in ["zoom", "generic", "generic", "generic"] {
        let event = NewEvent { source: source.into(), ..make.event() };
        insert(events, ours, &event).await;
        known.push(event);
    }
    let strange = make.event();
    insert(events, theirs, &strange).await;
    let at = |n: usize| Timestamp::from_unix_ms(known[n].event_id.unix_ms());
    let all = BackfillRange { from: at(0), until: NEVER, source: None, kind: None };
    let ids =
        |found: Vec<BackfillCandidate>| found.into_iter().map(|found| found.event_id).collect::<Vec<_>>();
    let id = |n: usize| known[n].event_id;

    assert_eq!(store.count(ours, &all).await, Ok(4), "another tenant's are not counted");
    assert_eq!(ids(store.candidates(ours, &all, None, 2).await.unwrap()), [id(0), id(1)]);
    assert_eq!(ids(store.candidates(ours, &all, Some(id(1)), 9).await.unwrap()), [id(2), id(3)]);
    let some = BackfillRange { from: at(1), until: at(3), source: Some("generic".into()), ..all.clone() };
    assert_eq!(
        ids(store.candidates(ours, &some, None, 9).await.unwrap()),
        [id(1), id(2)],
        "the end is not in it"
    );
    assert_eq!(store.count(ours, &some).await, Ok(2));
    let other = BackfillRange { kind: Some("other".into()), ..all.clone() };
    assert_eq!(store.candidates(ours, &other, None, 9).await, Ok(vec![]));

    let first = BackfillCandidate { event_id: id(0), run: 0 };
    let (now, sweep_at) = (make.now(), Timestamp::from_unix_ms(5_000));
    assert_eq!(store.rerun(ours, &first, now, sweep_at).await, Ok(None), "it has not ended");
    settled(events, ours, id(0), now).await;
    assert_eq!(store.rerun(theirs, &first, now, sweep_at).await, Ok(None), "it is another tenant's");
    let begun = store.rerun(ours, &first, now, sweep_at).await.unwrap().expect("it begins");
    assert_eq!(
        (begun.tenant, begun.event_id, begun.run, begun.workflow),
        (ours, id(0), 1, known[0].workflow)
    );
    assert_eq!(begun.traceparent, known[0].traceparent);
    let record = events.get(ours, id(0)).await.unwrap().unwrap();
    assert_eq!((record.status, record.run), (EventStatus::Received, 1));
    let due = events.due_outbox(sweep_at, 200).await.unwrap();
    assert_eq!(due.iter().map(|entry| (entry.event_id, entry.run)).collect::<Vec<_>>(), [(id(0), 1)]);

    settled(events, ours, id(0), now).await;
    assert_eq!(store.rerun(ours, &first, now, sweep_at).await, Ok(None), "a second time begins nothing");
    assert_eq!(events.due_outbox(sweep_at, 200).await, Ok(vec![]));
    assert_eq!(store.last_run(ours, id(0)).await, Ok(Some(1)));
    assert_eq!(store.last_run(theirs, id(0)).await, Ok(None));
}
