//! What a search shows where it cannot lead to a page by itself.

use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::parts::tenant_field;
use crate::tenants::TenantView;

/// Nothing has the id.
#[must_use]
pub fn nothing(frame: &Frame<'_>, id: &str) -> Markup {
    frame.page(
        Here::Search,
        "Nothing found",
        &html! {
            h1 { "Nothing found" }
            p { "Nothing has the id " code { (id) } ": it is unknown, or removed by now." }
            p { a href={ "/admin/audit?target=" (id) } { "What operators did with it" } }
        },
    )
}

/// The id is of a kind that is known within its tenant alone.
#[must_use]
pub fn whose(frame: &Frame<'_>, id: &str, tenants: &[TenantView]) -> Markup {
    frame.page(
        Here::Search,
        "Whose is it?",
        &html! {
            h1 { "Whose is it?" }
            p { code { (id) } " is of a kind that is known within its tenant alone." }
            form class="filters" method="get" action="/admin/search" {
                input type="hidden" name="q" value=(id);
                (tenant_field(tenants, "", true))
                button class="button main" { "Go" }
            }
        },
    )
}
