//! The analysts' archive: every event as one row, in files by tenant and day, or in a stream.
//!
//! An event's row is claimed for a file, the file is written under a name that follows from its rows, and only then
//! takes its place in its day: each of these is on record before the next, so whatever dies in between is taken up
//! where it was. What a day consists of is decided by the bookkeeping in one transaction; the day's manifest shows it.

mod compact;
mod export;
mod layout;
mod lease;
mod manifest;
mod rewrite;
mod tidy_up;

use std::rc::Rc;

use contracts::Timestamp;

pub use compact::{CompactionReport, compact};
pub use export::{ExportReport, MOST_PAYLOAD_BYTES, export};
pub use layout::object_key;
pub(crate) use layout::{day_of, day_start, raw_prefix, tenant_prefix};
pub(crate) use lease::Lease;
pub(crate) use rewrite::{drop_day, rewrite_day};
pub use tidy_up::tidy_up;

use crate::ports::{Archive, ArchiveFiles, ArchiveLedger, Clock, EventArchive, Random};

/// What keeping the archive needs.
#[derive(Clone)]
pub struct ArchivePorts {
    /// Raw bytes, files and manifests.
    pub objects: Rc<dyn Archive>,
    /// Where rows go.
    pub rows: Rc<dyn EventArchive>,
    /// The files that rows went to.
    pub files: Rc<dyn ArchiveFiles>,
    /// Which row is where.
    pub ledger: Rc<dyn ArchiveLedger>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// Secure randomness.
    pub random: Rc<dyn Random>,
}

/// How long a run may go on before it leaves the rest to the next.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    until: Timestamp,
}

impl Budget {
    /// So many milliseconds from now on.
    pub fn of(clock: &dyn Clock, milliseconds: u64) -> Self {
        Self { until: Timestamp::from_unix_ms(clock.now().unix_ms().saturating_add(milliseconds)) }
    }

    /// Whether it is used up.
    pub(crate) fn is_spent(self, clock: &dyn Clock) -> bool {
        clock.now() >= self.until
    }
}
