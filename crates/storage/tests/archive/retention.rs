//! Retention: what is older than a tenant keeps goes from every store, and nothing else.

use std::collections::BTreeMap;
use std::rc::Rc;

use app::pipeline::{
    Budget, OrphanReport, PurgePorts, PurgeReport, RetentionService, RetentionSettings, purge, remove_orphans,
};
use app::ports::Archive;
use contracts::pipeline::retention::{GetRetention, Retention, RetentionError, SetRetention};
use ids::{EventId, TenantId};
use storage::{EVENT_TABLES, KEPT_TABLES, SqlDatabase, SqlRemoval, Statement, TENANT_TABLES};
use test_kit::{When, run};

use crate::people::{People, context};
use crate::reader::read;
use crate::world::{DAY_MS, database};

fn service(people: &People) -> RetentionService {
    let store = Rc::new(SqlRemoval::new(people.world.database.clone()));
    RetentionService(RetentionSettings { store, clock: Rc::new(people.world.clock.clone()) })
}

fn keep(people: &People, tenant: TenantId, events_days: u32) {
    let request = SetRetention { events_days, updated_by: "ines@operator.example".into() };
    run(service(people).set_retention(&context(tenant), request)).unwrap();
}

fn ports(people: &People) -> PurgePorts {
    let removal = Rc::new(SqlRemoval::new(people.world.database.with_faults(&people.world.faults)));
    PurgePorts {
        retention: removal.clone(),
        removal,
        index: Rc::new(people.index.clone()),
        messages: Rc::new(people.messages.clone()),
        archive: people.world.ports.clone(),
    }
}

/// A night's purge.
fn night(people: &People) -> PurgeReport {
    run(purge(&ports(people), Budget::of(&people.world.clock, 60_000))).unwrap_or_default()
}

/// Five days of an event each of both tenants, exported.
fn five_days(people: &People) -> BTreeMap<EventId, (TenantId, u64)> {
    let mut days = BTreeMap::new();
    for day in 0..5 {
        for tenant in people.world.tenants {
            days.insert(people.worked_off(tenant, &format!("{{\"day\": {day}}}")), (tenant, day));
        }
        people.world.clock.advance(DAY_MS - 120_000);
    }
    run(people.world.export());
    // Live feeds forget by themselves within a day.
    people.feeds.0.borrow_mut().clear();
    days
}

fn check(people: &People, days: &BTreeMap<EventId, (TenantId, u64)>, gone: impl Fn(TenantId, u64) -> bool) {
    for (event_id, (tenant, day)) in days {
        let traces = people.traces_of(*event_id);
        let expect = if gone(*tenant, *day) { 0 } else { 7 };
        assert_eq!(traces.len(), expect, "day {day} of {tenant}: {traces:?}");
    }
    let kept = days.values().filter(|(tenant, day)| !gone(*tenant, *day)).count();
    let raw = people.world.objects.keys().into_iter().filter(|key| key.contains("/raw/")).count();
    assert_eq!(raw, kept, "raw bytes");
}

#[test]
fn what_is_older_goes_from_every_store_and_nothing_else() {
    let people = People::new();
    let [ours, _] = people.world.tenants;
    let days = five_days(&people);
    assert_eq!(night(&people), PurgeReport::default(), "the default keeps for years");
    keep(&people, ours, 2);
    // Bytes of an old delivery that was never acknowledged.
    let orphan = format!("{ours}/raw/2026/11/20/orphan");
    run(people.world.objects.put(&orphan, "text/plain", b"x".to_vec())).unwrap();
    let report = night(&people);
    // It is the sixth day: kept are those whose day is one of the two before it.
    let gone = |tenant: TenantId, day: u64| tenant == ours && day < 3;
    check(&people, &days, gone);
    assert_eq!((report.events, report.passages, report.objects, report.archive_rows), (3, 3, 4, 3));
    assert_eq!(report.rows, 3 * 5, "an event, an outbox entry, two steps and a signal each");
    assert_eq!(night(&people), PurgeReport::default(), "and nothing is left to do");
}

#[test]
fn a_purge_that_fails_anywhere_is_gone_on_with() {
    for when in [When::Before, When::After] {
        for nth in 1.. {
            let people = People::new();
            let ours = people.world.tenants[0];
            let days = five_days(&people);
            keep(&people, ours, 1);
            let before = people.world.faults.fired();
            people.world.faults.fail_nth_of_all(people.world.faults.total() + nth, when);
            night(&people);
            let fired = people.world.faults.fired() > before;
            people.world.faults.heal();
            // Readers never see a manifest whose files are gone.
            read(&people.world.objects);
            people.world.clock.advance(10 * 60_000);
            night(&people);
            check(&people, &days, |tenant, day| tenant == ours && day < 4);
            if !fired {
                assert!(nth > 15, "only {nth} operations were tried");
                break;
            }
        }
    }
}

/// Bytes under keys of these days of November, which no event has.
fn orphans(people: &People, tenant: TenantId, days: &[u32]) -> Vec<String> {
    let keys: Vec<String> = days.iter().map(|day| format!("{tenant}/raw/2026/11/{day}/0rphan")).collect();
    for key in &keys {
        run(people.world.objects.put(key, "text/plain", b"x".to_vec())).unwrap();
    }
    keys
}

fn left(people: &People) -> Vec<String> {
    people.world.objects.keys().into_iter().filter(|key| key.ends_with("0rphan")).collect()
}

#[test]
fn bytes_that_no_event_has_go_a_day_after_their_day_and_no_others() {
    let people = People::new();
    let [ours, theirs] = people.world.tenants;
    let days = five_days(&people);
    // It is the 25th.
    let kept = orphans(&people, ours, &[24, 25]);
    orphans(&people, ours, &[20, 23]);
    orphans(&people, theirs, &[21]);
    let sweep = || run(remove_orphans(&ports(&people), Budget::of(&people.world.clock, 60_000))).unwrap();
    assert_eq!(sweep(), OrphanReport { objects: 3, failed: 0 });
    assert_eq!(left(&people), kept);
    assert_eq!(sweep(), OrphanReport::default());
    people.world.clock.advance(DAY_MS);
    assert_eq!(sweep(), OrphanReport { objects: 1, failed: 0 });
    assert_eq!(left(&people), kept[1..]);
    run(people.world.objects.delete(&kept)).unwrap();
    check(&people, &days, |_, _| false);
}

#[test]
fn a_look_for_orphans_that_fails_anywhere_is_gone_on_with() {
    for when in [When::Before, When::After] {
        for nth in 1.. {
            let people = People::new();
            let days = five_days(&people);
            for tenant in people.world.tenants {
                orphans(&people, tenant, &[20, 23]);
            }
            let (faults, before) = (&people.world.faults, people.world.faults.fired());
            faults.fail_nth_of_all(faults.total() + nth, when);
            let sweep = || run(remove_orphans(&ports(&people), Budget::of(&people.world.clock, 60_000)));
            let _ = sweep();
            let fired = faults.fired() > before;
            faults.heal();
            sweep().unwrap();
            assert_eq!(left(&people), [""; 0]);
            check(&people, &days, |_, _| false);
            if !fired {
                assert!(nth > 8, "only {nth} operations were tried");
                break;
            }
        }
    }
}

#[test]
fn a_retention_is_read_as_it_was_set_and_else_is_the_default() {
    let people = People::new();
    let [ours, theirs] = people.world.tenants;
    let get = |tenant| run(service(&people).get_retention(&context(tenant), GetRetention {})).unwrap();
    assert_eq!((get(ours).events_days, get(ours).updated_by), (730, None));
    for days in [30, 3_650] {
        keep(&people, ours, days);
        assert_eq!(get(ours).events_days, days);
    }
    assert_eq!(get(ours).updated_by.as_deref(), Some("ines@operator.example"));
    assert_eq!(get(theirs).updated_by, None, "another tenant keeps its own");
    for (events_days, updated_by) in [(0, "ines"), (3_651, "ines"), (30, " ")] {
        let request = SetRetention { events_days, updated_by: updated_by.into() };
        let refused = run(service(&people).set_retention(&context(ours), request)).unwrap_err();
        assert!(matches!(refused, RetentionError::Invalid { .. }), "{refused}");
    }
    assert_eq!(get(ours).events_days, 3_650, "what is refused changes nothing");
}

#[test]
fn every_table_of_tenants_data_is_erased_or_says_why_not() {
    let sql = "SELECT t.name AS name, c.name AS tenant FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
               WHERE t.type = 'table' AND c.name = 'tenant_id' ORDER BY t.name";
    let rows = run(database().query(Statement::new(sql, vec![]))).unwrap();
    let tables: Vec<Table> = rows.read::<Table, Table>().unwrap();
    assert!(tables.len() > 8);
    for Table { name } in tables {
        let known = EVENT_TABLES.iter().any(|table| table.name == name)
            || TENANT_TABLES.iter().any(|table| table.name == name)
            || KEPT_TABLES.contains(&name.as_str());
        assert!(known, "`{name}` has a `tenant_id`: add it to a list of `storage/src/removal/tables.rs`");
    }
}

#[derive(serde::Deserialize)]
struct Table {
    name: String,
}
