//! By cron: erasures that were asked for and whose workflow was not started, because whoever asked died in between.

use super::ErasureRequestPorts;
use crate::ports::StoreError;

/// Erasures that a run looks at.
const MOST: u32 = 50;

/// Starts the workflow of every running erasure; one that has started is left as it is.
///
/// # Errors
/// [`StoreError`] when nobody can say which there are. Trouble with one is logged and does not stop the others.
pub async fn resume_erasures(ports: &ErasureRequestPorts) -> Result<(), StoreError> {
    for (tenant, id, traceparent) in ports.erasures.running(MOST).await? {
        if let Err(error) = ports.instances.start(tenant, id, &traceparent).await {
            tracing::warn!(event = "erasure.start_failed", %tenant, erasure_id = %id, %error);
        }
    }
    Ok(())
}
