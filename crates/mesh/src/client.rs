//! What every generated client method does.

use serde::{Serialize, de::DeserializeOwned};

use crate::context::{CallContext, MAX_HOPS};
use crate::contract::Contract;
use crate::error::CallError;
use crate::transport::{Outgoing, Transport, TransportError};
use crate::wire::{self, Reply};

/// Encodes, sends and decodes one call of contract `C`.
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
    let service = C::NAME;
    if context.hops() >= MAX_HOPS {
        let message = format!("calls are nested {MAX_HOPS} deep: look for a loop in the call graph");
        return Err(CallError::Failed { service, message });
    }
    let now_ms = transport.now_ms();
    let time_left_ms = context.deadline.time_left(now_ms);
    if time_left_ms == 0 {
        return Err(CallError::TimedOut { service });
    }
    let payload = wire::encode_request(context, C::FINGERPRINT, now_ms, request)
        .map_err(|message| CallError::ContractMismatch { service, message })?;
    let outgoing = Outgoing { service, method, payload, time_left_ms, trace: &context.trace };
    let reply = transport.send(outgoing).await.map_err(|error| match error {
        TransportError::Unreachable(message) => CallError::Unreachable { service, message },
        TransportError::TimedOut => CallError::TimedOut { service },
        TransportError::UnknownMethod(message) => CallError::ContractMismatch { service, message },
        TransportError::Threw(message) => CallError::Failed { service, message },
    })?;
    match wire::decode::<Reply<R, E>>(&reply) {
        Ok(Reply::Ok(value)) => Ok(value),
        Ok(Reply::Refused(error)) => Err(CallError::Refused(error)),
        Ok(Reply::Fault(fault)) => Err(fault.into_call_error(service)),
        Err(error) => {
            let message = format!(
                "the caller (contract {}) could not read the reply to `{method}`: {error}",
                C::FINGERPRINT
            );
            Err(CallError::ContractMismatch { service, message })
        }
    }
}
