//! A tenant's jobs, and one of them with its next times and its runs.

use http_api::Page;
use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::given::Given;
use super::parts::{choice, more, proof, state, tenant_field, time, trace};
use super::prose::sentence;
use super::timeline::duration;
use crate::jobs::{JobView, RunView, STANDINGS};
use crate::tenants::TenantView;

/// A page of jobs; none until a tenant is chosen.
#[must_use]
pub fn jobs(
    frame: &Frame<'_>,
    page: Option<&Page<JobView>>,
    given: &Given,
    tenants: &[TenantView],
) -> Markup {
    let value = |name| given.value(name).unwrap_or_default();
    let standings: Vec<&str> = std::iter::once("").chain(STANDINGS.iter().map(|(name, _)| *name)).collect();
    frame.page(
        Here::Jobs,
        "Jobs",
        &html! {
            h1 { "Jobs" }
            p class="lead" { "What a tenant has scheduled, newest first." }
            form class="filters" method="get" {
                (tenant_field(tenants, value("tenant"), true))
                (choice("standing", "Standing", &standings, value("standing")))
                button class="button" { "Show" }
            }
            @match page {
                None => { p class="empty" { "Choose a tenant: jobs are looked up tenant by tenant." } }
                Some(page) if page.items.is_empty() => { p class="empty" { "No job is like that." } }
                Some(page) => {
                    div class="scroll" tabindex="0" role="region" aria-label="Jobs" { table {
                        thead { tr {
                            th scope="col" { "Job" } th scope="col" { "State" } th scope="col" { "Next run" }
                            th scope="col" { "Failing since" } th scope="col" { "Made" }
                        } }
                        tbody { @for job in &page.items { tr {
                            th scope="row" { a href={ "/admin/jobs/" (job.id) "?tenant=" (job.tenant) } { (job.name) } }
                            td { (state(job.status)) }
                            td { @match job.next_run_at { Some(at) => (time(at)), None => "none" } }
                            td { @if let Some(at) = job.failing_since { span class="down" { (time(at)) } } }
                            td { (time(job.created_at)) }
                        } } }
                    } }
                    (more(page.next_cursor.as_deref(), &given.filters(&["tenant", "standing"])))
                }
            }
        },
    )
}

/// One job.
#[must_use]
pub fn job(frame: &Frame<'_>, job: &JobView, runs: &Page<RunView>) -> Markup {
    let tenant = job.tenant.to_string();
    frame.page(
        Here::Jobs,
        &job.name,
        &html! {
            p class="crumbs" { a href={ "/admin/jobs?tenant=" (tenant) } { "Jobs" } }
            div class="title" {
                h1 { (job.name) " " (state(job.status)) }
                @if frame.operator() {
                    div class="actions" {
                        (act(frame, job, "run", "Run now", "button main"))
                        @if job.status == "paused" { (act(frame, job, "resume", "Resume", "button")) }
                        @if job.status == "active" { (act(frame, job, "pause", "Pause", "button")) }
                    }
                }
            }
            @if let Some(at) = job.failing_since { p class="summary down" { "It has failed since " (time(at)) "." } }
            dl class="panel" {
                dt { "Id" } dd { code { (job.id) } }
                dt { "Tenant" } dd { a href={ "/admin/tenants/" (tenant) } { code { (tenant) } } }
                dt { "Made" } dd { (time(job.created_at)) ", version " (job.version) }
                dt { "Next" } dd {
                    @if job.preview.is_empty() { "never" } @else {
                        ul class="times" { @for at in &job.preview { li { (time(*at)) } } }
                    }
                }
            }
            section aria-labelledby="runs" {
                h2 id="runs" { "Runs" }
                @if runs.items.is_empty() { p class="empty" { "It has not run." } } @else {
                    div class="scroll" tabindex="0" role="region" aria-label="Runs" { table {
                        thead { tr {
                            th scope="col" { "Due" } th scope="col" { "Outcome" } th scope="col" { "Late by" }
                            th scope="col" { "Took" } th scope="col" { "Tries" } th scope="col" { "What came of it" }
                        } }
                        tbody { @for run in &runs.items { (row(run)) } }
                    } }
                    (more(runs.next_cursor.as_deref(), &[("tenant", Some(&tenant))]))
                }
            }
            p { a href={ "/admin/audit?target=" (job.id) } { "What operators did with it" } }
        },
    )
}

fn row(run: &RunView) -> Markup {
    let took = run.started_at.zip(run.ended_at).map(|(from, to)| to.unix_ms().saturating_sub(from.unix_ms()));
    html! {
        tr {
            th scope="row" { (time(run.scheduled_for)) @if run.count > 1 { " and " (run.count - 1) " more" } }
            td { (state(&run.outcome_name())) }
            td class="gauge" { @if let Some(ms) = run.lateness_ms { (duration(ms)) } }
            td class="gauge" { @if let Some(ms) = took { (duration(ms)) } }
            td { (run.attempts) }
            td class="loose" {
                @if let Some(error) = &run.error { p class="error" { (sentence(error)) } }
                @if let Some(event) = run.event_id { a href={ "/admin/events/" (event) } { "its event" } " " }
                span class="small" { "trace " (trace(&run.trace_id)) }
            }
        }
    }
}

fn act(frame: &Frame<'_>, job: &JobView, name: &str, label: &str, class: &str) -> Markup {
    html! {
        form method="post" action={ "/admin/jobs/" (job.id) "/" (name) } {
            (proof(frame))
            input type="hidden" name="tenant" value=(job.tenant);
            button class=(class) { (label) }
        }
    }
}
