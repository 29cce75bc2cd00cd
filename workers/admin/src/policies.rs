//! `/admin/api/tenants/{id}/ai-policy`: what a tenant may ask of models.

use contracts::TenantCall;
use contracts::pipeline::ai_policy::{
    AiArchive, AiPolicy, AiPolicyStanding, MOST_ARCHIVE_DAYS, MOST_POLICY_MODELS, ReadAiPolicy, SetAiPolicy,
};
use contracts::pipeline::budget::{BudgetError, SetBudgetError};
use http_api::request::{FromBody, Object, TextRule, read_body};
use mesh::CallError;
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::audit::Asker;
use crate::budgets::Budgets;
use crate::problem::{Code, Problem};

/// The most kinds that can be named.
const MOST_KINDS: usize = 20;
/// The largest limit, in tokens.
const MOST_TOKENS: u32 = 100_000_000;

/// The body that sets it.
struct Wanted {
    version: Option<u32>,
    policy: AiPolicy,
}

impl FromBody for Wanted {
    fn read(object: &Object<'_>) -> Option<Self> {
        let tokens = |name: &str| object.optional_integer(name, 1, MOST_TOKENS).map(u64::from);
        let texts = |name: &str, most: usize| {
            let given = object.raw(name).is_some_and(|raw| raw.get() != "null");
            given.then(|| object.required_texts(name, TextRule::line(200), most))
        };
        let version = object.optional_integer("version", 0, u32::MAX);
        let (models, mask) = (texts("models", MOST_POLICY_MODELS), texts("mask", MOST_KINDS));
        let policy = AiPolicy {
            models: models.map_or(Some(None), |models| models.map(Some))?,
            max_input_tokens: tokens("max_input_tokens"),
            max_output_tokens: tokens("max_output_tokens"),
            mask: mask.unwrap_or_else(|| Some(Vec::new()))?,
            archive: archive(object)?,
        };
        Some(Self { version, policy })
    }
}

/// Where requests and answers are kept; none where they are not.
fn archive(object: &Object<'_>) -> Option<Option<AiArchive>> {
    let Some(archive) = object.optional_object("archive") else { return Some(None) };
    archive.required_raw("retention_days")?;
    let retention_days = archive.optional_integer("retention_days", 1, MOST_ARCHIVE_DAYS)?;
    Some(Some(AiArchive { retention_days }))
}

/// A policy, as operators see it.
#[derive(Debug, Serialize)]
struct PolicyView {
    version: u32,
    updated_by: Option<String>,
    updated_at: Option<http_api::Timestamp>,
    models: Option<Vec<String>>,
    max_input_tokens: Option<u64>,
    max_output_tokens: Option<u64>,
    mask: Vec<String>,
    archive: Option<ArchiveView>,
}

/// For how long calls are archived.
#[derive(Debug, Serialize)]
struct ArchiveView {
    retention_days: u32,
}

impl From<AiArchive> for ArchiveView {
    fn from(archive: AiArchive) -> Self {
        let AiArchive { retention_days } = archive;
        Self { retention_days }
    }
}

impl From<AiPolicyStanding> for PolicyView {
    fn from(standing: AiPolicyStanding) -> Self {
        let AiPolicyStanding { version, updated_by, updated_at, policy } = standing;
        let AiPolicy { models, max_input_tokens, max_output_tokens, mask, archive } = policy;
        let archive = archive.map(ArchiveView::from);
        let updated_at = updated_at.map(|time| http_api::Timestamp::from_unix_ms(time.unix_ms()));
        Self { version, updated_by, updated_at, models, max_input_tokens, max_output_tokens, mask, archive }
    }
}

/// The policy; version 0 where it was never set.
///
/// # Errors
/// What the pipeline says.
pub(crate) async fn get(budgets: &Budgets, call: &TenantCall) -> Result<Answer, Problem> {
    let standing = budgets.get_ai_policy(call, ReadAiPolicy {}).await.map_err(unread)?;
    Ok(Answer::json(&PolicyView::from(standing)))
}

/// Sets the whole policy in the name of whoever asks: what the body leaves out holds nobody to anything.
///
/// # Errors
/// A body that has what cannot be; somebody set it since the version that the body names; what the pipeline says.
pub(crate) async fn set(
    asker: &Asker<'_>,
    budgets: &Budgets,
    call: &TenantCall,
    body: &[u8],
) -> Result<Answer, Problem> {
    let Wanted { version, policy } = read_body(body).map_err(Problem::of_body)?;
    let before = budgets.get_ai_policy(call, ReadAiPolicy {}).await.map_err(unread)?;
    let tenant = call.scope.tenant;
    let mut act = asker.act("ai_policy.set", Some(tenant), tenant.to_string());
    act.before = Some(told(before.version, &before.policy).to_string());
    act.after = Some(told(before.version.saturating_add(1), &policy).to_string());
    // Without a version: whatever was there a moment ago, and is what the audit says was replaced.
    let version = Some(version.unwrap_or(before.version));
    let request = SetAiPolicy { policy, version, updated_by: asker.actor.clone() };
    let set = async { budgets.set_ai_policy(call, request).await.map_err(refused) };
    let standing = asker.carry_out(act, set, |standing| json!({ "version": standing.version })).await?;
    Ok(Answer::json(&PolicyView::from(standing)))
}

fn told(version: u32, policy: &AiPolicy) -> Value {
    let AiPolicy { models, max_input_tokens, max_output_tokens, mask, archive } = policy;
    json!({
        "version": version, "models": models, "max_input_tokens": max_input_tokens,
        "max_output_tokens": max_output_tokens, "mask": mask, "archive": archive.map(ArchiveView::from),
    })
}

fn unread(error: CallError<BudgetError>) -> Problem {
    Problem::of_call(&error)
}

fn refused(error: CallError<SetBudgetError>) -> Problem {
    match error {
        CallError::Refused(SetBudgetError::Invalid { detail }) => Problem::new(Code::Invalid, detail),
        CallError::Refused(SetBudgetError::Stale { version }) => {
            let detail = format!(
                "somebody set the policy meanwhile: it is at version {version}; look at it and decide again"
            );
            Problem::new(Code::Stale, detail)
        }
        error => Problem::of_call(&error),
    }
}
