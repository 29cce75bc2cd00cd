//! A tenant's subscriptions, one with what was delivered to it, and a delivery with its attempts.

use http_api::Page;
use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::given::Given;
use super::parts::{choice, more, proof, state, tenant_field, time, trace};
use super::prose::sentence;
use super::timeline::duration;
use crate::deliveries::{DeliveryDetailView, DeliveryView, SubscriptionView};
use crate::tenants::TenantView;

/// What a delivery may be.
const STATUSES: [&str; 6] = ["", "pending", "delivering", "delivered", "failed", "abandoned"];

/// A page of subscriptions; none until a tenant is chosen.
#[must_use]
pub fn subscriptions(
    frame: &Frame<'_>,
    page: Option<&Page<SubscriptionView>>,
    given: &Given,
    tenants: &[TenantView],
) -> Markup {
    frame.page(
        Here::Deliveries,
        "Deliveries",
        &html! {
            h1 { "Deliveries" }
            p class="lead" { "Where a tenant has its messages sent, newest first, and what was delivered there." }
            form class="filters" method="get" {
                (tenant_field(tenants, given.value("tenant").unwrap_or_default(), true))
                button class="button" { "Show" }
            }
            @match page {
                None => { p class="empty" { "Choose a tenant: subscriptions are looked up tenant by tenant." } }
                Some(page) if page.items.is_empty() => { p class="empty" { "It has no subscription." } }
                Some(page) => {
                    div class="scroll" tabindex="0" role="region" aria-label="Subscriptions" { table {
                        thead { tr {
                            th scope="col" { "Endpoint" } th scope="col" { "Kinds" } th scope="col" { "State" } th scope="col" { "Made" }
                        } }
                        tbody { @for one in &page.items { tr {
                            th scope="row" { a href={ "/admin/subscriptions/" (one.id) "?tenant=" (one.tenant) } { (one.url) } }
                            td { (one.kinds.join(", ")) }
                            td { (state(one.status)) " " (one.disabled_reason.as_deref().unwrap_or_default()) }
                            td { (time(one.created_at)) }
                        } } }
                    } }
                    (more(page.next_cursor.as_deref(), &given.filters(&["tenant"])))
                }
            }
        },
    )
}

/// One subscription.
#[must_use]
pub fn subscription(
    frame: &Frame<'_>,
    one: &SubscriptionView,
    delivered: &Page<DeliveryView>,
    given: &Given,
) -> Markup {
    frame.page(
        Here::Deliveries,
        "Subscription",
        &html! {
            p class="crumbs" { a href={ "/admin/subscriptions?tenant=" (one.tenant) } { "Deliveries" } }
            div class="title" {
                h1 { (one.url) " " (state(one.status)) }
                @if one.status == "disabled" && frame.operator() {
                    form method="post" action={ "/admin/subscriptions/" (one.id) "/enable" } {
                        (proof(frame))
                        input type="hidden" name="tenant" value=(one.tenant);
                        button class="button main" { "Enable again" }
                    }
                }
            }
            @if let Some(reason) = &one.disabled_reason { p class="summary down" { (sentence(reason)) } }
            dl class="panel" {
                dt { "Id" } dd { code { (one.id) } }
                dt { "Tenant" } dd { a href={ "/admin/tenants/" (one.tenant) } { code { (one.tenant) } } }
                dt { "Kinds" } dd { (one.kinds.join(", ")) }
                @if let Some(text) = &one.description { dt { "About" } dd { (text) } }
                @if let Some(endpoint) = &one.endpoint {
                    dt { "Circuit" } dd {
                        (endpoint.circuit)
                        @if let Some(at) = endpoint.open_until { ", left alone until " (time(at)) }
                    }
                    dt { "Failures" } dd {
                        (endpoint.failures) " in a row"
                        @if let Some(at) = endpoint.failing_since { ", since " (time(at)) }
                    }
                    dt { "Waiting" } dd { (endpoint.waiting) }
                }
                dt { "Made" } dd { (time(one.created_at)) }
            }
            section aria-labelledby="delivered" {
                h2 id="delivered" { "What was delivered" }
                form class="filters" method="get" {
                    input type="hidden" name="tenant" value=(one.tenant);
                    (choice("status", "Status", &STATUSES, given.value("status").unwrap_or_default()))
                    button class="button" { "Show" }
                }
                @if delivered.items.is_empty() { p class="empty" { "Nothing is on record." } } @else {
                    div class="scroll" tabindex="0" role="region" aria-label="Deliveries" { table {
                        thead { tr {
                            th scope="col" { "When" } th scope="col" { "Kind" } th scope="col" { "State" }
                            th scope="col" { "Tries" } th scope="col" { "Last answer" } th scope="col" { "Event" }
                        } }
                        tbody { @for delivery in &delivered.items { tr {
                            th scope="row" {
                                a href={ "/admin/deliveries/" (delivery.id) "?tenant=" (delivery.tenant) } { (time(delivery.created_at)) }
                            }
                            td { (delivery.kind) }
                            td { (state(&delivery.status)) }
                            td { (delivery.attempts) }
                            td class="loose" { (answer(delivery.last_status, delivery.last_error.as_deref())) }
                            td { @if let Some(event) = delivery.event_id { a href={ "/admin/events/" (event) } { "its event" } } }
                        } } }
                    } }
                    (more(delivered.next_cursor.as_deref(), &given.filters(&["tenant", "status"])))
                }
            }
        },
    )
}

/// One delivery.
#[must_use]
pub fn delivery(frame: &Frame<'_>, detail: &DeliveryDetailView) -> Markup {
    let one = &detail.delivery;
    frame.page(
        Here::Deliveries,
        "Delivery",
        &html! {
            p class="crumbs" {
                a href={ "/admin/subscriptions?tenant=" (one.tenant) } { "Deliveries" } " / "
                a href={ "/admin/subscriptions/" (one.subscription_id) "?tenant=" (one.tenant) } { "Subscription" }
            }
            div class="title" {
                h1 { (one.kind) " " (state(&one.status)) }
                @if frame.operator() {
                    form method="post" action={ "/admin/deliveries/" (one.id) "/redeliver" } {
                        (proof(frame))
                        input type="hidden" name="tenant" value=(one.tenant);
                        button class="button main" { "Send it again" }
                    }
                }
            }
            dl class="panel" {
                dt { "Id" } dd { code { (one.id) } }
                dt { "Message" } dd { code { (one.message_id) } }
                dt { "Tenant" } dd { a href={ "/admin/tenants/" (one.tenant) } { code { (one.tenant) } } }
                @if let Some(event) = one.event_id { dt { "Event" } dd { a href={ "/admin/events/" (event) } { code { (event) } } } }
                dt { "Made" } dd { (time(one.created_at)) }
                @if let Some(at) = one.next_attempt_at { dt { "Next try" } dd { (time(at)) } }
                @if let Some(at) = one.settled_at { dt { "Settled" } dd { (time(at)) } }
                dt { "Trace" } dd { (trace(&one.trace_id)) }
            }
            section aria-labelledby="attempts" {
                h2 id="attempts" { "Attempts" }
                @if detail.tries.is_empty() { p class="empty" { "It was not tried yet." } } @else {
                    div class="scroll" tabindex="0" role="region" aria-label="Attempts" { table {
                        thead { tr {
                            th scope="col" { "No." } th scope="col" { "When" } th scope="col" { "Took" } th scope="col" { "Answer" }
                        } }
                        tbody { @for attempt in &detail.tries { tr {
                            th scope="row" { (attempt.number) }
                            td { (time(attempt.started_at)) }
                            td class="gauge" { (duration(attempt.duration_ms.into())) }
                            td class="loose" { (answer(attempt.status, attempt.error.as_deref())) }
                        } } }
                    } }
                }
            }
            p { a href={ "/admin/audit?target=" (one.id) } { "What operators did with it" } }
        },
    )
}

fn answer(status: Option<u16>, error: Option<&str>) -> Markup {
    html! {
        @if let Some(status) = status { code { (status) } " " }
        @if let Some(error) = error { span class="down" { (error) } }
    }
}
