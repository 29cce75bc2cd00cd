//! Export and compaction die or fail at every point: a reader of the manifests sees each event at most once at every
//! moment, never one less than before, and in the end each exactly once.

use test_kit::{When, run};

use crate::reader::{View, read};
use crate::world::{DAY_MS, World, die_after};

/// That nothing that was seen is gone.
fn grows(before: &View, after: &View) {
    for (event, row) in &before.events {
        assert_eq!(after.events.get(event), Some(row), "event {event} was there and is gone or another");
    }
}

/// Lets whatever was interrupted be taken up, and checks that everything is there once.
fn recovered(world: &World, what: &str) {
    for _ in 0..2 {
        world.clock.advance(10 * 60_000);
        run(world.export());
    }
    assert_eq!(read(&world.objects).events, *world.accepted.borrow(), "{what}");
}

#[test]
fn an_export_that_dies_anywhere_loses_and_doubles_nothing() {
    let mut deaths = 0;
    for turns in 1.. {
        let world = World::with_two_days();
        let mut seen = View::default();
        let ended = die_after(turns, world.export(), || {
            let now = read(&world.objects);
            grows(&seen, &now);
            seen = now;
        });
        // More events come in before it is tried again.
        world.accept(world.tenants[0], b"late");
        recovered(&world, &format!("after {turns} turns"));
        grows(&seen, &read(&world.objects));
        if ended {
            break;
        }
        deaths += 1;
    }
    assert!(deaths > 25, "only {deaths} turns were taken");
}

#[test]
fn a_compaction_that_dies_anywhere_loses_and_doubles_nothing() {
    let mut deaths = 0;
    for turns in 1.. {
        let world = World::with_two_days();
        run(world.export());
        // A second file for the first day, as of an event whose row came late.
        world.accept(world.tenants[0], b"another");
        run(world.export());
        world.clock.advance(DAY_MS);
        let mut seen = read(&world.objects);
        assert_eq!(seen.events, *world.accepted.borrow());
        let ended = die_after(turns, world.upkeep(), || {
            let now = read(&world.objects);
            assert_eq!(now.events, seen.events, "after {turns} turns");
            seen = now;
        });
        recovered(&world, &format!("after {turns} turns"));
        run(world.upkeep());
        let view = read(&world.objects);
        assert_eq!(view.events, *world.accepted.borrow());
        assert!(view.days.values().all(|(_, files)| *files == 1), "{:?}", view.days);
        // Once nobody can still read what was merged, nothing of it is left.
        world.clock.advance(DAY_MS);
        run(world.upkeep());
        let files = world.objects.keys().iter().filter(|key| key.ends_with(".parquet")).count();
        assert_eq!(files, view.days.len(), "after {turns} turns: {:?}", world.objects.keys());
        assert_eq!(read(&world.objects), view);
        if ended {
            break;
        }
        deaths += 1;
    }
    assert!(deaths > 20, "only {deaths} turns were taken");
}

#[test]
fn a_store_that_fails_once_anywhere_costs_time_only() {
    for when in [When::Before, When::After] {
        for nth in 1.. {
            let world = World::with_two_days();
            world.faults.fail_nth_of_all(nth, when);
            run(world.export());
            world.accept(world.tenants[1], b"another");
            run(world.export());
            world.clock.advance(2 * DAY_MS);
            run(world.upkeep());
            let fired = world.faults.fired();
            world.faults.heal();
            recovered(&world, &format!("call {nth} failing {when:?}"));
            run(world.upkeep());
            let view = read(&world.objects);
            assert_eq!(view.events, *world.accepted.borrow(), "call {nth} failing {when:?}");
            assert!(view.days.values().all(|(_, files)| *files == 1), "{:?}", view.days);
            if fired == 0 {
                assert!(nth > 60, "only {nth} operations were tried");
                break;
            }
        }
    }
}

#[test]
fn two_exports_at_once_share_the_work() {
    let world = World::with_two_days();
    run(futures_util::future::join3(world.export(), world.export(), world.export()));
    assert_eq!(read(&world.objects).events, *world.accepted.borrow());
}
