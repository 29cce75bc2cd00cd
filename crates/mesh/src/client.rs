//! What every generated client method does.

use std::convert::Infallible;

use serde::{Serialize, de::DeserializeOwned};

use crate::context::{CallContext, Deadline, Hops, MAX_HOPS, TraceContext};
use crate::contract::{Contract, Fingerprint};
use crate::error::{CallError, Fault};
use crate::retry::{RetryPolicy, RetrySafety};
use crate::transport::{Message, Outgoing, Transport, TransportError};
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
    perform::<C, S, Q, R, E>(transport, None, method, context, request).await
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
    perform::<C, S, Q, R, E>(transport, Some(policy), method, context, request).await
}

/// What is compiled for each method: only what its types make different.
async fn perform<C, S, Q, R, E>(
    transport: &dyn Transport,
    policy: Option<RetryPolicy>,
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
    let mut answered = None;
    let mut codec = Codec {
        encode: &|now_ms| wire::encode_request(context, C::FINGERPRINT, now_ms, request),
        decode: &mut |message| {
            let reply = wire::decode::<Reply<R, E>>(&message.bytes, message.streams)?;
            let fault = match reply.outcome {
                Outcome::Ok(value) => {
                    answered = Some(Ok(value));
                    None
                }
                Outcome::Refused(error) => {
                    answered = Some(Err(CallError::Refused(error)));
                    None
                }
                Outcome::Fault(fault) => Some(fault),
            };
            Ok((reply.hops, fault))
        },
    };
    let call = Call {
        transport,
        service: C::NAME,
        contract: C::FINGERPRINT,
        method,
        deadline: context.deadline,
        trace: &context.trace,
        hops: &context.hops,
    };
    let settled = call.settle(policy, &mut codec).await;
    match (settled, answered) {
        (Err(error), _) => Err(error.widened()),
        (Ok(()), Some(answered)) => answered,
        (Ok(()), None) => {
            Err(CallError::Failed { service: C::NAME, message: "it gave no answer".to_owned() })
        }
    }
}

/// The two ends that know a method's types.
struct Codec<'a> {
    /// The request, as it is sent at this time.
    encode: &'a dyn Fn(u64) -> Result<Message, String>,
    /// Takes a reply, and gives the hops that it counts, and the mesh's own fault where it is one.
    decode: &'a mut dyn FnMut(Message) -> Result<(u32, Option<Fault>), String>,
}

/// A call, without its types.
struct Call<'a> {
    transport: &'a dyn Transport,
    service: &'static str,
    contract: Fingerprint,
    method: &'static str,
    deadline: Deadline,
    trace: &'a TraceContext,
    hops: &'a Hops,
}

/// Whether the same request can be sent once more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Possible,
    /// Nothing was sent, or what was sent is spent: a stream can be sent only once.
    Not,
}

impl Call<'_> {
    /// Until it is answered or refused, or may not be made again.
    async fn settle(
        &self,
        policy: Option<RetryPolicy>,
        codec: &mut Codec<'_>,
    ) -> Result<(), CallError<Infallible>> {
        let (mut outcome, mut again) = self.attempt(codec).await;
        let Some(policy) = policy else { return outcome };
        let mut delays = None;
        while let Err(error) = &outcome {
            if again == Again::Not || error.retry_safety() == RetrySafety::Never {
                break;
            }
            let runtime = self.transport.runtime();
            // The first call needs no randomness; most calls are first calls that succeed.
            let delays = delays.get_or_insert_with(|| policy.delays(runtime.random()));
            let Some(delay) = delays.next().map(|delay| delay.as_millis() as u64) else { break };
            if self.deadline.time_left(runtime.now_ms()) <= delay {
                break;
            }
            runtime.sleep(delay).await;
            (outcome, again) = self.attempt(codec).await;
        }
        outcome
    }

    async fn attempt(&self, codec: &mut Codec<'_>) -> (Result<(), CallError<Infallible>>, Again) {
        let Self { transport, service, method, .. } = *self;
        let now_ms = transport.runtime().now_ms();
        let time_left_ms = self.deadline.time_left(now_ms);
        if time_left_ms == 0 {
            return (Err(CallError::TimedOut { service }), Again::Not);
        }
        if transport.counts_as_invocation() {
            if self.hops.count() >= MAX_HOPS {
                let message = format!(
                    "this request made {MAX_HOPS} calls between Workers, and the platform allows 32 invocations: \
                     look for a loop in the call graph, or ask for many things in one call"
                );
                return (Err(CallError::Disallowed { service, message }), Again::Not);
            }
            self.hops.add(1);
        }
        let sent_hops = self.hops.count();
        let message = match (codec.encode)(now_ms) {
            Ok(message) => message,
            Err(message) => {
                let message = format!("the request of `{method}` was not sent: {message}");
                return (Err(CallError::ContractMismatch { service, message }), Again::Not);
            }
        };
        let again = if message.streams.is_empty() { Again::Possible } else { Again::Not };
        let outgoing = Outgoing { service, method, message, time_left_ms, trace: self.trace };
        let reply = match transport.send(outgoing).await {
            Ok(reply) => reply,
            Err(error) => return (Err(from_transport(service, error)), again),
        };
        let outcome = match (codec.decode)(reply) {
            Ok((hops, fault)) => {
                // What the callee called on this request's behalf counts here as well.
                self.hops.add(hops.saturating_sub(sent_hops));
                fault.map_or(Ok(()), |fault| Err(fault.into_call_error(service)))
            }
            Err(error) => {
                let message = format!(
                    "the caller (contract {}) could not read the reply to `{method}`: {error}",
                    self.contract
                );
                Err(CallError::ContractMismatch { service, message })
            }
        };
        (outcome, again)
    }
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
