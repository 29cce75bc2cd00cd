//! Access tokens from outside: which are let in, and when keys are fetched to tell.

mod attacks;
mod key_cache;
mod support;
