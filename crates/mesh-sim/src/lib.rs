//! The mesh on the host, without the platform, for tests: the same workflows and services, and everything that can go
//! wrong with them.
//!
//! A [`Sim`] has a virtual clock, so a week's sleep takes no time. It has an engine with a durable journal of its own,
//! and processes that can crash before and after every durable write: their memory is gone, and what is on record goes
//! on. [`Store`]s fail after they committed, [`Queue`]s and events deliver twice, and calls over a [`SimTransport`], which
//! go through the real encoding, lose their replies, come twice or come too late. What goes wrong, and in which order
//! everything happens, follows from a seed alone.
//!
//! A scenario is a function that places work, lets it settle, and asserts what must hold whatever happened:
//!
//! ```
//! use std::time::Duration;
//!
//! use mesh::workflow::{Classify, InstanceStatus, NewInstance, StepError, StepPolicy, Steps};
//! use mesh_sim::{Sim, Simulation, Store};
//!
//! /// Reminds someone once, a week from now.
//! struct Reminder {
//!     sent: Store<Vec<String>>,
//! }
//!
//! #[mesh::workflow]
//! impl Reminder {
//!     async fn run(&self, whom: String, steps: &Steps) -> Result<(), StepError> {
//!         steps.sleep("a week", Duration::from_secs(7 * 24 * 3600)).await?;
//!         let sent = self.sent.clone();
//!         let patient = StepPolicy { retries: 20, ..StepPolicy::DEFAULT };
//!         let send = move |_attempt| {
//!             let (sent, whom) = (sent.clone(), whom.clone());
//!             // Idempotent: a try may have had its effect and been cut off before that was on record.
//!             async move {
//!                 let once = |sent: &mut Vec<String>| if !sent.contains(&whom) { sent.push(whom) };
//!                 sent.write(once).await.retryable()
//!             }
//!         };
//!         steps.run("send", patient, send).await
//!     }
//! }
//!
//! fn reminds_once(sim: &Sim) {
//!     let sent = sim.store("sent", Vec::new());
//!     let kept = sent.clone();
//!     let reminders = sim.workflow(move || Reminder { sent: kept.clone() });
//!     let ada = NewInstance::new("ada".parse().unwrap(), "ada".to_owned());
//!     while sim.run(reminders.create(ada.clone())).is_err() {}
//!     sim.settle();
//!     assert_eq!(sent.look(Vec::clone), ["ada"]);
//! }
//!
//! Simulation::seeds(0..200).run(reminds_once);
//! Simulation::every_crash(reminds_once);
//! ```
//!
//! A failure says its seed: `MESH_SIM_SEED=7 cargo test …` shows that run again, with what happened in it, line by line.
//! `MESH_SIM_SEEDS` and `MESH_SIM_FROM` make the same tests a long campaign, which is what `cargo xtask soak` does.
//!
//! A deploy under running instances is [`Sim::journal`], given to [`Sim::resumed`] with other code. Durable Objects have
//! their own namespace, [`durable`].

mod chance;
mod clock;
pub mod durable;
mod engine;
mod faults;
mod host;
mod instances;
mod journal;
mod queue;
mod recording;
mod seeds;
mod sim;
mod store;
mod transport;
mod world;

pub use clock::EPOCH_MS;
pub use faults::Faults;
pub use journal::Journal;
pub use queue::Queue;
pub use recording::{RecordedLine, Recording};
pub use seeds::{Cause, Failure, Simulation, Tried};
pub use sim::Sim;
pub use store::{NoAnswer, Store};
pub use transport::SimTransport;
