//! From a tenant's feed to a customer's connection.

use contracts::pipeline::live::{ACK, FEED, LiveFeedContract, START};
use futures_util::future::{Either, select};
use futures_util::stream::{self, Stream};
use host::bindings;
use mesh::Runtime;
use mesh::durable::{ConnectError, connect};
use mesh_worker::WorkerRuntime;
use mesh_worker::durable::DurableNamespace;
use worker::{Env, Response, WebSocketPair};

use super::frame::{Frame, last_event};
use super::listen::{Heard, Listening};
use super::{Form, HEARTBEAT_MS, LivePlan, RECHECK_MS};
use crate::exchange::Ports;
use crate::failure::Failure;
use crate::middleware::auth::is_good;

/// How often a WebSocket's customer is looked at while nothing comes, in milliseconds.
const LOOK_MS: u64 = 1_000;
/// A customer with no more than so many bytes on the way has taken what it was sent.
const TAKEN_BYTES: u32 = 64 * 1024;
/// The close code of a connection whose key is no longer good.
const KEY_ENDED: u16 = 4001;
const KEY_ENDED_REASON: &str = "the API key is no longer valid";

/// Opens a connection that was let in.
pub(crate) async fn open(ports: &Ports, env: &Env, plan: LivePlan) -> Result<Response, Failure> {
    let feeds = DurableNamespace::over(env, bindings::LIVE_FEED).map_err(Failure::internal)?;
    let asked = connect::<LiveFeedContract, _, _, _>(&feeds, &plan.context, FEED, &plan.request, &[]).await;
    let response = asked.map_err(|error| match error {
        ConnectError::Refused(refusal) if refusal.status == 429 => Failure::unavailable(refusal.message),
        error => Failure::unavailable(error),
    })?;
    let socket = Response::from(response).websocket();
    let socket = socket.ok_or_else(|| Failure::unavailable("the feed answered without a socket"))?;
    let feed = Listening::to(socket).map_err(Failure::unavailable)?;
    if !feed.send(START) {
        return Err(Failure::unavailable("the feed closed at once"));
    }
    let watch =
        Watch { ports: ports.clone(), key_prefix: plan.key_prefix, looked_ms: WorkerRuntime.now_ms() };
    let opened = match plan.form {
        Form::Events => Response::from_stream(events(feed, watch)),
        Form::Socket => socket_to(feed, watch),
    };
    opened.map_err(Failure::internal)
}

/// Whether the key is still good.
struct Watch {
    ports: Ports,
    key_prefix: String,
    looked_ms: u64,
}

impl Watch {
    async fn still_good(&mut self) -> bool {
        let now_ms = WorkerRuntime.now_ms();
        if now_ms < self.looked_ms + RECHECK_MS {
            return true;
        }
        self.looked_ms = now_ms;
        match self.ports.control.key_by_prefix(&self.key_prefix).await {
            Ok(Some(key)) => is_good(&key, self.ports.clock.now()),
            Ok(None) => false,
            // It cannot be told; the next look may tell.
            Err(_) => true,
        }
    }
}

struct Telling {
    feed: Listening,
    watch: Watch,
    over: bool,
}

/// The feed as server-sent events. A step is asked for when the customer has taken the one before, so that a customer
/// that takes nothing leaves the feed's checkpoint unanswered.
fn events(feed: Listening, watch: Watch) -> impl Stream<Item = Result<Vec<u8>, worker::Error>> {
    stream::unfold(Telling { feed, watch, over: false }, |mut telling| async move {
        if telling.over {
            return None;
        }
        let event = telling.next().await;
        Some((Ok(event.into_bytes()), telling))
    })
}

impl Telling {
    async fn next(&mut self) -> String {
        loop {
            if !self.watch.still_good().await {
                return self.end("auth.invalid_credentials", KEY_ENDED_REASON);
            }
            let heard = match select(Box::pin(self.feed.next()), WorkerRuntime.sleep(HEARTBEAT_MS)).await {
                Either::Left((heard, _)) => heard,
                Either::Right(_) => return ": heartbeat\n\n".into(),
            };
            match heard {
                Heard::Closed { reason, .. } => return self.end("live.closed", &reason),
                Heard::Text(text) => match Frame::read(&text) {
                    Some(Frame::Checkpoint) => drop(self.feed.send(ACK)),
                    Some(frame) => {
                        if let Some(event) = frame.event() {
                            return event;
                        }
                    }
                    None => {}
                },
            }
        }
    }

    fn end(&mut self, code: &str, detail: &str) -> String {
        self.over = true;
        last_event(code, detail)
    }
}

/// The feed over a WebSocket.
fn socket_to(feed: Listening, watch: Watch) -> worker::Result<Response> {
    let pair = WebSocketPair::new()?;
    let customer = Listening::to(pair.server)?;
    let response = Response::from_websocket(pair.client)?;
    wasm_bindgen_futures::spawn_local(relay(feed, customer, watch));
    Ok(response)
}

async fn relay(feed: Listening, customer: Listening, mut watch: Watch) {
    let mut owed = false;
    loop {
        if owed && customer.waiting() <= TAKEN_BYTES {
            owed = !feed.send(ACK);
        }
        if !watch.still_good().await {
            return customer.close(KEY_ENDED, KEY_ENDED_REASON);
        }
        let either = select(Box::pin(feed.next()), Box::pin(customer.next()));
        match select(either, WorkerRuntime.sleep(LOOK_MS)).await {
            Either::Right(_) => {}
            Either::Left((Either::Left((Heard::Closed { code, reason }, _)), _)) => {
                return customer.close(code, &reason);
            }
            Either::Left((Either::Right((Heard::Closed { .. }, _)), _)) => return,
            // The one thing that a customer says; the feed answers without waking.
            Either::Left((Either::Right((Heard::Text(text), _)), _)) => {
                if text == "ping" {
                    feed.send(&text);
                }
            }
            Either::Left((Either::Left((Heard::Text(text), _)), _)) => match Frame::read(&text) {
                Some(Frame::Checkpoint) => owed = true,
                Some(frame) => {
                    if let Some(message) = frame.message() {
                        customer.send(&message);
                    }
                }
                None => {}
            },
        }
    }
}
