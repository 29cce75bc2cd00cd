//! The little Markdown that descriptions use: paragraphs, flat lists and code spans.

use maud::{Markup, html};

/// Paragraphs and lists.
pub(super) fn blocks(text: &str) -> Markup {
    html! {
        @for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            @if block.lines().all(|line| line.starts_with("- ")) {
                ul { @for line in block.lines() { li { (inline(line.trim_start_matches("- "))) } } }
            } @else {
                p { (inline(block)) }
            }
        }
    }
}

/// Text with code spans.
pub(super) fn inline(text: &str) -> Markup {
    html! {
        @for (n, part) in text.split('`').enumerate() {
            @if n % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_and_code_are_marked_up_and_the_rest_is_escaped() {
        let check = |text: &str, expect: &str| assert_eq!(blocks(text).into_string(), expect);
        check("a `b<c` d", "<p>a <code>b&lt;c</code> d</p>");
        check("a\n\n- `b`\n- c & d", "<p>a</p><ul><li><code>b</code></li><li>c &amp; d</li></ul>");
        check("", "");
    }
}
