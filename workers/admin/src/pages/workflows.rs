//! Instances of workflows, and one of them with its steps and what may be done with it.

use app::ports::SteeredWorkflow;
use domain::workflow::RunStatus;
use http_api::Page;
use maud::{Markup, html};

use super::frame::{Frame, Here};
use super::given::Given;
use super::parts::{choice, more, proof, state, tenant_field, time, trace};
use super::prose::sentence;
use super::timeline::timeline;
use crate::tenants::TenantView;
use crate::workflows::{InstanceDetailView, InstanceView};

/// A page of instances.
#[must_use]
pub fn workflows(
    frame: &Frame<'_>,
    page: &Page<InstanceView>,
    given: &Given,
    tenants: &[TenantView],
) -> Markup {
    let value = |name| given.value(name).unwrap_or_default();
    let all = SteeredWorkflow::all();
    let names: Vec<&str> = std::iter::once("").chain(all.iter().map(|one| one.as_str())).collect();
    let statuses: Vec<&str> =
        std::iter::once("").chain(RunStatus::ALL.into_iter().map(RunStatus::as_str)).collect();
    frame.page(
        Here::Workflows,
        "Workflows",
        &html! {
            h1 { "Workflows" }
            p class="lead" { "Durable work, the last begun first: runs of events, and what tenants started." }
            form class="filters" method="get" {
                (tenant_field(tenants, value("tenant"), false))
                (choice("name", "Workflow", &names, value("name")))
                (choice("status", "Status", &statuses, value("status")))
                button class="button" { "Show" }
            }
            @if page.items.is_empty() { p class="empty" { "No instance is like that." } } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Instances" { table {
                    thead { tr {
                        th scope="col" { "Begun" } th scope="col" { "Workflow" } th scope="col" { "State" }
                        th scope="col" { "Ended" } th scope="col" { "Error" } th scope="col" { "Id" }
                    } }
                    tbody { @for instance in &page.items { tr {
                        th scope="row" { a href={ "/admin/workflows/" (instance.id) } { (time(instance.started_at)) } }
                        td { (instance.name) }
                        td { (state(&instance.status)) }
                        td { @if let Some(at) = instance.ended_at { (time(at)) } }
                        td class="loose" { @if let Some(error) = &instance.error { (sentence(error)) } }
                        td { code { (instance.id) } }
                    } } }
                } }
                (more(page.next_cursor.as_deref(), &given.filters(&["tenant", "name", "status"])))
            }
        },
    )
}

/// One instance.
#[must_use]
pub fn workflow(frame: &Frame<'_>, detail: &InstanceDetailView, now: http_api::Timestamp) -> Markup {
    let instance = &detail.instance;
    let approval = instance.name == "spend_approval";
    frame.page(
        Here::Workflows,
        "Instance",
        &html! {
            p class="crumbs" { a href="/admin/workflows" { "Workflows" } }
            div class="title" {
                h1 { (instance.name) " " (state(&instance.status)) }
                div class="actions" {
                    @if let Some(event) = instance.event_id {
                        a class="button" href={ "/admin/events/" (event) } { "Its event" }
                    }
                    @if approval {
                        a class="button" href={ "/admin/approvals/" (instance.id) "?tenant=" (instance.tenant) } { "Its approval" }
                    }
                }
            }
            @if let Some(error) = &instance.error { p class="summary down" { (sentence(error)) } }
            @if detail.engine == "missing" {
                p class="summary degraded" {
                    "The engine has no instance of this id: it was not started yet, or is forgotten by now."
                }
            }
            dl class="panel" {
                dt { "Id" } dd { code { (instance.id) } }
                dt { "Tenant" } dd { a href={ "/admin/tenants/" (instance.tenant) } { code { (instance.tenant) } } }
                dt { "Begun" } dd { (time(instance.started_at)) }
                @if let Some(at) = instance.ended_at { dt { "Ended" } dd { (time(at)) } }
                dt { "Version" } dd { (instance.version) }
                dt { "Trace" } dd { (trace(&instance.trace_id)) }
            }
            section aria-labelledby="steps" {
                h2 id="steps" { "Steps" }
                @if detail.steps.is_empty() && instance.event_id.is_some() {
                    p class="empty" { "None is on record: those of an earlier run are forgotten when another begins." }
                } @else { (timeline(&detail.steps, &[], now, true)) }
            }
            @if frame.operator() { (control(frame, detail)) }
            p { a href={ "/admin/audit?target=" (instance.id) } { "What operators did with it" } }
        },
    )
}

fn control(frame: &Frame<'_>, detail: &InstanceDetailView) -> Markup {
    let instance = &detail.instance;
    let ended = matches!(&*instance.status, "completed" | "failed" | "terminated");
    html! {
        section class="panel" aria-labelledby="control" {
            h2 id="control" { "Steer it" }
            @if !ended {
                div class="actions" {
                    @if instance.status == "paused" {
                        (act(frame, instance, "resume", "Resume", "button main"))
                    } @else {
                        (act(frame, instance, "pause", "Pause", "button main"))
                    }
                    (act(frame, instance, "terminate", "Terminate", "button danger"))
                }
                p class="small" {
                    "Paused, it stops after the step under way. Terminated, it ends for good"
                    @if instance.event_id.is_some() { ": its event fails, with a dead letter that can be replayed" }
                    "."
                }
            }
            form method="post" class="fields" action={ "/admin/workflows/" (instance.id) "/restart" } {
                (proof(frame)) (shown(instance))
                @if detail.no_restart_from.is_none() && !detail.steps.is_empty() {
                    label class="field" {
                        span { "From" }
                        select name="from" {
                            option value="" { "the first step" }
                            @for step in &detail.steps { option value=(step.name) { (step.name) } }
                        }
                    }
                }
                button class="button" { "Restart" }
            }
            p class="small" {
                @match &detail.no_restart_from {
                    Some(why) => { "From a step in between it cannot be restarted: " (why) "." }
                    None => "From a step, what stands before it stays on record and is not done again.",
                }
            }
        }
    }
}

fn act(frame: &Frame<'_>, instance: &InstanceView, name: &str, label: &str, class: &str) -> Markup {
    html! {
        form method="post" action={ "/admin/workflows/" (instance.id) "/" (name) } {
            (proof(frame)) (shown(instance))
            button class=(class) { (label) }
        }
    }
}

/// As it was shown: what has changed since is not acted upon.
fn shown(instance: &InstanceView) -> Markup {
    html! {
        input type="hidden" name="version" value=(instance.version);
        input type="hidden" name="status" value=(instance.status);
    }
}
