//! Rules and what they raised, in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{CreationKey, NoticeQuery, RuleCreated, RuleStore, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::rules::{Notice, NoticeKind, NoticeList, Rule, RuleDraft};
use ids::{EventId, NoticeId, RuleId, TenantId};

use crate::Faults;

const STORE: &str = "MEMORY_RULES";

/// Rules in memory. Operations for [`Faults`]: `rules.` and the method's name.
#[derive(Debug, Clone, Default)]
pub struct MemoryRules {
    faults: Faults,
    state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
struct State {
    rules: BTreeMap<RuleId, (TenantId, Rule, Option<CreationKey>)>,
    notices: BTreeMap<NoticeId, (TenantId, Notice)>,
}

impl MemoryRules {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }
}

impl State {
    fn of(&self, tenant: TenantId) -> impl DoubleEndedIterator<Item = &Rule> {
        self.rules.values().filter(move |(owner, ..)| *owner == tenant).map(|(_, rule, _)| rule)
    }

    fn raised(&self, tenant: TenantId) -> impl DoubleEndedIterator<Item = &Notice> {
        self.notices.values().filter(move |(owner, _)| *owner == tenant).map(|(_, notice)| notice)
    }

    fn owned(&mut self, tenant: TenantId, rule_id: RuleId) -> Option<&mut Rule> {
        self.rules.get_mut(&rule_id).filter(|(owner, ..)| *owner == tenant).map(|(_, rule, _)| rule)
    }

    fn create(&mut self, tenant: TenantId, rule: &Rule, key: Option<&CreationKey>, most: u32) -> RuleCreated {
        let keyed = key.and_then(|key| {
            let mut all = self.rules.values();
            all.find(|(owner, _, known)| {
                *owner == tenant && known.as_ref().is_some_and(|known| known.key == key.key)
            })
        });
        match (keyed, key) {
            (Some((_, before, Some(known))), Some(key)) if known.request_hash == key.request_hash => {
                RuleCreated::Before(before.clone())
            }
            (Some(_), _) => RuleCreated::KeyReused,
            (None, _) if self.of(tenant).count() >= most as usize => RuleCreated::TooMany,
            (None, key) => {
                self.rules.insert(rule.rule_id, (tenant, rule.clone(), key.cloned()));
                RuleCreated::New
            }
        }
    }

    fn raise(&mut self, tenant: TenantId, notices: &[Notice]) {
        for notice in notices {
            self.notices.entry(notice.notice_id).or_insert_with(|| (tenant, notice.clone()));
        }
        for raised in notices {
            let failed = |notice: &&Notice| {
                notice.rule_id == raised.rule_id && notice.kind == NoticeKind::FailedAction
            };
            let failures = self.raised(tenant).filter(failed).count() as u32;
            let last =
                self.raised(tenant).filter(failed).max_by_key(|notice| (notice.created_at, notice.notice_id));
            let last_error = last.and_then(|notice| notice.body.clone());
            if let Some(rule) = self.owned(tenant, raised.rule_id) {
                rule.failures = failures;
                rule.last_error = last_error;
                rule.last_raised_at = rule.last_raised_at.max(Some(raised.created_at));
            }
        }
    }
}

fn is_on(list: NoticeList, notice: &Notice) -> bool {
    match list {
        NoticeList::Alerts => matches!(notice.kind, NoticeKind::Alert | NoticeKind::FailedAction),
        NoticeList::Tasks => notice.kind == NoticeKind::Task,
    }
}

#[async_trait(?Send)]
impl RuleStore for MemoryRules {
    async fn create(
        &self,
        tenant: TenantId,
        rule: &Rule,
        key: Option<&CreationKey>,
        most: u32,
    ) -> Result<RuleCreated, StoreError> {
        let act = || Ok(self.state.borrow_mut().create(tenant, rule, key, most));
        self.faults.around(STORE, "rules.create", act).await
    }

    async fn get(&self, tenant: TenantId, rule_id: RuleId) -> Result<Option<Rule>, StoreError> {
        let act = || Ok(self.state.borrow_mut().owned(tenant, rule_id).cloned());
        self.faults.around(STORE, "rules.get", act).await
    }

    async fn list(
        &self,
        tenant: TenantId,
        before: Option<RuleId>,
        limit: u32,
    ) -> Result<Vec<Rule>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let older =
                state.of(tenant).rev().filter(|rule| before.is_none_or(|before| rule.rule_id < before));
            Ok(older.take(limit as usize).cloned().collect())
        };
        self.faults.around(STORE, "rules.list", act).await
    }

    async fn enabled(&self, tenant: TenantId) -> Result<Vec<Rule>, StoreError> {
        let act = || Ok(self.state.borrow().of(tenant).filter(|rule| rule.draft.enabled).cloned().collect());
        self.faults.around(STORE, "rules.enabled", act).await
    }

    async fn replace(
        &self,
        tenant: TenantId,
        rule_id: RuleId,
        version: u32,
        draft: &RuleDraft,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let Some(rule) = state.owned(tenant, rule_id).filter(|rule| rule.version == version) else {
                return Ok(false);
            };
            (rule.version, rule.draft, rule.updated_at) = (version + 1, draft.clone(), now);
            Ok(true)
        };
        self.faults.around(STORE, "rules.replace", act).await
    }

    async fn delete(&self, tenant: TenantId, rule_id: RuleId) -> Result<bool, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            Ok(state.owned(tenant, rule_id).is_some() && state.rules.remove(&rule_id).is_some())
        };
        self.faults.around(STORE, "rules.delete", act).await
    }

    async fn raise(&self, tenant: TenantId, notices: &[Notice]) -> Result<(), StoreError> {
        let act = || {
            self.state.borrow_mut().raise(tenant, notices);
            Ok(())
        };
        self.faults.around(STORE, "rules.raise", act).await
    }

    async fn raised_of(&self, tenant: TenantId, event_id: EventId) -> Result<Vec<Notice>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            Ok(state.raised(tenant).filter(|notice| notice.event_id == event_id).cloned().collect())
        };
        self.faults.around(STORE, "rules.raised_of", act).await
    }

    async fn has_raised(
        &self,
        tenant: TenantId,
        rule_id: RuleId,
        account: Option<&str>,
        since: Timestamp,
        besides: EventId,
    ) -> Result<bool, StoreError> {
        let act = || {
            let raised = |notice: &Notice| {
                notice.rule_id == rule_id
                    && notice.account.as_deref() == account
                    && notice.created_at > since
                    && notice.event_id != besides
            };
            Ok(self.state.borrow().raised(tenant).any(raised))
        };
        self.faults.around(STORE, "rules.has_raised", act).await
    }

    async fn notices(&self, tenant: TenantId, query: &NoticeQuery) -> Result<Vec<Notice>, StoreError> {
        let act = || {
            let NoticeQuery { list, settled, account, before, limit } = query;
            let wanted = |notice: &&Notice| {
                is_on(*list, notice)
                    && settled.is_none_or(|settled| notice.settled_at.is_some() == settled)
                    && (account.is_none() || notice.account == *account)
                    && before.is_none_or(|before| notice.notice_id < before)
            };
            let state = self.state.borrow();
            Ok(state.raised(tenant).rev().filter(wanted).take(*limit as usize).cloned().collect())
        };
        self.faults.around(STORE, "rules.notices", act).await
    }

    async fn settle(
        &self,
        tenant: TenantId,
        list: NoticeList,
        notice_id: NoticeId,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<Notice>, StoreError> {
        let act = || {
            let mut state = self.state.borrow_mut();
            let found = state.notices.get_mut(&notice_id).filter(|(owner, _)| *owner == tenant);
            let Some((_, notice)) = found.filter(|(_, notice)| is_on(list, notice)) else { return Ok(None) };
            if notice.settled_at.is_none() {
                (notice.settled_at, notice.settled_by) = (Some(now), Some(by.to_owned()));
            }
            Ok(Some(notice.clone()))
        };
        self.faults.around(STORE, "rules.settle", act).await
    }
}
