//! The live feed of a tenant: what happens, as it happens, and a short while back.
//!
//! A client is a gateway, which passes on to a customer. It asks for a socket with [`OpenFeed`], sends [`START`] when it
//! listens, and is sent entries as JSON texts. A text that begins with `!` is a control: `!hello {id}`, `!gap {json}`,
//! and `!checkpoint {id}`, which the client answers with [`ACK`] once its customer has taken what came before. Without
//! an answer nothing more is sent, and after a while the socket is closed: nobody is buffered for.

use ids::EventId;

use crate::{TenantCall, Timestamp};

/// The name of a tenant's feed among its objects.
pub const FEED: &str = "feed";
/// What a client sends when it listens.
pub const START: &str = "!start";
/// What a client sends when its customer has taken what came before a checkpoint.
pub const ACK: &str = "!ack";
/// Before everything that is no entry.
pub const CONTROL: char = '!';
/// The close code of a client that was too slow.
pub const TOO_SLOW: u16 = 4008;

/// What the pipeline and the gateway ask of a tenant's feed.
#[mesh::service(contract = "../../contracts/LiveFeed.json")]
pub trait LiveFeed {
    /// Adds entries, and sends them to whoever listens. One that is there is not added again.
    #[mesh(idempotent)]
    async fn publish(&self, context: &TenantCall, request: Publish) -> Result<Published, LiveError>;
    /// Makes a ticket: whoever brings it within a minute listens once, as the key that asked for it.
    async fn issue_ticket(&self, context: &TenantCall, request: TicketHolder) -> Result<Ticket, LiveError>;
    /// Takes a ticket.
    async fn redeem_ticket(&self, context: &TenantCall, secret: String) -> Result<TicketHolder, LiveError>;
    /// Forgets entries for good, or counts those that it would forget.
    #[mesh(idempotent)]
    async fn forget(
        &self,
        context: &TenantCall,
        request: ForgetEntries,
    ) -> Result<ForgottenEntries, LiveError>;
}

/// Entries to add.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct Publish {
    /// In order; at most 1,000.
    pub entries: Vec<NewEntry>,
}

/// An entry to add.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// What it is known by: another with the same key is the same entry.
    pub key: String,
    /// Such as `signal.created`.
    pub kind: String,
    /// The kind of signal, where it is one.
    #[serde(default)]
    pub signal_kind: Option<String>,
    /// The customer's company, where it is known.
    #[serde(default)]
    pub account: Option<String>,
    /// What it says, as JSON text of at most 64 KiB.
    pub data: String,
}

/// What was added.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// How many were new.
    pub added: u32,
}

/// Asks to forget entries.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgetEntries {
    /// Those that tell of these events, at most 100; without them all entries, and all tickets.
    #[serde(default)]
    pub event_ids: Option<Vec<EventId>>,
    /// Only say how many there are.
    #[serde(default)]
    pub count_only: bool,
}

/// How many entries were forgotten, or are there.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgottenEntries {
    /// How many.
    pub entries: u32,
}

/// Asks for a socket.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenFeed {
    /// The last entry that the client has; what came since is sent first. Only what comes from now on without one.
    #[serde(default)]
    pub after: Option<String>,
    /// Which entries to send.
    #[serde(default)]
    pub filter: FeedFilter,
}

/// Which entries to send; an empty one sends all.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedFilter {
    /// Only these kinds of entry or of signal.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Only of this account.
    #[serde(default)]
    pub account: Option<String>,
}

/// Whose ticket it is.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketHolder {
    /// The public half of the API key.
    pub key_prefix: String,
}

/// A ticket.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// What is to be shown.
    pub secret: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// The feed refuses.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LiveError {
    /// The ticket is unknown, was used or has expired.
    #[error("the ticket is unknown, was used or has expired")]
    BadTicket,
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
