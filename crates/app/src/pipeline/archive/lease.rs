//! One writer of a tenant's files at a time.
//!
//! The bookkeeping is right without it: every commit checks what it builds on. The lease keeps two crons from doing the
//! same work, and an erasure from racing a writer that still holds rows in memory.

use contracts::Timestamp;
use ids::TenantId;

use super::ArchivePorts;
use crate::ports::StoreError;

/// How long a lease holds, should its holder die. Longer than any run of a cron.
const LEASE_MS: u64 = 120_000;

/// Of that, what is left for a write that has begun.
const MARGIN_MS: u64 = 60_000;

/// The right to change a tenant's files. It is given back with [`Lease::end`], or runs out.
pub(crate) struct Lease {
    tenant: TenantId,
    holder: String,
    expires_at: Timestamp,
}

impl Lease {
    /// Takes the lease; none while somebody else has it.
    pub(crate) async fn take(ports: &ArchivePorts, tenant: TenantId) -> Result<Option<Self>, StoreError> {
        Self::take_as(ports, tenant, hex::encode(ports.random.for_id())).await
    }

    /// The same under a name of one's own: whoever comes again under it goes on where it died, without waiting for
    /// its own lease to run out. Only for what runs once at a time.
    pub(crate) async fn take_as(
        ports: &ArchivePorts,
        tenant: TenantId,
        holder: String,
    ) -> Result<Option<Self>, StoreError> {
        let now = ports.clock.now();
        let expires_at = Timestamp::from_unix_ms(now.unix_ms() + LEASE_MS);
        let taken = ports.ledger.lease(tenant, &holder, now, expires_at).await?;
        Ok(taken.then_some(Self { tenant, holder, expires_at }))
    }

    /// That there is time to begin another write.
    ///
    /// # Errors
    /// When it is about to run out: what is left is for the next run.
    pub(crate) fn check(&self, ports: &ArchivePorts) -> Result<(), StoreError> {
        if ports.clock.now().unix_ms() + MARGIN_MS < self.expires_at.unix_ms() {
            return Ok(());
        }
        Err(StoreError::new("archive", "the lease on the tenant's files is about to run out"))
    }

    /// Gives it back. Where that fails, it runs out by itself.
    pub(crate) async fn end(self, ports: &ArchivePorts) {
        if let Err(error) = ports.ledger.release(self.tenant, &self.holder).await {
            tracing::warn!(event = "archive.lease_kept", tenant = %self.tenant, %error);
        }
    }
}
