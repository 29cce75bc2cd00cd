//! What travels beside a request: on whose behalf, how long, how deep.

pub mod contract;

use std::time::Duration;

use async_trait::async_trait;
use mesh_worker::{BindingError, BindingTransport, Instance};
use serde::Deserialize;
use worker::{Delay, Env, Response, console_log};

use self::contract::{ContextsClient, ContextsContract, ContextsDispatch, Seen, Wait};
use crate::calls::Never;
use crate::case::{CALLER, Call, Case};
use crate::outcome;

/// Where the service is bound, in the callee too.
const CONTEXTS: &str = "CONTEXTS";

mesh_worker::entrypoint!(
    /// What travels beside a request.
    Contexts,
    ContextsContract,
    wire
);

fn wire(instance: &Instance) -> Result<ContextsDispatch<Service>, BindingError> {
    Ok(ContextsDispatch(Service { env: instance.env.clone() }))
}

struct Service {
    env: Env,
}

#[async_trait(?Send)]
impl contract::Contexts for Service {
    async fn describe(&self, context: &Call, _request: ()) -> Result<Seen, Never> {
        let now_ms = js_sys::Date::now() as u64;
        Ok(Seen {
            visitor: context.scope.clone(),
            trace_id: context.trace.trace_id(),
            left_ms: context.deadline.time_left(now_ms),
            key: context.idempotency_key.clone(),
            caller: context.caller.clone(),
            hops: context.hops(),
        })
    }

    async fn wait(&self, _context: &Call, Wait { name, ms }: Wait) -> Result<(), Never> {
        let work = Work::begin(name);
        Delay::from(Duration::from_millis(ms)).await;
        work.finish();
        Ok(())
    }

    async fn delegate(&self, context: &Call, request: Wait) -> Result<(), Never> {
        let work = Work::begin(format!("{} delegated", request.name));
        if let Ok(next) = BindingTransport::service(&self.env, CONTEXTS)
            && ContextsClient::over(next).wait(&context.forwarded_by(CALLER), request).await.is_ok()
        {
            work.finish();
        }
        Ok(())
    }

    async fn descend(&self, context: &Call, _request: ()) -> Result<String, Never> {
        let itself = match BindingTransport::service(&self.env, CONTEXTS) {
            Ok(itself) => ContextsClient::over(itself),
            Err(error) => return Ok(error.to_string()),
        };
        match itself.descend(&context.forwarded_by(CALLER), ()).await {
            Ok(end) => Ok(end),
            Err(error) => Ok(format!("after {} calls: {error}", context.hops())),
        }
    }
}

/// Logs what becomes of a method's work, also when its future is dropped.
struct Work {
    name: String,
    end: &'static str,
}

impl Work {
    fn begin(name: String) -> Self {
        console_log!("{name} began");
        Self { name, end: "given up" }
    }

    fn finish(mut self) {
        self.end = "finished";
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        console_log!("{} {}", self.name, self.end);
    }
}

/// What a test says of a call that takes time.
#[derive(Deserialize)]
struct Patience {
    /// What the callee shall do.
    wait: Wait,
    /// How long the caller has, milliseconds.
    left_ms: u64,
}

/// Calls the other Worker.
pub(crate) async fn run(mut case: Case) -> worker::Result<Response> {
    let client = ContextsClient::over(case.over(CONTEXTS)?);
    let outcome = match case.name.as_str() {
        "describe" => {
            let key: Option<String> = case.input().await?;
            let mut context = case.call();
            context.idempotency_key = key;
            outcome::of(client.describe(&context, ()).await)
        }
        "wait" => {
            let Patience { wait, left_ms } = case.input().await?;
            outcome::of(client.wait(&case.call_for(left_ms), wait).await)
        }
        "delegate" => {
            let Patience { wait, left_ms } = case.input().await?;
            outcome::of(client.delegate(&case.call_for(left_ms), wait).await)
        }
        "descend" => outcome::of(client.descend(&case.call(), ()).await),
        _ => return case.unknown(),
    };
    case.answer(&outcome)
}
