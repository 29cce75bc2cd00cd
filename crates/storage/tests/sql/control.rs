//! Keys, endpoints and heartbeats over SQL and through a cache.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::sqlite::Sqlite;
use app::ports::{
    Allowance, AuditQuery, AuditTrail, Clock, ControlStore, ENDPOINT_FRESH_MS, StoreError, StoredEndpoint,
    StoredKey, TenantAdmin, TenantQuery, TenantSettings,
};
use async_trait::async_trait;
use audit::Act;
use contracts::Timestamp;
use futures_util::future::join;
use ids::TenantId;
use signing::Settings;
use storage::{
    CACHED_MS, CachedControl, IsolateCache, SqlControl, SqlDatabase, SqlEndpoints, Statement, TextCache,
    Value,
};
use test_kit::{FakeClock, Faults, Fixtures, MemoryControl, When, run, suite};

/// A cache that forgets nothing, as KV at the edge may for longer than it was told, and that can be down.
#[derive(Clone, Default)]
struct EternalCache {
    texts: Rc<RefCell<BTreeMap<String, String>>>,
    down: Rc<RefCell<bool>>,
}

impl EternalCache {
    fn check(&self) -> Result<(), StoreError> {
        if *self.down.borrow() { Err(StoreError::new("CACHE", "down")) } else { Ok(()) }
    }
}

#[async_trait(?Send)]
impl TextCache for EternalCache {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.check()?;
        Ok(self.texts.borrow().get(key).cloned())
    }

    async fn put(&self, key: &str, text: String) -> Result<(), StoreError> {
        self.check()?;
        self.texts.borrow_mut().insert(key.to_owned(), text);
        Ok(())
    }
}

fn text(text: impl ToString) -> Value {
    Value::Text(text.to_string())
}

/// A control database with the rows that the suite looks for.
fn seeded() -> Sqlite {
    let database = Sqlite::migrated("control");
    let rows = suite::control_rows();
    let put = |sql: &str, values| {
        run(database.query(Statement::new(sql, values))).unwrap();
    };
    let tenant = |tenant_id: ids::TenantId, active: bool, allowance: &Allowance, origins: &[String]| {
        let status = if active { "active" } else { "suspended" };
        put(
            "INSERT INTO tenants (id, slug, name, status, plan, limits, allowed_origins, created_at) \
             VALUES (?1, ?1, ?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT DO NOTHING",
            vec![
                text(tenant_id),
                text(status),
                text(&allowance.plan),
                allowance.tenant.clone().into(),
                text(serde_json::json!(origins)),
            ],
        );
    };
    for (prefix, key) in rows.keys {
        let StoredKey { key_id, tenant_id, hash, scopes, expires_at, revoked_at, allowance, .. } = key;
        tenant(tenant_id, key.tenant_active, &allowance, &key.allowed_origins);
        put(
            "INSERT INTO api_keys (id, tenant_id, name, prefix, hash, scopes, expires_at, revoked_at, limits, created_at) \
             VALUES (?1, ?2, 'a key', ?3, ?4, ?5, ?6, ?7, ?8, 1)",
            vec![
                text(key_id),
                text(tenant_id),
                text(prefix),
                text(hash),
                text(serde_json::json!(scopes)),
                expires_at.into(),
                revoked_at.into(),
                allowance.key.into(),
            ],
        );
    }
    for endpoint in rows.endpoints {
        tenant(endpoint.tenant_id, endpoint.tenant_active, &endpoint.allowance, &[]);
        put(
            "INSERT INTO endpoints (id, tenant_id, source, name, secret, previous_secret, status, created_at, \
             previous_valid_until, settings) VALUES (?1, ?2, ?3, 'an endpoint', ?4, ?5, ?6, 1, ?7, ?8)",
            vec![
                text(endpoint.endpoint_id),
                text(endpoint.tenant_id),
                text(endpoint.source),
                text(endpoint.secret.expose()),
                endpoint.previous_secret.map(|secret| secret.expose().to_owned()).into(),
                text(if endpoint.active { "active" } else { "disabled" }),
                endpoint.previous_until.into(),
                (endpoint.settings != Settings::None)
                    .then(|| serde_json::json!(endpoint.settings).to_string())
                    .into(),
            ],
        );
    }
    database
}

#[test]
fn the_sql_control_store_is_a_control_store() {
    run(suite::control_store_suite(&SqlControl::new(seeded())));
}

#[test]
fn the_sql_endpoint_store_is_an_endpoint_store() {
    let database = seeded();
    let make = Fixtures::new(620);
    let tenants = [make.tenant(), make.tenant()];
    for tenant in tenants {
        let sql = "INSERT INTO tenants (id, slug, name, created_at) VALUES (?1, ?1, ?1, 1)";
        run(database.query(Statement::new(sql, vec![text(tenant)]))).unwrap();
    }
    let control = SqlControl::new(database.clone());
    run(suite::endpoint_store_suite(&SqlEndpoints::new(database), &control, tenants));
}

#[test]
fn a_rotation_is_seen_by_whoever_asks_for_a_fresh_endpoint() {
    let Cached { origin, faults, clock, store, make, .. } = cached();
    let endpoint = make.endpoint(make.tenant());
    let endpoint_id = endpoint.endpoint_id;
    origin.put_endpoint(endpoint.clone());
    run(store.endpoint(endpoint_id)).unwrap();
    let rotated = StoredEndpoint { secret: make.endpoint(endpoint.tenant_id).secret, ..endpoint.clone() };
    origin.put_endpoint(rotated.clone());
    assert_eq!(run(store.fresh_endpoint(endpoint_id)), Ok(Some(endpoint)), "read a moment ago");
    clock.advance(ENDPOINT_FRESH_MS);
    for _ in 0..3 {
        assert_eq!(run(store.fresh_endpoint(endpoint_id)), Ok(Some(rotated.clone())));
    }
    assert_eq!(run(store.endpoint(endpoint_id)), Ok(Some(rotated)), "and remembered for all");
    assert_eq!(faults.calls("control.endpoint"), 2, "refusals cost a read every few seconds, not one each");
}

#[test]
fn the_sql_control_store_is_a_tenant_admin() {
    let database = Sqlite::migrated("control");
    for tenant in suite::admin_tenants() {
        let sql = "INSERT INTO tenants (id, slug, name, created_at) VALUES (?1, ?1, ?1, 1)";
        run(database.query(Statement::new(sql, vec![text(tenant)]))).unwrap();
    }
    run(suite::tenant_admin_suite(&SqlControl::new(database)));
}

#[test]
fn the_sql_control_store_keeps_proposals() {
    let database = Sqlite::migrated("control");
    for tenant in suite::admin_tenants() {
        let sql = "INSERT INTO tenants (id, slug, name, created_at) VALUES (?1, ?1, ?1, 1)";
        run(database.query(Statement::new(sql, vec![text(tenant)]))).unwrap();
    }
    run(suite::proposal_store_suite(&SqlControl::new(database)));
}

#[test]
fn the_sql_control_store_keeps_an_audit() {
    run(suite::audit_suite(&SqlControl::new(Sqlite::migrated("control"))));
}

#[test]
fn of_an_act_and_its_change_both_are_written_or_neither_whatever_fails() {
    // The operations of one change are: read the head, write, and where that failed look for the entry and the head.
    for when in [When::Before, When::After] {
        for at in 1..=4 {
            let database = Sqlite::migrated("control");
            let [tenant, _] = suite::admin_tenants();
            let sql = "INSERT INTO tenants (id, slug, name, created_at) VALUES (?1, ?1, ?1, 1)";
            run(database.query(Statement::new(sql, vec![text(tenant)]))).unwrap();
            let store = SqlControl::new(database.clone());
            let settings = run(store.tenant(tenant)).unwrap().unwrap().settings;
            let changed = TenantSettings { active: false, ..settings };
            database.faults.fail_nth("sql.batch", database.faults.calls("sql.batch") + at, when);
            let outcome = run(store.set(tenant, 1, &changed, &suspension(tenant)));
            database.faults.heal();
            let record = run(store.tenant(tenant)).unwrap().unwrap();
            let entries = run(store.entries_after(0, 10)).unwrap();
            assert_eq!(record.version - 1, entries.len() as u32, "{when:?} {at}: {outcome:?}");
            if outcome == Ok(true) {
                assert!(!record.settings.active, "{when:?} {at}");
            }
        }
    }
}

#[test]
fn of_two_changes_of_one_version_at_once_one_is_refused_and_is_no_act() {
    let database = Sqlite::migrated("control");
    let [tenant, _] = suite::admin_tenants();
    let sql = "INSERT INTO tenants (id, slug, name, created_at) VALUES (?1, ?1, ?1, 1)";
    run(database.query(Statement::new(sql, vec![text(tenant)]))).unwrap();
    let store = SqlControl::new(database);
    let settings = run(store.tenant(tenant)).unwrap().unwrap().settings;
    let (one, other) = (
        TenantSettings { name: "One".into(), ..settings.clone() },
        TenantSettings { active: false, ..settings },
    );
    let act = suspension(tenant);
    let outcomes = run(join(store.set(tenant, 1, &one, &act), store.set(tenant, 1, &other, &act)));
    assert!(matches!(outcomes, (Ok(true), Ok(false)) | (Ok(false), Ok(true))), "{outcomes:?}");
    assert_eq!(run(store.entries_after(0, 10)).unwrap().len(), 1);
}

#[test]
fn the_database_itself_refuses_to_change_the_audit() {
    let database = Sqlite::migrated("control");
    let store = SqlControl::new(database.clone());
    run(store.append(&suspension(suite::admin_tenants()[0]))).unwrap();
    for sql in
        ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit", "DELETE FROM audit WHERE sequence = 1"]
    {
        let error = run(database.query(Statement::new(sql, Vec::new()))).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
    assert_eq!(run(store.entries_after(0, 10)).unwrap().len(), 1);
}

#[test]
fn no_question_to_the_audit_or_the_tenants_looks_at_every_row() {
    let database = Sqlite::migrated("control");
    let store = SqlControl::new(database.clone());
    database.take_statements();
    let all = AuditQuery { limit: 50, ..AuditQuery::default() };
    let tenant = suite::admin_tenants()[0];
    for query in [
        all.clone(),
        AuditQuery { actor: Some("person:ada@example.com".into()), before: Some(9), ..all.clone() },
        AuditQuery { tenant: Some(tenant), ..all.clone() },
        AuditQuery { target: Some("key_1".into()), ..all.clone() },
        AuditQuery { trace_id: Some("0".into()), ..all.clone() },
        AuditQuery { since: Some(Timestamp::from_unix_ms(1)), ..all },
    ] {
        run(store.entries(&query)).unwrap();
    }
    run(store.entries_after(5, 10)).unwrap();
    run(store.append(&suspension(tenant))).unwrap();
    run(store.tenant(tenant)).unwrap();
    run(store.tenants(&TenantQuery { limit: 50, ..TenantQuery::default() })).unwrap();
    run(store.tenants(&TenantQuery { slug: Some("a".into()), limit: 50, ..TenantQuery::default() })).unwrap();
    let statements = database.take_statements();
    assert!(statements.len() >= 11);
    for statement in statements {
        let plan = database.plan(&statement).join("; ").replace("SCAN CONSTANT ROW", "");
        // A walk along the key, newest first, ends at the page's limit.
        let ordered = statement.sql.contains("LIMIT") && !plan.contains("TEMP B-TREE");
        assert!(!plan.contains("SCAN") || ordered, "{}: {plan}", statement.sql);
    }
}

fn suspension(tenant: TenantId) -> Act {
    Act {
        at_ms: 1_795_500_000_000,
        actor: "person:ada@example.com".into(),
        role: "owner".into(),
        tenant: Some(tenant),
        action: "tenant.suspend".into(),
        target: Some(tenant.to_string()),
        before: Some("{}".into()),
        after: Some("{}".into()),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    }
}

#[test]
fn the_cached_control_store_is_a_control_store_cold_and_warm() {
    let store = CachedControl::new(SqlControl::new(seeded()), EternalCache::default(), FakeClock::default());
    let rows = suite::control_rows();
    run(suite::control_store_suite(&store));
    for (prefix, key) in rows.keys {
        assert!(run(store.key_by_prefix(&prefix)) == Ok(Some(key)), "{prefix} from the cache");
    }
    for endpoint in rows.endpoints {
        assert!(run(store.endpoint(endpoint.endpoint_id)) == Ok(Some(endpoint)), "from the cache");
    }
}

/// A store in memory that counts its reads, behind a cache.
struct Cached {
    origin: MemoryControl,
    faults: Faults,
    cache: EternalCache,
    clock: FakeClock,
    store: CachedControl<MemoryControl, EternalCache, FakeClock>,
    make: Fixtures,
}

fn cached() -> Cached {
    let (faults, cache, clock) = (Faults::default(), EternalCache::default(), FakeClock::default());
    let origin = MemoryControl::with_faults(&faults);
    let store = CachedControl::new(origin.clone(), cache.clone(), clock.clone());
    Cached { origin, faults, cache, clock, store, make: Fixtures::new(1) }
}

#[test]
fn a_key_is_read_once_a_minute_and_its_revocation_takes_effect_within_it() {
    let Cached { origin, faults, clock, store, make, .. } = cached();
    let key = make.key(make.tenant());
    origin.put_key("wk_a", key.clone());
    assert_eq!(run(store.key_by_prefix("wk_a")), Ok(Some(key.clone())));
    let revoked = StoredKey { revoked_at: Some(make.now()), tenant_active: false, ..key.clone() };
    origin.put_key("wk_a", revoked.clone());
    clock.advance(CACHED_MS - 1);
    assert_eq!(run(store.key_by_prefix("wk_a")), Ok(Some(key)));
    assert_eq!(faults.calls("control.key_by_prefix"), 1);
    clock.advance(1);
    assert_eq!(run(store.key_by_prefix("wk_a")), Ok(Some(revoked)), "though the cache still has the old one");
    assert_eq!(faults.calls("control.key_by_prefix"), 2);
}

#[test]
fn what_is_cached_may_be_kept_shorter_and_never_longer() {
    for (kept_ms, until_ms) in [(2_000, 2_000), (10 * CACHED_MS, CACHED_MS)] {
        let Cached { origin, faults, clock, store, make, .. } = cached();
        let store = store.kept_for(kept_ms);
        origin.put_key("wk_a", make.key(make.tenant()));
        for (pass, reads) in [(0, 1), (until_ms - 1, 1), (1, 2)] {
            clock.advance(pass);
            run(store.key_by_prefix("wk_a")).unwrap();
            assert_eq!(faults.calls("control.key_by_prefix"), reads, "{kept_ms}");
        }
    }
}

#[test]
fn an_endpoint_is_read_once_a_minute_and_its_rotation_takes_effect_within_it() {
    let Cached { origin, faults, clock, store, make, .. } = cached();
    let endpoint = make.endpoint(make.tenant());
    let endpoint_id = endpoint.endpoint_id;
    origin.put_endpoint(endpoint.clone());
    for _ in 0..3 {
        assert_eq!(run(store.endpoint(endpoint_id)), Ok(Some(endpoint.clone())));
    }
    assert_eq!(faults.calls("control.endpoint"), 1);
    let fresh = make.endpoint(endpoint.tenant_id).secret;
    let rotated =
        StoredEndpoint { previous_secret: Some(endpoint.secret.clone()), secret: fresh, ..endpoint };
    origin.put_endpoint(rotated.clone());
    clock.advance(CACHED_MS);
    assert_eq!(run(store.endpoint(endpoint_id)), Ok(Some(rotated)));
}

#[test]
fn what_is_not_there_is_not_remembered() {
    let Cached { origin, store, make, .. } = cached();
    let (key, endpoint) = (make.key(make.tenant()), make.endpoint(make.tenant()));
    assert_eq!(run(store.key_by_prefix("wk_a")), Ok(None));
    assert_eq!(run(store.endpoint(endpoint.endpoint_id)), Ok(None));
    origin.put_key("wk_a", key.clone());
    origin.put_endpoint(endpoint.clone());
    assert_eq!(run(store.key_by_prefix("wk_a")), Ok(Some(key)));
    assert_eq!(run(store.endpoint(endpoint.endpoint_id)), Ok(Some(endpoint)));
}

#[test]
fn what_one_isolate_has_read_the_next_finds_in_the_cache() {
    let Cached { origin, faults, cache, clock, store, make } = cached();
    let key = make.key(make.tenant());
    origin.put_key("wk_a", key.clone());
    run(store.key_by_prefix("wk_a")).unwrap();
    let isolate = IsolateCache::default();
    // As a Worker does it: a store a request, over the memory of the isolate.
    let request = || {
        let store =
            CachedControl::new(origin.clone(), cache.clone(), clock.clone()).remembering(isolate.clone());
        assert_eq!(run(store.key_by_prefix("wk_a")), Ok(Some(key.clone())));
    };
    clock.advance(CACHED_MS / 2);
    request();
    assert_eq!(faults.calls("control.key_by_prefix"), 1, "from the cache");
    *cache.down.borrow_mut() = true;
    request();
    assert_eq!(faults.calls("control.key_by_prefix"), 1, "from the isolate's memory");
    clock.advance(CACHED_MS / 2);
    request();
    assert_eq!(faults.calls("control.key_by_prefix"), 2, "a minute after the first read, not the second");
}

#[test]
fn a_cache_that_is_down_or_holds_something_else_is_passed_over() {
    let Cached { origin, faults, cache, clock, make, .. } = cached();
    let (key, endpoint) = (make.key(make.tenant()), make.endpoint(make.tenant()));
    origin.put_key("wk_a", key.clone());
    origin.put_endpoint(endpoint.clone());
    let cold = || CachedControl::new(origin.clone(), cache.clone(), clock.clone());
    *cache.down.borrow_mut() = true;
    for _ in 0..2 {
        assert_eq!(run(cold().key_by_prefix("wk_a")), Ok(Some(key.clone())));
        assert_eq!(run(cold().endpoint(endpoint.endpoint_id)), Ok(Some(endpoint.clone())));
    }
    assert_eq!((faults.calls("control.key_by_prefix"), faults.calls("control.endpoint")), (2, 2));
    *cache.down.borrow_mut() = false;
    run(cold().key_by_prefix("wk_a")).unwrap();
    let entry = cache.texts.borrow()["key:wk_a"].clone();
    let read_at = clock_text(&clock);
    let in_the_future = entry.replace(&read_at, "99999999999999");
    assert_ne!(entry, in_the_future);
    let of_another_shape = format!(r#"{{"read_at": {read_at}, "row": {{"shape": "of another version"}}}}"#);
    for (text, reads) in [(entry, 3), (in_the_future, 4), (of_another_shape, 5), ("no JSON".to_owned(), 6)] {
        cache.texts.borrow_mut().insert("key:wk_a".into(), text.clone());
        assert_eq!(run(cold().key_by_prefix("wk_a")), Ok(Some(key.clone())));
        assert_eq!(faults.calls("control.key_by_prefix"), reads, "{text}");
    }
}

fn clock_text(clock: &FakeClock) -> String {
    clock.now().unix_ms().to_string()
}

#[test]
fn a_store_that_is_down_is_an_error_and_not_an_unknown_key() {
    let Cached { origin, faults, clock, store, make, .. } = cached();
    origin.put_key("wk_a", make.key(make.tenant()));
    run(store.key_by_prefix("wk_a")).unwrap();
    faults.fail_all("control.key_by_prefix", When::Before);
    assert!(run(store.key_by_prefix("wk_a")).is_ok(), "what is cached still serves");
    clock.advance(CACHED_MS);
    assert!(run(store.key_by_prefix("wk_a")).is_err());
}
