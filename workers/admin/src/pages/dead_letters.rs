//! Dead letters, and one of them.

use http_api::Page;
use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::parts::{choice, field, more, proof, time, trace};
use super::prose::sentence;
use crate::dead_letters::DeadLetter;

/// A page of letters; `causes` are those that a letter may have, beginning with the empty one.
#[must_use]
pub fn dead_letters(
    frame: &Frame<'_>,
    page: &Page<DeadLetter>,
    causes: &[&str],
    tenant: Option<&str>,
    cause: Option<&str>,
) -> Markup {
    frame.page(
        Here::DeadLetters,
        "Dead letters",
        &html! {
            div class="title" {
                h1 { "Dead letters" }
                a class="button" href="/admin/dead-letters/groups" { "By cause, and redrives" }
            }
            p class="lead" { "Work that was given up, newest first. A replay runs the event again from the start." }
            form class="filters" method="get" {
                (field("tenant", "Tenant's id", tenant.unwrap_or_default(), false))
                (choice("cause", "Cause", causes, cause.unwrap_or_default()))
                button class="button" { "Show" }
            }
            @if page.items.is_empty() { p class="empty" { "Nothing was given up." } } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Dead letters" { table {
                    thead { tr {
                        th scope="col" { "When" } th scope="col" { "Cause" } th scope="col" { "Where" }
                        th scope="col" { "Last error" } th scope="col" { "State" }
                    } }
                    tbody { @for letter in &page.items { tr {
                        th scope="row" { a href={ "/admin/dead-letters/" (letter.id) } { (time(letter.dead_at)) } }
                        td { span class="tag" { (letter.cause) } }
                        td { (letter.workflow.as_deref().unwrap_or("queue")) " " (letter.step.as_deref().unwrap_or_default()) }
                        td class="loose" { (letter.errors.last().map_or("", String::as_str)) }
                        td { (state(letter)) }
                    } } }
                } }
                (more(page.next_cursor.as_deref(), &[("tenant", tenant), ("cause", cause)]))
            }
        },
    )
}

/// One letter.
#[must_use]
pub fn dead_letter(frame: &Frame<'_>, letter: &DeadLetter) -> Markup {
    frame.page(
        Here::DeadLetters,
        "Dead letter",
        &html! {
            p class="crumbs" { a href="/admin/dead-letters" { "Dead letters" } }
            h1 { "Given up: " (letter.cause) }
            dl class="panel" {
                dt { "Id" } dd { code { (letter.id) } }
                @if let Some(tenant) = letter.tenant {
                    dt { "Tenant" } dd { a href={ "/admin/tenants/" (tenant) } { code { (tenant) } } }
                }
                @if let Some(event) = letter.event_id { dt { "Event" } dd { a href={ "/admin/events/" (event) } { code { (event) } } ", run " (letter.run) } }
                @if let Some(group) = &letter.group {
                    dt { "Died of the same" } dd { a href={ "/admin/dead-letters/groups/" (group) } { "the others of its group" } }
                }
                @if let Some(workflow) = &letter.workflow {
                    dt { "Step" } dd { (workflow) " / " (letter.step.as_deref().unwrap_or("none")) }
                }
                dt { "Attempts" } dd { (letter.attempts) }
                dt { "When" } dd { (time(letter.dead_at)) ", kept until " (time(letter.expires_at)) }
                @if !letter.trace_id.is_empty() { dt { "Trace" } dd { (trace(&letter.trace_id)) } }
                dt { "State" } dd { (state(letter)) }
            }
            section aria-labelledby="errors" {
                h2 id="errors" { "What went wrong" }
                ol class="panel errors" { @for error in &letter.errors { li { (sentence(error)) } } }
            }
            @if letter.event_id.is_some() && frame.operator() {
                form method="post" action={ "/admin/dead-letters/" (letter.id) "/replay" } class="panel" {
                    (proof(frame))
                    p { "Mend the cause first: the event runs again from its start, and its earlier steps are forgotten." }
                    button class="button main" { "Run the event again" }
                }
            }
            p { a href={ "/admin/audit?target=" (letter.id) } { "What operators did with it" } }
        },
    )
}

fn state(letter: &DeadLetter) -> Markup {
    html! {
        @match (&letter.replayed_at, &letter.replayed_by) {
            (Some(at), by) => {
                span class="tag ok" { "replayed" } " " (time(*at)) " by " (by.as_deref().unwrap_or("nobody known"))
                @if let Some(status) = &letter.event_status { ", the event is " (status) " now" }
            }
            _ => { span class="tag down" { (letter.event_status.as_deref().unwrap_or("dead")) } }
        }
    }
}
