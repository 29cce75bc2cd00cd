//! Usage and spend, by tenant.

use maud::{Markup, html};

use super::chart::{Chart, Series, count, money};
use super::frame::{Frame, Here};
use super::overview::day_name;
use super::parts::field;
use crate::analytics::{SummaryView, TenantUsageView};

/// The fields of the filter, as they were given.
pub struct GivenDays<'a> {
    /// The first day.
    pub from: Option<&'a str>,
    /// The end.
    pub to: Option<&'a str>,
    /// A tenant's id.
    pub tenant: Option<&'a str>,
}

/// The page.
#[must_use]
pub fn usage(frame: &Frame<'_>, summary: &SummaryView, given: &GivenDays<'_>) -> Markup {
    let day = |time: http_api::Timestamp| time.to_string().get(..10).unwrap_or_default().to_owned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("from", given.from), ("to", given.to), ("tenant", given.tenant)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    let requests = [Series {
        name: "requests",
        class: "first",
        values: summary.days.iter().map(|day| day.amounts.requests as f64).collect(),
    }];
    let spent = [Series {
        name: "models",
        class: "first",
        values: summary.days.iter().map(|day| day.models_usd).collect(),
    }];
    let days = || summary.days.iter().map(|day| day_name(day.at)).collect::<Vec<_>>();
    let totals = &summary.totals;
    frame.page(
        Here::Usage,
        "Usage and spend",
        &html! {
            h1 { "Usage and spend" }
            p class="lead" {
                "From " (day(summary.from)) " to before " (day(summary.to)) " (UTC): "
                strong { (money(totals.spend.total_usd)) } ", of it " (money(totals.spend.models_usd)) " for models as metered and "
                (money(totals.spend.platform_usd)) " for the platform, estimated with prices of " (summary.prices_as_of) "."
            }
            form class="filters" method="get" {
                (field("from", "From (2026-11-01T00:00:00Z)", given.from.unwrap_or_default(), false))
                (field("to", "To", given.to.unwrap_or_default(), false))
                (field("tenant", "Tenant's id", given.tenant.unwrap_or_default(), false))
                button class="button" { "Show" }
            }
            div class="charts" {
                (Chart { id: "requests", title: "Requests by day", series: &requests, times: days(), write: count }.draw())
                (Chart { id: "spend", title: "Spend on models by day", series: &spent, times: days(), write: money }.draw())
            }
            section aria-labelledby="tenants" {
                h2 id="tenants" { "By tenant, the greatest spend first" }
                @if summary.tenants.is_empty() { p class="empty" { "Nothing was used." } } @else {
                    div class="scroll" tabindex="0" role="region" aria-label="Usage by tenant" { table {
                        thead { tr {
                            th scope="col" { "Tenant" } th scope="col" { "Requests" } th scope="col" { "Failed" }
                            th scope="col" { "Events" } th scope="col" { "Tokens" } th scope="col" { "Stored" }
                            th scope="col" { "Models" } th scope="col" { "Platform" } th scope="col" { "In all" }
                        } }
                        tbody { @for tenant in &summary.tenants { (row(tenant)) } }
                    } }
                    @if summary.tenants_count as usize > summary.tenants.len() {
                        p class="small" { (summary.tenants_count as usize - summary.tenants.len()) " more are in the export." }
                    }
                }
            }
            section aria-labelledby="products" {
                h2 id="products" { "What it took of the platform" }
                p class="small" { "An estimate of a share, not the bill: what the plan includes is not taken off." }
                div class="scroll" tabindex="0" role="region" aria-label="Products" { table class="narrow" {
                    thead { tr { th scope="col" { "Product" } th scope="col" { "Units" } th scope="col" { "US dollars" } } }
                    tbody { @for product in &summary.products { tr {
                        th scope="row" { code { (product.product) } }
                        td { (count(product.units as f64)) " " (product.unit) }
                        td { (money(product.usd)) }
                    } } }
                } }
            }
            p {
                a class="button" href={ "/admin/api/analytics/summary.csv?" (query) } { "Export as CSV" } " "
                a class="button" href={ "/admin/api/analytics/summary.json?" (query) } { "As JSON" }
                " " span class="small" { "Summed up by " (summary.source.replace('_', " ")) "." }
            }
        },
    )
}

fn row(of: &TenantUsageView) -> Markup {
    let TenantUsageView { tenant, slug, name, used } = of;
    let amounts = used.amounts;
    html! {
        tr {
            th scope="row" {
                a href={ "/admin/tenants/" (tenant) } { (name.as_deref().unwrap_or("gone")) } " "
                span class="small" { (slug.clone().unwrap_or_else(|| tenant.to_string())) }
            }
            td { (count(amounts.requests as f64)) }
            td { (count(amounts.failed as f64)) }
            td { (count(amounts.events as f64)) }
            td { (count((amounts.tokens_in + amounts.tokens_out) as f64)) }
            td { (bytes(used.storage.file_bytes + used.storage.event_bytes)) }
            td { (money(used.spend.models_usd)) }
            td { (money(used.spend.platform_usd)) }
            td { strong { (money(used.spend.total_usd)) } }
        }
    }
}

/// Bytes as people write them.
fn bytes(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1_000.0 && unit + 1 < units.len() {
        value /= 1_000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", units[unit]) }
}
