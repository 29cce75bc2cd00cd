//! The sign of life that the gateway reads.

use app::admin::{Build, beat};
use app::ports::{Clock, ControlStore};
use test_kit::{FakeClock, Faults, MemoryControl, When, run};

#[test]
fn a_beat_is_found_under_the_workers_name_with_what_runs_and_when() {
    let (control, clock) = (MemoryControl::default(), FakeClock::default());
    let build = Build { version: "1.2.3", deployment: None };
    run(beat(&control, &clock, &build)).unwrap();
    clock.advance(60_000);
    run(beat(&control, &clock, &build)).unwrap();
    let heartbeat = run(control.heartbeat("admin")).unwrap().unwrap();
    assert_eq!((heartbeat.version.as_str(), heartbeat.seen_at), ("1.2.3", clock.now()));
    let (name, fingerprint) = heartbeat.contract.split_once('@').unwrap();
    assert_eq!((name, fingerprint.len()), ("Health", 16));
}

#[test]
fn a_beat_that_was_not_taken_is_told() {
    let faults = Faults::default();
    faults.fail_all("control.put_heartbeat", When::Before);
    let control = MemoryControl::with_faults(&faults);
    let build = Build { version: "1.2.3", deployment: None };
    assert!(run(beat(&control, &FakeClock::default(), &build)).is_err());
}
