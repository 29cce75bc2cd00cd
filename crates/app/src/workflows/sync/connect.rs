//! Setting a history up: the list's description is judged, its address checked, and what opens it encrypted.

use contracts::pipeline::workflows::{Fault, History, HistoryError, NameHistory, PutHistory};
use contracts::{TenantCall, Timestamp};
use history::catalog::{self, CUSTOM};
use history::{Auth, Credentials, Description, NONCE_BYTES, Walk};
use ids::{EndpointId, TenantId};

use super::page;
use crate::outbound::{AddressError, checked};
use crate::ports::{HistoryRecord, NewHistory, StoreError};
use crate::workflows::WorkflowPorts;

/// From when calls are wanted where nobody says, in milliseconds before now.
const USUAL_PAST_MS: u64 = 90 * 24 * 60 * 60 * 1_000;
/// The longest key or secret, in bytes.
const MAX_KEY: usize = 1_024;

/// How the list of a history is walked.
pub(crate) fn description_of(record: &HistoryRecord) -> Result<Description, String> {
    let NewHistory { provider, description, .. } = &record.history;
    let found = match description {
        Some(json) => Description::parse(json).map(Some),
        None => catalog::find(provider),
    };
    let found = found.map_err(|error| format!("the description of `{provider}` cannot be used: {error}"))?;
    found.ok_or_else(|| format!("`{provider}` is no provider of this version"))
}

/// What credentials are sealed for: they open for no other tenant and endpoint.
pub(super) fn owner(tenant: TenantId, endpoint_id: EndpointId) -> String {
    format!("{tenant}/{endpoint_id}")
}

pub(in crate::workflows) async fn put(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: PutHistory,
) -> Result<History, HistoryError> {
    let (tenant, now, histories) = (context.scope.tenant, ports.clock.now(), &ports.histories);
    let PutHistory { endpoint_id, source, provider, description, base_url, api_key, api_secret, from } =
        request;
    let mut faults = Faults::default();
    let read = match (provider.as_str(), &description) {
        (CUSTOM, Some(json)) => Description::parse(json)
            .map_err(|error| faults.add(&format!("/description{}", error.pointer), error.detail)),
        (CUSTOM, None) => {
            faults.add("/description", format!("is required where the provider is `{CUSTOM}`"));
            Err(())
        }
        (_, Some(_)) => {
            faults.add("/description", format!("must be left out unless the provider is `{CUSTOM}`"));
            Err(())
        }
        (name, None) => catalog::find(name).ok().flatten().ok_or_else(|| {
            let known: Vec<_> = catalog::names().chain([CUSTOM]).collect();
            faults.add("/provider", format!("must be one of `{}`", known.join("`, `")));
        }),
    };
    let base_url = base_url.or_else(|| read.as_ref().ok().and_then(|read| read.base_url.clone()));
    if let Ok(read) = &read {
        let basic = read.auth == Auth::Basic {};
        match &api_secret {
            None if basic => faults.add("/api_secret", format!("is required: `{provider}` has two keys")),
            Some(_) if !basic => {
                faults.add("/api_secret", format!("must be left out: `{provider}` has none"))
            }
            _ => {}
        }
        match &base_url {
            None => faults.add("/base_url", "is required: each customer's API is elsewhere".into()),
            Some(url) => match checked(&*histories.resolver, histories.egress, url).await {
                Ok(target) if target.as_str().contains('?') => {
                    faults.add("/base_url", "must have no query".into());
                }
                Ok(_) => {}
                Err(AddressError::Refused(error)) => faults.add("/base_url", error.to_string()),
                Err(error @ AddressError::Unresolvable(_)) => {
                    return Err(HistoryError::Unavailable { detail: error.to_string() });
                }
            },
        }
    }
    let from = from.unwrap_or_else(|| Timestamp::from_unix_ms(now.unix_ms().saturating_sub(USUAL_PAST_MS)));
    if from > now {
        faults.add("/from", "must be in the past".into());
    }
    let secret = api_secret.as_ref().map(|secret| secret.expose().to_owned());
    let credentials = Credentials { api_key: api_key.expose().to_owned(), api_secret: secret };
    for (pointer, key) in
        [("/api_key", Some(&credentials.api_key)), ("/api_secret", credentials.api_secret.as_ref())]
    {
        if key.is_some_and(|key| !is_header_value(key)) {
            faults.add(pointer, format!("must be 1 to {MAX_KEY} visible ASCII characters"));
        }
    }
    let (Some(base_url), true) = (base_url, faults.0.is_empty()) else {
        return Err(HistoryError::Invalid { faults: faults.0 });
    };
    let key =
        histories.key.as_ref().map_err(|detail| HistoryError::Unavailable { detail: detail.clone() })?;
    let mut nonce = [0; NONCE_BYTES];
    ports.random.fill(&mut nonce);
    let new = NewHistory {
        endpoint_id,
        source,
        provider,
        description,
        base_url,
        sealed: key.seal(&credentials, &owner(tenant, endpoint_id), nonce),
        from,
        walk: page::written(&Walk::since(from.unix_ms())),
        at: now,
    };
    histories.store.put(tenant, &new).await.map_err(unavailable)?;
    tracing::info!(event = "history.set_up", %tenant, endpoint = %endpoint_id, provider = new.provider);
    show(ports, tenant, endpoint_id).await
}

pub(in crate::workflows) async fn get(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: NameHistory,
) -> Result<History, HistoryError> {
    show(ports, context.scope.tenant, request.endpoint_id).await
}

pub(in crate::workflows) async fn remove(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: NameHistory,
) -> Result<(), HistoryError> {
    let removed = ports.histories.store.remove(context.scope.tenant, request.endpoint_id).await;
    if removed.map_err(unavailable)? { Ok(()) } else { Err(HistoryError::NotFound) }
}

async fn show(
    ports: &WorkflowPorts,
    tenant: TenantId,
    endpoint_id: EndpointId,
) -> Result<History, HistoryError> {
    let store = &ports.histories.store;
    let record = store.get(tenant, endpoint_id).await.map_err(unavailable)?.ok_or(HistoryError::NotFound)?;
    let items = store.count(tenant, endpoint_id).await.map_err(unavailable)?;
    let walk = page::walk_of(&record).map_err(|detail| HistoryError::Unavailable { detail })?;
    let HistoryRecord { history, run_id, updated_at, .. } = record;
    let NewHistory { provider, base_url, from, at, .. } = history;
    Ok(History {
        endpoint_id,
        provider,
        base_url,
        from,
        since: Timestamp::from_unix_ms(walk.since_ms),
        under_way: walk.is_under_way(),
        run_id,
        items,
        created_at: at,
        updated_at,
    })
}

/// What is wrong with a request, each thing once.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, pointer: &str, detail: String) {
        self.0.push(Fault { pointer: pointer.to_owned(), detail });
    }
}

fn is_header_value(key: &str) -> bool {
    (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
}

fn unavailable(error: StoreError) -> HistoryError {
    HistoryError::Unavailable { detail: error.to_string() }
}
