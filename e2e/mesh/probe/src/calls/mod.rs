//! What crosses a call: values of every kind, refusals, and the callee's bindings.

pub mod contract;

use std::time::Duration;

use async_trait::async_trait;
use mesh_worker::{BindingError, Instance, text_var};
use wasm_bindgen_futures::spawn_local;
use worker::{Delay, Response, console_log};

pub use self::contract::Never;
use self::contract::{CallsClient, CallsContract, CallsDispatch, Linger, RefuseError, Values};
use crate::case::{Call, Case};
use crate::outcome;

mesh_worker::entrypoint!(
    /// What crosses a call.
    Calls,
    CallsContract,
    wire
);

fn wire(instance: &Instance) -> Result<CallsDispatch<Service>, BindingError> {
    Ok(CallsDispatch(Service { instance: instance.clone() }))
}

struct Service {
    instance: Instance,
}

#[async_trait(?Send)]
impl contract::Calls for Service {
    async fn echo(&self, _context: &Call, request: Values) -> Result<Values, Never> {
        Ok(request)
    }

    async fn refuse(&self, _context: &Call, reason: String) -> Result<(), RefuseError> {
        Err(RefuseError::Asked { reason, code: u64::MAX })
    }

    async fn who(&self, _context: &Call, _request: ()) -> Result<String, Never> {
        Ok(text_var(&self.instance.env, "WHO").unwrap_or_else(|error| error.to_string()))
    }

    async fn linger(&self, _context: &Call, Linger { line, delay_ms, told }: Linger) -> Result<(), Never> {
        let work = async move {
            Delay::from(Duration::from_millis(delay_ms)).await;
            console_log!("{line}");
        };
        if !told {
            spawn_local(work);
        } else if let Err(error) = self.instance.wait_until(work) {
            console_log!("{error}");
        }
        Ok(())
    }
}

/// Calls the other Worker.
pub(crate) async fn run(mut case: Case) -> worker::Result<Response> {
    let client = CallsClient::over(case.over("CALLS")?);
    let context = case.call();
    let outcome = match case.name.as_str() {
        "echo" => outcome::of(client.echo(&context, case.input().await?).await),
        "refuse" => outcome::of(client.refuse(&context, case.input().await?).await),
        "linger" => outcome::of(client.linger(&context, case.input().await?).await),
        "who" => outcome::of(client.who(&context, ()).await),
        _ => return case.unknown(),
    };
    case.answer(&outcome)
}
