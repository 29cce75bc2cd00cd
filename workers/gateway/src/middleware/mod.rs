//! What every route goes through.

pub mod auth;
pub mod body;
pub mod cors;
pub mod last_used;
pub mod limits;
pub mod metering;
pub mod screen;
pub mod spans;
pub mod trace;
