//! Who is signed in, as every page shows it.

use maud::{Markup, html};

/// Whoever looks at a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// A person's address, or a service token's client id.
    pub name: String,
    /// The role, if any.
    pub role: Option<&'static str>,
    /// Where to sign out.
    pub sign_out_url: String,
}

impl Visitor {
    pub(super) fn badge(&self) -> Markup {
        html! {
            div class="visitor" {
                span class="name" { (self.name) }
                span class="role" { (self.role.unwrap_or("no role")) }
                a href=(self.sign_out_url) { "Sign out" }
            }
        }
    }
}
