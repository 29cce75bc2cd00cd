//! The events' steps as they advance: one line an event, drawn over on a terminal, printed once it has ended elsewhere.

use std::io::{IsTerminal, Write};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use super::api::{Api, Event, Step};
use crate::ui::{Ui, now};

/// How often the events are asked for.
const POLL: Duration = Duration::from_millis(250);
/// How long nothing may move before the demo gives up.
const PATIENCE: Duration = Duration::from_secs(90);
/// Columns that a call's name gets, so that a whole line fits into eighty.
const NAME: usize = 27;
/// The steps of the workflow that calls go through, for those that haven't begun.
const STEPS: [&str; 10] =
    ["load", "normalize", "prefilter", "extract", "verify", "store", "chunk", "embed", "evaluate", "notify"];

/// Follows the events, given by name and id, until all have ended; gives them in the same order.
///
/// # Errors
/// When the gateway stops answering, or nothing moves for a long time.
pub(super) fn follow(sent: &[(String, String)], api: &Api<'_>, ui: &Ui) -> Result<Vec<Event>> {
    let live = !ui.json() && std::io::stdout().is_terminal();
    let mut board = Board { live, drawn: 0, ui };
    let mut events: Vec<Option<Event>> = sent.iter().map(|_| None).collect();
    let mut moved = now();
    loop {
        for ((name, id), known) in sent.iter().zip(&mut events) {
            if known.as_ref().is_some_and(Event::has_ended) {
                continue;
            }
            let event = api.event(id)?;
            if known.as_ref().map(Event::progress) != Some(event.progress()) {
                moved = now();
            }
            if event.has_ended() {
                board.ended(name, &event);
            }
            *known = Some(event);
        }
        board.draw(sent, &events);
        if events.iter().flatten().filter(|event| event.has_ended()).count() == sent.len() {
            return Ok(events.into_iter().flatten().collect());
        }
        if moved.elapsed() > PATIENCE {
            let stuck =
                sent.iter().zip(&events).filter(|(_, event)| !event.as_ref().is_some_and(Event::has_ended));
            let names: Vec<&str> = stuck.map(|((name, _), _)| name.as_str()).collect();
            bail!("no step ended within {} s: {}", PATIENCE.as_secs(), names.join(", "));
        }
        thread::sleep(POLL);
    }
}

impl Event {
    /// Whether nothing more will happen to it.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.status.as_str(), "processed" | "skipped" | "failed" | "dead")
    }

    fn progress(&self) -> Vec<(&str, &str)> {
        let steps = self.steps.iter().map(|step| (step.name.as_str(), step.status.as_str()));
        std::iter::once(("event", self.status.as_str())).chain(steps).collect()
    }
}

struct Board<'a> {
    live: bool,
    /// How many lines are drawn and will be drawn over.
    drawn: usize,
    ui: &'a Ui,
}

impl Board<'_> {
    /// Elsewhere than on a terminal, an event's line comes when it has ended.
    fn ended(&self, name: &str, event: &Event) {
        if !self.live && !self.ui.json() {
            self.ui.result(line(name, Some(event), self.ui));
        }
    }

    fn draw(&mut self, sent: &[(String, String)], events: &[Option<Event>]) {
        if !self.live {
            return;
        }
        let mut text = String::new();
        if self.drawn > 0 {
            text.push_str(&format!("\x1b[{}A", self.drawn));
        }
        for ((name, _), event) in sent.iter().zip(events) {
            text.push_str(&format!("\r\x1b[2K{}\n", line(name, event.as_ref(), self.ui)));
        }
        self.drawn = sent.len();
        let mut out = std::io::stdout().lock();
        // A terminal that has gone shows nothing more.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

fn line(name: &str, event: Option<&Event>, ui: &Ui) -> String {
    let name = if name.chars().count() > NAME {
        format!("{}…", name.chars().take(NAME - 1).collect::<String>())
    } else {
        name.to_owned()
    };
    let mark = match event.map(|event| event.status.as_str()) {
        Some("processed") => ui.paint("32", "✓"),
        Some("skipped") => ui.paint("33", "·"),
        Some("failed" | "dead") => ui.paint("31", "✗"),
        Some(_) => ui.paint("36", "▸"),
        None => " ".to_owned(),
    };
    let steps = event.map_or(&[][..], |event| event.steps.as_slice());
    // Only the last step reached is named: ten names do not fit into a line.
    let (last, before) = steps.split_last().map_or((None, steps), |(last, before)| (Some(last), before));
    let mut cells: String = before.iter().map(|step| cell(step, false, ui)).collect();
    cells.extend(last.map(|step| cell(step, true, ui)));
    let to_come = STEPS.iter().filter(|step| !steps.iter().any(|known| known.name == **step)).count();
    cells.push_str(&ui.paint("2", &"·".repeat(to_come)));
    let reason =
        event.and_then(|event| event.reason.as_deref()).map_or_else(String::new, |why| format!("  {why}"));
    format!("{mark} {name:<NAME$} {}{}", cells, ui.paint("33", &reason))
}

fn cell(step: &Step, named: bool, ui: &Ui) -> String {
    let (sgr, mark) = match step.status.as_str() {
        "succeeded" => ("32", '✓'),
        "failed" => ("31", '✗'),
        "skipped" | "pending" => ("2", '·'),
        _ => ("1;36", '▸'),
    };
    ui.paint(sgr, &format!("{mark}{}", if named { step.name.as_str() } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(status: &str, steps: &[(&str, &str)]) -> Event {
        let steps =
            steps.iter().map(|(name, status)| Step { name: (*name).into(), status: (*status).into() });
        Event {
            id: "evt_1".into(),
            status: status.into(),
            reason: None,
            title: None,
            assessment: None,
            steps: steps.collect(),
        }
    }

    #[test]
    fn a_line_shows_what_is_done_what_runs_and_what_is_to_come_within_eighty_columns() {
        let ui = Ui::new(true);
        let under_way = event("processing", &[("load", "succeeded"), ("prefilter", "running")]);
        let shown = line("10-college-advising-security-review", Some(&under_way), &ui);
        assert_eq!(shown, "▸ 10-college-advising-securi… ✓▸prefilter········");
        assert!(shown.chars().count() < 80);
    }

    #[test]
    fn only_the_four_last_states_are_an_end() {
        for status in ["processed", "skipped", "failed", "dead"] {
            assert!(event(status, &[]).has_ended(), "{status}");
        }
        for status in ["received", "processing"] {
            assert!(!event(status, &[]).has_ended(), "{status}");
        }
    }
}
