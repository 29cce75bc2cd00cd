//! Claims about what operators change of tenants and keys.

use app::ports::{
    AddedKey, Allowance, AuditQuery, AuditTrail, ControlStore, Created, IssuedKey, NewKey, NewTenant,
    Revoked, TenantAdmin, TenantQuery, TenantRecord, TenantSettings,
};
use audit::Act;
use contracts::Timestamp;
use ids::{KeyId, TenantId};

use crate::Fixtures;

/// The tenants that a store must hold before its suite is run: of the standard plan, active.
#[must_use]
pub fn admin_tenants() -> [TenantId; 2] {
    let make = Fixtures::new(701);
    [make.tenant(), make.tenant()]
}

fn settings(name: &str) -> TenantSettings {
    TenantSettings {
        name: name.into(),
        active: true,
        allowance: Allowance::default(),
        allowed_origins: Vec::new(),
    }
}

fn act(action: &str, tenant: TenantId) -> Act {
    Act {
        at_ms: 1_795_500_000_000,
        actor: "person:ada@example.com".into(),
        role: "owner".into(),
        tenant: Some(tenant),
        action: action.into(),
        target: None,
        before: None,
        after: Some("{}".into()),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    }
}

/// The actions about a tenant, newest first.
async fn acts(trail: &dyn AuditTrail, tenant: TenantId) -> Vec<String> {
    let query = AuditQuery { tenant: Some(tenant), limit: 100, ..AuditQuery::default() };
    trail.entries(&query).await.unwrap().into_iter().map(|entry| entry.act.action).collect()
}

/// Every claim about a [`TenantAdmin`], whose acts are in the trail.
///
/// # Panics
/// When one does not hold.
pub async fn tenant_admin_suite<S: TenantAdmin + ControlStore + AuditTrail>(store: &S) {
    settings_are_the_tenants_own_and_change_from_the_version_that_was_seen(store).await;
    a_key_opens_until_it_is_revoked(store).await;
    a_tenant_is_made_once(store).await;
    tenants_are_listed_newest_first(store).await;
}

async fn settings_are_the_tenants_own_and_change_from_the_version_that_was_seen<
    S: TenantAdmin + AuditTrail,
>(
    store: &S,
) {
    let [tenant, neighbor] = admin_tenants();
    let stranger = Fixtures::new(702).tenant();
    let read =
        async |tenant| store.tenant(tenant).await.unwrap().map(|record| (record.version, record.settings));
    let (first, theirs) = (read(tenant).await.unwrap(), read(neighbor).await.unwrap());
    assert_eq!(first, (1, settings(&tenant.to_string())));
    let changed = TenantSettings {
        name: "Changed".into(),
        active: false,
        allowance: Allowance { plan: "scale".into(), tenant: Some("{}".into()), key: None },
        allowed_origins: vec!["https://app.example.com".into()],
    };
    let change = act("tenant.change", tenant);
    assert_eq!(store.set(tenant, 1, &changed, &change).await, Ok(true));
    assert_eq!(read(tenant).await, Some((2, changed.clone())));
    assert_eq!(store.set(tenant, 1, &first.1, &change).await, Ok(false), "of a version that was replaced");
    assert_eq!(store.set(tenant, 3, &first.1, &change).await, Ok(false), "of one that is not there yet");
    assert_eq!(read(tenant).await, Some((2, changed.clone())));
    assert_eq!(read(neighbor).await, Some(theirs));
    assert_eq!(store.set(stranger, 1, &changed, &act("tenant.change", stranger)).await, Ok(false));
    assert_eq!(read(stranger).await, None);
    assert_eq!(store.set(tenant, 2, &first.1, &act("tenant.restore", tenant)).await, Ok(true));
    assert_eq!(
        acts(store, tenant).await,
        ["tenant.restore", "tenant.change"],
        "what changed nothing is no act"
    );
    assert!(acts(store, neighbor).await.is_empty() && acts(store, stranger).await.is_empty());
}

async fn a_tenant_is_made_once<S: TenantAdmin + AuditTrail>(store: &S) {
    let make = Fixtures::new(705);
    let new = |slug: &str, request: Option<(&str, &str)>| NewTenant {
        tenant_id: make.tenant(),
        slug: slug.into(),
        settings: settings("Made & named"),
        created_at: make.now(),
        request: request.map(|(key, hash)| (key.into(), hash.into())),
    };
    let first = new("made-first", Some(("key-1", "hash-1")));
    let create = act("tenant.create", first.tenant_id);
    assert_eq!(store.create(&first, &create).await, Ok(Created::Made));
    let record = store.tenant(first.tenant_id).await.unwrap().unwrap();
    let NewTenant { tenant_id, slug, settings, created_at, .. } = first;
    assert_eq!(record, TenantRecord { tenant_id, slug, created_at, version: 1, settings });
    for (new, expect) in [
        (new("made-first", Some(("key-1", "hash-1"))), Created::Before(record)),
        (new("made-other", Some(("key-1", "hash-2"))), Created::KeyReused),
        (new("made-first", Some(("key-2", "hash-1"))), Created::SlugTaken),
        (new("made-first", None), Created::SlugTaken),
    ] {
        let create = act("tenant.create", new.tenant_id);
        assert_eq!(store.create(&new, &create).await, Ok(expect));
        assert_eq!(store.tenant(new.tenant_id).await, Ok(None));
        assert!(acts(store, new.tenant_id).await.is_empty());
    }
    assert_eq!(acts(store, tenant_id).await, ["tenant.create"]);
}

async fn tenants_are_listed_newest_first(store: &dyn TenantAdmin) {
    let make = Fixtures::new(706);
    let mut made = Vec::new();
    for (slug, active) in [("list-a", true), ("list-b", false), ("list-bc", true), ("lisu", true)] {
        let tenant_id = make.tenant();
        let settings = TenantSettings { active, ..settings(slug) };
        let new = NewTenant { tenant_id, slug: slug.into(), settings, created_at: make.now(), request: None };
        assert_eq!(store.create(&new, &act("tenant.create", tenant_id)).await, Ok(Created::Made));
        made.push(tenant_id);
    }
    made.sort_unstable();
    let slugs = async |slug: &str, active, before, limit| {
        let query = TenantQuery { slug: Some(slug.into()), among: None, active, before, limit };
        let mut found: Vec<_> = store.tenants(&query).await.unwrap();
        assert!(found.is_sorted_by(|one, next| one.tenant_id > next.tenant_id));
        found.sort_by(|one, other| one.slug.cmp(&other.slug));
        found.into_iter().map(|record| record.slug).collect::<Vec<_>>()
    };
    assert_eq!(slugs("list-", None, None, 10).await, ["list-a", "list-b", "list-bc"]);
    assert_eq!(slugs("list-b", None, None, 10).await, ["list-b", "list-bc"]);
    assert_eq!(slugs("list-", Some(true), None, 10).await, ["list-a", "list-bc"]);
    assert_eq!(slugs("list-", Some(false), None, 10).await, ["list-b"]);
    assert_eq!(slugs("lis", None, None, 2).await.len(), 2);
    assert_eq!(slugs("lis", None, Some(made[1]), 10).await.len(), 1, "those before it alone");
    assert!(slugs("list-%", None, None, 10).await.is_empty(), "no pattern");
    let among = Some(vec![made[0], made[2], make.tenant()]);
    let among = store.tenants(&TenantQuery { among, limit: 10, ..TenantQuery::default() }).await.unwrap();
    let among: Vec<_> = among.into_iter().map(|record| record.tenant_id).collect();
    assert_eq!(among, [made[2], made[0]], "only these");
}

async fn a_key_opens_until_it_is_revoked<S: TenantAdmin + ControlStore + AuditTrail>(store: &S) {
    let [tenant, neighbor] = admin_tenants();
    let make = Fixtures::new(703);
    let stored = make.key(tenant);
    let new = NewKey {
        key_id: stored.key_id,
        name: "an 'odd' name".into(),
        prefix: "wk_suite0000001".into(),
        hash: stored.hash.clone(),
        scopes: vec!["events:read".into(), "jobs:read".into()],
        expires_at: Some(Timestamp::from_unix_ms(1_900_000_000_000)),
        limits: Some(r#"{"read":{"burst":1,"per_minute":1}}"#.into()),
        created_at: make.now(),
        request: Some(("first".into(), "h1".into())),
    };
    let stranger = Fixtures::new(704).tenant();
    assert_eq!(store.add_key(stranger, &new, &act("key.issue", stranger)).await, Ok(AddedKey::NoTenant));
    assert_eq!(store.key_by_prefix(&new.prefix).await, Ok(None));
    assert_eq!(store.add_key(tenant, &new, &act("key.issue", tenant)).await, Ok(AddedKey::Issued));

    let found = store.key_by_prefix(&new.prefix).await.unwrap().unwrap();
    assert_eq!((found.key_id, found.tenant_id, &found.scopes), (new.key_id, tenant, &new.scopes));
    assert_eq!((found.revoked_at, found.expires_at, &found.hash), (None, new.expires_at, &new.hash));
    assert_eq!(found.allowance.key, new.limits);
    let at = Timestamp::from_unix_ms(1_795_500_000_000);
    store.touch_key(tenant, new.key_id, at).await.unwrap();
    let issued = IssuedKey {
        key_id: new.key_id,
        name: new.name.clone(),
        prefix: new.prefix.clone(),
        scopes: new.scopes.clone(),
        expires_at: new.expires_at,
        revoked_at: None,
        last_used_at: Some(at),
        limits: new.limits.clone(),
        created_at: new.created_at,
    };
    assert_eq!(store.keys(tenant).await, Ok(vec![issued.clone()]));
    assert_eq!(store.keys(neighbor).await, Ok(Vec::new()));
    // The same request again makes no other key, whatever key it brings; another one under its name is refused.
    let key_id = KeyId::from_parts(1, [9; 10]);
    let again = NewKey { key_id, prefix: "wk_suite0000002".into(), ..new.clone() };
    let added = store.add_key(tenant, &again, &act("key.issue", tenant)).await;
    assert!(matches!(added, Ok(AddedKey::Before(known)) if known.key_id == new.key_id));
    let other = NewKey { request: Some(("first".into(), "h2".into())), ..again.clone() };
    assert_eq!(store.add_key(tenant, &other, &act("key.issue", tenant)).await, Ok(AddedKey::KeyReused));
    assert_eq!(
        (store.keys(tenant).await.unwrap().len(), store.key_by_prefix(&again.prefix).await),
        (1, Ok(None))
    );

    let revoke =
        async |tenant, at| store.revoke_key(tenant, new.key_id, at, &act("key.revoke", tenant)).await;
    assert_eq!(revoke(neighbor, at).await, Ok(Revoked::NoKey));
    assert_eq!(store.key_by_prefix(&new.prefix).await.unwrap().unwrap().revoked_at, None);
    let later = Timestamp::from_unix_ms(1_795_600_000_000);
    for (time, expect) in [(at, Revoked::Now), (later, Revoked::Before)] {
        assert_eq!(revoke(tenant, time).await, Ok(expect));
    }
    assert_eq!(acts(store, tenant).await[..2], ["key.revoke", "key.issue"], "once each");
    assert!(acts(store, neighbor).await.is_empty());
    let revoked = store.key_by_prefix(&new.prefix).await.unwrap().unwrap();
    assert_eq!(revoked.revoked_at, Some(at), "the first time is kept");
    assert_eq!(store.keys(tenant).await, Ok(vec![IssuedKey { revoked_at: Some(at), ..issued }]));
}

#[cfg(test)]
mod tests {
    use crate::{MemoryControl, run};

    use super::*;

    #[test]
    fn control_in_memory_is_a_tenant_admin() {
        let control = MemoryControl::default();
        for tenant in admin_tenants() {
            control.put_tenant(tenant, settings(&tenant.to_string()));
        }
        run(tenant_admin_suite(&control));
    }
}
