//! One request of a test.

use mesh::{CallContext, Deadline, TraceContext};
pub use mesh_probe_contract::{Call, Visitor};
use mesh_worker::BindingTransport;
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Env, Request, Response};

/// The name under which the probe calls.
pub(crate) const CALLER: &str = "probe";
/// Milliseconds that a case has where it does not say.
const PATIENCE_MS: u64 = 10_000;

/// What a test asked, and what there is to answer it with.
pub(crate) struct Case {
    /// The part of the path after the module's name.
    pub(crate) name: String,
    pub(crate) request: Request,
    pub(crate) env: Env,
}

impl Case {
    /// What the test sent, as JSON.
    pub(crate) async fn input<T: DeserializeOwned>(&mut self) -> worker::Result<T> {
        // Not by way of JavaScript's own JSON, whose numbers end at 2^53.
        let text = self.request.text().await?;
        serde_json::from_str(&text).map_err(|error| error.to_string().into())
    }

    /// Over the service binding of this name.
    pub(crate) fn over(&self, binding: &'static str) -> worker::Result<BindingTransport> {
        BindingTransport::service(&self.env, binding).map_err(|error| error.to_string().into())
    }

    /// A context with the usual patience.
    pub(crate) fn call(&self) -> Call {
        self.call_for(PATIENCE_MS)
    }

    /// A context with this many milliseconds left.
    pub(crate) fn call_for(&self, time_left_ms: u64) -> Call {
        let visitor = Visitor { tenant: "acme".into(), actor: "ada".into() };
        let deadline = Deadline::after(js_sys::Date::now() as u64, time_left_ms);
        CallContext::new(visitor, TraceContext::from_random(random()), deadline, CALLER)
    }

    /// Answers with JSON.
    pub(crate) fn answer(&self, value: &impl Serialize) -> worker::Result<Response> {
        Response::ok(serde_json::to_string(value)?)
    }

    /// The test asked for what there is not.
    pub(crate) fn unknown(&self) -> worker::Result<Response> {
        Response::error(format!("the probe has no case `{}`", self.request.path()), 404)
    }
}

fn random() -> [u8; 24] {
    std::array::from_fn(|_| (js_sys::Math::random() * 256.0) as u8)
}
