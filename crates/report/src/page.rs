//! The page of a report: one file that stands alone.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::account::{AccountReport, ReportedEvent, ReportedSignal};
use crate::chart::{counted, name_of};
use crate::moment;

/// The page's looks, on screen and on paper.
const STYLE: &str = include_str!("page.css");

/// The page of an account's report, around the charts that were drawn for it.
#[must_use]
pub fn account_page(report: &AccountReport, activity: &str, kinds: &str) -> Markup {
    let title = format!("{}: account report", report.account);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.kicker { "Account report" }
                    h1 { (report.account) }
                    p.period {
                        time datetime=(moment::iso(report.from)) { (moment::date(report.from)) }
                        " to "
                        time datetime=(moment::iso(report.until)) { (moment::date(report.until)) }
                    }
                }
                main {
                    (summary(report))
                    section aria-labelledby="activity" {
                        h2 #activity { "Activity" }
                        figure { (PreEscaped(activity)) }
                    }
                    section aria-labelledby="kinds" {
                        h2 #kinds { "Signals by kind" }
                        @if report.kinds.is_empty() {
                            p.none { "No signals were found in this period." }
                        } @else {
                            figure { (PreEscaped(kinds)) }
                        }
                    }
                    (signals(report))
                    (timeline(report))
                }
                footer {
                    p { "Report " code { (report.id) } ", numbers of " (moment::minute(report.taken_at)) ". All times are UTC." }
                }
            }
        }
    }
}

fn summary(report: &AccountReport) -> Markup {
    let latest = report.latest_assessment();
    let percent =
        |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{:.0} %", value * 100.0));
    let figures = [
        (report.events_total.to_string(), "events"),
        (report.signals_total().to_string(), "signals"),
        (percent(latest.and_then(|event| event.qualification)), "qualified, at last"),
        (percent(latest.and_then(|event| event.risk)), "at risk, at last"),
    ];
    html! {
        section.summary aria-label="Summary" {
            dl {
                @for (value, name) in figures {
                    div { dt { (name) } dd { (value) } }
                }
            }
            @if let Some(event) = latest {
                @if let Some(headline) = &event.headline { p.headline { (headline) } }
            }
        }
    }
}

fn signals(report: &AccountReport) -> Markup {
    let total = report.signals_total();
    html! {
        section aria-labelledby="words" {
            h2 #words { "In their own words" }
            @if report.signals.is_empty() {
                p.none { "There is nothing to quote." }
            }
            @for total in &report.kinds {
                @let of_kind: Vec<_> = report.signals.iter().filter(|signal| signal.kind == total.kind).collect();
                @if !of_kind.is_empty() {
                    h3 { (name_of(&total.kind)) }
                    @for signal in of_kind { (quote(signal)) }
                }
            }
            @if total as usize > report.signals.len() {
                p.more { "The surest " (report.signals.len()) " of " (counted(total, "signal")) "." }
            }
        }
    }
}

fn quote(signal: &ReportedSignal) -> Markup {
    html! {
        figure.quote {
            blockquote { (signal.quote) }
            figcaption {
                (signal.speaker) ", "
                time datetime=(moment::iso(signal.at)) { (moment::date(signal.at)) }
                ", " (format!("{:.0} % sure", signal.score * 100.0))
            }
        }
    }
}

fn timeline(report: &AccountReport) -> Markup {
    html! {
        section aria-labelledby="timeline" {
            h2 #timeline { "Timeline" }
            @if report.events.is_empty() {
                p.none { "Nothing happened in this period." }
            } @else {
                table {
                    thead {
                        tr {
                            th scope="col" { "Date" }
                            th scope="col" { "What" }
                            th.number scope="col" { "Signals" }
                            th.number scope="col" { "Qualified" }
                            th.number scope="col" { "At risk" }
                        }
                    }
                    tbody { @for event in &report.events { (row(event)) } }
                }
                @if report.events_total as usize > report.events.len() {
                    p.more { "The newest " (report.events.len()) " of " (counted(report.events_total, "event")) "." }
                }
            }
        }
    }
}

fn row(event: &ReportedEvent) -> Markup {
    let percent =
        |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{:.0} %", value * 100.0));
    html! {
        tr {
            td.date { time datetime=(moment::iso(event.at)) { (moment::date(event.at)) } }
            th scope="row" {
                (event.title)
                @if let Some(headline) = &event.headline { span.headline { (headline) } }
            }
            td.number { (event.signals) }
            td.number { (percent(event.qualification)) }
            td.number { (percent(event.risk)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::KindTotal;

    fn report() -> AccountReport {
        let event = |title: &str, qualification| ReportedEvent {
            id: "evt_1".into(),
            at: 1_795_330_800_000,
            title: title.into(),
            headline: Some("Known: budget".into()),
            qualification,
            risk: Some(0.25),
            signals: 2,
        };
        AccountReport {
            id: "rep_1".into(),
            account: "Café <Luna> & Söhne".into(),
            from: 1_787_554_800_000,
            until: 1_795_330_800_000,
            taken_at: 1_795_330_800_000,
            kinds: vec![KindTotal { kind: "budget".into(), count: 9 }],
            events_total: 2,
            events: vec![event("Note", None), event("Renewal </table><script>alert(1)</script>", Some(0.5))],
            signals: vec![ReportedSignal {
                kind: "budget".into(),
                score: 0.9,
                quote: "We have \"forty\" & <more>".into(),
                speaker: "Dana".into(),
                at: 1_795_330_800_000,
                event_id: "evt_1".into(),
            }],
            ..AccountReport::default()
        }
    }

    #[test]
    fn a_page_shows_what_is_known_and_what_strangers_said_stays_text() {
        let page = account_page(&report(), "<svg></svg>", "<svg></svg>").into_string();
        for part in [
            "<h1>Café &lt;Luna&gt; &amp; Söhne</h1>",
            "We have &quot;forty&quot; &amp; &lt;more&gt;",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "50 %",
            "The surest 1 of 9 signals.",
        ] {
            assert!(page.contains(part), "`{part}` is not on the page: {page}");
        }
        assert!(!page.contains("<script"), "{page}");
    }

    #[test]
    fn a_page_stands_alone_and_can_be_read_aloud() {
        let page = account_page(&report(), "", "").into_string();
        for foreign in ["http://", "https://", "@import", "url(", " src=", "<link"] {
            assert!(!page.contains(foreign), "`{foreign}` leads elsewhere");
        }
        assert!(
            page.contains("<html lang=\"en\">")
                && page.contains("scope=\"col\"")
                && page.contains("@media print")
        );
        assert_eq!(page.matches("<h1>").count(), 1);
    }

    #[test]
    fn an_account_of_which_nothing_is_known_has_a_page() {
        let page =
            account_page(&AccountReport { account: "Nobody".into(), ..AccountReport::default() }, "", "");
        let page = page.into_string();
        assert!(page.contains("Nothing happened") && page.contains("No signals were found"), "{page}");
    }
}
