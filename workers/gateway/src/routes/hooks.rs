//! `POST /hooks/{endpoint_id}`: a provider's delivery.
//!
//! The order is the defense: the endpoint, then the signature over the bytes exactly as they came, and only then
//! does anything look into them.

mod envelope;

use app::limits::Allowed;
use app::ports::StoredEndpoint;
use contracts::pipeline::IngestEvent;
use contracts::{Actor, TenantScope};
use http_api::{Code, Problem};
use ids::EndpointId;
use jwt::{FetchKeysError, KeySet};
use signing::{Delivery, Handshake, Receiver, Secret, Secrets, Source, Verified, VerifyError};

use self::envelope::Envelope;
use super::{events, time};
use crate::exchange::Exchange;
use crate::failure::{Failure, failed, not_found};
use crate::middleware::limits;
use crate::respond::{Answer, Outcome};

/// The longest media type that is kept.
const MAX_MEDIA_TYPE: usize = 255;

/// Accepts a delivery, or answers the challenge by which a provider gets to know an endpoint.
///
/// # Errors
/// [`Code::EndpointNotFound`], [`Code::RequestTooLarge`], [`Code::HookBadSignature`], [`Code::HookStaleSignature`];
/// what [`failed`] makes of the call; [`Code::InternalError`] when the endpoint itself is damaged.
pub async fn receive(exchange: &Exchange<'_>) -> Outcome {
    limits::first_cut(exchange, exchange.part(0)).await?;
    let endpoint = find(exchange, Age::Remembered).await?;
    let source = source(&endpoint)?;
    if let Some(answer) = signing::open_handshake(source, delivery(exchange, &[])) {
        return Ok(told(answer));
    }
    let body = exchange.bytes().await?;
    let (endpoint, verified) = match judge(exchange, &endpoint, &body).await {
        Ok(verified) => (endpoint, verified),
        // Its secret may just have been changed: whoever signs by the new one must not be sent away.
        Err(refusal) if refusal.may_be_outdated() => {
            let fresh = find(exchange, Age::Fresh).await?;
            if fresh == endpoint {
                return Err(refusal.into_failure(endpoint.endpoint_id));
            }
            let judged = judge(exchange, &fresh, &body).await;
            let verified = judged.map_err(|refusal| refusal.into_failure(fresh.endpoint_id))?;
            (fresh, verified)
        }
        Err(refusal) => return Err(refusal.into_failure(endpoint.endpoint_id)),
    };
    if let Some(answer) = signing::handshake(source, &verified, &secrets(exchange, &endpoint), &body) {
        return Ok(told(answer));
    }

    let actor = Actor::Endpoint(endpoint.endpoint_id);
    let call = exchange.call(TenantScope { tenant: endpoint.tenant_id, actor });
    let allowed = Allowed::of(&endpoint.allowance);
    limits::admit_delivery(exchange, &call, endpoint.endpoint_id, &allowed).await?;
    let named = source.kind_header().and_then(|name| exchange.header(name));
    let Envelope { kind, occurred_at } = Envelope::read(&body, named, source.default_kind());
    let acknowledgement = signing::acknowledgement(source, &body);
    let request = IngestEvent {
        source: endpoint.source,
        kind,
        subject: None,
        occurred_at: occurred_at.map(time::inner),
        endpoint_id: Some(endpoint.endpoint_id),
        delivery_id: verified.delivery_id,
        media_type: media_type(exchange.header("content-type")),
        body: body.into(),
    };
    let receipt = exchange.ports.pipeline.ingest_event(&call, request).await.map_err(failed)?;
    exchange.facts.duplicate.set(receipt.duplicate);
    acknowledgement.map_or_else(|| events::accepted(exchange, &receipt), |answer| Ok(told(answer)))
}

/// Answers a provider that looks, without delivering, whether an endpoint is there: Intercom asks with `HEAD`.
///
/// # Errors
/// [`Code::EndpointNotFound`].
pub async fn probe(exchange: &Exchange<'_>) -> Outcome {
    find(exchange, Age::Remembered).await?;
    Ok(Answer::new(200, "text/plain; charset=utf-8", &b"deliveries are posted here\n"[..]))
}

fn told(answer: Handshake) -> Answer {
    Answer::new(200, answer.content_type, answer.body.into_bytes())
}

fn delivery<'a>(exchange: &'a Exchange<'_>, body: &'a [u8]) -> Delivery<'a, [(String, String)]> {
    Delivery { method: exchange.method(), url: exchange.url(), headers: exchange.headers(), body }
}

fn source(endpoint: &StoredEndpoint) -> Result<Source, Failure> {
    let source = endpoint.source.parse();
    source.map_err(|error| Failure::internal(format!("endpoint `{}`: {error}", endpoint.endpoint_id)))
}

/// Whether a delivery is the provider's, by the endpoint as it is known.
async fn judge(exchange: &Exchange<'_>, endpoint: &StoredEndpoint, body: &[u8]) -> Result<Verified, Refusal> {
    let source = source(endpoint).map_err(Refusal::Damaged)?;
    let now = exchange.now_unix_s();
    let delivery = delivery(exchange, body);
    let keys = match signing::named_key(source, delivery).map_err(Refusal::Unproven)? {
        Some(name) => {
            let google = &exchange.ports.google;
            let keys = google.cache.keys(&name, &*google.store, now).await;
            Some(keys.map_err(Refusal::KeysUnavailable)?)
        }
        None => None,
    };
    let receiver = Receiver {
        source,
        secrets: &secrets(exchange, endpoint),
        settings: &endpoint.settings,
        keys: keys.as_deref().map(|keys: &KeySet| keys),
    };
    signing::verify(receiver, delivery, now).map_err(Refusal::Unproven)
}

/// Why a delivery was not taken.
enum Refusal {
    /// It is not proven.
    Unproven(VerifyError),
    /// The provider's published keys could not be had, so that nothing can be said.
    KeysUnavailable(Option<FetchKeysError>),
    /// The endpoint as stored cannot be used.
    Damaged(Failure),
}

impl Refusal {
    /// Whether another secret or other settings could make the delivery good.
    const fn may_be_outdated(&self) -> bool {
        matches!(
            self,
            Self::Unproven(
                VerifyError::Mismatch
                    | VerifyError::BadToken { .. }
                    | VerifyError::WrongClaim { .. }
                    | VerifyError::BadSecret { .. }
            )
        )
    }

    fn into_failure(self, endpoint: EndpointId) -> Failure {
        match self {
            Self::Unproven(error) => refused(&error, endpoint),
            Self::KeysUnavailable(Some(error)) => Failure::unavailable(error),
            Self::KeysUnavailable(None) => {
                Failure::unavailable("the published keys could not be fetched just now")
            }
            Self::Damaged(failure) => failure,
        }
    }
}

/// How old what is known of an endpoint may be.
#[derive(Clone, Copy)]
enum Age {
    /// As old as the cache has it.
    Remembered,
    /// A few seconds.
    Fresh,
}

/// The endpoint in the path, if it takes deliveries. Whether it never was, is switched off or belongs to a suspended
/// tenant is nothing that a stranger is told.
async fn find(exchange: &Exchange<'_>, age: Age) -> Result<StoredEndpoint, Failure> {
    let endpoint_id: EndpointId = exchange.id(Code::EndpointNotFound)?;
    exchange.facts.endpoint.set(Some(endpoint_id));
    let found = match age {
        Age::Remembered => exchange.ports.control.endpoint(endpoint_id).await,
        Age::Fresh => exchange.ports.control.fresh_endpoint(endpoint_id).await,
    };
    let found = found.map_err(Failure::unavailable)?;
    let missing = |cause: &str| not_found(Code::EndpointNotFound).because(cause);
    let endpoint = found.ok_or_else(|| missing("unknown"))?;
    exchange.facts.tenant.set(Some(endpoint.tenant_id));
    if !endpoint.tenant_active {
        return Err(missing("tenant_suspended"));
    }
    if !endpoint.active {
        return Err(missing("disabled"));
    }
    Ok(endpoint)
}

/// The secrets in force: the one before only for as long as its rotation said.
fn secrets(exchange: &Exchange<'_>, endpoint: &StoredEndpoint) -> Secrets {
    let secrets = Secrets::new(Secret::new(endpoint.secret.expose()));
    let now = exchange.ports.clock.now();
    match &endpoint.previous_secret {
        Some(previous) if endpoint.previous_until.is_none_or(|until| now < until) => {
            secrets.with_previous(Secret::new(previous.expose()))
        }
        _ => secrets,
    }
}

fn refused(error: &VerifyError, endpoint: EndpointId) -> Failure {
    let code = match error {
        VerifyError::MissingHeader { .. }
        | VerifyError::MalformedHeader { .. }
        | VerifyError::MalformedBody { .. }
        | VerifyError::BadToken { .. }
        | VerifyError::WrongClaim { .. }
        | VerifyError::Mismatch => Code::HookBadSignature,
        VerifyError::StaleTimestamp { .. } => Code::HookStaleSignature,
        VerifyError::BadSecret { source, .. } => {
            return Failure::internal(format!("endpoint `{endpoint}`: {error}: {source}"));
        }
        VerifyError::BadSettings => {
            return Failure::internal(format!("endpoint `{endpoint}`: {error}"));
        }
    };
    Failure::from(Problem::new(code, error.to_string())).because(error.label())
}

/// The declared media type as it is kept and served again: a short line of visible characters.
fn media_type(content_type: Option<&str>) -> String {
    let line = |text: &&str| {
        (1..=MAX_MEDIA_TYPE).contains(&text.len()) && text.bytes().all(|b| matches!(b, b' '..=b'~'))
    };
    content_type.map(str::trim).filter(line).unwrap_or("application/octet-stream").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_kept_as_declared_unless_it_cannot_be_served_again() {
        let check =
            |declared: Option<&str>, kept: &str| assert_eq!(media_type(declared), kept, "{declared:?}");
        check(Some("application/json; charset=utf-8"), "application/json; charset=utf-8");
        check(Some(" text/plain "), "text/plain");
        for odd in [None, Some(""), Some("text/\u{e9}"), Some("a\nb"), Some(&*"x".repeat(256))] {
            check(odd, "application/octet-stream");
        }
    }
}
