//! Measures extraction against labeled calls, and trains its second stage. A tool and a test's yardstick: no Worker
//! has it.
//!
//! [`corpus`] reads the calls and their labels, [`score`] judges findings, [`prefilter`] says what sending less costs,
//! and [`report`] puts a group's figures together. How a label counts is said in `docs/extraction.md`.

pub mod corpus;
pub mod prefilter;
pub mod report;
pub mod score;
pub mod train;
