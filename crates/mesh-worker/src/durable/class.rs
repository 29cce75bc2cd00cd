//! The class that the platform makes objects of: started once, then handed each event.

use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::{Promise, Reflect};
use mesh::Dispatch;
use mesh::durable::{
    self, Alarm, Durable, HandlerError, ObjectContext, Running, SocketClose, Sockets, StartError, Storage,
};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, Response};

use super::alarm::{self, PlatformAlarm};
use super::database::PlatformDatabase;
use super::sockets::{self, PlatformSockets};
use super::upgrade;
use crate::env::Instance;
use crate::incoming::{Arguments, dispatch_call};
use crate::js_call::{call_method, method};
use crate::js_error::describe;
use crate::outcome::{self, promise};
use crate::runtime::WorkerRuntime;

/// What an exported class holds; see [`crate::export_durable_object!`].
#[derive(Clone)]
pub struct ObjectClass {
    running: Rc<OnceCell<Rc<dyn Running>>>,
    /// Settled once the object has started. Events that the platform holds back until then need not wait for it.
    started: Promise,
    sockets: PlatformSockets,
}

impl ObjectClass {
    /// Starts the object with every other event held back (`blockConcurrencyWhile`). Where that fails, the platform
    /// tells the callers why and makes the object anew at the next event.
    pub fn start<O: Durable>(context: JsValue, env: JsValue, assets: JsValue) -> Self {
        let sockets = PlatformSockets::new(&context);
        let running = Rc::new(OnceCell::new());
        let instance = Instance::new(context.clone(), env, assets);
        let slot = running.clone();
        let starting = Closure::once_assert_unwind_safe(move || {
            promise(async move {
                match start::<O>(instance).await {
                    Ok(object) => drop(slot.set(object)),
                    Err(error) => return Err(thrown(format!("`{}` does not start: {error}", O::CLASS))),
                }
                Ok(JsValue::UNDEFINED)
            })
        })
        .into_js_value();
        let started = method(&context, "blockConcurrencyWhile")
            .and_then(|block| call_method(&context, &block, [&starting]))
            .and_then(JsCast::dyn_into::<Promise>)
            .unwrap_or_else(|error| Promise::reject(&error));
        Self { running, started, sockets }
    }

    async fn running(&self) -> Result<Rc<dyn Running>, JsValue> {
        if self.running.get().is_none() {
            JsFuture::from(self.started.clone()).await?;
        }
        self.running.get().cloned().ok_or_else(|| thrown("the object did not start".into()))
    }

    /// Answers one RPC call.
    ///
    /// # Errors
    /// As [`dispatch_call`].
    pub fn call(&self, method: u32, arguments: Arguments) -> Result<JsValue, JsValue> {
        if let Some(running) = self.running.get() {
            return dispatch_call(as_dispatch(running), method, arguments);
        }
        let class = self.clone();
        outcome::run(async move {
            let running = class.running().await?;
            let reply = dispatch_call(as_dispatch(&running), method, arguments)?;
            JsFuture::from(Promise::resolve(&reply)).await
        })
    }

    /// The alarm went off.
    pub fn alarm(&self, info: JsValue) -> Promise {
        let class = self.clone();
        promise(async move {
            let outcome = class.running().await?.alarm(alarm::event(&info)).await;
            outcome.map(|()| JsValue::UNDEFINED).map_err(|error| thrown(error.to_string()))
        })
    }

    /// A request over HTTP: for a WebSocket, or none that this answers.
    pub fn fetch(&self, request: JsValue) -> Promise {
        let class = self.clone();
        promise(async move {
            let running = class.running().await?;
            let answered = answer(&*running, &class.sockets, request.unchecked_into()).await;
            let response = answered.or_else(|refusal| upgrade::refused(&refusal))?;
            Ok(response.into())
        })
    }

    /// A message came.
    pub fn socket_message(&self, socket: JsValue, message: JsValue) -> Promise {
        self.socket_event("socket_message", async move |class, running| {
            running.socket_message(&class.sockets.socket(socket), sockets::message(&message)).await
        })
    }

    /// The other end closed a socket.
    pub fn socket_closed(&self, socket: JsValue, code: JsValue, reason: JsValue, clean: JsValue) -> Promise {
        let close = SocketClose {
            code: code.as_f64().unwrap_or_default() as u16,
            reason: reason.as_string().unwrap_or_default(),
            clean: clean.is_truthy(),
        };
        self.socket_event("socket_closed", async move |class, running| {
            running.socket_closed(&class.sockets.socket(socket), close).await
        })
    }

    /// A socket broke.
    pub fn socket_failed(&self, socket: JsValue, error: JsValue) -> Promise {
        let message = describe(&error);
        self.socket_event("socket_failed", async move |class, running| {
            running.socket_failed(&class.sockets.socket(socket), message).await
        })
    }

    fn socket_event(
        &self,
        event: &'static str,
        handle: impl AsyncFnOnce(&Self, Rc<dyn Running>) -> Result<(), HandlerError> + 'static,
    ) -> Promise {
        let class = self.clone();
        promise(async move {
            let running = class.running().await?;
            let object = running.address().clone();
            if let Err(error) = handle(&class, running).await {
                tracing::error!(event = "object.socket_handler_failed", handler = event, %object, %error);
            }
            Ok(JsValue::UNDEFINED)
        })
    }
}

async fn start<O: Durable>(instance: Instance) -> Result<Rc<dyn Running>, StartError> {
    let context = &instance.context;
    let missing = |thrown: JsValue| StartError::other(describe(&thrown));
    let storage = Reflect::get(context, &"storage".into()).map_err(missing)?;
    let database = PlatformDatabase::new(&storage)
        .map_err(|_| StartError::other("the class has no SQLite: list it under `new_sqlite_classes`"))?;
    let database = Storage::over(database);
    let address = durable::own_address(&database, name(context).as_deref())?;
    let context = ObjectContext::new(
        address,
        database,
        Alarm::over(PlatformAlarm::new(&storage)),
        Sockets::over(PlatformSockets::new(context)),
        Rc::new(WorkerRuntime),
        Rc::new(instance.clone()),
    );
    Ok(Rc::new(durable::start::<O>(context).await?))
}

/// `ctx.id.name`, which the platform does not tell at every start.
fn name(context: &JsValue) -> Option<String> {
    let id = Reflect::get(context, &"id".into()).ok()?;
    Reflect::get(&id, &"name".into()).ok()?.as_string()
}

fn as_dispatch(running: &Rc<dyn Running>) -> Rc<dyn Dispatch> {
    running.clone()
}

async fn answer(
    running: &dyn Running,
    sockets: &PlatformSockets,
    request: Request,
) -> Result<Response, mesh::durable::Refusal> {
    let (hello, protocols) = upgrade::asked(&request)?;
    let now_ms = mesh::Runtime::now_ms(&WorkerRuntime);
    let accept = running.socket_requested(hello, protocols, now_ms).await?;
    upgrade::accepted(sockets, accept)
}

fn thrown(message: String) -> JsValue {
    js_sys::Error::new(&message).into()
}

/// Exports a Durable Object class; `#[mesh::durable]` calls it.
#[macro_export]
macro_rules! export_durable_object {
    ($(#[$doc:meta])* $object:ty, $class:literal) => {
        const _: () = {
            use $crate::macro_support::wasm_bindgen;

            $(#[$doc])*
            #[wasm_bindgen::prelude::wasm_bindgen(js_name = $class)]
            pub struct ExportedObject {
                class: $crate::durable::ObjectClass,
            }

            // Nothing in it changes between events.
            impl ::std::panic::RefUnwindSafe for ExportedObject {}

            #[wasm_bindgen::prelude::wasm_bindgen(js_class = $class)]
            impl ExportedObject {
                /// Made by the runtime.
                #[wasm_bindgen(constructor)]
                pub fn new(
                    context: wasm_bindgen::JsValue,
                    env: wasm_bindgen::JsValue,
                    assets: wasm_bindgen::JsValue,
                ) -> ExportedObject {
                    ExportedObject { class: $crate::durable::ObjectClass::start::<$object>(context, env, assets) }
                }

                /// The service's methods, which the entry module puts on the prototype.
                pub fn methods() -> ::std::vec::Vec<::std::string::String> {
                    $crate::macro_support::method_names::<<$object as ::mesh::durable::Durable>::Contract>()
                }

                /// Answers one call.
                pub fn call(
                    &self,
                    method: u32,
                    bytes: ::std::option::Option<::std::vec::Vec<u8>>,
                    first: wasm_bindgen::JsValue,
                    second: wasm_bindgen::JsValue,
                ) -> ::std::result::Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
                    self.class.call(method, $crate::macro_support::Arguments::new(bytes, first, second))
                }

                /// Answers one call whose message of `length` bytes was put where this instance takes it.
                #[wasm_bindgen(js_name = callText)]
                pub fn call_text(
                    &self,
                    method: u32,
                    length: u32,
                ) -> ::std::result::Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
                    self.class.call(method, $crate::macro_support::Arguments::put(length))
                }

                /// The alarm went off.
                pub fn alarm(&self, info: wasm_bindgen::JsValue) -> $crate::macro_support::Promise {
                    self.class.alarm(info)
                }

                /// A request for a WebSocket.
                pub fn fetch(&self, request: wasm_bindgen::JsValue) -> $crate::macro_support::Promise {
                    self.class.fetch(request)
                }

                /// A message came.
                #[wasm_bindgen(js_name = webSocketMessage)]
                pub fn socket_message(
                    &self,
                    socket: wasm_bindgen::JsValue,
                    message: wasm_bindgen::JsValue,
                ) -> $crate::macro_support::Promise {
                    self.class.socket_message(socket, message)
                }

                /// The other end closed a socket.
                #[wasm_bindgen(js_name = webSocketClose)]
                pub fn socket_closed(
                    &self,
                    socket: wasm_bindgen::JsValue,
                    code: wasm_bindgen::JsValue,
                    reason: wasm_bindgen::JsValue,
                    clean: wasm_bindgen::JsValue,
                ) -> $crate::macro_support::Promise {
                    self.class.socket_closed(socket, code, reason, clean)
                }

                /// A socket broke.
                #[wasm_bindgen(js_name = webSocketError)]
                pub fn socket_failed(
                    &self,
                    socket: wasm_bindgen::JsValue,
                    error: wasm_bindgen::JsValue,
                ) -> $crate::macro_support::Promise {
                    self.class.socket_failed(socket, error)
                }
            }
        };
    };
}
