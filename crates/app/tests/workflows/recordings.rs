//! What the workflows that tenants start put on record, each way that they go: committed in `contracts/workflows/`, so that
//! a deploy can tell which running instances new code would not take up. A loop is recorded for so many turns; an instance
//! that has more of them on record is told of and not judged.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use app::workflows::{AccountReport, Backfill, SpendApproval};
use mesh::workflow::Definition;
use mesh_sim::{RecordedLine, Recording, Sim};

use crate::approvals::Asks as _;
use crate::backfills;
use crate::reports;
use crate::world::World;

const HOUR: Duration = Duration::from_secs(3_600);
/// How many events a recorded backfill has: a dozen turns.
const EVENTS: usize = 25;

/// Sets a run going and gives its id.
type Way = fn(&World<'_>) -> String;

/// Lets a run go each way in a calm simulation of its own, and compares what they have on record with the committed file.
/// A way gives the run's id, and ends before it does where it is to be recorded unended.
fn check<W: Definition>(binding: &str, ways: &[(&str, Way)]) {
    let recorded = |way: Way| -> Vec<RecordedLine> {
        let sim = Sim::calm();
        let id = way(&World::new(&sim));
        sim.settle();
        sim.journal().lines(W::NAME, &id)
    };
    let paths: BTreeMap<String, Vec<RecordedLine>> =
        ways.iter().map(|(name, way)| ((*name).to_owned(), recorded(*way))).collect();
    for (way, lines) in &paths {
        assert!(lines.len() >= 2, "`{way}` of `{}`: {lines:?}", W::NAME);
    }
    let recording = Recording {
        name: W::NAME.to_owned(),
        worker: "pipeline".to_owned(),
        binding: binding.to_owned(),
        paths,
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/workflows");
    recording.check(&folder.join(format!("{}.json", W::NAME))).unwrap_or_else(|stale| panic!("{stale}"));
}

#[test]
fn what_a_report_puts_on_record_is_committed() {
    check::<AccountReport>("ACCOUNT_REPORT", &[("completed", |world| reports::ask(world, "a").to_string())]);
}

#[test]
fn what_a_backfill_puts_on_record_is_committed() {
    check::<Backfill>(
        "BACKFILL",
        &[
            ("at once", |world| backfills::begun(world, 3, 60)),
            ("turn by turn", |world| backfills::begun(world, EVENTS, 2)),
        ],
    );
}

#[test]
fn what_an_approval_puts_on_record_is_committed() {
    check::<SpendApproval>(
        "SPEND_APPROVAL",
        &[
            ("approved", |world| {
                let id = world.propose();
                world.sim.run_for(HOUR);
                world.decide(id, "bob", "approve").unwrap();
                world.sim.run_for(HOUR / 2);
                world.decide(id, "carol", "approve").unwrap();
                id.to_string()
            }),
            ("rejected", |world| {
                let id = world.propose();
                world.sim.run_for(HOUR);
                world.decide(id, "bob", "reject").unwrap();
                id.to_string()
            }),
            ("expired", |world| world.propose().to_string()),
        ],
    );
}
