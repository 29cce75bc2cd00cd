//! A queue that delivers at least once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;
use std::rc::{Rc, Weak};

use futures_util::future::LocalBoxFuture;

use crate::world::{Process, World};

/// After so many failures a message is dead.
const MAX_TRIES: u32 = 20;

/// A durable queue with one consumer, in a process of its own. A message is delivered in no particular order, again when
/// the consumer fails or crashes before its end is on record, and now and then once more without any reason.
pub struct Queue<M> {
    inner: Rc<Inner<M>>,
}

struct Inner<M> {
    world: Rc<World>,
    name: &'static str,
    process: Process,
    consumer: Box<dyn Fn(M) -> LocalBoxFuture<'static, Result<(), String>>>,
    /// What was sent and is not done, by number, with how often it was tried.
    messages: RefCell<BTreeMap<u64, (M, u32)>>,
    sent: RefCell<u64>,
    dead: RefCell<Vec<M>>,
}

impl<M: Clone + 'static> Queue<M> {
    pub(crate) fn new<F, Fut, E>(world: Rc<World>, name: &'static str, consumer: F) -> Self
    where
        F: Fn(M) -> Fut + 'static,
        Fut: Future<Output = Result<(), E>> + 'static,
        E: Display,
    {
        let inner = Rc::new_cyclic(|inner: &Weak<Inner<M>>| {
            let again = inner.clone();
            let process = world.process(move || {
                if let Some(inner) = again.upgrade() {
                    inner.restart();
                }
            });
            Inner {
                world,
                name,
                process,
                consumer: Box::new(move |message| {
                    let done = consumer(message);
                    Box::pin(async move { done.await.map_err(|error| error.to_string()) })
                }),
                messages: RefCell::default(),
                sent: RefCell::default(),
                dead: RefCell::default(),
            }
        });
        Self { inner }
    }

    /// Puts a message into the queue. Once this returns, it is not lost.
    pub async fn send(&self, message: M) {
        let inner = &self.inner;
        let number = inner
            .world
            .commit(format_args!("queue `{}` takes a message", inner.name), || {
                let number = *inner.sent.borrow();
                *inner.sent.borrow_mut() += 1;
                inner.messages.borrow_mut().insert(number, (message, 0));
                number
            })
            .await;
        inner.deliver(number);
        if inner.world.strikes(|faults| faults.repeat) {
            inner.world.note(format_args!("FAULT: queue `{}` delivers {number} twice", inner.name));
            inner.deliver(number);
        }
    }

    /// What the consumer refused too often.
    pub fn dead(&self) -> Vec<M> {
        self.inner.dead.borrow().clone()
    }
}

impl<M> Clone for Queue<M> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<M: Clone + 'static> Inner<M> {
    fn restart(self: &Rc<Self>) {
        let numbers: Vec<u64> = self.messages.borrow().keys().copied().collect();
        numbers.into_iter().for_each(|number| self.deliver(number));
    }

    fn deliver(self: &Rc<Self>, number: u64) {
        let inner = self.clone();
        self.world.spawn(Some(self.process), async move { inner.work(number).await });
    }

    async fn work(&self, number: u64) {
        let world = &self.world;
        loop {
            world.clock.sleep_until(world.clock.now_ms() + world.below(3_000)).await;
            let message = self.messages.borrow_mut().get_mut(&number).map(|(message, tries)| {
                *tries += 1;
                (message.clone(), *tries)
            });
            let Some((message, tries)) = message else { return };
            world.note(format_args!("queue `{}` delivers {number}, try {tries}", self.name));
            let outcome = (self.consumer)(message).await;
            if outcome.is_err() && tries < MAX_TRIES {
                continue;
            }
            world
                .commit(format_args!("queue `{}` is done with {number}", self.name), || {
                    let gone = self.messages.borrow_mut().remove(&number);
                    self.dead
                        .borrow_mut()
                        .extend(gone.filter(|_| outcome.is_err()).map(|(message, _)| message));
                })
                .await;
            return;
        }
    }
}
