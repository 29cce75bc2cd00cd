//! What happens to a request: recognize who asks, find the route, check the role, answer.

use std::rc::Rc;

use app::admin::{Checkup, SERVICE};
use app::ports::{AuditTrail, Clock, ProposalStore};
use async_trait::async_trait;
use auth::access::{Actor, Identity, KeyCache, KeyStore, assertion};
use contracts::pipeline::DeadLettersClient;
use contracts::pipeline::erasure::ErasureScope;
use contracts::{OperatorCall, OperatorScope, TenantCall, TenantScope};
use http_api::idempotency::IdempotencyKey;
use http_api::request::read_query;
use ids::{DeadLetterId, JobId, TenantId};
use maud::Markup;
use mesh::{CallContext, Deadline, TraceContext, Transport};

use crate::ai_calls::{self, AiCalls};
use crate::analytics::{self, Analytics};
use crate::answer::Answer;
use crate::api::MeshHealth;
use crate::audit::{self, Asker};
use crate::budgets::{self, Budgets};
use crate::dead_letters;
use crate::erasures::{self, Erasures};
use crate::gate::{Settings, SettingsError};
use crate::jobs::{self, Jobs, OfTenant};
use crate::operations::{self, Operations};
use crate::pages::{self, Visitor};
use crate::pipeline::Pipeline;
use crate::policies;
use crate::problem::{Code, Problem};
use crate::proposals::{Proposals, Redriving, Wish};
use crate::redrives::{self, Redrives};
use crate::request::{Request, accepts_html, idempotency_key, json_body, same_site};
use crate::retention::{self, Retentions};
use crate::router::{Route, is_api};
use crate::schedules::{self, Scans};
use crate::tenants::Tenants;
use crate::traces::{self, Traces};

/// The Workers that can be asked how they are, this one included.
#[async_trait(?Send)]
pub trait Mesh {
    /// Asks all at once, within [`app::admin::PATIENCE_MS`]. In the order from the edge to the depth, this one last.
    async fn survey(&self, trace: TraceContext) -> Vec<Checkup>;
}

/// The console with all that it needs.
pub struct Console<'a> {
    /// Whose tokens are accepted.
    pub settings: &'a Result<Settings, SettingsError>,
    /// The team's keys, as long as they are known.
    pub cache: &'a KeyCache,
    /// Where they come from.
    pub keys: &'a dyn KeyStore,
    /// The Workers.
    pub mesh: &'a dyn Mesh,
    /// What was given up.
    pub dead_letters: &'a DeadLettersClient<Rc<dyn Transport>>,
    /// What was given up, by its cause.
    pub redrives: &'a Redrives,
    /// What is on record of traces.
    pub traces: &'a Traces,
    /// What all tenants used.
    pub analytics: &'a Analytics,
    /// Events of all tenants.
    pub operations: &'a Operations,
    /// Tenants' jobs.
    pub jobs: &'a Jobs,
    /// Erasures and their certificates.
    pub erasures: &'a Erasures,
    /// How long events are kept.
    pub retentions: &'a Retentions,
    /// What tenants may spend on models.
    pub budgets: &'a Budgets,
    /// Calls of models that are archived.
    pub ai_calls: &'a AiCalls,
    /// Instances of workflows, approvals, deliveries, and what tenants sent.
    pub pipeline: &'a Pipeline,
    /// Whether what must hold of the schedules does.
    pub scans: &'a Scans,
    /// Tenants and their keys.
    pub tenants: Tenants<'a>,
    /// What takes two of them.
    pub proposals: &'a dyn ProposalStore,
    /// What operators did.
    pub trail: &'a dyn AuditTrail,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// How long a call to a Worker below may take, in milliseconds.
const CALL_MS: u64 = 10_000;

/// An answer, and what the log says of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// The answer.
    pub answer: Answer,
    /// The route's pattern, or nothing where there is none.
    pub route: Option<&'static str>,
    /// Who asked, once known.
    pub actor: Option<String>,
    /// The code of the problem, if there was one.
    pub code: Option<&'static str>,
    /// What was behind it.
    pub cause: Option<String>,
}

impl Console<'_> {
    /// Answers a request.
    pub async fn handle(&self, request: &Request<'_>, trace: TraceContext) -> Handled {
        let route = Route::at(request.path);
        let mut identity = None;
        let outcome = self.answer(request, route, trace, &mut identity).await;
        let mut handled = Handled {
            answer: Answer::moved(Route::HOME),
            route: route.map(Route::pattern),
            actor: identity.as_ref().map(|identity| identity.actor.to_string()),
            code: None,
            cause: None,
        };
        match outcome {
            Ok(answer) => handled.answer = answer,
            Err(problem) => {
                handled.answer = self.refuse(request, identity.as_ref(), &problem, trace);
                handled.code = Some(problem.code.as_str());
                handled.cause = problem.cause;
            }
        }
        handled.answer = handled.answer.with("x-trace-id", trace.trace_id());
        if request.method == "HEAD" {
            handled.answer.body.clear();
        }
        handled
    }

    async fn answer(
        &self,
        request: &Request<'_>,
        route: Option<Route>,
        trace: TraceContext,
        known: &mut Option<Identity>,
    ) -> Result<Answer, Problem> {
        let settings = self.settings.as_ref().map_err(Problem::from)?;
        let token = assertion(request.assertion, request.cookie);
        let now_unix_s = (self.clock.now().unix_ms() / 1000) as i64;
        let identity = known.insert(settings.admit(token, self.cache, self.keys, now_unix_s).await?);

        let nowhere = || Problem::new(Code::RouteNotFound, "nothing is served at this path");
        let route = route.ok_or_else(nowhere)?;
        if !route.allows(request.method) {
            let detail = format!("this path takes {}", route.allow());
            return Err(Problem::new(Code::MethodNotAllowed, detail).with_header("allow", route.allow()));
        }
        identity
            .require(route.needs(request.method))
            .map_err(|error| Problem::new(Code::RoleMissing, error.to_string()))?;

        if !matches!(request.method, "GET" | "HEAD") {
            same_site(request)?;
        }

        let asker = &Asker {
            actor: identity.actor.to_string(),
            role: identity.role.map_or("none", |role| role.as_str()),
            trace_id: trace.trace_id(),
            trail: self.trail,
            clock: self.clock,
        };
        let call = || self.call(identity, trace);
        let known = |id: Option<DeadLetterId>| id.ok_or_else(Problem::no_dead_letter);
        match route {
            Route::DeadLetters => {
                let page = dead_letters::list(self.dead_letters, &call(), request.query).await?;
                Ok(Answer::json(&page))
            }
            Route::DeadLetter(id) => {
                let letter = dead_letters::get(self.dead_letters, &call(), known(id)?).await?;
                Ok(Answer::json(&letter))
            }
            Route::Replay(id) => dead_letters::replay(asker, self.dead_letters, &call(), known(id)?).await,
            Route::Groups => Ok(Answer::json(&redrives::groups(self.redrives, &call()).await?)),
            Route::Group => {
                Ok(Answer::json(&redrives::group(self.redrives, &call(), fingerprint(request.path)).await?))
            }
            Route::Redrive => {
                let of = fingerprint(request.path);
                let key = idempotency_key(request.idempotency_key)?;
                let key = key.as_ref().map(IdempotencyKey::as_str);
                let answer = match self.proposals(trace).redrive(asker, key, of, json_body(request)?).await? {
                    Redriving::Begun(redrive) => Answer::json(&redrive),
                    Redriving::Proposed(proposal) => Answer::json(&proposal),
                };
                Ok(answer.with_status(202))
            }
            Route::Redrives => Ok(Answer::json(&redrives::list(self.redrives, &call()).await?)),
            Route::OneRedrive(id) => {
                let id = id.ok_or_else(Problem::no_redrive)?;
                Ok(Answer::json(&redrives::get(self.redrives, &call(), id, request.query).await?))
            }
            Route::StopRedrive(id) => {
                let id = id.ok_or_else(Problem::no_redrive)?;
                let stopped = redrives::stop(asker, self.redrives, &call(), id).await?;
                Ok(Answer::json(&stopped))
            }
            Route::Proposals if request.method == "POST" => {
                let key = idempotency_key(request.idempotency_key)?;
                let named = key.as_ref().map(IdempotencyKey::as_str);
                let made = self.proposals(trace).create(asker, named, json_body(request)?).await?;
                Ok(Answer::json(&made).with_status(201))
            }
            Route::Proposals => Ok(Answer::json(&self.proposals(trace).list(request.query).await?)),
            Route::Proposal(id) => {
                let id = id.ok_or_else(Problem::no_proposal)?;
                Ok(Answer::json(&self.proposals(trace).show(id).await?))
            }
            Route::ProposalAct(id, act) => {
                let id = id.ok_or_else(Problem::no_proposal)?;
                Ok(Answer::json(&self.proposals(trace).act(asker, id, act, json_body(request)?).await?))
            }
            Route::Trace => {
                let id = last_part(request.path);
                Ok(Answer::json(&traces::get(asker, self.traces, self.trail, &call(), id).await?))
            }
            Route::Summary => {
                let summary =
                    analytics::summary(self.analytics, &self.tenants, &call(), request.query).await?;
                Ok(Answer::json(&summary))
            }
            Route::SummaryCsv => {
                analytics::export(self.analytics, &self.tenants, &call(), request.query).await
            }
            Route::Overview => Ok(Answer::json(&analytics::overview(self.analytics, &call()).await?)),
            Route::Events => {
                Ok(Answer::json(&operations::list(self.operations, &call(), request.query).await?))
            }
            Route::Event(id) => {
                let id = id.ok_or_else(Problem::no_event)?;
                Ok(Answer::json(&operations::get(asker, self.operations, &call(), id).await?))
            }
            Route::Jobs | Route::Job(_) | Route::JobRuns(_) | Route::JobAct(..) => {
                self.of_jobs(route, request, asker, trace).await
            }
            Route::Work(work) => self.work_api(work, request, asker, trace).await,
            Route::Erasures(tenant) => {
                let call = self.tenant_call(tenant, trace, request.idempotency_key)?;
                if request.method == "POST" {
                    let asked = erasures::asked(json_body(request)?)?;
                    if asked.scope != ErasureScope::Tenant {
                        return erasures::start(asker, self.erasures, &call, asked).await;
                    }
                    let (wish, key) = (Wish::EraseTenant { tenant: call.scope.tenant }, call.idempotency_key);
                    let proposals = self.proposals(trace);
                    let proposal = proposals.propose(asker, key.as_deref(), wish, asked.reason).await?;
                    Ok(Answer::json(&proposal).with_status(202))
                } else {
                    erasures::list(self.erasures, &call, request.query).await
                }
            }
            Route::Erasure(ids) => {
                let (tenant, id) = ids.ok_or_else(Problem::no_erasure)?;
                erasures::get(self.erasures, &self.tenant_call(Some(tenant), trace, None)?, id).await
            }
            Route::Certificate(ids) => {
                let (tenant, id) = ids.ok_or_else(Problem::no_erasure)?;
                erasures::certificate(self.erasures, &self.tenant_call(Some(tenant), trace, None)?, id).await
            }
            Route::Retention(tenant) => {
                let call = self.tenant_call(tenant, trace, None)?;
                if request.method == "PUT" {
                    retention::set(asker, self.retentions, &call, json_body(request)?).await
                } else {
                    retention::get(self.retentions, &call).await
                }
            }
            Route::AiBudget(tenant) => {
                let call = self.tenant_call(tenant, trace, None)?;
                // An object is made by whoever asks it: none for a tenant that there is not.
                self.tenants.show(call.scope.tenant).await?;
                if request.method == "PUT" {
                    budgets::set(asker, self.budgets, &call, json_body(request)?).await
                } else {
                    budgets::get(self.budgets, &call).await
                }
            }
            Route::AiPolicy(tenant) => {
                let call = self.tenant_call(tenant, trace, None)?;
                self.tenants.show(call.scope.tenant).await?;
                if request.method == "PUT" {
                    policies::set(asker, self.budgets, &call, json_body(request)?).await
                } else {
                    policies::get(self.budgets, &call).await
                }
            }
            Route::AiCalls(tenant) => {
                let call = self.tenant_call(tenant, trace, None)?;
                ai_calls::list(self.ai_calls, &call, request.query).await
            }
            Route::AiCall(ids) => {
                let (tenant, id) = ids.ok_or_else(Problem::no_ai_call)?;
                let call = self.tenant_call(Some(tenant), trace, None)?;
                ai_calls::read(asker, self.ai_calls, &call, id).await
            }
            Route::Schedules => schedules::list(self.scans, &call(), request.query).await,
            Route::Scan => schedules::scan(self.scans, &call(), request.query).await,
            Route::Tenants if request.method == "POST" => {
                let key = idempotency_key(request.idempotency_key)?;
                let made =
                    self.tenants.create(asker, key.as_ref().map(IdempotencyKey::as_str), json_body(request)?);
                Ok(Answer::json(&made.await?).with_status(201))
            }
            Route::Tenants => Ok(Answer::json(&self.tenants.list(request.query).await?)),
            Route::Tenant(tenant) => {
                let tenant = tenant.ok_or_else(Problem::no_tenant)?;
                if request.method == "PATCH" {
                    Ok(Answer::json(&self.tenants.change(asker, tenant, json_body(request)?).await?))
                } else {
                    Ok(Answer::json(&self.tenants.show(tenant).await?))
                }
            }
            Route::Suspend(tenant) | Route::Resume(tenant) => {
                let tenant = tenant.ok_or_else(Problem::no_tenant)?;
                let active = matches!(route, Route::Resume(_));
                Ok(Answer::json(&self.tenants.set_active(asker, tenant, active).await?))
            }
            Route::Keys(tenant) => {
                let tenant = tenant.ok_or_else(Problem::no_tenant)?;
                if request.method == "POST" {
                    let key = idempotency_key(request.idempotency_key)?;
                    let named = key.as_ref().map(IdempotencyKey::as_str);
                    let issued = self.tenants.issue_key(asker, named, tenant, json_body(request)?).await?;
                    let status = if issued.api_key.is_some() { 201 } else { 200 };
                    Ok(Answer::json(&issued).with_status(status))
                } else {
                    Ok(Answer::json(&self.tenants.keys(tenant).await?))
                }
            }
            Route::Key(ids) => {
                let (tenant, key) = ids.ok_or_else(Problem::no_key)?;
                self.tenants.revoke_key(asker, tenant, key).await?;
                Ok(Answer::json(&serde_json::json!({ "id": key, "status": "revoked" })))
            }
            Route::Audit => Ok(Answer::json(&audit::page(self.trail, request.query).await?)),
            Route::AuditExport => audit::export(asker, request.query).await,
            Route::Screen(screen) => {
                let assertion = token.unwrap_or_default();
                self.browse(screen, request, asker, &call(), (settings, identity, assertion), trace).await
            }
            Route::Root => Ok(Answer::moved(Route::HOME)),
            Route::HealthApi => Ok(Answer::json(&self.health(trace).await)),
            Route::HealthPage => {
                let page = pages::health(&self.health(trace).await, &visitor(settings, identity), trace);
                Ok(Answer::page(200, page))
            }
        }
    }

    /// Proposals, for a request of this trace.
    pub(crate) fn proposals(&self, trace: TraceContext) -> Proposals<'_> {
        let Self { proposals: store, tenants, erasures, redrives, clock, .. } = self;
        let random = tenants.random;
        Proposals { store: *store, tenants, erasures, redrives, clock: *clock, random, trace }
    }

    /// What is asked of one tenant's jobs.
    async fn of_jobs(
        &self,
        route: Route,
        request: &Request<'_>,
        asker: &Asker<'_>,
        trace: TraceContext,
    ) -> Result<Answer, Problem> {
        let OfTenant(tenant) = read_query(request.query).map_err(Problem::of_query)?;
        let call = self.tenant_call(Some(tenant), trace, request.idempotency_key)?;
        let known = |id: Option<JobId>| id.ok_or_else(Problem::no_job);
        match route {
            Route::Job(id) => Ok(Answer::json(&jobs::get(self.jobs, &call, known(id)?).await?)),
            Route::JobRuns(id) => {
                Ok(Answer::json(&jobs::runs(self.jobs, &call, known(id)?, request.query).await?))
            }
            Route::JobAct(id, act) => jobs::act(asker, self.jobs, &call, known(id)?, act).await,
            _ => Ok(Answer::json(&jobs::list(self.jobs, &call, request.query).await?)),
        }
    }

    /// A call on behalf of whoever asks.
    fn call(&self, identity: &Identity, trace: TraceContext) -> OperatorCall {
        self.call_of(identity.actor.to_string(), trace)
    }

    /// As [`Console::call`], by the name that the audit has of them.
    pub(crate) fn operator_call(&self, asker: &Asker<'_>, trace: TraceContext) -> OperatorCall {
        self.call_of(asker.actor.clone(), trace)
    }

    fn call_of(&self, operator: String, trace: TraceContext) -> OperatorCall {
        let deadline = Deadline::after(self.clock.now().unix_ms(), CALL_MS);
        CallContext::new(OperatorScope { operator }, trace, deadline, SERVICE)
    }

    /// The time, as pages show it.
    pub(crate) fn now(&self) -> http_api::Timestamp {
        http_api::Timestamp::from_unix_ms(self.clock.now().unix_ms())
    }

    /// A call about one tenant.
    pub(crate) fn tenant_call(
        &self,
        tenant: Option<TenantId>,
        trace: TraceContext,
        key: Option<&str>,
    ) -> Result<TenantCall, Problem> {
        let tenant = tenant.ok_or_else(Problem::no_tenant)?;
        let deadline = Deadline::after(self.clock.now().unix_ms(), CALL_MS);
        let scope = TenantScope { tenant, actor: contracts::Actor::Service(SERVICE.into()) };
        let call = CallContext::new(scope, trace, deadline, SERVICE);
        Ok(match idempotency_key(key)? {
            Some(key) => call.with_idempotency_key(key.as_str()),
            None => call,
        })
    }

    async fn health(&self, trace: TraceContext) -> MeshHealth {
        let checkups = self.mesh.survey(trace).await;
        MeshHealth::new(checkups, self.clock.now())
    }

    /// A browser gets a page to go on from; a program gets the document.
    fn refuse(
        &self,
        request: &Request<'_>,
        identity: Option<&Identity>,
        problem: &Problem,
        trace: TraceContext,
    ) -> Answer {
        let answer = if is_api(request.path) || !accepts_html(request.accept) {
            Answer::problem(problem, &trace.trace_id())
        } else {
            Answer::page(problem.code.status(), self.refusal_page(request, identity, problem, trace))
        };
        problem.headers.iter().fold(answer, |answer, (name, value)| answer.with(name, value))
    }

    fn refusal_page(
        &self,
        request: &Request<'_>,
        identity: Option<&Identity>,
        problem: &Problem,
        trace: TraceContext,
    ) -> Markup {
        let settings = self.settings.as_ref().ok();
        let visitor = identity.and_then(|identity| settings.map(|settings| visitor(settings, identity)));
        let sign_in = settings.map(|settings| settings.sign_in_url(request.url));
        pages::refusal(problem, sign_in.as_deref(), visitor.as_ref(), trace)
    }
}

/// What stands behind a path's last slash.
pub(crate) fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The fingerprint in a path of a group.
pub(crate) fn fingerprint(path: &str) -> String {
    path.split('/').skip_while(|part| *part != "groups").nth(1).unwrap_or_default().to_owned()
}

pub(crate) fn visitor(settings: &Settings, identity: &Identity) -> Visitor {
    let name = match &identity.actor {
        Actor::Person { email, .. } => email,
        Actor::Service { client_id } => client_id,
    };
    Visitor {
        name: name.clone(),
        role: identity.role.map(|role| role.as_str()),
        sign_out_url: settings.sign_out_url(),
    }
}
