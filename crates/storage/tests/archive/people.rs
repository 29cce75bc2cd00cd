//! Calls of several people, with all that the pipeline makes of an event: steps, signals, passages, archive rows.

use std::collections::BTreeSet;
use std::rc::Rc;

use app::call_archive::CallArchive;
use app::pipeline::{ArchivePorts, Erase, ErasurePorts, ErasureRequestPorts, ErasureService};
use app::ports::{
    EmbeddedPassage, ErasureInstances, EventStore, Origin, PassageIndex, SignalStore, StepRecord,
};
use app::workflows::RunEnding;
use contracts::pipeline::HitKind;
use contracts::pipeline::erasure::ErasureScope;
use contracts::{Actor, TenantCall, TenantScope};
use domain::{SignalKind, StepStatus};
use embedded::parquet::ParquetArchive;
use ids::{EventId, TenantId};
use mesh::{CallContext, Deadline, TraceContext};
use mesh_sim::Sim;
use storage::{
    SqlArchiveLedger, SqlArchivedCalls, SqlDatabase, SqlErasures, SqlEventStore, SqlRemoval, SqlRunStore,
    SqlSignalStore, Statement,
};
use test_kit::{Fixtures, MemoryIndex, SeededRandom, run};

use crate::reader::read;
use crate::stores::{
    MemoryAnswers, MemoryBudgetRows, MemoryInstances, MemoryMessages, SimAnswers, SimBudgets, SimClock,
    SimDatabase, SimIndex, SimInstances, SimMessages, SimObjects,
};
use crate::world::World;

/// A world with an index, and events that are worked off.
pub(crate) struct People {
    pub(crate) world: World,
    pub(crate) index: MemoryIndex,
    pub(crate) messages: MemoryMessages,
    pub(crate) feeds: MemoryMessages,
    pub(crate) budgets: MemoryBudgetRows,
    pub(crate) answers: MemoryAnswers,
    pub(crate) questions: MemoryIndex,
    pub(crate) instances: MemoryInstances,
    make: Fixtures,
}

pub(crate) fn trace() -> TraceContext {
    TraceContext::from_random([7; 24])
}

pub(crate) fn context(tenant: TenantId) -> TenantCall {
    let scope = TenantScope { tenant, actor: Actor::Service("admin".into()) };
    let deadline = Deadline::after(u64::MAX / 2, 1_000);
    CallContext::new(scope, trace(), deadline, "admin")
}

pub(crate) fn contact(email: Option<&str>, name: Option<&str>, account: Option<&str>) -> ErasureScope {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    ErasureScope::Contact { email: owned(email), name: owned(name), account: owned(account) }
}

#[derive(serde::Deserialize)]
struct Count {
    count: usize,
}

impl People {
    pub(crate) fn new() -> Self {
        Self {
            world: World::new(),
            index: MemoryIndex::default(),
            messages: MemoryMessages::default(),
            feeds: MemoryMessages::default(),
            budgets: MemoryBudgetRows::default(),
            answers: MemoryAnswers::default(),
            questions: MemoryIndex::default(),
            instances: MemoryInstances::default(),
            make: Fixtures::new(9),
        }
    }

    /// An event that was worked off, with two steps, a signal and a passage of its own.
    pub(crate) fn worked_off(&self, tenant: TenantId, body: &str) -> EventId {
        let event_id = self.world.accept(tenant, body.as_bytes());
        let events = SqlEventStore::new(self.world.database.clone());
        for (position, name) in ["load", "store"].into_iter().enumerate() {
            let step = StepRecord {
                position: position as u32,
                name: name.into(),
                status: StepStatus::Succeeded,
                attempts: 1,
                started_at: self.make.now(),
                ended_at: None,
                error: None,
            };
            run(events.record_step(tenant, event_id, 0, &step)).unwrap();
        }
        let signals = SqlSignalStore::new(self.world.database.clone());
        let signal = self.make.signal(SignalKind::ALL[0], 3);
        run(signals.replace(tenant, event_id, &[signal], self.make.now())).unwrap();
        let passage = EmbeddedPassage {
            id: format!("passage of {event_id}"),
            kind: HitKind::Passage,
            text: body.to_owned(),
            account: None,
            start: 0,
            vector: vec![1.0],
        };
        let origin = Origin { event_id, source: "generic".into(), title: None, occurred_at: self.make.now() };
        run(self.index.upsert(tenant, trace(), &origin, &[passage])).unwrap();
        self.messages.0.borrow_mut().insert((tenant, event_id));
        self.feeds.0.borrow_mut().insert((tenant, event_id));
        self.sql("UPDATE events SET status = 'processed', account = 'Acme' WHERE id = ?1", event_id);
        event_id
    }

    pub(crate) fn sql(&self, sql: &str, event_id: EventId) {
        let statement = Statement::new(sql, vec![storage::Value::from(event_id.to_string())]);
        run(self.world.database.query(statement)).unwrap();
    }

    /// A row in every table that events have none in, and what a dead letter and a CRM left without an event.
    pub(crate) fn rows_without_event(&self, tenant: TenantId) {
        self.budgets.0.borrow_mut().insert(tenant, 3);
        for sql in [
            "INSERT INTO dead_letters (id, tenant_id, event_id, cause, errors, attempts, dead_at, expires_at) \
             VALUES ('dlt ' || ?1, ?1, 'gone ' || ?1, 'queue', '[]', 1, 1, 1)",
            "INSERT INTO redrive_letters VALUES ('rdr ' || ?1, 'dlt', ?1, 'gone ' || ?1, 1, NULL, 1)",
            "INSERT INTO crm_records VALUES (?1, 'crm', 'contact', 'hubspot', '', '7', 1, 1)",
            "INSERT INTO crm_settings VALUES (?1, 'crm', 'email', '1', '\"bo@customer.example\"', 1, 'gone')",
            "INSERT INTO workflow_runs (id, tenant_id, workflow, status, params, request_sha256, actor, traceparent, \
             created_at, updated_at) VALUES ('run ' || ?1, ?1, 'backfill', 'running', '{}', '', '', '', 1, 1)",
            "INSERT INTO workflow_run_steps VALUES ('run ' || ?1, ?1, 1, 's', 'running', 1, 1, NULL, NULL)",
            "INSERT INTO approvals VALUES ('run ' || ?1, ?1, 'pending', NULL, '{}', '', 1, 0, '[]', 1, 1, 1, 1, 1, 1, NULL)",
            "INSERT INTO approval_decisions VALUES ('run ' || ?1, ?1, 1, 'ada', 'approve', NULL, '', '', 1)",
            "INSERT INTO approval_audit VALUES ('run ' || ?1, ?1, 1, 1, '', 'asked', '{}')",
            "INSERT INTO subscriptions (id, tenant_id, url, kinds, created_at, attended_at) \
             VALUES ('sub ' || ?1, ?1, 'https://a.example', '[]', 1, 1)",
            "INSERT INTO evaluation_rules (id, tenant_id, version, name, scope, condition, actions, enabled, created_at, \
             updated_at) VALUES ('rul ' || ?1, ?1, 1, 'r', 'event', 'true', '[]', 1, 1, 1)",
            "INSERT INTO rule_notices (id, tenant_id, kind, rule_id, rule_name, event_id, title, created_at) \
             VALUES ('ntc ' || ?1, ?1, 'alert', 'rul', 'r', 'gone ' || ?1, 't', 1)",
            "INSERT INTO files (id, tenant_id, name, media_type, status, size_bytes, created_at) \
             VALUES ('fil ' || ?1, ?1, 'n', 'text/plain', 'ready', 1, 1)",
            "INSERT INTO histories VALUES (?1, 'end', 'hmac', 'fathom', NULL, 'https://a.example', 'x1.', 1, '{}', NULL, \
             NULL, 1, 1)",
            "INSERT INTO history_items VALUES (?1, 'end', '7', NULL, NULL, 'syn', 1, 1)",
            "INSERT INTO file_parts VALUES ('fil ' || ?1, ?1, 1, 1, 'e')",
            "INSERT INTO ai_calls VALUES (?1, 'aic', NULL, 't', 1, 'm', 'u', 'finished', 'off', 'key')",
            "INSERT INTO retention_settings VALUES (?1, 90, 'ines', 1)",
            "INSERT INTO raw_sweeps VALUES (?1, 'raw')",
            "INSERT INTO usage_hours VALUES (?1, 1, 'model', 'm', '', 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0)",
            "INSERT INTO usage_days VALUES (?1, 1, 'model', 'm', '', 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0)",
            "INSERT INTO usage_tenant_days VALUES (1, ?1, 0, 0, 0, 0, 1, 1, 1, 1) ON CONFLICT DO NOTHING",
            "INSERT INTO dead_letter_group_tenants VALUES ('f', ?1, 1) ON CONFLICT DO NOTHING",
            "INSERT INTO usage_batches VALUES (?1, 'b', 1)",
            "INSERT INTO trace_spans VALUES ('t', 's', ?1, NULL, 'req_1', 'request', 'gateway', NULL, 'n', '202', 0, 1, 2, 1, \
             NULL, NULL)",
        ] {
            let statement = Statement::new(sql, vec![storage::Value::from(tenant.to_string())]);
            run(self.world.database.query(statement)).unwrap();
        }
    }

    /// How many rows of a table are a tenant's.
    pub(crate) fn count(&self, table: &str, tenant: TenantId) -> usize {
        let sql = format!("SELECT COUNT(*) AS count FROM {table} WHERE tenant_id = ?1");
        let statement = Statement::new(&sql, vec![storage::Value::from(tenant.to_string())]);
        let rows = run(self.world.database.query(statement)).unwrap();
        rows.first::<Count, Count>().unwrap().map_or(0, |row| row.count)
    }

    /// Everybody whose events are anywhere: in rows, in the index, in bytes, in the archive.
    pub(crate) fn traces_of(&self, event_id: EventId) -> BTreeSet<&'static str> {
        let mut found = BTreeSet::new();
        for (table, column) in [
            ("events", "id"),
            ("outbox", "event_id"),
            ("event_steps", "event_id"),
            ("signals", "event_id"),
            ("dead_letters", "event_id"),
            ("erasure_events", "event_id"),
        ] {
            let sql = format!("SELECT 1 AS found FROM {table} WHERE {column} = ?1 LIMIT 1");
            let statement = Statement::new(&sql, vec![storage::Value::from(event_id.to_string())]);
            if !run(self.world.database.query(statement)).unwrap().is_empty() {
                found.insert(table);
            }
        }
        let tenants = self.world.tenants;
        if tenants.iter().any(|tenant| self.index.passages(*tenant).iter().any(|(id, _)| *id == event_id)) {
            found.insert("index");
        }
        if self.messages.0.borrow().iter().any(|(_, id)| *id == event_id) {
            found.insert("messages");
        }
        if self.feeds.0.borrow().iter().any(|(_, id)| *id == event_id) {
            found.insert("feeds");
        }
        if read(&self.world.objects).events.contains_key(&event_id) {
            found.insert("archive");
        }
        found
    }

    /// The ports of an erasure in a simulation.
    pub(crate) fn erasure_ports(&self, sim: &Sim) -> ErasurePorts {
        let database = SimDatabase::new(sim, &self.world.database);
        let objects = Rc::new(SimObjects::new(sim, &self.world.objects));
        let files = Rc::new(ParquetArchive::new(objects.clone()));
        ErasurePorts {
            erasures: Rc::new(SqlErasures::new(database.clone())),
            removal: Rc::new(SqlRemoval::new(database.clone())),
            index: Rc::new(SimIndex::new(sim, &self.index)),
            messages: Rc::new(SimMessages::new(sim, "messages", &self.messages)),
            feeds: Rc::new(SimMessages::new(sim, "feeds", &self.feeds)),
            budgets: Rc::new(SimBudgets::new(sim, &self.budgets)),
            answers: Rc::new(SimAnswers::new(sim, &self.answers)),
            calls: CallArchive {
                calls: Rc::new(SqlArchivedCalls::new(database.clone())),
                objects: objects.clone(),
            },
            questions: Rc::new(SimIndex::named(sim, "questions", &self.questions)),
            runs: Rc::new(RunEnding {
                runs: Rc::new(SqlRunStore::new(database.clone())),
                instances: Rc::new(SimInstances::new(sim, &self.instances)),
                clock: Rc::new(SimClock(sim.runtime())),
            }),
            archive: ArchivePorts {
                objects,
                rows: files.clone(),
                files,
                ledger: Rc::new(SqlArchiveLedger::new(database)),
                clock: Rc::new(SimClock(sim.runtime())),
                random: Rc::new(SeededRandom::new(11)),
            },
            streams: false,
        }
    }

    /// The service, without faults of its own, over the simulation's workflow.
    pub(crate) fn service(&self, sim: &Sim) -> ErasureService {
        let ports = self.erasure_ports(sim);
        let instances: Rc<dyn ErasureInstances> = Rc::new(sim.workflow(move || Erase(ports.clone())));
        ErasureService(ErasureRequestPorts {
            erasures: Rc::new(SqlErasures::new(self.world.database.clone())),
            instances,
            clock: Rc::new(SimClock(sim.runtime())),
            random: Rc::new(SeededRandom::new(12)),
        })
    }
}
