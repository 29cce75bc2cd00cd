//! Usage and spend as an operator sees them: the real service behind the console, over sums that a test gives.

use std::rc::Rc;

use admin::analytics::Analytics;
use admin::console::Handled;
use admin::request::Request;
use app::ports::{Clock, StoreError, SummedUsage, UsageOverview, UsageSummaries};
use app::usage::{AnalyticsPorts, AnalyticsService};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::analytics::{AnalyticsDispatch, Backlog};
use contracts::pipeline::usage::{UsageAmounts, UsageStorage};
use domain::platform_cost::{Driver, PriceTable, Product, Take};
use ids::TenantId;
use mesh::Transport;
use mesh::loopback::Loopback;
use serde_json::Value;
use test_kit::FakeClock;

use crate::dead_letters::{Pipeline, ask};
use crate::team::{NOW, Team};
use crate::{document, get};

const DAY: u64 = NOW / 86_400;

/// Sums as they were given; or a store that does not answer.
struct Sums(Option<SummedUsage>);

#[async_trait(?Send)]
impl UsageSummaries for Sums {
    async fn between(&self, _: Option<TenantId>, _: u64, _: u64) -> Result<SummedUsage, StoreError> {
        self.0.clone().ok_or_else(|| StoreError::new("dataset", "it is away"))
    }
}

struct Whole;

#[async_trait(?Send)]
impl UsageOverview for Whole {
    async fn stored(&self, tenant: Option<TenantId>) -> Result<Vec<(TenantId, UsageStorage)>, StoreError> {
        let stored = UsageStorage { file_bytes: 3_000_000_000, ..UsageStorage::default() };
        Ok(tenant.is_none().then_some((tenant_of(3), stored)).into_iter().collect())
    }

    async fn hours(&self, _: u64, to: u64) -> Result<Vec<(u64, UsageAmounts)>, StoreError> {
        Ok(vec![(to - 1, UsageAmounts { requests: 1_200, ..UsageAmounts::default() })])
    }

    async fn days(&self, _: u64, _: u64) -> Result<Vec<(u64, UsageAmounts)>, StoreError> {
        Ok(Vec::new())
    }

    async fn waiting(&self) -> Result<Backlog, StoreError> {
        Ok(Backlog { outbox: 4, dead_letters: 2 })
    }

    async fn note_backlog(&self, _: Timestamp, _: Backlog) -> Result<(), StoreError> {
        Ok(())
    }

    async fn backlog(&self, _: u64, to: u64) -> Result<Vec<(u64, Backlog)>, StoreError> {
        Ok(vec![(to - 2, Backlog { outbox: 77, dead_letters: 0 })])
    }
}

fn tenant_of(number: u8) -> TenantId {
    TenantId::from_parts(1, [number; 10])
}

fn prices() -> PriceTable {
    let product = |name: &str, nanos, per| Product { name: name.into(), unit: "units".into(), nanos, per };
    let take = |driver, product| Take { driver, product, millionths: 1_000_000 };
    PriceTable {
        as_of: "2025-11-01".into(),
        products: vec![product("requests", 1_000_000_000, 1_000), product("bytes", 15_000_000, 1)],
        takes: vec![take(Driver::Request, 0), take(Driver::FileGigabyteMonth, 1)],
    }
}

fn sums() -> SummedUsage {
    let of = |requests, cost_nanos| UsageAmounts { requests, cost_nanos, ..UsageAmounts::default() };
    SummedUsage {
        days: vec![(DAY - 1, of(100, 0)), (DAY, of(1_000, 5_000_000_000))],
        tenants: vec![(tenant_of(1), of(1_000, 0)), (tenant_of(2), of(100, 5_000_000_000))],
    }
}

/// Nobody has asked these for anything else.
pub(crate) fn client(dataset: Option<bool>) -> Analytics {
    let clock = FakeClock::at(Timestamp::from_unix_ms(NOW * 1000));
    let dataset = dataset.map(|answers| {
        let double = SummedUsage { days: Vec::new(), ..sums() };
        Rc::new(Sums(answers.then_some(double))) as Rc<dyn UsageSummaries>
    });
    let service = AnalyticsService(AnalyticsPorts {
        rollups: Rc::new(Sums(Some(sums()))),
        dataset,
        overview: Rc::new(Whole),
        prices: Rc::new(prices()),
        clock: Rc::new(clock.clone()),
    });
    let loopback = Loopback::new(AnalyticsDispatch(service), move || clock.now().unix_ms());
    let transport: Rc<dyn Transport> = Rc::new(loopback);
    Analytics::over(transport)
}

fn asked(dataset: Option<bool>, path: &str, query: &str) -> Handled {
    let token = Team::person("vera@example.com");
    let pipeline = Pipeline { analytics: Some(dataset), ..Pipeline::default() };
    ask(&pipeline, &Request { query, ..get(path, Some(&token)) })
}

fn summary(dataset: Option<bool>, query: &str) -> Value {
    let handled = asked(dataset, "/admin/api/analytics/summary.json", query);
    assert_eq!(handled.answer.status, 200, "{}", handled.answer.body);
    serde_json::from_str(&handled.answer.body).expect("it is JSON")
}

#[test]
fn usage_is_money_by_tenant_the_greatest_spend_first() {
    let found = summary(None, "");
    let spend = |at: usize| {
        let tenant = &found["tenants"][at];
        let money = |name: &str| tenant["spend"][name].as_f64().expect("a number");
        (tenant["tenant"].as_str().expect("an id").to_owned(), money("models_usd"), money("platform_usd"))
    };
    // Models at 5, requests at a tenth; a thousand requests at one; 3 GB for 30 days at 0.045.
    assert_eq!(spend(0), (tenant_of(2).to_string(), 5.0, 0.1));
    assert_eq!(spend(1), (tenant_of(1).to_string(), 0.0, 1.0));
    assert_eq!(spend(2), (tenant_of(3).to_string(), 0.0, 0.045));
    assert_eq!(found["totals"]["spend"]["total_usd"], 6.145);
    assert_eq!((&found["tenants_count"], &found["source"]), (&3.into(), &"rollups".into()));
    assert_eq!(found["days"][1]["models_usd"], 5.0);
    assert_eq!(found["products"][0]["units"], 1_100);
    let first = summary(None, "limit=1");
    assert_eq!((first["tenants"].as_array().expect("a list").len(), &first["tenants_count"]), (1, &3.into()));
    assert_eq!(first["totals"], found["totals"], "the totals are of all");
}

#[test]
fn the_dataset_answers_where_there_is_one_and_the_rollups_where_it_does_not() {
    assert_eq!(summary(Some(true), "")["source"], "analytics_engine");
    let fallen_back = summary(Some(false), "");
    assert_eq!(
        (&fallen_back["source"], &fallen_back["totals"]),
        (&"rollups".into(), &summary(None, "")["totals"])
    );
    let old = http_api::Timestamp::from_unix_ms((DAY - 120) * 86_400_000);
    let later = http_api::Timestamp::from_unix_ms((DAY - 100) * 86_400_000);
    let gone = summary(Some(true), &format!("from={old}&to={later}"));
    assert_eq!(gone["source"], "rollups", "the dataset keeps three months");
}

#[test]
fn what_cannot_be_summed_up_is_refused_by_name() {
    for (query, pointer) in [
        ("from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z", "?from"),
        ("from=2026-11-20T00:00:00Z&to=2026-11-19T00:00:00Z", "?to"),
        ("tenant=acme", "?tenant"),
        ("limit=10001", "?limit"),
    ] {
        let handled = asked(None, "/admin/api/analytics/summary.json", query);
        let problem = document(&handled);
        assert_eq!(
            (handled.answer.status, &problem["errors"][0]["pointer"]),
            (400, &pointer.into()),
            "{problem}"
        );
    }
}

#[test]
fn the_export_has_a_line_a_tenant() {
    let handled = asked(None, "/admin/api/analytics/summary.csv", "");
    assert_eq!(handled.answer.header("content-type"), Some("text/csv; charset=utf-8"));
    let lines: Vec<_> = handled.answer.body.lines().collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[1].starts_with(&format!("{},,,", tenant_of(2))), "{}", lines[1]);
    assert!(lines[1].ends_with(",5.000000000,0.100000000,5.100000000"), "{}", lines[1]);
}

#[test]
fn the_pages_draw_what_the_api_says() {
    let page = |path| asked(None, path, "").answer.body;
    let overview = page("/admin/overview");
    for expected in ["Waiting now: 4 accepted", "requests: at most 1,200", "at most 77", "<th scope=\"row\">"]
    {
        assert!(overview.contains(expected), "{expected}");
    }
    let usage = page("/admin/usage");
    for expected in ["$6.14", "models: at most $5.00", "prices of 2025-11-01", "3.0 GB", "summary.csv?"] {
        assert!(usage.contains(expected), "{expected}");
    }
}
