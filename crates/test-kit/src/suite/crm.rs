//! What every store of CRMs' records must do.

use app::ports::{CrmEntry, CrmRecord, CrmStore, NewCrmChange};
use domain::crm::{Change, Entity, Life, Stamp};
use ids::{CrmRecordId, TenantId};

use crate::Fixtures;

fn change(major: u64, life: Option<Life>, fields: &[(&str, Option<&str>)]) -> Change {
    Change {
        entity: Entity::Account,
        source: "hubspot".into(),
        organization: "33".into(),
        record_id: "7".into(),
        stamp: Stamp { major, ..Stamp::default() },
        at: major,
        life,
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect(),
    }
}

fn id(n: u8) -> CrmRecordId {
    CrmRecordId::from_parts(0, [n; 10])
}

fn of(n: u8, change: Change) -> NewCrmChange {
    NewCrmChange { record: id(n), change }
}

async fn seen(store: &dyn CrmStore, tenant: TenantId, n: u8) -> (CrmRecord, Vec<CrmEntry>) {
    let record = store.get(tenant, Entity::Account, id(n)).await.unwrap().unwrap();
    (record, store.timeline(tenant, id(n), None, 100).await.unwrap())
}

/// Checks the promises of [`CrmStore`].
///
/// # Panics
/// When one does not hold.
pub async fn crm_store_suite(store: &dyn CrmStore) {
    let make = Fixtures::new(901);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let (first, second) = (make.event().event_id, make.event().event_id);
    let changes = [
        change(5, None, &[("name", Some("\"New\"")), ("phone", None)]),
        change(1, Some(Life::Created), &[("name", Some("\"Old\"")), ("phone", Some("\"1\""))]),
        change(7, Some(Life::Deleted), &[]),
        change(8, Some(Life::Gap), &[]),
        change(5, None, &[("name", Some("\"Less\""))]),
    ];
    store.add(ours, first, &[]).await.unwrap();
    for (event, change) in [first, first, second, second, second].into_iter().zip(&changes) {
        store.add(ours, event, &[of(1, change.clone())]).await.unwrap();
    }
    store
        .add(theirs, second, &[of(1, change(9, Some(Life::Restored), &[("name", Some("\"Theirs\""))]))])
        .await
        .unwrap();

    let (record, timeline) = seen(store, ours, 1).await;
    assert_eq!(record.fields, [("name".to_owned(), "\"New\"".to_owned())], "the last in the source's order");
    assert!(record.deleted, "a gap says nothing of it, and another tenant's nothing at all");
    assert_eq!((record.first_at.unix_ms(), record.last_at.unix_ms()), (1, 8));
    assert_eq!(
        (record.source.as_str(), record.organization.as_str(), record.record_id.as_str()),
        ("hubspot", "33", "7")
    );
    let lines: Vec<_> = timeline
        .iter()
        .map(|line| (line.at.unix_ms(), line.field.as_deref(), line.value.as_deref()))
        .collect();
    let expect = [
        (8, None, Some("\"gap\"")),
        (7, None, Some("\"deleted\"")),
        (5, Some("phone"), None),
        (5, Some("name"), Some("\"New\"")),
        (5, Some("name"), Some("\"Less\"")),
        (1, Some("phone"), Some("\"1\"")),
        (1, Some("name"), Some("\"Old\"")),
        (1, None, Some("\"created\"")),
    ];
    assert_eq!(lines, expect);
    assert_eq!((timeline[7].event_id, timeline[0].event_id), (first, second));

    // All of it again, by another event, backwards and at once.
    let again: Vec<_> = changes.iter().rev().map(|change| of(1, change.clone())).collect();
    store.add(ours, make.event().event_id, &again).await.unwrap();
    assert_eq!(
        seen(store, ours, 1).await,
        (record.clone(), timeline.clone()),
        "what is known changes nothing"
    );
    // And in another order from the start.
    store
        .add(
            ours,
            first,
            &again.iter().map(|of| NewCrmChange { record: id(2), ..of.clone() }).collect::<Vec<_>>(),
        )
        .await
        .unwrap();
    assert_eq!(seen(store, ours, 2).await.0, CrmRecord { id: id(2), ..record.clone() });

    let history = store.timeline(ours, id(1), Some("name"), 2).await.unwrap();
    assert_eq!(history, timeline[3..5], "of one field, up to the limit");
    assert_eq!(store.timeline(theirs, id(2), None, 9).await, Ok(vec![]));
    assert_eq!(store.get(theirs, Entity::Account, id(2)).await, Ok(None));
    assert_eq!(store.get(ours, Entity::Contact, id(1)).await, Ok(None), "it is no contact");

    let ids = |found: Vec<CrmRecord>| found.into_iter().map(|record| record.id).collect::<Vec<_>>();
    let list = |tenant, before, limit| store.list(tenant, Entity::Account, before, limit);
    assert_eq!(ids(list(ours, None, 1).await.unwrap()), [id(2)]);
    assert_eq!(ids(list(ours, Some(id(2)), 5).await.unwrap()), [id(1)]);
    assert_eq!(ids(list(theirs, None, 5).await.unwrap()), [id(1)]);
    assert_eq!(store.list(ours, Entity::Contact, None, 5).await, Ok(vec![]));
    let listed = list(ours, None, 5).await.unwrap();
    assert_eq!(listed[1], record, "with its fields");
}
