//! The `LiveFeed` service and its sockets, as a tenant's own object answers them.

use async_trait::async_trait;
use contracts::pipeline::live::{
    ACK, CONTROL, ForgetEntries, ForgottenEntries, LiveError, LiveFeed, OpenFeed, Publish, Published, START,
    TOO_SLOW, Ticket, TicketHolder,
};
use contracts::{TenantCall, Timestamp};
use mesh::durable::{Accept, HandlerError, Refusal, Socket, SocketMessage};
use sha2::{Digest, Sha256};

use super::session::{self, Session};
use super::{FeedPorts, KEPT_MS, MAX_SOCKETS, MOST_ENTRIES, PATIENCE_MS, TICKET_MS};
use crate::ports::StoreError;

/// Entries read at once.
const PAGE: u32 = 50;

/// A tenant's feed.
pub struct Feed(pub FeedPorts);

impl Feed {
    /// What is answered without waking the object, and what: set at the start.
    pub const PING: (&'static str, &'static str) = ("ping", "pong");

    /// A client asks for a socket.
    ///
    /// # Errors
    /// [`Refusal`]: 429 where the tenant has too many, 500 when the log fails.
    pub fn requested(&self, request: OpenFeed) -> Result<Accept, Refusal> {
        if self.0.sockets.all()?.len() >= MAX_SOCKETS {
            return Err(Refusal::new(429, format!("this tenant has {MAX_SOCKETS} live connections")));
        }
        let bounds =
            self.0.store.bounds(&self.new_epoch()).map_err(|error| Refusal::new(500, error.to_string()))?;
        Ok(Accept::new().attached(&Session::at(&bounds, request.after, request.filter))?)
    }

    /// A client says that it listens, or that its customer has taken what was sent.
    ///
    /// # Errors
    /// [`HandlerError`] when the log or the socket fails.
    pub async fn said(&self, socket: &Socket, message: SocketMessage) -> Result<(), HandlerError> {
        let Some(mut session) = socket.attachment::<Session>()? else { return Ok(()) };
        let SocketMessage::Text(text) = message else { return Ok(()) };
        match text.as_str() {
            START if !session.started => {
                session.started = true;
                self.greet(socket, &mut session)?;
            }
            ACK => {
                session.waits_until_ms = None;
                (session.entries, session.bytes) = (0, 0);
            }
            _ => return Ok(()),
        }
        self.send(socket, session)?;
        Ok(self.rearm().await?)
    }

    /// Closes whoever left a checkpoint unanswered, and forgets old entries.
    ///
    /// # Errors
    /// [`StoreError`] when the alarm could not be set.
    pub async fn alarm(&self) -> Result<(), StoreError> {
        let now_ms = self.0.clock.now().unix_ms();
        for socket in self.0.sockets.all().map_err(broken)? {
            let waits =
                socket.attachment::<Session>().ok().flatten().and_then(|session| session.waits_until_ms);
            if waits.is_some_and(|until| until <= now_ms) {
                tracing::info!(event = "live.too_slow");
                // One that is closed already needs no closing.
                let _ = socket.close(TOO_SLOW, "too slow: go on from the last id");
            }
        }
        self.prune()?;
        self.rearm().await
    }

    fn greet(&self, socket: &Socket, session: &mut Session) -> Result<(), HandlerError> {
        let bounds = self.0.store.bounds(&self.new_epoch())?;
        if let Some(asked) = session.gap.take() {
            let oldest = session::id(&bounds.epoch, bounds.oldest);
            let gap = serde_json::json!({ "asked": asked, "resumes_at": oldest });
            socket.send(format!("{CONTROL}gap {gap}"))?;
        }
        socket.send(format!("{CONTROL}hello {}", session::id(&bounds.epoch, session.seen)))?;
        Ok(())
    }

    /// Sends a client what it may have now, and keeps its place.
    fn send(&self, socket: &Socket, mut session: Session) -> Result<(), HandlerError> {
        let epoch = self.0.store.bounds(&self.new_epoch())?.epoch;
        while session.started && session.waits_until_ms.is_none() {
            let page = self.0.store.after(session.seen, PAGE)?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                session.seen = entry.seq;
                if !session.wants(&entry.entry) {
                    continue;
                }
                let text =
                    session::text(&epoch, &entry).map_err(|error| HandlerError::new(error.to_string()))?;
                let bytes = text.len();
                socket.send(text)?;
                if session.sent(bytes) {
                    socket.send(format!("{CONTROL}checkpoint {}", session::id(&epoch, entry.seq)))?;
                    session.waits_until_ms = Some(self.0.clock.now().unix_ms() + PATIENCE_MS);
                    break;
                }
            }
        }
        Ok(socket.attach(&session)?)
    }

    fn prune(&self) -> Result<(), StoreError> {
        let before = self.0.clock.now().unix_ms().saturating_sub(KEPT_MS);
        self.0.store.prune(Timestamp::from_unix_ms(before), MOST_ENTRIES)
    }

    /// To the earliest checkpoint that may go unanswered.
    async fn rearm(&self) -> Result<(), StoreError> {
        let sockets = self.0.sockets.all().map_err(broken)?;
        let waits = sockets.iter().filter_map(|socket| socket.attachment::<Session>().ok()??.waits_until_ms);
        self.0.alarm.set(waits.min().map(Timestamp::from_unix_ms)).await
    }

    fn new_epoch(&self) -> String {
        let mut bytes = [0; 4];
        self.0.random.fill(&mut bytes);
        hex::encode(bytes)
    }
}

#[async_trait(?Send)]
impl LiveFeed for Feed {
    async fn publish(&self, _: &TenantCall, request: Publish) -> Result<Published, LiveError> {
        let added = self.0.store.append(&request.entries, self.0.clock.now()).map_err(unavailable)?;
        self.prune().map_err(unavailable)?;
        if added == 0 {
            return Ok(Published { added });
        }
        for socket in self.0.sockets.all().map_err(|error| unavailable(broken(error)))? {
            let Ok(Some(session)) = socket.attachment::<Session>() else { continue };
            // One that is closing keeps nobody else from theirs.
            if let Err(error) = self.send(&socket, session) {
                tracing::info!(event = "live.not_sent", %error);
            }
        }
        self.rearm().await.map_err(unavailable)?;
        Ok(Published { added })
    }

    async fn issue_ticket(&self, _: &TenantCall, request: TicketHolder) -> Result<Ticket, LiveError> {
        let mut random = [0; 32];
        self.0.random.fill(&mut random);
        let secret = hex::encode(random);
        let expires_at = Timestamp::from_unix_ms(self.0.clock.now().unix_ms() + TICKET_MS);
        self.0.store.put_ticket(&hash(&secret), &request, expires_at).map_err(unavailable)?;
        Ok(Ticket { secret, expires_at })
    }

    async fn redeem_ticket(&self, _: &TenantCall, secret: String) -> Result<TicketHolder, LiveError> {
        let taken = self.0.store.take_ticket(&hash(&secret), self.0.clock.now()).map_err(unavailable)?;
        taken.ok_or(LiveError::BadTicket)
    }

    async fn forget(&self, _: &TenantCall, request: ForgetEntries) -> Result<ForgottenEntries, LiveError> {
        let event_ids = request.event_ids.as_deref();
        let store = &self.0.store;
        let entries = if request.count_only { store.count(event_ids) } else { store.forget(event_ids) };
        entries.map(|entries| ForgottenEntries { entries }).map_err(unavailable)
    }
}

fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

fn unavailable(error: StoreError) -> LiveError {
    LiveError::Unavailable { detail: error.to_string() }
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::new("LIVE_FEED", error)
}
