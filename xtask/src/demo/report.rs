//! What the calls amount to: each call's signals with the words that prove them, and a search by meaning.

use anyhow::Result;

use super::Processed;
use super::api::{Api, Signal};
use crate::ui::Ui;

/// How many signals of a call are shown unless all are wanted.
const BEST: usize = 3;
/// How many hits of the search are shown.
const HITS: u32 = 3;
/// How much of a quote is shown, in characters.
const QUOTE: usize = 160;
/// How much of a speaker's name is shown.
const NAME: usize = 40;
/// How much of a passage is shown: it is several sentences, and the one that answers may come late.
const PASSAGE: usize = 480;

/// The signals of every call, the best first.
///
/// # Errors
/// When the gateway doesn't give them.
pub(super) fn signals(processed: &[Processed], api: &Api<'_>, all: bool, ui: &Ui) -> Result<String> {
    let mut text = format!("\n{}\n", ui.paint("1", "Signals"));
    let mut total = 0;
    for Processed { sample, event } in processed {
        let found = api.signals(&event.id)?;
        total += found.len();
        let title = event.title.as_deref().unwrap_or(&sample.name);
        text.push_str(&format!("\n  {}  {}\n", ui.paint("1", &clip(title, QUOTE)), ui.paint("2", &event.id)));
        if let Some(assessment) = event.assessment.as_ref().filter(|_| !found.is_empty()) {
            text.push_str(&format!("  {}\n", ui.paint("2", &assessment.headline)));
        }
        if found.is_empty() {
            text.push_str("    nothing of interest\n");
        }
        let count = found.len();
        let shown = if all { ranked(found) } else { varied(ranked(found)) };
        let left = count - shown.len();
        for signal in shown {
            text.push_str(&entry(&signal, ui));
        }
        if left > 0 {
            text.push_str(&ui.paint("2", &format!("    … and {left} more: --all shows them\n")));
        }
    }
    text.push_str(&format!("\n  {total} signals in {} calls\n", processed.len()));
    Ok(text)
}

/// A question in words that nobody used, and the passages that answer it: the first of the samples' own questions whose
/// call comes out first. `None` where no sample brings a question.
///
/// # Errors
/// When the gateway doesn't give the hits.
pub(super) fn search(processed: &[Processed], api: &Api<'_>, ui: &Ui) -> Result<Option<String>> {
    let mut example = None;
    let asked =
        processed.iter().flat_map(|it| it.sample.questions.iter().map(move |question| (question, &it.event)));
    for (question, event) in asked {
        let hits = api.search(question, HITS)?;
        let found = hits.first().is_some_and(|hit| hit.event_id == event.id);
        if found || example.is_none() {
            example = Some((question, hits));
        }
        if found {
            break;
        }
    }
    let Some((question, hits)) = example else { return Ok(None) };
    let mut text = format!("\n{} {}\n", ui.paint("1", "Search"), ui.paint("36", &format!("“{question}”")));
    for hit in hits {
        let call = processed.iter().find(|it| it.event.id == hit.event_id);
        let title = call.and_then(|it| it.event.title.as_deref()).unwrap_or(&hit.event_id);
        let title = ui.paint("2", &clip(title, QUOTE));
        text.push_str(&format!(
            "\n  {:.2}  {title}\n        {}\n",
            hit.score,
            clip(hit.highlight.as_ref().unwrap_or(&hit.snippet), PASSAGE)
        ));
    }
    Ok(Some(text))
}

fn entry(signal: &Signal, ui: &Ui) -> String {
    let Signal { kind, score, evidence } = signal;
    let time =
        evidence.at_ms.map(|ms| format!("{:02}:{:02}", ms / 60_000, ms / 1_000 % 60)).unwrap_or_default();
    let who = ui.paint("2", format!("{} {time}", clip(&evidence.speaker, NAME)).trim());
    format!(
        "    {} {score:.2}  {who}\n        “{}”\n",
        ui.paint("36", &format!("{kind:<16}")),
        clip(&evidence.quote, QUOTE)
    )
}

fn ranked(mut signals: Vec<Signal>) -> Vec<Signal> {
    signals.sort_by(|one, other| other.score.total_cmp(&one.score));
    signals
}

/// The best of each kind before a second of any, so that a few show what there is.
fn varied(ranked: Vec<Signal>) -> Vec<Signal> {
    let (mut first, mut rest): (Vec<Signal>, Vec<Signal>) = (Vec::new(), Vec::new());
    for signal in ranked {
        let seen = first.iter().any(|known| known.kind == signal.kind);
        if seen { &mut rest } else { &mut first }.push(signal);
    }
    first.extend(rest);
    first.truncate(BEST);
    first
}

/// One line of text, without the control characters that would let a call's words steer the terminal.
fn clip(text: &str, limit: usize) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean: Vec<char> = words.chars().filter(|c| !c.is_control() && !is_direction_override(*c)).collect();
    if clean.len() <= limit {
        return clean.into_iter().collect();
    }
    clean[..limit - 1].iter().chain(&['…']).collect()
}

/// Marks that turn the direction of what follows, the report's own words included.
fn is_direction_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::super::api::Evidence;
    use super::*;

    fn signal(kind: &str, score: f64) -> Signal {
        let evidence = Evidence { quote: "words".into(), speaker: String::new(), at_ms: None };
        Signal { kind: kind.into(), score, evidence }
    }

    #[test]
    fn a_few_signals_show_every_kind_before_a_second_of_one() {
        let found =
            vec![signal("pain", 0.7), signal("pain", 0.9), signal("budget", 0.6), signal("pain", 0.8)];
        let shown: Vec<(String, f64)> =
            varied(ranked(found)).into_iter().map(|signal| (signal.kind, signal.score)).collect();
        let expect = [("pain", 0.9), ("budget", 0.6), ("pain", 0.8)];
        assert_eq!(shown, expect.map(|(kind, score)| (kind.to_owned(), score)));
    }

    #[test]
    fn a_quote_cannot_steer_the_terminal() {
        assert_eq!(clip("wipe\u{1b}[2J it\r\n and \u{202e}turn", QUOTE), "wipe[2J it and turn");
        assert_eq!(clip(&"x".repeat(500), QUOTE).chars().count(), QUOTE);
    }
}
