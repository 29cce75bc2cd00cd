//! Erasure: a tenant or a contact leaves the pipeline for good, and a certificate says so.

mod certificate;
mod find;
mod instances;
mod remove;
mod resume;
mod service;
mod verify;
mod workflow;

use std::rc::Rc;

use ids::{ErasureId, TenantId};
use mesh::TraceContext;

pub use resume::resume_erasures;
pub use service::ErasureService;
pub use workflow::{Erase, EraseInput, EraseOutput};

use super::archive::ArchivePorts;
use crate::call_archive::CallArchive;
use crate::ports::{
    AnswerCache, BudgetRemoval, Clock, ErasureInstances, ErasureRecord, ErasureStore, EventRemoval,
    FeedRemoval, MessageRemoval, PassageIndex, Random, RunRemoval, StoreError,
};

/// What asking for an erasure needs.
#[derive(Clone)]
pub struct ErasureRequestPorts {
    /// What was asked for.
    pub erasures: Rc<dyn ErasureStore>,
    /// The workflows that do it.
    pub instances: Rc<dyn ErasureInstances>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// Secure randomness.
    pub random: Rc<dyn Random>,
}

/// What carrying one out needs.
#[derive(Clone)]
pub struct ErasurePorts {
    /// What was asked for, found and done.
    pub erasures: Rc<dyn ErasureStore>,
    /// Events and their rows.
    pub removal: Rc<dyn EventRemoval>,
    /// The tenants' indexes.
    pub index: Rc<dyn PassageIndex>,
    /// Messages to customers' endpoints.
    pub messages: Rc<dyn MessageRemoval>,
    /// What tenants may spend on models, and spent.
    pub budgets: Rc<dyn BudgetRemoval>,
    /// Answers of models that are kept to be given again.
    pub answers: Rc<dyn AnswerCache>,
    /// Calls of models that are archived.
    pub calls: CallArchive,
    /// The questions to which they are.
    pub questions: Rc<dyn PassageIndex>,
    /// Entries of live feeds.
    pub feeds: Rc<dyn FeedRemoval>,
    /// Runs that tenants started.
    pub runs: Rc<dyn RunRemoval>,
    /// Raw bytes and the analysts' archive.
    pub archive: ArchivePorts,
    /// Whether rows also go into a stream, which nobody can take them out of here.
    pub streams: bool,
}

/// One erasure at work.
#[derive(Clone)]
struct Run {
    ports: ErasurePorts,
    tenant: TenantId,
    id: ErasureId,
    trace: TraceContext,
}

impl Run {
    async fn record(&self) -> Result<ErasureRecord, StoreError> {
        let record = self.ports.erasures.get(self.tenant, self.id).await?;
        record.ok_or_else(|| StoreError::new("erasures", format!("the tenant has no erasure `{}`", self.id)))
    }
}
