//! The claims of a token whose signature holds, and the judgement on them.

use serde::Deserialize;

use super::{AccessError, AccessPolicy, Actor, Identity};

/// How far the issuer's clock may be from ours, in seconds.
const LEEWAY_S: i64 = 60;
/// The longest address (RFC 5321) or client id that is taken into the audit log.
const MAX_NAME_BYTES: usize = 254;

/// What a token claims. The signature shows who wrote it, not that it is meant for us, or now, or as a session.
#[derive(Debug, Deserialize)]
pub(crate) struct UnverifiedClaims {
    iss: Option<String>,
    aud: Option<Audience>,
    exp: Option<i64>,
    /// Service tokens have none.
    nbf: Option<i64>,
    iat: Option<i64>,
    r#type: Option<String>,
    #[serde(default)]
    sub: String,
    email: Option<String>,
    common_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl UnverifiedClaims {
    /// Judges the claims at `now`, Unix seconds: meant for us first, then the time, then who it is.
    pub(crate) fn judge(self, policy: &AccessPolicy, now: i64) -> Result<Identity, AccessError> {
        let missing = |name: &'static str| move || AccessError::MissingClaim { name };

        if self.iss.as_deref().ok_or_else(missing("iss"))? != policy.issuer {
            return Err(AccessError::WrongIssuer);
        }
        let for_us = match self.aud.as_ref().ok_or_else(missing("aud"))? {
            Audience::One(one) => *one == policy.audience,
            Audience::Many(many) => many.contains(&policy.audience),
        };
        if !for_us {
            return Err(AccessError::WrongAudience);
        }
        // `org` is the team-wide session, valid at Access alone.
        if self.r#type.as_deref().ok_or_else(missing("type"))? != "app" {
            return Err(AccessError::WrongType);
        }

        let expires_at = self.exp.ok_or_else(missing("exp"))?;
        if now.saturating_sub(LEEWAY_S) >= expires_at {
            return Err(AccessError::Expired { ago_s: now.saturating_sub(expires_at) });
        }
        let issued_at = self.iat.ok_or_else(missing("iat"))?;
        let starts_at = self.nbf.map_or(issued_at, |nbf| nbf.max(issued_at));
        if starts_at > now.saturating_add(LEEWAY_S) {
            return Err(AccessError::NotYetValid { in_s: starts_at.saturating_sub(now) });
        }

        let actor = actor(self.email, self.common_name, self.sub)?;
        Ok(Identity { role: policy.roles.role_of(&actor), actor, expires_at })
    }
}

/// A person where there is an address, else a service.
fn actor(email: Option<String>, common_name: Option<String>, subject: String) -> Result<Actor, AccessError> {
    let filled = |claim: Option<String>| claim.filter(|text| !text.is_empty());
    match (filled(email), filled(common_name)) {
        (Some(email), _) => {
            let sound = is_name(&email)
                && email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
            if !sound {
                return Err(AccessError::MalformedClaim { name: "email" });
            }
            // ASCII alone: full case mapping would turn look-alikes such as the Kelvin sign into another's letters.
            Ok(Actor::Person { email: email.to_ascii_lowercase(), subject })
        }
        (None, Some(client_id)) if is_name(&client_id) => Ok(Actor::Service { client_id }),
        (None, Some(_)) => Err(AccessError::MalformedClaim { name: "common_name" }),
        (None, None) => Err(AccessError::MissingClaim { name: "email" }),
    }
}

/// Nothing that could break a log line or a page.
fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME_BYTES && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}
