//! `/v1/endpoints/{id}/history`.

use app::ports::HookEndpoint;
use contracts::TenantCall;
use contracts::pipeline::workflows::{self, HistoryError, NameHistory, ProviderKey};
use http_api::Code;
use http_api::histories::{History, PutHistory};
use ids::EndpointId;
use mesh::CallError;

use super::{endpoints, time};
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Says where the history of an endpoint's provider is, and what opens it.
///
/// # Errors
/// As [`authorize`]; [`Code::EndpointNotFound`]; a bad body; what [`failed`] makes of the call.
pub async fn put(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let endpoint = owned(exchange, &call).await?;
    let PutHistory { provider, api_key, api_secret, base_url, description, from } = exchange.json().await?;
    let request = workflows::PutHistory {
        endpoint_id: endpoint.endpoint_id,
        source: endpoint.source,
        provider,
        description: description.map(|description| description.as_json().to_owned()),
        base_url,
        api_key: ProviderKey::new(api_key),
        api_secret: api_secret.map(ProviderKey::new),
        from: from.map(time::inner),
    };
    let history = exchange.ports.workflows.put_history(&call, request).await.map_err(failed)?;
    Answer::json(200, &public(history))
}

/// The history of an endpoint's provider.
///
/// # Errors
/// As [`authorize`]; [`Code::EndpointNotFound`], [`Code::EndpointNoHistory`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let HookEndpoint { endpoint_id, .. } = owned(exchange, &call).await?;
    let found = exchange.ports.workflows.get_history(&call, NameHistory { endpoint_id }).await;
    Answer::json(200, &public(found.map_err(failed)?))
}

/// Forgets the history of an endpoint's provider.
///
/// # Errors
/// As [`get`].
pub async fn delete(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let HookEndpoint { endpoint_id, .. } = owned(exchange, &call).await?;
    exchange.ports.workflows.remove_history(&call, NameHistory { endpoint_id }).await.map_err(failed)?;
    Ok(Answer::empty(204))
}

/// Forgets it with its endpoint, if there is one.
pub(super) async fn forget(
    exchange: &Exchange<'_>,
    call: &TenantCall,
    endpoint_id: EndpointId,
) -> Result<(), Failure> {
    match exchange.ports.workflows.remove_history(call, NameHistory { endpoint_id }).await {
        Ok(()) | Err(CallError::Refused(HistoryError::NotFound)) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// The endpoint in the path. Histories are the pipeline's, which does not know whose endpoint is whose.
async fn owned(exchange: &Exchange<'_>, call: &TenantCall) -> Result<HookEndpoint, Failure> {
    let endpoint_id = exchange.id(Code::EndpointNotFound)?;
    let found = endpoints::endpoints(exchange).get(call.scope.tenant, endpoint_id).await;
    found.map_err(endpoints::failed)
}

fn public(history: workflows::History) -> History {
    History {
        endpoint_id: history.endpoint_id,
        provider: history.provider,
        base_url: history.base_url,
        from: time::public(history.from),
        since: time::public(history.since),
        under_way: history.under_way,
        run_id: history.run_id,
        items: history.items,
        created_at: time::public(history.created_at),
        updated_at: time::public(history.updated_at),
    }
}
