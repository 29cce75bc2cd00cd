//! What the platform calls: a request, and the cron of the heartbeat.

use app::ports::{AuditQuery, AuditTrail, Clock};
use host::{PublishedKeys, WorkerClock, WorkerRandom};
use mesh::TraceContext;
use worker::{
    Context, Env, Headers, Request, Response, ResponseBuilder, ScheduleContext, ScheduledEvent, event,
};

use crate::console::{Console, Handled};
use crate::proposals::Proposals;
use crate::request::{MOST_BODY_BYTES, Request as Asked};
use crate::tenants::Tenants;
use crate::wiring::{self, BoundMesh};

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    telemetry::console::init(app::admin::SERVICE);
    let began_at = WorkerClock.now().unix_ms();
    let header = |name: &str| request.headers().get(name);
    let trace = header("traceparent")?
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| TraceContext::from_random(WorkerRandom::bytes()));
    let (method, url) = (request.method().to_string(), request.url()?);
    let (accept, assertion, cookie, origin) =
        (header("accept")?, header("cf-access-jwt-assertion")?, header("cookie")?, header("origin")?);

    let fetch_site = header("sec-fetch-site")?;
    let (content_type, idempotency_key) = (header("content-type")?, header("idempotency-key")?);
    let length = header("content-length")?.and_then(|text| text.parse::<usize>().ok());
    let fits = length.is_some_and(|length| length <= MOST_BODY_BYTES);
    let body = if fits { Some(request.bytes().await?) } else { None };

    let settings = wiring::settings(&env);
    let url_of_keys = settings.as_ref().map(|settings| settings.keys_url()).unwrap_or_default();
    let dead_letters = wiring::dead_letters(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let redrives = wiring::redrives(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let traces = wiring::traces(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let analytics = wiring::analytics(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let operations = wiring::operations(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let jobs = wiring::jobs(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let erasures = wiring::erasures(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let scans = wiring::scans(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let retentions = wiring::retentions(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let budgets = wiring::budgets(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let ai_calls = wiring::ai_calls(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let pipeline = wiring::pipeline(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let control = wiring::control(&env).map_err(|error| worker::Error::from(error.to_string()))?;
    let console = Console {
        settings: &settings,
        cache: &wiring::keys(),
        keys: &PublishedKeys::at(url_of_keys),
        mesh: &BoundMesh { env: &env },
        dead_letters: &dead_letters,
        redrives: &redrives,
        traces: &traces,
        analytics: &analytics,
        operations: &operations,
        jobs: &jobs,
        erasures: &erasures,
        retentions: &retentions,
        budgets: &budgets,
        ai_calls: &ai_calls,
        pipeline: &pipeline,
        scans: &scans,
        tenants: Tenants { store: &control, clock: &WorkerClock, random: &WorkerRandom },
        proposals: &control,
        trail: &control,
        clock: &WorkerClock,
    };
    let asked = Asked {
        method: &method,
        url: url.as_str(),
        path: url.path(),
        query: url.query().unwrap_or_default(),
        origin: origin.as_deref(),
        fetch_site: fetch_site.as_deref(),
        accept: accept.as_deref(),
        assertion: assertion.as_deref(),
        cookie: cookie.as_deref(),
        content_type: content_type.as_deref(),
        idempotency_key: idempotency_key.as_deref(),
        body: body.as_deref(),
    };
    let handled = console.handle(&asked, trace).await;
    log(&method, &handled, trace, WorkerClock.now().unix_ms().saturating_sub(began_at));
    respond(handled)
}

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    telemetry::console::init(app::admin::SERVICE);
    if let Err(error) = (BoundMesh { env: &env }).beat().await {
        tracing::error!(event = "heartbeat.failed", %error);
    }
    note_head(&env).await;
    resume(&env).await;
}

/// Has the logs keep the audit's head: whoever rewrites the chain in the database cannot rewrite them.
async fn note_head(env: &Env) {
    let Ok(control) = wiring::control(env) else { return };
    let newest = AuditQuery { limit: 1, ..AuditQuery::default() };
    match control.entries(&newest).await {
        Ok(entries) => {
            if let Some(entry) = entries.first() {
                tracing::info!(event = "audit.head", sequence = entry.sequence, hash = entry.hash);
            }
        }
        Err(error) => tracing::error!(event = "audit.head_unknown", %error),
    }
}

/// Goes on with what two people agreed on and nobody carried out.
async fn resume(env: &Env) {
    let (Ok(control), Ok(erasures), Ok(redrives)) =
        (wiring::control(env), wiring::erasures(env), wiring::redrives(env))
    else {
        return;
    };
    let tenants = Tenants { store: &control, clock: &WorkerClock, random: &WorkerRandom };
    let proposals = Proposals {
        store: &control,
        tenants: &tenants,
        erasures: &erasures,
        redrives: &redrives,
        clock: &WorkerClock,
        random: &WorkerRandom,
        trace: TraceContext::from_random(WorkerRandom::bytes()),
    };
    match proposals.resume(&control).await {
        Ok(0) => {}
        Ok(resumed) => tracing::info!(event = "proposals.resumed", resumed),
        Err(error) => tracing::error!(event = "proposals.not_resumed", %error),
    }
}

/// The one line of a request.
fn log(method: &str, handled: &Handled, trace: TraceContext, duration_ms: u64) {
    let status = u64::from(handled.answer.status);
    let Handled { route, actor, code, cause, .. } = handled;
    let (route, trace_id) = (route.unwrap_or("none"), trace.trace_id());
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                event = "http.request",
                method,
                route,
                status,
                actor = actor.as_deref(),
                trace_id,
                duration_ms,
                code,
                error = cause.as_deref()
            )
        };
    }
    if status >= 500 { line!(error) } else { line!(info) }
}

fn respond(handled: Handled) -> worker::Result<Response> {
    let headers = Headers::new();
    for (name, value) in &handled.answer.headers {
        headers.set(name, value)?;
    }
    let response = ResponseBuilder::new().with_status(handled.answer.status).with_headers(headers);
    Ok(response.fixed(handled.answer.body.into_bytes()))
}
