//! An object at work: its start in the right order, and each event handed to it.

use async_trait::async_trait;

use super::address::Address;
use super::alarm::AlarmEvent;
use super::object::{Durable, HandlerError, ObjectContext, StartError};
use super::socket::{Socket, SocketClose, SocketMessage};
use super::storage::{Storage, StorageError};
use super::upgrade::{Accept, Hello, Refusal, Upgrade};
use crate::dispatch::{Dispatch, Incoming};
use crate::transport::Message;

/// A started object, whatever its type. As a [`Dispatch`] it refuses a call of another tenant than its own, before any code
/// of the object's runs.
#[async_trait(?Send)]
pub trait Running: Dispatch {
    /// Its address.
    fn address(&self) -> &Address;
    /// The alarm went off.
    ///
    /// # Errors
    /// As [`super::DurableObject::alarm`].
    async fn alarm(&self, event: AlarmEvent) -> Result<(), HandlerError>;
    /// A client asks for a socket.
    ///
    /// # Errors
    /// As [`super::DurableObject::socket_requested`], and 403 for another tenant's.
    async fn socket_requested(
        &self,
        hello: Hello,
        protocols: Vec<String>,
        now_ms: u64,
    ) -> Result<Accept, Refusal>;
    /// A message came.
    ///
    /// # Errors
    /// As [`super::DurableObject::socket_message`].
    async fn socket_message(&self, socket: &Socket, message: SocketMessage) -> Result<(), HandlerError>;
    /// The other end closed a socket.
    ///
    /// # Errors
    /// As [`super::DurableObject::socket_closed`].
    async fn socket_closed(&self, socket: &Socket, close: SocketClose) -> Result<(), HandlerError>;
    /// A socket broke.
    ///
    /// # Errors
    /// As [`super::DurableObject::socket_failed`].
    async fn socket_failed(&self, socket: &Socket, message: String) -> Result<(), HandlerError>;
}

/// Where an object remembers its address: the platform does not tell it at every start, such as for an alarm.
const CREATE_OWN: &str = "CREATE TABLE IF NOT EXISTS mesh_object (one INTEGER PRIMARY KEY CHECK (one = 1), \
                          address TEXT NOT NULL) STRICT";
const READ_OWN: &str = "SELECT address FROM mesh_object";
const WRITE_OWN: &str = "INSERT INTO mesh_object (one, address) VALUES (1, ?1)";

/// Finds an object's address from the name that the platform gives, if it does, and from what is stored.
///
/// # Errors
/// [`StartError::Unaddressed`] and [`StartError::Misaddressed`], and when the storage fails.
pub fn own_address(storage: &Storage, name: Option<&str>) -> Result<Address, StartError> {
    let called = match name {
        Some(name) => Some(Address::parse(name).ok_or(StartError::Unaddressed { name: name.to_owned() })?),
        None => None,
    };
    let stored = storage.transaction::<_, StorageError>(|storage| {
        storage.exec(CREATE_OWN, &[])?;
        let stored = storage.exec(READ_OWN, &[])?.first::<String>()?;
        if let (None, Some(called)) = (&stored, &called) {
            storage.exec(WRITE_OWN, &crate::values![called.as_str()])?;
        }
        Ok(stored)
    })?;
    match (called, stored) {
        (Some(called), None) => Ok(called),
        (Some(called), Some(stored)) if called.as_str() == stored => Ok(called),
        (Some(called), Some(stored)) => Err(StartError::Misaddressed { called, stored }),
        (None, Some(stored)) => Address::parse(&stored).ok_or(StartError::Unaddressed { name: stored }),
        (None, None) => Err(StartError::Unaddressed { name: String::new() }),
    }
}

/// Starts an object: its schema first, then itself. To be run while no other event can come.
///
/// # Errors
/// [`StartError`].
pub async fn start<O: Durable>(context: ObjectContext) -> Result<impl Running + use<O>, StartError> {
    O::MIGRATIONS.run(&context.storage)?;
    let address = context.address.clone();
    let dispatch = O::start(context).await?.into_dispatch();
    Ok(Started::<O> { address, dispatch })
}

struct Started<O: Durable> {
    address: Address,
    dispatch: O::Dispatch,
}

impl<O: Durable> Started<O> {
    fn object(&self) -> &O {
        O::of(&self.dispatch)
    }
}

#[async_trait(?Send)]
impl<O: Durable> Dispatch for Started<O> {
    fn methods(&self) -> &'static [&'static str] {
        self.dispatch.methods()
    }

    async fn dispatch(&self, call: Incoming<'_>) -> Message {
        self.dispatch.dispatch(Incoming { tenant: Some(self.address.tenant_key()), ..call }).await
    }
}

#[async_trait(?Send)]
impl<O: Durable> Running for Started<O> {
    fn address(&self) -> &Address {
        &self.address
    }

    async fn alarm(&self, event: AlarmEvent) -> Result<(), HandlerError> {
        self.object().alarm(event).await
    }

    async fn socket_requested(
        &self,
        hello: Hello,
        protocols: Vec<String>,
        now_ms: u64,
    ) -> Result<Accept, Refusal> {
        let upgrade = Upgrade::new(hello, protocols, now_ms, &self.address)?;
        self.object().socket_requested(upgrade).await
    }

    async fn socket_message(&self, socket: &Socket, message: SocketMessage) -> Result<(), HandlerError> {
        self.object().socket_message(socket, message).await
    }

    async fn socket_closed(&self, socket: &Socket, close: SocketClose) -> Result<(), HandlerError> {
        self.object().socket_closed(socket, close).await
    }

    async fn socket_failed(&self, socket: &Socket, message: String) -> Result<(), HandlerError> {
        self.object().socket_failed(socket, message).await
    }
}
