//! Whether whoever asked is still there, and what becomes of a call once they are not.

use ai::routing::Candidate;
use futures_util::FutureExt;
use futures_util::future::{AbortHandle, Fuse, LocalBoxFuture, abortable, pending};
use mesh::ByteStream;

use super::ModelPorts;
use super::open_call::{OpenCall, Took};
use crate::ports::CallOutcome;

/// Watches whoever asked, for as long as a call takes.
pub(super) struct Presence {
    gone: Fuse<LocalBoxFuture<'static, ()>>,
    going_on: AbortHandle,
}

impl Presence {
    /// By a stream that ends with whoever asked.
    pub(super) fn watched(ports: &ModelPorts, presence: ByteStream) -> Self {
        // The platform ends what an invocation began when its caller goes away, and would leave nobody to settle the call.
        let (until_over, going_on) = abortable(pending::<()>());
        ports.background.go_on(until_over.map(drop).boxed_local());
        Self { gone: ports.background.ended(presence).fuse(), going_on }
    }

    /// Waits until they have left.
    pub(super) async fn gone(&mut self) {
        (&mut self.gone).await;
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.going_on.abort();
    }
}

/// A call that nothing was answered to yet. Dropped as it is, whoever asked has left: what it took is settled behind.
pub(super) struct Unanswered {
    open: Option<OpenCall>,
    asked: Option<Candidate>,
}

impl Unanswered {
    pub(super) fn new(open: OpenCall) -> Self {
        Self { open: Some(open), asked: None }
    }

    /// Notes who has the request at present, and may charge for it.
    pub(super) fn asks(&mut self, candidate: Option<&Candidate>) {
        self.asked = candidate.cloned();
    }

    /// It is answered: whoever takes it settles it.
    pub(super) fn answered(mut self) -> Option<OpenCall> {
        self.open.take()
    }

    /// Gives back what was held for it, since nobody answered.
    pub(super) async fn release(mut self) {
        if let Some(open) = self.open.take() {
            open.release().await;
        }
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        let Some(open) = self.open.take() else { return };
        let background = open.ports.background.clone();
        let left = self.asked.take();
        background.go_on(
            async move {
                match left {
                    // It has read the request. What it wrote, if anything, never came.
                    Some(Candidate { upstream, model }) => {
                        let outcome = CallOutcome::Canceled;
                        let (usage, first_byte_ms, written_bytes) = (None, None, 0);
                        open.settle(Took { model, upstream, usage, written_bytes, first_byte_ms, outcome })
                            .await;
                    }
                    None => open.release().await,
                }
            }
            .boxed_local(),
        );
    }
}
