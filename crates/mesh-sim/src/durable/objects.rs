//! A namespace of objects on the host.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use mesh::durable::{
    self, Address, Alarm, ConnectError, Durable, HandlerError, Hello, Namespace, ObjectContext, Running,
    SocketMessage, SocketNamespace, Sockets, StartError, Storage,
};
use mesh::{Incoming, Message, Outgoing, Runtime, Transport, TransportError};

use super::alarm::SimulatedAlarm;
use super::clock::VirtualClock;
use super::sockets::{ClientSocket, Link, SimulatedSockets};
use super::sqlite::SqliteDatabase;

/// All objects of one class. A clone is the same namespace.
pub struct SimulatedObjects<O> {
    shared: Rc<Shared>,
    class: std::marker::PhantomData<fn() -> O>,
}

struct Shared {
    clock: VirtualClock,
    resources: Rc<dyn Any>,
    objects: RefCell<BTreeMap<Address, Stored>>,
}

/// What is left of an object without its memory, and the object while it runs.
#[derive(Clone)]
struct Stored {
    database: SqliteDatabase,
    alarm: SimulatedAlarm,
    sockets: SimulatedSockets,
    running: Option<Rc<dyn Running>>,
}

impl<O> Clone for SimulatedObjects<O> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), class: self.class }
    }
}

impl<O: Durable> SimulatedObjects<O> {
    /// A namespace without objects. Each object gets `resources` at its start: [`ObjectContext::resources`].
    pub fn new(clock: VirtualClock, resources: impl Any) -> Self {
        let resources: Rc<dyn Any> = Rc::new(resources);
        let shared = Shared { clock, resources, objects: RefCell::default() };
        Self { shared: Rc::new(shared), class: std::marker::PhantomData }
    }

    /// The same stored objects under another build of their class, or with other resources.
    #[must_use]
    pub fn redeployed<P: Durable>(&self, resources: impl Any) -> SimulatedObjects<P> {
        let resources: Rc<dyn Any> = Rc::new(resources);
        let objects = self.shared.objects.borrow().clone();
        let objects =
            objects.into_iter().map(|(address, stored)| (address, Stored { running: None, ..stored }));
        let shared =
            Shared { clock: self.shared.clock.clone(), resources, objects: RefCell::new(objects.collect()) };
        SimulatedObjects { shared: Rc::new(shared), class: std::marker::PhantomData }
    }

    /// The object's memory is lost, as the platform does at any time; the next event starts it again.
    pub fn evict(&self, address: &Address) {
        if let Some(stored) = self.shared.objects.borrow_mut().get_mut(address) {
            stored.running = None;
        }
    }

    /// The object's memory is lost, for every object.
    pub fn evict_all(&self) {
        self.shared.objects.borrow_mut().values_mut().for_each(|stored| stored.running = None);
    }

    /// The database of an object, to look into or to fill.
    #[must_use]
    pub fn database(&self, address: &Address) -> SqliteDatabase {
        self.stored(address).database
    }

    /// The alarm of an object.
    #[must_use]
    pub fn alarm(&self, address: &Address) -> SimulatedAlarm {
        self.stored(address).alarm
    }

    /// The object's ends of the sockets of an object.
    #[must_use]
    pub fn sockets(&self, address: &Address) -> Sockets {
        Sockets::over(self.stored(address).sockets)
    }

    /// Lets `milliseconds` pass, with every alarm going off when it is due, the earliest first. What handlers failed
    /// with, in order; they are called again as on the platform.
    pub async fn pass(&self, milliseconds: u64) -> Vec<String> {
        let clock = &self.shared.clock;
        let end = clock.now_ms().saturating_add(milliseconds);
        let mut failures = Vec::new();
        while let Some((at_ms, address)) = self.next_alarm().filter(|(at_ms, _)| *at_ms <= end) {
            clock.set(at_ms);
            failures.extend(self.ring(&address).await.err());
        }
        clock.set(end);
        failures
    }

    /// A client sends a message.
    ///
    /// # Errors
    /// What the object's handler fails with, or why it does not start.
    ///
    /// # Panics
    /// If the socket is closed.
    pub async fn send(&self, socket: &ClientSocket, message: impl Into<SocketMessage>) -> Result<(), String> {
        socket.link.assert_open();
        let message = message.into();
        if let Some(response) = self.stored(&socket.address).sockets.auto_response(&message) {
            socket.link.answer(response);
            return Ok(());
        }
        let running = self.running(&socket.address).await.map_err(|error| error.to_string())?;
        said(running.socket_message(&Link::socket(&socket.link), message).await)
    }

    /// A client closes its end.
    ///
    /// # Errors
    /// As [`SimulatedObjects::send`].
    pub async fn close(&self, socket: &ClientSocket, code: u16, reason: &str) -> Result<(), String> {
        let Some(close) = socket.link.close(code, reason) else { return Ok(()) };
        let running = self.running(&socket.address).await.map_err(|error| error.to_string())?;
        said(running.socket_closed(&Link::socket(&socket.link), close).await)
    }

    fn next_alarm(&self) -> Option<(u64, Address)> {
        let objects = self.shared.objects.borrow();
        let set = objects.iter().filter_map(|(address, stored)| Some((stored.alarm.at_ms()?, address)));
        set.min().map(|(at_ms, address)| (at_ms, address.clone()))
    }

    async fn ring(&self, address: &Address) -> Result<(), String> {
        let alarm = self.stored(address).alarm;
        let now_ms = self.shared.clock.now_ms();
        let Some(event) = alarm.take_due(now_ms) else { return Ok(()) };
        let outcome = match self.running(address).await {
            Ok(running) => said(running.alarm(event).await),
            Err(error) => Err(error.to_string()),
        };
        if outcome.is_err() {
            alarm.failed(event, self.shared.clock.now_ms());
        }
        outcome
    }

    fn stored(&self, address: &Address) -> Stored {
        let mut objects = self.shared.objects.borrow_mut();
        let make = || Stored {
            database: SqliteDatabase::in_memory().expect("a database in memory"),
            alarm: SimulatedAlarm::default(),
            sockets: SimulatedSockets::default(),
            running: None,
        };
        objects.entry(address.clone()).or_insert_with(make).clone()
    }

    async fn running(&self, address: &Address) -> Result<Rc<dyn Running>, StartError> {
        let stored = self.stored(address);
        if let Some(running) = stored.running {
            return Ok(running);
        }
        let storage = Storage::over(stored.database);
        let address = durable::own_address(&storage, Some(address.as_str()))?;
        let context = ObjectContext::new(
            address.clone(),
            storage,
            Alarm::over(stored.alarm),
            Sockets::over(stored.sockets),
            Rc::new(self.shared.clock.clone()),
            self.shared.resources.clone(),
        );
        let running: Rc<dyn Running> = Rc::new(durable::start::<O>(context).await?);
        if let Some(stored) = self.shared.objects.borrow_mut().get_mut(&address) {
            stored.running = Some(running.clone());
        }
        Ok(running)
    }
}

fn said(outcome: Result<(), HandlerError>) -> Result<(), String> {
    outcome.map_err(|error| error.to_string())
}

impl<O: Durable> Namespace for SimulatedObjects<O> {
    fn object(&self, address: &Address) -> Rc<dyn Transport> {
        Rc::new(ObjectTransport { objects: self.clone(), address: address.clone() })
    }
}

#[async_trait(?Send)]
impl<O: Durable> SocketNamespace for SimulatedObjects<O> {
    type Connection = ClientSocket;

    fn now_ms(&self) -> u64 {
        self.shared.clock.now_ms()
    }

    async fn open_socket(
        &self,
        address: &Address,
        hello: &[u8],
        protocols: &[String],
    ) -> Result<ClientSocket, ConnectError> {
        let hello = Hello::decode(hello).map_err(ConnectError::Unsendable)?;
        let running =
            self.running(address).await.map_err(|error| ConnectError::Unreachable(error.to_string()))?;
        let accept = running.socket_requested(hello, protocols.to_vec(), self.now_ms()).await;
        let accepted = accept.and_then(|accept| accept.checked()).map_err(ConnectError::Refused)?;
        let link = self.stored(address).sockets.accept(accepted);
        Ok(ClientSocket { address: address.clone(), link })
    }
}

struct ObjectTransport<O> {
    objects: SimulatedObjects<O>,
    address: Address,
}

#[async_trait(?Send)]
impl<O: Durable> Transport for ObjectTransport<O> {
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError> {
        let running = self
            .objects
            .running(&self.address)
            .await
            .map_err(|error| TransportError::Threw(error.to_string()))?;
        let Outgoing { method, message, .. } = call;
        let runtime = &self.objects.shared.clock;
        Ok(running.dispatch(Incoming { method, message, runtime, tenant: None }).await)
    }

    fn runtime(&self) -> &dyn Runtime {
        &self.objects.shared.clock
    }

    fn counts_as_invocation(&self) -> bool {
        false
    }
}
