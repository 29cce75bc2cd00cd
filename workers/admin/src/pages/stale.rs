//! A form that was filled in over something which somebody else changed meanwhile.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::frame::{Frame, Here};

/// Both versions side by side: `ours` as the form had it, `theirs` as it is now.
#[must_use]
pub fn stale(frame: &Frame<'_>, here: Here, path: &str, ours: &Map<String, Value>, theirs: &Value) -> Markup {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    frame.page(
        here,
        "Changed by somebody else",
        &html! {
            h1 { "Changed by somebody else" }
            p { "Nothing was written. Look at both, and decide again." }
            div class="scroll" tabindex="0" role="region" aria-label="Both versions" { table {
                thead { tr { th scope="col" { "Field" } th scope="col" { "Yours" } th scope="col" { "Now" } } }
                tbody { @for (name, value) in ours {
                    tr {
                        th scope="row" { (name) }
                        td { (text(Some(value))) }
                        td { (text(theirs.get(name))) }
                    }
                } }
            } }
            p { a class="button main" href=(path) { "Look at it as it is now" } }
        },
    )
}
