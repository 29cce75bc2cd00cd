//! The tenants, and one of them with its keys.

use http_api::Page;
use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::parts::{choice, field, more, proof, time};
use super::proposals::proposable;
use crate::tenants::{KeyList, KeyView, TenantView};

/// The plans that a form offers.
fn plans() -> Vec<&'static str> {
    domain::rate::Plan::ALL.iter().map(|plan| plan.as_str()).collect()
}

/// The list, and a form that makes one.
#[must_use]
pub fn tenants(frame: &Frame<'_>, page: &Page<TenantView>, slug: Option<&str>) -> Markup {
    frame.page(
        Here::Tenants,
        "Tenants",
        &html! {
            h1 { "Tenants" }
            form class="filters" method="get" {
                (field("slug", "Short name begins with", slug.unwrap_or_default(), false))
                button class="button" { "Show" }
            }
            @if page.items.is_empty() { p class="empty" { "No tenant fits." } } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Tenants" { table {
                    thead { tr {
                        th scope="col" { "Tenant" } th scope="col" { "Status" } th scope="col" { "Plan" }
                        th scope="col" { "Made" } th scope="col" { "Id" }
                    } }
                    tbody { @for tenant in &page.items { tr {
                        th scope="row" {
                            a href={ "/admin/tenants/" (tenant.id) } { (tenant.name) } " "
                            span class="small" { (tenant.slug) }
                        }
                        td { (status(tenant.status)) }
                        td { (tenant.plan) }
                        td { (time(tenant.created_at)) }
                        td { code { (tenant.id) } }
                    } } }
                } }
                (more(page.next_cursor.as_deref(), &[("slug", slug)]))
            }
            @if frame.owner() {
                section class="panel" aria-labelledby="make" {
                    h2 id="make" { "Make a tenant" }
                    form method="post" class="fields" {
                        (proof(frame))
                        (field("name", "Name", "", true))
                        (field("slug", "Short name, for good", "", true))
                        (choice("plan", "Plan", &plans(), "standard"))
                        button class="button main" { "Make it" }
                    }
                }
            }
        },
    )
}

/// One tenant with its keys; `issued` is a key that was made just now, with its secret.
#[must_use]
pub fn tenant(frame: &Frame<'_>, tenant: &TenantView, keys: &KeyList, issued: Option<&KeyView>) -> Markup {
    let path = format!("/admin/tenants/{}", tenant.id);
    let active = tenant.status == "active";
    frame.page(
        Here::Tenants,
        &tenant.name,
        &html! {
            p class="crumbs" { a href="/admin/tenants" { "Tenants" } }
            div class="title" {
                h1 { (tenant.name) " " (status(tenant.status)) }
                div class="actions" {
                    a class="button" href={ "/admin/dead-letters?tenant=" (tenant.id) } { "Its dead letters" }
                    a class="button" href={ "/admin/audit?tenant=" (tenant.id) } { "Its audit" }
                }
            }
            @if let Some(key) = issued { (secret(key)) }
            dl class="panel" {
                dt { "Id" } dd { code { (tenant.id) } }
                dt { "Short name" } dd { (tenant.slug) }
                dt { "Plan" } dd { (tenant.plan) }
                dt { "Limits" } dd {
                    @match &tenant.limits { Some(limits) => code { (limits.get()) }, None => "those of the plan" }
                }
                dt { "Origins" } dd {
                    @if tenant.allowed_origins.is_empty() { "none" } @else { (tenant.allowed_origins.join(", ")) }
                }
                dt { "Made" } dd { (time(tenant.created_at)) }
                dt { "Version" } dd { (tenant.version) }
            }
            @if frame.owner() {
                section class="panel" aria-labelledby="change" {
                    h2 id="change" { "Change" }
                    form method="post" action=(path) class="fields" {
                        (proof(frame))
                        input type="hidden" name="version" value=(tenant.version);
                        (field("name", "Name", &tenant.name, true))
                        (choice("plan", "Plan", &plans(), &tenant.plan))
                        button class="button main" { "Change it" }
                    }
                    form method="post" action={ (path) "/" (if active { "suspend" } else { "resume" }) } {
                        (proof(frame))
                        p class="small" {
                            @if active { "Suspended, its keys and endpoints open nothing within a minute. Nothing is lost." }
                            @else { "Resumed, its keys and endpoints open again within a minute." }
                        }
                        button class={ "button" @if active { " danger" } } {
                            @if active { "Suspend the tenant" } @else { "Resume the tenant" }
                        }
                    }
                }
            }
            section aria-labelledby="keys" {
                h2 id="keys" { "API keys" }
                @if keys.items.is_empty() { p class="empty" { "It has no key." } } @else {
                    div class="scroll" tabindex="0" role="region" aria-label="API keys" { table {
                        thead { tr {
                            th scope="col" { "Key" } th scope="col" { "Begins with" } th scope="col" { "Made" }
                            th scope="col" { "Last used" } th scope="col" { "State" }
                        } }
                        tbody { @for key in &keys.items { (key_row(frame, &path, key)) } }
                    } }
                }
                @if frame.owner() { (issue(frame, &path)) }
            }
            @if frame.owner() { (proposable(frame, tenant)) }
        },
    )
}

fn key_row(frame: &Frame<'_>, path: &str, key: &KeyView) -> Markup {
    html! {
        tr {
            th scope="row" { (key.name) br; span class="small" { (key.scopes.join(", ")) } }
            td { code { (key.prefix) "…" } }
            td { (time(key.created_at)) }
            td { @match key.last_used_at { Some(at) => (time(at)), None => "never" } }
            td {
                @if let Some(at) = key.revoked_at { span class="down" { "revoked" } " " (time(at)) }
                @else if frame.owner() {
                    form method="post" action={ (path) "/keys/" (key.id) "/revoke" } {
                        (proof(frame))
                        button class="button danger" aria-label={ "Revoke the key " (key.name) } { "Revoke" }
                    }
                } @else { "open" }
            }
        }
    }
}

fn issue(frame: &Frame<'_>, path: &str) -> Markup {
    html! {
        details class="panel" {
            summary { "Issue a key" }
            form method="post" action={ (path) "/keys" } class="fields" {
                (proof(frame))
                (field("name", "Name", "", true))
                fieldset {
                    legend { "What it opens" }
                    @for scope in auth::Scope::ALL {
                        label class="check" {
                            input type="checkbox" name="scopes" value=(scope.as_str()); " " (scope.as_str())
                        }
                    }
                }
                button class="button main" { "Issue it" }
            }
        }
    }
}

fn secret(key: &KeyView) -> Markup {
    html! {
        section class="summary" role="status" {
            p { "The key " strong { (key.name) } " is made. This is the only time that it is shown: copy it now." }
            p { code class="secret" { (key.api_key.as_deref().unwrap_or_default()) } }
        }
    }
}

fn status(status: &str) -> Markup {
    let class = if status == "active" { "tag ok" } else { "tag down" };
    html! { span class=(class) { (status) } }
}
