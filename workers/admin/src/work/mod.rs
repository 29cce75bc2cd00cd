//! The pages of work under way: events, workflows, jobs, approvals, deliveries; and the routes of the API beside them.
//!
//! A path below `/admin` is a page or a form on one; the same below `/admin/api` is its JSON, where the API has it. An id
//! is none where the path has none of its kind.

mod api;
mod show;

use auth::access::Role;
use contracts::pipeline::workflow_control::InstanceOrder;
use ids::{ApprovalId, DeliveryId, EventId, JobId, SubscriptionId};

use crate::content::Part;
use crate::jobs::JobAct;
use crate::workflows::{InstanceRef, act_named};

/// What is looked at, or done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Events of all tenants.
    Events,
    /// One of them.
    Event(Option<EventId>),
    /// Its steps alone, as its page fetches them while it is in progress.
    EventSteps(Option<EventId>),
    /// What its customer sent, or what was found in it.
    EventContent(Option<EventId>, Part),
    /// Instances of workflows of all tenants.
    Workflows,
    /// One of them.
    Workflow(Option<InstanceRef>),
    /// Does something with it.
    WorkflowAct(Option<InstanceRef>, InstanceOrder),
    /// A tenant's jobs.
    Jobs,
    /// One of them.
    Job(Option<JobId>),
    /// Does something with it.
    JobAct(Option<JobId>, JobAct),
    /// A tenant's approvals.
    Approvals,
    /// One of them.
    Approval(Option<ApprovalId>),
    /// A tenant's subscriptions.
    Subscriptions,
    /// One of them, with what was delivered to it.
    Subscription(Option<SubscriptionId>),
    /// What was delivered to it: of the API alone.
    Deliveries(Option<SubscriptionId>),
    /// Opens its endpoint again.
    Enable(Option<SubscriptionId>),
    /// A delivery with its attempts.
    Delivery(Option<DeliveryId>),
    /// Sends its message once more.
    Redeliver(Option<DeliveryId>),
}

/// A path as a page and as the API have it.
macro_rules! both {
    ($path:literal) => {
        (concat!("/admin", $path), concat!("/admin/api", $path))
    };
}

impl Work {
    /// The page at these parts of a path below `/admin`.
    #[must_use]
    pub fn page_at(parts: &[&str]) -> Option<Self> {
        Some(match parts {
            ["events"] => Self::Events,
            ["events", id] => Self::Event(id.parse().ok()),
            ["events", id, "steps"] => Self::EventSteps(id.parse().ok()),
            ["events", id, part] => Self::EventContent(id.parse().ok(), Part::named(part)?),
            ["jobs"] => Self::Jobs,
            ["jobs", id] => Self::Job(id.parse().ok()),
            ["jobs", id, act] => Self::JobAct(id.parse().ok(), JobAct::named(act)?),
            ["subscriptions", _, "deliveries"] => return None,
            parts => return Self::api_at(parts),
        })
    }

    /// The route at these parts of a path below `/admin/api`. Events and jobs have theirs elsewhere.
    #[must_use]
    pub fn api_at(parts: &[&str]) -> Option<Self> {
        Some(match parts {
            ["workflows"] => Self::Workflows,
            ["workflows", id] => Self::Workflow(id.parse().ok()),
            ["workflows", id, act] => Self::WorkflowAct(id.parse().ok(), act_named(act)?),
            ["approvals"] => Self::Approvals,
            ["approvals", id] => Self::Approval(id.parse().ok()),
            ["subscriptions"] => Self::Subscriptions,
            ["subscriptions", id] => Self::Subscription(id.parse().ok()),
            ["subscriptions", id, "deliveries"] => Self::Deliveries(id.parse().ok()),
            ["subscriptions", id, "enable"] => Self::Enable(id.parse().ok()),
            ["deliveries", id] => Self::Delivery(id.parse().ok()),
            ["deliveries", id, "redeliver"] => Self::Redeliver(id.parse().ok()),
            _ => return None,
        })
    }

    /// How logs name its page, and its route of the API.
    #[must_use]
    pub const fn patterns(self) -> (&'static str, &'static str) {
        match self {
            Self::Events => both!("/events"),
            Self::Event(_) => both!("/events/{id}"),
            Self::EventSteps(_) => both!("/events/{id}/steps"),
            Self::EventContent(_, Part::Raw) => both!("/events/{id}/raw"),
            Self::EventContent(_, Part::Text) => both!("/events/{id}/text"),
            Self::EventContent(_, Part::Signals) => both!("/events/{id}/signals"),
            Self::Workflows => both!("/workflows"),
            Self::Workflow(_) => both!("/workflows/{id}"),
            Self::WorkflowAct(_, InstanceOrder::Pause) => both!("/workflows/{id}/pause"),
            Self::WorkflowAct(_, InstanceOrder::Resume) => both!("/workflows/{id}/resume"),
            Self::WorkflowAct(_, InstanceOrder::Terminate) => both!("/workflows/{id}/terminate"),
            Self::WorkflowAct(_, InstanceOrder::Restart) => both!("/workflows/{id}/restart"),
            Self::Jobs => both!("/jobs"),
            Self::Job(_) => both!("/jobs/{id}"),
            Self::JobAct(_, JobAct::Run) => both!("/jobs/{id}/run"),
            Self::JobAct(_, JobAct::Pause) => both!("/jobs/{id}/pause"),
            Self::JobAct(_, JobAct::Resume) => both!("/jobs/{id}/resume"),
            Self::Approvals => both!("/approvals"),
            Self::Approval(_) => both!("/approvals/{id}"),
            Self::Subscriptions => both!("/subscriptions"),
            Self::Subscription(_) => both!("/subscriptions/{id}"),
            Self::Deliveries(_) => both!("/subscriptions/{id}/deliveries"),
            Self::Enable(_) => both!("/subscriptions/{id}/enable"),
            Self::Delivery(_) => both!("/deliveries/{id}"),
            Self::Redeliver(_) => both!("/deliveries/{id}/redeliver"),
        }
    }

    /// The methods that it has.
    #[must_use]
    pub const fn allow(self) -> &'static str {
        if self.acts() { "POST" } else { "GET, HEAD" }
    }

    const fn acts(self) -> bool {
        matches!(self, Self::WorkflowAct(..) | Self::JobAct(..) | Self::Enable(_) | Self::Redeliver(_))
    }

    /// The least role that may use it. What customers sent is for whoever may act on it.
    #[must_use]
    pub const fn needs(self) -> Role {
        if self.acts() || matches!(self, Self::EventContent(..)) { Role::Operator } else { Role::Viewer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_pages_and_routes_of_the_api() {
        let event = EventId::from_parts(1, [5; 10]);
        let parts = |path: &'static str| path.split('/').collect::<Vec<_>>();
        assert_eq!(Work::page_at(&parts("events")), Some(Work::Events));
        assert_eq!(Work::api_at(&parts("events")), None, "it has its own");
        assert_eq!(Work::page_at(&parts("events/1/raw")), Some(Work::EventContent(None, Part::Raw)));
        assert_eq!(Work::page_at(&parts("events/1/none")), None);
        assert_eq!(Work::page_at(&parts("subscriptions/1/deliveries")), None);
        assert_eq!(Work::api_at(&parts("subscriptions/1/deliveries")), Some(Work::Deliveries(None)));
        let id = format!("{event}-2");
        let instance = Some(InstanceRef::Event(event, 2));
        assert_eq!(Work::api_at(&["workflows", &id]), Some(Work::Workflow(instance)));
        let act = Work::api_at(&["workflows", &id, "restart"]);
        assert_eq!(act, Some(Work::WorkflowAct(instance, InstanceOrder::Restart)));
        assert_eq!(act.map(|act| (act.allow(), act.needs())), Some(("POST", Role::Operator)));
        assert_eq!(act.map(Work::patterns), Some(both!("/workflows/{id}/restart")));
        assert_eq!(Work::api_at(&["workflows", &id, "delete"]), None);
        assert_eq!(Work::EventContent(None, Part::Text).needs(), Role::Operator);
        assert_eq!((Work::Events.allow(), Work::Events.needs()), ("GET, HEAD", Role::Viewer));
    }
}
