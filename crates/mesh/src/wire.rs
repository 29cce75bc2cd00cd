//! The wire format: MessagePack maps with field names.
//!
//! Self-describing on purpose: each Worker deploys alone, so a reader skips fields that it does not know and fills in
//! those that are missing from their defaults. Positional formats cannot do either.
//!
//! A request is `{cx: {scope, trace, left_ms, key, from, hops, contract}, req}`. A reply is `{ok}`, `{refused}` or
//! `{fault: {kind, message}}`, with `hops` beside it when the callee made calls of its own.

#[cfg(test)]
mod mutated;

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::context::{CallContext, Deadline, Hops, TraceContext};
use crate::contract::Fingerprint;
use crate::decoder::{DecodeError, Decoder};
use crate::encoder::Encoder;
use crate::error::{Fault, FaultKind};
use crate::stream::{self, ByteStream};
use crate::transport::Message;

/// The platform's limit on one serialized argument list or return value: 32 MiB, less room for its own framing.
pub const MAX_MESSAGE_BYTES: usize = 32 * 1024 * 1024 - 1024;

#[derive(Serialize)]
struct RequestOut<'a, S, T> {
    cx: HeaderOut<'a, S>,
    req: &'a T,
}

#[derive(Serialize)]
struct HeaderOut<'a, S> {
    scope: &'a S,
    trace: &'a str,
    left_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    from: &'a str,
    hops: u32,
    contract: &'a str,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "S: Deserialize<'de>, T: Deserialize<'de>"))]
struct RequestIn<'a, S, T> {
    #[serde(borrow)]
    cx: HeaderIn<'a, S>,
    req: T,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "S: Deserialize<'de>"))]
struct HeaderIn<'a, S> {
    scope: S,
    trace: &'a str,
    left_ms: u64,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    hops: u32,
}

/// What came of a call.
pub(crate) enum Outcome<T, E> {
    Ok(T),
    Refused(E),
    Fault(Fault),
}

/// An outcome, and how many calls the callee made for it.
pub(crate) struct Reply<T, E> {
    pub(crate) outcome: Outcome<T, E>,
    pub(crate) hops: u32,
}

impl<T: Serialize, E: Serialize> Serialize for Reply<T, E> {
    fn serialize<Z: serde::Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let called = self.hops > 0;
        let mut map = serializer.serialize_map(Some(1 + usize::from(called)))?;
        match &self.outcome {
            Outcome::Ok(value) => map.serialize_entry("ok", value)?,
            Outcome::Refused(error) => map.serialize_entry("refused", error)?,
            Outcome::Fault(fault) => map.serialize_entry("fault", fault)?,
        }
        if called {
            map.serialize_entry("hops", &self.hops)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>, E: Deserialize<'de>> Deserialize<'de> for Reply<T, E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ReplyVisitor<T, E>(PhantomData<(T, E)>);

        impl<'de, T: Deserialize<'de>, E: Deserialize<'de>> Visitor<'de> for ReplyVisitor<T, E> {
            type Value = Reply<T, E>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a reply: `ok`, `refused` or `fault`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut outcome = None;
                let mut hops = 0;
                while let Some(key) = map.next_key::<ReplyKey>()? {
                    match key {
                        ReplyKey::Ok => outcome = Some(Outcome::Ok(map.next_value()?)),
                        ReplyKey::Refused => outcome = Some(Outcome::Refused(map.next_value()?)),
                        ReplyKey::Fault => outcome = Some(Outcome::Fault(map.next_value()?)),
                        ReplyKey::Hops => hops = map.next_value()?,
                        ReplyKey::Other => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                let outcome = outcome.ok_or_else(|| de::Error::custom("no `ok`, `refused` or `fault`"))?;
                Ok(Reply { outcome, hops })
            }
        }

        deserializer.deserialize_map(ReplyVisitor(PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ReplyKey {
    Ok,
    Refused,
    Fault,
    Hops,
    #[serde(other)]
    Other,
}

pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Message, String> {
    let mut bytes = Vec::with_capacity(256);
    let (written, streams) = stream::collecting(|| value.serialize(&mut Encoder::new(&mut bytes)));
    written.map_err(|error| error.to_string())?;
    if bytes.len() > MAX_MESSAGE_BYTES {
        return Err(format!(
            "a message of {} bytes is over the limit of {MAX_MESSAGE_BYTES}: send bulk data as a `ByteStream` or by its storage key",
            bytes.len()
        ));
    }
    Ok(Message { bytes, streams })
}

/// The error names the field that did not fit.
pub(crate) fn decode<'de, T: Deserialize<'de>>(
    bytes: &'de [u8],
    streams: Vec<ByteStream>,
) -> Result<T, String> {
    stream::supplying(streams, || read(bytes).map_err(|error| error.to_string()))
}

fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, DecodeError> {
    T::deserialize(&mut Decoder::new(bytes))
}

pub(crate) fn encode_request<S: Serialize, T: Serialize>(
    context: &CallContext<S>,
    contract: Fingerprint,
    now_ms: u64,
    request: &T,
) -> Result<Message, String> {
    let (trace, contract) = (context.trace.text(), contract.text());
    let digits = |text| std::str::from_utf8(text).map_err(|error| error.to_string());
    encode(&RequestOut {
        cx: HeaderOut {
            scope: &context.scope,
            trace: digits(&trace)?,
            left_ms: context.deadline.time_left(now_ms),
            key: context.idempotency_key.as_deref(),
            from: &context.caller,
            hops: context.hops(),
            contract: digits(&contract)?,
        },
        req: request,
    })
}

pub(crate) fn decode_request<S: DeserializeOwned, T: DeserializeOwned>(
    message: Message,
    contract: Fingerprint,
    now_ms: u64,
) -> Result<(CallContext<S>, T), Fault> {
    let Message { bytes, streams } = message;
    let RequestIn { cx, req } = decode::<RequestIn<'_, S, T>>(&bytes, streams).map_err(|error| Fault {
        kind: FaultKind::Contract,
        message: format!(
            "the callee (contract {contract}) could not read the request{}: {error}",
            read::<Claimed>(&bytes)
                .ok()
                // A caller with plain objects claims none.
                .filter(|claim| !claim.cx.contract.is_empty())
                .map(|claim| format!(" of contract {}", claim.cx.contract))
                .unwrap_or_default()
        ),
    })?;
    let trace: TraceContext = cx.trace.parse().map_err(|error| Fault {
        kind: FaultKind::Contract,
        message: format!("the caller's trace is malformed: {error}"),
    })?;
    let deadline = Deadline::after(now_ms, cx.left_ms);
    Ok((
        CallContext {
            scope: cx.scope,
            trace,
            deadline,
            idempotency_key: cx.key,
            caller: cx.from,
            hops: Hops::starting_at(cx.hops),
        },
        req,
    ))
}

/// Just the caller's fingerprint, for the message when the rest cannot be read.
#[derive(Deserialize)]
struct Claimed {
    cx: ClaimedHeader,
}

#[derive(Deserialize)]
struct ClaimedHeader {
    #[serde(default)]
    contract: String,
}
