//! Rows of rules. Those of notices have the columns that the message has.

use contracts::Timestamp;
use contracts::pipeline::rules::{Rule, RuleDraft};
use ids::RuleId;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct KeyedRow {
    pub(super) request_hash: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RuleRow {
    rule_id: RuleId,
    version: u32,
    name: String,
    scope: String,
    condition: String,
    actions: String,
    enabled: u32,
    cooldown_hours: Option<u32>,
    failures: u32,
    last_error: Option<String>,
    last_raised_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<RuleRow> for Rule {
    fn from(row: RuleRow) -> Self {
        let draft = RuleDraft {
            name: row.name,
            scope: row.scope,
            when: row.condition,
            then: row.actions,
            enabled: row.enabled == 1,
            cooldown_hours: row.cooldown_hours,
        };
        Self {
            rule_id: row.rule_id,
            version: row.version,
            draft,
            failures: row.failures,
            last_error: row.last_error,
            last_raised_at: row.last_raised_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
