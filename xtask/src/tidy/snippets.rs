//! Code in the documentation against the code that it shows.

use anyhow::Result;

use super::Finding;
use super::files::{Files, text};

/// Precedes a block of code and names the file that it is taken from: `<!-- from path -->`.
const MARK: &str = "<!-- from ";
/// What a line of a block says that stands for lines left out.
const LEFT_OUT: [&str; 2] = ["// …", "# …"];

/// A block of code on a page.
#[derive(Debug, PartialEq, Eq)]
struct Block<'a> {
    /// The line on which it begins.
    number: usize,
    /// The file that it is said to be from.
    from: Option<&'a str>,
    language: &'a str,
    lines: Vec<&'a str>,
}

/// Each marked block is in its file, word for word, apart from its indentation and from what it says it leaves out. A
/// page that marks one marks all of its Rust.
pub(super) fn check(files: &Files) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for page in files.ending(".md") {
        let page_text = text(page)?.unwrap_or_default();
        if !page_text.contains(MARK) {
            continue;
        }
        for block in blocks(&page_text) {
            let place = || format!("{page}:{}", block.number);
            match block.from {
                None if block.language == "rust" => {
                    findings.push(Finding::new(
                        place(),
                        format!("say where this code is from: `{MARK}path -->`"),
                    ));
                }
                None => {}
                Some(from) if !files.has(from) => {
                    findings.push(Finding::new(place(), format!("there is no `{from}`")));
                }
                Some(from) => {
                    if let Some(line) = first_stray(&block.lines, &text(from)?.unwrap_or_default()) {
                        findings
                            .push(Finding::new(place(), format!("`{from}` has no `{line}` at this place")));
                    }
                }
            }
        }
    }
    Ok(findings)
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut from = None;
    let mut open: Option<Block<'_>> = None;
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => block.lines.push(line),
            (None, Some(language)) => {
                open = Some(Block { number: index + 1, from: from.take(), language, lines: Vec::new() });
            }
            (None, None) => {
                from = line.strip_prefix(MARK).and_then(|rest| rest.strip_suffix(" -->"));
            }
        }
    }
    blocks
}

/// The line of a block with which it departs from the source, if it does.
fn first_stray<'a>(block: &[&'a str], source: &str) -> Option<&'a str> {
    let source: Vec<&str> = source.lines().map(str::trim).collect();
    let mut rest = source.as_slice();
    for part in block.split(|line| LEFT_OUT.contains(&line.trim())) {
        let wanted: Vec<&str> = part.iter().map(|line| line.trim()).collect();
        let matching = |start: usize| {
            rest[start..].iter().zip(&wanted).take_while(|(found, wanted)| found == wanted).count()
        };
        match (0..rest.len()).find(|&start| matching(start) == wanted.len()) {
            Some(start) => rest = &rest[start + wanted.len()..],
            None => {
                let nearest = (0..rest.len()).map(matching).max().unwrap_or_default();
                return part.get(nearest).copied();
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "struct One;\n\nimpl One {\n    fn two() {\n        three();\n    }\n}\n";

    #[test]
    fn a_block_is_found_whatever_its_indentation_and_its_gaps() {
        for block in [
            &["struct One;"] as &[&str],
            &["fn two() {", "    three();", "}"],
            &["struct One;", "// …", "    three();"],
        ] {
            assert_eq!(first_stray(block, SOURCE), None, "{block:?}");
        }
    }

    #[test]
    fn a_line_that_is_not_in_the_source_is_named() {
        assert_eq!(first_stray(&["fn two() {", "four();"], SOURCE), Some("four();"));
        assert_eq!(first_stray(&["three();", "// …", "struct One;"], SOURCE), Some("struct One;"));
        assert_eq!(first_stray(&["struct One;", "impl One {"], SOURCE), Some("impl One {"));
    }

    #[test]
    fn a_mark_belongs_to_the_block_after_it() {
        let page = "<!-- from a.rs -->\n```rust\nx\n```\n\n```rust\ny\n```\n<!-- from b.rs -->\ntext\n```sh\nz\n```\n";
        let found: Vec<_> = blocks(page).into_iter().map(|block| (block.from, block.language)).collect();
        assert_eq!(found, [(Some("a.rs"), "rust"), (None, "rust"), (None, "sh")]);
    }
}
