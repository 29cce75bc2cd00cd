//! What an object is: the trait that it implements, and what it is given at its start.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use async_trait::async_trait;

use super::address::Address;
use super::alarm::{Alarm, AlarmEvent};
use super::migration::{MigrationError, Migrations};
use super::socket::{Socket, SocketClose, SocketMessage, Sockets};
use super::storage::{Storage, StorageError};
use super::upgrade::{Accept, Refusal, Upgrade};
use crate::dispatch::Dispatch;
use crate::runtime::Runtime;

/// A Durable Object. Its typed methods are those of its service, which it implements too; `#[mesh::durable]` joins both.
///
/// One instance runs at a time, one event at a time up to the next `await` that waits for something outside.
/// The platform may drop it whenever nothing is under way and start it again: what is to last belongs into the
/// [`Storage`], and what belongs to a socket is attached to it.
#[async_trait(?Send)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is marked `#[mesh::durable]` and does not say how it starts",
    note = "implement `mesh::durable::DurableObject`, with `async fn start(context: ObjectContext) -> Result<Self, StartError>`"
)]
pub trait DurableObject: Sized + 'static {
    /// Starts over what is stored. No other event arrives before this is done, and the schema is up to date.
    ///
    /// # Errors
    /// [`StartError`]: whoever called hears of it, and the next event starts anew.
    async fn start(context: ObjectContext) -> Result<Self, StartError>;

    /// The alarm went off.
    ///
    /// # Errors
    /// The platform calls again, from 2 s on at growing intervals, [`super::ALARM_RETRIES`] times, and then drops the
    /// alarm: a handler that must not end there sets it anew on [`AlarmEvent::is_last_try`].
    async fn alarm(&self, event: AlarmEvent) -> Result<(), HandlerError> {
        let _ = event;
        Err(HandlerError::new(
            "an alarm was set and the object has no `alarm` handler: implement it, or set none",
        ))
    }

    /// A client asks for a WebSocket.
    ///
    /// # Errors
    /// [`Refusal`], which the client sees as an HTTP status and a text.
    async fn socket_requested(&self, upgrade: Upgrade) -> Result<Accept, Refusal> {
        let _ = upgrade;
        Err(Refusal::new(404, "this object takes no sockets"))
    }

    /// A message came.
    ///
    /// # Errors
    /// They are logged; the socket stays open.
    async fn socket_message(&self, socket: &Socket, message: SocketMessage) -> Result<(), HandlerError> {
        let _ = (socket, message);
        Ok(())
    }

    /// The other end closed a socket.
    ///
    /// # Errors
    /// They are logged.
    async fn socket_closed(&self, socket: &Socket, close: SocketClose) -> Result<(), HandlerError> {
        let _ = (socket, close);
        Ok(())
    }

    /// A socket broke; it is closed.
    ///
    /// # Errors
    /// They are logged.
    async fn socket_failed(&self, socket: &Socket, message: String) -> Result<(), HandlerError> {
        let _ = (socket, message);
        Ok(())
    }
}

/// What `#[mesh::durable]` says of an object.
pub trait Durable: DurableObject {
    /// The class, as the platform's configuration names it.
    const CLASS: &'static str;
    /// The schema.
    const MIGRATIONS: Migrations;
    /// The service's contract.
    type Contract: crate::Contract;
    /// The service's dispatcher, which holds the object.
    type Dispatch: Dispatch + 'static;

    /// Has the service's dispatcher hold the object.
    fn into_dispatch(self) -> Self::Dispatch;
    /// The object within.
    fn of(dispatch: &Self::Dispatch) -> &Self;
}

/// What an object is given at its start. It may keep any of it.
#[derive(Clone)]
pub struct ObjectContext {
    /// Whose it is, and its name.
    pub address: Address,
    /// Its database.
    pub storage: Storage,
    /// Its alarm.
    pub alarm: Alarm,
    /// Its sockets.
    pub sockets: Sockets,
    /// The time, waiting and chance.
    pub runtime: Rc<dyn Runtime>,
    resources: Rc<dyn Any>,
}

impl ObjectContext {
    /// From its parts; `resources` is whatever surrounds the object gives it: bindings on the platform, fakes in a test.
    pub fn new(
        address: Address,
        storage: Storage,
        alarm: Alarm,
        sockets: Sockets,
        runtime: Rc<dyn Runtime>,
        resources: Rc<dyn Any>,
    ) -> Self {
        Self { address, storage, alarm, sockets, runtime, resources }
    }

    /// What surrounds the object, such as `mesh_worker::Instance`.
    ///
    /// # Errors
    /// [`StartError::Resources`] when it is something else.
    pub fn resources<T: 'static>(&self) -> Result<&T, StartError> {
        self.resources.downcast_ref().ok_or(StartError::Resources { expected: std::any::type_name::<T>() })
    }
}

impl fmt::Debug for ObjectContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectContext").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Why an object does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// Its schema cannot be brought up to date.
    #[error("{0}")]
    Migration(#[from] MigrationError),
    /// Its storage failed.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// It was reached by an id without a name, or by a name that is no address.
    #[error("the object has no address (its name is `{name}`): reach it by `mesh::durable::Address` only")]
    Unaddressed {
        /// Its name, empty where it has none.
        name: String,
    },
    /// It is stored as another object.
    #[error("the object is addressed as `{called}` and stored as `{stored}`")]
    Misaddressed {
        /// By what it was reached.
        called: Address,
        /// What it is.
        stored: String,
    },
    /// What surrounds it is not what it asked for.
    #[error("the object asks for `{expected}`, which is not what surrounds it here")]
    Resources {
        /// The type asked for.
        expected: &'static str,
    },
    /// A reason of its own, such as a missing binding.
    #[error("{0}")]
    Other(String),
}

impl StartError {
    /// With a reason of one's own.
    pub fn other(reason: impl fmt::Display) -> Self {
        Self::Other(reason.to_string())
    }
}

/// Why a handler failed; for the log. Any error becomes one with `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerError(String);

impl HandlerError {
    /// From a text.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl<E: std::error::Error> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
