//! `/admin/api/tenants/{id}/retention`: how long a tenant's events are kept.

use std::rc::Rc;

use contracts::TenantCall;
use contracts::pipeline::retention::{
    GetRetention, RetentionClient, RetentionError, RetentionPolicy, SetRetention,
};
use http_api::request::{FromBody, Object, read_body};
use mesh::{CallError, Transport};
use serde::Serialize;

use crate::answer::Answer;
use crate::audit::Asker;
use crate::problem::{Code, Problem};

/// The pipeline's retention.
pub type Retentions = RetentionClient<Rc<dyn Transport>>;

/// The body that sets it.
struct Days(u32);

impl FromBody for Days {
    fn read(object: &Object<'_>) -> Option<Self> {
        object.required_raw("events_days")?;
        object.optional_integer("events_days", 1, 3_650).map(Self)
    }
}

/// A retention, as operators see it.
#[derive(Debug, Serialize)]
struct RetentionView {
    events_days: u32,
    updated_by: Option<String>,
    updated_at: Option<http_api::Timestamp>,
}

impl From<RetentionPolicy> for RetentionView {
    fn from(policy: RetentionPolicy) -> Self {
        let RetentionPolicy { events_days, updated_by, updated_at } = policy;
        let updated_at = updated_at.map(|time| http_api::Timestamp::from_unix_ms(time.unix_ms()));
        Self { events_days, updated_by, updated_at }
    }
}

/// How long they are kept; `updated_by` is null where it is the default.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn get(retentions: &Retentions, call: &TenantCall) -> Result<Answer, Problem> {
    let policy = retentions.get_retention(call, GetRetention {}).await.map_err(refused)?;
    Ok(Answer::json(&RetentionView::from(policy)))
}

/// Sets it in the name of whoever asks. What is older goes in the next night, for good.
///
/// # Errors
/// A body without a fitting number of days; what [`refused`] makes of the call.
pub(crate) async fn set(
    asker: &Asker<'_>,
    retentions: &Retentions,
    call: &TenantCall,
    body: &[u8],
) -> Result<Answer, Problem> {
    let Days(events_days) = read_body(body).map_err(Problem::of_body)?;
    let before = retentions.get_retention(call, GetRetention {}).await.map_err(refused)?;
    let tenant = call.scope.tenant;
    let mut act = asker.act("retention.set", Some(tenant), tenant.to_string());
    act.before = Some(serde_json::json!({ "events_days": before.events_days }).to_string());
    act.after = Some(serde_json::json!({ "events_days": events_days }).to_string());
    let request = SetRetention { events_days, updated_by: asker.actor.clone() };
    let set = async { retentions.set_retention(call, request).await.map_err(refused) };
    let told = |policy: &RetentionPolicy| serde_json::json!({ "events_days": policy.events_days });
    let policy = asker.carry_out(act, set, told).await?;
    Ok(Answer::json(&RetentionView::from(policy)))
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<RetentionError>) -> Problem {
    match error {
        CallError::Refused(RetentionError::Invalid { detail }) => Problem::new(Code::Invalid, detail),
        error => Problem::of_call(&error),
    }
}
