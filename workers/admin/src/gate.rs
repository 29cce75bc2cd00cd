//! Who may come in: the check of a request's Access token against this deployment's configuration.

use auth::access::{
    AccessPolicy, AccessVerifier, Identity, KeyCache, KeyStore, PolicyError, RoleMap, RoleMapError,
};

use crate::problem::{Code, Problem};

/// Whose tokens are accepted, as the deployment's variables say.
#[derive(Debug, Clone)]
pub struct Settings {
    team: String,
    verifier: AccessVerifier,
}

/// Why the variables cannot be used. With any of these nobody is let in.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A variable is missing, empty or no text.
    #[error("the variable `{name}` is not set: give it a text in `wrangler/admin.jsonc`")]
    Missing {
        /// The variable.
        name: &'static str,
    },
    /// `ACCESS_TEAM_DOMAIN` or `ACCESS_AUD` has a value that cannot be.
    #[error("the Access variables in `wrangler/admin.jsonc` cannot be used")]
    Policy(#[from] PolicyError),
    /// `ACCESS_ROLES` has a value that cannot be.
    #[error("the variable `ACCESS_ROLES` in `wrangler/admin.jsonc` cannot be used")]
    Roles(#[from] RoleMapError),
}

impl Settings {
    /// From the team's origin, the application's audience tag and the role map in JSON.
    ///
    /// # Errors
    /// [`SettingsError`] for the first that cannot be used.
    pub fn new(team_domain: &str, audience: &str, roles: &str) -> Result<Self, SettingsError> {
        for (name, value) in
            [("ACCESS_TEAM_DOMAIN", team_domain), ("ACCESS_AUD", audience), ("ACCESS_ROLES", roles)]
        {
            if value.trim().is_empty() {
                return Err(SettingsError::Missing { name });
            }
        }
        let policy = AccessPolicy::new(team_domain, audience, RoleMap::parse(roles)?)?;
        let team = team_domain.trim_end_matches('/').to_owned();
        Ok(Self { team, verifier: AccessVerifier::new(policy) })
    }

    /// Where the team's keys are.
    #[must_use]
    pub fn keys_url(&self) -> String {
        self.verifier.policy().keys_url()
    }

    /// Where one signs in to get back to `url`. In production Access redirects there before the Worker is reached.
    #[must_use]
    pub fn sign_in_url(&self, url: &str) -> String {
        let back: String = form_urlencoded::byte_serialize(url.as_bytes()).collect();
        format!("{}/cdn-cgi/access/login?redirect_url={back}", self.team)
    }

    /// Where one signs out.
    #[must_use]
    pub fn sign_out_url(&self) -> String {
        format!("{}/cdn-cgi/access/logout", self.team)
    }

    /// Recognizes the holder of `token`.
    ///
    /// # Errors
    /// A problem of 401, or of 503 when the keys cannot be had.
    pub async fn admit(
        &self,
        token: Option<&str>,
        cache: &KeyCache,
        keys: &dyn KeyStore,
        now_unix_s: i64,
    ) -> Result<Identity, Problem> {
        let missing = "the console needs a Cloudflare Access token: in `Cf-Access-Jwt-Assertion` or the cookie `CF_Authorization`";
        let token = token.ok_or_else(|| Problem::new(Code::TokenMissing, missing))?;
        self.verifier.verify(token, cache, keys, now_unix_s).await.map_err(|error| {
            let code = if error.is_unavailable() { Code::KeysUnavailable } else { Code::TokenInvalid };
            Problem::new(code, error.to_string()).caused_by(&error)
        })
    }
}

impl From<&SettingsError> for Problem {
    fn from(error: &SettingsError) -> Self {
        // Only the outer words: the inner ones may quote a role map's addresses to a stranger.
        Self::new(Code::NotConfigured, error.to_string()).caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEAM: &str = "https://team.cloudflareaccess.com";

    #[test]
    fn missing_or_unusable_variables_keep_the_console_shut() {
        let check = |team: &str, audience: &str, roles: &str, expect: &str| {
            let problem = Problem::from(&Settings::new(team, audience, roles).unwrap_err());
            assert_eq!(problem.code, Code::NotConfigured);
            assert!(problem.detail.contains(expect), "{}", problem.detail);
        };
        check("", "tag", "{}", "`ACCESS_TEAM_DOMAIN` is not set");
        check(TEAM, " ", "{}", "`ACCESS_AUD` is not set");
        check(TEAM, "tag", "", "`ACCESS_ROLES` is not set");
        check("team", "tag", "{}", "Access variables");
        check(TEAM, "tag", "[]", "`ACCESS_ROLES`");
    }

    #[test]
    fn a_bad_role_map_is_quoted_to_the_log_alone() {
        let error = Settings::new(TEAM, "tag", r#"{"ada lovelace@example.com":"owner"}"#).unwrap_err();
        let problem = Problem::from(&error);
        assert!(!problem.detail.contains("ada"), "{}", problem.detail);
        assert!(problem.cause.unwrap().contains("ada lovelace@example.com"));
    }

    #[test]
    fn signing_in_leads_back() {
        let settings = Settings::new("http://127.0.0.1:8789/", "tag", "{}").unwrap();
        assert_eq!(
            settings.sign_in_url("http://127.0.0.1:8788/admin?x=1&y=2"),
            "http://127.0.0.1:8789/cdn-cgi/access/login?redirect_url=http%3A%2F%2F127.0.0.1%3A8788%2Fadmin%3Fx%3D1%26y%3D2"
        );
        assert_eq!(settings.sign_out_url(), "http://127.0.0.1:8789/cdn-cgi/access/logout");
        assert_eq!(settings.keys_url(), "http://127.0.0.1:8789/cdn-cgi/access/certs");
    }
}
