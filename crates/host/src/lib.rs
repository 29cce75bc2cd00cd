//! The JavaScript host's side of the product: binding names, clock, randomness, and the ports over queues, Workflows
//! and Durable Objects. What is not the product's is in `mesh-worker`.

pub mod bindings;
mod browser;
mod clock;
mod event_stream;
mod key_store;
mod models;
mod outbound;
mod own_model;
mod patience;
mod queue;
mod random;
mod tenant_index;
mod vectorize;
mod version;

pub use browser::WorkerBrowser;
pub use clock::WorkerClock;
pub use event_stream::StreamArchive;
pub use key_store::PublishedKeys;
pub use models::{FetchModels, WaitUntil, WorkerSecrets, model_config};
pub use outbound::{DohResolver, FetchHistories, FetchSender, OutboundConfig};
pub use own_model::{own_model, own_price};
pub use patience::within;
pub use queue::{QueuedBatch, WorkerQueue};
pub use random::WorkerRandom;
pub use tenant_index::{DurableIndex, QUESTIONS};
pub use vectorize::{Vectorize, VectorizeIndex};
pub use version::deployment;
