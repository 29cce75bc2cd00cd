//! `/v1/endpoints`.

mod settings;

use app::endpoints::{Draft, EndpointError, Endpoints, Made};
use app::ports::HookEndpoint;
use http_api::endpoints::{CreateEndpoint, Endpoint, EndpointStatus, ListEndpoints, RotateEndpoint};
use http_api::problem::FieldError;
use http_api::{Code, Problem};
use signing::{Secret, Source};

use super::{histories, time};
use crate::exchange::Exchange;
use crate::failure::{Failure, invalid, invalid_fields, key_reused, not_found};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Makes an endpoint.
///
/// # Errors
/// As [`authorize`]; a bad header or body; [`Code::EndpointLimitReached`], [`Code::IdempotencyKeyReused`].
pub async fn create(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let key = exchange.idempotency_key()?;
    let CreateEndpoint { source, name, secret, settings } = exchange.json().await?;
    let source: Source = source.parse().map_err(|_| unknown_source())?;
    let (public_key, settings) = settings::read(source, settings.unwrap_or_default())?;
    let secret = public_key.or(secret).map(Secret::new);
    let draft = Draft { source, name, secret, settings };
    let made =
        endpoints(exchange).create(call.scope.tenant, draft, key.as_ref().map(|key| key.as_str())).await;
    let answer = answer(exchange, made.map_err(failed)?);
    let location = format!("/v1/endpoints/{}", answer.id);
    Ok(Answer::json(201, &answer)?.with("location", location))
}

/// Endpoints, newest first.
///
/// # Errors
/// As [`authorize`]; a bad query.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let ListEndpoints { page } = exchange.query()?;
    let found = endpoints(exchange).list(call.scope.tenant, page.after, page.limit).await;
    let (found, next) = found.map_err(failed)?;
    Answer::json(200, &page.answer(found.into_iter().map(|found| endpoint(exchange, found)).collect(), next))
}

/// One endpoint.
///
/// # Errors
/// As [`authorize`]; [`Code::EndpointNotFound`].
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let id = exchange.id(Code::EndpointNotFound)?;
    let found = endpoints(exchange).get(call.scope.tenant, id).await.map_err(failed)?;
    Answer::json(200, &endpoint(exchange, found))
}

/// Gives an endpoint another secret.
///
/// # Errors
/// As [`get`]; a bad header or body; [`Code::IdempotencyKeyReused`].
pub async fn rotate(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let id = exchange.id(Code::EndpointNotFound)?;
    let key = exchange.idempotency_key()?;
    let RotateEndpoint { secret, public_key, overlap_seconds } = exchange.optional_json().await?;
    let secret = public_key.or(secret).map(Secret::new);
    let key = key.as_ref().map(|key| key.as_str());
    let rotated = endpoints(exchange).rotate(call.scope.tenant, id, secret, overlap_seconds, key).await;
    Answer::json(200, &answer(exchange, rotated.map_err(failed)?))
}

/// Deletes an endpoint.
///
/// # Errors
/// As [`get`].
pub async fn delete(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let id = exchange.id(Code::EndpointNotFound)?;
    // First, and only of an endpoint that is there: what opens its history must not outlive it.
    endpoints(exchange).get(call.scope.tenant, id).await.map_err(failed)?;
    histories::forget(exchange, &call, id).await?;
    endpoints(exchange).remove(call.scope.tenant, id).await.map_err(failed)?;
    Ok(Answer::empty(204))
}

pub(super) fn endpoints(exchange: &Exchange<'_>) -> Endpoints {
    let ports = exchange.ports;
    Endpoints { store: ports.endpoints.clone(), clock: ports.clock.clone(), random: ports.random.clone() }
}

fn unknown_source() -> Problem {
    let catalog = Source::ALL.map(Source::as_str).join("`, `");
    invalid(Code::RequestInvalid, "/source", format!("must be one of `{catalog}`"))
}

pub(super) fn failed(error: EndpointError) -> Failure {
    match error {
        EndpointError::Invalid(faults) => {
            let field =
                |fault: app::endpoints::Fault| FieldError { pointer: fault.pointer, detail: fault.detail };
            invalid_fields(faults.into_iter().map(field).collect()).into()
        }
        EndpointError::KeyReused => key_reused(),
        error @ EndpointError::LimitReached => {
            Problem::new(Code::EndpointLimitReached, error.to_string()).into()
        }
        EndpointError::NotFound => not_found(Code::EndpointNotFound),
        EndpointError::Unavailable(error) => Failure::unavailable(error),
    }
}

fn answer(exchange: &Exchange<'_>, made: Made) -> Endpoint {
    let secret = made.secret.map(|secret| secret.expose().to_owned());
    Endpoint { secret, ..endpoint(exchange, made.endpoint) }
}

fn endpoint(exchange: &Exchange<'_>, found: HookEndpoint) -> Endpoint {
    let HookEndpoint {
        endpoint_id,
        source,
        name,
        secret,
        settings,
        active,
        previous_until,
        rotated_at,
        created_at,
    } = found;
    let until = previous_until.flatten().filter(|until| exchange.ports.clock.now() < *until);
    Endpoint {
        id: endpoint_id,
        url: format!("{}/hooks/{endpoint_id}", exchange.origin()),
        settings: settings::shown(&source, settings, secret.expose()),
        source,
        name,
        status: if active { EndpointStatus::Active } else { EndpointStatus::Disabled },
        previous_secret_until: until.map(time::public),
        rotated_at: rotated_at.map(time::public),
        created_at: time::public(created_at),
        secret: None,
    }
}
