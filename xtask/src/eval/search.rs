//! `cargo xtask eval search`: how many of the labeled questions find their passage, as a table.

use std::fmt::Write as _;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ui::Ui;

/// Which calls.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only the held-out calls
    #[arg(long, conflicts_with = "development")]
    held_out: bool,
    /// Only the development calls
    #[arg(long)]
    development: bool,
    /// The questions that found nothing, of development calls only: held-out text stays unread
    #[arg(long, conflicts_with = "held_out")]
    show_misses: bool,
}

/// As `crates/evaluation` reports a group.
#[derive(Deserialize, Serialize)]
struct Group {
    group: String,
    calls: usize,
    passages: usize,
    questions: usize,
    recall_at_1: f64,
    recall_at_5: f64,
    recall_at_10: f64,
    mean_reciprocal_rank: f64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    missed: Vec<String>,
}

/// Measures, and prints a table.
///
/// # Errors
/// When the measuring program does not build or cannot read the calls.
pub(super) fn run(args: &Args, ui: &Ui) -> Result<()> {
    let flags =
        [("held_out", args.held_out), ("development", args.development), ("misses", args.show_misses)];
    let mut arguments = vec!["search"];
    arguments.extend(flags.iter().filter(|(_, given)| *given).map(|(flag, _)| *flag));
    let groups: Vec<Group> = super::measured(&arguments)?;
    if ui.json() {
        ui.result(json!(groups));
        return Ok(());
    }
    let mut text =
        String::from("| calls | questions | passages | recall@1 | @5 | @10 | mean reciprocal rank |\n");
    text.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for group in &groups {
        let Group { group: name, calls, questions, passages, .. } = group;
        writeln!(
            text,
            "| {calls}, {name} | {questions} | {passages} | {:.2} | {:.2} | {:.2} | {:.2} |",
            group.recall_at_1, group.recall_at_5, group.recall_at_10, group.mean_reciprocal_rank
        )?;
    }
    for missed in groups.iter().flat_map(|group| &group.missed) {
        writeln!(text, "not among the first ten: {missed}")?;
    }
    ui.result(text.trim_end());
    Ok(())
}
