//! The program behind `cargo xtask eval` and `cargo xtask train`: it prints JSON, and xtask the tables.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use embedded::extraction::extract;
use evaluation::{corpus::Group, report::measure, scale, search};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["extract", flags @ ..] => {
            let mut groups = Vec::new();
            let mut with_misses = false;
            for flag in flags {
                match *flag {
                    "development" => groups.extend([Group::Development, Group::Quiet]),
                    "held_out" => groups.extend([Group::HeldOut, Group::LearnedFrom]),
                    "misses" => with_misses = true,
                    _ => bail!("no group `{flag}`; there are development, held_out and misses"),
                }
            }
            let reports = groups.into_iter().map(|group| measure(group, with_misses, &extract));
            serde_json::to_value(reports.collect::<Result<Vec<_>>>()?)?
        }
        ["train", path] => {
            let (weights, report) = evaluation::train::train()?;
            std::fs::write(path, weights).with_context(|| (*path).to_owned())?;
            serde_json::to_value(report)?
        }
        ["search", flags @ ..] => {
            let with_misses = flags.contains(&"misses");
            let mut groups = Vec::new();
            if !flags.contains(&"held_out") {
                groups.push(search::measure(Group::Development, with_misses)?);
            }
            if !flags.contains(&"development") {
                // Held-out questions stay unread: figures only.
                groups.push(search::measure(Group::HeldOut, false)?);
            }
            serde_json::to_value(groups)?
        }
        ["scale", folder, passages, queries] => {
            let create = |name: &str| -> Result<BufWriter<File>> {
                let path = Path::new(folder).join(name);
                Ok(BufWriter::new(File::create(&path).with_context(|| path.display().to_string())?))
            };
            let (count, asked) = (passages.parse()?, queries.parse()?);
            let (mut passages, mut queries) = (create("passages.jsonl")?, create("queries.jsonl")?);
            let report = scale::write(&mut passages, &mut queries, count, asked)?;
            passages.flush()?;
            queries.flush()?;
            serde_json::to_value(report)?
        }
        _ => bail!("say `extract` or `search` and the groups, or `train` and a path: `cargo xtask` does"),
    };
    writeln!(std::io::stdout(), "{result}")?;
    Ok(())
}
