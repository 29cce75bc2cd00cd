//! Calls that get lost, come twice, or come too late.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use async_trait::async_trait;
use futures_util::future::{Either, select};
use mesh::{Dispatch, Incoming, Message, Outgoing, Runtime, Transport, TransportError};

use crate::sim::SimRuntime;
use crate::world::{Process, World};

/// A [`Transport`] to a service in a process of its own, through the real encoding.
///
/// The callee is made anew for each call, so that it remembers nothing but what it stores. A call may find the callee
/// out of reach; be delivered twice, now and later; have its effect and lose its reply; or begin only after its
/// deadline. The callee's process can crash in the middle, and a caller that crashes does not stop a callee.
#[derive(Clone)]
pub struct SimTransport {
    world: Rc<World>,
    runtime: Rc<dyn Runtime>,
    callee: Rc<dyn Fn() -> Rc<dyn Dispatch>>,
    process: Process,
}

/// What becomes of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Delivered,
    Unreachable,
    ReplyLost,
    Twice,
    TooLate,
}

impl SimTransport {
    pub(crate) fn new(world: Rc<World>, callee: Rc<dyn Fn() -> Rc<dyn Dispatch>>) -> Self {
        let process = world.process(|| {});
        Self { runtime: Rc::new(SimRuntime(world.clone())), world, callee, process }
    }

    fn fate(&self, message: &Message) -> Fate {
        if self.world.strikes(|faults| faults.lose) {
            return if self.world.below(2) == 0 { Fate::Unreachable } else { Fate::ReplyLost };
        }
        // A stream can be read once only.
        if message.streams.is_empty() && self.world.strikes(|faults| faults.repeat) {
            return Fate::Twice;
        }
        if self.world.strikes(|faults| faults.delay) { Fate::TooLate } else { Fate::Delivered }
    }

    /// Has the callee answer after a while. The reply is there once the callee is done, and never if it crashes.
    fn deliver(&self, method: &'static str, message: Message, delay_ms: u64) -> Rc<Answer> {
        let answer = Rc::new(Answer::default());
        let (world, runtime, dispatch) = (self.world.clone(), self.runtime.clone(), (self.callee)());
        let guard = Answering(answer.clone());
        self.world.spawn(Some(self.process), async move {
            world.clock.sleep_until(world.clock.now_ms() + delay_ms).await;
            let reply =
                dispatch.dispatch(Incoming { method, message, tenant: None, runtime: &*runtime }).await;
            guard.0.reply.replace(Some(reply));
            drop(guard);
        });
        answer
    }
}

#[async_trait(?Send)]
impl Transport for SimTransport {
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError> {
        let Outgoing { service, method, message, time_left_ms, .. } = call;
        let fate = self.fate(&message);
        if fate == Fate::Delivered {
            self.world.note(format_args!("call `{service}.{method}`"));
        } else {
            self.world.note(format_args!("call `{service}.{method}` FAULT: {fate:?}"));
        }
        let copy = Message::from(message.bytes.clone());
        let delay_ms = match fate {
            Fate::Unreachable => return Err(TransportError::Unreachable("the link is down".into())),
            Fate::TooLate => time_left_ms + self.world.below(10_000),
            _ => self.world.below(30),
        };
        let answer = self.deliver(method, message, delay_ms);
        if fate == Fate::Twice {
            self.deliver(method, copy, self.world.below(5_000));
        }
        let patience = self.runtime.sleep(time_left_ms);
        match select(Box::pin(answer.there()), patience).await {
            Either::Right(_) => Err(TransportError::TimedOut),
            Either::Left(_) if fate == Fate::ReplyLost => {
                Err(TransportError::Unreachable("the link broke before the reply came".into()))
            }
            Either::Left((Some(reply), _)) => Ok(reply),
            Either::Left((None, _)) => Err(TransportError::Threw("the callee stopped in the middle".into())),
        }
    }

    fn runtime(&self) -> &dyn Runtime {
        &*self.runtime
    }
}

/// A reply on its way.
#[derive(Default)]
struct Answer {
    reply: RefCell<Option<Message>>,
    over: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

impl Answer {
    /// The reply, or nothing if the callee is gone.
    async fn there(&self) -> Option<Message> {
        poll_fn(|context| {
            if self.over.get() {
                return Poll::Ready(self.reply.take());
            }
            self.waker.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await
    }
}

/// Tells the caller when the callee's task ends, however it ends.
struct Answering(Rc<Answer>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.over.set(true);
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }
}
