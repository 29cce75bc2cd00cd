//! How the whole goes: throughput, failures, what waits, spend.

use std::collections::HashMap;

use maud::{Markup, html};

use super::chart::{Chart, Series, count, money};
use super::frame::{Frame, Here};
use crate::analytics::OverviewView;

/// The charts.
#[must_use]
pub fn overview(frame: &Frame<'_>, overview: &OverviewView) -> Markup {
    let OverviewView { hours, days, backlog, waiting } = overview;
    let of_hours = |of: fn(&crate::analytics::PeriodView) -> f64| hours.iter().map(of).collect::<Vec<_>>();
    let hour_names = || hours.iter().map(|hour| hour_name(hour.at)).collect::<Vec<_>>();
    let waited: HashMap<u64, _> = backlog.iter().map(|hour| (hour.at.unix_ms(), hour.waiting)).collect();
    let waited = |of: fn(&crate::analytics::WaitingView) -> u32| -> Vec<f64> {
        hours.iter().map(|hour| waited.get(&hour.at.unix_ms()).map_or(0.0, |seen| of(seen).into())).collect()
    };
    let throughput = [
        Series { name: "requests", class: "first", values: of_hours(|hour| hour.amounts.requests as f64) },
        Series { name: "events", class: "second", values: of_hours(|hour| hour.amounts.events as f64) },
    ];
    let failures = [
        Series {
            name: "refused (4xx)",
            class: "second",
            values: of_hours(|hour| hour.amounts.refused as f64),
        },
        Series { name: "failed (5xx)", class: "bad", values: of_hours(|hour| hour.amounts.failed as f64) },
    ];
    let depth = [
        Series { name: "events in the outbox", class: "first", values: waited(|waiting| waiting.outbox) },
        Series { name: "dead letters", class: "bad", values: waited(|waiting| waiting.dead_letters) },
    ];
    let spend =
        [Series { name: "models", class: "first", values: days.iter().map(|day| day.models_usd).collect() }];
    let chart = |id, title, series, times, write| Chart { id, title, series, times, write }.draw();
    frame.page(
        Here::Overview,
        "Overview",
        &html! {
            h1 { "Overview" }
            p class="lead" {
                "Waiting now: " (waiting.outbox) " accepted events that nothing has finished, "
                a href="/admin/dead-letters" { (waiting.dead_letters) " dead letters" }
                " that nobody has replayed. Times are UTC; the last hour and day are under way."
            }
            div class="charts" {
                (chart("throughput", "Throughput by hour, two days", &throughput, hour_names(), count))
                (chart("failures", "Refused and failed requests by hour", &failures, hour_names(), count))
                (chart("depth", "The most that waited in each hour", &depth, hour_names(), count))
                (chart("spend", "Spend on models by day, in US dollars", &spend,
                    days.iter().map(|day| day_name(day.at)).collect(), money))
            }
            p { a href="/admin/usage" { "Usage and spend by tenant" } " · "
                a href="/admin/api/analytics/overview.json" { "as JSON" } }
        },
    )
}

pub(super) fn day_name(at: http_api::Timestamp) -> String {
    at.to_string().get(5..10).unwrap_or_default().to_owned()
}

fn hour_name(at: http_api::Timestamp) -> String {
    at.to_string().get(5..16).unwrap_or_default().replace('T', " ")
}
