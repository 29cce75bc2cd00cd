//! Durable Objects: a Rust struct with typed methods, a SQLite database, an alarm and WebSockets, addressed by tenant
//! and name.
//!
//! The struct implements its service's trait and [`DurableObject`], and `#[mesh::durable]` makes it a class of the
//! platform. This module is native: it holds the rules, and traits ([`Database`], [`AlarmClock`], [`SocketSet`],
//! [`Namespace`]) that the platform's adapter and a native one implement, so that the same object runs in a test.

mod address;
mod alarm;
mod migration;
mod namespace;
mod object;
mod row;
mod running;
mod socket;
mod storage;
mod upgrade;
mod value;

pub use address::{Address, TenantScoped};
pub use alarm::{ALARM_RETRIES, Alarm, AlarmClock, AlarmEvent, MAX_ALARM_MS};
pub use migration::{Migration, MigrationError, Migrations};
pub use namespace::{ConnectError, Namespace, SocketNamespace, connect};
pub use object::{Durable, DurableObject, HandlerError, ObjectContext, StartError};
pub use row::Rows;
pub use running::{Running, own_address, start};
pub use socket::{
    MAX_ATTACHMENT_BYTES, MAX_AUTO_RESPONSE_CHARS, MAX_CLOSE_REASON_BYTES, MAX_SOCKET_MESSAGE_BYTES, Socket,
    SocketClose, SocketError, SocketLink, SocketMessage, SocketSet, Sockets,
};
pub use storage::{
    Database, End, MAX_PARAMETERS, MAX_STATEMENT_BYTES, MAX_VALUE_BYTES, Storage, StorageError,
};
pub use upgrade::{Accept, Accepted, Hello, MAX_HELLO_BYTES, MAX_TAG_CHARS, MAX_TAGS, Refusal, Upgrade};
pub use value::{MAX_INTEGER, Value};

pub use crate::values;
