//! Messages written for logs and programs, as sentences on a page.

use maud::{Markup, html};

/// `text` from a capital letter to one full stop, with what stands in backticks as code.
pub(super) fn sentence(text: &str) -> Markup {
    html! {
        @for (place, part) in text.trim_end_matches('.').split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } }
            @else if place == 0 { (capitalized(part)) }
            @else { (part) }
        }
        "."
    }
}

/// `text` from a capital letter on.
pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_become_code_and_everything_is_escaped() {
        let check = |text: &str, expect: &str| assert_eq!(sentence(text).into_string(), expect);
        check("no answer", "No answer.");
        check("It has no method.", "It has no method.");
        check("needs `viewer`: ask", "Needs <code>viewer</code>: ask.");
        check("`Health` is <down>", "<code>Health</code> is &lt;down&gt;.");
        check("an odd ` one", "An odd <code> one</code>.");
    }
}
