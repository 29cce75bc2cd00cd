//! Requests to customers' endpoints, and the resolver that is asked before each.

mod config;
mod resolver;
mod sender;

pub use config::OutboundConfig;
pub use resolver::DohResolver;
pub use sender::FetchSender;
