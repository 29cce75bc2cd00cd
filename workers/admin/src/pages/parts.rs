//! What several pages have: fields, times, the way to the next page.

use maud::{Markup, html};

use super::frame::Frame;
use crate::forms::TOKEN;

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
