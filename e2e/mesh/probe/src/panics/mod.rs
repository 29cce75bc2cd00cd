//! Methods that break down, and what is left standing beside them.

pub mod contract;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{join, join_all};
use js_sys::{JsString, Reflect, WebAssembly};
use mesh::CallError;
use mesh::durable::{Address, AlarmEvent, DurableObject, HandlerError, ObjectContext, StartError};
use mesh_worker::{BindingError, BindingTransport, Instance};
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use worker::{Delay, Env, Response};

use self::contract::{Panics, PanicsClient, PanicsContract, PanicsDispatch, Seen, Strike};
use crate::calls::Never;
use crate::case::{CALLER, Call, Case};
use crate::outcome;

/// Where the service is bound, in the callee too.
const PANICS: &str = "PANICS";
const OBJECTS: &str = "PANICKING";

mesh_worker::entrypoint!(
    /// Methods that break down.
    Breaking,
    PanicsContract,
    wire
);
fn wire(instance: &Instance) -> Result<PanicsDispatch<Service>, BindingError> {
    Ok(PanicsDispatch(Service { env: instance.env.clone(), counted: COUNTED.with(Rc::clone) }))
}

/// The same in one object, with a memory of its own.
#[mesh::durable(service = Panics, class = "Panicking")]
pub(super) struct PanickingObject(Service);

#[async_trait(?Send)]
impl DurableObject for PanickingObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        let env = context.resources::<Instance>()?.env.clone();
        Ok(Self(Service { env, counted: Rc::default() }))
    }

    async fn alarm(&self, event: AlarmEvent) -> Result<(), HandlerError> {
        // A second try is made of a failed one, and succeeds.
        assert!(event.retry_count > 0, "in the alarm");
        self.0.counted.set(self.0.counted.get() + 100);
        Ok(())
    }
}

#[async_trait(?Send)]
impl Panics for PanickingObject {
    async fn strike(&self, context: &Call, request: Strike) -> Result<(), Never> {
        self.0.strike(context, request).await
    }

    async fn count(&self, context: &Call, (): ()) -> Result<Seen, Never> {
        self.0.count(context, ()).await
    }

    async fn linger(&self, context: &Call, milliseconds: u32) -> Result<Seen, Never> {
        self.0.linger(context, milliseconds).await
    }
}

thread_local! {
    /// In the memory of the Wasm instance, like anything else that code keeps between calls.
    static COUNTED: Rc<Cell<u32>> = Rc::default();
    static SHARED: RefCell<u32> = const { RefCell::new(0) };
}

struct Service {
    env: Env,
    counted: Rc<Cell<u32>>,
}

impl Service {
    fn see(&self) -> Seen {
        self.counted.set(self.counted.get() + 1);
        let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
        let bytes = Reflect::get(&memory.buffer(), &"byteLength".into()).ok().and_then(|it| it.as_f64());
        Seen {
            isolate: isolate(),
            counted: self.counted.get(),
            memory: bytes.unwrap_or_default() as u32,
            unwinds: cfg!(panic = "unwind"),
        }
    }
}

/// A number that the isolate keeps on its global object, outside any Wasm instance.
fn isolate() -> u32 {
    let (global, name) = (js_sys::global(), JsValue::from("probe isolate"));
    if let Some(number) = Reflect::get(&global, &name).ok().and_then(|number| number.as_f64()) {
        return number as u32;
    }
    let number = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    match Reflect::set(&global, &name, &number.into()) {
        Ok(true) => number,
        _ => 0,
    }
}

#[async_trait(?Send)]
impl Panics for Service {
    async fn strike(&self, context: &Call, request: Strike) -> Result<(), Never> {
        match request {
            Strike::AtOnce => panic!("as asked"),
            Strike::Later => {
                Delay::from(Duration::from_millis(5)).await;
                panic!("as asked, later");
            }
            Strike::Nested => {
                let other = BindingTransport::service(&self.env, PANICS).map(PanicsClient::over);
                let other = other.unwrap_or_else(|error| panic!("{error}"));
                let outcome = other.strike(&context.forwarded_by(CALLER), Strike::AtOnce).await;
                panic!("because of: {}", outcome.err().map(|error| error.to_string()).unwrap_or_default());
            }
            Strike::Borrowing => SHARED.with(|shared| {
                let held = shared.borrow_mut();
                panic!("while holding {held}");
            }),
            Strike::Exception => {
                // An import that is not marked as one that throws, as most are: no array has a negative length.
                let text = JsString::from("x").repeat(-1);
                panic!("JavaScript did not throw but gave {text}");
            }
            Strike::Trap => std::process::abort(),
        }
    }

    async fn count(&self, _context: &Call, (): ()) -> Result<Seen, Never> {
        SHARED.with(|shared| *shared.borrow_mut() += 1);
        Ok(self.see())
    }

    async fn linger(&self, _context: &Call, milliseconds: u32) -> Result<Seen, Never> {
        Delay::from(Duration::from_millis(milliseconds.into())).await;
        Ok(self.see())
    }
}

/// A strike amid other calls.
#[derive(Deserialize)]
struct Amid {
    strike: Strike,
    others: u32,
    milliseconds: u32,
}

/// Calls in a row.
#[derive(Deserialize)]
struct Often {
    times: u32,
    panic: bool,
}

/// Calls the other Worker, or the object in it.
pub(crate) async fn run(mut case: Case) -> worker::Result<Response> {
    let name = case.name.clone();
    let (kind, name) = name.split_once('/').unwrap_or(("worker", &name));
    let transport = if kind == "object" {
        let address = Address::of(&case.call().scope, "main");
        BindingTransport::durable_object(&case.env, OBJECTS, &address).map_err(|error| error.to_string())?
    } else {
        case.over(PANICS)?
    };
    let client = PanicsClient::over(transport);
    let context = case.call();
    let outcome = match name {
        "strike" => outcome::of(client.strike(&context, case.input().await?).await),
        "count" => outcome::of(client.count(&context, ()).await),
        // Others are under way in the same isolate while one breaks down.
        "amid" => {
            let Amid { strike, others, milliseconds } = case.input().await?;
            let others = join_all((0..others).map(|_| client.linger(&context, milliseconds)));
            let (others, struck) = join(others, client.strike(&context, strike)).await;
            let others: Vec<_> = others.into_iter().map(outcome::of).collect();
            json!({ "struck": outcome::of(struck), "others": others })
        }
        // Again and again: how many were told apart from other failures.
        "often" => {
            let Often { times, panic } = case.input().await?;
            let mut panicked = 0;
            for _ in 0..times {
                let context = case.call();
                let failed = if panic {
                    client.strike(&context, Strike::AtOnce).await.err()
                } else {
                    client.count(&context, ()).await.err()
                };
                panicked += u32::from(matches!(failed, Some(CallError::Panicked { .. })));
            }
            json!(panicked)
        }
        // The request itself.
        "here" => panic!("in the front"),
        _ => return case.unknown(),
    };
    case.answer(&outcome)
}
