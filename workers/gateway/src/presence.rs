//! Whether the client of a long call is still there, for the Worker that works for it.
//!
//! The platform ends this Worker's part in a request when its client leaves, and with it the stream that went along with
//! the call. Whoever holds the other end learns of it there.

use futures_util::future::AbortHandle;
use futures_util::stream::{self, StreamExt};
use mesh::ByteStream;

/// Ends its stream when it is dropped: nobody waits for the answer any more.
#[derive(Debug)]
pub struct Presence(Option<AbortHandle>);

impl Presence {
    /// One, and the stream to send along.
    #[must_use]
    pub fn new() -> (Self, ByteStream) {
        let (nothing, end) = stream::abortable(stream::pending::<Vec<u8>>());
        (Self(Some(end)), ByteStream::new(nothing.map(Ok)))
    }

    /// The answer has begun, and goes to the client by itself: the stream lasts as long as the request does, or until its
    /// reader lets go of it.
    pub fn lasts(mut self) {
        self.0 = None;
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end.abort();
        }
    }
}
