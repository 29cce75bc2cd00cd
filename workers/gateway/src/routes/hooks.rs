//! `POST /hooks/{endpoint_id}`: a provider's delivery.
//!
//! The order is the defense: the endpoint, then the signature over the bytes exactly as they came, and only then
//! does anything look into them.

mod envelope;

use app::ports::StoredEndpoint;
use contracts::pipeline::IngestEvent;
use contracts::{Actor, TenantScope};
use http_api::{Code, Problem};
use ids::EndpointId;
use signing::{Secret, Secrets, Source, VerifyError};

use self::envelope::Envelope;
use super::{events, time};
use crate::exchange::Exchange;
use crate::failure::{Failure, failed, not_found};
use crate::respond::{Answer, Outcome};

/// The longest media type that is kept.
const MAX_MEDIA_TYPE: usize = 255;

/// Accepts a delivery, or answers the challenge by which a provider gets to know an endpoint.
///
/// # Errors
/// [`Code::EndpointNotFound`], [`Code::RequestTooLarge`], [`Code::HookBadSignature`], [`Code::HookStaleSignature`];
/// what [`failed`] makes of the call; [`Code::InternalError`] when the endpoint itself is damaged.
pub async fn receive(exchange: &Exchange<'_>) -> Outcome {
    let endpoint = find(exchange).await?;
    let source: Source = endpoint
        .source
        .parse()
        .map_err(|error| Failure::internal(format!("endpoint `{}`: {error}", endpoint.endpoint_id)))?;
    let secrets = secrets(&endpoint);

    let body = exchange.bytes().await?;
    let verified = signing::verify(source, &secrets, exchange.headers(), &body, exchange.now_unix_s())
        .map_err(|error| refused(&error, endpoint.endpoint_id))?;
    if let Some(answer) = signing::handshake(source, &verified, &secrets, &body) {
        return Ok(Answer::new(200, answer.content_type, answer.body.into_bytes()));
    }

    let actor = Actor::Endpoint(endpoint.endpoint_id);
    let call = exchange.call(TenantScope { tenant: endpoint.tenant_id, actor });
    let Envelope { kind, occurred_at } = Envelope::read(&body);
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
    events::accepted(&receipt)
}

/// The endpoint in the path, if it takes deliveries. Whether it never was, is switched off or belongs to a suspended
/// tenant is nothing that a stranger is told.
async fn find(exchange: &Exchange<'_>) -> Result<StoredEndpoint, Failure> {
    let endpoint_id: EndpointId = exchange.id(Code::EndpointNotFound)?;
    exchange.facts.endpoint.set(Some(endpoint_id));
    let found = exchange.ports.control.endpoint(endpoint_id).await.map_err(Failure::unavailable)?;
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

fn secrets(endpoint: &StoredEndpoint) -> Secrets {
    let secrets = Secrets::new(Secret::new(endpoint.secret.expose()));
    match &endpoint.previous_secret {
        Some(previous) => secrets.with_previous(Secret::new(previous.expose())),
        None => secrets,
    }
}

fn refused(error: &VerifyError, endpoint: EndpointId) -> Failure {
    let code = match error {
        VerifyError::MissingHeader { .. } | VerifyError::MalformedHeader { .. } | VerifyError::Mismatch => {
            Code::HookBadSignature
        }
        VerifyError::StaleTimestamp { .. } => Code::HookStaleSignature,
        VerifyError::BadSecret { source, .. } => {
            return Failure::internal(format!("endpoint `{endpoint}`: {error}: {source}"));
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
