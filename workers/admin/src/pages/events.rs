//! Events, one of them with its steps as they run, and what it holds.

use http_api::Page;
use ids::EventId;
use maud::{Markup, PreEscaped, html};

use super::frame::{Frame, Here};
use super::given::Given;
use super::parts::{choice, moment, more, state, tenant_field, time, trace};
use super::prose::sentence;
use super::timeline::{SCRIPT, timeline};
use crate::content::{Content, Part};
use crate::operations::{EventDetailView, EventView};
use crate::tenants::TenantView;

const STATUSES: [&str; 7] = ["", "received", "processing", "processed", "skipped", "failed", "dead"];

/// A page of events.
#[must_use]
pub fn events(frame: &Frame<'_>, page: &Page<EventView>, given: &Given, tenants: &[TenantView]) -> Markup {
    let value = |name| given.value(name).unwrap_or_default();
    frame.page(
        Here::Events,
        "Events",
        &html! {
            h1 { "Events" }
            p class="lead" { "What tenants sent, newest first." }
            form class="filters" method="get" {
                (tenant_field(tenants, value("tenant"), false))
                (choice("status", "Status", &STATUSES, value("status")))
                label class="field" {
                    span { "Source, of a tenant" }
                    input name="source" value=(value("source")) autocomplete="off" maxlength="64";
                }
                (moment("since", "Since (UTC)", value("since")))
                (moment("until", "Before (UTC)", value("until")))
                button class="button" { "Show" }
            }
            @if page.items.is_empty() { p class="empty" { "No event is like that." } } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Events" { table {
                    thead { tr {
                        th scope="col" { "Accepted" } th scope="col" { "Source and type" } th scope="col" { "State" }
                        th scope="col" { "Signals" } th scope="col" { "Why" } th scope="col" { "Tenant" }
                    } }
                    tbody { @for event in &page.items { tr {
                        th scope="row" { a href={ "/admin/events/" (event.id) } { (time(event.received_at)) } }
                        td { (event.source) br; span class="small" { (event.r#type) } }
                        td { (state(&event.status)) }
                        td { (event.signals_count) }
                        td class="loose" { @if let Some(reason) = &event.reason { (sentence(reason)) } }
                        td { (named(tenants, event.tenant)) }
                    } } }
                } }
                (more(page.next_cursor.as_deref(), &given.filters(&["tenant", "status", "source", "since", "until"])))
            }
        },
    )
}

/// A tenant by its name, where that is at hand.
fn named(tenants: &[TenantView], tenant: ids::TenantId) -> Markup {
    let found = tenants.iter().find(|known| known.id == tenant);
    html! {
        a href={ "/admin/tenants/" (tenant) } {
            @match found { Some(found) => (found.name), None => code { (tenant) } }
        }
    }
}

/// One event.
#[must_use]
pub fn event(frame: &Frame<'_>, detail: &EventDetailView, now: http_api::Timestamp) -> Markup {
    let event = &detail.event;
    let instance = match detail.run {
        0 => event.id.to_string(),
        run => format!("{}-{run}", event.id),
    };
    frame.page(
        Here::Events,
        "Event",
        &html! {
            p class="crumbs" { a href="/admin/events" { "Events" } }
            div class="title" {
                h1 { (event.source) " " (event.r#type) " " (state(&event.status)) }
                div class="actions" {
                    a class="button" href={ "/admin/workflows/" (instance) } { "Its workflow" }
                    a class="button" href={ "/admin/subscriptions?tenant=" (event.tenant) } { "Its tenant's deliveries" }
                }
            }
            @if let Some(reason) = &event.reason {
                p class={ "summary " (weight(&event.status)) } { (sentence(reason)) }
            }
            @for letter in &detail.dead_letters {
                p class="summary down" {
                    "Run " (letter.run) " was given up: "
                    a href={ "/admin/dead-letters/" (letter.id) } { "its dead letter" }
                }
            }
            dl class="panel" {
                dt { "Id" } dd { code { (event.id) } }
                dt { "Tenant" } dd { a href={ "/admin/tenants/" (event.tenant) } { code { (event.tenant) } } }
                dt { "Accepted" } dd { (time(event.received_at)) ", last changed " (time(event.updated_at)) }
                dt { "Run" } dd { (detail.run) @if detail.run == 0 { ", the first" } }
                dt { "Size" } dd { (event.size_bytes) " bytes" }
                dt { "Signals" } dd { (event.signals_count) }
                dt { "Trace" } dd { (trace(&event.trace_id)) }
            }
            (live(detail, now, true))
            section class="panel" aria-labelledby="holds" {
                h2 id="holds" { "What it holds" }
                p class="small" { "What a customer sent, and what was found in it. That you look is put on record." }
                @if frame.operator() {
                    div class="actions" { @for (_, name, label) in Part::ALL {
                        a class="button" rel="nofollow" href={ "/admin/events/" (event.id) "/" (name) "?tenant=" (event.tenant) } {
                            (label)
                        }
                    } }
                } @else {
                    p { "For operators and owners." }
                }
            }
            p { a href={ "/admin/audit?target=" (event.id) } { "What operators did with it" } }
            @if in_progress(detail) { script { (PreEscaped(SCRIPT)) } }
        },
    )
}

/// The steps alone, without a word of what a customer sent, for the script of the event's page.
#[must_use]
pub fn event_steps(detail: &EventDetailView, now: http_api::Timestamp) -> Markup {
    live(detail, now, false)
}

fn live(detail: &EventDetailView, now: http_api::Timestamp, errors: bool) -> Markup {
    let path = format!("/admin/events/{}/steps", detail.event.id);
    html! {
        section id="live" data-live=[in_progress(detail).then_some(path)] aria-labelledby="steps" {
            h2 id="steps" { "Steps" }
            (timeline(&detail.steps, &detail.pending, now, errors))
            @if in_progress(detail) {
                p class="small" { "It is in progress. " a href={ "/admin/events/" (detail.event.id) } { "Look again" } }
            }
        }
    }
}

fn in_progress(detail: &EventDetailView) -> bool {
    matches!(&*detail.event.status, "received" | "processing")
}

fn weight(status: &str) -> &'static str {
    if matches!(status, "failed" | "dead") { "down" } else { "degraded" }
}

/// A part of an event that a customer sent, or what was found in it.
#[must_use]
pub fn content(frame: &Frame<'_>, event: EventId, part: Part, content: &Content) -> Markup {
    let title = Part::ALL.into_iter().find(|(known, ..)| *known == part).map_or("", |(_, _, label)| label);
    frame.page(
        Here::Events,
        title,
        &html! {
            p class="crumbs" { a href="/admin/events" { "Events" } " / " a href={ "/admin/events/" (event) } { "Event" } }
            h1 { (title) }
            p class="lead" { "That you read this is on record." }
            @match content {
                Content::Text { media_type, text, cut_from } => {
                    p class="small" {
                        (media_type)
                        @if let Some(bytes) = cut_from { ", the beginning of " (bytes) " bytes" }
                    }
                    pre class="panel" tabindex="0" role="region" aria-label=(title) { (text) }
                }
                Content::Signals(signals) if signals.is_empty() => { p class="empty" { "Nothing was found in it." } }
                Content::Signals(signals) => {
                    div class="scroll" tabindex="0" role="region" aria-label="Signals" { table {
                        thead { tr {
                            th scope="col" { "Kind" } th scope="col" { "Score" } th scope="col" { "Quote" } th scope="col" { "Id" }
                        } }
                        tbody { @for signal in signals { tr {
                            th scope="row" { (signal.kind) }
                            td class="gauge" { (format!("{:.2}", signal.score)) }
                            td class="loose" { "“" (signal.quote) "” " span class="small" { (signal.speaker) } }
                            td { code { (signal.id) } }
                        } } }
                    } }
                }
            }
        },
    )
}
