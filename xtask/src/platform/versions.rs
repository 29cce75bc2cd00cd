//! Versions of Workers and which of them serve.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Failure, Platform, segment};

/// An uploaded version.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Version {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) number: u64,
    /// `workers/tag`, `workers/message` and `workers/triggered_by`.
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, String>,
}

/// Which versions serve, since when.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) created_on: String,
    #[serde(default)]
    pub(crate) author_email: String,
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) versions: Vec<Share>,
}

/// A version and how much it serves of what comes, in percent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Share {
    pub(crate) version_id: String,
    pub(crate) percentage: f64,
}

impl Platform {
    /// A Worker's latest versions, newest first; none where there is no such Worker.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn versions(&self, worker: &str) -> Result<Vec<Version>, Failure> {
        #[derive(Deserialize)]
        struct Items {
            items: Vec<Version>,
        }
        let path = self.path(&format!("workers/scripts/{}/versions?per_page=50", segment(worker)));
        none_where_missing(self.http.get::<Items>(&path).map(|found| found.items))
    }

    /// The text of one of a version's modules, by how its name ends; none where it has no such module.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn module_text(
        &self,
        worker: &str,
        id: &str,
        suffix: &str,
    ) -> Result<Option<String>, Failure> {
        #[derive(Deserialize)]
        struct Whole {
            #[serde(default)]
            modules: Vec<Module>,
        }
        #[derive(Deserialize)]
        struct Module {
            name: String,
            content_base64: String,
        }
        // Of the two routes to a version, the one that gives modules.
        let path = format!("workers/workers/{}/versions/{id}?include=modules", segment(worker));
        let whole: Whole = self.http.get(&self.path(&path))?;
        let found = whole.modules.into_iter().find(|module| module.name.ends_with(suffix));
        let text = |module: Module| {
            let bytes = STANDARD.decode(module.content_base64).ok()?;
            String::from_utf8(bytes).ok()
        };
        Ok(found.and_then(text))
    }

    /// A Worker's latest deployments; the first one serves. None where there is no such Worker.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn deployments(&self, worker: &str) -> Result<Vec<Deployment>, Failure> {
        #[derive(Deserialize)]
        struct Deployments {
            deployments: Vec<Deployment>,
        }
        let path = self.path(&format!("workers/scripts/{}/deployments", segment(worker)));
        none_where_missing(self.http.get::<Deployments>(&path).map(|found| found.deployments))
    }

    /// Has versions serve, in shares that add up to 100.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn deploy(
        &self,
        worker: &str,
        shares: &[Share],
        message: &str,
    ) -> Result<Deployment, Failure> {
        let body = json!({
            "strategy": "percentage",
            "versions": shares,
            "annotations": { "workers/message": message },
        });
        self.http.post(&self.path(&format!("workers/scripts/{}/deployments", segment(worker))), &body)
    }
}

fn none_where_missing<T>(found: Result<Vec<T>, Failure>) -> Result<Vec<T>, Failure> {
    match found {
        Err(failure) if failure.is_missing() => Ok(Vec::new()),
        found => found,
    }
}
