//! The judgement on a presented API key against what is stored of it.

use ids::{KeyId, TenantId};

use crate::{ApiKey, Grants, KeyHash, Scope};

/// What is stored of an issued key. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The key's own id, for audit and revocation.
    pub key_id: KeyId,
    /// The tenant it belongs to, and the only one it reaches.
    pub tenant_id: TenantId,
    /// The hash of the whole key.
    pub hash: KeyHash,
    /// What it may do.
    pub grants: Grants,
    /// From when it is refused; `None`: never.
    pub expires_at: Option<i64>,
    /// When it was revoked, if it was. Any value refuses, one in the future too: revoking has no delay.
    pub revoked_at: Option<i64>,
}

/// A caller whose key was checked. Only [`KeyRecord::authenticate`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Principal {
    /// The key used, for audit.
    pub key_id: KeyId,
    /// The tenant on whose behalf everything is done.
    pub tenant_id: TenantId,
    /// What the key may do.
    pub grants: Grants,
}

/// Why a key was refused.
///
/// [`AuthError::is_forbidden`] divides them: an unknown caller (401) is told nothing of which it was, a known one
/// (403) is told the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The record found by the key's prefix is another key's.
    #[error("the API key is not valid: check that the whole key was copied")]
    WrongKey,
    /// The key was revoked.
    #[error("the API key was revoked: ask for a new one")]
    Revoked,
    /// The key's time is over.
    #[error("the API key has expired: ask for a new one")]
    Expired,
    /// The key is valid, and not for this.
    #[error("the API key lacks the scope `{scope}`: use one that has it")]
    MissingScope {
        /// The scope that was needed.
        scope: Scope,
    },
}

impl AuthError {
    /// Whether the caller is known and not allowed, rather than unknown.
    #[must_use]
    pub const fn is_forbidden(&self) -> bool {
        matches!(self, Self::MissingScope { .. })
    }

    /// A word for logs and metrics, from a small fixed set.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::WrongKey => "wrong_key",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::MissingScope { .. } => "missing_scope",
        }
    }
}

impl KeyRecord {
    /// Judges `key`, presented at `now_unix_s`.
    ///
    /// The hash is compared first: what became of a key is its holder's to know.
    ///
    /// # Errors
    /// [`AuthError::WrongKey`], [`AuthError::Revoked`] or [`AuthError::Expired`], in that order of looking.
    pub fn authenticate(&self, key: &ApiKey, now_unix_s: i64) -> Result<Principal, AuthError> {
        if key.hash() != self.hash {
            return Err(AuthError::WrongKey);
        }
        if self.revoked_at.is_some() {
            return Err(AuthError::Revoked);
        }
        if self.expires_at.is_some_and(|expires_at| now_unix_s >= expires_at) {
            return Err(AuthError::Expired);
        }
        Ok(Principal { key_id: self.key_id, tenant_id: self.tenant_id, grants: self.grants.clone() })
    }

    /// [`KeyRecord::authenticate`] and [`Principal::require`] in one.
    ///
    /// # Errors
    /// As theirs.
    pub fn authorize(&self, key: &ApiKey, now_unix_s: i64, scope: Scope) -> Result<Principal, AuthError> {
        let principal = self.authenticate(key, now_unix_s)?;
        principal.require(scope)?;
        Ok(principal)
    }
}

impl Principal {
    /// Whether the caller may do what `scope` covers.
    ///
    /// # Errors
    /// [`AuthError::MissingScope`] when it was not granted.
    pub fn require(&self, scope: Scope) -> Result<(), AuthError> {
        if self.grants.allows(scope) { Ok(()) } else { Err(AuthError::MissingScope { scope }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_763_800_000;

    fn key() -> ApiKey {
        ApiKey::generate([1; 41])
    }

    fn record() -> KeyRecord {
        KeyRecord {
            key_id: KeyId::from_parts(1, [1; 10]),
            tenant_id: TenantId::from_parts(1, [2; 10]),
            hash: key().hash(),
            grants: [Scope::EventsWrite].into_iter().collect(),
            expires_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_valid_key_stands_for_its_tenant_and_scopes() {
        let principal = record().authorize(&key(), NOW, Scope::EventsWrite).unwrap();
        assert_eq!((principal.tenant_id, principal.key_id), (record().tenant_id, record().key_id));
    }

    #[test]
    fn a_key_is_refused_by_the_first_reason_that_holds() {
        let check = |record: KeyRecord, key: ApiKey, scope: Scope, expect: AuthError| {
            assert_eq!(record.authorize(&key, NOW, scope), Err(expect), "{record:?}");
        };
        let revoked = KeyRecord { revoked_at: Some(NOW - 1), ..record() };
        let revoked_later = KeyRecord { revoked_at: Some(NOW + 1), ..record() };
        let expired = KeyRecord { expires_at: Some(NOW), ..record() };
        let both = KeyRecord { expires_at: Some(0), ..revoked.clone() };
        check(record(), ApiKey::generate([2; 41]), Scope::EventsWrite, AuthError::WrongKey);
        check(both.clone(), ApiKey::generate([2; 41]), Scope::EventsWrite, AuthError::WrongKey);
        check(both, key(), Scope::EventsWrite, AuthError::Revoked);
        check(revoked, key(), Scope::EventsWrite, AuthError::Revoked);
        check(revoked_later, key(), Scope::EventsWrite, AuthError::Revoked);
        check(expired, key(), Scope::EventsWrite, AuthError::Expired);
        check(record(), key(), Scope::EventsRead, AuthError::MissingScope { scope: Scope::EventsRead });
    }

    #[test]
    fn a_key_serves_until_the_second_it_expires() {
        let record = KeyRecord { expires_at: Some(NOW + 1), ..record() };
        assert!(record.authenticate(&key(), NOW).is_ok());
        assert_eq!(record.authenticate(&key(), NOW + 1), Err(AuthError::Expired));
    }

    #[test]
    fn only_a_known_caller_is_forbidden() {
        assert!(AuthError::MissingScope { scope: Scope::JobsRead }.is_forbidden());
        assert!(
            ![AuthError::WrongKey, AuthError::Revoked, AuthError::Expired]
                .iter()
                .any(AuthError::is_forbidden)
        );
    }
}
