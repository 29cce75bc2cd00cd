//! What every generated client method does.

use serde::{Serialize, de::DeserializeOwned};

use crate::context::{CallContext, MAX_HOPS};
use crate::contract::Contract;
use crate::error::CallError;
use crate::retry::{RetryPolicy, RetrySafety};
use crate::transport::{Outgoing, Transport, TransportError};
use crate::wire::{self, Outcome, Reply};

/// Makes one call of contract `C`: encodes, sends and decodes it.
pub async fn call<C, S, Q, R, E>(
    transport: &dyn Transport,
    method: &'static str,
    context: &CallContext<S>,
    request: &Q,
) -> Result<R, CallError<E>>
where
    C: Contract,
    S: Serialize,
    Q: Serialize,
    R: DeserializeOwned,
    E: DeserializeOwned,
{
    attempt::<C, S, Q, R, E>(transport, method, context, request).await.0
}

/// As [`call`], for a method without side effects or with an idempotency key: calls again as `policy` says where that
/// is safe, never past the deadline.
pub async fn call_idempotent<C, S, Q, R, E>(
    transport: &dyn Transport,
    policy: RetryPolicy,
    method: &'static str,
    context: &CallContext<S>,
    request: &Q,
) -> Result<R, CallError<E>>
where
    C: Contract,
    S: Serialize,
    Q: Serialize,
    R: DeserializeOwned,
    E: DeserializeOwned,
{
    let (mut outcome, mut again) = attempt::<C, S, Q, R, E>(transport, method, context, request).await;
    let mut delays = None;
    while let Err(error) = &outcome {
        if again == Again::Not || error.retry_safety() == RetrySafety::Never {
            break;
        }
        let runtime = transport.runtime();
        // The first call needs no randomness; most calls are first calls that succeed.
        let delays = delays.get_or_insert_with(|| policy.delays(runtime.random()));
        let Some(delay) = delays.next().map(|delay| delay.as_millis() as u64) else { break };
        if context.deadline.time_left(runtime.now_ms()) <= delay {
            break;
        }
        runtime.sleep(delay).await;
        (outcome, again) = attempt::<C, S, Q, R, E>(transport, method, context, request).await;
    }
    outcome
}

/// Whether the same request can be sent once more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Possible,
    /// Nothing was sent, or what was sent is spent: a stream can be sent only once.
    Not,
}

async fn attempt<C, S, Q, R, E>(
    transport: &dyn Transport,
    method: &'static str,
    context: &CallContext<S>,
    request: &Q,
) -> (Result<R, CallError<E>>, Again)
where
    C: Contract,
    S: Serialize,
    Q: Serialize,
    R: DeserializeOwned,
    E: DeserializeOwned,
{
    let service = C::NAME;
    let now_ms = transport.runtime().now_ms();
    let time_left_ms = context.deadline.time_left(now_ms);
    if time_left_ms == 0 {
        return (Err(CallError::TimedOut { service }), Again::Not);
    }
    if transport.counts_as_invocation() {
        if context.hops() >= MAX_HOPS {
            let message = format!(
                "this request made {MAX_HOPS} calls between Workers, and the platform allows 32 invocations: look \
                 for a loop in the call graph, or ask for many things in one call"
            );
            return (Err(CallError::Disallowed { service, message }), Again::Not);
        }
        context.hops.add(1);
    }
    let sent_hops = context.hops();
    let message = match wire::encode_request(context, C::FINGERPRINT, now_ms, request) {
        Ok(message) => message,
        Err(message) => {
            let message = format!("the request of `{method}` was not sent: {message}");
            return (Err(CallError::ContractMismatch { service, message }), Again::Not);
        }
    };
    let again = if message.streams.is_empty() { Again::Possible } else { Again::Not };
    let outgoing = Outgoing { service, method, message, time_left_ms, trace: &context.trace };
    let reply = match transport.send(outgoing).await {
        Ok(reply) => reply,
        Err(error) => return (Err(from_transport(service, error)), again),
    };
    let outcome = match wire::decode::<Reply<R, E>>(&reply.bytes, reply.streams) {
        Ok(reply) => {
            // What the callee called on this request's behalf counts here as well.
            context.hops.add(reply.hops.saturating_sub(sent_hops));
            match reply.outcome {
                Outcome::Ok(value) => Ok(value),
                Outcome::Refused(error) => Err(CallError::Refused(error)),
                Outcome::Fault(fault) => Err(fault.into_call_error(service)),
            }
        }
        Err(error) => {
            let message = format!(
                "the caller (contract {}) could not read the reply to `{method}`: {error}",
                C::FINGERPRINT
            );
            Err(CallError::ContractMismatch { service, message })
        }
    };
    (outcome, again)
}

fn from_transport<E>(service: &'static str, error: TransportError) -> CallError<E> {
    match error {
        TransportError::Unreachable(message) => CallError::Unreachable { service, message },
        TransportError::Overloaded(message) => CallError::Overloaded { service, message },
        TransportError::TimedOut => CallError::TimedOut { service },
        TransportError::UnknownMethod(message) => CallError::ContractMismatch { service, message },
        TransportError::Panicked(message) => CallError::Panicked { service, message },
        TransportError::Threw(message) => CallError::Failed { service, message },
    }
}
