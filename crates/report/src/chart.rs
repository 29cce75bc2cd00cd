//! Charts as SVG. Each has a title and a description in words; each column says its numbers when it is asked.

use maud::{Markup, html};

use crate::account::{AccountReport, Bucket};
use crate::moment;

const WIDTH: u32 = 720;
const LEFT: u32 = 40;
const TOP: u32 = 16;
const PLOT: u32 = 160;
const LINES: u32 = 4;

/// Signals and events over time: a column for the signals, a mark for the events.
#[must_use]
pub fn activity_chart(report: &AccountReport) -> Markup {
    let most = report.buckets.iter().map(|bucket| bucket.signals.max(bucket.events)).max().unwrap_or(0);
    let scale = ceiling(most);
    let height = TOP + PLOT + 40;
    let count = report.buckets.len().max(1) as u32;
    let step = f64::from(WIDTH - LEFT - 8) / f64::from(count);
    let y = |value: u32| f64::from(TOP + PLOT) - f64::from(PLOT) * f64::from(value) / f64::from(scale);
    // Labels need some sixty pixels each.
    let every = (60.0 / step).ceil().max(1.0) as usize;
    html! {
        svg.chart xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="activity-title activity-text"
            viewBox={ "0 0 " (WIDTH) " " (height) } {
            title #activity-title { "Signals and events over time" }
            desc #activity-text { (activity_in_words(report)) }
            @for line in 0..=LINES {
                @let value = scale * line / LINES;
                line.grid x1=(LEFT) x2=(WIDTH - 8) y1=(round(y(value))) y2=(round(y(value))) {}
                text.axis x=(LEFT - 6) y=(round(y(value) + 4.0)) text-anchor="end" { (value) }
            }
            @for (place, bucket) in report.buckets.iter().enumerate() {
                @let x = f64::from(LEFT) + step * place as f64;
                @let wide = (step * 0.7).max(2.0);
                g.column {
                    title { (in_words(bucket, report.bucket_ms)) }
                    rect.signals x=(round(x + (step - wide) / 2.0)) width=(round(wide)) y=(round(y(bucket.signals)))
                        height=(round(f64::from(TOP + PLOT) - y(bucket.signals))) rx="2" {}
                    @if bucket.events > 0 {
                        circle.events cx=(round(x + step / 2.0)) cy=(round(y(bucket.events))) r="4" {}
                    }
                }
                @if place % every == 0 {
                    text.axis x=(round(x + step / 2.0)) y=(TOP + PLOT + 18) text-anchor="middle" {
                        (moment::day(bucket.from))
                    }
                }
            }
            g.legend {
                rect.signals x=(LEFT) y=(height - 14) width="12" height="10" rx="2" {}
                text x=(LEFT + 18) y=(height - 5) { "signals" }
                circle.events cx=(LEFT + 90) cy=(height - 9) r="4" {}
                text x=(LEFT + 100) y=(height - 5) { "events" }
            }
        }
    }
}

/// Signals by kind, a bar each.
#[must_use]
pub fn kinds_chart(report: &AccountReport) -> Markup {
    const ROW: u32 = 24;
    const NAME: u32 = 160;
    let most = report.kinds.iter().map(|total| total.count).max().unwrap_or(0).max(1);
    let height = ROW * report.kinds.len().max(1) as u32 + 8;
    let words = report.kinds.iter().map(|total| format!("{}: {}", name_of(&total.kind), total.count));
    let words = words.collect::<Vec<_>>().join("; ");
    html! {
        svg.chart xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="kinds-title kinds-text"
            viewBox={ "0 0 " (WIDTH) " " (height) } {
            title #kinds-title { "Signals by kind" }
            desc #kinds-text { @if words.is_empty() { "There are none." } @else { (words) "." } }
            @for (place, total) in report.kinds.iter().enumerate() {
                @let y = ROW * place as u32 + 4;
                @let wide = f64::from(WIDTH - NAME - 48) * f64::from(total.count) / f64::from(most);
                text.name x=(NAME - 8) y=(y + 15) text-anchor="end" { (name_of(&total.kind)) }
                rect.signals x=(NAME) y=(y + 2) width=(round(wide.max(2.0))) height=(ROW - 8) rx="2" {}
                text.axis x=(round(f64::from(NAME) + wide.max(2.0) + 6.0)) y=(y + 15) { (total.count) }
            }
        }
    }
}

/// `churn_risk` as people say it: `Churn risk`.
pub(crate) fn name_of(kind: &str) -> String {
    let words = kind.replace('_', " ");
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn activity_in_words(report: &AccountReport) -> String {
    let busiest =
        report.buckets.iter().max_by_key(|bucket| bucket.signals).filter(|bucket| bucket.signals > 0);
    match busiest {
        None => "No signals in this period.".to_owned(),
        Some(bucket) => format!(
            "{} in {}. The busiest time was {}.",
            counted(report.signals_total(), "signal"),
            counted(report.events_total, "event"),
            in_words(bucket, report.bucket_ms),
        ),
    }
}

fn in_words(bucket: &Bucket, bucket_ms: u64) -> String {
    let days = bucket_ms / 86_400_000;
    let from = moment::date(bucket.from);
    let when = if days <= 1 { from } else { format!("{days} days from {from}") };
    format!("{when}: {}, {}", counted(bucket.signals, "signal"), counted(bucket.events, "event"))
}

pub(crate) fn counted(count: u32, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The top of an axis: a whole multiple of its lines, so that each has a whole number.
fn ceiling(most: u32) -> u32 {
    most.max(1).next_multiple_of(LINES)
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::KindTotal;

    fn report() -> AccountReport {
        let bucket =
            |n: u64, signals, events| Bucket { from: 1_795_305_600_000 + n * 604_800_000, signals, events };
        AccountReport {
            bucket_ms: 604_800_000,
            buckets: vec![bucket(0, 5, 1), bucket(1, 0, 0), bucket(2, 2, 3)],
            kinds: vec![
                KindTotal { kind: "churn_risk".into(), count: 6 },
                KindTotal { kind: "<b>".into(), count: 1 },
            ],
            events_total: 4,
            ..AccountReport::default()
        }
    }

    #[test]
    fn a_chart_says_in_words_what_it_draws() {
        let svg = activity_chart(&report()).into_string();
        let words =
            "7 signals in 4 events. The busiest time was 7 days from 22 Nov 2026: 5 signals, 1 event.";
        assert!(svg.contains(words), "{svg}");
        assert_eq!(svg.matches("<g class=\"column\">").count(), 3);
        // The axis ends at 8: five signals are five eighths of the plot.
        assert!(svg.contains("y=\"76\" height=\"100\""), "{svg}");
        let svg = kinds_chart(&report()).into_string();
        assert!(svg.contains("Churn risk: 6") && svg.contains("&lt;b&gt;") && !svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn nothing_is_drawn_well_too() {
        let empty = AccountReport::default();
        assert!(activity_chart(&empty).into_string().contains("No signals in this period."));
        assert!(kinds_chart(&empty).into_string().contains("There are none."));
        for svg in [activity_chart(&empty), kinds_chart(&empty), activity_chart(&report())] {
            let svg = svg.into_string();
            assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("=\"-"), "{svg}");
        }
    }
}
