//! Workflows and their instances. Deploys make workflows; nothing here does.

use serde::Deserialize;
use serde_json::Value;

use super::{Failure, Platform, segment};

/// A workflow.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Workflow {
    pub(crate) name: String,
    pub(crate) script_name: String,
}

/// A run of a workflow.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) status: String,
}

impl Platform {
    /// All workflows.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn workflows(&self) -> Result<Vec<Workflow>, Failure> {
        self.http.list(&self.path("workflows"))
    }

    /// A workflow's instances in a status, such as `running`, `waiting` or `queued`.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn instances(&self, workflow: &str, status: &str) -> Result<Vec<Instance>, Failure> {
        self.http.list(&self.path(&format!(
            "workflows/{}/instances?status={}",
            segment(workflow),
            segment(status)
        )))
    }

    /// The steps that an instance has on record, in the platform's form.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn instance_steps(&self, workflow: &str, id: &str) -> Result<Vec<Value>, Failure> {
        #[derive(Deserialize)]
        struct Whole {
            #[serde(default)]
            steps: Vec<Value>,
        }
        let path = format!("workflows/{}/instances/{}", segment(workflow), segment(id));
        self.http.get::<Whole>(&self.path(&path)).map(|whole| whole.steps)
    }

    /// Takes a workflow away, with its instances.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn delete_workflow(&self, name: &str) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("workflows/{}", segment(name))))
    }
}
