//! Dead letters by what they died of, and replays of whole groups.

use ids::{DeadLetterId, EventId, RedriveId, TenantId};

use crate::{OperatorCall, Timestamp};

/// The admin's view of what dead letters died of, and their replay in bulk.
#[mesh::service(contract = "../../contracts/Redrives.json")]
pub trait Redrives {
    /// Groups of letters that died of the same thing.
    #[mesh(idempotent)]
    async fn list_groups(
        &self,
        context: &OperatorCall,
        request: ListGroups,
    ) -> Result<DeadLetterGroups, RedriveError>;

    /// One group, and whose letters are in it.
    #[mesh(idempotent)]
    async fn get_group(
        &self,
        context: &OperatorCall,
        request: GetGroup,
    ) -> Result<DeadLetterGroupDetail, RedriveError>;

    /// Has every event of a group run again, at a bounded rate. Asked again under the same idempotency key, it gives the
    /// first answer.
    #[mesh(idempotent)]
    async fn start_redrive(
        &self,
        context: &OperatorCall,
        request: StartRedrive,
    ) -> Result<RedriveReport, RedriveError>;

    /// One redrive, and what became of its letters.
    #[mesh(idempotent)]
    async fn get_redrive(
        &self,
        context: &OperatorCall,
        request: GetRedrive,
    ) -> Result<RedriveDetail, RedriveError>;

    /// Redrives.
    #[mesh(idempotent)]
    async fn list_redrives(
        &self,
        context: &OperatorCall,
        request: ListRedrives,
    ) -> Result<RedriveList, RedriveError>;

    /// Ends a redrive. What it has begun goes on.
    #[mesh(idempotent)]
    async fn stop_redrive(
        &self,
        context: &OperatorCall,
        request: GetRedrive,
    ) -> Result<RedriveReport, RedriveError>;
}

/// Asks for groups.
#[mesh::message]
#[derive(Debug, Clone, Copy)]
pub struct ListGroups {
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// Groups of dead letters.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterGroups {
    /// Those with the newest letters first.
    pub items: Vec<DeadLetterGroup>,
}

/// Letters that died of the same thing.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterGroup {
    /// What names it: 32 hexadecimal digits.
    pub fingerprint: String,
    /// Who gave up.
    pub cause: String,
    /// The workflow that gave up.
    #[serde(default)]
    pub workflow: Option<String>,
    /// The step that gave up.
    #[serde(default)]
    pub step: Option<String>,
    /// The error without what differs from letter to letter.
    pub pattern: String,
    /// How many letters there are.
    pub letters: u32,
    /// How many of them nobody has replayed.
    pub waiting: u32,
    /// How many tenants have some.
    pub tenants: u32,
    /// When the first died.
    pub first_at: Timestamp,
    /// When the last died.
    pub last_at: Timestamp,
    /// The newest letter.
    pub sample: DeadLetterId,
}

/// Names a group.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct GetGroup {
    /// Which.
    pub fingerprint: String,
    /// Only this one of its tenants is told of.
    #[serde(default)]
    pub tenant: Option<TenantId>,
}

/// A group and whose letters are in it.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterGroupDetail {
    /// The group.
    pub group: DeadLetterGroup,
    /// The tenants with the most letters, at most 50.
    pub tenants: Vec<TenantLetters>,
}

/// How many letters of a group are a tenant's.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantLetters {
    /// Whose.
    pub tenant: TenantId,
    /// How many.
    pub letters: u32,
    /// How many of them nobody has replayed.
    #[serde(default)]
    pub waiting: u32,
}

/// Asks for the replay of all letters of a group that wait now.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct StartRedrive {
    /// The group.
    pub fingerprint: String,
    /// Only this tenant's letters.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// How many letters a second, 1 to 50.
    pub per_second: u32,
}

/// Names a redrive.
#[mesh::message]
#[derive(Debug, Clone, Copy)]
pub struct GetRedrive {
    /// Which.
    pub redrive_id: RedriveId,
    /// Outcomes of letters after this one.
    #[serde(default)]
    pub after: Option<DeadLetterId>,
    /// At most so many outcomes, up to 200.
    #[serde(default)]
    pub limit: u32,
}

/// Asks for redrives, the newest first.
#[mesh::message]
#[derive(Debug, Clone, Copy)]
pub struct ListRedrives {
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// Redrives.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedriveList {
    /// The newest first.
    pub items: Vec<RedriveReport>,
}

/// How a redrive stands.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedriveReport {
    /// Its id.
    pub redrive_id: RedriveId,
    /// The group.
    pub fingerprint: String,
    /// Only this tenant's letters.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// How many letters a second.
    pub per_second: u32,
    /// `running`, `stopped` or `done`.
    pub status: String,
    /// Letters that waited when it was asked for.
    pub total: u32,
    /// Letters whose events run again.
    pub begun: u32,
    /// Letters whose events cannot.
    pub refused: u32,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// Who stopped it.
    #[serde(default)]
    pub ended_by: Option<String>,
}

/// A redrive and what became of its letters.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedriveDetail {
    /// How it stands.
    pub redrive: RedriveReport,
    /// In the order of the letters' ids.
    pub letters: Vec<RedrivenLetter>,
    /// Where the next part begins, if there is one.
    #[serde(default)]
    pub next_after: Option<DeadLetterId>,
}

/// What became of a letter.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedrivenLetter {
    /// Which.
    pub letter_id: DeadLetterId,
    /// Whose.
    pub tenant: TenantId,
    /// The event.
    pub event_id: EventId,
    /// The run that began; none where none did.
    #[serde(default)]
    pub run: Option<u32>,
    /// Why none did.
    #[serde(default)]
    pub detail: Option<String>,
    /// When.
    pub at: Timestamp,
    /// How its event is now; none where it is gone.
    #[serde(default)]
    pub event_status: Option<String>,
    /// Why it is so.
    #[serde(default)]
    pub event_reason: Option<String>,
}

/// Groups or redrives could not be read or begun.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RedriveError {
    /// There is no such group or redrive, or not any more.
    #[error("no such group or redrive")]
    NotFound,
    /// It cannot be begun.
    #[error("{detail}")]
    Invalid {
        /// Why.
        detail: String,
    },
    /// The idempotency key began another one.
    #[error("the idempotency key asked for another redrive before")]
    KeyReused,
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
