//! What takes two people: the list, and a proposal with exactly what it would touch.

use http_api::Page;
use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::given::Given;
use super::parts::{choice, field, more, proof, state, tenant_field, time};
use crate::proposals::{Content, ProposalView};
use crate::tenants::{KeyView, TenantView};

/// The statuses that the list's filter offers: those that are stored.
const STATUSES: [&str; 8] = ["", "open", "approved", "done", "failed", "rejected", "withdrawn", "outdated"];

/// The list.
#[must_use]
pub fn proposals(
    frame: &Frame<'_>,
    page: &Page<ProposalView>,
    given: &Given,
    tenants: &[TenantView],
) -> Markup {
    let value = |name| given.value(name).unwrap_or_default();
    frame.page(
        Here::Proposals,
        "Proposals",
        &html! {
            h1 { "Proposals" }
            p class="lead" {
                "What one operator may not do alone. It is proposed on the page of a tenant, or of a group of dead letters; "
                "a second person approves it here within an hour."
            }
            form class="filters" method="get" {
                (tenant_field(tenants, value("tenant"), false))
                (choice("status", "Status", &STATUSES, value("status")))
                button class="button" { "Show" }
            }
            @if page.items.is_empty() { p class="empty" { "No proposal is like that." } } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Proposals" { table {
                    thead { tr {
                        th scope="col" { "Made" } th scope="col" { "What" } th scope="col" { "State" }
                        th scope="col" { "By" } th scope="col" { "Decided by" } th scope="col" { "Until" }
                    } }
                    tbody { @for proposal in &page.items { tr {
                        th scope="row" { a href={ "/admin/proposals/" (proposal.id) } { (time(proposal.proposed_at)) } }
                        td class="loose" { (title(proposal)) }
                        td { (state(proposal.status)) }
                        td { (proposal.proposed_by) }
                        td { (proposal.decided_by.as_deref().unwrap_or_default()) }
                        td { (time(proposal.expires_at)) }
                    } } }
                } }
                (more(page.next_cursor.as_deref(), &given.filters(&["tenant", "status"])))
            }
        },
    )
}

/// One proposal; `problem` says why it was not approved just now.
#[must_use]
pub fn proposal(frame: &Frame<'_>, proposal: &ProposalView, problem: Option<&str>) -> Markup {
    let content = content(proposal);
    let shown = content.as_ref();
    frame.page(
        Here::Proposals,
        "Proposal",
        &html! {
            p class="crumbs" { a href="/admin/proposals" { "Proposals" } }
            div class="title" {
                h1 { (title(proposal)) " " (state(proposal.status)) }
                a class="button" href={ "/admin/proposals/" (proposal.id) } { "Look again" }
            }
            @if let Some(problem) = problem { p class="summary down" role="alert" { (problem) } }
            @if !proposal.keys.is_empty() { (secrets(&proposal.keys)) }
            dl class="panel" {
                dt { "Id" } dd { code { (proposal.id) } }
                @if let Some(tenant) = proposal.tenant {
                    dt { "Tenant" } dd { a href={ "/admin/tenants/" (tenant) } { code { (tenant) } } }
                }
                @if let Some(group) = shown.and_then(|shown| shown.group.as_ref()) {
                    dt { "Group" } dd { a href={ "/admin/dead-letters/groups/" (group) } { code { (group) } } }
                }
                @if let Some(rate) = shown.and_then(|shown| shown.per_second) {
                    dt { "Pace" } dd { (rate) " events a second" }
                }
                @if let Some(hours) = shown.and_then(|shown| shown.overlap_hours) {
                    dt { "Old keys" } dd { @if hours == 0 { "end at once" } @else { "open for " (hours) " hours more" } }
                }
                dt { "Why" } dd { (proposal.reason) }
                dt { "Proposed" } dd { (time(proposal.proposed_at)) " by " (proposal.proposed_by) }
                @if let (Some(by), Some(at)) = (&proposal.decided_by, proposal.decided_at) {
                    dt { "Decided" } dd { (time(at)) " by " (by) @if let Some(comment) = &proposal.comment { ": " (comment) } }
                }
                dt { "Until" } dd { (time(proposal.expires_at)) }
                @if let Some(at) = proposal.ended_at { dt { "Ended" } dd { (time(at)) } }
                dt { "Hash" } dd { code { (proposal.hash) } }
            }
            @if let Some(shown) = shown { (touched(proposal, shown)) }
            (came_of_it(proposal))
            (forms(frame, proposal))
        },
    )
}

fn content(proposal: &ProposalView) -> Option<Content> {
    serde_json::from_str(proposal.content.as_ref()?.get()).ok()
}

/// What it would have touched when it was looked at again.
fn measured_anew(proposal: &ProposalView) -> Option<Content> {
    let result: serde_json::Value = serde_json::from_str(proposal.result.as_ref()?.get()).ok()?;
    serde_json::from_value(result.get("now")?.clone()).ok()
}

fn title(proposal: &ProposalView) -> String {
    let content = content(proposal);
    let of = |what: &str| {
        content.as_ref().and_then(|content| content.names.get(what)).cloned().unwrap_or_default()
    };
    match proposal.action {
        "erase_tenant" => format!("Erase the tenant {}", of("name")),
        "rotate_keys" => format!("Rotate all keys of {}", of("name")),
        _ => format!("Redrive dead letters: {}", of("error")),
    }
}

/// What it would touch, beside what it would have touched later where that is known.
fn touched(proposal: &ProposalView, shown: &Content) -> Markup {
    let now = measured_anew(proposal);
    let mut names: Vec<&String> = shown.names.keys().collect();
    let mut counts: Vec<&String> = shown.counts.keys().collect();
    if let Some(now) = &now {
        names.extend(now.names.keys().filter(|name| !shown.names.contains_key(*name)));
        counts.extend(now.counts.keys().filter(|name| !shown.counts.contains_key(*name)));
    }
    let name = |of: &Content, what: &str| of.names.get(what).cloned().unwrap_or_default();
    let count = |of: &Content, what: &str| of.counts.get(what).copied().unwrap_or_default().to_string();
    html! {
        section aria-labelledby="touched" {
            h2 id="touched" { "What it touches" }
            div class="scroll" tabindex="0" role="region" aria-label="What it touches" { table class="narrow" {
                thead { tr {
                    th scope="col" { "What" } th scope="col" { "As proposed" }
                    @if now.is_some() { th scope="col" { "When it was looked at again" } }
                } }
                tbody {
                    @for what in names { tr {
                        th scope="row" { (what) } td class="loose" { (name(shown, what)) }
                        @if let Some(now) = &now { td class="loose" { (name(now, what)) } }
                    } }
                    @for what in counts { tr {
                        th scope="row" { (what) } td { (count(shown, what)) }
                        @if let Some(now) = &now { td { (count(now, what)) } }
                    } }
                }
            } }
        }
    }
}

/// Where what it began can be looked at.
fn came_of_it(proposal: &ProposalView) -> Markup {
    let result: serde_json::Value =
        proposal.result.as_ref().and_then(|json| serde_json::from_str(json.get()).ok()).unwrap_or_default();
    let text = |name: &str| result[name].as_str();
    html! {
        @if let Some(redrive) = text("redrive") {
            p class="summary" { a href={ "/admin/redrives/" (redrive) } { "The redrive that it began" } }
        }
        @if let Some(erasure) = text("erasure") { p class="summary" { "It began the erasure " code { (erasure) } "." } }
        @if let Some(until) = text("old_until") { p class="summary" { "The keys were replaced. The old ones end at " (until) "." } }
        @if let Some(detail) = text("detail") { p class="summary down" { "It could not be carried out: " (detail) } }
        @if proposal.status == "outdated" {
            p class="summary degraded" { "What it would touch changed before anybody approved it. Propose it anew." }
        }
        @if proposal.status == "approved" && proposal.action != "rotate_keys" {
            p class="summary degraded" { "It is approved and not begun yet: it is tried every minute." }
        }
    }
}

fn forms(frame: &Frame<'_>, proposal: &ProposalView) -> Markup {
    let path = format!("/admin/proposals/{}", proposal.id);
    let own = proposal.proposed_by.strip_prefix("person:") == Some(&*frame.visitor.name);
    let may = if proposal.needs == "owner" { frame.owner() } else { frame.operator() };
    html! {
        @if proposal.status == "open" && own {
            form method="post" action={ (path) "/withdraw" } class="panel" {
                (proof(frame))
                p { "You proposed this: another person with the role " strong { (proposal.needs) } " has to approve it." }
                p class="actions" { button class="button" { "Take it back" } }
            }
        } @else if proposal.status == "open" && may {
            section class="panel" aria-labelledby="decide" {
                h2 id="decide" { "Decide" }
                form method="post" action={ (path) "/approve" } class="fields" {
                    (proof(frame))
                    input type="hidden" name="hash" value=(proposal.hash);
                    (field("comment", "Comment", "", false))
                    button class="button danger" { "Approve exactly this" }
                }
                form method="post" action={ (path) "/reject" } class="fields" {
                    (proof(frame))
                    (field("comment", "Why not", "", false))
                    button class="button" { "Reject" }
                }
            }
        }
        @if proposal.status == "approved" && proposal.action == "rotate_keys" {
            @if own && may {
                form method="post" action={ (path) "/collect" } class="panel" {
                    (proof(frame))
                    p { "Approved. The next page shows the new keys, once: have somewhere to put them." }
                    p class="actions" { button class="button danger" { "Replace the keys and show the new ones" } }
                }
            } @else {
                p class="summary degraded" { "Approved. Who proposed it replaces the keys, and is shown the new ones." }
            }
        }
    }
}

fn secrets(keys: &[KeyView]) -> Markup {
    html! {
        section class="summary" role="status" {
            p { "The keys are replaced. This is the only time that the new ones are shown: copy them now." }
            dl { @for key in keys {
                dt { (key.name) } dd { code class="secret" { (key.api_key.as_deref().unwrap_or_default()) } }
            } }
        }
    }
}

/// Forms of a tenant's page that propose what takes two.
pub(super) fn proposable(frame: &Frame<'_>, tenant: &TenantView) -> Markup {
    let form = |action: &str, fields: Markup, button: &str| {
        html! {
            form method="post" action="/admin/proposals" class="fields" {
                (proof(frame))
                input type="hidden" name="action" value=(action);
                input type="hidden" name="tenant" value=(tenant.id);
                (fields)
                button class="button danger" { (button) }
            }
        }
    };
    html! {
        details class="panel" {
            summary { "What takes a second owner" }
            (form("rotate_keys", html! {
                (field("reason", "Why rotate", "", true))
                (field("overlap_hours", "Hours that the old keys go on", "24", true))
            }, "Propose to rotate all keys"))
            (form("erase_tenant", field("reason", "Why erase", "", true), "Propose to erase the tenant"))
            p class="small" {
                "Nothing happens yet: the next page shows what it would touch, and another owner has to approve exactly that."
            }
        }
    }
}
