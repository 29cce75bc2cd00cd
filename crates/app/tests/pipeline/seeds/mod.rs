//! The pipeline under seeded failures: processes crash before and after every durable write, stores fail before and
//! after they committed, messages and calls come twice. Whatever happened, every accepted event ends once, with one set of
//! effects, and what failed is a dead letter whose replay mends it.
//!
//! A scenario is a function of a [`Sim`]. Another workflow's goes into its own file beside [`calls`] and gets the same
//! two tests: one over seeds, which `cargo xtask soak` makes a campaign, and one through every place of a crash.

mod calls;
mod crm_changes;
mod recordings;
mod shaky;

use mesh_sim::{Cause, Sim, Simulation};
use shaky::Mistake;

/// Seeds that the tests run; `cargo xtask soak` runs thousands.
const SAMPLE: u64 = 500;

/// A scenario, and a shorter one of the same work for going through every place of a crash.
struct Scenario {
    name: &'static str,
    whole: fn(&Sim),
    short: fn(&Sim),
    /// How many runs trying every crash takes at least: fewer would mean that places are passed over.
    crashes: u64,
}

const SCENARIOS: [Scenario; 2] = [
    Scenario { name: "calls", whole: calls::scenario, short: calls::one_call, crashes: 500 },
    // A workflow of three steps has fewer places to crash at.
    Scenario {
        name: "crm_changes",
        whole: crm_changes::scenario,
        short: crm_changes::one_change,
        crashes: 100,
    },
];

#[test]
fn nothing_is_lost_or_doubled_under_hundreds_of_seeds() {
    for Scenario { name, whole, .. } in SCENARIOS {
        let outcome = Simulation::seeds(0..SAMPLE).try_run(whole);
        // The failure's own line first: it names the seed for `cargo xtask soak`.
        outcome.unwrap_or_else(|failure| panic!("{failure}\nin the scenario `{name}`"));
    }
}

#[test]
fn nothing_is_lost_or_doubled_wherever_a_process_crashes() {
    for Scenario { name, short, crashes, .. } in SCENARIOS {
        let tried = Simulation::try_every_crash(short);
        let tried = tried.unwrap_or_else(|failure| panic!("{failure}\nin the scenario `{name}`"));
        assert!(tried.runs > crashes, "{name}: {tried:?}");
    }
}

#[test]
fn a_mistake_that_doubles_or_loses_is_found() {
    for mistake in
        [Mistake::DoublesPassages, Mistake::DoublesStarts, Mistake::ForgetsTheOutbox, Mistake::TellsOnce]
    {
        let found = Simulation::exactly(0..2_000).try_run(|sim| calls::with_mistake(sim, mistake));
        let failure = found.expect_err(&format!("{mistake:?} is a mistake"));
        let Cause::Seed(seed) = failure.cause else { panic!("{failure}") };
        let again = Simulation::exactly(seed..seed + 1).try_run(|sim| calls::with_mistake(sim, mistake));
        assert_eq!(again, Err(failure), "the seed alone decides");
    }
}
