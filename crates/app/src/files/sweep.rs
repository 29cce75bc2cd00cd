//! Removing what was deleted or given up.

use super::FilePorts;
use crate::ports::StoreError;

/// Files that a sweep removes at most.
const BATCH: u32 = 50;

/// Removes the bytes and rows of files that were deleted, and of uploads that were not completed in time; how many.
///
/// # Errors
/// [`StoreError`] when nobody can say which there are. Trouble with one is logged and does not stop the others.
pub async fn sweep(ports: &FilePorts) -> Result<u32, StoreError> {
    let mut removed = 0;
    for doomed in ports.files.doomed(ports.clock.now(), BATCH).await? {
        match ports.remove(&doomed).await {
            Ok(()) => removed += 1,
            Err(error) => {
                tracing::warn!(event = "files.not_removed", tenant = %doomed.tenant, file_id = %doomed.file_id, %error);
            }
        }
    }
    Ok(removed)
}
