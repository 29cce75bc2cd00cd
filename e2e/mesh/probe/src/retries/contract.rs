//! What may be asked of the callee.

use mesh::Bytes;

use crate::calls::Never;
use crate::case::Call;

/// A desk at which things can be asked and done.
#[mesh::service]
pub trait Desk {
    /// Asks: may be sent again.
    #[mesh(idempotent)]
    async fn ask(&self, context: &Call, request: ()) -> Result<String, Never>;
    /// Does: may not.
    async fn act(&self, context: &Call, request: ()) -> Result<String, Never>;
    /// Takes this many bytes.
    async fn take(&self, context: &Call, bytes: Bytes) -> Result<u64, Never>;
    /// Gives as many bytes as asked for.
    async fn give(&self, context: &Call, count: u64) -> Result<Bytes, Never>;
}
