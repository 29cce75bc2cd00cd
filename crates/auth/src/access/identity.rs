//! The outcome of a verified token: who, with which role, for how long.

use std::fmt;

use super::{Role, RoleError};

/// Who acts. Its text, `person:<email>` or `service:<client id>`, is what the audit log keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person, signed in through the team's identity provider.
    Person {
        /// The address, in lower case.
        email: String,
        /// The person's id at Access; another after being removed and added again.
        subject: String,
    },
    /// A program with a service token.
    Service {
        /// The token's client id, which ends in `.access`.
        client_id: String,
    },
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { email, .. } => write!(f, "person:{email}"),
            Self::Service { client_id } => write!(f, "service:{client_id}"),
        }
    }
}

/// A verified actor. Only [`AccessVerifier::verify`](super::AccessVerifier::verify) makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// Who acts.
    pub actor: Actor,
    /// The actor's role; `None` for someone Access lets in and the role map does not know.
    pub role: Option<Role>,
    /// When the token ends, in Unix seconds.
    pub expires_at: i64,
}

impl Identity {
    /// Whether the actor has `needed` or a role above it.
    ///
    /// # Errors
    /// [`RoleError`] when it has not.
    pub fn require(&self, needed: Role) -> Result<(), RoleError> {
        if self.role.is_some_and(|held| held >= needed) {
            Ok(())
        } else {
            Err(RoleError { needed, held: self.role })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_includes_those_below_it() {
        let with = |role| Identity {
            actor: Actor::Service { client_id: "ci.access".to_owned() },
            role,
            expires_at: 0,
        };
        for held in Role::ALL {
            for needed in Role::ALL {
                assert_eq!(with(Some(held)).require(needed).is_ok(), held >= needed, "{held} {needed}");
            }
        }
        assert_eq!(with(None).require(Role::Viewer), Err(RoleError { needed: Role::Viewer, held: None }));
    }
}
