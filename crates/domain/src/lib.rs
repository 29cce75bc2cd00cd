//! The rules of the product, as pure functions of their input.
//!
//! **This crate knows of no clock, no store, no wire format and no async.** It derives no serialization: the crates
//! at the edges own the serializable twins and convert by hand, so that a rule can change without breaking a peer.
//!
//! | module | decides |
//! |---|---|
//! | [`signal`] | which kinds of signal exist, and what a finding of one carries |
//! | [`evidence`] | whether a quote really is a slice of its source text; byte and scalar offsets |
//! | [`assessment`] | how qualified and how much at risk a call is, from its findings |
//! | [`dead_letter`] | why work was given up, and how long that is remembered |
//! | [`backfill`] | how fast events are run again |
//! | [`budget`] | what a tenant may spend on models, what calls hold and take, what tokens cost |
//! | [`crm`] | how changes in a CRM add up, whatever their order |
//! | [`dispatch`] | which workflow works an event off |
//! | [`event`] | which status an event, or a step of its processing, may take next |
//! | [`approval`] | what a proposal must have, what of it is hashed, when it is approved, rejected, escalated or expired |
//! | [`workflow`] | which workflows there are, and which status a run may take next |
//! | [`delivery`] | when a message to an endpoint is tried again, and when the endpoint is left alone or given up |
//! | [`file`] | what a file may be called, how large it may be, in which parts it is sent |
//! | [`handover`] | when a queue message that failed comes again |
//! | [`platform_cost`] | what a tenant's share of the platform below costs, as an estimate |
//! | [`query`] | which parts a search query has |
//! | [`rate`] | how much a tenant may ask for: token buckets, quotas, plans |
//! | [`contact`] | whether an event is about a person |
//! | [`retention`] | how long a tenant keeps its events |
//! | [`second_person`] | what an operator may not do alone, and who may decide about it |
//! | [`usage`] | for how long usage is kept, by the hour and by the day |
//! | [`job`] | when a job fires, what it missed, when a failed run is tried again |

pub mod approval;
pub mod assessment;
pub mod backfill;
pub mod budget;
pub mod contact;
pub mod crm;
pub mod dead_letter;
pub mod delivery;
pub mod dispatch;
pub mod event;
pub mod evidence;
mod fault;
pub mod file;
pub mod handover;
pub mod job;
pub mod platform_cost;
pub mod query;
pub mod rate;
pub mod retention;
pub mod second_person;
pub mod signal;
pub mod sync;
pub mod usage;
pub mod workflow;

pub use assessment::{Assessment, assess};
pub use contact::Contact;
pub use dead_letter::DeathCause;
pub use dispatch::EventWorkflow;
pub use event::{EventStatus, StepStatus};
pub use evidence::{EvidenceError, ScalarIndex, verify};
pub use fault::Fault;
pub use query::{QueryPart, affirmative, query_parts};
pub use retention::RetentionDays;
pub use signal::{Evidence, Finding, SignalKind};
