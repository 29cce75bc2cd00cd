//! Dead letters by their cause, and replays of whole groups.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::redrives::{DeadLetterGroup, TenantLetters};
use ids::{DeadLetterId, EventId, RedriveId, TenantId};

use super::StoreError;

/// What letters have in common that died of the same thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LetterGroup {
    /// The hash over who gave up, the workflow, the step and the pattern: 32 hexadecimal digits.
    pub fingerprint: String,
    /// The error without what differs from letter to letter.
    pub pattern: String,
}

/// A redrive to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRedrive {
    /// Its id.
    pub redrive_id: RedriveId,
    /// The client's own name of the request.
    pub request_key: String,
    /// The group.
    pub fingerprint: String,
    /// Only this tenant's letters.
    pub tenant: Option<TenantId>,
    /// How many letters a second.
    pub per_second: u32,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// In which trace, as a W3C `traceparent`.
    pub traceparent: String,
}

/// How a redrive stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedriveStatus {
    /// It goes on.
    Running,
    /// Somebody stopped it.
    Stopped,
    /// Every letter was looked at.
    Done,
}

impl RedriveStatus {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }
}

/// A redrive on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedriveRecord {
    /// What was asked for.
    pub redrive: NewRedrive,
    /// The newest letter that it is about; empty where there was none.
    pub upto: String,
    /// How it stands.
    pub status: RedriveStatus,
    /// When it ended, and who stopped it.
    pub ended: Option<(Timestamp, Option<String>)>,
    /// Letters that waited when it was asked for.
    pub total: u32,
    /// Letters whose events run again.
    pub begun: u32,
    /// Letters whose events cannot.
    pub refused: u32,
    /// The last letter that was looked at; empty at first.
    pub position: String,
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redriven {
    /// Which.
    pub letter_id: DeadLetterId,
    /// Whose.
    pub tenant: TenantId,
    /// The event.
    pub event_id: EventId,
    /// The run that began, or why none did.
    pub outcome: Result<u32, String>,
}

/// The same as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedrivenRecord {
    /// What became of it.
    pub redriven: Redriven,
    /// When.
    pub at: Timestamp,
    /// How its event is now, and why; none where it is gone.
    pub event: Option<(String, Option<String>)>,
}

/// A letter that has no group yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UngroupedLetter {
    /// Which.
    pub letter_id: DeadLetterId,
    /// Who gave up.
    pub cause: domain::DeathCause,
    /// The workflow.
    pub workflow: Option<String>,
    /// The step.
    pub step: Option<String>,
    /// What went wrong, the outermost first.
    pub errors: Vec<String>,
}

/// Groups of dead letters and their redrives. They are for operators, who look over all tenants.
#[async_trait(?Send)]
pub trait RedriveStore {
    /// Groups, those with the newest letters first.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    async fn groups(&self, now: Timestamp, limit: u32) -> Result<Vec<DeadLetterGroup>, StoreError>;
    /// One group, and whose letters are in it, the tenants with the most first; or only how many are `tenant`'s.
    async fn group(
        &self,
        fingerprint: &str,
        tenant: Option<TenantId>,
        limit: u32,
    ) -> Result<Option<(DeadLetterGroup, Vec<TenantLetters>)>, StoreError>;
    /// Letters that were written before there were groups.
    async fn ungrouped(&self, limit: u32) -> Result<Vec<UngroupedLetter>, StoreError>;
    /// Says what groups them.
    async fn set_groups(&self, groups: &[(DeadLetterId, LetterGroup)]) -> Result<(), StoreError>;
    /// Begins a redrive about the letters that wait now; the one that the same request began, where it did.
    async fn insert(&self, redrive: &NewRedrive) -> Result<RedriveRecord, StoreError>;
    /// One redrive.
    async fn redrive(&self, redrive_id: RedriveId) -> Result<Option<RedriveRecord>, StoreError>;
    /// Redrives, the newest first.
    async fn redrives(&self, now: Timestamp, limit: u32) -> Result<Vec<RedriveRecord>, StoreError>;
    /// Takes one that runs and that nobody goes on with, until a time: `redrive_id`, or whichever has waited longest.
    async fn lease(
        &self,
        redrive_id: Option<RedriveId>,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<RedriveRecord>, StoreError>;
    /// Lets others go on with it from a time on.
    async fn release(&self, redrive_id: RedriveId, from: Timestamp) -> Result<(), StoreError>;
    /// Letters that it has not looked at, oldest first.
    async fn letters_after(
        &self,
        redrive: &RedriveRecord,
        limit: u32,
    ) -> Result<Vec<DeadLetterId>, StoreError>;
    /// Notes what became of some letters, the last of which is where it stands then.
    async fn note(
        &self,
        redrive_id: RedriveId,
        redriven: &[Redriven],
        position: DeadLetterId,
        at: Timestamp,
    ) -> Result<(), StoreError>;
    /// Ends it, where it runs. Whether it did.
    async fn end(
        &self,
        redrive_id: RedriveId,
        status: RedriveStatus,
        at: Timestamp,
        by: Option<&str>,
    ) -> Result<bool, StoreError>;
    /// What became of its letters, in the order of their ids.
    async fn outcomes(
        &self,
        redrive_id: RedriveId,
        after: Option<DeadLetterId>,
        limit: u32,
    ) -> Result<Vec<RedrivenRecord>, StoreError>;
    /// Forgets redrives that were asked for before a time and have ended.
    async fn forget_redrives(&self, before: Timestamp) -> Result<(), StoreError>;
}
