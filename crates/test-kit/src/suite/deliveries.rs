//! Claims about deliveries that are recognized by an earlier key: content, within a window.

use app::ports::{EarlierKey, EventStore, Inserted, NewEvent};
use contracts::Timestamp;

use super::{NEVER, insert};
use crate::Fixtures;

pub(super) async fn an_earlier_key_counts_as_long_as_it_says(store: &dyn EventStore) {
    let make = Fixtures::new(111);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let first = NewEvent { delivery_key: "content:1".into(), ..make.event() };
    insert(store, ours, &first).await;
    let accepted = first.received_at.unix_ms();
    let earlier = |after| EarlierKey { key: "content:1".into(), after: Timestamp::from_unix_ms(after) };
    let second = NewEvent { delivery_key: "content:2".into(), ..make.event() };

    let within = earlier(accepted - 1);
    let existing =
        Inserted::Existing { event_id: first.event_id, content_sha256: first.content_sha256.clone() };
    assert_eq!(store.insert(ours, &second, Some(&within), NEVER).await, Ok(existing.clone()));
    assert_eq!(store.get(ours, second.event_id).await, Ok(None), "nothing was stored");

    let others = NewEvent { delivery_key: "content:2".into(), ..make.event() };
    assert_eq!(
        store.insert(theirs, &others, Some(&within), NEVER).await,
        Ok(Inserted::New),
        "another tenant's"
    );

    let outside = earlier(accepted);
    assert_eq!(store.insert(ours, &second, Some(&outside), NEVER).await, Ok(Inserted::New), "too old");
    assert_eq!(store.insert(ours, &second, Some(&outside), NEVER).await, Ok(Inserted::New), "tried again");
    let depth = store.outbox_depth().await;
    assert_eq!(
        store.insert(ours, &second, Some(&within), NEVER).await,
        Ok(Inserted::New),
        "its own key first"
    );
    assert_eq!(store.outbox_depth().await, depth);
}
