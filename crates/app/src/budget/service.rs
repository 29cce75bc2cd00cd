//! The `Budgets` service: what the admin asks of tenants' budgets, passed on to their objects.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::ai_policy::{AiPolicyStanding, ReadAiPolicy, SetAiPolicy};
use contracts::pipeline::budget::{
    BUDGET, BudgetError, BudgetStanding, Budgets, ReadBudget, SetBudget, SetBudgetError, TenantBudgetClient,
};
use mesh::CallError;
use mesh::durable::{Address, Namespace};

/// [`Budgets`] over the tenants' objects.
#[derive(Clone)]
pub struct BudgetsService(pub Rc<dyn Namespace>);

#[async_trait(?Send)]
impl Budgets for BudgetsService {
    async fn get_budget(
        &self,
        context: &TenantCall,
        request: ReadBudget,
    ) -> Result<BudgetStanding, BudgetError> {
        let object = TenantBudgetClient::over(self.0.object(&Address::of(context, BUDGET)));
        object.standing(context, request).await.map_err(|error| match error {
            CallError::Refused(error) => error,
            error => BudgetError::Unavailable { detail: error.to_string() },
        })
    }

    async fn set_budget(
        &self,
        context: &TenantCall,
        request: SetBudget,
    ) -> Result<BudgetStanding, SetBudgetError> {
        let object = TenantBudgetClient::over(self.0.object(&Address::of(context, BUDGET)));
        object.set_limits(context, request).await.map_err(unset)
    }

    async fn get_ai_policy(
        &self,
        context: &TenantCall,
        request: ReadAiPolicy,
    ) -> Result<AiPolicyStanding, BudgetError> {
        let object = TenantBudgetClient::over(self.0.object(&Address::of(context, BUDGET)));
        object.policy(context, request).await.map_err(|error| match error {
            CallError::Refused(error) => error,
            error => BudgetError::Unavailable { detail: error.to_string() },
        })
    }

    async fn set_ai_policy(
        &self,
        context: &TenantCall,
        request: SetAiPolicy,
    ) -> Result<AiPolicyStanding, SetBudgetError> {
        let object = TenantBudgetClient::over(self.0.object(&Address::of(context, BUDGET)));
        object.set_policy(context, request).await.map_err(unset)
    }
}

fn unset(error: CallError<SetBudgetError>) -> SetBudgetError {
    match error {
        CallError::Refused(error) => error,
        error => SetBudgetError::Unavailable { detail: error.to_string() },
    }
}

/// How a tenant stands, by its object.
///
/// # Errors
/// When the object does not answer.
pub async fn read_standing(
    budgets: &Rc<dyn Namespace>,
    context: &TenantCall,
) -> Result<BudgetStanding, BudgetError> {
    BudgetsService(budgets.clone()).get_budget(context, ReadBudget {}).await
}
