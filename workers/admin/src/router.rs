//! The routes of the console, and what each asks for.

use auth::access::Role;
use ids::{AiCallId, DeadLetterId, ErasureId, EventId, JobId, KeyId, ProposalId, RedriveId, TenantId};

use crate::jobs::JobAct;
use crate::proposals::ProposalAct;
use crate::screens::Screen;
use crate::work::Work;

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Leads to the console.
    Root,
    /// A page below the first one, or a form on one.
    Screen(Screen),
    /// The health page.
    HealthPage,
    /// The same as JSON.
    HealthApi,
    /// Usage and spend of all tenants.
    Summary,
    /// The same as comma-separated values.
    SummaryCsv,
    /// How the whole goes.
    Overview,
    /// Groups of dead letters.
    Groups,
    /// What is asked of one of them.
    Group,
    /// Replays all of it.
    Redrive,
    /// Such replays.
    Redrives,
    /// One of them.
    OneRedrive(Option<RedriveId>),
    /// Ends it.
    StopRedrive(Option<RedriveId>),
    /// What takes two people.
    Proposals,
    /// One of them; none where the path has no id of one.
    Proposal(Option<ProposalId>),
    /// Does something with it.
    ProposalAct(Option<ProposalId>, ProposalAct),
    /// Dead letters.
    DeadLetters,
    /// One of them; none where the path has no id of one.
    DeadLetter(Option<DeadLetterId>),
    /// Has its event run again.
    Replay(Option<DeadLetterId>),
    /// Events of all tenants.
    Events,
    /// One of them; none where the path has no id of one.
    Event(Option<EventId>),
    /// A tenant's jobs.
    Jobs,
    /// One of them; none where the path has no id of one, here and below.
    Job(Option<JobId>),
    /// Its runs.
    JobRuns(Option<JobId>),
    /// Does something with it.
    JobAct(Option<JobId>, JobAct),
    /// Instances of workflows, approvals, subscriptions, deliveries.
    Work(Work),
    /// Erasures of a tenant; none where the path has no id of one, here and below.
    Erasures(Option<TenantId>),
    /// One of them.
    Erasure(Option<(TenantId, ErasureId)>),
    /// Its certificate.
    Certificate(Option<(TenantId, ErasureId)>),
    /// How long a tenant's events are kept.
    Retention(Option<TenantId>),
    /// What a tenant may spend on models.
    AiBudget(Option<TenantId>),
    /// What it may ask of models.
    AiPolicy(Option<TenantId>),
    /// Its calls of models that are archived.
    AiCalls(Option<TenantId>),
    /// What was asked and answered in one of them.
    AiCall(Option<(TenantId, AiCallId)>),
    /// The tenants that have a schedule.
    Schedules,
    /// Whether what must hold of the schedules does.
    Scan,
    /// What is asked of a trace.
    Trace,
    /// What operators did.
    Audit,
    /// The whole of it, as lines.
    AuditExport,
    /// The tenants.
    Tenants,
    /// What a tenant may do.
    Tenant(Option<TenantId>),
    /// Suspends it.
    Suspend(Option<TenantId>),
    /// Resumes it.
    Resume(Option<TenantId>),
    /// Its API keys.
    Keys(Option<TenantId>),
    /// One of them.
    Key(Option<(TenantId, KeyId)>),
}

impl Route {
    /// Where the console's pages begin.
    pub const HOME: &str = "/admin";

    /// The route at `path`.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        match path {
            "/" | "/admin/" => Some(Self::Root),
            "/admin" => Some(Self::HealthPage),
            "/admin/api/health" => Some(Self::HealthApi),
            "/admin/api/analytics/summary.json" => Some(Self::Summary),
            "/admin/api/analytics/summary.csv" => Some(Self::SummaryCsv),
            "/admin/api/analytics/overview.json" => Some(Self::Overview),
            "/admin/api/dead-letters/groups" => Some(Self::Groups),
            "/admin/api/proposals" => Some(Self::Proposals),
            "/admin/api/redrives" => Some(Self::Redrives),
            "/admin/api/dead-letters" => Some(Self::DeadLetters),
            "/admin/api/schedules" => Some(Self::Schedules),
            "/admin/api/schedules/scan" => Some(Self::Scan),
            "/admin/api/events" => Some(Self::Events),
            "/admin/api/jobs" => Some(Self::Jobs),
            "/admin/api/audit" => Some(Self::Audit),
            "/admin/api/audit/export" => Some(Self::AuditExport),
            "/admin/api/tenants" => Some(Self::Tenants),
            _ if !is_api(path) => Screen::at(path).map(Self::Screen),
            _ => {
                let parts: Vec<&str> = path.strip_prefix("/admin/api/")?.split('/').collect();
                if parts.contains(&"") {
                    return None;
                }
                Self::of_parts(&parts)
            }
        }
    }

    fn of_parts(parts: &[&str]) -> Option<Self> {
        let both = |tenant: &str, erasure: &str| tenant.parse().ok().zip(erasure.parse().ok());
        match parts {
            ["dead-letters", "groups", _] => Some(Self::Group),
            ["dead-letters", "groups", _, "redrive"] => Some(Self::Redrive),
            ["redrives", id] => Some(Self::OneRedrive(id.parse().ok())),
            ["redrives", id, "stop"] => Some(Self::StopRedrive(id.parse().ok())),
            ["proposals", id] => Some(Self::Proposal(id.parse().ok())),
            ["proposals", id, act] => {
                ProposalAct::named(act).map(|act| Self::ProposalAct(id.parse().ok(), act))
            }
            ["dead-letters", id] => Some(Self::DeadLetter(id.parse().ok())),
            ["dead-letters", id, "replay"] => Some(Self::Replay(id.parse().ok())),
            ["events", id] => Some(Self::Event(id.parse().ok())),
            ["traces", _] => Some(Self::Trace),
            ["jobs", id] => Some(Self::Job(id.parse().ok())),
            ["jobs", id, "runs"] => Some(Self::JobRuns(id.parse().ok())),
            ["jobs", id, act] => JobAct::named(act).map(|act| Self::JobAct(id.parse().ok(), act)),
            ["tenants", tenant, "erasures"] => Some(Self::Erasures(tenant.parse().ok())),
            ["tenants", tenant, "erasures", id] => Some(Self::Erasure(both(tenant, id))),
            ["tenants", tenant, "erasures", id, "certificate"] => Some(Self::Certificate(both(tenant, id))),
            ["tenants", tenant, "retention"] => Some(Self::Retention(tenant.parse().ok())),
            ["tenants", tenant, "ai-budget"] => Some(Self::AiBudget(tenant.parse().ok())),
            ["tenants", tenant, "ai-policy"] => Some(Self::AiPolicy(tenant.parse().ok())),
            ["tenants", tenant, "ai-calls"] => Some(Self::AiCalls(tenant.parse().ok())),
            ["tenants", tenant, "ai-calls", id] => {
                Some(Self::AiCall(tenant.parse().ok().zip(id.parse().ok())))
            }
            ["tenants", tenant] => Some(Self::Tenant(tenant.parse().ok())),
            ["tenants", tenant, "suspend"] => Some(Self::Suspend(tenant.parse().ok())),
            ["tenants", tenant, "resume"] => Some(Self::Resume(tenant.parse().ok())),
            ["tenants", tenant, "keys"] => Some(Self::Keys(tenant.parse().ok())),
            ["tenants", tenant, "keys", key] => Some(Self::Key(tenant.parse().ok().zip(key.parse().ok()))),
            parts => Work::api_at(parts).map(Self::Work),
        }
    }

    /// How logs name it.
    #[must_use]
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Root => "/",
            Self::Screen(screen) => screen.pattern(),
            Self::HealthPage => Self::HOME,
            Self::HealthApi => "/admin/api/health",
            Self::Summary => "/admin/api/analytics/summary.json",
            Self::SummaryCsv => "/admin/api/analytics/summary.csv",
            Self::Overview => "/admin/api/analytics/overview.json",
            Self::Groups => "/admin/api/dead-letters/groups",
            Self::Group => "/admin/api/dead-letters/groups/{fingerprint}",
            Self::Redrive => "/admin/api/dead-letters/groups/{fingerprint}/redrive",
            Self::Redrives => "/admin/api/redrives",
            Self::OneRedrive(_) => "/admin/api/redrives/{id}",
            Self::StopRedrive(_) => "/admin/api/redrives/{id}/stop",
            Self::Proposals => "/admin/api/proposals",
            Self::Proposal(_) => "/admin/api/proposals/{id}",
            Self::ProposalAct(_, ProposalAct::Approve) => "/admin/api/proposals/{id}/approve",
            Self::ProposalAct(_, ProposalAct::Reject) => "/admin/api/proposals/{id}/reject",
            Self::ProposalAct(_, ProposalAct::Withdraw) => "/admin/api/proposals/{id}/withdraw",
            Self::ProposalAct(_, ProposalAct::Collect) => "/admin/api/proposals/{id}/collect",
            Self::DeadLetters => "/admin/api/dead-letters",
            Self::DeadLetter(_) => "/admin/api/dead-letters/{id}",
            Self::Replay(_) => "/admin/api/dead-letters/{id}/replay",
            Self::Events => "/admin/api/events",
            Self::Event(_) => "/admin/api/events/{id}",
            Self::Jobs => "/admin/api/jobs",
            Self::Job(_) => "/admin/api/jobs/{id}",
            Self::JobRuns(_) => "/admin/api/jobs/{id}/runs",
            Self::JobAct(_, JobAct::Run) => "/admin/api/jobs/{id}/run",
            Self::JobAct(_, JobAct::Pause) => "/admin/api/jobs/{id}/pause",
            Self::JobAct(_, JobAct::Resume) => "/admin/api/jobs/{id}/resume",
            Self::Work(work) => work.patterns().1,
            Self::Erasures(_) => "/admin/api/tenants/{id}/erasures",
            Self::Erasure(_) => "/admin/api/tenants/{id}/erasures/{erasure}",
            Self::Certificate(_) => "/admin/api/tenants/{id}/erasures/{erasure}/certificate",
            Self::Retention(_) => "/admin/api/tenants/{id}/retention",
            Self::AiBudget(_) => "/admin/api/tenants/{id}/ai-budget",
            Self::AiPolicy(_) => "/admin/api/tenants/{id}/ai-policy",
            Self::AiCalls(_) => "/admin/api/tenants/{id}/ai-calls",
            Self::AiCall(_) => "/admin/api/tenants/{id}/ai-calls/{call}",
            Self::Schedules => "/admin/api/schedules",
            Self::Scan => "/admin/api/schedules/scan",
            Self::Trace => "/admin/api/traces/{trace_id}",
            Self::Audit => "/admin/api/audit",
            Self::AuditExport => "/admin/api/audit/export",
            Self::Tenants => "/admin/api/tenants",
            Self::Tenant(_) => "/admin/api/tenants/{id}",
            Self::Suspend(_) => "/admin/api/tenants/{id}/suspend",
            Self::Resume(_) => "/admin/api/tenants/{id}/resume",
            Self::Keys(_) => "/admin/api/tenants/{id}/keys",
            Self::Key(_) => "/admin/api/tenants/{id}/keys/{key}",
        }
    }

    /// The methods that it has, as the `Allow` header lists them.
    #[must_use]
    pub const fn allow(self) -> &'static str {
        match self {
            Self::Screen(screen) => screen.allow(),
            Self::Work(work) => work.allow(),
            Self::Redrive
            | Self::StopRedrive(_)
            | Self::Replay(_)
            | Self::Suspend(_)
            | Self::Resume(_)
            | Self::ProposalAct(..)
            | Self::JobAct(..) => "POST",
            Self::Tenant(_) => "GET, HEAD, PATCH",
            Self::Key(_) => "DELETE",
            Self::Erasures(_) | Self::Keys(_) | Self::Tenants | Self::Proposals => "GET, HEAD, POST",
            Self::Retention(_) | Self::AiBudget(_) | Self::AiPolicy(_) => "GET, HEAD, PUT",
            _ => "GET, HEAD",
        }
    }

    /// Whether it has `method`.
    #[must_use]
    pub fn allows(self, method: &str) -> bool {
        self.allow().split(", ").any(|allowed| allowed == method)
    }

    /// The least role that may use it with `method`.
    #[must_use]
    pub fn needs(self, method: &str) -> Role {
        match self {
            Self::Screen(screen) => screen.needs(method),
            Self::Work(work) => work.needs(),
            // Of a proposal, its action says whether it takes more.
            Self::Redrive
            | Self::StopRedrive(_)
            | Self::Replay(_)
            | Self::ProposalAct(..)
            | Self::AiCall(_)
            | Self::JobAct(..) => Role::Operator,
            Self::Proposals if !matches!(method, "GET" | "HEAD") => Role::Operator,
            Self::Suspend(_) | Self::Resume(_) | Self::Key(_) => Role::Owner,
            Self::Erasures(_)
            | Self::Retention(_)
            | Self::AiBudget(_)
            | Self::AiPolicy(_)
            | Self::Tenant(_)
            | Self::Keys(_)
            | Self::Tenants
                if !matches!(method, "GET" | "HEAD") =>
            {
                Role::Owner
            }
            _ => Role::Viewer,
        }
    }
}

/// Whether `path` is the API's, whose errors are never pages.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.starts_with("/admin/api/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched_exactly() {
        assert_eq!(Route::at("/"), Some(Route::Root));
        assert_eq!(Route::at("/admin/"), Some(Route::Root));
        for route in [Route::Schedules, Route::Scan, Route::Summary, Route::SummaryCsv, Route::Overview] {
            assert_eq!(Route::at(route.pattern()), Some(route));
            assert_eq!((route.allow(), route.needs("GET")), ("GET, HEAD", Role::Viewer));
        }
        for route in [Route::HealthPage, Route::HealthApi, Route::Audit, Route::AuditExport, Route::Tenants] {
            assert_eq!(Route::at(route.pattern()), Some(route));
        }
        let id = DeadLetterId::from_parts(1, [1; 10]);
        let key = KeyId::from_parts(1, [4; 10]);
        let call = AiCallId::from_parts(1, [7; 10]);
        let (event, job) = (EventId::from_parts(1, [5; 10]), JobId::from_parts(1, [6; 10]));
        let (tenant, erasure) = (TenantId::from_parts(1, [2; 10]), ErasureId::from_parts(1, [3; 10]));
        for (path, route) in [
            ("/admin/api/dead-letters".to_owned(), Route::DeadLetters),
            (format!("/admin/api/dead-letters/{id}"), Route::DeadLetter(Some(id))),
            (format!("/admin/api/dead-letters/{id}/replay"), Route::Replay(Some(id))),
            ("/admin/api/dead-letters/evt_1/replay".to_owned(), Route::Replay(None)),
            (format!("/admin/api/events/{event}"), Route::Event(Some(event))),
            ("/admin/api/events/1".to_owned(), Route::Event(None)),
            (format!("/admin/api/jobs/{job}"), Route::Job(Some(job))),
            (format!("/admin/api/jobs/{job}/runs"), Route::JobRuns(Some(job))),
            (format!("/admin/api/jobs/{job}/run"), Route::JobAct(Some(job), JobAct::Run)),
            (format!("/admin/api/jobs/{event}/pause"), Route::JobAct(None, JobAct::Pause)),
            (format!("/admin/api/jobs/{job}/resume"), Route::JobAct(Some(job), JobAct::Resume)),
            (format!("/admin/api/tenants/{tenant}/erasures"), Route::Erasures(Some(tenant))),
            (
                format!("/admin/api/tenants/{tenant}/erasures/{erasure}"),
                Route::Erasure(Some((tenant, erasure))),
            ),
            (
                format!("/admin/api/tenants/{tenant}/erasures/{erasure}/certificate"),
                Route::Certificate(Some((tenant, erasure))),
            ),
            (format!("/admin/api/tenants/{tenant}/erasures/evt_1"), Route::Erasure(None)),
            (format!("/admin/api/tenants/{tenant}/retention"), Route::Retention(Some(tenant))),
            ("/admin/api/tenants/acme/retention".to_owned(), Route::Retention(None)),
            (format!("/admin/api/tenants/{tenant}/ai-budget"), Route::AiBudget(Some(tenant))),
            (format!("/admin/api/tenants/{event}/ai-budget"), Route::AiBudget(None)),
            (format!("/admin/api/tenants/{tenant}/ai-policy"), Route::AiPolicy(Some(tenant))),
            (format!("/admin/api/tenants/{tenant}/ai-calls"), Route::AiCalls(Some(tenant))),
            (format!("/admin/api/tenants/{tenant}/ai-calls/{call}"), Route::AiCall(Some((tenant, call)))),
            (format!("/admin/api/tenants/{tenant}/ai-calls/{tenant}"), Route::AiCall(None)),
            (format!("/admin/api/tenants/{tenant}"), Route::Tenant(Some(tenant))),
            (format!("/admin/api/tenants/{tenant}/suspend"), Route::Suspend(Some(tenant))),
            (format!("/admin/api/tenants/{tenant}/keys"), Route::Keys(Some(tenant))),
            (format!("/admin/api/tenants/{tenant}/keys/{key}"), Route::Key(Some((tenant, key)))),
            (format!("/admin/api/tenants/{tenant}/keys/{tenant}"), Route::Key(None)),
        ] {
            assert_eq!(Route::at(&path), Some(route), "{path}");
        }
        for path in [
            "/admin/api/jobs/a/delete",
            "/admin/api/events/a/b",
            "/admin/api/dead-letters/",
            "/admin/api/dead-letters//replay",
            "/admin/api/dead-letters/a/b/replay",
            "/admin/api/tenants/a/erasures/",
            "/admin/api/tenants//retention",
            "/admin/api/tenants/a/retention/b",
            "",
            "/Admin",
            "/admin/api",
            "/admin/api/health/",
            "/admin/../admin",
            "/administrator",
        ] {
            assert_eq!(Route::at(path), None, "{path}");
        }
    }

    #[test]
    fn methods_are_those_that_allow_lists() {
        assert!(Route::HealthPage.allows("GET") && Route::HealthPage.allows("HEAD"));
        for method in ["POST", "get", "", "GET, HEAD", "OPTIONS"] {
            assert!(!Route::HealthPage.allows(method), "{method}");
        }
        assert!(Route::Replay(None).allows("POST") && !Route::Replay(None).allows("GET"));
        for (route, method, role) in [
            (Route::DeadLetters, "GET", Role::Viewer),
            (Route::Replay(None), "POST", Role::Operator),
            (Route::Event(None), "GET", Role::Viewer),
            (Route::JobAct(None, JobAct::Run), "POST", Role::Operator),
            (Route::Erasures(None), "HEAD", Role::Viewer),
            (Route::Erasures(None), "POST", Role::Owner),
            (Route::Certificate(None), "GET", Role::Viewer),
            (Route::Retention(None), "GET", Role::Viewer),
            (Route::Retention(None), "PUT", Role::Owner),
            (Route::AiBudget(None), "GET", Role::Viewer),
            (Route::AiBudget(None), "PUT", Role::Owner),
            (Route::AiPolicy(None), "GET", Role::Viewer),
            (Route::AiPolicy(None), "PUT", Role::Owner),
            (Route::AiCalls(None), "GET", Role::Viewer),
            (Route::AiCall(None), "GET", Role::Operator),
            (Route::Keys(None), "GET", Role::Viewer),
            (Route::Keys(None), "POST", Role::Owner),
            (Route::Key(None), "DELETE", Role::Owner),
            (Route::Tenant(None), "PATCH", Role::Owner),
            (Route::Suspend(None), "POST", Role::Owner),
        ] {
            assert_eq!((route.needs(method), route.allows(method)), (role, true), "{method} {route:?}");
        }
    }
}
