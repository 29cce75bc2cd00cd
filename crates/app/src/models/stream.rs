//! An answer on its way: piece by piece as the client takes them, settled before its last piece is out.

use ai::masking::StreamRestorer;
use ai::{Ending, Relay};
use futures_util::future::{Either, pending, select};
use futures_util::{FutureExt, StreamExt, stream};
use mesh::ByteStream;

use super::cache::{Keeping, Source};
use super::open_call::{OpenCall, Took};
use super::presence::Presence;
use crate::ports::{CallOutcome, ModelBody};

/// See the module. When it is dropped before its end the client has left: the upstream's exchange ends with it, and what
/// came so far is settled behind.
pub(super) struct Streaming {
    pub(super) relay: Box<Relay>,
    /// None once it is over.
    pub(super) body: Option<ModelBody>,
    /// What is to be sent next.
    pub(super) out: Vec<u8>,
    /// None once it is settled.
    pub(super) open: Option<OpenCall>,
    /// Whether the client is still there, where that is known before it takes a piece.
    pub(super) presence: Option<Presence>,
    pub(super) model: String,
    pub(super) upstream: String,
    pub(super) first_byte_ms: u64,
    pub(super) stall_ms: u64,
    /// Where the answer is to be kept.
    pub(super) keeping: Option<Keeping>,
    /// Where something was put aside that the answer is to have back.
    pub(super) restorer: Option<StreamRestorer>,
}

impl Streaming {
    /// As a stream of bytes: nothing is asked of the upstream before the client has taken what came.
    pub(super) fn into_bytes(mut self) -> ByteStream {
        self.pass();
        ByteStream::new(stream::unfold(self, |mut streaming| async move {
            let next = streaming.next().await?;
            Some((Ok(next), streaming))
        }))
    }

    async fn next(&mut self) -> Option<Vec<u8>> {
        while self.out.is_empty() && self.relay.ending().is_none() {
            let mut presence = self.presence.take();
            let gone = match &mut presence {
                Some(presence) => presence.gone().boxed_local(),
                None => pending().boxed_local(),
            };
            let left = matches!(select(self.feed().boxed_local(), gone).await, Either::Right(_));
            self.presence = presence;
            if left {
                self.body = None;
                self.settle(Some(CallOutcome::Canceled)).await;
                return None;
            }
            self.pass();
        }
        if self.relay.ending().is_some() {
            // Nothing more is read, and the upstream's connection is free.
            self.body = None;
            self.settle(None).await;
        }
        (!self.out.is_empty()).then(|| std::mem::take(&mut self.out))
    }

    /// What came on its way to the client: seen by whoever keeps it, and with what was put aside back in its places.
    fn pass(&mut self) {
        if let Some(archiving) = self.open.as_mut().and_then(|open| open.archiving.as_mut()) {
            archiving.piece(&self.out);
        }
        if let Some(keeping) = &mut self.keeping {
            keeping.see(&self.out);
        }
        if let Some(restorer) = &mut self.restorer {
            let came = std::mem::take(&mut self.out);
            restorer.feed(&came, &mut self.out);
        }
    }

    async fn feed(&mut self) {
        let (Some(body), Some(open)) = (&mut self.body, &self.open) else {
            return self.relay.cut(&mut self.out);
        };
        match select(body.next(), open.ports.runtime.sleep(self.stall_ms)).await {
            Either::Left((Some(Ok(bytes)), _)) => self.relay.feed(&bytes, &mut self.out),
            Either::Left((Some(Err(_)) | None, _)) => self.relay.cut(&mut self.out),
            Either::Right(_) => self.relay.stalled(self.stall_ms, &mut self.out),
        }
    }

    async fn settle(&mut self, outcome: Option<CallOutcome>) {
        let Some(open) = self.open.take() else { return };
        let took = self.took(outcome);
        let (ports, finished) = (open.ports.clone(), took.outcome == CallOutcome::Finished);
        let (told, source) = (took.usage, Source::new(&took.model, &took.upstream, took.usage));
        let cost_nanos = open.settle(took).await;
        if let Some(keeping) = self.keeping.take().filter(|_| finished) {
            keeping.whole(&ports, told, source, cost_nanos);
        }
    }

    fn took(&self, outcome: Option<CallOutcome>) -> Took {
        let ended = match self.relay.ending() {
            Some(Ending::Finished) => CallOutcome::Finished,
            Some(Ending::Cut | Ending::Stalled { .. } | Ending::Malformed(_) | Ending::Failed(_)) => {
                CallOutcome::Broken
            }
            None => CallOutcome::Canceled,
        };
        Took {
            model: self.model.clone(),
            upstream: self.upstream.clone(),
            usage: self.relay.usage(),
            written_bytes: self.relay.written_bytes(),
            first_byte_ms: Some(self.first_byte_ms),
            outcome: outcome.unwrap_or(ended),
        }
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        self.body = None;
        if let Some(open) = self.open.take() {
            let took = self.took(None);
            let background = open.ports.background.clone();
            background.go_on(
                async move {
                    open.settle(took).await;
                }
                .boxed_local(),
            );
        }
    }
}
