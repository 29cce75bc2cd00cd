//! A tenant's proposals, and one of them with what people decided. Operators look; those who are asked decide.

use http_api::Page;
use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::given::Given;
use super::parts::{choice, more, state, tenant_field, time};
use super::prose::sentence;
use crate::approvals::{ApprovalDetailView, ApprovalView, STATUSES};
use crate::tenants::TenantView;

/// A page of proposals; none until a tenant is chosen.
#[must_use]
pub fn approvals(
    frame: &Frame<'_>,
    page: Option<&Page<ApprovalView>>,
    given: &Given,
    tenants: &[TenantView],
) -> Markup {
    let value = |name| given.value(name).unwrap_or_default();
    let statuses: Vec<&str> = std::iter::once("").chain(STATUSES).collect();
    frame.page(
        Here::Approvals,
        "Approvals",
        &html! {
            h1 { "Approvals" }
            p class="lead" { "Proposals that wait, or waited, for people's decisions, newest first." }
            form class="filters" method="get" {
                (tenant_field(tenants, value("tenant"), true))
                (choice("status", "Status", &statuses, value("status")))
                button class="button" { "Show" }
            }
            @match page {
                None => { p class="empty" { "Choose a tenant: approvals are looked up tenant by tenant." } }
                Some(page) if page.items.is_empty() => { p class="empty" { "No proposal is like that." } }
                Some(page) => {
                    div class="scroll" tabindex="0" role="region" aria-label="Approvals" { table {
                        thead { tr {
                            th scope="col" { "Made" } th scope="col" { "What" } th scope="col" { "State" }
                            th scope="col" { "Asked" } th scope="col" { "Until" }
                        } }
                        tbody { @for approval in &page.items { tr {
                            th scope="row" {
                                a href={ "/admin/approvals/" (approval.id) "?tenant=" (approval.tenant) } { (time(approval.created_at)) }
                            }
                            td class="loose" { (title(approval)) }
                            td { (state(&approval.status)) }
                            td { (approval.asked.join(", ")) }
                            td { (time(approval.expires_at)) }
                        } } }
                    } }
                    (more(page.next_cursor.as_deref(), &given.filters(&["tenant", "status"])))
                }
            }
        },
    )
}

/// What a proposal is about, in its own words.
fn title(approval: &ApprovalView) -> String {
    let content = approval.content.as_ref().map(|content| content.get()).unwrap_or_default();
    let content: serde_json::Value = serde_json::from_str(content).unwrap_or_default();
    let text = |name: &str| content[name].as_str().unwrap_or_default().to_owned();
    format!("{}: {} {}", text("title"), text("amount"), text("currency"))
}

/// One proposal.
#[must_use]
pub fn approval(frame: &Frame<'_>, detail: &ApprovalDetailView) -> Markup {
    let approval = &detail.approval;
    let content = approval.content.as_ref().and_then(|content| {
        let value: serde_json::Value = serde_json::from_str(content.get()).ok()?;
        serde_json::to_string_pretty(&value).ok()
    });
    frame.page(
        Here::Approvals,
        "Approval",
        &html! {
            p class="crumbs" { a href={ "/admin/approvals?tenant=" (approval.tenant) } { "Approvals" } }
            div class="title" {
                h1 { (title(approval)) " " (state(&approval.status)) }
                div class="actions" { a class="button" href={ "/admin/workflows/" (approval.id) } { "Its workflow" } }
            }
            @if let Some(reason) = &approval.reason { p class="summary degraded" { (sentence(reason)) } }
            dl class="panel" {
                dt { "Id" } dd { code { (approval.id) } }
                dt { "Tenant" } dd { a href={ "/admin/tenants/" (approval.tenant) } { code { (approval.tenant) } } }
                dt { "Asked" } dd { (approval.asked.join(", ")) ", at level " (approval.level) }
                dt { "Revision" } dd { (approval.revision) ", hash " code { (approval.content_hash) } }
                dt { "Made" } dd { (time(approval.created_at)) }
                dt { "Until" } dd { (time(approval.expires_at)) }
                @if let Some(at) = approval.concluded_at { dt { "Concluded" } dd { (time(at)) } }
            }
            section aria-labelledby="decisions" {
                h2 id="decisions" { "Decisions" }
                @if detail.decisions.is_empty() { p class="empty" { "Nobody has decided." } } @else {
                    div class="scroll" tabindex="0" role="region" aria-label="Decisions" { table {
                        thead { tr {
                            th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "Decision" } th scope="col" { "Comment" }
                        } }
                        tbody { @for decision in &detail.decisions { tr {
                            th scope="row" { (time(decision.decided_at)) }
                            td { (decision.approver) }
                            td { (state(&decision.choice)) @if decision.revision != approval.revision { " void: of revision " (decision.revision) } }
                            td class="loose" { (decision.comment.as_deref().unwrap_or_default()) }
                        } } }
                    } }
                }
            }
            section aria-labelledby="history" {
                h2 id="history" { "History" }
                ol class="panel errors" { @for line in &detail.history {
                    li { (time(line.at)) " " strong { (line.action) } " " span class="small" { (line.actor) } }
                } }
            }
            @if let Some(content) = content {
                details class="panel" {
                    summary { "Exactly what was asked" }
                    pre { (content) }
                }
            }
        },
    )
}
