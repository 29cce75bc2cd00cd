//! Calls that fail: what the caller is told, what is tried again, and what the callee no longer does.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt, stream};
use mesh::loopback::Loopback;
use mesh::{
    ByteStream, CallContext, CallError, Deadline, MAX_HOPS, Message, Outgoing, RetryPolicy, RetrySafety,
    Runtime, StreamError, StreamSource, TraceContext, Transport, TransportError,
};
use serde::{Deserialize, Serialize};

mod machine;

use machine::Machine;

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("refused")]
struct Refused;

#[derive(Debug, Serialize, Deserialize)]
struct Upload {
    name: String,
    body: ByteStream,
}

#[mesh::service]
trait Desk {
    /// May be sent again.
    #[mesh(idempotent)]
    async fn read(&self, context: &CallContext<()>, request: u32) -> Result<u32, Refused>;
    /// May not.
    async fn write(&self, context: &CallContext<()>, request: u32) -> Result<u32, Refused>;
    /// Takes and gives streams.
    #[mesh(idempotent)]
    async fn upload(&self, context: &CallContext<()>, request: Upload) -> Result<Upload, Refused>;
}

/// Reads panic at 13, never end at 99 and ask the next desk at 7.
#[derive(Clone, Default)]
struct Clerk {
    next: Option<Rc<DeskClient<Loopback>>>,
    dropped: Rc<Cell<bool>>,
}

struct OnDrop(Rc<Cell<bool>>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[async_trait(?Send)]
impl Desk for Clerk {
    async fn read(&self, context: &CallContext<()>, request: u32) -> Result<u32, Refused> {
        let _guard = OnDrop(self.dropped.clone());
        match request {
            13 => panic!("unlucky {request}"),
            99 => std::future::pending().await,
            7 => match &self.next {
                Some(next) => next.read(&context.forwarded_by("clerk"), 7).await.map_err(|_| Refused),
                None => Ok(context.hops()),
            },
            _ => Ok(context.hops()),
        }
    }

    async fn write(&self, _: &CallContext<()>, request: u32) -> Result<u32, Refused> {
        if request == 0 { Err(Refused) } else { Ok(request) }
    }

    async fn upload(&self, _: &CallContext<()>, request: Upload) -> Result<Upload, Refused> {
        let Some(StreamSource::Chunks(chunks)) = request.body.take_source() else { return Err(Refused) };
        let doubled = chunks.map(|chunk| chunk.map(|bytes| bytes.repeat(2)));
        Ok(Upload { name: request.name, body: ByteStream::new(doubled).with_length(4) })
    }
}

fn context(left_ms: u64) -> CallContext<()> {
    CallContext::new((), TraceContext::from_random([9; 24]), Deadline::after(0, left_ms), "test")
}

fn desk(clerk: Clerk, machine: &Machine) -> DeskClient<Loopback> {
    DeskClient::over(Loopback::on(DeskDispatch(clerk), Rc::new(machine.clone())))
}

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("no timer of this machine takes time")
}

/// Fails with these in turn, then answers as a clerk does.
struct Flaky {
    failures: RefCell<Vec<TransportError>>,
    sent: Rc<Cell<u32>>,
    inner: Loopback,
}

#[async_trait(?Send)]
impl Transport for Flaky {
    async fn send(&self, call: Outgoing<'_>) -> Result<Message, TransportError> {
        self.sent.set(self.sent.get() + 1);
        let failure = self.failures.borrow_mut().pop();
        match failure {
            Some(error) => Err(error),
            None => self.inner.send(call).await,
        }
    }

    fn runtime(&self) -> &dyn Runtime {
        self.inner.runtime()
    }
}

fn flaky(failures: Vec<TransportError>, machine: &Machine) -> (DeskClient<Flaky>, Rc<Cell<u32>>) {
    let sent = Rc::new(Cell::new(0));
    let inner = Loopback::on(DeskDispatch(Clerk::default()), Rc::new(machine.clone()));
    let transport = Flaky { failures: RefCell::new(failures), sent: sent.clone(), inner };
    (DeskClient::over(transport), sent)
}

fn broken() -> TransportError {
    TransportError::Unreachable("the link broke".into())
}

#[test]
fn an_idempotent_call_is_sent_again_and_another_is_not() {
    let machine = Machine::at(0);
    let (client, sent) = flaky(vec![broken(), TransportError::Threw("reset".into())], &machine);
    assert!(now(client.read(&context(5_000), 1)).is_ok());
    assert_eq!((sent.get(), machine.waits()), (3, 2), "it waits before each retry");

    let (client, sent) = flaky(vec![broken()], &machine);
    let error = now(client.write(&context(50_000), 1)).expect_err("it is not retried");
    assert_eq!(error, CallError::Unreachable { service: "Desk", message: "the link broke".into() });
    assert_eq!(sent.get(), 1);

    let (client, sent) = flaky(vec![broken(), broken(), broken()], &machine);
    assert!(now(client.read(&context(50_000), 1)).is_err(), "two retries are all");
    assert_eq!(sent.get(), 3);

    let (client, sent) = flaky(vec![broken()], &machine);
    assert!(now(client.with_retry(RetryPolicy::NONE).read(&context(50_000), 1)).is_err());
    assert_eq!(sent.get(), 1);
}

#[test]
fn no_retry_reaches_past_the_deadline_or_makes_things_worse() {
    let machine = Machine::at(0);
    let (client, sent) = flaky(vec![broken()], &machine);
    assert!(now(client.read(&context(40), 1)).is_err(), "the first wait is 50 ms or more");
    assert_eq!((sent.get(), machine.waits()), (1, 0));

    for (failure, safety) in [
        (TransportError::Overloaded("busy".into()), RetrySafety::Never),
        (TransportError::UnknownMethod("no such".into()), RetrySafety::Never),
        (TransportError::Panicked("oh".into()), RetrySafety::Never),
    ] {
        let (client, sent) = flaky(vec![failure], &machine);
        let error = now(client.read(&context(5_000), 1)).expect_err("the failure stands");
        assert_eq!(error.retry_safety(), safety, "{error}");
        assert_eq!(sent.get(), 1, "{error}");
    }
}

#[test]
fn a_panic_is_one_failed_call() {
    let machine = Machine::at(0);
    let client = desk(Clerk::default(), &machine);
    let error = now(client.read(&context(500), 13)).expect_err("it panics");
    assert_eq!(error, CallError::Panicked { service: "Desk", message: "unlucky 13".into() });
    assert_eq!(now(client.read(&context(500), 1)), Ok(1));
}

#[test]
fn a_callee_is_given_up_when_the_calls_time_is_over() {
    let machine = Machine::at(0);
    let clerk = Clerk::default();
    let client = desk(clerk.clone(), &machine);
    assert_eq!(now(client.read(&context(500), 99)), Err(CallError::TimedOut { service: "Desk" }));
    assert!(clerk.dropped.get(), "its work is dropped");
    assert_eq!(machine.now_ms(), 500, "and not a millisecond later");
}

#[test]
fn the_calls_of_a_request_are_counted_along_the_chain_and_limited() {
    let machine = Machine::at(0);
    let last = desk(Clerk::default(), &machine);
    let middle = Clerk { next: Some(Rc::new(last)), ..Clerk::default() };
    let first = desk(middle, &machine);
    let context = context(500);
    assert_eq!(now(first.read(&context, 7)), Ok(2), "the second callee sees two calls");
    assert_eq!(context.hops(), 2, "and so does the caller afterwards");
    for _ in 0..MAX_HOPS - 2 {
        assert!(now(first.read(&context, 1)).is_ok());
    }
    let error = now(first.read(&context, 1)).expect_err("it is one too many");
    assert!(
        matches!(&error, CallError::Disallowed { message, .. } if message.contains("32 invocations")),
        "{error}"
    );
}

fn chunks(chunks: &[&str]) -> ByteStream {
    let chunks: Vec<_> = chunks.iter().map(|text| Ok(text.as_bytes().to_vec())).collect();
    ByteStream::new(stream::iter(chunks))
}

#[test]
fn a_stream_travels_beside_its_message_and_back() {
    let client = desk(Clerk::default(), &Machine::at(0));
    let broken = stream::iter([Ok(vec![1, 2]), Err(StreamError("cut".into()))]);
    for (body, expected) in [
        (chunks(&["a", "b"]), vec![Ok(b"aa".to_vec()), Ok(b"bb".to_vec())]),
        (ByteStream::new(broken), vec![Ok(vec![1, 2, 1, 2]), Err(StreamError("cut".into()))]),
    ] {
        let reply = now(client.upload(&context(500), Upload { name: "n".into(), body })).expect("an answer");
        assert_eq!((reply.name.as_str(), reply.body.length()), ("n", Some(4)));
        let Some(StreamSource::Chunks(body)) = reply.body.take_source() else {
            panic!("it is of this process")
        };
        assert_eq!(now(body.collect::<Vec<_>>()), expected);
        assert!(reply.body.take_source().is_none(), "it is read once");
    }
}

#[test]
fn a_stream_is_sent_once_and_never_retried() {
    let machine = Machine::at(0);
    let (client, sent) = flaky(vec![broken()], &machine);
    let upload = Upload { name: "n".into(), body: chunks(&["a"]) };
    assert!(now(client.upload(&context(5_000), upload)).is_err());
    assert_eq!(sent.get(), 1, "what was sent of the stream is gone");

    let spent = Upload { name: "n".into(), body: chunks(&["a"]) };
    drop(spent.body.take_source());
    let error = now(desk(Clerk::default(), &machine).upload(&context(500), spent)).expect_err("it is spent");
    assert!(error.to_string().contains("only once"), "{error}");
    assert!(serde_json::to_string(&chunks(&["a"])).is_err(), "outside a call it has nowhere to go");
}

#[test]
fn a_message_over_the_limit_is_refused_before_it_is_sent() {
    #[mesh::service]
    trait Bulk {
        /// Takes bytes.
        async fn put(&self, context: &CallContext<()>, request: mesh::Bytes) -> Result<(), Refused>;
    }
    struct Sink;
    #[async_trait(?Send)]
    impl Bulk for Sink {
        async fn put(&self, _: &CallContext<()>, _: mesh::Bytes) -> Result<(), Refused> {
            Ok(())
        }
    }
    let client = BulkClient::over(Loopback::on(BulkDispatch(Sink), Rc::new(Machine::at(0))));
    assert_eq!(now(client.put(&context(500), vec![0; 31 << 20].into())), Ok(()));
    let error = now(client.put(&context(500), vec![0; 32 << 20].into())).expect_err("it is too large");
    assert!(
        error.to_string().contains("`put` was not sent") && error.to_string().contains("ByteStream"),
        "{error}"
    );
}
