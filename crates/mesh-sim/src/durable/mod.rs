//! Durable Objects on the host: the same struct, over SQLite, with its alarm, its sockets and the time in a test's hands.
//!
//! [`SimulatedObjects`] is a namespace of one class. What an object stored survives [`SimulatedObjects::evict`]; what it
//! held in memory does not.

mod alarm;
mod clock;
mod objects;
mod sockets;
mod sqlite;

pub use alarm::SimulatedAlarm;
pub use clock::VirtualClock;
pub use objects::SimulatedObjects;
pub use sockets::ClientSocket;
pub use sqlite::SqliteDatabase;
