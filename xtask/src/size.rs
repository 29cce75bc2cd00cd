//! `cargo xtask size`: how large each Worker's Wasm is, kept as a table in the documentation.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::build::{self, Built};
use crate::ui::Ui;
use crate::{paths, setup};

/// The page that holds the table.
const PAGE: &str = "docs/performance.md";
const BEGIN: &str = "<!-- size:begin -->";
const END: &str = "<!-- size:end -->";
/// How far a size may be from the table before `--check` calls it stale, in percent: compilers differ a little.
const TOLERANCE: u64 = 5;
/// What the page begins as.
const INTRODUCTION: &str = "# Performance\n\n## Size\n\n\
    The Wasm of each Worker after `wasm-opt`, and after gzip, which is what the platform's limit counts.\n\
    The embedding model travels beside the pipeline's Wasm and isn't in these figures.\n\
    `cargo xtask size` writes this table and `cargo xtask size --check` compares it with a build.\n\n\
    <!-- size:begin -->\n<!-- size:end -->\n";

/// Whether to write the table or to compare it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Compares the table with the build and changes nothing
    #[arg(long)]
    check: bool,
}

/// Runs `cargo xtask size`.
///
/// # Errors
/// When a Worker doesn't build, or with `--check` when a size is off by more than [`TOLERANCE`] percent.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let toolchain = setup::ensure(ui)?;
    let built = build::ensure(build::Profile::Release, &toolchain, ui)?;
    let path = paths::root().join(PAGE);
    let page = if path.exists() {
        fs::read_to_string(&path).with_context(|| format!("can't read `{PAGE}`"))?
    } else {
        INTRODUCTION.to_owned()
    };
    if args.check {
        compare(&page, &built)?;
    } else {
        fs::write(&path, with_table(&page, &markdown(&built))?)
            .with_context(|| format!("can't write `{PAGE}`"))?;
    }
    ui.result(if ui.json() { serde_json::to_string(&built)? } else { table(&built) });
    Ok(())
}

/// The sizes for a terminal.
pub(crate) fn table(built: &[Built]) -> String {
    let mut text = format!("{:<12} {:>10} {:>10}", "Worker", "Wasm", "gzip");
    for worker in built {
        // Writing to a string can't fail.
        let _ = write!(text, "\n{:<12} {:>10} {:>10}", worker.name, kib(worker.raw), kib(worker.gzip));
    }
    text
}

fn markdown(built: &[Built]) -> String {
    let mut text = "| Worker | Wasm | gzip |\n| --- | ---: | ---: |\n".to_owned();
    for worker in built {
        let _ = writeln!(text, "| {} | {} | {} |", worker.name, kib(worker.raw), kib(worker.gzip));
    }
    text
}

/// Kibibytes, rounded.
fn kib(bytes: u64) -> String {
    format!("{} KiB", (bytes + 512) / 1024)
}

fn with_table(page: &str, table: &str) -> Result<String> {
    let (before, after) = around(page)?;
    Ok(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

fn around(page: &str) -> Result<(&str, &str)> {
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    parts.with_context(|| format!("`{PAGE}` has no `{BEGIN}` followed by `{END}`"))
}

fn compare(page: &str, built: &[Built]) -> Result<()> {
    for worker in built {
        let row = page.lines().find(|line| line.starts_with(&format!("| {} |", worker.name)));
        let cell =
            |index: usize| row?.split('|').nth(index)?.trim().strip_suffix(" KiB")?.parse::<u64>().ok();
        for (index, bytes) in [(2, worker.raw), (3, worker.gzip)] {
            let now = (bytes + 512) / 1024;
            match cell(index) {
                Some(kept) if kept.abs_diff(now) * 100 <= kept * TOLERANCE => {}
                Some(kept) => bail!(
                    "`{}` has {now} KiB where `{PAGE}` says {kept}: run `cargo xtask size` and commit the page",
                    worker.name
                ),
                None => bail!("`{PAGE}` has no row for `{}`: run `cargo xtask size`", worker.name),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(raw: u64, gzip: u64) -> [Built; 1] {
        [Built { name: "gateway".to_owned(), rebuilt: false, raw, gzip }]
    }

    #[test]
    fn a_page_takes_the_table_and_keeps_the_rest() {
        let page = with_table(INTRODUCTION, &markdown(&worker(200 * 1024, 80 * 1024))).unwrap();
        assert!(page.contains("| gateway | 200 KiB | 80 KiB |"));
        let again = with_table(&format!("{page}\nMore.\n"), &markdown(&worker(1024, 1024))).unwrap();
        assert!(again.contains("| gateway | 1 KiB | 1 KiB |") && again.ends_with("\nMore.\n"));
        assert!(!again.contains("200 KiB"));
    }

    #[test]
    fn a_size_within_five_percent_is_the_same_size() {
        let page = with_table(INTRODUCTION, &markdown(&worker(200 * 1024, 100 * 1024))).unwrap();
        assert!(compare(&page, &worker(210 * 1024, 95 * 1024)).is_ok());
        assert!(compare(&page, &worker(211 * 1024, 100 * 1024)).is_err());
        assert!(compare(&page, &worker(200 * 1024, 94 * 1024)).is_err());
    }
}
