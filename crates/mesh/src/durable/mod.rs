//! Durable Objects: a Rust struct with typed methods, a SQLite database, an alarm and WebSockets, addressed by tenant
//! and name.
//!
//! The struct implements its service's trait and [`DurableObject`], and `#[mesh::durable]` makes it a class of the
//! platform. This module is native: it holds the rules, and traits ([`Database`], [`AlarmClock`], [`SocketSet`],
//! [`Namespace`]) that the platform's adapter and a native one implement, so that the same object runs in a test.
//!
//! ```
//! use async_trait::async_trait;
//! use mesh::durable::{DurableObject, Migration, Migrations, ObjectContext, StartError, Storage};
//! use mesh::{CallContext, TenantScoped, values};
//! use serde::{Deserialize, Serialize};
//!
//! /// Whoever is authenticated.
//! #[derive(Serialize, Deserialize)]
//! pub struct Member {
//!     team: String,
//! }
//!
//! impl TenantScoped for Member {
//!     fn tenant_key(&self) -> String {
//!         self.team.clone()
//!     }
//! }
//!
//! #[derive(Debug, Serialize, Deserialize, thiserror::Error)]
//! #[error("{0}")]
//! pub struct Broken(String);
//!
//! /// Counts for a team.
//! #[mesh::service]
//! pub trait Counter {
//!     /// Adds, and says the sum.
//!     async fn add(&self, context: &CallContext<Member>, amount: i64) -> Result<i64, Broken>;
//! }
//!
//! const MIGRATIONS: Migrations = Migrations::new(&[Migration::sql(
//!     "0001_total",
//!     "CREATE TABLE total (sum INTEGER NOT NULL) STRICT; INSERT INTO total VALUES (0);",
//! )]);
//!
//! #[mesh::durable(service = Counter, migrations = MIGRATIONS)]
//! pub struct CounterObject {
//!     storage: Storage,
//! }
//!
//! #[async_trait(?Send)]
//! impl DurableObject for CounterObject {
//!     async fn start(context: ObjectContext) -> Result<Self, StartError> {
//!         Ok(Self { storage: context.storage })
//!     }
//! }
//!
//! #[async_trait(?Send)]
//! impl Counter for CounterObject {
//!     async fn add(&self, _: &CallContext<Member>, amount: i64) -> Result<i64, Broken> {
//!         let added = self.storage.exec("UPDATE total SET sum = sum + ?1 RETURNING sum", &values![amount]);
//!         added.and_then(|rows| rows.one()).map_err(|error| Broken(error.to_string()))
//!     }
//! }
//! ```

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
