//! What a person sees while a task runs: steps with their elapsed time, and one sentence when something fails.
//!
//! Progress goes to standard error, results to standard output. On a terminal the steps under way share one
//! live line; elsewhere each step prints what it is doing and when it ends; with `--json` steps print nothing.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

/// How often the live line is drawn again.
const REDRAW: Duration = Duration::from_millis(120);

/// The clock of this tool. Elapsed times are for people; no decision hangs on them.
#[expect(clippy::disallowed_methods, reason = "a native tool may read the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// A failure that has been shown already: the tool ends with it and prints nothing more.
#[derive(Debug)]
pub(crate) struct Told;

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl std::error::Error for Told {}

/// An answer that isn't the good one and has been shown already: the code to end with.
#[derive(Debug)]
pub(crate) struct Verdict(pub(crate) u8);

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ended with code {}", self.0)
    }
}

impl std::error::Error for Verdict {}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Terminal,
    Plain,
    Json,
}

/// A handle on the output, cheap to clone and shared between threads.
#[derive(Clone)]
pub(crate) struct Ui {
    shared: Arc<Shared>,
}

struct Shared {
    mode: Mode,
    color: bool,
    active: Mutex<Vec<Active>>,
}

struct Active {
    id: u64,
    label: String,
    note: String,
    since: Instant,
}

impl Ui {
    /// Chooses the mode: JSON where asked for, live lines on a terminal, plain lines elsewhere.
    pub(crate) fn new(json: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let mode = match (json, terminal) {
            (true, _) => Mode::Json,
            (false, true) => Mode::Terminal,
            (false, false) => Mode::Plain,
        };
        let color = terminal && std::env::var_os("NO_COLOR").is_none();
        let ui = Self { shared: Arc::new(Shared { mode, color, active: Mutex::new(Vec::new()) }) };
        if mode == Mode::Terminal {
            let ticker = ui.clone();
            thread::spawn(move || {
                loop {
                    thread::sleep(REDRAW);
                    ticker.redraw(&ticker.lock());
                }
            });
        }
        ui
    }

    /// Whether results are wanted as JSON.
    pub(crate) fn json(&self) -> bool {
        self.shared.mode == Mode::Json
    }

    /// Begins a step. Finish it with [`Step::done`] or [`Step::skipped`]; dropped unfinished, it counts as failed.
    pub(crate) fn step(&self, label: impl Into<String>) -> Step {
        let label = label.into();
        let since = now();
        let mut active = self.lock();
        let id = active.iter().map(|step| step.id).max().map_or(0, |id| id + 1);
        active.push(Active { id, label: label.clone(), note: String::new(), since });
        self.redraw(&active);
        drop(active);
        Step { ui: self.clone(), id, label, since, finished: false }
    }

    /// Prints one line of progress that isn't a step.
    pub(crate) fn say(&self, text: impl Display) {
        if !self.json() {
            let active = self.lock();
            self.line(&active, &text.to_string());
        }
    }

    /// Prints a result on standard output, whatever the mode.
    pub(crate) fn result(&self, text: impl Display) {
        let active = self.lock();
        self.clear();
        let mut out = std::io::stdout().lock();
        // Nothing can be done about a reader that has gone.
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
        drop(out);
        self.redraw(&active);
    }

    /// Prints what went wrong, with its causes, as one paragraph.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        if error.is::<Told>() || error.is::<Verdict>() {
            return;
        }
        let active = self.lock();
        if self.json() {
            let line = serde_json::json!({ "error": format!("{error:#}") });
            self.line(&active, &line.to_string());
        } else {
            self.line(&active, &format!("{} {error:#}", self.paint("1;31", "error:")));
        }
    }

    /// Wraps `text` in an SGR color where colors are wanted: `1` bold, `2` dim, `31` red, `32` green, `36` cyan.
    pub(crate) fn paint(&self, sgr: &str, text: &str) -> String {
        if self.shared.color { format!("\x1b[{sgr}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Like [`Ui::paint`], for results: what matters is where standard output goes.
    pub(crate) fn result_paint(&self, sgr: &str, text: &str) -> String {
        let wanted = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        if wanted { format!("\x1b[{sgr}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Active>> {
        // A thread that panicked while it held the list leaves it readable.
        self.shared.active.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Prints a finished line above the live one.
    fn line(&self, active: &[Active], text: &str) {
        self.clear();
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "{text}");
        drop(err);
        self.redraw(active);
    }

    fn clear(&self) {
        if self.shared.mode == Mode::Terminal {
            let mut err = std::io::stderr().lock();
            let _ = write!(err, "\r\x1b[2K").and_then(|()| err.flush());
        }
    }

    fn redraw(&self, active: &[Active]) {
        if self.shared.mode != Mode::Terminal || active.is_empty() {
            return;
        }
        let width = terminal_width();
        let steps: Vec<String> = active.iter().map(Active::summary).collect();
        let text: String = steps.join(" · ").chars().take(width.saturating_sub(4)).collect();
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "\r\x1b[2K{} {text}", self.paint("36", "▸")).and_then(|()| err.flush());
    }
}

impl Active {
    fn summary(&self) -> String {
        let elapsed = elapsed(self.since.elapsed());
        if self.note.is_empty() {
            format!("{} {elapsed}", self.label)
        } else {
            format!("{} {elapsed} ({})", self.label, self.note)
        }
    }
}

/// One piece of work under way.
pub(crate) struct Step {
    ui: Ui,
    id: u64,
    label: String,
    since: Instant,
    finished: bool,
}

impl Step {
    /// Says what the step is doing right now.
    pub(crate) fn note(&self, note: impl Into<String>) {
        let note = note.into();
        let mut active = self.ui.lock();
        if self.ui.shared.mode == Mode::Plain {
            self.ui.line(&active, &format!("  … {}: {note}", self.label));
        }
        if let Some(entry) = active.iter_mut().find(|entry| entry.id == self.id) {
            entry.note = note;
        }
        self.ui.redraw(&active);
    }

    /// Like [`Step::note`], for detail that is worth seeing pass by on a terminal and nowhere else.
    pub(crate) fn live(&self, note: &str) {
        if self.ui.shared.mode == Mode::Terminal
            && let Some(entry) = self.ui.lock().iter_mut().find(|entry| entry.id == self.id)
        {
            note.clone_into(&mut entry.note);
        }
    }

    /// Ends the step: the work was done, and `detail` says what came of it.
    pub(crate) fn done(mut self, detail: impl Display) {
        self.finish("32", "✓", &detail.to_string(), true);
    }

    /// Ends the step: there was nothing to do, and `detail` says why.
    pub(crate) fn skipped(mut self, detail: impl Display) {
        self.finish("2", "·", &detail.to_string(), false);
    }

    fn finish(&mut self, sgr: &str, mark: &str, detail: &str, timed: bool) {
        self.finished = true;
        let mut active = self.ui.lock();
        active.retain(|entry| entry.id != self.id);
        if self.ui.json() {
            return;
        }
        let time = if timed { elapsed(self.since.elapsed()) } else { String::new() };
        let ui = &self.ui;
        let line =
            format!("{} {:<18} {:>7}  {}", ui.paint(sgr, mark), self.label, time, ui.paint("2", detail));
        ui.line(&active, line.trim_end());
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.finished {
            self.finish("31", "✗", "failed", true);
        }
    }
}

/// A duration for people: `0.4 s`, `12 s`, `2 m 05 s`.
pub(crate) fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} m {:02} s", seconds / 60, seconds % 60),
    }
}

fn terminal_width() -> usize {
    // `COLUMNS` is rarely exported; 80 keeps the live line on one row, which is what clearing it relies on.
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elapsed_times_read_at_every_scale() {
        let cases = [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.6, "12 s"), (59.9, "59 s"), (125.0, "2 m 05 s")];
        for (seconds, expect) in cases {
            assert_eq!(elapsed(Duration::from_secs_f64(seconds)), expect);
        }
    }
}
