//! Claims about keys, endpoints and heartbeats.

use app::ports::{Allowance, ControlStore, EndpointSecret, Heartbeat, StoredEndpoint, StoredKey};
use contracts::Timestamp;
use signing::{SalesforceSettings, Settings};

use crate::Fixtures;

/// What a control store must hold before its suite is run.
#[derive(Debug, Clone)]
pub struct ControlRows {
    /// Keys by prefix.
    pub keys: Vec<(String, StoredKey)>,
    /// Endpoints.
    pub endpoints: Vec<StoredEndpoint>,
}

/// The rows: of an active tenant and of a suspended one, a bare and a full record each. The same ones every time.
#[must_use]
pub fn control_rows() -> ControlRows {
    let make = Fixtures::new(601);
    let mut rows = ControlRows { keys: Vec::new(), endpoints: Vec::new() };
    for tenant_active in [true, false] {
        let tenant = make.tenant();
        let bare = StoredKey {
            tenant_active,
            scopes: vec![],
            allowance: allowance(tenant_active),
            allowed_origins: origins(tenant_active),
            ..make.key(tenant)
        };
        let full = StoredKey {
            tenant_active,
            scopes: vec!["events:write".into(), "signals:read".into()],
            expires_at: Some(Timestamp::from_unix_ms(1_800_000_000_000)),
            revoked_at: Some(Timestamp::from_unix_ms(1_795_000_000_000)),
            allowance: Allowance {
                key: Some(r#"{"read":{"burst":2,"per_minute":3}}"#.into()),
                ..allowance(tenant_active)
            },
            allowed_origins: origins(tenant_active),
            ..make.key(tenant)
        };
        for key in [bare, full] {
            rows.keys.push((format!("wk_{:0>12}", rows.keys.len()), key));
        }
        let allowance = allowance(tenant_active);
        let bare = StoredEndpoint { tenant_active, allowance: allowance.clone(), ..make.endpoint(tenant) };
        let full = StoredEndpoint {
            tenant_active,
            source: "gong".into(),
            previous_secret: Some(EndpointSecret::new("before 'the' rotation")),
            previous_until: Some(Timestamp::from_unix_ms(1_800_000_000_000)),
            settings: Settings::Salesforce(SalesforceSettings { organization_id: "00D000000000001".into() }),
            active: false,
            allowance,
            ..make.endpoint(tenant)
        };
        rows.endpoints.extend([bare, full]);
    }
    rows
}

/// One tenant has a plan's numbers, the other its own.
fn allowance(plain: bool) -> Allowance {
    if plain {
        return Allowance::default();
    }
    Allowance { plan: "scale".into(), tenant: Some(r#"{"events_per_day":7}"#.into()), key: None }
}

fn origins(none: bool) -> Vec<String> {
    if none { Vec::new() } else { vec!["https://app.example.com".into(), "http://localhost:5173".into()] }
}

pub(super) async fn a_use_of_a_key_is_noted_and_changes_nothing_else(store: &dyn ControlStore) {
    for (prefix, key) in control_rows().keys {
        let stranger = Fixtures::new(603).tenant();
        for tenant in [key.tenant_id, stranger] {
            let at = Timestamp::from_unix_ms(1_795_400_000_000);
            store.touch_key(tenant, key.key_id, at).await.unwrap();
            store.touch_key(tenant, key.key_id, at).await.unwrap();
        }
        assert!(store.key_by_prefix(&prefix).await == Ok(Some(key)), "{prefix}");
    }
}

pub(super) async fn keys_are_found_by_their_prefix(store: &dyn ControlStore) {
    for (prefix, key) in control_rows().keys {
        assert!(store.key_by_prefix(&prefix).await == Ok(Some(key)), "{prefix}");
    }
    for unknown in ["wk_00000000000", "wk_0000000000000", "", "%"] {
        assert_eq!(store.key_by_prefix(unknown).await, Ok(None), "{unknown:?}");
    }
}

pub(super) async fn endpoints_are_found_by_their_id(store: &dyn ControlStore) {
    for endpoint in control_rows().endpoints {
        let endpoint_id = endpoint.endpoint_id;
        assert!(store.endpoint(endpoint_id).await == Ok(Some(endpoint)), "{endpoint_id}");
    }
    let make = Fixtures::new(602);
    let unknown = make.endpoint(make.tenant()).endpoint_id;
    assert_eq!(store.endpoint(unknown).await, Ok(None));
}

pub(super) async fn the_last_heartbeat_stays(store: &dyn ControlStore) {
    let beat = |service: &str, version: &str, seen_ms| Heartbeat {
        service: service.into(),
        version: version.into(),
        contract: format!("Health@{version}"),
        seen_at: Timestamp::from_unix_ms(seen_ms),
    };
    assert_eq!(store.heartbeat("admin").await, Ok(None));
    let other = beat("batch", "9.9.9", 1);
    store.put_heartbeat(&other).await.unwrap();
    for (given, expect) in [
        (beat("admin", "0.1.0", 5_000), beat("admin", "0.1.0", 5_000)),
        (beat("admin", "0.2.0", 6_000), beat("admin", "0.2.0", 6_000)),
        (beat("admin", "0.1.0", 5_500), beat("admin", "0.2.0", 6_000)),
        (beat("admin", "0.3.0", 6_000), beat("admin", "0.3.0", 6_000)),
    ] {
        store.put_heartbeat(&given).await.unwrap();
        assert_eq!(store.heartbeat("admin").await, Ok(Some(expect)), "after {given:?}");
    }
    assert_eq!(store.heartbeat("batch").await, Ok(Some(other)));
}
