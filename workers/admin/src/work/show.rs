//! The pages: each is one round of questions, and a form leads to a page.

use futures_util::try_join;
use ids::TenantId;
use maud::Markup;
use mesh::TraceContext;
use serde_json::{Map, Value};

use super::Work;
use crate::answer::Answer;
use crate::audit::Asker;
use crate::console::Console;
use crate::forms::Form;
use crate::pages::{self, Frame, Given};
use crate::problem::{Code, Problem};
use crate::workflows::ActRequest;
use crate::{approvals, content, deliveries, jobs, operations, workflows};

/// As many as a page offers to choose from.
const TENANTS_OFFERED: &str = "limit=200";

impl Console<'_> {
    /// Shows a page; `given` has its query's parameters that are not empty.
    pub(crate) async fn show_work(
        &self,
        work: Work,
        given: &Given,
        asker: &Asker<'_>,
        frame: &Frame<'_>,
        trace: TraceContext,
    ) -> Result<Answer, Problem> {
        let shown = |page: Markup| Ok(Answer::page(200, page));
        let call = self.operator_call(asker, trace);
        let query = given.query();
        let of_tenant = || self.of_tenant(given.value("tenant"), trace);
        let offered = async { self.tenants.list(TENANTS_OFFERED).await };
        let (pipeline, now) = (self.pipeline, self.now());
        match work {
            Work::Events => {
                let (page, tenants) = try_join!(operations::list(self.operations, &call, &query), offered)?;
                shown(pages::events(frame, &page, given, &tenants.items))
            }
            Work::Event(id) => {
                let id = id.ok_or_else(Problem::no_event)?;
                let event = operations::get(asker, self.operations, &call, id).await?;
                shown(pages::event(frame, &event, now))
            }
            Work::EventSteps(id) => {
                let id = id.ok_or_else(Problem::no_event)?;
                shown(pages::event_steps(&operations::peek(self.operations, &call, id).await?, now))
            }
            Work::EventContent(id, part) => {
                let id = id.ok_or_else(Problem::no_event)?;
                let found = content::read(asker, &pipeline.intake, &of_tenant()?, id, part).await?;
                shown(pages::content(frame, id, part, &found))
            }
            Work::Workflows => {
                let (page, tenants) = try_join!(workflows::list(&pipeline.control, &call, &query), offered)?;
                shown(pages::workflows(frame, &page, given, &tenants.items))
            }
            Work::Workflow(id) => {
                let id = id.ok_or_else(Problem::no_workflow)?;
                let instance = workflows::get(asker, &pipeline.control, &call, id).await?;
                shown(pages::workflow(frame, &instance, now))
            }
            Work::Jobs => {
                let page = async {
                    match given.value("tenant") {
                        Some(_) => jobs::list(self.jobs, &of_tenant()?, &query).await.map(Some),
                        None => Ok(None),
                    }
                };
                let (page, tenants) = try_join!(page, offered)?;
                shown(pages::jobs(frame, page.as_ref(), given, &tenants.items))
            }
            Work::Job(id) => {
                let (id, call) = (id.ok_or_else(Problem::no_job)?, of_tenant()?);
                let (job, runs) =
                    try_join!(jobs::get(self.jobs, &call, id), jobs::runs(self.jobs, &call, id, &query))?;
                shown(pages::job(frame, &job, &runs))
            }
            Work::Approvals => {
                let page = async {
                    match given.value("tenant") {
                        Some(_) => {
                            approvals::list(&pipeline.workflows, &of_tenant()?, &query).await.map(Some)
                        }
                        None => Ok(None),
                    }
                };
                let (page, tenants) = try_join!(page, offered)?;
                shown(pages::approvals(frame, page.as_ref(), given, &tenants.items))
            }
            Work::Approval(id) => {
                let id = id.ok_or_else(Problem::no_approval)?;
                let approval = approvals::get(&pipeline.workflows, &of_tenant()?, id).await?;
                shown(pages::approval(frame, &approval))
            }
            Work::Subscriptions => {
                let page = async {
                    match given.value("tenant") {
                        Some(_) => {
                            deliveries::list(&pipeline.subscriptions, &of_tenant()?, &query).await.map(Some)
                        }
                        None => Ok(None),
                    }
                };
                let (page, tenants) = try_join!(page, offered)?;
                shown(pages::subscriptions(frame, page.as_ref(), given, &tenants.items))
            }
            Work::Subscription(id) => {
                let (id, call) = (id.ok_or_else(Problem::no_subscription)?, of_tenant()?);
                let (one, delivered) = try_join!(
                    deliveries::get(&pipeline.subscriptions, &call, id),
                    deliveries::delivered(&pipeline.subscriptions, &call, id, &query)
                )?;
                shown(pages::subscription(frame, &one, &delivered, given))
            }
            Work::Delivery(id) => {
                let id = id.ok_or_else(Problem::no_delivery)?;
                let delivery = deliveries::delivery(&pipeline.subscriptions, &of_tenant()?, id).await?;
                shown(pages::delivery(frame, &delivery))
            }
            // These have no page: the router lets `POST` alone through, or none at all.
            Work::WorkflowAct(..)
            | Work::JobAct(..)
            | Work::Enable(_)
            | Work::Redeliver(_)
            | Work::Deliveries(_) => Err(not_so(work)),
        }
    }

    /// Does what a form asks for, and leads to the page that shows it.
    pub(crate) async fn submit_work(
        &self,
        work: Work,
        form: &Form,
        asker: &Asker<'_>,
        frame: &Frame<'_>,
        trace: TraceContext,
    ) -> Result<Answer, Problem> {
        let of_tenant = || self.of_tenant(form.text("tenant"), trace);
        let seen = |path: String| Ok(Answer::seen_at(&path));
        match work {
            Work::WorkflowAct(id, order) => {
                let id = id.ok_or_else(Problem::no_workflow)?;
                let request = ActRequest {
                    from: form.text("from").map(str::to_owned),
                    version: form.text("version").and_then(|text| text.parse().ok()),
                };
                let path = format!("/admin/workflows/{id}");
                let call = self.operator_call(asker, trace);
                match workflows::act(asker, &self.pipeline.control, &call, (id, order), request).await {
                    Ok(acted) => seen(acted.begun.map_or(path, |_| match acted.after.event_id {
                        // The instance that begins is listed once its workflow takes it up: its event shows it now.
                        Some(event) => format!("/admin/events/{event}"),
                        None => "/admin/workflows".to_owned(),
                    })),
                    Err(Problem { code: Code::Stale, current: Some(now), .. }) => {
                        let ours: Map<String, Value> = form.object(&["status", "version"]);
                        let now = serde_json::from_str(now.get()).unwrap_or_default();
                        let page = pages::stale(frame, pages::Here::Workflows, &path, &ours, &now);
                        Ok(Answer::page(409, page))
                    }
                    Err(problem) => Err(problem),
                }
            }
            Work::JobAct(id, act) => {
                let (id, call) = (id.ok_or_else(Problem::no_job)?, of_tenant()?);
                jobs::act(asker, self.jobs, &call, id, act).await?;
                seen(format!("/admin/jobs/{id}?tenant={}", call.scope.tenant))
            }
            Work::Enable(id) => {
                let (id, call) = (id.ok_or_else(Problem::no_subscription)?, of_tenant()?);
                deliveries::enable(asker, &self.pipeline.subscriptions, &call, id).await?;
                seen(format!("/admin/subscriptions/{id}?tenant={}", call.scope.tenant))
            }
            Work::Redeliver(id) => {
                let (id, call) = (id.ok_or_else(Problem::no_delivery)?, of_tenant()?);
                let again = deliveries::redeliver(asker, &self.pipeline.subscriptions, &call, id).await?;
                seen(format!("/admin/deliveries/{}?tenant={}", again.id, call.scope.tenant))
            }
            _ => Err(not_so(work)),
        }
    }

    fn of_tenant(&self, given: Option<&str>, trace: TraceContext) -> Result<contracts::TenantCall, Problem> {
        let missing = || {
            let detail = "must name the tenant: this is looked up tenant by tenant";
            Problem::new(Code::BadQuery, format!("`tenant` {detail}")).about("?tenant", detail)
        };
        let tenant: TenantId = given.ok_or_else(missing)?.parse().map_err(|_| missing())?;
        self.tenant_call(Some(tenant), trace, None)
    }
}

fn not_so(work: Work) -> Problem {
    Problem::new(Code::MethodNotAllowed, format!("this path takes {}", work.allow()))
}
