//! What several pages have: fields, times, the way to the next page.

use maud::{Markup, html};

use super::frame::Frame;
use crate::forms::TOKEN;
use crate::tenants::TenantView;

/// A field of text in its label, so that several forms of a page may have one of the same name.
pub(super) fn field(name: &str, label: &str, value: &str, required: bool) -> Markup {
    html! {
        label class="field" {
            span { (label) }
            input name=(name) value=(value) required[required] autocomplete="off" maxlength="320";
        }
    }
}

/// A field with a few values to choose from.
pub(super) fn choice(name: &str, label: &str, values: &[&str], chosen: &str) -> Markup {
    html! {
        label class="field" {
            span { (label) }
            select name=(name) {
                @for value in values {
                    option value=(value) selected[*value == chosen] { (if value.is_empty() { "any" } else { value }) }
                }
            }
        }
    }
}

/// The proof that a form is the console's own.
pub(super) fn proof(frame: &Frame<'_>) -> Markup {
    html! { input type="hidden" name=(TOKEN) value=(frame.form_token); }
}

/// A moment as people read it; the exact one is in the attribute.
pub(super) fn time(at: http_api::Timestamp) -> Markup {
    let exact = at.to_string();
    let shown = exact.get(..19).unwrap_or(&exact).replace('T', " ");
    html! { time datetime=(exact) { (shown) } }
}

/// The way to the next page with the same filters, where there is one.
pub(super) fn more(cursor: Option<&str>, filters: &[(&str, Option<&str>)]) -> Markup {
    let Some(cursor) = cursor else { return html! {} };
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in filters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.append_pair("cursor", cursor);
    html! { p { a class="button" href={ "?" (query.finish()) } rel="next" { "Older" } } }
}

/// A field for a tenant's id that offers the tenants at hand by name.
pub(super) fn tenant_field(tenants: &[TenantView], value: &str, required: bool) -> Markup {
    html! {
        label class="field" {
            span { "Tenant's id" }
            input name="tenant" value=(value) list="tenants" required[required] autocomplete="off" maxlength="64";
        }
        datalist id="tenants" { @for tenant in tenants { option value=(tenant.id) { (tenant.name) } } }
    }
}

/// A field for a time, which is UTC as all of the console's.
pub(super) fn moment(name: &str, label: &str, value: &str) -> Markup {
    html! {
        label class="field" {
            span { (label) }
            input type="datetime-local" step="1" name=(name) value=(value.get(..19).unwrap_or(value));
        }
    }
}

/// A state as a word in its color; the word says it all.
pub(super) fn state(word: &str) -> Markup {
    let class = match word {
        "processed" | "completed" | "succeeded" | "active" | "delivered" | "approved" | "approve" => "tag ok",
        "failed" | "dead" | "terminated" | "disabled" | "rejected" | "reject" | "missed" | "abandoned" => {
            "tag down"
        }
        "paused" | "pending" | "processing" | "running" | "waiting" | "delivering" => "tag degraded",
        _ => "tag",
    };
    html! { span class=(class) { (word) } }
}

/// A trace's id, leading to what is known of it.
pub(super) fn trace(trace_id: &str) -> Markup {
    html! { a href={ "/admin/traces/" (trace_id) } { code { (trace_id) } } }
}
