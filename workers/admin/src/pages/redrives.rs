//! Dead letters by what they died of, and their replay in bulk.

use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::parts::{field, more, proof, time};
use crate::redrives::{
    GroupDetailView, GroupList, GroupView, RedriveDetailView, RedriveListView, RedriveView,
};

/// The groups, and the redrives there were.
#[must_use]
pub fn groups(frame: &Frame<'_>, groups: &GroupList, redrives: &RedriveListView) -> Markup {
    frame.page(
        Here::DeadLetters,
        "Dead letters by cause",
        &html! {
            p class="crumbs" { a href="/admin/dead-letters" { "Dead letters" } }
            h1 { "Dead letters by cause" }
            p class="lead" { "Letters that died of the same thing: the same step, and the same error but for names and numbers." }
            @if groups.items.is_empty() { p class="empty" { "Nothing was given up." } } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Groups" { table {
                    thead { tr {
                        th scope="col" { "What went wrong" } th scope="col" { "Where" } th scope="col" { "Waiting" }
                        th scope="col" { "Letters" } th scope="col" { "Tenants" } th scope="col" { "Last" }
                    } }
                    tbody { @for group in &groups.items { tr {
                        th scope="row" class="loose" { a href={ "/admin/dead-letters/groups/" (group.fingerprint) } { (words(group)) } }
                        td { (place(group)) }
                        td { @if group.waiting > 0 { span class="tag down" { (group.waiting) } } @else { "0" } }
                        td { (group.letters) }
                        td { (group.tenants_count) }
                        td { (time(group.last_at)) }
                    } } }
                } }
            }
            section aria-labelledby="redrives" {
                h2 id="redrives" { "Redrives" }
                @if redrives.items.is_empty() { p class="empty" { "Nobody has redriven a group." } } @else {
                    div class="scroll" tabindex="0" role="region" aria-label="Redrives" { table {
                        thead { tr {
                            th scope="col" { "When" } th scope="col" { "By" } th scope="col" { "State" }
                            th scope="col" { "Begun" } th scope="col" { "Refused" } th scope="col" { "Of" }
                        } }
                        tbody { @for redrive in &redrives.items { tr {
                            th scope="row" { a href={ "/admin/redrives/" (redrive.id) } { (time(redrive.requested_at)) } }
                            td { (redrive.requested_by) }
                            td { (state(redrive)) }
                            td { (redrive.begun) } td { (redrive.refused) } td { (redrive.total) }
                        } } }
                    } }
                }
            }
        },
    )
}

/// One group.
#[must_use]
pub fn group(frame: &Frame<'_>, detail: &GroupDetailView) -> Markup {
    let group = &detail.group;
    frame.page(
        Here::DeadLetters,
        "Dead letters of one cause",
        &html! {
            p class="crumbs" { a href="/admin/dead-letters/groups" { "Dead letters by cause" } }
            h1 { (words(group)) }
            dl class="panel" {
                dt { "Where" } dd { (place(group)) }
                dt { "Letters" } dd { (group.letters) ", of them " (group.waiting) " that nobody has replayed" }
                dt { "First and last" } dd { (time(group.first_at)) " to " (time(group.last_at)) }
                dt { "The newest" } dd { a href={ "/admin/dead-letters/" (group.sample) } { code { (group.sample) } } }
                dt { "All of them" } dd { a href={ "/admin/dead-letters?group=" (group.fingerprint) } { "one by one" } }
                dt { "Fingerprint" } dd { code { (group.fingerprint) } }
            }
            section aria-labelledby="tenants" {
                h2 id="tenants" { "Whose they are" }
                div class="scroll" tabindex="0" role="region" aria-label="Tenants" { table class="narrow" {
                    thead { tr { th scope="col" { "Tenant" } th scope="col" { "Letters" } th scope="col" { "Waiting" } } }
                    tbody { @for tenant in &detail.tenants { tr {
                        th scope="row" { a href={ "/admin/tenants/" (tenant.tenant) } { code { (tenant.tenant) } } }
                        td { (tenant.letters) }
                        td { (tenant.waiting) }
                    } } }
                } }
            }
            @if frame.operator() && group.waiting > 0 && group.cause != "unreadable" {
                section class="panel" aria-labelledby="redrive" {
                    h2 id="redrive" { "Run all of them again" }
                    form method="post" action={ "/admin/dead-letters/groups/" (group.fingerprint) "/redrive" } class="fields" {
                        (proof(frame))
                        (field("per_second", "Events a second", "5", true))
                        (field("tenant", "Only this tenant's (id)", "", false))
                        (field("reason", "Why, for who approves a large one", "", false))
                        button class="button main" { "Redrive the " (group.waiting) " that wait" }
                    }
                    p class="small" { "Mend the cause first. Each event runs again from its start, once; what fails again is a letter of its own." }
                    p class="small" { "More than " (domain::second_person::REDRIVE_ALONE) " letters take a second person: this proposes it." }
                }
            }
        },
    )
}

/// One redrive.
#[must_use]
pub fn redrive(frame: &Frame<'_>, detail: &RedriveDetailView) -> Markup {
    let redrive = &detail.redrive;
    frame.page(
        Here::DeadLetters,
        "Redrive",
        &html! {
            p class="crumbs" { a href="/admin/dead-letters/groups" { "Dead letters by cause" } }
            div class="title" {
                h1 { "Redrive " (state(redrive)) }
                a class="button" href={ "/admin/redrives/" (redrive.id) } { "Look again" }
            }
            dl class="panel" {
                dt { "Id" } dd { code { (redrive.id) } }
                dt { "Group" } dd { a href={ "/admin/dead-letters/groups/" (redrive.fingerprint) } { code { (redrive.fingerprint) } } }
                @if let Some(tenant) = redrive.tenant { dt { "Only of" } dd { code { (tenant) } } }
                dt { "Asked for" } dd { (time(redrive.requested_at)) " by " (redrive.requested_by) ", " (redrive.per_second) " a second" }
                dt { "Letters" } dd { (redrive.total) " waited; of " (redrive.begun) " the events run again, of " (redrive.refused) " they cannot" }
                @if let Some(at) = redrive.ended_at {
                    dt { "Ended" } dd { (time(at)) @if let Some(by) = &redrive.ended_by { ", stopped by " (by) } }
                }
            }
            @if frame.operator() && redrive.status == "running" {
                form method="post" action={ "/admin/redrives/" (redrive.id) "/stop" } class="panel" {
                    (proof(frame))
                    button class="button danger" { "Stop it" }
                    p class="small" { "What it has begun goes on." }
                }
            }
            @if detail.letters.items.is_empty() { p class="empty" { "No letter was looked at yet." } } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Letters" { table {
                    thead { tr {
                        th scope="col" { "Letter" } th scope="col" { "Event" } th scope="col" { "Tenant" } th scope="col" { "What came of it" }
                    } }
                    tbody { @for letter in &detail.letters.items { tr {
                        th scope="row" { a href={ "/admin/dead-letters/" (letter.id) } { code { (letter.id) } } }
                        td { code { (letter.event_id) } }
                        td { code { (letter.tenant) } }
                        td class="loose" {
                            @match (&letter.error, &letter.event_status) {
                                (Some(error), _) => { span class="down" { "not run: " } (error) }
                                (None, Some(status)) => {
                                    span class={ "tag" @if status == "processed" { " ok" } @else if status == "failed" || status == "dead" { " down" } } { (status) }
                                    @if let Some(reason) = &letter.event_reason { " " (reason) }
                                }
                                (None, None) => "the event is gone",
                            }
                        }
                    } } }
                } }
                (more(detail.letters.next_cursor.as_deref(), &[]))
            }
        },
    )
}

fn words(group: &GroupView) -> &str {
    if group.pattern.is_empty() { "without a word" } else { &group.pattern }
}

fn place(group: &GroupView) -> Markup {
    html! {
        span class="tag" { (group.cause) } " " (group.workflow.as_deref().unwrap_or_default()) " "
        (group.step.as_deref().unwrap_or_default())
    }
}

fn state(redrive: &RedriveView) -> Markup {
    let class = match &*redrive.status {
        "done" => "tag ok",
        "stopped" => "tag down",
        _ => "tag",
    };
    html! { span class=(class) { (redrive.status) } }
}
