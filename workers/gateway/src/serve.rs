//! What happens to a request.

use app::ports::{Clock, Random};
use contracts::pipeline::workflows::CrmEntity;
use futures_util::future::{LocalBoxFuture, ready};
use http_api::Operation;
use mesh::TraceContext;

use crate::exchange::{Exchange, Facts, Ports, Request};
use crate::failure::Failure;
use crate::middleware::trace::{self, Entered, Entry};
use crate::middleware::{cors, limits, screen};
use crate::respond::{Answer, Outcome};
use crate::router;
use crate::routes::{
    approvals, crm, docs, endpoints, events, files, health, histories, hooks, http_tasks, job_backfills,
    jobs, live, model_routes, models, pings, reports, rules, search, signals, subscriptions, usage,
    workflows,
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
    facts.request_id.replace(request_id.clone());

    let (pattern, outcome) = match screen::head(&request) {
        Ok(()) => route(ports, &facts, trace.trace, started_ms, request).await,
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
            facts.operation.set(Some(found.route.operation));
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
    trace: Entered,
    request_id: String,
    method: String,
    pattern: &'static str,
}

impl Asked {
    fn answered(self, outcome: Outcome, facts: Facts, clock: &dyn Clock) -> Served {
        let trace_id = self.trace.trace.trace_id();
        let (answer, code) = match outcome {
            Ok(answer) => (answer, None),
            Err(Failure { problem, cause }) => {
                if cause.is_some() {
                    facts.cause.replace(cause);
                }
                let code = problem.code();
                let form = facts.operation.get().and_then(|operation| operation.route().error_form());
                (Answer::problem_for(form, problem, &trace_id), Some(code))
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
            trace: self.trace,
            request_id: self.request_id,
            started_ms: self.started_ms,
            duration_ms: clock.now().unix_ms().saturating_sub(self.started_ms),
            facts,
        };
        Served { answer, entry }
    }
}

/// The table of contents: one line an operation. Each is a function of its own to the engine, which optimizes large ones
/// late or not at all.
fn dispatch<'a>(exchange: &'a Exchange<'_>) -> LocalBoxFuture<'a, Outcome> {
    match exchange.route.operation {
        Operation::GetHealth => Box::pin(health::get(exchange)),
        Operation::GetDocument => Box::pin(ready(Ok(docs::document(exchange)))),
        Operation::GetDocs => Box::pin(ready(Ok(docs::page(exchange)))),
        Operation::ReceiveHook => Box::pin(hooks::receive(exchange)),
        Operation::ProbeHook => Box::pin(hooks::probe(exchange)),
        Operation::CreateEndpoint => Box::pin(endpoints::create(exchange)),
        Operation::ListEndpoints => Box::pin(endpoints::list(exchange)),
        Operation::GetEndpoint => Box::pin(endpoints::get(exchange)),
        Operation::RotateEndpoint => Box::pin(endpoints::rotate(exchange)),
        Operation::DeleteEndpoint => Box::pin(endpoints::delete(exchange)),
        Operation::PutHistory => Box::pin(histories::put(exchange)),
        Operation::GetHistory => Box::pin(histories::get(exchange)),
        Operation::DeleteHistory => Box::pin(histories::delete(exchange)),
        Operation::SubmitEvent => Box::pin(events::submit(exchange)),
        Operation::ListEvents => Box::pin(events::list(exchange)),
        Operation::GetEvent => Box::pin(events::get(exchange)),
        Operation::GetEventRaw => Box::pin(events::raw(exchange)),
        Operation::GetEventText => Box::pin(events::text(exchange)),
        Operation::ListSignals => Box::pin(signals::list(exchange)),
        Operation::GetSignal => Box::pin(signals::get(exchange)),
        Operation::Search => Box::pin(search::search(exchange)),
        Operation::GetUsage => Box::pin(usage::get(exchange)),
        Operation::CreateJob => Box::pin(jobs::create(exchange)),
        Operation::ListJobs => Box::pin(jobs::list(exchange)),
        Operation::GetJob => Box::pin(jobs::get(exchange)),
        Operation::UpdateJob => Box::pin(jobs::change(exchange)),
        Operation::DeleteJob => Box::pin(jobs::delete(exchange)),
        Operation::RunJob => Box::pin(jobs::run(exchange)),
        Operation::PauseJob => Box::pin(jobs::pause(exchange)),
        Operation::ResumeJob => Box::pin(jobs::resume(exchange)),
        Operation::BackfillJob => Box::pin(job_backfills::create(exchange)),
        Operation::ListJobBackfills => Box::pin(job_backfills::list(exchange)),
        Operation::GetJobBackfill => Box::pin(job_backfills::get(exchange)),
        Operation::CancelJobBackfill => Box::pin(job_backfills::cancel(exchange)),
        Operation::ListRuns => Box::pin(jobs::runs(exchange)),
        Operation::PingJob => Box::pin(pings::ping(exchange)),
        Operation::RotateJobSecret => Box::pin(http_tasks::rotate(exchange)),
        Operation::RotatePing => Box::pin(pings::rotate(exchange)),
        Operation::ListPings => Box::pin(pings::list(exchange)),
        Operation::Ping
        | Operation::PostPing
        | Operation::PingStart
        | Operation::PostPingStart
        | Operation::PingFail
        | Operation::PostPingFail => Box::pin(pings::by_address(exchange)),
        Operation::ListAccounts => Box::pin(crm::list(exchange, CrmEntity::Account)),
        Operation::GetAccount => Box::pin(crm::get(exchange, CrmEntity::Account)),
        Operation::ListContacts => Box::pin(crm::list(exchange, CrmEntity::Contact)),
        Operation::GetContact => Box::pin(crm::get(exchange, CrmEntity::Contact)),
        Operation::StoreFile => Box::pin(files::store(exchange)),
        Operation::ListFiles => Box::pin(files::list(exchange)),
        Operation::GetFile => Box::pin(files::get(exchange)),
        Operation::GetFileInfo => Box::pin(files::info(exchange)),
        Operation::DeleteFile => Box::pin(files::delete(exchange)),
        Operation::CreateUpload => Box::pin(files::begin(exchange)),
        Operation::GetUpload => Box::pin(files::get_upload(exchange)),
        Operation::StorePart => Box::pin(files::store_part(exchange)),
        Operation::CompleteUpload => Box::pin(files::complete(exchange)),
        Operation::AbortUpload => Box::pin(files::abort(exchange)),
        Operation::CreateChatCompletion => Box::pin(models::chat(exchange)),
        Operation::CreateMessage => Box::pin(models::message(exchange)),
        Operation::CreateEmbedding => Box::pin(models::embed(exchange)),
        Operation::ListModels => Box::pin(models::list(exchange)),
        Operation::GetModel => Box::pin(models::get(exchange)),
        Operation::ExplainRoute => Box::pin(model_routes::explain(exchange)),
        Operation::CreateReport => Box::pin(reports::create(exchange)),
        Operation::GetReport => Box::pin(reports::get(exchange)),
        Operation::GetReportHtml => Box::pin(reports::html(exchange)),
        Operation::GetReportPdf => Box::pin(reports::pdf(exchange)),
        Operation::StartWorkflow => Box::pin(workflows::start(exchange)),
        Operation::GetWorkflow => Box::pin(workflows::get(exchange)),
        Operation::SignalWorkflow => Box::pin(workflows::signal(exchange)),
        Operation::PauseWorkflow => Box::pin(workflows::pause(exchange)),
        Operation::ResumeWorkflow => Box::pin(workflows::resume(exchange)),
        Operation::TerminateWorkflow => Box::pin(workflows::terminate(exchange)),
        Operation::ListApprovals => Box::pin(approvals::list(exchange)),
        Operation::GetApproval => Box::pin(approvals::get(exchange)),
        Operation::DecideApproval => Box::pin(approvals::decide(exchange)),
        Operation::CreateRule => Box::pin(rules::create(exchange)),
        Operation::ListRules => Box::pin(rules::list(exchange)),
        Operation::GetRule => Box::pin(rules::get(exchange)),
        Operation::ReplaceRule => Box::pin(rules::replace(exchange)),
        Operation::DeleteRule => Box::pin(rules::delete(exchange)),
        Operation::TestRule => Box::pin(rules::test(exchange)),
        Operation::ListAlerts => Box::pin(rules::alerts(exchange)),
        Operation::AcknowledgeAlert => Box::pin(rules::acknowledge(exchange)),
        Operation::ListTasks => Box::pin(rules::tasks(exchange)),
        Operation::CompleteTask => Box::pin(rules::complete(exchange)),
        Operation::Listen => Box::pin(live::open(exchange)),
        Operation::CreateTicket => Box::pin(live::ticket(exchange)),
        Operation::CreateSubscription => Box::pin(subscriptions::create(exchange)),
        Operation::ListSubscriptions => Box::pin(subscriptions::list(exchange)),
        Operation::GetSubscription => Box::pin(subscriptions::get(exchange)),
        Operation::DeleteSubscription => Box::pin(subscriptions::delete(exchange)),
        Operation::RotateSecret => Box::pin(subscriptions::rotate(exchange)),
        Operation::EnableSubscription => Box::pin(subscriptions::enable(exchange)),
        Operation::ListDeliveries => Box::pin(subscriptions::deliveries(exchange)),
        Operation::GetDelivery => Box::pin(subscriptions::get_delivery(exchange)),
        Operation::Redeliver | Operation::RedeliverOfSubscriptions => {
            Box::pin(subscriptions::redeliver(exchange))
        }
    }
}
