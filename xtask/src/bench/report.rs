//! The figures for people, for programs, and in full.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::contender::{Contender, Measure};
use super::figures::{Ratio, Reached, Recorded};
use super::load::CONNECTIONS;
use super::start_up::{StartUp, TARGET_MS};

/// How wide the bar is, in characters.
const BAR: usize = 20;

/// What a run found.
pub(super) struct Report {
    measures: &'static [Measure],
    rounds: u32,
    seconds: f64,
    pub(super) calls: Recorded,
    pub(super) start_up: Vec<StartUp>,
}

impl Report {
    pub(super) fn new(measures: &'static [Measure], rounds: u32, seconds: f64) -> Self {
        Self { measures, rounds, seconds, calls: Recorded::default(), start_up: Vec::new() }
    }

    /// Ours over TypeScript, in calls a second.
    pub(super) fn ratio(&self, measure: &str) -> Option<f64> {
        self.against(measure, Contender::TypeScript).map(|ratio| ratio.median)
    }

    fn against(&self, measure: &str, other: Contender) -> Option<Ratio> {
        self.calls.ratio(measure, Contender::Rust, other)
    }

    /// One object: `ratios` are ours over TypeScript in calls a second, so more than 1 is faster.
    pub(super) fn json(&self) -> Value {
        let of = |figure: &dyn Fn(&str) -> Option<Value>| -> Value {
            let found = self
                .measures
                .iter()
                .filter_map(|measure| Some((measure.name.to_owned(), figure(measure.name)?)));
            Value::Object(found.collect::<Map<_, _>>())
        };
        let contenders: Map<String, Value> = [Contender::Rust, Contender::TypeScript, Contender::Json]
            .into_iter()
            .map(|contender| {
                (contender.name().to_owned(), of(&|name| Some(json!(self.calls.reached(name, contender)?))))
            })
            .collect();
        let start_up: Map<String, Value> =
            self.start_up.iter().map(|start| (start.worker.clone(), json!(start.median_ms))).collect();
        json!({
            "ratios": of(&|name| Some(json!(self.ratio(name)?))),
            "spread": of(&|name| Some(json!(self.against(name, Contender::TypeScript)?))),
            "ratios_to_json": of(&|name| Some(json!(self.against(name, Contender::Json)?.median))),
            "contenders": contenders,
            "floor": self.floor(),
            "start_up_ms": start_up,
            "rounds": self.rounds,
            "seconds": self.seconds,
            "connections": CONNECTIONS,
        })
    }

    /// The same, with every turn: calls, time taken, and latencies at each hundredth.
    pub(super) fn raw(&self) -> Value {
        let mut turns = Vec::new();
        for measure in self.measures {
            for contender in Contender::ALL {
                for (round, slice) in self.calls.slices(measure.name, contender) {
                    let share =
                        |percent: u32| super::figures::at(&slice.latencies, f64::from(percent) / 100.0);
                    turns.push(json!({
                        "round": round,
                        "measure": measure.name,
                        "contender": contender.name(),
                        "calls": slice.latencies.len(),
                        "seconds": slice.elapsed.as_secs_f64(),
                        "cpu_seconds": slice.cpu.map(|cpu| cpu.as_secs_f64()),
                        "latency_percentiles_ns": (1..=100).map(share).collect::<Vec<_>>(),
                    }));
                }
            }
        }
        json!({ "summary": self.json(), "turns": turns, "start_up": self.start_up })
    }

    fn floor(&self) -> Option<Reached> {
        self.calls.reached(self.measures.first()?.name, Contender::Floor)
    }

    /// Tables for a terminal.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        if !self.calls.is_empty() {
            self.calls_text(&mut text);
        }
        if !self.start_up.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            self.start_up_text(&mut text);
        }
        text.trim_end().to_owned()
    }

    // Writing to a string can't fail, here and below.
    fn calls_text(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "{:<9} {:<11} {:>9} {:>9} {:>9} {:>9}",
            "", "", "calls/s", "p50 µs", "p99 µs", "CPU µs"
        );
        for measure in self.measures {
            for contender in [Contender::Rust, Contender::TypeScript, Contender::Json] {
                if let Some(reached) = self.calls.reached(measure.name, contender) {
                    row(text, measure.name, contender.name(), &reached);
                }
            }
        }
        if let Some(floor) = self.floor() {
            row(text, "", "floor", &floor);
        }
        let _ = writeln!(
            text,
            "\nRust over TypeScript, calls a second, {} rounds of {} s",
            self.rounds, self.seconds
        );
        let _ = writeln!(
            text,
            "{:<9} {:>7} {:>15} {:>15} {:>10}",
            "", "median", "quartiles", "min to max", "over JSON"
        );
        for measure in self.measures {
            let Some(ratio) = self.against(measure.name, Contender::TypeScript) else { continue };
            let json =
                self.against(measure.name, Contender::Json).map(|ratio| format!("{:.2}", ratio.median));
            let _ = writeln!(
                text,
                "{:<9} {:>7.2} {:>15} {:>15} {:>10}  {}",
                measure.name,
                ratio.median,
                format!("{:.2} to {:.2}", ratio.lower_quartile, ratio.upper_quartile),
                format!("{:.2} to {:.2}", ratio.min, ratio.max),
                json.unwrap_or_default(),
                measure.meaning,
            );
        }
    }

    fn start_up_text(&self, text: &mut String) {
        let _ =
            writeln!(text, "Start-up of the Wasm (compile and instantiate), shall stay below {TARGET_MS} ms");
        let _ = writeln!(text, "{:<9} {:>9} {:>12} {:>10}", "", "median ms", "fastest ms", "first ms");
        for start in &self.start_up {
            let over = if start.median_ms < TARGET_MS { "" } else { "  over" };
            let _ = writeln!(
                text,
                "{:<9} {:>9.1} {:>12.1} {:>10.1}{over}",
                start.worker, start.median_ms, start.fastest_ms, start.first_ms
            );
        }
    }
}

fn row(text: &mut String, measure: &str, contender: &str, reached: &Reached) {
    let cpu = reached.cpu_us.map(|cpu| format!("{cpu:.0}")).unwrap_or_default();
    let Reached { calls_per_second, p50_us, p99_us, .. } = reached;
    let _ = writeln!(
        text,
        "{measure:<9} {contender:<11} {calls_per_second:>9.0} {p50_us:>9.0} {p99_us:>9.0} {cpu:>9}"
    );
}

/// How far the run is, and what it is at.
pub(super) fn bar(done: usize, total: usize, measure: &str, contender: &str) -> String {
    let full = BAR * done / total.max(1);
    format!("{}{} {measure}, {contender}", "█".repeat(full), "░".repeat(BAR - full))
}
