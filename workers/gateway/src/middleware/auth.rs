//! From an API key to the tenant it is for. There is no other way for a `/v1` route to come by a call context.

use std::borrow::Cow;

use app::limits::Allowed;
use app::ports::StoredKey;
use auth::{ApiKey, ApiKeyError, AuthError, Grants, KeyRecord, Principal};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use http_api::routes::Access;
use http_api::{Code, Problem, Scope};

use ids::KeyId;

use super::last_used::KeyUsed;
use super::{cors, limits};
use crate::exchange::Exchange;
use crate::failure::Failure;

/// Authenticates the request's key and checks that it carries the route's scope.
///
/// # Errors
/// [`Code::AuthMissingCredentials`], [`Code::AuthInvalidCredentials`] (the same for a malformed, unknown, expired and
/// revoked key), [`Code::TenantSuspended`] to the holder of a genuine key, [`Code::OriginNotAllowed`],
/// [`Code::RateLimited`], [`Code::QuotaExceeded`], [`Code::AuthMissingScope`];
/// [`Code::ServiceUnavailable`] when keys cannot be looked up.
pub async fn authorize(exchange: &Exchange<'_>) -> Result<TenantCall, Failure> {
    Ok(authorize_principal(exchange).await?.0)
}

/// The same, with what else the key may do.
///
/// # Errors
/// As [`authorize`].
pub async fn authorize_principal(exchange: &Exchange<'_>) -> Result<(TenantCall, Principal), Failure> {
    let Access::Key(scope) = exchange.route.access else {
        return Err(Failure::internal(format!("the route `{}` names no scope", exchange.route.path)));
    };
    let Some(header) = credentials(exchange) else {
        return Err(missing());
    };
    let key = match ApiKey::from_authorization(&header) {
        Ok(key) => key,
        Err(ApiKeyError::NotBearer) => return Err(missing()),
        Err(error @ (ApiKeyError::NotAKey | ApiKeyError::Shape | ApiKeyError::Checksum)) => {
            return Err(Problem::new(Code::AuthInvalidCredentials, error.to_string()).into());
        }
    };
    exchange.facts.key.replace(Some(key.prefix().to_owned()));
    limits::first_cut(exchange, key.prefix()).await?;
    let stored = exchange.ports.control.key_by_prefix(key.prefix()).await.map_err(Failure::unavailable)?;
    let stored = stored.ok_or_else(|| invalid("unknown_key"))?;
    let tenant_active = stored.tenant_active;
    exchange.facts.plan.replace(stored.allowance.plan.clone());
    let (allowed, origins) = (Allowed::of(&stored.allowance), stored.allowed_origins.clone());
    let record = record(stored)?;
    let principal = record.authenticate(&key, exchange.now_unix_s()).map_err(refused)?;
    exchange.facts.tenant.set(Some(principal.tenant_id));
    if !tenant_active {
        let detail = "the organisation behind this API key is suspended; ask its operator to resume it";
        return Err(Problem::new(Code::TenantSuspended, detail).into());
    }
    cors::check(exchange, &origins)?;
    let call =
        exchange.call(TenantScope { tenant: principal.tenant_id, actor: Actor::Key(principal.key_id) });
    limits::admit(exchange, &call, principal.key_id, &allowed).await?;
    note_use(exchange, &call, principal.key_id);
    require(&principal, scope)?;
    Ok((call, principal))
}

/// The `Authorization` header; or what stands for it: Anthropic's clients send their key as `x-api-key`.
fn credentials<'a>(exchange: &'a Exchange<'_>) -> Option<Cow<'a, str>> {
    if let Some(header) = exchange.header("authorization") {
        return Some(Cow::Borrowed(header));
    }
    exchange.route.error_form()?;
    exchange.header("x-api-key").map(|key| Cow::Owned(format!("Bearer {}", key.trim())))
}

/// Checks that a key carries another scope than its route's: for what a request would have done in its name.
///
/// # Errors
/// [`Code::AuthMissingScope`].
pub fn require(principal: &Principal, scope: Scope) -> Result<(), Failure> {
    principal.require(required(scope)).map_err(refused)
}

/// Has the use of a key noted once the answer is out.
fn note_use(exchange: &Exchange<'_>, call: &TenantCall, key: KeyId) {
    let used = KeyUsed { tenant: call.scope.tenant, key, at: exchange.ports.clock.now() };
    exchange.facts.used.set(exchange.ports.last_used.worth_noting(used));
}

/// The holder of a key that was proven before and is known by its public half: what the key may do now.
///
/// # Errors
/// As [`authorize`].
pub async fn authorize_holder(
    exchange: &Exchange<'_>,
    tenant: ids::TenantId,
    key_prefix: &str,
) -> Result<TenantCall, Failure> {
    let Access::Key(scope) = exchange.route.access else {
        return Err(Failure::internal(format!("the route `{}` names no scope", exchange.route.path)));
    };
    exchange.facts.key.replace(Some(key_prefix.to_owned()));
    let stored = exchange.ports.control.key_by_prefix(key_prefix).await.map_err(Failure::unavailable)?;
    let good = |stored: &StoredKey| stored.tenant_id == tenant && is_good(stored, exchange.ports.clock.now());
    let stored = stored.filter(good).ok_or_else(|| invalid("holder_ended"))?;
    cors::check(exchange, &stored.allowed_origins)?;
    let call = exchange.call(TenantScope { tenant, actor: Actor::Key(stored.key_id) });
    limits::admit(exchange, &call, stored.key_id, &Allowed::of(&stored.allowance)).await?;
    note_use(exchange, &call, stored.key_id);
    if !stored.scopes.iter().any(|granted| granted == scope.as_str()) {
        return Err(Problem::missing_scope(scope).into());
    }
    Ok(call)
}

/// Whether a key, once proven, is good at this time: neither revoked nor expired, of an active tenant.
#[must_use]
pub fn is_good(key: &StoredKey, now: Timestamp) -> bool {
    let over = |time: Option<Timestamp>| time.is_some_and(|time| time <= now);
    key.tenant_active && !over(key.revoked_at) && !over(key.expires_at)
}

fn missing() -> Failure {
    let detail = "send the API key as `Authorization: Bearer wk_…`";
    Problem::new(Code::AuthMissingCredentials, detail).into()
}

/// Whatever is wrong with a key, an unknown caller is told no more than this.
pub(crate) fn invalid(cause: &str) -> Failure {
    let detail = "the API key is unknown, expired or revoked";
    Failure::from(Problem::new(Code::AuthInvalidCredentials, detail)).because(cause)
}

fn refused(error: AuthError) -> Failure {
    match error {
        AuthError::WrongKey | AuthError::Revoked | AuthError::Expired => invalid(error.label()),
        AuthError::MissingScope { scope } => match scope.as_str().parse::<Scope>() {
            Ok(scope) => Problem::missing_scope(scope).into(),
            Err(unknown) => Failure::internal(format!("the scope `{scope}` is {unknown}")),
        },
    }
}

/// A stored key as the rules take it: times in seconds, scopes that this version does not know left out.
fn record(stored: StoredKey) -> Result<KeyRecord, Failure> {
    let seconds = |time: Timestamp| i64::try_from(time.unix_ms() / 1000).unwrap_or(i64::MAX);
    let hash = stored.hash.parse().map_err(|error| {
        Failure::internal(format!("the stored hash of `{}` is damaged: {error}", stored.key_id))
    })?;
    Ok(KeyRecord {
        key_id: stored.key_id,
        tenant_id: stored.tenant_id,
        hash,
        grants: stored.scopes.iter().filter_map(|scope| scope.parse().ok()).collect::<Grants>(),
        expires_at: stored.expires_at.map(seconds),
        revoked_at: stored.revoked_at.map(seconds),
    })
}

/// The scope that a key needs for a route.
const fn required(scope: Scope) -> auth::Scope {
    match scope {
        Scope::EndpointsWrite => auth::Scope::EndpointsWrite,
        Scope::EndpointsRead => auth::Scope::EndpointsRead,
        Scope::EventsWrite => auth::Scope::EventsWrite,
        Scope::EventsRead => auth::Scope::EventsRead,
        Scope::SignalsRead => auth::Scope::SignalsRead,
        Scope::SearchRead => auth::Scope::SearchRead,
        Scope::JobsWrite => auth::Scope::JobsWrite,
        Scope::JobsRead => auth::Scope::JobsRead,
        Scope::WorkflowsWrite => auth::Scope::WorkflowsWrite,
        Scope::WorkflowsRead => auth::Scope::WorkflowsRead,
        Scope::ApprovalsRead => auth::Scope::ApprovalsRead,
        Scope::AccountsRead => auth::Scope::AccountsRead,
        Scope::ReportsWrite => auth::Scope::ReportsWrite,
        Scope::ReportsRead => auth::Scope::ReportsRead,
        Scope::ApprovalsDecide => auth::Scope::ApprovalsDecide,
        Scope::SubscriptionsWrite => auth::Scope::SubscriptionsWrite,
        Scope::SubscriptionsRead => auth::Scope::SubscriptionsRead,
        Scope::RulesWrite => auth::Scope::RulesWrite,
        Scope::RulesRead => auth::Scope::RulesRead,
        Scope::AlertsWrite => auth::Scope::AlertsWrite,
        Scope::AlertsRead => auth::Scope::AlertsRead,
        Scope::FilesWrite => auth::Scope::FilesWrite,
        Scope::FilesRead => auth::Scope::FilesRead,
        Scope::LiveRead => auth::Scope::LiveRead,
        Scope::UsageRead => auth::Scope::UsageRead,
        Scope::AiInvoke => auth::Scope::AiInvoke,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_scope_and_a_keys_scope_have_one_name() {
        for scope in Scope::ALL {
            assert_eq!(required(*scope).as_str(), scope.as_str());
        }
    }
}
