//! Any number of calls at once against one budget, over its real SQL: an object that dies between any two statements,
//! callers that die and never tell, answers that are lost, requests that come twice. What is served never exceeds the
//! budget, and whoever is refused for what is spent would not have fitted.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod callers;
mod mirror;
#[path = "../mortal/mod.rs"]
mod mortal;
mod object;

use mesh_sim::Simulation;

/// A thousand calls at once against a budget for a hundred of them, and calls of every kind under several limits.
#[test]
fn nothing_is_overspent_and_nobody_who_fits_is_refused_under_any_of_seeds() {
    Simulation::seeds(0..5).run(|sim| {
        let seed = sim.runtime().random();
        callers::anything(seed);
        callers::a_thousand(seed);
    });
}
