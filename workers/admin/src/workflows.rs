//! `/admin/api/workflows`: instances of workflows of all tenants, and pausing, resuming, ending and restarting one.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use contracts::pipeline::StepReport;
use contracts::pipeline::workflow_control::{
    ControlError, ControlInstance, ControlReceipt, FindInstances, GetInstance, Instance, InstanceDetail,
    InstanceOrder, InstancePosition, WorkflowControlClient,
};
use contracts::{OperatorCall, Timestamp};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, TextRule, read_query};
use ids::{ApprovalId, BackfillId, EventId, ReportId, SyncId, TenantId};
use mesh::{CallError, Transport};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};

use crate::answer::Answer;
use crate::audit::Asker;
use crate::operations::{StepView, step, time};
use crate::problem::{Code, Problem};

/// The pipeline's control of workflows.
pub type Control = WorkflowControlClient<Rc<dyn Transport>>;

/// An instance's id: it is made of what it works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceRef {
    /// A run of an event, the first being 0.
    Event(EventId, u32),
    /// A report.
    Report(ReportId),
    /// A backfill.
    Backfill(BackfillId),
    /// An approval.
    Approval(ApprovalId),
    /// A walk through a provider's history.
    Sync(SyncId),
}

impl fmt::Display for InstanceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(id, 0) => write!(f, "{id}"),
            Self::Event(id, run) => write!(f, "{id}-{run}"),
            Self::Report(id) => write!(f, "{id}"),
            Self::Backfill(id) => write!(f, "{id}"),
            Self::Approval(id) => write!(f, "{id}"),
            Self::Sync(id) => write!(f, "{id}"),
        }
    }
}

/// A text that is no instance's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no id of an instance")]
pub struct NoInstance;

impl FromStr for InstanceRef {
    type Err = NoInstance;

    fn from_str(text: &str) -> Result<Self, NoInstance> {
        if let Some((event, run)) = text.split_once('-') {
            let run: u32 = run.parse().map_err(|_| NoInstance)?;
            let found = Self::Event(event.parse().map_err(|_| NoInstance)?, run);
            // One way to write it: not run 0, and no leading zeros.
            return if found.to_string() == text { Ok(found) } else { Err(NoInstance) };
        }
        let event = text.parse().map(|id| Self::Event(id, 0)).ok();
        let report = || text.parse().map(Self::Report).ok();
        let backfill = || text.parse().map(Self::Backfill).ok();
        let approval = || text.parse().map(Self::Approval).ok();
        let sync = || text.parse().map(Self::Sync).ok();
        event.or_else(report).or_else(backfill).or_else(approval).or_else(sync).ok_or(NoInstance)
    }
}

/// What an operator may do with an instance, as paths and the audit name it.
#[must_use]
pub const fn act_name(order: InstanceOrder) -> &'static str {
    match order {
        InstanceOrder::Pause => "pause",
        InstanceOrder::Resume => "resume",
        InstanceOrder::Terminate => "terminate",
        InstanceOrder::Restart => "restart",
    }
}

/// The act of that name.
#[must_use]
pub fn act_named(name: &str) -> Option<InstanceOrder> {
    let all = [InstanceOrder::Pause, InstanceOrder::Resume, InstanceOrder::Terminate, InstanceOrder::Restart];
    all.into_iter().find(|order| act_name(*order) == name)
}

/// A place in the list, as a cursor holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Position(InstancePosition);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0.started_at.unix_ms(), self.0.id)
    }
}

impl FromStr for Position {
    type Err = NoInstance;

    fn from_str(text: &str) -> Result<Self, NoInstance> {
        let (at, id) = text.split_once('.').ok_or(NoInstance)?;
        let started_at = Timestamp::from_unix_ms(at.parse().map_err(|_| NoInstance)?);
        let id: InstanceRef = id.parse()?;
        Ok(Self(InstancePosition { started_at, id: id.to_string() }))
    }
}

/// The query of the list.
struct Filters {
    tenant: Option<TenantId>,
    name: Option<String>,
    status: Option<String>,
    page: PageRequest<Position>,
}

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            tenant: query.value("tenant"),
            name: query.text("name", TextRule::slug(64)),
            status: query.text("status", TextRule::slug(32)),
            page: query.page("workflows", &["tenant", "name", "status"]),
        })
    }
}

/// The body of an act; all of it may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActRequest {
    /// Where a restart begins; the first step where it is left out.
    #[serde(default)]
    pub from: Option<String>,
    /// Only if this is the instance's version still.
    #[serde(default)]
    pub version: Option<u32>,
}

impl ActRequest {
    /// From a body, which may be empty.
    ///
    /// # Errors
    /// It is no JSON, or has other members.
    pub fn read(body: Option<&[u8]>) -> Result<Self, Problem> {
        match body {
            None | Some([]) => Ok(Self::default()),
            Some(body) => serde_json::from_slice(body).map_err(|error| {
                let code = if error.is_data() { Code::Invalid } else { Code::MalformedJson };
                Problem::new(code, format!("the body takes `from` and `version`, both optional: {error}"))
            }),
        }
    }
}

/// An instance, as operators see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstanceView {
    /// The engine's id of it.
    pub id: String,
    /// Whose.
    pub tenant: TenantId,
    /// The workflow's name.
    pub name: String,
    /// Where it stands.
    pub status: String,
    /// The event that it works off, if it does that.
    pub event_id: Option<EventId>,
    /// Which run of that event.
    pub run: u32,
    /// Why it failed.
    pub error: Option<String>,
    /// Its trace.
    pub trace_id: String,
    /// When it began.
    pub started_at: http_api::Timestamp,
    /// When it ended.
    pub ended_at: Option<http_api::Timestamp>,
    /// When it last changed.
    pub updated_at: http_api::Timestamp,
    /// Counts its changes: give it with an act to have that refused where somebody else was quicker.
    pub version: u32,
}

/// An instance with its steps.
#[derive(Debug, Serialize)]
pub struct InstanceDetailView {
    /// The instance.
    #[serde(flatten)]
    pub instance: InstanceView,
    /// The steps that have begun, in order.
    pub steps: Vec<StepView>,
    /// What the engine says of it now.
    pub engine: String,
    /// Why it cannot be restarted from one of its steps; none where it can.
    pub no_restart_from: Option<String>,
}

/// The answer to an act.
#[derive(Debug, Serialize)]
pub struct ActView {
    /// The instance as it was.
    pub before: InstanceView,
    /// As it is.
    pub after: InstanceView,
    /// The id of the instance that a restart began in its place, because this one had ended.
    pub begun: Option<String>,
}

/// A page of instances, the last begun first.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn list(
    control: &Control,
    call: &OperatorCall,
    query: &str,
) -> Result<Page<InstanceView>, Problem> {
    let Filters { tenant, name, status, page } = read_query(query).map_err(Problem::of_query)?;
    let before = page.after.clone().map(|Position(place)| place);
    let request = FindInstances { tenant, workflow: name, status, before, limit: page.limit };
    let found = control.find_instances(call, request).await.map_err(refused)?;
    Ok(page.answer(found.items.into_iter().map(view).collect(), found.next_before.map(Position)))
}

/// One instance with its steps. A step's error may quote what a customer sent, so that who reads it is on record.
///
/// # Errors
/// What [`refused`] makes of the call; or the act could not be written down.
pub(crate) async fn get(
    asker: &Asker<'_>,
    control: &Control,
    call: &OperatorCall,
    id: InstanceRef,
) -> Result<InstanceDetailView, Problem> {
    let found = control.get_instance(call, GetInstance { id: id.to_string() }).await.map_err(refused)?;
    let InstanceDetail { instance, steps, engine, no_restart_from } = found;
    asker.record(&asker.act("workflow.read", Some(instance.tenant), id.to_string())).await?;
    let steps = steps.into_iter().map(|report: StepReport| step(report)).collect();
    Ok(InstanceDetailView { instance: view(instance), steps, engine, no_restart_from })
}

/// Pauses, resumes, ends or restarts an instance.
///
/// # Errors
/// What [`refused`] makes of the call; or the act could not be written down.
pub(crate) async fn act(
    asker: &Asker<'_>,
    control: &Control,
    call: &OperatorCall,
    (id, order): (InstanceRef, InstanceOrder),
    ActRequest { from, version }: ActRequest,
) -> Result<ActView, Problem> {
    let mut recorded = asker.act(&format!("workflow.{}", act_name(order)), None, id.to_string());
    recorded.after = from.as_ref().map(|from| json!({ "from": from }).to_string());
    let request = ControlInstance { id: id.to_string(), order, from, version };
    let effect = async { control.control_instance(call, request).await.map_err(refused) };
    let short = |instance: &Instance| json!({ "status": instance.status, "version": instance.version });
    let told = |receipt: &ControlReceipt| {
        json!({
            "before": short(&receipt.before), "tenant": receipt.after.tenant, "status": receipt.after.status,
            "version": receipt.after.version, "begun": receipt.begun,
        })
    };
    let ControlReceipt { before, after, begun } = asker.carry_out(recorded, effect, told).await?;
    Ok(ActView { before: view(before), after: view(after), begun })
}

/// The API's answer to an act.
pub(crate) async fn acted(
    asker: &Asker<'_>,
    control: &Control,
    call: &OperatorCall,
    what: (InstanceRef, InstanceOrder),
    body: Option<&[u8]>,
) -> Result<Answer, Problem> {
    Ok(Answer::json(&act(asker, control, call, what, ActRequest::read(body)?).await?))
}

fn view(instance: Instance) -> InstanceView {
    InstanceView {
        id: instance.id,
        tenant: instance.tenant,
        name: instance.workflow,
        status: instance.status,
        event_id: instance.event_id,
        run: instance.run,
        error: instance.error,
        trace_id: instance.trace_id,
        started_at: time(instance.started_at),
        ended_at: instance.ended_at.map(time),
        updated_at: time(instance.updated_at),
        version: instance.version,
    }
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<ControlError>) -> Problem {
    match error {
        CallError::Refused(ControlError::NotFound) => Problem::no_workflow(),
        CallError::Refused(ControlError::Invalid { field, detail }) if field == "from" => {
            Problem::new(Code::Invalid, detail.clone()).about("/from", detail)
        }
        CallError::Refused(ControlError::Invalid { field, detail }) => {
            Problem::new(Code::BadQuery, format!("`{field}` {detail}")).about(&format!("?{field}"), detail)
        }
        CallError::Refused(ControlError::NotPossible { detail }) => Problem::new(Code::NotPossible, detail),
        CallError::Refused(ControlError::Stale { current }) => {
            let detail = "the instance has changed since it was shown; nothing was done";
            let current = serde_json::to_string(&view(*current)).ok();
            let current = current.and_then(|json| RawValue::from_string(json).ok());
            Problem { current, ..Problem::new(Code::Stale, detail) }
        }
        error => Problem::of_call(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instances_id_is_written_one_way() {
        let (event, report) = (EventId::from_parts(1, [1; 10]), ReportId::from_parts(1, [2; 10]));
        for (text, instance) in [
            (event.to_string(), InstanceRef::Event(event, 0)),
            (format!("{event}-12"), InstanceRef::Event(event, 12)),
            (report.to_string(), InstanceRef::Report(report)),
        ] {
            assert_eq!(text.parse(), Ok(instance));
            assert_eq!(instance.to_string(), text);
        }
        for text in [
            "",
            "evt_1",
            &format!("{event}-0"),
            &format!("{event}-01"),
            &format!("{event}-"),
            &format!("{report}-1"),
        ] {
            assert_eq!(text.parse::<InstanceRef>(), Err(NoInstance), "{text}");
        }
    }

    #[test]
    fn a_position_reads_back() {
        let id = InstanceRef::Event(EventId::from_parts(1, [1; 10]), 3).to_string();
        let place = Position(InstancePosition { started_at: Timestamp::from_unix_ms(17), id });
        assert_eq!(place.to_string().parse(), Ok(place));
        assert!("17".parse::<Position>().is_err() && "x.evt_1".parse::<Position>().is_err());
    }
}
