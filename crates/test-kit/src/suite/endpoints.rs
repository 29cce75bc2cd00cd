//! Claims about tenants' own endpoints.

use app::ports::{
    AddedEndpoint, ControlStore, EndpointSecret, EndpointStore, NamedRequest, NewEndpoint, Rotated, Rotation,
};
use contracts::Timestamp;
use ids::TenantId;
use signing::{SalesforceSettings, Settings};

use crate::Fixtures;

const AT: u64 = 1_795_327_200_000;
const MOST: u32 = 4;

fn endpoint(make: &Fixtures, tenant: TenantId, name: &str) -> NewEndpoint {
    NewEndpoint {
        endpoint_id: make.endpoint(tenant).endpoint_id,
        source: "salesforce".into(),
        name: name.into(),
        secret: EndpointSecret::new(format!("the 'secret' of {name}")),
        settings: Settings::Salesforce(SalesforceSettings { organization_id: "00D000000000001".into() }),
        created_at: Timestamp::from_unix_ms(AT),
        request: None,
    }
}

fn named(key: &str, hash: &str) -> Option<NamedRequest> {
    Some(NamedRequest { key: key.into(), hash: hash.into() })
}

fn rotation(secret: &str, previous_until: Option<u64>, request: Option<NamedRequest>) -> Rotation {
    Rotation {
        secret: EndpointSecret::new(secret),
        previous_until: previous_until.map(Timestamp::from_unix_ms),
        at: Timestamp::from_unix_ms(AT + 1),
        request,
    }
}

/// What is made is listed, found by its deliveries, and gone when it is removed.
pub(super) async fn a_life(store: &dyn EndpointStore, control: &dyn ControlStore, tenant: TenantId) {
    let make = Fixtures::new(611);
    let (one, two) = (endpoint(&make, tenant, "one"), endpoint(&make, tenant, "two"));
    for new in [&one, &two] {
        assert_eq!(store.add(tenant, new, MOST).await, Ok(AddedEndpoint::New));
    }
    let names = |found: Vec<app::ports::HookEndpoint>| {
        found.into_iter().map(|record| record.name).collect::<Vec<_>>()
    };
    assert_eq!(names(store.list(tenant, None, 10).await.unwrap()), ["two", "one"]);
    assert_eq!(names(store.list(tenant, None, 1).await.unwrap()), ["two"]);
    assert_eq!(names(store.list(tenant, Some(two.endpoint_id), 10).await.unwrap()), ["one"]);

    let record = store.get(tenant, one.endpoint_id).await.unwrap().unwrap();
    assert!(record.active && record.secret == one.secret && record.settings == one.settings);
    assert_eq!((record.created_at, record.rotated_at, record.previous_until), (one.created_at, None, None));
    let seen = control.endpoint(one.endpoint_id).await.unwrap().unwrap();
    assert!(seen.tenant_id == tenant && seen.active && seen.secret == one.secret);
    assert_eq!((seen.source.as_str(), &seen.settings), ("salesforce", &one.settings));

    assert_eq!(store.remove(tenant, one.endpoint_id).await, Ok(true));
    assert_eq!(store.remove(tenant, one.endpoint_id).await, Ok(false));
    assert_eq!(control.endpoint(one.endpoint_id).await, Ok(None));
    assert_eq!(store.remove(tenant, two.endpoint_id).await, Ok(true));
    assert_eq!(store.list(tenant, None, 10).await, Ok(Vec::new()));
}

pub(super) async fn the_same_request_makes_one_endpoint(store: &dyn EndpointStore, tenant: TenantId) {
    let make = Fixtures::new(612);
    let first = NewEndpoint { request: named("a", "h1"), ..endpoint(&make, tenant, "first") };
    assert_eq!(store.add(tenant, &first, MOST).await, Ok(AddedEndpoint::New));
    for (hash, expect) in [("h1", true), ("h2", false)] {
        let again = NewEndpoint { request: named("a", hash), ..endpoint(&make, tenant, "again") };
        match store.add(tenant, &again, MOST).await {
            Ok(AddedEndpoint::Existing { record, same }) => {
                assert_eq!((record.name.as_str(), same), ("first", expect));
                assert!(record.secret == first.secret);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(store.remove(tenant, first.endpoint_id).await, Ok(true));
}

pub(super) async fn a_tenant_has_so_many_and_no_more(store: &dyn EndpointStore, tenant: TenantId) {
    let make = Fixtures::new(613);
    let made: Vec<_> = (0..MOST).map(|n| endpoint(&make, tenant, &n.to_string())).collect();
    for new in &made {
        assert_eq!(store.add(tenant, new, MOST).await, Ok(AddedEndpoint::New));
    }
    let many = NewEndpoint { request: named("b", "h"), ..endpoint(&make, tenant, "many") };
    assert_eq!(store.add(tenant, &many, MOST).await, Ok(AddedEndpoint::LimitReached));
    for new in &made {
        assert_eq!(store.remove(tenant, new.endpoint_id).await, Ok(true));
    }
}

pub(super) async fn a_rotation_keeps_the_secret_before_for_as_long_as_it_says(
    store: &dyn EndpointStore,
    control: &dyn ControlStore,
    tenant: TenantId,
) {
    let make = Fixtures::new(614);
    let new = endpoint(&make, tenant, "rotated");
    assert_eq!(store.add(tenant, &new, MOST).await, Ok(AddedEndpoint::New));
    let id = new.endpoint_id;
    let check = async |rotation: Rotation, previous: Option<&str>| {
        let rotated = store.rotate(tenant, id, &rotation).await;
        let Ok(Rotated::Done(record)) = rotated else { panic!("{rotated:?}") };
        let seen = control.endpoint(id).await.unwrap().unwrap();
        let until = seen.previous_secret.as_ref().map(|_| seen.previous_until);
        assert_eq!((record.previous_until, record.rotated_at), (until, Some(rotation.at)));
        assert!(record.secret == seen.secret);
        assert_eq!(seen.previous_secret.as_ref().map(EndpointSecret::expose), previous);
        seen.secret.expose().to_owned()
    };
    let before = new.secret.expose();
    assert_eq!(check(rotation("second", Some(AT + 60_000), named("r", "h")), Some(before)).await, "second");
    // A client that did not hear the answer asks again: the secret before is still the one before.
    assert_eq!(check(rotation("unused", Some(AT + 60_000), named("r", "h")), Some(before)).await, "second");
    let reused = store.rotate(tenant, id, &rotation("other", None, named("r", "other"))).await;
    assert_eq!(reused, Ok(Rotated::KeyReused));
    assert_eq!(check(rotation("third", Some(AT + 60_000), None), Some("second")).await, "third");
    assert_eq!(check(rotation("fourth", None, named("s", "h")), None).await, "fourth");
    assert_eq!(store.remove(tenant, id).await, Ok(true));
    assert_eq!(store.rotate(tenant, id, &rotation("fifth", None, None)).await, Ok(Rotated::NotFound));
}

pub(super) async fn another_tenant_sees_and_changes_nothing(
    store: &dyn EndpointStore,
    tenant: TenantId,
    other: TenantId,
) {
    let make = Fixtures::new(615);
    let new = NewEndpoint { request: named("c", "h"), ..endpoint(&make, tenant, "own") };
    assert_eq!(store.add(tenant, &new, MOST).await, Ok(AddedEndpoint::New));
    let id = new.endpoint_id;
    assert_eq!(store.get(other, id).await, Ok(None));
    assert_eq!(store.list(other, None, 10).await, Ok(Vec::new()));
    assert_eq!(
        store.rotate(other, id, &rotation("stolen", None, named("c", "h"))).await,
        Ok(Rotated::NotFound)
    );
    assert_eq!(store.remove(other, id).await, Ok(false));
    // A request's name is its tenant's own.
    let theirs = NewEndpoint { request: named("c", "h"), ..endpoint(&make, other, "theirs") };
    assert_eq!(store.add(other, &theirs, MOST).await, Ok(AddedEndpoint::New));
    let record = store.get(tenant, id).await.unwrap().unwrap();
    assert!(record.secret == new.secret && record.rotated_at.is_none());
    assert_eq!(store.remove(tenant, id).await, Ok(true));
    assert_eq!(store.remove(other, theirs.endpoint_id).await, Ok(true));
}
