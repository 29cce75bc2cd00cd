//! The callee's side: from an encoded call to an encoded reply.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture, select};
use serde::{Serialize, de::DeserializeOwned};

use crate::context::{CallContext, MAX_HOPS};
use crate::contract::Contract;
use crate::error::{Fault, FaultKind};
use crate::runtime::Runtime;
use crate::transport::Message;
use crate::wire::{self, Outcome, Reply};

/// One encoded call as it arrives.
pub struct Incoming<'a> {
    /// The method's name.
    pub method: &'a str,
    /// The encoded context and request.
    pub message: Message,
    /// The callee's machine.
    pub runtime: &'a dyn Runtime,
    /// The tenant whose object answers: a call of any other is refused. None where the callee is no tenant's own.
    pub tenant: Option<&'a str>,
}

/// Answers encoded calls; generated for every service.
#[async_trait(?Send)]
pub trait Dispatch {
    /// The names of the methods that [`Dispatch::dispatch`] knows.
    fn methods(&self) -> &'static [&'static str];

    /// Answers one call. Every failure is part of the reply, so this cannot fail.
    async fn dispatch(&self, call: Incoming<'_>) -> Message;
}

/// Answers one call with `method`, the user's own.
///
/// Refuses it before any user code runs when it cannot be understood, has no time left or is one call too many. Gives
/// the user's future up when the call's time is over, and turns a panic in it into a failure of this call alone.
/// `tenant_of` says for which tenant a call is made, if its scope has one.
pub async fn answer<C, S, Q, R, E>(
    call: Incoming<'_>,
    tenant_of: impl FnOnce(&CallContext<S>) -> Option<String>,
    method: impl AsyncFnOnce(&CallContext<S>, Q) -> Result<R, E>,
) -> Message
where
    C: Contract,
    S: DeserializeOwned,
    Q: DeserializeOwned,
    R: Serialize,
    E: Serialize,
{
    let Incoming { method: _, message, runtime, tenant } = call;
    let now_ms = runtime.now_ms();
    let (context, request) = match open::<C, S, Q>(message, now_ms) {
        Ok(opened) => opened,
        Err(fault) => return fault_reply(fault),
    };
    if let Some(tenant) = tenant
        && tenant_of(&context).as_deref() != Some(tenant)
    {
        return fault_reply(Fault {
            kind: FaultKind::WrongTenant,
            message: "the call is made for another tenant than the one whose object this is".into(),
        });
    }
    let time_left_ms = context.deadline.time_left(now_ms);
    // Boxed, so that what follows is compiled once and not for each method.
    let work = Box::pin(async {
        let before = context.hops();
        let outcome = match method(&context, request).await {
            Ok(value) => Outcome::Ok(value),
            Err(error) => Outcome::Refused(error),
        };
        // How far the count stands after the call; nothing when the callee called nobody.
        let hops = if context.hops() == before { 0 } else { context.hops() };
        wire::encode(&Reply { outcome, hops })
    });
    supervised(runtime, time_left_ms, work).await
}

/// The reply that `work` encodes, unless it panics or its time is over first.
async fn supervised(
    runtime: &dyn Runtime,
    time_left_ms: u64,
    work: LocalBoxFuture<'_, Result<Message, String>>,
) -> Message {
    // The panicked future is dropped and never polled again; what it shares with others is theirs to keep sound, as
    // it is in any language with exceptions.
    let guarded = AssertUnwindSafe(work).catch_unwind();
    // The timer starts only when the method has to wait.
    let patience = async { runtime.sleep(time_left_ms).await };
    let (kind, message) = match select(std::pin::pin!(guarded), std::pin::pin!(patience)).await {
        Either::Left((Ok(Ok(reply)), _)) => return reply,
        Either::Left((Ok(Err(message)), _)) => (FaultKind::Failed, format!("the reply: {message}")),
        Either::Left((Err(panic), _)) => (FaultKind::Panicked, runtime.describe_panic(&*panic)),
        Either::Right(_) => {
            (FaultKind::Expired, "the call's time was over before its answer was there".into())
        }
    };
    fault_reply(Fault { kind, message })
}

fn open<C, S, Q>(message: Message, now_ms: u64) -> Result<(CallContext<S>, Q), Fault>
where
    C: Contract,
    S: DeserializeOwned,
    Q: DeserializeOwned,
{
    let (context, request) = wire::decode_request::<S, Q>(message, C::FINGERPRINT, now_ms)?;
    if context.deadline.time_left(now_ms) == 0 {
        return Err(Fault {
            kind: FaultKind::Expired,
            message: "no time was left when the call arrived".into(),
        });
    }
    if context.hops() > MAX_HOPS {
        return Err(Fault {
            kind: FaultKind::TooManyHops,
            message: format!(
                "the request made more than {MAX_HOPS} calls between Workers: look for a loop in the call graph"
            ),
        });
    }
    Ok((context, request))
}

/// What a panic says of itself.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "a panic without a text".into(),
    }
}

/// The reply to a method that this service does not have.
pub fn unknown_method<C: Contract>(method: &str) -> Message {
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

/// A failure of the mesh as the reply to a call; adapters use it.
pub fn fault_reply(fault: Fault) -> Message {
    // A `Fault` is two short fields: its encoding has no way to fail. An empty reply would read as a mismatch.
    wire::encode(&Reply::<(), ()> { outcome: Outcome::Fault(fault), hops: 0 }).unwrap_or_default()
}
