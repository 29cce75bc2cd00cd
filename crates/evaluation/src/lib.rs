//! Measures extraction and search against labeled calls, and trains its second stage. A tool and a test's yardstick: no Worker
//! has it.
//!
//! [`corpus`] reads the calls and their labels, [`dialogues`] what is written to learn from, [`score`] judges findings,
//! [`prefilter`] says what sending less costs, [`report`] puts a group's figures together, [`search`] asks the product's
//! own index the labeled questions, and [`scale`] makes an index as large as a busy tenant's. How a label counts is said
//! in `docs/extraction.md`.

pub mod corpus;
pub mod dialogues;
pub mod prefilter;
pub mod report;
pub mod scale;
pub mod score;
pub mod search;
pub mod train;
