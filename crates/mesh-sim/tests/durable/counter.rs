//! An object as a product would write it.

use std::cell::Cell;
use std::rc::Rc;

use mesh::durable::{
    Accept, Address, AlarmEvent, DurableObject, HandlerError, Migration, Migrations, ObjectContext, Refusal,
    Socket, SocketClose, SocketMessage, StartError, StorageError, Upgrade,
};
use mesh::{CallContext, Deadline, TenantScoped, TraceContext, values};
use mesh_sim::durable::{SimulatedObjects, VirtualClock};
use serde::{Deserialize, Serialize};

pub(crate) const START_MS: u64 = 1_795_330_800_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Guest {
    pub(crate) tenant: String,
}

impl TenantScoped for Guest {
    fn tenant_key(&self) -> String {
        self.tenant.clone()
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Add {
    pub(crate) amount: i64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ring {
    pub(crate) at_ms: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CounterError(String);

impl From<StorageError> for CounterError {
    fn from(error: StorageError) -> Self {
        Self(error.to_string())
    }
}

/// Counts for a tenant.
#[mesh::service]
pub(crate) trait Counter {
    /// Adds, and says the sum.
    async fn add(&self, context: &CallContext<Guest>, request: Add) -> Result<i64, CounterError>;
    /// Sets the alarm.
    async fn ring(&self, context: &CallContext<Guest>, request: Ring) -> Result<(), CounterError>;
    /// How often this memory was made: 1 after every start.
    async fn starts(&self, context: &CallContext<Guest>, request: ()) -> Result<u32, CounterError>;
}

/// A service for anybody, which an object must not answer: its calls have no tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Nobody {}

const MIGRATIONS: Migrations = Migrations::new(&[Migration::sql(
    "0001_total",
    "CREATE TABLE total (one INTEGER PRIMARY KEY CHECK (one = 1), sum INTEGER NOT NULL) STRICT;
     CREATE TABLE rings (at_ms INTEGER NOT NULL, retry_count INTEGER NOT NULL) STRICT;
     INSERT INTO total (one, sum) VALUES (1, 0);",
)]);

/// What surrounds the counters of a test.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) starts: Rc<Cell<u32>>,
    /// How many alarms fail from now on.
    pub(crate) failing: Rc<Cell<u32>>,
}

#[mesh::durable(service = Counter, migrations = MIGRATIONS)]
pub(crate) struct CounterObject {
    context: ObjectContext,
    world: World,
}

#[async_trait::async_trait(?Send)]
impl DurableObject for CounterObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        let world = context.resources::<World>()?.clone();
        world.starts.set(world.starts.get() + 1);
        context.sockets.set_auto_response("ping", "pong").map_err(StartError::other)?;
        Ok(Self { context, world })
    }

    async fn alarm(&self, event: AlarmEvent) -> Result<(), HandlerError> {
        let row = values![event.scheduled_ms, event.retry_count];
        self.context.storage.exec("INSERT INTO rings VALUES (?1, ?2)", &row)?;
        if self.world.failing.get() > 0 {
            self.world.failing.set(self.world.failing.get() - 1);
            return Err(HandlerError::new("not now"));
        }
        Ok(())
    }

    async fn socket_requested(&self, upgrade: Upgrade) -> Result<Accept, Refusal> {
        let (context, request) = upgrade.open::<CounterContract, Guest, Add>()?;
        if request.amount < 0 {
            return Err(Refusal::new(422, "nothing to watch"));
        }
        Ok(Accept::new().tagged("watchers").attached(&(context.scope.tenant, request.amount))?)
    }

    async fn socket_message(&self, socket: &Socket, message: SocketMessage) -> Result<(), HandlerError> {
        let SocketMessage::Text(text) = message else { return Err(HandlerError::new("text, please")) };
        let attached = socket.attachment::<(String, i64)>()?;
        let Some((tenant, count)) = attached else { return Err(HandlerError::new("nothing attached")) };
        socket.attach(&(&tenant, count + 1))?;
        for watcher in self.context.sockets.tagged("watchers")? {
            watcher.send(format!("{tenant} {count} {text}"))?;
        }
        Ok(())
    }

    async fn socket_closed(&self, _: &Socket, close: SocketClose) -> Result<(), HandlerError> {
        for watcher in self.context.sockets.all()? {
            watcher.close(3000, &close.reason)?;
        }
        Ok(())
    }
}

#[async_trait::async_trait(?Send)]
impl Counter for CounterObject {
    async fn add(&self, _: &CallContext<Guest>, request: Add) -> Result<i64, CounterError> {
        let sql = "UPDATE total SET sum = sum + ?1 RETURNING sum";
        Ok(self.context.storage.exec(sql, &values![request.amount])?.one()?)
    }

    async fn ring(&self, _: &CallContext<Guest>, request: Ring) -> Result<(), CounterError> {
        Ok(self.context.alarm.set(request.at_ms).await?)
    }

    async fn starts(&self, _: &CallContext<Guest>, (): ()) -> Result<u32, CounterError> {
        Ok(self.world.starts.get())
    }
}

/// The counter as it was before it had tables.
#[mesh::durable(service = Counter, class = "CounterObject")]
pub(crate) struct Earlier;

#[async_trait::async_trait(?Send)]
impl DurableObject for Earlier {
    async fn start(_: ObjectContext) -> Result<Self, StartError> {
        Ok(Self)
    }
}

#[async_trait::async_trait(?Send)]
impl Counter for Earlier {
    async fn add(&self, _: &CallContext<Guest>, request: Add) -> Result<i64, CounterError> {
        Ok(request.amount)
    }

    async fn ring(&self, _: &CallContext<Guest>, _: Ring) -> Result<(), CounterError> {
        Ok(())
    }

    async fn starts(&self, _: &CallContext<Guest>, (): ()) -> Result<u32, CounterError> {
        Ok(0)
    }
}

pub(crate) fn call_of(tenant: &str) -> CallContext<Guest> {
    let scope = Guest { tenant: tenant.to_owned() };
    let deadline = Deadline::after(START_MS, 60 * 60 * 1000);
    CallContext::new(scope, TraceContext::from_random([7; 24]), deadline, "test")
}

pub(crate) fn counters(world: &World) -> SimulatedObjects<CounterObject> {
    SimulatedObjects::new(VirtualClock::at(START_MS), world.clone())
}

pub(crate) fn address(tenant: &str) -> Address {
    Address::of(&call_of(tenant), "main")
}
