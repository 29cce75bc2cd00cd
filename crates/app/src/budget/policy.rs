//! What a tenant may ask of models: what can be set, and who asks the tenant's object for it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ai::LONGEST_MODEL;
use ai::masking::Kind;
use async_trait::async_trait;
use contracts::pipeline::ai_policy::{AiPolicy, MOST_ARCHIVE_DAYS, MOST_POLICY_MODELS, ReadAiPolicy};
use contracts::pipeline::budget::{BUDGET, TenantBudgetClient};
use contracts::{Actor, TenantScope};
use domain::budget::Tokens;
use ids::TenantId;
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, Deadline};

use crate::ports::{Clock, ModelPolicies, Random, StoreError};

/// What errors call the object.
const NAME: &str = "TENANT_BUDGET";
/// How long the object has for an answer, in milliseconds.
const PATIENCE_MS: u64 = 5_000;
/// How long an isolate believes what it read, in milliseconds.
const KNOWN_MS: u64 = 10_000;
/// So many tenants' policies are remembered.
const MOST_KNOWN: usize = 1_000;

/// What is wrong with a policy.
pub(super) fn check(policy: &AiPolicy) -> Result<(), String> {
    let AiPolicy { models, max_input_tokens, max_output_tokens, mask, archive } = policy;
    let models = models.as_deref().unwrap_or_default();
    if models.len() > MOST_POLICY_MODELS {
        return Err(format!("`models` may have at most {MOST_POLICY_MODELS}"));
    }
    if models.iter().any(|model| model.is_empty() || model.len() > LONGEST_MODEL) {
        return Err(format!("a name in `models` must have 1 to {LONGEST_MODEL} bytes"));
    }
    for (name, limit) in [("max_input_tokens", max_input_tokens), ("max_output_tokens", max_output_tokens)] {
        if limit.is_some_and(|limit| !(1..=Tokens::MOST).contains(&limit)) {
            return Err(format!("`{name}` must be from 1 to {}", Tokens::MOST));
        }
    }
    if archive.is_some_and(|archive| !(1..=MOST_ARCHIVE_DAYS).contains(&archive.retention_days)) {
        return Err(format!("`archive.retention_days` must be from 1 to {MOST_ARCHIVE_DAYS}"));
    }
    match mask.iter().find(|name| Kind::named(name).is_none()) {
        Some(name) => {
            let known = Kind::ALL.map(Kind::as_str).join("`, `");
            Err(format!("`mask` has `{name}`; it takes `{known}`"))
        }
        None => Ok(()),
    }
}

/// What an isolate knows of policies. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct KnownPolicies(Rc<RefCell<HashMap<TenantId, (u64, AiPolicy)>>>);

/// [`ModelPolicies`] over the tenants' objects.
#[derive(Clone)]
pub struct ObjectPolicies {
    /// The objects.
    pub budgets: Rc<dyn Namespace>,
    /// What was read lately.
    pub known: KnownPolicies,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For trace ids.
    pub random: Rc<dyn Random>,
}

#[async_trait(?Send)]
impl ModelPolicies for ObjectPolicies {
    async fn policy(&self, tenant: TenantId) -> Result<AiPolicy, StoreError> {
        let now_ms = self.clock.now().unix_ms();
        if let Some((read_ms, policy)) = self.known.0.borrow().get(&tenant)
            && now_ms.saturating_sub(*read_ms) < KNOWN_MS
        {
            return Ok(policy.clone());
        }
        let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
        let mut random = [0; 24];
        self.random.fill(&mut random);
        let trace = mesh::TraceContext::from_random(random);
        let context = CallContext::new(scope, trace, Deadline::after(now_ms, PATIENCE_MS), "pipeline");
        let object = TenantBudgetClient::over(self.budgets.object(&Address::of(&context, BUDGET)));
        let standing = object.policy(&context, ReadAiPolicy {}).await;
        let policy = standing.map_err(|error| StoreError::new(NAME, error))?.policy;
        let mut known = self.known.0.borrow_mut();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(tenant, (now_ms, policy.clone()));
        Ok(policy)
    }
}
