//! `cargo xtask eval extract`: the figures of extraction and of its prefilter, as tables.

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
    /// What was missed and what was wrong, of development calls only: held-out text stays unread
    #[arg(long, conflicts_with = "held_out")]
    show_misses: bool,
}

/// As `crates/evaluation` reports a group.
#[derive(Deserialize, Serialize)]
struct Group {
    group: String,
    calls: usize,
    kinds: Vec<Row>,
    all: Row,
    prefilter: Savings,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    misses: Vec<Miss>,
}

#[derive(Deserialize, Serialize)]
struct Row {
    kind: String,
    labeled: usize,
    found: usize,
    wrong: usize,
    precision: f64,
    recall: f64,
    f1: f64,
}

#[derive(Deserialize, Serialize)]
struct Savings {
    calls: usize,
    calls_skipped: usize,
    turns: usize,
    turns_sent: usize,
    characters: usize,
    characters_sent: usize,
    labels: usize,
    labels_lost: usize,
    findings_lost: usize,
}

#[derive(Deserialize, Serialize)]
struct Miss {
    file: String,
    what: String,
    kind: String,
    score: Option<f64>,
    quote: String,
}

/// Measures the groups asked for, both without a choice.
///
/// # Errors
/// When the calls cannot be read or the measuring program does not build.
pub(crate) fn run(args: &Args, ui: &Ui) -> Result<()> {
    let step = ui.step("Measure extraction");
    let mut arguments = vec!["extract"];
    if !args.held_out {
        arguments.push("development");
    }
    if !args.development {
        arguments.push("held_out");
    }
    if args.show_misses {
        arguments.push("misses");
    }
    let groups: Vec<Group> = super::measured(&arguments)?;
    step.done(format!("{} calls", groups.iter().map(|group| group.calls).sum::<usize>()));
    if ui.json() {
        ui.result(json!({ "extract": groups }));
    } else {
        let mut text = String::new();
        groups.iter().for_each(|group| print(&mut text, group));
        ui.result(text.trim_end());
    }
    Ok(())
}

fn print(text: &mut String, group: &Group) {
    let about = match group.group.as_str() {
        "held_out" => "Held-out calls, which nobody reads who works on extraction",
        "learned_from" => "Held-out calls that were learned from: no proof of anything",
        "quiet" => "Calls in which there is nothing, never learned from",
        _ => "Development calls, with which the rules are written",
    };
    let _ = writeln!(text, "{about} ({})", group.calls);
    let _ = writeln!(text, "  kind             labeled  found  wrong  precision  recall    F1");
    for row in group.kinds.iter().chain([&group.all]) {
        let Row { kind, labeled, found, wrong, precision, recall, f1 } = row;
        let _ = writeln!(
            text,
            "  {kind:16} {labeled:7} {found:6} {wrong:6} {precision:10.2} {recall:7.2} {f1:5.2}"
        );
    }
    let Savings { calls, calls_skipped, turns, turns_sent, .. } = group.prefilter;
    let Savings { characters, characters_sent, labels, labels_lost, findings_lost, .. } = group.prefilter;
    let _ = writeln!(
        text,
        "  prefilter: skips {calls_skipped} of {calls} calls, sends on {} of the turns and {} of the characters; \
         loses {labels_lost} of {labels} labeled signals against sending everything, \
         {findings_lost} of them found by this extractor",
        percent(turns_sent, turns),
        percent(characters_sent, characters),
    );
    for Miss { file, what, kind, score, quote } in &group.misses {
        let score = score.map(|score| format!(" {score:.2}")).unwrap_or_default();
        let _ = writeln!(text, "  {file}: {what} {kind}{score}: {quote}");
    }
    text.push('\n');
}

fn percent(part: usize, whole: usize) -> String {
    format!("{:.0} %", if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 })
}
