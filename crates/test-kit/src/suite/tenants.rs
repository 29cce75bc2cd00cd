//! Claims about what operators change of tenants and keys.

use app::ports::{Allowance, ControlStore, IssuedKey, NewKey, TenantAdmin, TenantSettings};
use contracts::Timestamp;
use ids::TenantId;

use crate::Fixtures;

/// The tenants that a store must hold before its suite is run: of the standard plan, active.
#[must_use]
pub fn admin_tenants() -> [TenantId; 2] {
    let make = Fixtures::new(701);
    [make.tenant(), make.tenant()]
}

fn standard() -> TenantSettings {
    TenantSettings { active: true, allowance: Allowance::default(), allowed_origins: Vec::new() }
}

/// Every claim about a [`TenantAdmin`].
///
/// # Panics
/// When one does not hold.
pub async fn tenant_admin_suite<S: TenantAdmin + ControlStore>(store: &S) {
    settings_are_the_tenants_own(store).await;
    a_key_opens_until_it_is_revoked(store).await;
}

async fn settings_are_the_tenants_own(store: &dyn TenantAdmin) {
    let [tenant, neighbor] = admin_tenants();
    let stranger = Fixtures::new(702).tenant();
    assert_eq!(store.settings(tenant).await, Ok(Some(standard())));
    let changed = TenantSettings {
        active: false,
        allowance: Allowance { plan: "scale".into(), tenant: Some("{}".into()), key: None },
        allowed_origins: vec!["https://app.example.com".into()],
    };
    assert_eq!(store.set(tenant, &changed).await, Ok(true));
    assert_eq!(store.settings(tenant).await, Ok(Some(changed.clone())));
    assert_eq!(store.settings(neighbor).await, Ok(Some(standard())));
    assert_eq!(store.set(stranger, &changed).await, Ok(false));
    assert_eq!(store.settings(stranger).await, Ok(None));
    assert_eq!(store.set(tenant, &standard()).await, Ok(true));
}

async fn a_key_opens_until_it_is_revoked<S: TenantAdmin + ControlStore>(store: &S) {
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
    };
    let stranger = Fixtures::new(704).tenant();
    assert_eq!(store.add_key(stranger, &new).await, Ok(false));
    assert_eq!(store.key_by_prefix(&new.prefix).await, Ok(None));
    assert_eq!(store.add_key(tenant, &new).await, Ok(true));

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

    assert_eq!(store.revoke_key(neighbor, new.key_id, at).await, Ok(false));
    assert_eq!(store.key_by_prefix(&new.prefix).await.unwrap().unwrap().revoked_at, None);
    let later = Timestamp::from_unix_ms(1_795_600_000_000);
    for time in [at, later] {
        assert_eq!(store.revoke_key(tenant, new.key_id, time).await, Ok(true));
    }
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
            control.put_tenant(tenant, standard());
        }
        run(tenant_admin_suite(&control));
    }
}
