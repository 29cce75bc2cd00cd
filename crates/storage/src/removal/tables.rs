//! The tables that hold tenants' data, in the order in which their rows can be removed.
//!
//! A table that a migration adds belongs into one of these lists, or an erasure would leave its rows behind: a test
//! compares them with the migrated schema.

/// A table whose rows belong to events.
#[derive(Debug, Clone, Copy)]
pub struct EventTable {
    /// Its name.
    pub name: &'static str,
    /// The column with the event's id.
    pub event: &'static str,
    /// What tells its rows apart: `rowid`, or the columns of the key where it has none.
    pub key: &'static str,
}

/// A table of tenants' data without an event.
#[derive(Debug, Clone, Copy)]
pub struct TenantTable {
    /// Its name.
    pub name: &'static str,
    /// What tells its rows apart.
    pub key: &'static str,
}

const fn of_events(name: &'static str) -> EventTable {
    EventTable { name, event: "event_id", key: "rowid" }
}

const fn of_tenants(name: &'static str) -> TenantTable {
    TenantTable { name, key: "rowid" }
}

/// Tables whose rows belong to events; what refers to another table stands before it.
pub const EVENT_TABLES: &[EventTable] = &[
    of_events("outbox"),
    of_events("event_steps"),
    of_events("signals"),
    of_events("rule_notices"),
    EventTable { key: "redrive_id, letter_id", ..of_events("redrive_letters") },
    of_events("dead_letters"),
    EventTable { key: "trace_id, span_id, tenant_id", ..of_events("trace_spans") },
    EventTable { key: "tenant_id, record, field, stamp, value", ..of_events("crm_settings") },
    EventTable { event: "id", ..of_events("events") },
];

/// Tables of tenants' data without an event: they go when the whole tenant is erased, one after the other.
pub const TENANT_TABLES: &[TenantTable] = &[
    TenantTable { name: "crm_records", key: "tenant_id, entity, id" },
    of_tenants("approval_decisions"),
    of_tenants("approval_audit"),
    of_tenants("approvals"),
    of_tenants("workflow_instances"),
    of_tenants("workflow_run_steps"),
    of_tenants("workflow_runs"),
    of_tenants("subscriptions"),
    of_tenants("evaluation_rules"),
    TenantTable { name: "file_parts", key: "tenant_id, file_id, number" },
    of_tenants("files"),
    TenantTable { name: "histories", key: "tenant_id, endpoint_id" },
    TenantTable { name: "history_items", key: "tenant_id, endpoint_id, item_id" },
    of_tenants("file_totals"),
    TenantTable { name: "ai_calls", key: "tenant_id, id" },
    of_tenants("retention_settings"),
    of_tenants("raw_sweeps"),
    TenantTable { name: "usage_hours", key: "tenant_id, period, kind, name, key" },
    TenantTable { name: "usage_days", key: "tenant_id, period, kind, name, key" },
    TenantTable { name: "usage_tenant_days", key: "period, tenant_id" },
    TenantTable { name: "usage_batches", key: "tenant_id, id" },
    TenantTable { name: "dead_letter_group_tenants", key: "fingerprint, tenant_id" },
    of_tenants("event_totals"),
];

/// Tables that the archive and erasures keep for themselves, or that prove what was erased.
pub const KEPT_TABLES: &[&str] =
    &["archive_files", "archive_days", "archive_leases", "erasures", "erasure_events", "erasure_counts"];

/// Every table that an erased tenant has no row in, in order.
pub(crate) fn tenant_tables() -> impl Iterator<Item = TenantTable> {
    let of_events = EVENT_TABLES.iter().map(|table| TenantTable { name: table.name, key: table.key });
    of_events.chain(TENANT_TABLES.iter().copied())
}
