//! The console's pages: plain HTML that needs no script and nothing from elsewhere. One script lets steps follow the work.

mod approvals;
mod audit;
mod chart;
mod dead_letters;
mod deliveries;
mod events;
mod frame;
mod given;
mod health;
mod jobs;
mod overview;
mod parts;
mod proposals;
mod prose;
mod redrives;
mod refusal;
mod search;
mod stale;
mod tenants;
mod timeline;
mod trace;
mod usage;
mod visitor;
mod workflows;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

pub use approvals::{approval, approvals};
pub use audit::{FILTERS as AUDIT_FILTERS, audit};
pub use dead_letters::{dead_letter, dead_letters};
pub use deliveries::{delivery, subscription, subscriptions};
pub use events::{content, event, event_steps, events};
pub use frame::{Frame, Here};
pub use given::Given;
pub use health::health;
pub use jobs::{job, jobs};
pub use overview::overview;
pub use proposals::{proposal, proposals};
pub use redrives::{group, groups, redrive};
pub use refusal::refusal;
pub use search::{nothing, whose};
pub use stale::stale;
pub use tenants::{tenant, tenants};
pub use trace::trace;
pub use usage::{GivenDays, usage};
pub use visitor::Visitor;
pub use workflows::{workflow, workflows};

/// The one style sheet, inline: the policy below names its hash.
const STYLE: &str = include_str!("style.css");

/// Three strands, woven.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' \
    stroke='%232f6fd6' stroke-width='2.4' stroke-linecap='round'%3E%3Cpath d='M2 5q3-3 6 0t6 0M2 9q3-3 6 0t6 0M2 13q3-3 6 0t6 0'/%3E%3C/svg%3E";

/// What a page may load: its own style sheet, script and icon, nothing else, and nobody may frame it.
#[must_use]
pub fn content_security_policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        let [style, script] = [STYLE, timeline::SCRIPT].map(|text| STANDARD.encode(Sha256::digest(text)));
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; connect-src 'self'; \
             img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
    });
    &POLICY
}

/// A whole page around its `content`.
fn layout(title: &str, visitor: Option<&Visitor>, here: Option<Here>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Weft console" }
                link rel="icon" href=(ICON);
                style { (PreEscaped(STYLE)) }
            }
            body {
                a class="skip" href="#content" { "Skip to the content" }
                header class="bar" {
                    a class="brand" href="/admin" { "Weft" span { " console" } }
                    @if here.is_some() { (frame::search()) }
                    @if let Some(visitor) = visitor { (visitor.badge()) }
                    @if let Some(here) = here { (frame::menu(here)) }
                }
                main id="content" tabindex="-1" { (content) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_hash_of_the_very_style_sheet_in_the_page() {
        let page = layout("Title", None, Some(Here::Audit), &html! { p { "text" } }).into_string();
        let (_, rest) = page.split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        let hash = STANDARD.encode(Sha256::digest(style));
        assert!(content_security_policy().contains(&format!("style-src 'sha256-{hash}'")));
        // What the policy would not let through must not be there: a second sheet, attributes, scripts.
        assert!(!rest.contains("<style") && !page.contains(" style=") && !page.contains("<script"));
        assert!(!style.contains("url(") && !style.contains("@import"));
    }
}
