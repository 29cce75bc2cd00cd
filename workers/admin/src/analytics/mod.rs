//! `/admin/api/analytics`: what all tenants used, what it cost, and how the whole goes.

mod csv;
mod view;

use std::rc::Rc;

use app::ports::{StoreError, TenantQuery};
use app::usage::LONGEST_OF_ALL;
use contracts::pipeline::analytics::{AnalyticsClient, AnalyticsError, ReadOverview, Summarize};
use contracts::{OperatorCall, Timestamp};
use http_api::request::{FromQuery, Query, read_query};
use ids::TenantId;
use mesh::{CallError, Transport};

pub use view::{OverviewView, PeriodView, SummaryView, TenantUsageView, WaitingView};

use crate::answer::Answer;
use crate::audit::unavailable;
use crate::problem::{Code, Problem};
use crate::tenants::Tenants;

/// The pipeline's analytics.
pub type Analytics = AnalyticsClient<Rc<dyn Transport>>;

/// The most tenants of one answer.
const MOST_TENANTS: u32 = 10_000;
/// How many days a question without a time is about.
const USUAL_DAYS: u64 = 30;
const DAY_MS: u64 = 86_400_000;
/// What the overview looks back on.
const OVERVIEW: ReadOverview = ReadOverview { hours: 48, days: USUAL_DAYS as u32 };

/// A summary's query, with the times as they were given.
pub(crate) struct Asked {
    from: Option<http_api::Timestamp>,
    to: Option<http_api::Timestamp>,
    tenant: Option<TenantId>,
    limit: u32,
}

impl FromQuery for Asked {
    fn read(query: &Query) -> Option<Self> {
        let limit: Option<u32> = query.value("limit");
        if limit.is_some_and(|limit| !(1..=MOST_TENANTS).contains(&limit)) {
            query.refuse("limit", format!("must be from 1 to {MOST_TENANTS}"));
        }
        Some(Self {
            from: query.value("from"),
            to: query.value("to"),
            tenant: query.value("tenant"),
            limit: limit.unwrap_or(MOST_TENANTS),
        })
    }
}

/// A summary: of the last 30 days where the query says no time, of all tenants where it names none.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call; the tenants' names cannot be read.
pub(crate) async fn summary(
    analytics: &Analytics,
    tenants: &Tenants<'_>,
    call: &OperatorCall,
    query: &str,
) -> Result<SummaryView, Problem> {
    let Asked { from, to, tenant, limit } = read_query(query).map_err(Problem::of_query)?;
    let to = to.map_or_else(|| tenants.clock.now(), |to| Timestamp::from_unix_ms(to.unix_ms()));
    let usual = to.unix_ms().saturating_sub((USUAL_DAYS - 1) * DAY_MS);
    let from = Timestamp::from_unix_ms(from.map_or(usual, |from| from.unix_ms()));
    let summary = analytics.summarize(call, Summarize { from, to, tenant, limit }).await.map_err(refused)?;
    let named = summary.tenants.iter().map(|used| used.tenant).collect();
    let names = tenants.names(named).await.map_err(unavailable)?;
    Ok(SummaryView::new(summary, &names))
}

/// The same as comma-separated values (RFC 4180), a line a tenant.
///
/// # Errors
/// As [`summary`].
pub(crate) async fn export(
    analytics: &Analytics,
    tenants: &Tenants<'_>,
    call: &OperatorCall,
    query: &str,
) -> Result<Answer, Problem> {
    let summary = summary(analytics, tenants, call, query).await?;
    let day = |time: http_api::Timestamp| time.to_string().get(..10).unwrap_or_default().to_owned();
    let name = format!("attachment; filename=\"usage-{}-{}.csv\"", day(summary.from), day(summary.to));
    Ok(Answer::csv(csv::lines(&summary)).with("content-disposition", name))
}

/// How the whole went in the last two days and the last thirty.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn overview(analytics: &Analytics, call: &OperatorCall) -> Result<OverviewView, Problem> {
    analytics.overview(call, OVERVIEW).await.map(OverviewView::from).map_err(refused)
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<AnalyticsError>) -> Problem {
    match error {
        CallError::Refused(AnalyticsError::Invalid { detail }) => {
            let pointer = if detail.starts_with("`to`") { "?to" } else { "?from" };
            Problem::new(Code::BadQuery, detail.clone()).about(pointer, detail)
        }
        error => Problem::of_call(&error),
    }
}

impl Tenants<'_> {
    /// Short names and names of some tenants; those that are gone are left out.
    pub(crate) async fn names(
        &self,
        among: Vec<TenantId>,
    ) -> Result<Vec<(TenantId, String, String)>, StoreError> {
        if among.is_empty() {
            return Ok(Vec::new());
        }
        let limit = among.len() as u32;
        let query = TenantQuery { among: Some(among), limit, ..TenantQuery::default() };
        let records = self.store.tenants(&query).await?;
        let named = records.into_iter().map(|record| (record.tenant_id, record.slug, record.settings.name));
        Ok(named.collect())
    }
}

// What a query without a time asks for is never refused for being too long.
const _: () = assert!(USUAL_DAYS <= LONGEST_OF_ALL);
