//! The health page: each Worker on a card.

use maud::{Markup, html};
use mesh::TraceContext;

use super::prose::{capitalized, sentence};
use super::{Here, Visitor, layout};
use crate::api::{DependencyHealth, MeshHealth, ServiceHealth, Status};
use crate::router::Route;

/// The order of a request's way in; Workers that it does not name come last.
const ORDER: [&str; 4] = ["gateway", "scheduler", "pipeline", "admin"];

/// The page.
#[must_use]
pub fn health(mesh: &MeshHealth, visitor: &Visitor, trace: TraceContext) -> Markup {
    let mut services: Vec<_> = mesh.services.iter().collect();
    services.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == *name).unwrap_or(ORDER.len()));
    let worst = services.iter().map(|(_, service)| service.status).max().unwrap_or(mesh.status);
    let summary = summary(&services);
    layout(
        &format!("Health: {summary}"),
        Some(visitor),
        Some(Here::Health),
        &html! {
            div class="title" {
                h1 { "Health" }
                a class="button" href=(Route::HOME) { "Check again" }
            }
            p class={ "summary " (worst.as_str()) } role="status" { (mark(worst)) (capitalized(&summary)) }
            div class="workers" {
                @for (name, service) in services { (card(name, service)) }
            }
            footer {
                p {
                    "Asked at " time datetime=(mesh.generated_at) { (mesh.generated_at) }
                    " · trace " code { (trace.trace_id()) }
                    " · " a href=(Route::HealthApi.pattern()) { "as JSON" }
                }
            }
        },
    )
}

fn summary(services: &[(&&'static str, &ServiceHealth)]) -> String {
    let with = |status: Status| {
        let names = services.iter().filter(|(_, service)| service.status == status);
        names.map(|(name, _)| **name).collect::<Vec<_>>().join(", ")
    };
    match (with(Status::Down), with(Status::Degraded)) {
        (down, degraded) if down.is_empty() && degraded.is_empty() => {
            format!("all {} Workers are well", services.len())
        }
        (down, degraded) if degraded.is_empty() => format!("down: {down}"),
        (down, degraded) if down.is_empty() => format!("degraded: {degraded}"),
        (down, degraded) => format!("down: {down}; degraded: {degraded}"),
    }
}

fn card(name: &str, service: &ServiceHealth) -> Markup {
    let heading = format!("worker-{name}");
    html! {
        article class={ "worker " (service.status.as_str()) } aria-labelledby=(heading) {
            header {
                h2 id=(heading) { (name) }
                span class="status" { (mark(service.status)) (service.status.as_str()) }
            }
            @if let Some(error) = &service.error { p class="error" { (sentence(error)) } }
            dl {
                // A Worker that is down has said nothing, so there is nothing to list.
                @if let Some(version) = &service.version {
                    dt { "Version" }
                    dd { code { (version) } }
                }
                @if let Some(deployment) = &service.deployment {
                    dt { "Deployment" }
                    dd { code { (deployment) } }
                }
                dt { "Latency" }
                dd { (service.latency_ms) " ms" }
                @if !service.contracts.is_empty() {
                    dt { "Contracts" }
                    dd {
                        ul {
                            @for contract in &service.contracts {
                                li { (contract.name) " " code { (contract.fingerprint) } }
                            }
                        }
                    }
                }
                @if !service.dependencies.is_empty() {
                    dt { "Needs" }
                    dd { ul { @for dependency in &service.dependencies { (need(dependency)) } } }
                }
                @for (gauge, value) in &service.gauges {
                    dt { (capitalized(gauge)) }
                    dd class="gauge" { (value) }
                }
            }
        }
    }
}

fn need(dependency: &DependencyHealth) -> Markup {
    html! {
        li class=(dependency.status.as_str()) {
            (mark(dependency.status)) (dependency.name) " "
            span class="word" { (dependency.status.as_str()) }
            @if let Some(error) = &dependency.error { p class="error" { (sentence(error)) } }
        }
    }
}

/// A status as a shape besides its color. The word stands next to it, so it is not read aloud.
fn mark(status: Status) -> Markup {
    let shape = match status {
        Status::Ok => "●",
        Status::Degraded => "▲",
        Status::Down => "✕",
    };
    html! { span class="mark" aria-hidden="true" { (shape) } }
}

#[cfg(test)]
mod tests {
    use app::admin::Checkup;
    use contracts::Timestamp;
    use contracts::health::{ContractInfo, Dependency, Gauge, HealthReport};

    use super::*;

    fn report(error: Option<&str>) -> HealthReport {
        HealthReport {
            service: "any".into(),
            version: "0.1.0".into(),
            deployment: None,
            contracts: vec![ContractInfo { name: "Intake".into(), fingerprint: "6f1ed002ab559585".into() }],
            dependencies: vec![Dependency { name: "DATA_DB".into(), error: error.map(Into::into) }],
            gauges: vec![Gauge { name: "outbox".into(), value: 12.0 }],
        }
    }

    fn page(checkups: Vec<Checkup>) -> String {
        let visitor = Visitor {
            name: "<ada>@example.com".into(),
            role: Some("viewer"),
            sign_out_url: "https://team.example/logout".into(),
        };
        let mesh = MeshHealth::new(checkups, Timestamp::from_unix_ms(1_795_330_800_000));
        health(&mesh, &visitor, TraceContext::from_random([5; 24])).into_string()
    }

    fn asked(service: &'static str, outcome: Result<HealthReport, String>) -> Checkup {
        Checkup { service, latency_ms: 4, outcome }
    }

    #[test]
    fn a_mesh_that_is_well_shows_what_each_worker_said() {
        let page = page(vec![asked("pipeline", Ok(report(None))), asked("gateway", Ok(report(None)))]);
        for expect in
            ["All 2 Workers are well", "6f1ed002ab559585", "DATA_DB", "4 ms", "Outbox", ">12<", "viewer"]
        {
            assert!(page.contains(expect), "{expect}\n{page}");
        }
        // From the edge to the depth, whatever the order they were asked in.
        assert!(page.find("worker-gateway").unwrap() < page.find("worker-pipeline").unwrap());
        assert!(page.contains("&lt;ada&gt;@example.com") && !page.contains("<ada>"));
    }

    #[test]
    fn what_is_wrong_is_said_in_the_summary_and_on_the_card() {
        let page = page(vec![
            asked("gateway", Err("could not reach `Health`: <gone>".into())),
            asked("pipeline", Ok(report(Some("no such table: outbox")))),
            asked("admin", Ok(report(None))),
        ]);
        for expect in [
            "Down: gateway; degraded: pipeline",
            "Could not reach <code>Health</code>: &lt;gone&gt;.",
            "No such table: outbox.",
        ] {
            assert!(page.contains(expect), "{expect}\n{page}");
        }
    }
}
