//! The live feed of a tenant: a bounded log, and the sockets that listen to it.
//!
//! The log is the only buffer. Each socket has a place in it, attached to the socket, so that the object may sleep while
//! clients listen. A client is sent a window of entries and then a checkpoint; it gets the next window when it says that
//! its customer has taken this one. One that does not say so for half a minute is closed, and resumes from its last id.

mod feed;
mod notify;
mod removal;
mod session;

use std::rc::Rc;

pub use feed::Feed;
pub use notify::LiveNotifier;
pub use removal::LiveRemoval;

use crate::ports::{Alarm, Clock, LiveStore, Random};

/// Entries kept.
pub const MOST_ENTRIES: u32 = 10_000;
/// How long an entry is kept: a day, in milliseconds.
pub const KEPT_MS: u64 = 24 * 60 * 60 * 1_000;
/// Sockets of a tenant.
pub const MAX_SOCKETS: usize = 1_000;
/// How long a checkpoint may be unanswered, in milliseconds.
pub const PATIENCE_MS: u64 = 30_000;
/// How long a ticket is good for, in milliseconds.
pub const TICKET_MS: u64 = 60_000;

/// What a feed needs of the world.
#[derive(Clone)]
pub struct FeedPorts {
    /// Its log.
    pub store: Rc<dyn LiveStore>,
    /// Its alarm.
    pub alarm: Rc<dyn Alarm>,
    /// Its sockets.
    pub sockets: mesh::durable::Sockets,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For tickets, and the log's name.
    pub random: Rc<dyn Random>,
}
