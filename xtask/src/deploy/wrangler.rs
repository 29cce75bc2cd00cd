//! Wrangler, run as a person would, and what it says turned into one sentence with the mend.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use crate::setup::Toolchain;
use crate::{paths, process};

/// What wrangler's own errors mean and what mends them: a part of what it prints, and the sentence.
const MENDS: [(&str, &str); 12] = [
    (
        "Authentication error",
        "the token may not do this: give it the permission `Workers Scripts: Edit` (and `D1: Edit` for migrations)",
    ),
    (
        "Invalid API Token",
        "the platform refuses the token: make a new one and set `CLOUDFLARE_API_TOKEN` to it",
    ),
    (
        "Invalid request headers",
        "the platform refuses the token: make a new one and set `CLOUDFLARE_API_TOKEN` to it",
    ),
    (
        "exceeded the size limit",
        "the upload is too large: look at `cargo xtask size`, and build without `--quick`",
    ),
    ("code: 10027", "the upload is too large: look at `cargo xtask size`, and build without `--quick`"),
    (
        "Could not resolve service binding",
        "it binds a Worker that is not there: deploy that one first, or all together",
    ),
    ("references database", "it binds a database that is not there: run `cargo xtask provision`"),
    (
        "not found. You may need to create it",
        "it binds a namespace that is not there: run `cargo xtask provision`",
    ),
    ("R2 bucket", "it binds a bucket that is not there: run `cargo xtask provision`"),
    ("Queue '", "it binds a queue that is not there: run `cargo xtask provision`"),
    (
        "throttling your request",
        "the platform asks to wait: run the deploy again in a minute; it goes on where it was",
    ),
    ("fetch failed", "the network was cut: run the deploy again; it goes on where it was"),
];

/// Runs wrangler with `arguments`. Gives what it reports of itself, an object a line.
///
/// # Errors
/// When it fails; the message says what mends it.
pub(super) fn run(toolchain: &Toolchain, arguments: &[&str], config: &Path) -> Result<Vec<Value>> {
    let report = config.with_extension("report.ndjson");
    if report.exists() {
        std::fs::remove_file(&report)?;
    }
    let mut wrangler = wrangler(toolchain);
    wrangler.args(arguments).arg("--config").arg(config).env("WRANGLER_OUTPUT_FILE_PATH", &report);
    if let Some(folder) = config.parent() {
        wrangler.current_dir(folder);
    }
    let output = process::output(&mut wrangler)?;
    if !output.status.success() {
        let said = format!(
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        return Err(failure(&arguments.join(" "), &said));
    }
    let text = std::fs::read_to_string(&report).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).context("wrangler's report is no JSON")).collect()
}

/// The version that a report of an upload or a deploy names.
///
/// # Errors
/// When it names none.
pub(super) fn version(report: &[Value]) -> Result<String> {
    let named = report.iter().rev().find_map(|line| line["version_id"].as_str());
    named.map(str::to_owned).context("wrangler did not say which version it made: update wrangler")
}

fn wrangler(toolchain: &Toolchain) -> Command {
    let mut node = toolchain.node();
    node.arg(paths::node_module("wrangler/bin/wrangler.js"));
    // A script's run: no question, no color, no telemetry, no login of another account.
    node.env("CI", "1").env("NO_COLOR", "1").env("WRANGLER_SEND_METRICS", "false").env("FORCE_COLOR", "0");
    node
}

/// What failed, in one sentence, and wrangler's own words.
fn failure(command: &str, said: &str) -> anyhow::Error {
    let said = plain(said);
    let own: Vec<&str> = said
        .lines()
        .map(str::trim)
        .skip_while(|line| !line.contains("[ERROR]"))
        .take_while(|line| !line.contains("Logs were written to") && !line.contains("--help"))
        .filter(|line| !line.is_empty())
        .take(6)
        .collect();
    let own = if own.is_empty() { process::tail(&said) } else { own.join(" ") };
    let own = own.replace("✘ [ERROR]", "").trim().to_owned();
    let verb = command.split(" --").next().unwrap_or(command);
    match MENDS.iter().find(|(part, _)| said.contains(part)) {
        Some((_, mend)) => anyhow!("{mend} (`wrangler {verb}`: {own})"),
        None => anyhow!("`wrangler {verb}` failed: {own}"),
    }
}

/// A text without colors, which wrangler prints whatever it is told.
fn plain(said: &str) -> String {
    let mut parts = said.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_the_mend_first_and_then_wranglers_words() {
        let said = "⛅️ wrangler\n\n✘ [ERROR] A request to the Cloudflare API failed.\n\n  Your Worker exceeded the size \
                    limit of 64 MiB. [code: 10027]\n\n  If you think this is a bug, please open an issue\n";
        let text = failure("versions upload --tag x", said).to_string();
        assert!(text.starts_with("the upload is too large: look at `cargo xtask size`"), "{text}");
        assert!(text.contains("(`wrangler versions upload`: A request"), "{text}");
        let said = "\u{1b}[33m▲ \u{1b}[43;33m[\u{1b}[30mWARNING\u{1b}[0m old\n\u{1b}[31m✘ \u{1b}[41;31m[\u{1b}[41;97mERROR\u{1b}[41;31m]\u{1b}[0m \
                    \u{1b}[1mQueue \"q\" does not exist.\u{1b}[0m\n\n🪵  Logs were written to \"x\"\n";
        let text = failure("triggers deploy", said).to_string();
        assert_eq!(text, "`wrangler triggers deploy` failed: Queue \"q\" does not exist.");
        let text = failure("deploy", "Something odd").to_string();
        assert_eq!(text, "`wrangler deploy` failed: Something odd");
    }

    #[test]
    fn the_version_is_the_one_that_was_made_last() {
        let report = [serde_json::json!({ "type": "version-upload", "version_id": "a" })];
        assert_eq!(version(&report).unwrap(), "a");
        assert!(version(&[]).is_err());
    }
}
