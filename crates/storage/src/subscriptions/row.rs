//! Rows of subscriptions and their conversion to the port's records.

use app::ports::SubscriptionRecord;
use contracts::Timestamp;
use contracts::pipeline::subscriptions::SubscriptionStatus;
use ids::{SubscriptionId, TenantId};
use serde::Deserialize;

use crate::deliveries::row::{RowError, ordered_by};

#[derive(Deserialize)]
pub(super) struct KeyedRow {
    pub(super) request_hash: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct UnattendedRow {
    pub(super) tenant_id: TenantId,
    pub(super) id: SubscriptionId,
}

#[derive(Deserialize)]
pub(super) struct SubscriptionRow {
    id: SubscriptionId,
    url: String,
    kinds: String,
    ordered_by: Option<String>,
    description: Option<String>,
    status: String,
    disabled_reason: Option<String>,
    disabled_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl TryFrom<SubscriptionRow> for SubscriptionRecord {
    type Error = RowError;

    fn try_from(row: SubscriptionRow) -> Result<Self, RowError> {
        let name = |column, given| RowError::Name { column, given };
        Ok(Self {
            subscription_id: row.id,
            url: row.url,
            kinds: serde_json::from_str(&row.kinds).map_err(|_| name("subscriptions.kinds", row.kinds))?,
            ordered_by: row
                .ordered_by
                .map(|name| ordered_by(name, "subscriptions.ordered_by"))
                .transpose()?,
            description: row.description,
            status: match row.status.as_str() {
                "active" => SubscriptionStatus::Active,
                "disabled" => SubscriptionStatus::Disabled,
                _ => return Err(name("subscriptions.status", row.status)),
            },
            disabled_reason: row.disabled_reason,
            disabled_at: row.disabled_at,
            created_at: row.created_at,
        })
    }
}
