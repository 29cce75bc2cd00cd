//! What a valid token must say: set once, from configuration.

use super::RoleMap;

/// The team, the application and the roles that tokens are judged by.
#[derive(Debug, Clone)]
pub struct AccessPolicy {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) roles: RoleMap,
}

/// Why a configuration can't be used. With any of these nobody must be let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The issuer is no origin that keys may be fetched from.
    #[error(
        "the Access issuer `{given}` is no `https://<team>.cloudflareaccess.com` (or `http://` on loopback)"
    )]
    Issuer {
        /// What was given.
        given: String,
    },
    /// The audience is empty, so every application's tokens would pass for ours.
    #[error("the Access audience is empty: set the application's AUD tag")]
    Audience,
}

impl AccessPolicy {
    /// A policy for the tokens of `issuer`, the team's domain with its scheme, made for `audience`, the application's
    /// AUD tag.
    ///
    /// Plain HTTP is for a local issuer, and taken on loopback hosts only.
    ///
    /// # Errors
    /// [`PolicyError::Issuer`] or [`PolicyError::Audience`].
    pub fn new(issuer: &str, audience: &str, roles: RoleMap) -> Result<Self, PolicyError> {
        let given = issuer;
        let issuer = given.strip_suffix('/').unwrap_or(given);
        if !is_issuer(issuer) {
            return Err(PolicyError::Issuer { given: given.chars().take(256).collect() });
        }
        if audience.trim().is_empty() {
            return Err(PolicyError::Audience);
        }
        Ok(Self { issuer: issuer.to_owned(), audience: audience.to_owned(), roles })
    }

    /// Where the issuer publishes its keys.
    #[must_use]
    pub fn keys_url(&self) -> String {
        format!("{}/cdn-cgi/access/certs", self.issuer)
    }
}

fn is_issuer(issuer: &str) -> bool {
    let host_and_port = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'))
    };
    if let Some(rest) = issuer.strip_prefix("https://") {
        return host_and_port(rest);
    }
    issuer.strip_prefix("http://").is_some_and(|rest| {
        let host = rest.split(':').next().unwrap_or_default();
        host_and_port(rest) && matches!(host, "127.0.0.1" | "localhost")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_https_origin_or_on_loopback() {
        let new = |issuer: &str| AccessPolicy::new(issuer, "aud", RoleMap::default());
        for good in ["https://team.cloudflareaccess.com", "http://127.0.0.1:8789", "http://localhost:8789"] {
            let policy = new(&format!("{good}/")).unwrap();
            assert_eq!(policy.keys_url(), format!("{good}/cdn-cgi/access/certs"));
        }
        for bad in [
            "",
            "team.cloudflareaccess.com",
            "http://team.cloudflareaccess.com",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "https://",
            "https://a b",
            "https://team.example/path",
        ] {
            assert_eq!(new(bad).unwrap_err(), PolicyError::Issuer { given: bad.to_owned() });
        }
    }

    #[test]
    fn an_empty_audience_is_refused() {
        for audience in ["", " "] {
            let policy = AccessPolicy::new("https://team.cloudflareaccess.com", audience, RoleMap::default());
            assert_eq!(policy.unwrap_err(), PolicyError::Audience);
        }
    }
}
