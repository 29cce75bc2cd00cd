//! The console's pages below its first one, and the forms on them.

use auth::access::Role;
use ids::{
    DeadLetterId, DeliveryId, EventId, JobId, KeyId, ProposalId, RedriveId, SignalId, SubscriptionId,
    TenantId,
};

use crate::proposals::ProposalAct;
use crate::work::Work;
use crate::workflows::InstanceRef;

/// A page, or what a form on one asks for. An id is none where the path has none of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The tenants; a form makes one.
    Tenants,
    /// One of them, with its keys; a form changes it.
    Tenant(Option<TenantId>),
    /// Suspends it.
    Suspend(Option<TenantId>),
    /// Resumes it.
    Resume(Option<TenantId>),
    /// Issues a key.
    Keys(Option<TenantId>),
    /// Revokes one.
    Revoke(Option<(TenantId, KeyId)>),
    /// How the whole goes.
    Overview,
    /// Usage and spend.
    Usage,
    /// Groups of dead letters, and redrives.
    Groups,
    /// What is asked of one of them.
    Group,
    /// Replays all of it.
    Redrive,
    /// One redrive.
    OneRedrive(Option<RedriveId>),
    /// Ends it.
    StopRedrive(Option<RedriveId>),
    /// What takes two people; a form proposes something.
    Proposals,
    /// One of them.
    Proposal(Option<ProposalId>),
    /// Does something with it.
    ProposalAct(Option<ProposalId>, ProposalAct),
    /// Dead letters.
    DeadLetters,
    /// One of them.
    DeadLetter(Option<DeadLetterId>),
    /// Has its event run again.
    Replay(Option<DeadLetterId>),
    /// What is on record of a trace.
    Trace,
    /// What operators did.
    Audit,
    /// Leads to the page of an id.
    Search,
    /// Events, workflows, jobs, approvals, deliveries.
    Work(Work),
}

impl Screen {
    /// The page at `path`, which begins with a slash after `/admin`.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.strip_prefix("/admin/")?.split('/').collect();
        Some(match &*parts {
            ["tenants"] => Self::Tenants,
            ["tenants", tenant] => Self::Tenant(tenant.parse().ok()),
            ["tenants", tenant, "suspend"] => Self::Suspend(tenant.parse().ok()),
            ["tenants", tenant, "resume"] => Self::Resume(tenant.parse().ok()),
            ["tenants", tenant, "keys"] => Self::Keys(tenant.parse().ok()),
            ["tenants", tenant, "keys", key, "revoke"] => {
                Self::Revoke(tenant.parse().ok().zip(key.parse().ok()))
            }
            ["overview"] => Self::Overview,
            ["usage"] => Self::Usage,
            ["dead-letters", "groups"] => Self::Groups,
            ["dead-letters", "groups", _] => Self::Group,
            ["dead-letters", "groups", _, "redrive"] => Self::Redrive,
            ["redrives", id] => Self::OneRedrive(id.parse().ok()),
            ["redrives", id, "stop"] => Self::StopRedrive(id.parse().ok()),
            ["proposals"] => Self::Proposals,
            ["proposals", id] => Self::Proposal(id.parse().ok()),
            ["proposals", id, act] => Self::ProposalAct(id.parse().ok(), ProposalAct::named(act)?),
            ["dead-letters"] => Self::DeadLetters,
            ["dead-letters", letter] => Self::DeadLetter(letter.parse().ok()),
            ["dead-letters", letter, "replay"] => Self::Replay(letter.parse().ok()),
            ["traces", _] => Self::Trace,
            ["audit"] => Self::Audit,
            ["search"] => Self::Search,
            parts => Self::Work(Work::page_at(parts)?),
        })
    }

    /// How logs name it.
    #[must_use]
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Tenants => "/admin/tenants",
            Self::Tenant(_) => "/admin/tenants/{id}",
            Self::Suspend(_) => "/admin/tenants/{id}/suspend",
            Self::Resume(_) => "/admin/tenants/{id}/resume",
            Self::Keys(_) => "/admin/tenants/{id}/keys",
            Self::Revoke(_) => "/admin/tenants/{id}/keys/{key}/revoke",
            Self::Overview => "/admin/overview",
            Self::Usage => "/admin/usage",
            Self::Groups => "/admin/dead-letters/groups",
            Self::Group => "/admin/dead-letters/groups/{fingerprint}",
            Self::Redrive => "/admin/dead-letters/groups/{fingerprint}/redrive",
            Self::OneRedrive(_) => "/admin/redrives/{id}",
            Self::StopRedrive(_) => "/admin/redrives/{id}/stop",
            Self::Proposals => "/admin/proposals",
            Self::Proposal(_) => "/admin/proposals/{id}",
            Self::ProposalAct(..) => "/admin/proposals/{id}/{act}",
            Self::DeadLetters => "/admin/dead-letters",
            Self::DeadLetter(_) => "/admin/dead-letters/{id}",
            Self::Replay(_) => "/admin/dead-letters/{id}/replay",
            Self::Trace => "/admin/traces/{trace_id}",
            Self::Audit => "/admin/audit",
            Self::Search => "/admin/search",
            Self::Work(work) => work.patterns().0,
        }
    }

    /// The methods that it has.
    #[must_use]
    pub const fn allow(self) -> &'static str {
        match self {
            Self::Tenants | Self::Tenant(_) | Self::Proposals => "GET, HEAD, POST",
            Self::Suspend(_)
            | Self::Resume(_)
            | Self::Keys(_)
            | Self::Revoke(_)
            | Self::Redrive
            | Self::StopRedrive(_)
            | Self::ProposalAct(..)
            | Self::Replay(_) => "POST",
            Self::Overview
            | Self::Usage
            | Self::Groups
            | Self::Group
            | Self::OneRedrive(_)
            | Self::Proposal(_)
            | Self::DeadLetters
            | Self::DeadLetter(_)
            | Self::Trace
            | Self::Audit
            | Self::Search => "GET, HEAD",
            Self::Work(work) => work.allow(),
        }
    }

    /// The least role that may use it with `method`.
    #[must_use]
    pub fn needs(self, method: &str) -> Role {
        match self {
            Self::Redrive | Self::StopRedrive(_) | Self::Replay(_) | Self::ProposalAct(..) => Role::Operator,
            Self::Proposals if method == "POST" => Role::Operator,
            Self::Work(work) => work.needs(),
            _ if matches!(method, "GET" | "HEAD") => Role::Viewer,
            _ => Role::Owner,
        }
    }
}

/// Where an id leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// To this page. What has no page of its own is looked up in the audit, as a target or a trace.
    Page(String),
    /// To a page that only the pipeline can tell: it says whose the thing is.
    Located,
    /// To this page, once it is known whose the thing is: it is known within its tenant alone.
    WithTenant(String),
}

impl Lead {
    /// Where `id` leads: its prefix says of what kind it is.
    #[must_use]
    pub fn of(id: &str) -> Self {
        let id = id.trim();
        let plain: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let trace = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        Self::Page(if id.parse::<TenantId>().is_ok() {
            format!("/admin/tenants/{id}")
        } else if id.parse::<DeadLetterId>().is_ok() {
            format!("/admin/dead-letters/{id}")
        } else if id.parse::<ProposalId>().is_ok() {
            format!("/admin/proposals/{id}")
        } else if id.parse::<RedriveId>().is_ok() {
            format!("/admin/redrives/{id}")
        } else if id.parse::<EventId>().is_ok() {
            format!("/admin/events/{id}")
        } else if id.parse::<InstanceRef>().is_ok() {
            format!("/admin/workflows/{id}")
        } else if id.parse::<SignalId>().is_ok() || id.parse::<SubscriptionId>().is_ok() {
            return Self::Located;
        } else if id.parse::<JobId>().is_ok() {
            return Self::WithTenant(format!("/admin/jobs/{id}"));
        } else if id.parse::<DeliveryId>().is_ok() {
            return Self::WithTenant(format!("/admin/deliveries/{id}"));
        } else if trace {
            format!("/admin/traces/{plain}")
        } else if id.contains('_') || id.contains(':') {
            format!("/admin/audit?target={plain}")
        } else {
            format!("/admin/tenants?slug={plain}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_pages_and_forms() {
        let tenant = TenantId::from_parts(1, [2; 10]);
        let (key, letter) = (KeyId::from_parts(1, [4; 10]), DeadLetterId::from_parts(1, [1; 10]));
        for (path, screen) in [
            ("/admin/tenants".to_owned(), Screen::Tenants),
            (format!("/admin/tenants/{tenant}"), Screen::Tenant(Some(tenant))),
            ("/admin/tenants/acme".to_owned(), Screen::Tenant(None)),
            (format!("/admin/tenants/{tenant}/suspend"), Screen::Suspend(Some(tenant))),
            (format!("/admin/tenants/{tenant}/keys"), Screen::Keys(Some(tenant))),
            (format!("/admin/tenants/{tenant}/keys/{key}/revoke"), Screen::Revoke(Some((tenant, key)))),
            (format!("/admin/dead-letters/{letter}/replay"), Screen::Replay(Some(letter))),
        ] {
            assert_eq!(Screen::at(&path), Some(screen), "{path}");
        }
        for path in ["/admin/", "/admin/tenants/", "/admin/tenants/a/b", "/admin/audit/", "/tenants"] {
            assert!(!matches!(Screen::at(path), Some(screen) if screen != Screen::Tenant(None)), "{path}");
        }
    }

    #[test]
    fn an_id_leads_to_its_page() {
        let (tenant, letter) = (TenantId::from_parts(1, [2; 10]), DeadLetterId::from_parts(1, [1; 10]));
        let key = KeyId::from_parts(1, [4; 10]);
        let event = EventId::from_parts(1, [5; 10]);
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        for (id, path) in [
            (format!(" {tenant} "), format!("/admin/tenants/{tenant}")),
            (letter.to_string(), format!("/admin/dead-letters/{letter}")),
            (key.to_string(), format!("/admin/audit?target={key}")),
            (event.to_string(), format!("/admin/events/{event}")),
            (format!("{event}-3"), format!("/admin/workflows/{event}-3")),
            (trace.to_owned(), format!("/admin/traces/{trace}")),
            ("acme".to_owned(), "/admin/tenants?slug=acme".to_owned()),
            ("//elsewhere".to_owned(), "/admin/tenants?slug=%2F%2Felsewhere".to_owned()),
        ] {
            assert_eq!(Lead::of(&id), Lead::Page(path));
        }
        let (job, signal) = (JobId::from_parts(1, [6; 10]), SignalId::from_parts(1, [7; 10]));
        assert_eq!(Lead::of(&job.to_string()), Lead::WithTenant(format!("/admin/jobs/{job}")));
        assert_eq!(Lead::of(&signal.to_string()), Lead::Located);
    }
}
