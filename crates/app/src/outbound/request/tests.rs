//! What goes out for a job, and what is made of the answer.

use std::cell::RefCell;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use contracts::TenantScope;
use contracts::pipeline::subscriptions::SigningSecret;
use contracts::scheduler::{HttpHeader, HttpMethod, PreviousSecret};
use ids::{JobId, TenantId};
use mesh::{CallContext, Deadline, TraceContext};

use super::*;
use crate::ports::StoreError;

const NOW: u64 = 1_795_330_800_000;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Nothing here waits for anything.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(NOW)
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Sent {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    timeout_ms: u32,
}

impl Sent {
    fn header(&self, name: &str) -> &str {
        let mut all = self.headers.iter().filter(|(known, _)| known == name);
        let found = all.next().map_or("", |(_, value)| value.as_str());
        assert!(all.next().is_none(), "{name} is there twice");
        found
    }
}

struct Endpoint {
    answer: Result<(u16, Option<&'static str>, &'static str), &'static str>,
    sent: RefCell<Vec<Sent>>,
}

#[async_trait(?Send)]
impl MessageSender for Endpoint {
    async fn send(&self, request: &OutboundRequest<'_>) -> Result<OutboundReply, NoReply> {
        self.sent.borrow_mut().push(Sent {
            method: request.method.into(),
            url: request.target.as_str().into(),
            headers: request.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
            body: request.body.into(),
            timeout_ms: request.timeout_ms,
        });
        let (status, retry_after, excerpt) = self.answer.map_err(|error| NoReply(error.into()))?;
        Ok(OutboundReply { status, retry_after: retry_after.map(Into::into), excerpt: excerpt.into() })
    }
}

struct Names(&'static str);

#[async_trait(?Send)]
impl Resolver for Names {
    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, StoreError> {
        Ok(vec![self.0.parse().unwrap()])
    }
}

fn asked() -> HttpTask {
    HttpTask {
        url: "https://hooks.acme.com/nightly".into(),
        method: HttpMethod::Post,
        headers: vec![HttpHeader { name: "Authorization".into(), value: "Bearer theirs".into() }],
        body: None,
        secret: Some(SigningSecret::new(SECRET)),
        previous_secret: None,
    }
}

fn job() -> JobId {
    JobId::from_parts(NOW, [3; 10])
}

fn call(actor: Actor) -> TenantCall {
    let scope = TenantScope { tenant: TenantId::from_parts(NOW, [1; 10]), actor };
    CallContext::new(scope, TraceContext::from_random([8; 24]), Deadline::after(NOW, 5_000), "scheduler")
        .with_idempotency_key(NOW.to_string())
}

fn make(endpoint: &Rc<Endpoint>, address: &'static str, task: &HttpTask) -> Result<WorkDone, WorkError> {
    let ports = RequestPorts {
        sender: endpoint.clone(),
        resolver: Rc::new(Names(address)),
        clock: Rc::new(Now),
        egress: egress::Policy { allow_private: false },
    };
    run(request(&ports, &call(Actor::Job(job())), task, Timestamp::from_unix_ms(NOW)))
}

fn answering(
    answer: Result<(u16, Option<&'static str>, &'static str), &'static str>,
) -> (Rc<Endpoint>, Result<WorkDone, WorkError>) {
    let endpoint = Rc::new(Endpoint { answer, sent: RefCell::default() });
    let made = make(&endpoint, "93.184.216.34", &asked());
    (endpoint, made)
}

#[test]
fn a_request_is_signed_and_names_its_job_and_time() {
    let (endpoint, made) = answering(Ok((204, None, "")));
    assert_eq!(made, Ok(WorkDone::Answered { status: 204 }));
    let sent = endpoint.sent.borrow()[0].clone();
    assert_eq!((sent.method.as_str(), sent.url.as_str()), ("POST", "https://hooks.acme.com/nightly"));
    assert_eq!(sent.header("webhook-id"), format!("{}_{NOW}", job()));
    assert_eq!(sent.header("authorization"), "Bearer theirs");
    assert_eq!(sent.header("content-type"), "application/json");
    assert!(sent.timeout_ms < 5_000, "what came of it is told in time: {}", sent.timeout_ms);
    let body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!(body["type"], "job.due");
    assert_eq!(body["data"]["job_id"], job().to_string());
    assert_eq!(body["data"]["scheduled_for"], "2026-11-22T07:00:00.000Z");
    let secrets = Secrets::new(Secret::new(SECRET));
    let id = sent.header("webhook-id");
    let again =
        signing::sign(Source::Standard, &secrets, id, NOW as i64 / 1_000, sent.body.as_bytes()).unwrap();
    for (name, value) in again {
        assert_eq!(sent.header(name), value);
    }
}

#[test]
fn the_secret_before_signs_as_well_until_its_time_is_over() {
    let signatures = |valid_until| {
        let endpoint = Rc::new(Endpoint { answer: Ok((200, None, "")), sent: RefCell::default() });
        let before = PreviousSecret {
            secret: SigningSecret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
            valid_until: Timestamp::from_unix_ms(valid_until),
        };
        make(&endpoint, "93.184.216.34", &HttpTask { previous_secret: Some(before), ..asked() }).unwrap();
        let sent = endpoint.sent.borrow()[0].clone();
        sent.header("webhook-signature").split(' ').count()
    };
    assert_eq!((signatures(NOW + 1), signatures(NOW)), (2, 1));
}

#[test]
fn a_method_without_a_body_sends_none_and_a_body_goes_as_it_is() {
    let endpoint = Rc::new(Endpoint { answer: Ok((200, None, "")), sent: RefCell::default() });
    let get = HttpTask { method: HttpMethod::Get, ..asked() };
    make(&endpoint, "93.184.216.34", &get).unwrap();
    let put = HttpTask { method: HttpMethod::Put, body: Some("{\"n\": 1}".into()), ..asked() };
    make(&endpoint, "93.184.216.34", &put).unwrap();
    let sent = endpoint.sent.borrow();
    assert_eq!((sent[0].body.as_str(), sent[0].header("content-type")), ("", ""));
    assert_eq!((sent[1].method.as_str(), sent[1].body.as_str()), ("PUT", "{\"n\": 1}"));
}

#[test]
fn an_answer_says_whether_to_ask_again() {
    for (answer, again, retry_after_ms, detail) in [
        (Ok((500, None, "boom")), true, None, "the endpoint answered 500: boom"),
        (Ok((503, Some("7"), "")), true, Some(7_000), "the endpoint answered 503"),
        (Ok((429, Some("2"), "slow")), true, Some(2_000), "the endpoint answered 429: slow"),
        (Ok((408, None, "")), true, None, "the endpoint answered 408"),
        (Ok((404, None, "no such page")), false, None, "the endpoint answered 404: no such page"),
        (Ok((410, None, "")), false, None, "the endpoint answered 410"),
        (
            Ok((302, None, "")),
            false,
            None,
            "the endpoint answered 302: redirects are not followed, so name the final URL",
        ),
        (
            Err("the endpoint did not answer within 900 ms"),
            true,
            None,
            "the endpoint did not answer within 900 ms",
        ),
    ] {
        let (_, made) = answering(answer);
        let expect = WorkError::NotDone { detail: detail.into(), again, retry_after_ms };
        assert_eq!(made, Err(expect), "{answer:?}");
    }
}

#[test]
fn nothing_goes_into_a_private_network_and_only_a_job_asks() {
    let endpoint = Rc::new(Endpoint { answer: Ok((200, None, "")), sent: RefCell::default() });
    let refused = make(&endpoint, "10.0.0.7", &asked());
    assert!(
        matches!(&refused, Err(WorkError::Invalid { faults }) if faults[0].pointer == "/url"),
        "{refused:?}"
    );
    for url in ["http://hooks.acme.com/", "https://127.0.0.1/", "https://[::1]/", "not a URL"] {
        let refused = make(&endpoint, "93.184.216.34", &HttpTask { url: url.into(), ..asked() });
        assert!(matches!(refused, Err(WorkError::Invalid { .. })), "{url}: {refused:?}");
    }
    let ports = RequestPorts {
        sender: endpoint.clone(),
        resolver: Rc::new(Names("93.184.216.34")),
        clock: Rc::new(Now),
        egress: egress::Policy::default(),
    };
    let other = call(Actor::Service("gateway".into()));
    assert!(run(request(&ports, &other, &asked(), Timestamp::from_unix_ms(NOW))).is_err());
    assert_eq!(endpoint.sent.borrow().len(), 0);
}
