//! The routes of the API: what the pages show and do, as JSON.

use http_api::request::read_query;
use mesh::TraceContext;

use super::Work;
use crate::answer::Answer;
use crate::audit::Asker;
use crate::console::Console;
use crate::jobs::OfTenant;
use crate::problem::{Code, Problem};
use crate::request::Request;
use crate::{approvals, deliveries, workflows};

impl Console<'_> {
    /// Answers a request for a route of the API.
    pub(crate) async fn work_api(
        &self,
        work: Work,
        request: &Request<'_>,
        asker: &Asker<'_>,
        trace: TraceContext,
    ) -> Result<Answer, Problem> {
        let call = || self.operator_call(asker, trace);
        let of_tenant = || {
            let OfTenant(tenant) = read_query(request.query).map_err(Problem::of_query)?;
            self.tenant_call(Some(tenant), trace, None)
        };
        let (control, subscriptions) = (&self.pipeline.control, &self.pipeline.subscriptions);
        let workflows = &self.pipeline.workflows;
        match work {
            Work::Workflows => Ok(Answer::json(&workflows::list(control, &call(), request.query).await?)),
            Work::Workflow(id) => {
                let id = id.ok_or_else(Problem::no_workflow)?;
                Ok(Answer::json(&workflows::get(asker, control, &call(), id).await?))
            }
            Work::WorkflowAct(id, order) => {
                let id = id.ok_or_else(Problem::no_workflow)?;
                workflows::acted(asker, control, &call(), (id, order), request.body).await
            }
            Work::Approvals => {
                Ok(Answer::json(&approvals::list(workflows, &of_tenant()?, request.query).await?))
            }
            Work::Approval(id) => {
                let id = id.ok_or_else(Problem::no_approval)?;
                Ok(Answer::json(&approvals::get(workflows, &of_tenant()?, id).await?))
            }
            Work::Subscriptions => {
                Ok(Answer::json(&deliveries::list(subscriptions, &of_tenant()?, request.query).await?))
            }
            Work::Subscription(id) => {
                let id = id.ok_or_else(Problem::no_subscription)?;
                Ok(Answer::json(&deliveries::get(subscriptions, &of_tenant()?, id).await?))
            }
            Work::Deliveries(id) => {
                let id = id.ok_or_else(Problem::no_subscription)?;
                let page = deliveries::delivered(subscriptions, &of_tenant()?, id, request.query).await?;
                Ok(Answer::json(&page))
            }
            Work::Enable(id) => {
                let id = id.ok_or_else(Problem::no_subscription)?;
                Ok(Answer::json(&deliveries::enable(asker, subscriptions, &of_tenant()?, id).await?))
            }
            Work::Delivery(id) => {
                let id = id.ok_or_else(Problem::no_delivery)?;
                Ok(Answer::json(&deliveries::delivery(subscriptions, &of_tenant()?, id).await?))
            }
            Work::Redeliver(id) => {
                let id = id.ok_or_else(Problem::no_delivery)?;
                let again = deliveries::redeliver(asker, subscriptions, &of_tenant()?, id).await?;
                Ok(Answer::json(&again).with_status(202))
            }
            // The API has these as routes of their own; the router does not lead here.
            Work::Events
            | Work::Event(_)
            | Work::EventSteps(_)
            | Work::EventContent(..)
            | Work::Jobs
            | Work::Job(_)
            | Work::JobAct(..) => Err(Problem::new(Code::RouteNotFound, "nothing is served at this path")),
        }
    }
}
