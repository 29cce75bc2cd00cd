//! What operators did.

use http_api::Page;
use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::parts::{field, more, time, trace};
use crate::audit::EntryView;

/// The filters that the page shows as they were given.
pub const FILTERS: [(&str, &str); 5] = [
    ("actor", "Actor"),
    ("tenant", "Tenant's id"),
    ("action", "Action"),
    ("target", "Target"),
    ("trace_id", "Trace"),
];

/// A page of entries; `given` has the filters' values by name.
#[must_use]
pub fn audit(frame: &Frame<'_>, page: &Page<EntryView>, given: &[(&str, Option<&str>)]) -> Markup {
    let value = |name: &str| given.iter().find(|(known, _)| *known == name).and_then(|(_, value)| *value);
    frame.page(
        Here::Audit,
        "Audit",
        &html! {
            h1 { "Audit" }
            p class="lead" {
                "What operators did, newest first: a chain that " code { "cargo xtask audit verify" } " checks link by link."
            }
            form class="filters" method="get" {
                @for (name, label) in FILTERS { (field(name, label, value(name).unwrap_or_default(), false)) }
                button class="button" { "Show" }
            }
            @if page.items.is_empty() { p class="empty" { "Nothing is on record." } } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Entries" { table {
                    thead { tr {
                        th scope="col" { "No." } th scope="col" { "When" } th scope="col" { "Who" }
                        th scope="col" { "What" } th scope="col" { "Before and after" }
                    } }
                    tbody { @for entry in &page.items { (row(entry)) } }
                } }
                (more(page.next_cursor.as_deref(), given))
            }
        },
    )
}

fn row(entry: &EntryView) -> Markup {
    html! {
        tr {
            th scope="row" { (entry.sequence) }
            td { (time(entry.at)) }
            td { (entry.actor) br; span class="small" { (entry.role) } }
            td {
                strong { (entry.action) }
                @if let Some(target) = &entry.target { br; code { (target) } }
            }
            td class="loose" {
                @if let Some(before) = &entry.before { div { span class="small" { "before " } code { (before.get()) } } }
                @if let Some(after) = &entry.after { div { span class="small" { "after " } code { (after.get()) } } }
                div class="small" { "trace " (trace(&entry.trace_id)) " · hash " code { (&entry.hash[..12]) } "…" }
            }
        }
    }
}
