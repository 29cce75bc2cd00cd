//! What happens to a request.

use app::ports::{Clock, Random};
use contracts::pipeline::workflows::CrmEntity;
use http_api::Operation;
use mesh::TraceContext;

use crate::exchange::{Exchange, Facts, Ports, Request};
use crate::failure::Failure;
use crate::middleware::trace::{self, Entry};
use crate::middleware::{cors, limits, screen};
use crate::respond::{Answer, Outcome};
use crate::router;
use crate::routes::{
    approvals, crm, docs, endpoints, events, files, health, hooks, jobs, live, reports, rules, search,
    signals, subscriptions, workflows,
};

/// A request that was answered.
#[derive(Debug)]
pub struct Served {
    /// The answer.
    pub answer: Answer,
    /// Its line in the log.
    pub entry: Entry,
}

/// Answers a request, whatever it is.
pub async fn serve(ports: &Ports, request: Request) -> Served {
    let started_ms = ports.clock.now().unix_ms();
    let trace = trace::continued(request.header(trace::TRACEPARENT), &*ports.random);
    let request_id = trace::request_id(&*ports.random);
    let method = request.method.clone();
    let facts = Facts::default();

    let (pattern, outcome) = match screen::head(&request) {
        Ok(()) => route(ports, &facts, trace, started_ms, request).await,
        Err(problem) => ("unmatched", Err(problem.into())),
    };
    Asked { started_ms, trace, request_id, method, pattern }.answered(outcome, facts, &*ports.clock)
}

/// Finds the route and has it answer; with the pattern that the log names.
async fn route(
    ports: &Ports,
    facts: &Facts,
    trace: TraceContext,
    started_ms: u64,
    request: Request,
) -> (&'static str, Outcome) {
    if request.method == "OPTIONS"
        && let Some((pattern, methods)) = router::methods_at(&request.path)
    {
        let answer = Answer::empty(204).with("allow", methods.clone());
        return (pattern, Ok(cors::preflight(&request, &methods, answer)));
    }
    match router::find(&request.method, &request.path) {
        Ok(found) => {
            let pattern = found.route.path;
            let exchange = Exchange::new(ports, facts, trace, started_ms, found, request);
            let outcome = dispatch(&exchange).await;
            (pattern, settled(&exchange, outcome).await)
        }
        Err(missed) => (missed.pattern(), Err(missed.problem().into())),
    }
}

/// What the limiter says of a request that went on meanwhile: one that it refuses gets no more than that.
async fn settled(exchange: &Exchange<'_>, outcome: Outcome) -> Outcome {
    let pending = exchange.pending.take();
    if let Some(pending) = pending {
        pending.await?;
    }
    let accepted = outcome.is_ok() && !exchange.facts.duplicate.get();
    if let Some(admitted) = exchange.facts.admitted.take().filter(|_| !accepted) {
        exchange.ports.leases.not_accepted(&admitted);
    }
    outcome
}

/// Answers a request that nothing can be done for, since the Worker itself lacks something.
pub fn unready(request: &Request, clock: &dyn Clock, random: &dyn Random, error: impl ToString) -> Served {
    let started_ms = clock.now().unix_ms();
    let trace = trace::continued(request.header(trace::TRACEPARENT), random);
    let pattern = router::find(&request.method, &request.path).map_or("unmatched", |found| found.route.path);
    let request_id = trace::request_id(random);
    let asked = Asked { started_ms, trace, request_id, method: request.method.clone(), pattern };
    asked.answered(Err(Failure::internal(error)), Facts::default(), clock)
}

/// What was asked, for the end.
struct Asked {
    started_ms: u64,
    trace: TraceContext,
    request_id: String,
    method: String,
    pattern: &'static str,
}

impl Asked {
    fn answered(self, outcome: Outcome, facts: Facts, clock: &dyn Clock) -> Served {
        let trace_id = self.trace.trace_id();
        let (answer, code) = match outcome {
            Ok(answer) => (answer, None),
            Err(Failure { problem, cause }) => {
                if cause.is_some() {
                    facts.cause.replace(cause);
                }
                let code = problem.code();
                (Answer::problem(problem, &trace_id), Some(code))
            }
        };
        let answer = cors::readable(answer, facts.origin.take());
        let standing = facts.standing.take();
        let answer = standing.iter().flat_map(limits::headers).fold(answer, |answer, (name, value)| {
            if value.is_empty() { answer } else { answer.with(name, value) }
        });
        // Pages of different origins are answered differently, with the same key too.
        let answer = if self.pattern.starts_with("/v1/") && answer.header("vary").is_none() {
            answer.with("vary", "origin")
        } else {
            answer
        };
        let answer = answer.finished(&trace_id, &self.request_id);
        let entry = Entry {
            method: self.method,
            route: self.pattern,
            status: answer.status,
            code,
            trace_id,
            request_id: self.request_id,
            duration_ms: clock.now().unix_ms().saturating_sub(self.started_ms),
            facts,
        };
        Served { answer, entry }
    }
}

/// The table of contents: one line an operation.
async fn dispatch(exchange: &Exchange<'_>) -> Outcome {
    match exchange.route.operation {
        Operation::GetHealth => health::get(exchange).await,
        Operation::GetDocument => Ok(docs::document(exchange)),
        Operation::GetDocs => Ok(docs::page(exchange)),
        Operation::ReceiveHook => hooks::receive(exchange).await,
        Operation::ProbeHook => hooks::probe(exchange).await,
        Operation::CreateEndpoint => endpoints::create(exchange).await,
        Operation::ListEndpoints => endpoints::list(exchange).await,
        Operation::GetEndpoint => endpoints::get(exchange).await,
        Operation::RotateEndpoint => endpoints::rotate(exchange).await,
        Operation::DeleteEndpoint => endpoints::delete(exchange).await,
        Operation::SubmitEvent => events::submit(exchange).await,
        Operation::ListEvents => events::list(exchange).await,
        Operation::GetEvent => events::get(exchange).await,
        Operation::GetEventRaw => events::raw(exchange).await,
        Operation::GetEventText => events::text(exchange).await,
        Operation::ListSignals => signals::list(exchange).await,
        Operation::GetSignal => signals::get(exchange).await,
        Operation::Search => search::search(exchange).await,
        Operation::CreateJob => jobs::create(exchange).await,
        Operation::ListJobs => jobs::list(exchange).await,
        Operation::GetJob => jobs::get(exchange).await,
        Operation::DeleteJob => jobs::delete(exchange).await,
        Operation::RunJob => jobs::run(exchange).await,
        Operation::PauseJob => jobs::pause(exchange).await,
        Operation::ResumeJob => jobs::resume(exchange).await,
        Operation::ListRuns => jobs::runs(exchange).await,
        Operation::ListAccounts => crm::list(exchange, CrmEntity::Account).await,
        Operation::GetAccount => crm::get(exchange, CrmEntity::Account).await,
        Operation::ListContacts => crm::list(exchange, CrmEntity::Contact).await,
        Operation::GetContact => crm::get(exchange, CrmEntity::Contact).await,
        Operation::StoreFile => files::store(exchange).await,
        Operation::ListFiles => files::list(exchange).await,
        Operation::GetFile => files::get(exchange).await,
        Operation::GetFileInfo => files::info(exchange).await,
        Operation::DeleteFile => files::delete(exchange).await,
        Operation::CreateUpload => files::begin(exchange).await,
        Operation::GetUpload => files::get_upload(exchange).await,
        Operation::StorePart => files::store_part(exchange).await,
        Operation::CompleteUpload => files::complete(exchange).await,
        Operation::AbortUpload => files::abort(exchange).await,
        Operation::CreateReport => reports::create(exchange).await,
        Operation::GetReport => reports::get(exchange).await,
        Operation::GetReportHtml => reports::html(exchange).await,
        Operation::GetReportPdf => reports::pdf(exchange).await,
        Operation::StartWorkflow => workflows::start(exchange).await,
        Operation::GetWorkflow => workflows::get(exchange).await,
        Operation::SignalWorkflow => workflows::signal(exchange).await,
        Operation::PauseWorkflow => workflows::pause(exchange).await,
        Operation::ResumeWorkflow => workflows::resume(exchange).await,
        Operation::TerminateWorkflow => workflows::terminate(exchange).await,
        Operation::ListApprovals => approvals::list(exchange).await,
        Operation::GetApproval => approvals::get(exchange).await,
        Operation::DecideApproval => approvals::decide(exchange).await,
        Operation::CreateRule => rules::create(exchange).await,
        Operation::ListRules => rules::list(exchange).await,
        Operation::GetRule => rules::get(exchange).await,
        Operation::ReplaceRule => rules::replace(exchange).await,
        Operation::DeleteRule => rules::delete(exchange).await,
        Operation::TestRule => rules::test(exchange).await,
        Operation::ListAlerts => rules::alerts(exchange).await,
        Operation::AcknowledgeAlert => rules::acknowledge(exchange).await,
        Operation::ListTasks => rules::tasks(exchange).await,
        Operation::CompleteTask => rules::complete(exchange).await,
        Operation::Listen => live::open(exchange).await,
        Operation::CreateTicket => live::ticket(exchange).await,
        Operation::CreateSubscription => subscriptions::create(exchange).await,
        Operation::ListSubscriptions => subscriptions::list(exchange).await,
        Operation::GetSubscription => subscriptions::get(exchange).await,
        Operation::DeleteSubscription => subscriptions::delete(exchange).await,
        Operation::RotateSecret => subscriptions::rotate(exchange).await,
        Operation::EnableSubscription => subscriptions::enable(exchange).await,
        Operation::ListDeliveries => subscriptions::deliveries(exchange).await,
        Operation::GetDelivery => subscriptions::get_delivery(exchange).await,
        Operation::Redeliver | Operation::RedeliverOfSubscriptions => {
            subscriptions::redeliver(exchange).await
        }
    }
}
