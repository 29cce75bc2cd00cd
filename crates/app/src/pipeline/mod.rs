//! The pipeline's use cases: accept events, work them off, read what came of them.

mod call_ingest;
mod convert;
mod dead_letter;
mod extracting;
mod ids_of;
mod ingest_event;
mod intake;
mod read_event;
mod read_signal;
mod search;
mod sweep;
mod tasks;

use std::rc::Rc;

pub use call_ingest::{CallIngest, CallIngestInput, CallIngestOutput, STEPS};
pub use dead_letter::bury;
pub use ingest_event::object_key;
pub use intake::IntakeService;
pub use sweep::{SweepReport, sweep};
pub use tasks::TasksService;

pub(crate) use ids_of::sha256_hex;

use crate::ports::{
    Archive, Clock, Embedder, EventQueue, EventStore, Extractor, IngestInstances, PassageIndex, Random,
    SignalStore,
};

/// What handing events to their workflows needs: the queue's consumer, the sweep and the dead letters.
#[derive(Clone)]
pub struct HandoverPorts {
    /// Events, steps, outbox.
    pub events: Rc<dyn EventStore>,
    /// Workflow instances.
    pub instances: Rc<dyn IngestInstances>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

/// What accepting events, working them off and reading them needs.
#[derive(Clone)]
pub struct PipelinePorts {
    /// Events, steps, outbox.
    pub events: Rc<dyn EventStore>,
    /// Signals.
    pub signals: Rc<dyn SignalStore>,
    /// Raw bytes.
    pub archive: Rc<dyn Archive>,
    /// The queue between acceptance and work.
    pub queue: Rc<dyn EventQueue>,
    /// Finds signals.
    pub extractor: Rc<dyn Extractor>,
    /// Turns texts into vectors.
    pub embedder: Rc<dyn Embedder>,
    /// The tenants' indexes.
    pub index: Rc<dyn PassageIndex>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// Secure randomness.
    pub random: Rc<dyn Random>,
}
