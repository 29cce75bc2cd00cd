//! A trace as a waterfall: a bar a span, and the same in a table.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::parts::time;
use super::prose::sentence;
use super::timeline::duration;
use crate::traces::{SpanView, TraceView};

/// The width of the drawing, in its own units.
const WIDTH: u64 = 1_000;
/// The narrowest bar: a moment is to be seen.
const NARROWEST: u64 = 6;
/// Names go in by so many steps at most, so that a phone has room for them.
const DEEPEST: u32 = 6;
/// Workers in the order of the legend, with the class of their bars.
const SERVICES: [(&str, &str); 4] =
    [("gateway", "gateway"), ("pipeline", "pipeline"), ("scheduler", "scheduler"), ("admin", "admin")];

/// The page.
#[must_use]
pub fn trace(frame: &Frame<'_>, trace: &TraceView, now: http_api::Timestamp) -> Markup {
    let from = trace.started_at.unix_ms();
    let goes_on = trace.spans.iter().any(|span| span.ended_at.is_none());
    let last = if goes_on { trace.ended_at.unix_ms().max(now.unix_ms()) } else { trace.ended_at.unix_ms() };
    let scale = Scale { from, to: last.max(from + 1) };
    let here: Vec<_> = SERVICES
        .into_iter()
        .filter(|(service, _)| trace.spans.iter().any(|span| span.service == *service))
        .collect();
    let tenants: BTreeSet<_> = trace.spans.iter().filter_map(|span| span.tenant).collect();
    frame.page(
        Here::Search,
        "Trace",
        &html! {
            p class="crumbs" { a href={ "/admin/audit?trace_id=" (trace.trace_id) } { "Its audit" } " · "
                a href={ "/admin/api/traces/" (trace.trace_id) } { "as JSON" } }
            h1 { "Trace" }
            p class="lead" { code { (trace.trace_id) }
                @for tenant in &tenants { ", of " a href={ "/admin/tenants/" (tenant) } { code { (tenant) } } }
            }
            @if trace.failed > 0 {
                p class="summary down" { (count(trace.failed)) " of it went wrong." }
            } @else {
                p class="summary" { @if goes_on { "It goes on." } @else { "All of it went well." } }
            }
            p class="lead" {
                (count(trace.spans.len())) ", from " (time(trace.started_at)) ", "
                @if goes_on { "under way for " } @else { "in " } (duration(scale.to - scale.from)) "."
            }
            section aria-labelledby="when" {
                h2 id="when" { "What happened when" }
                p class="legend" {
                    @for (service, class) in &here {
                        span { span class={ "swatch " (class) } {} " " (service) }
                    }
                    span { span class="swatch bad" {} " went wrong" }
                    span { span class="swatch waits" {} " waited" }
                }
                // The table below has all of it in words.
                div class="waterfall panel" aria-hidden="true" {
                    div class="fall scale" {
                        span class="what" {}
                        span class="axis" {
                            span { "0" } span { (duration((scale.to - scale.from) / 2)) } span { (duration(scale.to - scale.from)) }
                        }
                        span class="took" {}
                    }
                    @for span in &trace.spans { (fall(span, &scale)) }
                }
            }
            section aria-labelledby="spans" {
                h2 id="spans" { "In words" }
                div class="scroll" tabindex="0" role="region" aria-label="Spans" { table class="spans" {
                    thead { tr {
                        th scope="col" { "What" } th scope="col" { "Part of" } th scope="col" { "Began" }
                        th scope="col" { "Took" } th scope="col" { "State" } th scope="col" { "Where" }
                    } }
                    tbody { @for span in &trace.spans { (row(span, trace, tenants.len() > 1)) } }
                } }
            }
            section aria-labelledby="missing" {
                h2 id="missing" { "What is not kept" }
                ul class="panel errors not-kept" {
                    @if trace.more { li { "More spans than these: the first of each kind are shown." } }
                    @for what in trace.not_kept { li { (sentence(what)) } }
                }
            }
        },
    )
}

/// From when to when the drawing goes, in Unix milliseconds.
struct Scale {
    from: u64,
    to: u64,
}

impl Scale {
    /// Where a bar begins and how wide it is; what goes on reaches to the end.
    fn place(&self, span: &SpanView) -> (u64, u64) {
        let at = |moment: u64| {
            WIDTH * moment.clamp(self.from, self.to).saturating_sub(self.from) / (self.to - self.from)
        };
        let end = at(span.ended_at.map_or(self.to, |ended| ended.unix_ms()));
        let begin = at(span.started_at.unix_ms()).min(WIDTH - NARROWEST);
        (begin, end.saturating_sub(begin).max(NARROWEST))
    }
}

/// A line of the waterfall. On a phone the name stands above its bar.
fn fall(span: &SpanView, scale: &Scale) -> Markup {
    let (begin, wide) = scale.place(span);
    html! {
        div class={ "fall in" (span.depth.min(DEEPEST)) } {
            span class="what" {
                (span.name) " "
                span class="small" { (kind(&span.kind)) @if span.attempts > 1 { ", " (span.attempts) " tries" } }
                @if span.failed { " " span class="tag down" { (span.status) } }
            }
            svg viewBox={ "0 0 " (WIDTH) " 14" } preserveAspectRatio="none" {
                rect class="track" x="0" y="6" width=(WIDTH) height="2" {}
                rect class=(look(span)) x=(begin) y="0" width=(wide) height="14" {}
            }
            span class="took" { (took(span)) }
        }
    }
}

/// A row of the table. Whose it is stands above the page where it is all one tenant's.
fn row(span: &SpanView, trace: &TraceView, several: bool) -> Markup {
    let from = trace.started_at.unix_ms();
    let parent = span.parent.as_ref().and_then(|id| trace.spans.iter().find(|other| other.id == *id));
    html! {
        tr {
            th scope="row" { (linked(span)) br; span class="small" { (kind(&span.kind)) } }
            td {
                @match (parent, &span.remote_parent) {
                    (Some(parent), _) => { (parent.name) br; span class="small" { (kind(&parent.kind)) } },
                    (None, Some(remote)) => span class="small" { "span " code { (remote) } ", not kept here" },
                    (None, None) => "",
                }
            }
            td { (time(span.started_at)) br; span class="small" {
                "after " (duration(span.started_at.unix_ms().saturating_sub(from)))
            } }
            td class="gauge" { (took(span)) }
            td class="loose" {
                span class={ "tag" @if span.failed { " down" } } { (span.status) }
                @if span.attempts > 1 { " " (span.attempts) " tries" }
                @if let Some(error) = &span.error {
                    @if span.failed { p class="error" { (sentence(error)) } } @else { p class="small" { (sentence(error)) } }
                }
                @if !span.facts.is_empty() {
                    p class="small" { @for (at, fact) in span.facts.iter().enumerate() {
                        @if at > 0 { ", " } (fact.name.replace('_', " ")) " " code { (fact.value) }
                    } }
                }
            }
            td {
                (span.service)
                @if let (true, Some(tenant)) = (several, span.tenant) { br; a class="small" href={ "/admin/tenants/" (tenant) } { code { (tenant) } } }
            }
        }
    }
}

/// Its name, leading to its page where it has one.
fn linked(span: &SpanView) -> Markup {
    let fact = |name: &str| span.facts.iter().find(|fact| fact.name == name).map(|fact| &*fact.value);
    let of_tenant =
        |path: String| span.tenant.map_or_else(|| path.clone(), |tenant| format!("{path}?tenant={tenant}"));
    let path = match &*span.kind {
        "event" => Some(format!("/admin/events/{}", span.id)),
        "workflow" => Some(format!("/admin/workflows/{}", span.id.trim_end_matches("/workflow"))),
        "dead_letter" => Some(format!("/admin/dead-letters/{}", span.id)),
        "redrive" => Some(format!("/admin/redrives/{}", span.id)),
        "approval" => Some(of_tenant(format!("/admin/approvals/{}", span.id.trim_end_matches("/approval")))),
        "job" => fact("job").map(|job| of_tenant(format!("/admin/jobs/{job}"))),
        "delivery" => fact("delivery").map(|delivery| of_tenant(format!("/admin/deliveries/{delivery}"))),
        "act" => fact("target").map(|target| {
            let target: String = form_urlencoded::byte_serialize(target.as_bytes()).collect();
            format!("/admin/audit?target={target}")
        }),
        _ => None,
    };
    html! {
        @match path {
            Some(path) => a href=(path) { (span.name) },
            None => (span.name),
        }
    }
}

/// The class of a bar.
fn look(span: &SpanView) -> &'static str {
    if span.failed {
        return "bad";
    }
    if matches!(&*span.kind, "queue" | "approval") {
        return "waits";
    }
    let known = SERVICES.into_iter().find(|(service, _)| *service == span.service);
    known.map_or("admin", |(_, class)| class)
}

fn took(span: &SpanView) -> String {
    match span.ended_at {
        Some(at) => duration(at.unix_ms().saturating_sub(span.started_at.unix_ms())),
        None => "goes on".to_owned(),
    }
}

fn kind(kind: &str) -> &str {
    match kind {
        "dead_letter" => "dead letter",
        "act" => "operator's act",
        "try" => "try of a job",
        "job" => "run of a job, by its alarm",
        "model" => "call of a model",
        kind => kind,
    }
}

fn count(spans: usize) -> String {
    if spans == 1 { "1 span".to_owned() } else { format!("{spans} spans") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: u64, to: Option<u64>) -> SpanView {
        let at = http_api::Timestamp::from_unix_ms;
        SpanView {
            kind: "step".into(),
            id: "x".into(),
            span_id: "00000000000000aa".into(),
            parent: None,
            remote_parent: None,
            depth: 0,
            service: "pipeline".into(),
            tenant: None,
            event_id: None,
            name: "load".into(),
            status: "running".into(),
            failed: false,
            started_at: at(from),
            ended_at: to.map(at),
            attempts: 1,
            error: None,
            facts: Vec::new(),
        }
    }

    #[test]
    fn a_bar_lies_where_its_span_was_and_a_moment_is_still_seen() {
        let scale = Scale { from: 1_000, to: 3_000 };
        assert_eq!(scale.place(&span(1_000, Some(2_000))), (0, 500));
        assert_eq!(scale.place(&span(2_000, None)), (500, 500), "what goes on reaches to the end");
        assert_eq!(scale.place(&span(3_000, Some(3_000))), (WIDTH - NARROWEST, NARROWEST));
        assert_eq!(scale.place(&span(2_000, Some(2_000))), (500, NARROWEST));
    }

    #[test]
    fn what_went_wrong_looks_so_whoever_did_it() {
        let mut one = span(1, None);
        assert_eq!(look(&one), "pipeline");
        one.kind = "queue".into();
        assert_eq!(look(&one), "waits");
        one.failed = true;
        assert_eq!(look(&one), "bad");
    }
}
