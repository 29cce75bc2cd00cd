//! Requests to customers' endpoints, and the resolver that is asked before each.

mod config;
mod histories;
mod resolver;
mod sender;

pub use config::OutboundConfig;
pub use histories::FetchHistories;
pub use resolver::DohResolver;
pub use sender::FetchSender;
