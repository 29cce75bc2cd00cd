//! Mutated input for every parser that reads bytes from outside: from seeds that the parser knows, by mutations that know
//! what such input is made of. What breaks a parser is made small, kept as a file, and read again by every later test.
//!
//! A test is short and the same each time. `cargo xtask fuzz parsers` runs the same tests for as long as it is told.

mod bytes;

use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use mutatis::check::{Check, CheckError};

use bytes::Mutator;

/// So many seconds each parser is tried, where it is set.
pub const SECONDS: &str = "WEFT_HOSTILE_SECONDS";
/// The first seed, where [`SECONDS`] is set.
pub const SEED: &str = "WEFT_HOSTILE_SEED";
/// Where the corpus of a crate is, from its folder.
const CORPUS: &str = "tests/hostile";
/// Inputs of a round. Each begins with the seeds again: mutations of mutations soon are noise.
const ROUND: usize = 32;
/// Rounds of a test.
const ROUNDS: u64 = 80;
/// How often a finding is tried to be made smaller.
const SHRINKS: usize = 20_000;
/// The stack that a parser has on the platform is what Rust gives a Wasm program, 1 MiB; without optimization the same calls
/// take some four times as much.
const STACK_BYTES: usize = if cfg!(debug_assertions) { 4 << 20 } else { 1 << 20 };
/// An input that takes longer is a finding where there is time to look for it: no input is larger than [`LARGEST`].
const SLOW: Duration = Duration::from_secs(2);
/// The largest input, in bytes.
const LARGEST: usize = 64 * 1024;

/// Feeds a parser what nobody would send: the corpus of `target` in the crate at `folder`, the seeds, and mutations of
/// both. The parser may refuse anything; it may not panic, recurse without bound, or break what `read` asserts.
///
/// # Panics
/// When `read` does, with the input made small and the file that keeps it.
pub fn survives<S: AsRef<[u8]>>(
    folder: &str,
    target: &str,
    seeds: impl IntoIterator<Item = S>,
    read: impl Fn(&[u8]) + Send + 'static,
) {
    let corpus = Path::new(folder).join(CORPUS).join(target);
    let mut inputs: Vec<Vec<u8>> = seeds.into_iter().map(|seed| seed.as_ref().to_vec()).collect();
    inputs.extend(kept(&corpus));
    let plan = Plan::of_environment();
    let last = plan.time.is_some().then(|| std::env::temp_dir().join(format!("hostile-{target}.bin")));
    let work = move || rounds(&plan, &inputs, &|bytes| tried(bytes, last.as_deref(), &read));
    let running = thread::Builder::new().name(target.to_owned()).stack_size(STACK_BYTES).spawn(work);
    let found = running.map(thread::JoinHandle::join);
    match found {
        Ok(Ok(None)) => {}
        Ok(Ok(Some(Finding { input, message, seed }))) => {
            let file = keep(&corpus, &input);
            let shown: String = String::from_utf8_lossy(&input).chars().take(400).collect();
            panic!("`{target}`, from seed {seed}: {message}\non {shown:?}, kept as `{}`", file.display());
        }
        Ok(Err(_)) => panic!("`{target}` can't be tried: the search itself panicked"),
        Err(error) => panic!("`{target}` can't be tried: {error}"),
    }
}

/// For how long, and from where on.
struct Plan {
    time: Option<Duration>,
    seed: u64,
}

impl Plan {
    fn of_environment() -> Self {
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
        Self { time: number(SECONDS).map(Duration::from_secs), seed: number(SEED).unwrap_or(1) }
    }
}

/// What broke a parser.
struct Finding {
    input: Vec<u8>,
    message: String,
    seed: u64,
}

#[expect(clippy::disallowed_methods, reason = "a native tool may read the clock")]
fn rounds(plan: &Plan, seeds: &[Vec<u8>], read: &dyn Fn(&[u8]) -> Result<(), String>) -> Option<Finding> {
    let started = Instant::now();
    let goes_on = |round: u64| match plan.time {
        Some(time) => started.elapsed() < time,
        None => round < ROUNDS,
    };
    for round in (0..).take_while(|&round| goes_on(round)) {
        let seed = plan.seed + round;
        let mut check = Check::new();
        check.seed(seed).iters(ROUND).max_shrink_iters(SHRINKS);
        let mutator = Mutator { seeds, largest: LARGEST };
        match check.run_with(mutator, seeds.to_vec(), |input: &Vec<u8>| read(input)) {
            Ok(()) => {}
            Err(CheckError::Failed(found)) => {
                return Some(Finding { input: found.value, message: found.message, seed });
            }
            Err(error) => {
                return Some(Finding { input: Vec::new(), message: error.to_string(), seed });
            }
        }
    }
    None
}

/// One input. Where there is time it is written down first, for a stack that overflows takes the process with it.
#[expect(clippy::disallowed_methods, reason = "a native tool may read the clock")]
fn tried(bytes: &[u8], last: Option<&Path>, read: &impl Fn(&[u8])) -> Result<(), String> {
    let Some(last) = last else {
        read(bytes);
        return Ok(());
    };
    fs::write(last, bytes).map_err(|error| format!("can't write `{}`: {error}", last.display()))?;
    let started = Instant::now();
    read(bytes);
    let took = started.elapsed();
    if took > SLOW { Err(format!("it took {} ms", took.as_millis())) } else { Ok(()) }
}

/// The files of a corpus. There is none where nothing was ever found.
fn kept(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().filter_map(|file| fs::read(file).ok()).collect()
}

/// Keeps an input. That it can't be is told in place of the file: the input itself is in the message.
fn keep(folder: &Path, input: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let mut name = String::new();
    // Writing to a string does not fail.
    let _ = write!(name, "{:016x}.bin", hasher.finish());
    let file = folder.join(name);
    match fs::create_dir_all(folder).and_then(|()| fs::write(&file, input)) {
        Ok(()) => file,
        Err(error) => PathBuf::from(format!("nothing: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(seeds: &[&str], read: &dyn Fn(&[u8])) -> Option<Vec<u8>> {
        let seeds: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
        let plan = Plan { time: None, seed: 1 };
        let read = |bytes: &[u8]| {
            read(bytes);
            Ok(())
        };
        rounds(&plan, &seeds, &read).map(|finding| finding.input)
    }

    #[test]
    fn what_breaks_a_parser_is_found_and_made_small() {
        type Planted = (&'static str, &'static [&'static str], fn(&[u8]));
        let planted: [Planted; 4] = [
            ("a byte that is no text", &["plain"], |bytes| assert!(std::str::from_utf8(bytes).is_ok())),
            ("nesting", &[r#"{"a":[1]}"#], |bytes| {
                assert!(bytes.iter().filter(|&&byte| byte == b'[').count() < 100);
            }),
            ("a number too large", &["n=17"], |bytes| {
                let digits = bytes.strip_prefix(b"n=").and_then(|rest| std::str::from_utf8(rest).ok());
                let number =
                    digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty());
                assert!(number.is_none_or(|text| text.parse::<u64>().is_ok()));
            }),
            ("a field given twice", &["a=1&b=2"], |bytes| {
                assert!(bytes.windows(2).filter(|pair| pair == b"b=").count() < 2);
            }),
        ];
        for (what, seeds, read) in planted {
            let input = found(seeds, &read).unwrap_or_else(|| panic!("{what} was not found"));
            assert!(input.len() <= 2_000, "{what}: {} bytes", input.len());
        }
        let small = found(&["plain"], &|bytes| assert!(std::str::from_utf8(bytes).is_ok()));
        assert!(small.is_some_and(|input| input.len() <= 4));
    }

    #[test]
    fn what_holds_is_not_reported() {
        assert_eq!(found(&["plain"], &|_| {}), None);
    }
}
