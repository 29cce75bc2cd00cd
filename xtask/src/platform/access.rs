//! Access: the team, applications and the policies that let people in.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Failure, Platform};

/// An application: a host that nobody reaches without signing in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccessApp {
    #[serde(default, skip_serializing)]
    pub(crate) id: String,
    /// The audience tag, which the application's tokens carry.
    #[serde(default, skip_serializing)]
    pub(crate) aud: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) domain: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) session_duration: String,
    /// Ids of policies; the platform gives whole policies back.
    #[serde(default)]
    pub(crate) policies: Vec<Value>,
    /// What else it has, which a change of the rest must not lose.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// A policy: whom an application lets in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccessPolicy {
    #[serde(default, skip_serializing)]
    pub(crate) id: String,
    pub(crate) name: String,
    /// `allow` here; others are not made.
    pub(crate) decision: String,
    pub(crate) include: Vec<Value>,
}

impl Platform {
    /// The origin of the account's team, such as `https://acme.cloudflareaccess.com`, where Zero Trust is on.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn access_team(&self) -> Result<Option<String>, Failure> {
        #[derive(Deserialize)]
        struct Organization {
            auth_domain: String,
        }
        match self.http.get::<Option<Organization>>(&self.path("access/organizations")) {
            Ok(found) => Ok(found.map(|organization| format!("https://{}", organization.auth_domain))),
            Err(failure) if failure.is_missing() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// All applications.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn access_apps(&self) -> Result<Vec<AccessApp>, Failure> {
        self.http.list(&self.path("access/apps"))
    }

    /// Makes an application.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Taken`] where the domain has one.
    pub(crate) fn create_access_app(&self, app: &AccessApp) -> Result<AccessApp, Failure> {
        self.http.post(&self.path("access/apps"), app)
    }

    /// Replaces an application; its audience tag stays.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn update_access_app(&self, app: &AccessApp) -> Result<AccessApp, Failure> {
        self.http.put(&self.path(&format!("access/apps/{}", app.id)), app)
    }

    /// Takes an application away.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn delete_access_app(&self, id: &str) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("access/apps/{id}")))
    }

    /// All policies that several applications may share.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn access_policies(&self) -> Result<Vec<AccessPolicy>, Failure> {
        self.http.list(&self.path("access/policies"))
    }

    /// Makes a policy.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn create_access_policy(&self, policy: &AccessPolicy) -> Result<AccessPolicy, Failure> {
        self.http.post(&self.path("access/policies"), policy)
    }

    /// Replaces a policy.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn update_access_policy(
        &self,
        id: &str,
        policy: &AccessPolicy,
    ) -> Result<AccessPolicy, Failure> {
        self.http.put(&self.path(&format!("access/policies/{id}")), policy)
    }

    /// Takes a policy away.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Taken`] where an application has it.
    pub(crate) fn delete_access_policy(&self, id: &str) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("access/policies/{id}")))
    }
}
