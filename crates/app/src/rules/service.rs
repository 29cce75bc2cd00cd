//! The `Rules` service.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::rules::{
    GetRule, ListNotices, ListRules, Notice, NoticeList, NoticePage, ReplaceRule, Rule, RuleDraft, RuleError,
    RulePage, Rules, SettleNotice, TestRule, Trial,
};
use contracts::pipeline::workflows::Fault;
use ids::{RuleId, TenantId};

use super::{MAX_RULES, RulePorts, draft, try_out, unavailable};
use crate::pipeline::sha256_hex;
use crate::ports::{CreationKey, NoticeQuery, RuleCreated};
use crate::workflows::actor_name;

/// [`Rules`] over ports.
#[derive(Clone)]
pub struct RulesService(pub RulePorts);

impl RulesService {
    async fn existing(&self, tenant: TenantId, rule_id: RuleId) -> Result<Rule, RuleError> {
        self.0.rules.get(tenant, rule_id).await.map_err(unavailable)?.ok_or(RuleError::NotFound)
    }
}

#[async_trait(?Send)]
impl Rules for RulesService {
    async fn create_rule(&self, context: &TenantCall, request: RuleDraft) -> Result<Rule, RuleError> {
        draft::checked(&request).map_err(invalid)?;
        let (now, tenant) = (self.0.clock.now(), context.scope.tenant);
        let key = context
            .idempotency_key
            .as_ref()
            .map(|key| CreationKey { key: key.clone(), request_hash: hash(&request) });
        let rule = Rule {
            rule_id: RuleId::from_parts(now.unix_ms(), self.0.random.for_id()),
            version: 1,
            draft: request,
            failures: 0,
            last_error: None,
            last_raised_at: None,
            created_at: now,
            updated_at: now,
        };
        let created = self.0.rules.create(tenant, &rule, key.as_ref(), MAX_RULES).await;
        match created.map_err(unavailable)? {
            RuleCreated::New => {
                tracing::info!(event = "rules.created", %tenant, rule_id = %rule.rule_id);
                Ok(rule)
            }
            RuleCreated::Before(rule) => Ok(rule),
            RuleCreated::KeyReused => Err(RuleError::KeyReused),
            RuleCreated::TooMany => Err(RuleError::TooMany { limit: MAX_RULES }),
        }
    }

    async fn get_rule(&self, context: &TenantCall, request: GetRule) -> Result<Rule, RuleError> {
        self.existing(context.scope.tenant, request.rule_id).await
    }

    async fn list_rules(&self, context: &TenantCall, request: ListRules) -> Result<RulePage, RuleError> {
        let limit = request.limit.clamp(1, 200);
        let listed = self.0.rules.list(context.scope.tenant, request.before, limit + 1).await;
        let mut items = listed.map_err(unavailable)?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_before = items.last().filter(|_| more).map(|rule| rule.rule_id);
        Ok(RulePage { items, next_before })
    }

    async fn replace_rule(&self, context: &TenantCall, request: ReplaceRule) -> Result<Rule, RuleError> {
        let ReplaceRule { rule_id, version, draft } = request;
        draft::checked(&draft).map_err(invalid)?;
        let (tenant, now) = (context.scope.tenant, self.0.clock.now());
        let replaced = self.0.rules.replace(tenant, rule_id, version, &draft, now).await;
        let replaced = replaced.map_err(unavailable)?;
        let rule = self.existing(tenant, rule_id).await?;
        // Its own change whose answer was lost is a change that it made.
        if replaced || (rule.version == version.saturating_add(1) && rule.draft == draft) {
            return Ok(rule);
        }
        Err(RuleError::Changed { version: rule.version })
    }

    async fn delete_rule(&self, context: &TenantCall, request: GetRule) -> Result<(), RuleError> {
        let deleted =
            self.0.rules.delete(context.scope.tenant, request.rule_id).await.map_err(unavailable)?;
        deleted.then_some(()).ok_or(RuleError::NotFound)
    }

    async fn test_rule(&self, context: &TenantCall, request: TestRule) -> Result<Trial, RuleError> {
        try_out::test_rule(&self.0, context, request).await
    }

    async fn list_notices(
        &self,
        context: &TenantCall,
        request: ListNotices,
    ) -> Result<NoticePage, RuleError> {
        let ListNotices { list, settled, account, before, limit } = request;
        let limit = limit.clamp(1, 200);
        let query = NoticeQuery { list, settled, account, before, limit: limit + 1 };
        let mut items = self.0.rules.notices(context.scope.tenant, &query).await.map_err(unavailable)?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_before = items.last().filter(|_| more).map(|notice| notice.notice_id);
        Ok(NoticePage { items, next_before })
    }

    async fn settle_notice(&self, context: &TenantCall, request: SettleNotice) -> Result<Notice, RuleError> {
        let SettleNotice { notice_id, list } = request;
        let (by, now) = (actor_name(&context.scope.actor), self.0.clock.now());
        let settled = self.0.rules.settle(context.scope.tenant, list, notice_id, &by, now).await;
        settled.map_err(unavailable)?.ok_or(match list {
            NoticeList::Alerts => RuleError::AlertNotFound,
            NoticeList::Tasks => RuleError::TaskNotFound,
        })
    }
}

pub(super) fn invalid(faults: Vec<domain::Fault>) -> RuleError {
    let faults = faults.into_iter().map(|domain::Fault { pointer, detail }| Fault { pointer, detail });
    RuleError::Invalid { faults: faults.collect() }
}

fn hash(draft: &RuleDraft) -> String {
    let RuleDraft { name, scope, when, then, enabled, cooldown_hours } = draft;
    sha256_hex(format!("{name:?}\n{scope:?}\n{when:?}\n{then:?}\n{enabled}\n{cooldown_hours:?}").as_bytes())
}
