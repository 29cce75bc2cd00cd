//! Retention: how long a tenant keeps its events, and the nightly purge of what is older.

mod orphans;
mod purge;
mod service;

use std::rc::Rc;

pub use orphans::{OrphanReport, remove_orphans};
pub use purge::{PurgeReport, purge};
pub(crate) use purge::{forget, purge_tenant};
pub use service::RetentionService;

use super::archive::ArchivePorts;
use crate::ports::{Clock, EventRemoval, MessageRemoval, PassageIndex, RetentionStore};

/// What reading and setting a retention needs.
#[derive(Clone)]
pub struct RetentionSettings {
    /// What was set.
    pub store: Rc<dyn RetentionStore>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

/// What the purge needs.
#[derive(Clone)]
pub struct PurgePorts {
    /// What was set.
    pub retention: Rc<dyn RetentionStore>,
    /// Events and their rows.
    pub removal: Rc<dyn EventRemoval>,
    /// The tenants' indexes.
    pub index: Rc<dyn PassageIndex>,
    /// Messages to customers' endpoints.
    pub messages: Rc<dyn MessageRemoval>,
    /// Raw bytes and the analysts' archive.
    pub archive: ArchivePorts,
}
