//! The callee's side: from an encoded call to an encoded reply.

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};

use crate::context::{CallContext, MAX_HOPS};
use crate::contract::Contract;
use crate::error::{Fault, FaultKind};
use crate::wire::{self, Reply};

/// One encoded call as it arrives.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The method's name.
    pub method: &'a str,
    /// The encoded context and request.
    pub payload: &'a [u8],
    /// The callee's clock, Unix milliseconds.
    pub now_ms: u64,
}

/// Answers encoded calls; generated for every service.
#[async_trait(?Send)]
pub trait Dispatch {
    /// The names of the methods that [`Dispatch::dispatch`] knows.
    fn methods(&self) -> &'static [&'static str];

    /// Answers one call. Every failure is part of the reply, so this cannot fail.
    async fn dispatch(&self, call: Incoming<'_>) -> Vec<u8>;
}

/// Reads the context and request of a call, refusing it before any user code runs when it is expired, nested too
/// deep, or not to be understood.
///
/// # Errors
/// The encoded reply to send instead.
pub fn open<C, S, Q>(call: Incoming<'_>) -> Result<(CallContext<S>, Q), Vec<u8>>
where
    C: Contract,
    S: DeserializeOwned,
    Q: DeserializeOwned,
{
    let (context, request) =
        wire::decode_request::<S, Q>(call.payload, C::FINGERPRINT, call.now_ms).map_err(fault_reply)?;
    if context.deadline.time_left(call.now_ms) == 0 {
        return Err(fault_reply(Fault {
            kind: FaultKind::Expired,
            message: "no time was left when the call arrived".into(),
        }));
    }
    if context.hops() > MAX_HOPS {
        return Err(fault_reply(Fault {
            kind: FaultKind::TooManyHops,
            message: format!("calls are nested more than {MAX_HOPS} deep: look for a loop in the call graph"),
        }));
    }
    Ok((context, request))
}

/// Encodes the outcome of a method.
pub fn close<R: Serialize, E: Serialize>(outcome: Result<R, E>) -> Vec<u8> {
    let reply = match outcome {
        Ok(value) => Reply::Ok(value),
        Err(error) => Reply::Refused(error),
    };
    wire::encode(&reply).unwrap_or_else(|message| {
        fault_reply(Fault { kind: FaultKind::Failed, message: format!("the reply: {message}") })
    })
}

/// The reply to a method that this service does not have.
pub fn unknown_method<C: Contract>(method: &str) -> Vec<u8> {
    fault_reply(Fault {
        kind: FaultKind::Contract,
        message: format!(
            "`{}` (contract {}) has no method `{method}`; it has: {}",
            C::NAME,
            C::FINGERPRINT,
            C::METHODS.join(", ")
        ),
    })
}

fn fault_reply(fault: Fault) -> Vec<u8> {
    // A `Fault` is two short fields: its encoding has no way to fail. An empty reply would read as a mismatch.
    wire::encode(&Reply::<(), ()>::Fault(fault)).unwrap_or_default()
}
