//! What surrounds every page for somebody who is signed in.

use auth::access::Role;
use maud::{Markup, html};
use mesh::TraceContext;

use super::{Visitor, layout};

/// Which part of the console a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// How the Workers are.
    Health,
    /// How the whole goes.
    Overview,
    /// Usage and spend.
    Usage,
    /// Tenants and keys.
    Tenants,
    /// What tenants sent.
    Events,
    /// Durable work.
    Workflows,
    /// What tenants scheduled.
    Jobs,
    /// What people are asked.
    Approvals,
    /// What was sent to tenants.
    Deliveries,
    /// What takes two operators.
    Proposals,
    /// What was given up.
    DeadLetters,
    /// What operators did.
    Audit,
    /// An answer to a search, which is in no part.
    Search,
}

impl Here {
    const ALL: [(Self, &'static str, &'static str); 12] = [
        (Self::Health, "/admin", "Health"),
        (Self::Overview, "/admin/overview", "Overview"),
        (Self::Tenants, "/admin/tenants", "Tenants"),
        (Self::Usage, "/admin/usage", "Usage"),
        (Self::Events, "/admin/events", "Events"),
        (Self::Workflows, "/admin/workflows", "Workflows"),
        (Self::Jobs, "/admin/jobs", "Jobs"),
        (Self::Approvals, "/admin/approvals", "Approvals"),
        (Self::Deliveries, "/admin/subscriptions", "Deliveries"),
        (Self::DeadLetters, "/admin/dead-letters", "Dead letters"),
        (Self::Proposals, "/admin/proposals", "Proposals"),
        (Self::Audit, "/admin/audit", "Audit"),
    ];
}

/// Who looks, with what role, in which request.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Who is signed in.
    pub visitor: &'a Visitor,
    /// With which role.
    pub role: Option<Role>,
    /// What their forms carry.
    pub form_token: &'a str,
    /// The request's trace.
    pub trace: TraceContext,
}

impl Frame<'_> {
    /// Whether what an operator may do is offered.
    #[must_use]
    pub fn operator(&self) -> bool {
        self.role >= Some(Role::Operator)
    }

    /// Whether what an owner may do is offered.
    #[must_use]
    pub fn owner(&self) -> bool {
        self.role >= Some(Role::Owner)
    }

    /// A whole page.
    #[must_use]
    pub fn page(&self, here: Here, title: &str, content: &Markup) -> Markup {
        let content = html! {
            (content)
            footer { p { "Trace " code { (self.trace.trace_id()) } } }
        };
        layout(title, Some(self.visitor), Some(here), &content)
    }
}

/// The way to the parts of the console.
pub(super) fn menu(here: Here) -> Markup {
    html! {
        nav aria-label="Console" {
            ul { @for (part, path, name) in Here::ALL {
                li { a href=(path) aria-current=[(part == here).then_some("page")] { (name) } }
            } }
        }
    }
}

/// The way to anything by its id.
pub(super) fn search() -> Markup {
    html! {
        form class="search" role="search" action="/admin/search" {
            label for="search" { "Any id" }
            input id="search" name="q" type="search" required autocomplete="off";
            button class="button" { "Go" }
        }
    }
}
