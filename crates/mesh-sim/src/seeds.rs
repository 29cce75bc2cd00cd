//! A scenario under many seeds, and under a crash at every place.

use std::any::Any;
use std::env;
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::faults::Plan;
use crate::journal::Journal;
use crate::sim::Sim;

/// Only this seed is run.
const SEED: &str = "MESH_SIM_SEED";
/// So many seeds are run instead of the test's own number.
const COUNT: &str = "MESH_SIM_SEEDS";
/// The first of them.
const FROM: &str = "MESH_SIM_FROM";
/// In so many orders, every crash is tried.
const ORDERS: u64 = 8;
/// The lines of a trace that a failure shows.
const SHOWN: usize = 200;

/// Runs a scenario again and again. It asserts its invariants by panicking, as any test does.
#[derive(Debug, Clone)]
pub struct Simulation {
    seeds: Range<u64>,
}

/// A scenario failed. Shown, it tells the way to see it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it was run with.
    pub cause: Cause,
    /// What the scenario said.
    pub message: String,
    /// What happened before.
    pub trace: Vec<String>,
}

/// What a scenario was run with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The failures of this seed.
    Seed(u64),
    /// No failures, in this order.
    Calm {
        /// The seed of the order alone.
        order: u64,
    },
    /// One crash.
    CrashAt {
        /// Where: the number of the place, from 0.
        place: u64,
        /// The seed of the order alone.
        order: u64,
    },
}

/// What was tried without a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// How often the scenario was run.
    pub runs: u64,
}

impl Simulation {
    /// Under each of these seeds, unless the environment says otherwise: `MESH_SIM_SEED=7` for one alone,
    /// `MESH_SIM_SEEDS=100000` and `MESH_SIM_FROM=5000` for a longer campaign.
    pub fn seeds(seeds: Range<u64>) -> Self {
        let number = |name| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        if let Some(seed) = number(SEED) {
            return Self { seeds: seed..seed + 1 };
        }
        let first = number(FROM).unwrap_or(seeds.start);
        let count = number(COUNT).unwrap_or(seeds.end.saturating_sub(seeds.start));
        Self { seeds: first..first + count }
    }

    /// Exactly these seeds, whatever the environment says: for a test that a bug is found.
    pub fn exactly(seeds: Range<u64>) -> Self {
        Self { seeds }
    }

    /// Runs the scenario under all seeds, up to the first failure.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn try_run(&self, scenario: impl Fn(&Sim)) -> Result<Tried, Failure> {
        for seed in self.seeds.clone() {
            let sim = Sim::seeded(seed);
            attempt(&sim, &scenario).map_err(|message| Failure {
                cause: Cause::Seed(seed),
                message,
                trace: sim.trace(),
            })?;
        }
        Ok(Tried { runs: self.seeds.end - self.seeds.start })
    }

    /// The same, for a test.
    ///
    /// # Panics
    /// With the seed and the trace of the first failure.
    pub fn run(&self, scenario: impl Fn(&Sim)) -> Tried {
        self.try_run(scenario).unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// Runs the scenario without failures, and then once more for each place where a process can crash: before and after
    /// every durable write. All of it in several orders of what happens at the same time.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn try_every_crash(scenario: impl Fn(&Sim)) -> Result<Tried, Failure> {
        let run = |order, cause, place| {
            let sim = Sim::planned(order, Some(Plan::CrashAt(place)), Journal::default());
            let outcome = attempt(&sim, &scenario);
            let places = sim.world.places();
            outcome.map(|()| places).map_err(|message| Failure { cause, message, trace: sim.trace() })
        };
        let mut runs = 0;
        for order in 0..ORDERS {
            let places = run(order, Cause::Calm { order }, u64::MAX)?;
            for place in 0..places {
                run(order, Cause::CrashAt { place, order }, place)?;
            }
            runs += places + 1;
        }
        Ok(Tried { runs })
    }

    /// The same, for a test.
    ///
    /// # Panics
    /// With the place and the trace of the first failure.
    pub fn every_crash(scenario: impl Fn(&Sim)) -> Tried {
        Self::try_every_crash(scenario).unwrap_or_else(|failure| panic!("{failure}"))
    }
}

fn attempt(sim: &Sim, scenario: impl Fn(&Sim)) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| scenario(sim))).map_err(|panic| text_of(&*panic))
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "a panic without a text".to_owned(),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause {
            Cause::Seed(seed) => {
                writeln!(f, "seed {seed}: {}", self.message)?;
                writeln!(f, "see it again with {SEED}={seed}, or `Sim::seeded({seed})`; what happened:")?;
            }
            Cause::Calm { order } => {
                writeln!(f, "without a failure, in order {order}: {}\nwhat happened:", self.message)?;
            }
            Cause::CrashAt { place, order } => {
                writeln!(f, "a crash at place {place} in order {order}: {}\nwhat happened:", self.message)?;
            }
        }
        let skipped = self.trace.len().saturating_sub(SHOWN);
        if skipped > 0 {
            writeln!(f, "  … {skipped} lines before")?;
        }
        self.trace[skipped..].iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
