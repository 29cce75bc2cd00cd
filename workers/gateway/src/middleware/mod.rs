//! What every route goes through.

pub mod auth;
pub mod body;
pub mod screen;
pub mod trace;
