//! A service called through its generated client and dispatcher, over the real encoding.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::FutureExt;
use mesh::loopback::Loopback;
use mesh::{Bytes, CallContext, CallError, Contract, Deadline, Dispatch, Incoming, TraceContext};

mod machine;

use machine::Machine;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Guest {
    name: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Greet {
    salutation: String,
    large: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Greeting {
    text: String,
    large: u64,
    raw: Bytes,
    left_ms: u64,
    hops: u32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum GreetError {
    Rude { word: String },
}

/// Greets guests.
#[mesh::service]
trait Greeter {
    /// Says hello.
    async fn greet(&self, context: &CallContext<Guest>, request: Greet) -> Result<Greeting, GreetError>;
    /// Says nothing.
    async fn nod(&self, context: &CallContext<Guest>, request: ()) -> Result<(), GreetError>;
}

struct Polite;

#[async_trait::async_trait(?Send)]
impl Greeter for Polite {
    async fn greet(&self, context: &CallContext<Guest>, request: Greet) -> Result<Greeting, GreetError> {
        if request.salutation == "oi" {
            return Err(GreetError::Rude { word: request.salutation });
        }
        Ok(Greeting {
            text: format!("{} {}", request.salutation, context.scope.name),
            large: request.large,
            raw: Bytes(vec![0, 255, 128]),
            left_ms: context.deadline.time_left(0),
            hops: context.hops(),
        })
    }

    async fn nod(&self, _context: &CallContext<Guest>, _request: ()) -> Result<(), GreetError> {
        Ok(())
    }
}

fn context(time_left_ms: u64) -> CallContext<Guest> {
    let trace = TraceContext::from_random([9; 24]);
    CallContext::new(Guest { name: "Ada".into() }, trace, Deadline::after(0, time_left_ms), "test")
}

fn greet(salutation: &str) -> Greet {
    Greet { salutation: salutation.into(), large: u64::MAX }
}

fn client() -> GreeterClient<Loopback> {
    GreeterClient::over(Loopback::new(GreeterDispatch(Polite), || 0))
}

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("a loopback call never waits")
}

#[test]
fn a_call_carries_context_and_keeps_64_bit_integers_and_bytes() {
    let reply = now(client().greet(&context(500), greet("hello"))).unwrap();
    let expected = Greeting {
        text: "hello Ada".into(),
        large: u64::MAX,
        raw: Bytes(vec![0, 255, 128]),
        left_ms: 500,
        hops: 1,
    };
    assert_eq!(reply, expected);
    assert_eq!(now(client().nod(&context(500), ())), Ok(()));
}

#[test]
fn a_refusal_is_data_of_the_services_own_type() {
    let refusal = now(client().greet(&context(500), greet("oi"))).unwrap_err();
    assert_eq!(refusal, CallError::Refused(GreetError::Rude { word: "oi".into() }));
    assert!(!refusal.is_transient());
}

#[test]
fn an_expired_call_never_leaves_and_never_reaches_user_code() {
    let error = now(client().greet(&context(0), greet("hello"))).unwrap_err();
    assert_eq!(error, CallError::TimedOut { service: "Greeter" });

    // The time runs out on the way: the callee's clock is what it is, so only `time left` counts.
    let calls = Rc::new(Cell::new(0));
    struct Counting(Rc<Cell<u32>>);
    #[async_trait::async_trait(?Send)]
    impl Greeter for Counting {
        async fn greet(&self, _: &CallContext<Guest>, _: Greet) -> Result<Greeting, GreetError> {
            self.0.set(self.0.get() + 1);
            Err(GreetError::Rude { word: String::new() })
        }
        async fn nod(&self, _: &CallContext<Guest>, _: ()) -> Result<(), GreetError> {
            Ok(())
        }
    }
    let request = serde_json::json!({
        "cx": {"scope": {"name": "Ada"}, "trace": TraceContext::from_random([9; 24]).to_string(), "left_ms": 0},
        "req": {"salutation": "hello", "large": 1}
    });
    let payload = rmp_serde::to_vec_named(&request).unwrap();
    let dispatch = GreeterDispatch(Counting(calls.clone()));
    let reply = now(dispatch.dispatch(Incoming {
        method: "greet",
        message: payload.into(),
        runtime: &Machine::at(77),
        tenant: None,
    }));
    let reply: serde_json::Value = rmp_serde::from_slice(&reply.bytes).unwrap();
    assert_eq!(reply["fault"]["kind"], "expired");
    assert_eq!(calls.get(), 0);
}

#[test]
fn unknown_fields_are_skipped_and_a_lost_field_is_a_contract_mismatch() {
    let dispatch = GreeterDispatch(Polite);
    let call = |request: serde_json::Value| {
        let frame = serde_json::json!({
            "cx": {"scope": {"name": "Ada", "new": 1}, "trace": TraceContext::from_random([9; 24]).to_string(),
                   "left_ms": 5, "contract": "00000000deadbeef", "newer": true},
            "req": request,
        });
        let payload = rmp_serde::to_vec_named(&frame).unwrap();
        now(dispatch.dispatch(Incoming {
            method: "greet",
            message: payload.into(),
            runtime: &Machine::at(0),
            tenant: None,
        }))
    };
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Reply {
        Ok(Greeting),
        Fault(mesh::Fault),
    }
    let reply = call(serde_json::json!({"salutation": "hi", "large": 1, "unheard_of": [1, 2]}));
    let Reply::Ok(greeting) = rmp_serde::from_slice(&reply.bytes).unwrap() else { panic!("a fault") };
    assert_eq!(greeting.text, "hi Ada");
    let reply = call(serde_json::json!({"large": 1}));
    let Reply::Fault(fault) = rmp_serde::from_slice(&reply.bytes).unwrap() else { panic!("no fault") };
    assert_eq!(fault.kind, mesh::FaultKind::Contract);
    let message = fault.message;
    assert!(message.contains("00000000deadbeef") && message.contains("salutation"), "{message}");
}

#[test]
fn an_unknown_method_names_those_that_exist() {
    let dispatch = GreeterDispatch(Polite);
    let reply = now(dispatch.dispatch(Incoming {
        method: "shout",
        message: Vec::new().into(),
        runtime: &Machine::at(0),
        tenant: None,
    }));
    let reply: serde_json::Value = rmp_serde::from_slice(&reply.bytes).unwrap();
    assert_eq!(reply["fault"]["kind"], "contract");
    assert!(
        reply["fault"]["message"].as_str().unwrap().ends_with("has no method `shout`; it has: greet, nod")
    );
}

#[test]
fn the_contract_names_the_service_and_its_methods() {
    assert_eq!(GreeterContract::NAME, "Greeter");
    assert_eq!(GreeterContract::METHODS, ["greet", "nod"]);
    assert_eq!(GreeterContract::FINGERPRINT.to_string().len(), 16);
}
