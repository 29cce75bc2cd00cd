//! The pipeline's use cases: accept events, work them off, read what came of them.

mod archive;
mod call_ingest;
mod convert;
mod crm_change;
mod dead_letter;
mod erasure;
mod event_run;
mod extracting;
mod handover;
mod ids_of;
mod index_messages;
mod ingest_event;
mod instance_engine;
mod instances;
mod intake;
mod letters;
mod operations;
mod read_event;
mod read_signal;
mod redrive;
mod redrives;
mod replay;
mod retention;
mod search;
mod settling;
mod sweep;
mod tasks;
mod work;
mod workflow_control;

use std::rc::Rc;

pub use archive::{
    ArchivePorts, Budget, CompactionReport, ExportReport, MOST_PAYLOAD_BYTES, compact, export, object_key,
    tidy_up,
};
pub use call_ingest::{CallIngest, CallIngestOutput, STEPS};
pub use crm_change::{CrmChange, CrmChangeOutput};
pub use dead_letter::bury;
pub use erasure::{
    Erase, EraseInput, EraseOutput, ErasurePorts, ErasureRequestPorts, ErasureService, resume_erasures,
};
pub use event_run::EventRunInput;
pub use handover::{Delivery, Unreadable, Verdict, hand_over};
pub use index_messages::{find_request, index_hits, upsert_request};
pub use ingest_event::HistoryIntake;
pub use instance_engine::MeshEngine;
pub use instances::EventInstances;
pub use intake::IntakeService;
pub use operations::{OperationsPorts, OperationsService};
pub use redrive::{RedrivePorts, RedriveSweep, continue_redrives};
pub use redrives::RedrivesService;
pub use replay::DeadLettersService;
pub use retention::{
    OrphanReport, PurgePorts, PurgeReport, RetentionService, RetentionSettings, purge, remove_orphans,
};
pub use search::{SearchPorts, account_key, search};
pub use sweep::{SweepReport, sweep};
pub use tasks::TasksService;
pub use work::WorkService;
pub use workflow_control::{ControlPorts, WorkflowControlService};

pub(crate) use ids_of::{digest, sha256_hex, signal_id};

use crate::ports::{
    Archive, Clock, DeadLetterStore, Embedder, EventQueue, EventStore, Extractor, HistoryStore,
    IngestInstances, Notifier, PassageIndex, Random, RuleStore, SignalStore, UsageStore, WorkflowStarter,
};

/// Everyone who is told what became of events, each in turn.
pub type Notifiers = Rc<[Rc<dyn Notifier>]>;

/// What handing events to their workflows needs: the queue's consumer, the sweep and the dead letters.
#[derive(Clone)]
pub struct HandoverPorts {
    /// Events, steps, outbox.
    pub events: Rc<dyn EventStore>,
    /// What was given up.
    pub letters: Rc<dyn DeadLetterStore>,
    /// Workflow instances.
    pub instances: Rc<dyn IngestInstances>,
    /// Who hears of events that ended.
    pub notifiers: Notifiers,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

/// What operators need of work that was given up.
#[derive(Clone)]
pub struct ReplayPorts {
    /// What was given up.
    pub letters: Rc<dyn DeadLetterStore>,
    /// The queue between acceptance and work.
    pub queue: Rc<dyn EventQueue>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

/// What accepting events, working them off and reading them needs.
#[derive(Clone)]
pub struct PipelinePorts {
    /// Events, steps, outbox.
    pub events: Rc<dyn EventStore>,
    /// Histories of providers: what a delivery brings may have come from there.
    pub histories: Rc<dyn HistoryStore>,
    /// Signals.
    pub signals: Rc<dyn SignalStore>,
    /// The tenants' own rules, and what they raised.
    pub rules: Rc<dyn RuleStore>,
    /// Starts workflows for rules.
    pub starter: Rc<dyn WorkflowStarter>,
    /// Raw bytes.
    pub archive: Rc<dyn Archive>,
    /// The queue between acceptance and work.
    pub queue: Rc<dyn EventQueue>,
    /// Finds signals.
    pub extractor: Rc<dyn Extractor>,
    /// What tenants used.
    pub usage: Rc<dyn UsageStore>,
    /// Turns texts into vectors.
    pub embedder: Rc<dyn Embedder>,
    /// The tenants' indexes.
    pub index: Rc<dyn PassageIndex>,
    /// Who hears of signals, and of events that ended.
    pub notifiers: Notifiers,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// Secure randomness.
    pub random: Rc<dyn Random>,
}

impl PipelinePorts {
    /// What of it a search needs.
    fn search(&self) -> SearchPorts {
        SearchPorts { embedder: self.embedder.clone(), index: self.index.clone() }
    }
}
