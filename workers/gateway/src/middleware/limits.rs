//! May this request pass: what its tenant and key have left.
//!
//! The tenant's object counts; this isolate's leases spare most calls to it. A lookup that has to ask goes on meanwhile,
//! and its answer is given only once the object has said yes: nobody waits twice, and the count stays exact.
//!
//! A limiter that does not answer within a second lets everyone pass, and is not asked again for a second: it guards
//! the services, and must not be what keeps customers out. The platform's own limiter stands before it all the same.

use std::cell::RefCell;
use std::rc::Rc;

use app::limits::{Admission, Allowed, Asked, Leases, Standing};
use async_trait::async_trait;
use contracts::TenantCall;
use contracts::gateway::{LIMITS, LimitsClient, Take, Taken};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use http_api::routes::{Method, RateClass};
use http_api::{Code, Operation, Problem};
use ids::{EndpointId, KeyId};
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, Deadline};

use crate::exchange::{Exchange, SERVICE};
use crate::failure::Failure;

/// How long the object may take, in milliseconds.
const PATIENCE_MS: u64 = 1_000;
/// The longest wait that a client is told of: a month's quota may be raised meanwhile.
const MOST_RETRY_S: u64 = 24 * 60 * 60;

/// The platform's own limiter: cheap, near, and not exact.
#[async_trait(?Send)]
pub trait FirstCut {
    /// Whether whoever this is may pass. One that fails lets everyone.
    async fn passes(&self, who: String) -> bool;
}

/// What is left to be decided once the answer is there.
pub type Pending = LocalBoxFuture<'static, Result<(), Failure>>;

/// Refuses a flood that no plan allows, before anything is looked up for it. Who sends it, `who` as they call
/// themselves and from where, is all that is known; so nobody can use up the share of another address.
///
/// # Errors
/// [`Code::RateLimited`].
pub async fn first_cut(exchange: &Exchange<'_>, who: &str) -> Result<(), Failure> {
    let address = exchange.header("cf-connecting-ip").unwrap_or("local");
    if exchange.ports.first_cut.passes(format!("{who} {address}")).await {
        return Ok(());
    }
    let problem = Problem::new(Code::RateLimited, "too many requests from one address; slow down");
    Err(Failure::from(problem.with_retry_after(10)).because("first_cut"))
}

/// Lets the holder of a key pass, or not.
///
/// # Errors
/// [`Code::RateLimited`], [`Code::QuotaExceeded`].
pub async fn admit(
    exchange: &Exchange<'_>,
    call: &TenantCall,
    key: KeyId,
    allowed: &Allowed,
) -> Result<(), Failure> {
    let class = class(exchange.route.rate_class());
    let asked = Asked::with_key(call.scope.tenant, key, class, allowed);
    // What only looks up may begin meanwhile.
    let route = exchange.route;
    let overlaps = route.method == Method::Get && route.operation != Operation::Listen;
    decide(exchange, call, asked, overlaps).await
}

/// Lets a delivery pass whose signature was verified, or not.
///
/// # Errors
/// [`Code::RateLimited`].
pub async fn admit_delivery(
    exchange: &Exchange<'_>,
    call: &TenantCall,
    endpoint: EndpointId,
    allowed: &Allowed,
) -> Result<(), Failure> {
    decide(exchange, call, Asked::delivery(call.scope.tenant, endpoint, allowed), false).await
}

async fn decide(
    exchange: &Exchange<'_>,
    call: &TenantCall,
    asked: Asked,
    overlaps: bool,
) -> Result<(), Failure> {
    let now_ms = exchange.ports.clock.now().unix_ms();
    let admission = exchange.ports.leases.admit(&asked, now_ms);
    let Admission::Ask(take) = admission else {
        return verdict(exchange.facts.standing.clone(), &exchange.facts.admitted, asked, admission);
    };
    let ask = ask(exchange, call, asked, take);
    let mut ask = ask.boxed_local();
    if overlaps {
        // Begun here: what it waits for is on its way while the route works.
        if let Some(outcome) = (&mut ask).now_or_never() {
            return outcome;
        }
        exchange.pending.replace(Some(ask));
        return Ok(());
    }
    ask.await
}

/// Asks the tenant's object.
fn ask(
    exchange: &Exchange<'_>,
    call: &TenantCall,
    asked: Asked,
    take: Take,
) -> impl Future<Output = Result<(), Failure>> + use<> {
    let ports = exchange.ports.clone();
    let (standing, admitted) = (exchange.facts.standing.clone(), exchange.facts.admitted.clone());
    let deadline = Deadline::after(ports.clock.now().unix_ms(), PATIENCE_MS);
    let context = CallContext::new(call.scope.clone(), exchange.trace, deadline, SERVICE);
    async move {
        let told = take_from(&*ports.limits, &context, take).await;
        let now_ms = ports.clock.now().unix_ms();
        let admission = match told {
            Ok(taken) => ports.leases.told(&asked, taken, now_ms),
            Err(error) => {
                tracing::warn!(event = "limits.unavailable", tenant = %asked.tenant(), error);
                ports.leases.unanswered(&asked, now_ms);
                Admission::Open
            }
        };
        verdict(standing, &admitted, asked, admission)
    }
}

async fn take_from(limits: &dyn Namespace, context: &TenantCall, take: Take) -> Result<Taken, String> {
    let object = limits.object(&Address::of(context, LIMITS));
    LimitsClient::over(object).take(context, take).await.map_err(|error| error.to_string())
}

fn verdict(
    kept: Rc<RefCell<Option<Standing>>>,
    admitted: &RefCell<Option<Asked>>,
    asked: Asked,
    admission: Admission,
) -> Result<(), Failure> {
    match admission {
        Admission::Passes(standing) => {
            kept.replace(Some(standing));
            admitted.replace(Some(asked));
            Ok(())
        }
        Admission::Open | Admission::Ask(_) => Ok(()),
        Admission::Refused { standing, retry_after_ms, quota } => {
            let narrowest = standing.limits.iter().min_by_key(|(_, _, left, _)| *left);
            let name = narrowest.map(|(name, ..)| public_name(name)).unwrap_or_default();
            kept.replace(Some(standing));
            let wait_s = retry_after_ms.div_ceil(1_000).clamp(1, MOST_RETRY_S);
            let problem = if quota {
                let detail = "the plan's events of this day or month are used up; ask the operator for more";
                Problem::new(Code::QuotaExceeded, detail)
            } else {
                let detail = format!("the limit `{name}` is used up; `RateLimit-Policy` says what it allows");
                Problem::new(Code::RateLimited, detail)
            };
            Err(problem.with_retry_after(u32::try_from(wait_s).unwrap_or(u32::MAX)).into())
        }
    }
}

/// The headers that tell a client how it stands (draft-ietf-httpapi-ratelimit-headers, revision 10).
#[must_use]
pub fn headers(standing: &Standing) -> [(&'static str, String); 2] {
    let policy = standing.limits.iter().map(|(name, rate, ..)| {
        format!("\"{}\";q={};w={}", public_name(name), rate.burst(), rate.window_s())
    });
    let now = standing
        .limits
        .iter()
        .map(|(name, _, left, full_in_s)| format!("\"{}\";r={left};t={full_in_s}", public_name(name)));
    [
        ("ratelimit-policy", policy.collect::<Vec<_>>().join(", ")),
        ("ratelimit", now.collect::<Vec<_>>().join(", ")),
    ]
}

/// A bucket's name without the ids in it: `key:key_…:read` is `key-read` to its holder.
fn public_name(name: &str) -> String {
    let mut parts = name.split(':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("key"), Some(_), Some(class)) => format!("key-{class}"),
        (Some(first), ..) => first.to_owned(),
        (None, ..) => String::new(),
    }
}

const fn class(class: RateClass) -> domain::rate::Class {
    match class {
        RateClass::Read => domain::rate::Class::Read,
        RateClass::Write => domain::rate::Class::Write,
        RateClass::Ingest => domain::rate::Class::Ingest,
        RateClass::Heavy => domain::rate::Class::Heavy,
        RateClass::Hook => domain::rate::Class::Hook,
    }
}

/// A limiter that is never asked before the tenant's.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFirstCut;

#[async_trait(?Send)]
impl FirstCut for NoFirstCut {
    async fn passes(&self, _: String) -> bool {
        true
    }
}

/// What this isolate holds, for the life of it.
#[must_use]
pub fn leases() -> Leases {
    thread_local! {
        static LEASES: Leases = Leases::default();
    }
    LEASES.with(Clone::clone)
}

#[cfg(test)]
mod tests {
    use domain::rate::Rate;

    use super::*;

    #[test]
    fn the_headers_are_structured_fields_without_an_id() {
        let standing = Standing {
            limits: vec![
                ("read".into(), Rate::new(200, 600), 150, 5),
                ("key:key_0199:read".into(), Rate::new(3, 60), 0, 3),
            ],
        };
        assert_eq!(
            headers(&standing),
            [
                ("ratelimit-policy", r#""read";q=200;w=20, "key-read";q=3;w=3"#.to_owned()),
                ("ratelimit", r#""read";r=150;t=5, "key-read";r=0;t=3"#.to_owned()),
            ]
        );
        assert_eq!(public_name("hook:end_0199"), "hook");
    }
}
