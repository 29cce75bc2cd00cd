//! What a user sees who makes a mistake: every `ui/*.rs` fails to compile, with the messages in its `.stderr`.
//!
//! Of what the compiler says, the places and this crate's own words are compared. The compiler's words differ between
//! its versions, so an error of its own is kept by number. `WRITE_GOLDENS=1` writes the goldens.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// What the cases use.
const CRATES: [&str; 3] = ["async_trait", "mesh", "serde"];

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Line {
    CompilerArtifact {
        target: Target,
        filenames: Vec<PathBuf>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The compiled crates that a case may use.
struct Built {
    externs: Vec<String>,
    folders: BTreeSet<PathBuf>,
}

/// Builds this crate for the cases, and has cargo say where everything is.
fn build() -> Built {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--package", "mesh", "--lib", "--quiet", "--message-format", "json"])
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut built = Built { externs: Vec::new(), folders: BTreeSet::new() };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(Line::CompilerArtifact { target, filenames }) = serde_json::from_str(line) else { continue };
        let name = target.name.replace('-', "_");
        let Some(file) = filenames.iter().find(|file| is_library(file)) else { continue };
        built.folders.extend(file.parent().map(Path::to_owned));
        if CRATES.contains(&name.as_str()) {
            built.externs.push(format!("{name}={}", file.display()));
        }
    }
    assert_eq!(built.externs.len(), CRATES.len(), "cargo told of {:?} only", built.externs);
    built
}

fn is_library(file: &Path) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("rlib" | "so" | "dylib" | "dll"))
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    message: String,
    code: Option<Code>,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    column_start: usize,
    line_end: usize,
    column_end: usize,
    is_primary: bool,
    expansion: Option<Expansion>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Box<Span>,
}

impl Span {
    /// Where in the case it is: a macro's output counts as the macro's use.
    fn within(&self, case: &str) -> &Self {
        match &self.expansion {
            Some(expansion) if self.file_name != case => expansion.span.within(case),
            _ => self,
        }
    }
}

/// Compiles a case and gives its errors, one a line, in the order of their places.
fn errors(case: &Path, built: &Built) -> Vec<String> {
    let name = case.file_name().and_then(|name| name.to_str()).expect("a case has a name");
    let scratch = std::env::temp_dir().join(format!("mesh-ui-{}-{name}", std::process::id()));
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(case.parent().expect("a case is in a folder")).arg(name);
    rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--error-format", "json"]);
    rustc.arg("--out-dir").arg(&scratch).env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"));
    for file in &built.externs {
        rustc.args(["--extern", file]);
    }
    for folder in &built.folders {
        rustc.arg("-L").arg(format!("dependency={}", folder.display()));
    }
    let output = rustc.output().expect("rustc starts");
    drop(std::fs::remove_dir_all(&scratch));
    let mut found: Vec<((usize, usize), Words)> = Vec::new();
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        let Ok(diagnostic) = serde_json::from_str::<Diagnostic>(line) else { continue };
        if diagnostic.level != "error" || diagnostic.spans.is_empty() {
            continue;
        }
        found.push(told(&diagnostic, name));
    }
    // Where a type is told to be wrong in our words, how many bounds it breaks besides is the compiler's affair.
    let ours = found.iter().any(|(_, words)| matches!(words, Words::Ours(_)));
    found.retain(|(_, words)| !(ours && matches!(words, Words::Compiler(line) if line.ends_with(BOUND))));
    found.sort();
    // One thing may be said at several places of one line; the first is enough.
    found.dedup_by(|later, first| later.0.0 == first.0.0 && later.1.message() == first.1.message());
    found.into_iter().map(|(_, Words::Ours(line) | Words::Compiler(line))| line).collect()
}

/// The compiler's number for a bound that does not hold.
const BOUND: &str = "E0277";

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Words {
    Ours(String),
    Compiler(String),
}

impl Words {
    /// What is said, without the place.
    fn message(&self) -> &str {
        let (Self::Ours(line) | Self::Compiler(line)) = self;
        line.split_once(' ').map_or(line, |(_, message)| message)
    }
}

/// The errors of each case as its golden has them. Several compile at a time.
fn all_errors(cases: &[PathBuf], built: &Built) -> Vec<String> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let parts = cases.chunks(cases.len().div_ceil(threads)).map(|part| {
            let found = |case: &PathBuf| errors(case, built).join("\n") + "\n";
            scope.spawn(move || part.iter().map(found).collect::<Vec<_>>())
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().flat_map(|part| part.join().expect("the cases compile")).collect()
    })
}

fn told(diagnostic: &Diagnostic, case: &str) -> ((usize, usize), Words) {
    let primary = diagnostic.spans.iter().find(|span| span.is_primary).unwrap_or(&diagnostic.spans[0]);
    let Span { line_start, column_start, line_end, column_end, .. } = primary.within(case);
    let place = format!("{line_start}:{column_start}-{line_end}:{column_end}");
    let words = match &diagnostic.code {
        None => Words::Ours(format!("{place} {}", diagnostic.message)),
        // What an attribute of ours makes the compiler say; its label may be the compiler's.
        Some(Code { code }) if code == BOUND && !diagnostic.message.starts_with("the trait bound") => {
            Words::Ours(format!("{place} {}", diagnostic.message))
        }
        Some(Code { code }) => Words::Compiler(format!("{place} {code}")),
    };
    ((*line_start, *column_start), words)
}

#[test]
fn every_mistake_is_told_in_its_place_and_in_our_words() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the cases are there")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let built = build();
    let write = std::env::var_os("WRITE_GOLDENS").is_some();
    let mut wrong = Vec::new();
    for (case, found) in cases.iter().zip(all_errors(&cases, &built)) {
        let golden = case.with_extension("stderr");
        if write {
            std::fs::write(&golden, &found).expect("the golden can be written");
        }
        let kept = std::fs::read_to_string(&golden).unwrap_or_default();
        if found.trim().is_empty() {
            wrong.push(format!("{} compiles", case.display()));
        } else if kept != found {
            wrong.push(format!("{}\nis kept as\n{kept}\nand is\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "review, then run with WRITE_GOLDENS=1:\n{}", wrong.join("\n"));
}
