//! How events become files, files become days, and what a reader is promised about them.

use app::ports::{ArchiveLedger, EventArchive, Written};
use contracts::Timestamp;
use storage::SqlArchiveLedger;
use test_kit::run;

use crate::reader::read;
use crate::world::{DAY_MS, World};

fn parquet_files(world: &World) -> usize {
    world.objects.keys().iter().filter(|key| key.ends_with(".parquet")).count()
}

#[test]
fn rows_carry_the_payload_where_it_is_text_and_not_too_long() {
    let world = World::new();
    let (ours, theirs) = (world.tenants[0], world.tenants[1]);
    let long = vec![b'x'; 256 * 1024 + 1];
    for body in [&b""[..], b"{}", "héllo 🎉".as_bytes(), b"\xff", &long, &long[1..]] {
        world.accept(ours, body);
    }
    let theirs_only = world.accept(theirs, b"their own");
    run(world.export());
    let view = read(&world.objects);
    assert_eq!(view.events, *world.accepted.borrow());
    let payloads: Vec<_> = view.events.values().map(|(_, text)| text.as_ref().map(String::len)).collect();
    assert_eq!(payloads, [Some(0), Some(2), Some(11), None, None, Some(256 * 1024), Some(9)]);
    assert_eq!(view.events[&theirs_only].0, theirs);
    assert_eq!(view.days.len(), 2, "a day of each tenant");
}

#[test]
fn a_long_backlog_is_cut_into_files_and_compacted_into_one() {
    let world = World::new();
    for at in 0..7 {
        // Nine of these are over what one file may carry.
        let body = format!("{at}{}", "x".repeat(200 * 1024)).repeat(1);
        for _ in 0..9 {
            world.accept(world.tenants[0], body.as_bytes());
        }
    }
    run(world.export());
    assert_eq!(read(&world.objects).events, *world.accepted.borrow());
    let parts = parquet_files(&world);
    assert!(parts >= 2, "{parts} files");
    run(world.upkeep());
    assert_eq!(parquet_files(&world), parts, "today is not compacted");
    world.clock.advance(DAY_MS);
    run(world.upkeep());
    let view = read(&world.objects);
    assert_eq!(view.events, *world.accepted.borrow());
    assert_eq!(view.days.values().map(|(_, files)| *files).collect::<Vec<_>>(), [1]);
    assert_eq!(parquet_files(&world), parts + 1, "what was merged stays for those who read it");
    world.clock.advance(5 * 3_600_000);
    run(world.upkeep());
    assert_eq!(parquet_files(&world), parts + 1);
    world.clock.advance(2 * 3_600_000);
    run(world.upkeep());
    assert_eq!(parquet_files(&world), 1);
    assert_eq!(read(&world.objects), view, "tidying up changes nothing that a reader sees");
}

#[test]
fn running_again_without_work_writes_nothing() {
    let world = World::with_two_days();
    run(world.export());
    world.clock.advance(DAY_MS);
    run(world.upkeep());
    let writes = || world.faults.calls("archive.put") + world.faults.calls("archive.put_if");
    let (before, view) = (writes(), read(&world.objects));
    run(world.export());
    run(world.upkeep());
    assert_eq!((writes(), read(&world.objects)), (before, view));
}

#[test]
fn a_removed_event_does_not_hold_up_the_others_of_its_file() {
    let world = World::new();
    let ledger = SqlArchiveLedger::new(world.database.clone());
    let ids: Vec<_> = (0..3).map(|_| world.accept(world.tenants[0], b"{}")).collect();
    // An export that died behind its claim, and then one of its events is removed.
    let claimed = ledger.claim(
        world.tenants[0],
        "2026-11-20",
        "archive/claimed.parquet",
        &ids,
        Timestamp::from_unix_ms(1),
    );
    assert_eq!(run(claimed), Ok(true));
    let remove = storage::Statement::new(
        "DELETE FROM outbox WHERE event_id = ?1",
        vec![storage::Value::from(ids[1].to_string())],
    );
    run(storage::SqlDatabase::query(&world.database, remove.clone())).unwrap();
    let sql = "DELETE FROM events WHERE id = ?1".to_owned();
    run(storage::SqlDatabase::query(&world.database, storage::Statement { sql, ..remove })).unwrap();
    world.accepted.borrow_mut().remove(&ids[1]);
    run(world.export());
    assert_eq!(read(&world.objects).events, *world.accepted.borrow());
}

#[test]
fn a_claim_takes_all_of_its_events_or_none() {
    let world = World::new();
    let ledger = SqlArchiveLedger::new(world.database.clone());
    let [ours, theirs] = world.tenants;
    let ids: Vec<_> = (0..3).map(|_| world.accept(ours, b"{}")).collect();
    let foreign = world.accept(theirs, b"{}");
    let claim = |key: &'static str, ids: Vec<ids::EventId>| {
        let ledger = ledger.clone();
        run(async move { ledger.claim(ours, "2026-11-20", key, &ids, Timestamp::from_unix_ms(1)).await })
    };
    assert_eq!(claim("a", vec![ids[0], foreign]), Ok(false), "another tenant's event is not there");
    for _ in 0..2 {
        assert_eq!(claim("b", vec![ids[0], ids[1]]), Ok(true), "again after a lost answer, too");
    }
    assert_eq!(claim("c", vec![ids[1], ids[2]]), Ok(false), "one of them is taken");
    let pending = run(ledger.pending(ours, 10)).unwrap();
    assert_eq!(pending.iter().map(|row| row.event_id).collect::<Vec<_>>(), [ids[2]]);
    assert_eq!(run(ledger.backlog(10)), Ok(2));
    run(ledger.abandon(ours, "b", Timestamp::from_unix_ms(2))).unwrap();
    assert_eq!(run(ledger.pending(ours, 10)).unwrap().len(), 3, "given up, they wait again");
}

#[test]
fn one_writer_holds_a_tenants_lease_until_it_ends_or_runs_out() {
    let world = World::new();
    let ledger = SqlArchiveLedger::new(world.database.clone());
    let [ours, theirs] = world.tenants;
    let lease = |tenant, holder: &'static str, now| {
        let (now, until) = (Timestamp::from_unix_ms(now), Timestamp::from_unix_ms(now + 100));
        run(ledger.lease(tenant, holder, now, until)).unwrap()
    };
    assert!(lease(ours, "a", 0) && lease(theirs, "b", 0));
    assert!(!lease(ours, "b", 99) && lease(ours, "a", 99), "the holder may prolong it");
    assert!(lease(ours, "b", 199) && !lease(ours, "a", 200));
    run(ledger.release(ours, "a")).unwrap();
    assert!(!lease(ours, "a", 201), "only its holder ends it");
    run(ledger.release(ours, "b")).unwrap();
    assert!(lease(ours, "a", 202));
}

#[test]
fn a_stream_takes_rows_once_and_makes_no_files() {
    struct Stream(std::cell::RefCell<Vec<ids::EventId>>);
    #[async_trait::async_trait(?Send)]
    impl EventArchive for Stream {
        async fn write(
            &self,
            _key: &str,
            rows: &[app::ports::ArchiveRow],
        ) -> Result<Written, app::ports::StoreError> {
            self.0.borrow_mut().extend(rows.iter().map(|row| row.event_id));
            Ok(Written::Streamed)
        }
    }
    let mut world = World::with_two_days();
    let stream = std::rc::Rc::new(Stream(std::cell::RefCell::default()));
    world.ports.rows = stream.clone();
    for _ in 0..2 {
        run(world.export());
    }
    let mut sent = stream.0.borrow().clone();
    sent.sort();
    assert_eq!(sent, world.accepted.borrow().keys().copied().collect::<Vec<_>>());
    assert_eq!((parquet_files(&world), read(&world.objects).days.len()), (0, 0));
}

#[test]
fn no_query_of_the_archive_reads_a_whole_table() {
    let world = World::with_two_days();
    run(world.export());
    world.clock.advance(DAY_MS);
    run(world.upkeep());
    let mut statements = world.database.take_statements();
    statements.sort_by(|a, b| a.sql.cmp(&b.sql));
    statements.dedup_by(|a, b| a.sql == b.sql);
    assert!(statements.len() > 15, "{}", statements.len());
    for statement in statements {
        let plan = world.database.plan(&statement);
        let scans: Vec<_> = plan
            .iter()
            .filter(|step| step.starts_with("SCAN"))
            // Walking an array in a parameter, an inner query's answer, or an index that holds only what waits.
            .filter(|step| {
                !["VIRTUAL TABLE", "(subquery", "SCAN CONSTANT ROW"].iter().any(|fine| step.contains(fine))
            })
            .filter(|step| {
                !(step.contains("events_to_archive")
                    || step.contains("archive_files_writing")
                    || step.contains("archive_days_unpublished"))
            })
            .collect();
        assert!(scans.is_empty(), "{}: {plan:?}", statement.sql);
    }
}
