//! Workflows that rules start, in memory.

use std::cell::RefCell;
use std::rc::Rc;

use app::ports::{StoreError, WorkflowStarter};
use async_trait::async_trait;
use ids::TenantId;
use mesh::TraceContext;
use serde_json::Value;

use crate::Faults;

const STORE: &str = "MEMORY_STARTS";

/// Starts each key once and remembers it. The operation for [`Faults`] is
/// `starter.start`.
#[derive(Debug, Clone, Default)]
pub struct MemoryStarts {
    faults: Faults,
    started: Rc<RefCell<Vec<Start>>>,
}

/// Whose, under which key, which workflow, with which parameters.
type Start = (TenantId, String, String, Value);

impl MemoryStarts {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    /// What was started, in order: whose, under which key, which workflow, with which parameters.
    #[must_use]
    pub fn started(&self) -> Vec<Start> {
        self.started.borrow().clone()
    }
}

#[async_trait(?Send)]
impl WorkflowStarter for MemoryStarts {
    async fn start(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        key: &str,
        workflow: &str,
        params: &Value,
    ) -> Result<Result<String, String>, StoreError> {
        let act = || {
            let mut started = self.started.borrow_mut();
            let known = |(of, known, ..): &Start| *of == tenant && known == key;
            let at = started.iter().position(known).unwrap_or_else(|| {
                started.push((tenant, key.to_owned(), workflow.to_owned(), params.clone()));
                started.len() - 1
            });
            Ok(Ok(format!("run-{at}")))
        };
        self.faults.around(STORE, "starter.start", act).await
    }
}
