//! A server of models, as whoever asks one needs it.

use async_trait::async_trait;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::LocalBoxStream;
use mesh::ByteStream;

/// A request to a server. It has no `Debug`: its headers hold credentials.
#[derive(Clone)]
pub struct ModelRequest {
    /// Where to.
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

/// A body as it comes. Whoever drops it ends the exchange.
pub type ModelBody = LocalBoxStream<'static, Result<Vec<u8>, String>>;

/// An answer that began.
pub struct ModelAnswer {
    /// The status.
    pub status: u16,
    /// The `content-type` header.
    pub media_type: Option<String>,
    /// The `retry-after` header.
    pub retry_after: Option<String>,
    /// What AI Gateway says of its own cache: the `cf-aig-cache-status` header.
    pub cache_status: Option<String>,
    /// The body.
    pub body: ModelBody,
}

/// Servers of models.
#[async_trait(?Send)]
pub trait ModelServer {
    /// Posts a request and gives the answer once its head is there. Whoever drops the future ends the exchange. Redirects
    /// are answers and are not followed: they would carry credentials elsewhere.
    ///
    /// # Errors
    /// What went wrong, for operators, when the server was not reached.
    async fn post(&self, request: ModelRequest) -> Result<ModelAnswer, String>;
}

/// Secrets by name.
#[async_trait(?Send)]
pub trait ModelSecrets {
    /// The secret, where there is one of this name.
    async fn secret(&self, name: &str) -> Option<String>;
}

/// What goes on after a call was answered, or its caller went away, and whether it has.
pub trait Background {
    /// Has work done to its end. Where nothing more may be begun it is dropped.
    fn go_on(&self, work: LocalBoxFuture<'static, ()>);

    /// Waits until a stream ends or breaks, which it does with whoever sent it. Dropped, it lets the stream go.
    fn ended(&self, stream: ByteStream) -> LocalBoxFuture<'static, ()>;
}
