//! What an operator may do: three roles in order, and the configuration that hands them out.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::Actor;

/// What an operator may do; each role includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// See everything.
    Viewer,
    /// And act on what exists: replay, pause, resume, run.
    Operator,
    /// And create and remove: tenants, keys.
    Owner,
}

impl Role {
    /// Every role, least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Owner];

    /// The stable name, as configured and logged.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = RoleMapError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| RoleMapError::UnknownRole { given: text.chars().take(64).collect() })
    }
}

/// A known actor who may not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this needs the role `{needed}`: ask an owner for it")]
pub struct RoleError {
    /// The least role that suffices.
    pub needed: Role,
    /// The actor's own, if any.
    pub held: Option<Role>,
}

/// Who has which role. The most exact entry counts: an address, then its domain, then everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleMap {
    exact: BTreeMap<String, Role>,
    domains: BTreeMap<String, Role>,
    everyone: Option<Role>,
}

/// Why a role configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RoleMapError {
    /// It is not a JSON object of strings.
    #[error(
        "the role map is no JSON object such as {{\"ada@example.com\":\"owner\",\"*@example.com\":\"viewer\"}}"
    )]
    NotAMap(#[source] serde_json::Error),
    /// A value is no role.
    #[error("unknown role `{given}`: use one of {}", Role::ALL.map(Role::as_str).join(", "))]
    UnknownRole {
        /// What was given, cut to 64 characters.
        given: String,
    },
    /// A name is neither an address, a domain, a service token's client id, nor `*`.
    #[error(
        "`{given}` names nobody: use an e-mail address, `*@<domain>`, a service token's client id, or `*`"
    )]
    BadName {
        /// What was given, cut to 64 characters.
        given: String,
    },
}

impl RoleMap {
    /// Reads `{"ada@example.com": "owner", "*@example.com": "viewer", "3f…a1.access": "operator", "*": "viewer"}`.
    ///
    /// `*` and `*@<domain>` are about people: a service token has a role only if its client id is listed.
    ///
    /// # Errors
    /// [`RoleMapError`] for the first entry that can't be used.
    pub fn parse(json: &str) -> Result<Self, RoleMapError> {
        let entries: BTreeMap<String, String> = serde_json::from_str(json).map_err(RoleMapError::NotAMap)?;
        let mut map = Self::default();
        for (name, role) in entries {
            map.insert(&name, role.parse()?)?;
        }
        Ok(map)
    }

    fn insert(&mut self, name: &str, role: Role) -> Result<(), RoleMapError> {
        let lower = name.to_ascii_lowercase();
        match lower.strip_prefix('*') {
            Some("") => self.everyone = Some(role),
            Some(rest) => match rest.strip_prefix('@').filter(|domain| is_plain(domain)) {
                Some(domain) => drop(self.domains.insert(domain.to_owned(), role)),
                None => return Err(bad_name(name)),
            },
            None if is_plain(lower.replacen('@', "", 1).as_str()) => drop(self.exact.insert(lower, role)),
            None => return Err(bad_name(name)),
        }
        Ok(())
    }

    /// The role of `actor`, if it has one.
    #[must_use]
    pub fn role_of(&self, actor: &Actor) -> Option<Role> {
        match actor {
            Actor::Service { client_id } => self.exact.get(&client_id.to_ascii_lowercase()).copied(),
            Actor::Person { email, .. } => {
                let domain = email.rsplit_once('@').map(|(_, domain)| domain);
                self.exact.get(email).or_else(|| self.domains.get(domain?)).copied().or(self.everyone)
            }
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '*' && c != '@')
}

fn bad_name(given: &str) -> RoleMapError {
    RoleMapError::BadName { given: given.chars().take(64).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(email: &str) -> Actor {
        Actor::Person { email: email.to_owned(), subject: String::new() }
    }

    fn service(client_id: &str) -> Actor {
        Actor::Service { client_id: client_id.to_owned() }
    }

    #[test]
    fn the_most_exact_entry_counts() {
        let map = RoleMap::parse(
            r#"{"Ada@Example.com":"owner","*@example.com":"operator","*":"viewer","ci.access":"operator"}"#,
        )
        .unwrap();
        let check = |actor: Actor, expect: Option<Role>| assert_eq!(map.role_of(&actor), expect, "{actor}");
        check(person("ada@example.com"), Some(Role::Owner));
        check(person("bob@example.com"), Some(Role::Operator));
        check(person("eve@elsewhere.example"), Some(Role::Viewer));
        check(person("eve@example.com.evil.example"), Some(Role::Viewer));
        check(person("bob@example.com@evil.example"), Some(Role::Viewer));
        check(service("ci.access"), Some(Role::Operator));
        check(service("other.access"), None);
        // A service that calls itself by a person's address is still no person, and the entry is no client id of its.
        assert_eq!(RoleMap::parse(r#"{"*":"owner"}"#).unwrap().role_of(&service("ada@example.com")), None);
    }

    #[test]
    fn an_empty_map_gives_nobody_a_role() {
        assert_eq!(RoleMap::parse("{}").unwrap(), RoleMap::default());
        assert_eq!(RoleMap::default().role_of(&person("ada@example.com")), None);
    }

    #[test]
    fn a_bad_entry_is_refused_by_name() {
        let message = |json: &str| RoleMap::parse(json).unwrap_err().to_string();
        assert!(message("[]").starts_with("the role map is no JSON object"));
        assert!(message(r#"{"a@b.c":1}"#).starts_with("the role map is no JSON object"));
        assert_eq!(message(r#"{"a@b.c":"root"}"#), "unknown role `root`: use one of viewer, operator, owner");
        for name in ["", " ", "*x", "*@", "*@*", "a@b@c", "a*@b.c", "a b@c.d"] {
            let json = serde_json::json!({ name: "viewer" }).to_string();
            assert!(message(&json).starts_with(&format!("`{name}` names nobody")), "{name}");
        }
    }

    #[test]
    fn roles_are_ordered() {
        assert!(Role::Viewer < Role::Operator && Role::Operator < Role::Owner);
        for role in Role::ALL {
            assert_eq!(role.to_string().parse::<Role>().unwrap(), role);
        }
    }
}
