//! `/admin/api/tenants/{id}/ai-budget`: what a tenant may spend on models, and what it spent.

mod request;
mod view;

use std::rc::Rc;

use contracts::TenantCall;
use contracts::pipeline::budget::{
    BudgetError, BudgetStanding, BudgetsClient, ReadBudget, SetBudget, SetBudgetError,
};
use http_api::request::read_body;
use mesh::{CallError, Transport};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::audit::Asker;
use crate::problem::{Code, Problem};
use request::Limits;
use view::{BudgetView, LimitView};

/// The pipeline's budgets.
pub type Budgets = BudgetsClient<Rc<dyn Transport>>;

/// The limits, what is left of each now, and what was spent this month by key and model.
///
/// # Errors
/// What the pipeline says.
pub(crate) async fn get(budgets: &Budgets, call: &TenantCall) -> Result<Answer, Problem> {
    let standing = budgets.get_budget(call, ReadBudget {}).await.map_err(unread)?;
    Ok(Answer::json(&BudgetView::from(standing)))
}

/// Sets all limits in the name of whoever asks.
///
/// # Errors
/// A body that has no limits, or such as cannot be; somebody set them since the version that the body names; what the
/// pipeline says.
pub(crate) async fn set(
    asker: &Asker<'_>,
    budgets: &Budgets,
    call: &TenantCall,
    body: &[u8],
) -> Result<Answer, Problem> {
    let Limits { version, limits } = read_body(body).map_err(Problem::of_body)?;
    let before = budgets.get_budget(call, ReadBudget {}).await.map_err(unread)?;
    let tenant = call.scope.tenant;
    let mut act = asker.act("ai_budget.set", Some(tenant), tenant.to_string());
    act.before = Some(told(&before).to_string());
    let asked: Vec<_> = limits.iter().cloned().map(LimitView::from).collect();
    act.after = Some(json!({ "limits": asked }).to_string());
    // Without a version: whatever was there a moment ago, and is what the audit says was replaced.
    let version = Some(version.unwrap_or(before.version));
    let request = SetBudget { limits, version, updated_by: asker.actor.clone() };
    let set = async { budgets.set_budget(call, request).await.map_err(refused) };
    let standing = asker.carry_out(act, set, |standing| json!({ "version": standing.version })).await?;
    Ok(Answer::json(&BudgetView::from(standing)))
}

fn told(standing: &BudgetStanding) -> Value {
    let limits: Vec<_> = standing.limits.iter().cloned().map(LimitView::from).collect();
    json!({ "version": standing.version, "limits": limits })
}

fn unread(error: CallError<BudgetError>) -> Problem {
    Problem::of_call(&error)
}

fn refused(error: CallError<SetBudgetError>) -> Problem {
    match error {
        CallError::Refused(SetBudgetError::Invalid { detail }) => Problem::new(Code::Invalid, detail),
        CallError::Refused(SetBudgetError::Stale { version }) => {
            let detail = format!(
                "somebody set the limits meanwhile: they are at version {version}; look at them and decide again"
            );
            Problem::new(Code::Stale, detail)
        }
        error => Problem::of_call(&error),
    }
}
