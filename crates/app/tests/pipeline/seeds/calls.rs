//! Calls from delivery to notification, one of them without a conversation, one whose bytes are lost for a while.

use std::rc::Rc;
use std::time::Duration;

use app::pipeline::{
    CallIngest, CrmChange, DeadLettersService, Delivery, EventInstances, HandoverPorts, IntakeService,
    Notifiers, PipelinePorts, ReplayPorts, Verdict, bury, hand_over, sweep,
};
use app::ports::{Archive, Clock, DeadLetterQuery, DeadLetterStore, EventMessage, EventStore, RuleStore};
use contracts::pipeline::rules::{NoticeKind, Rule};
use contracts::pipeline::{
    DeadLettersClient, DeadLettersDispatch, GetDeadLetter, IngestReceipt, IntakeClient, IntakeDispatch,
};
use contracts::{Actor, OperatorScope, TenantScope, Timestamp};
use embedded::adapters::{RulesExtractor, StaticEmbedder};
use ids::{EndpointId, EventId, RuleId, TenantId};
use mesh::{CallContext, Deadline, TraceContext};
use mesh_sim::{Queue, Sim, SimTransport};
use test_kit::{
    Fixtures, MemoryArchive, MemoryCrm, MemoryEventStore, MemoryHistories, MemoryIndex, MemoryNotifier,
    MemoryRules, MemorySignalStore, MemoryStarts, MemoryUsage, SeededRandom, Told, run,
};

use super::shaky::{Mistake, Shaky, ShakyQueue, SimClock};
use crate::rules::budgets;
use crate::world::{CALL, MODEL, event};

pub(super) const SILENCE: &str = r#"{"type": "page.viewed"}"#;
/// More minutes than the sweep needs, whose waits double up to an hour.
const MINUTES: u32 = 600;

/// What is stored, seen from outside the simulation.
pub(super) struct Stores {
    events: MemoryEventStore,
    signals: MemorySignalStore,
    archive: MemoryArchive,
    index: MemoryIndex,
    notifier: MemoryNotifier,
    pub(super) crm: MemoryCrm,
    rules: MemoryRules,
    starts: MemoryStarts,
}

pub(super) struct Pipeline<'s> {
    sim: &'s Sim,
    pub(super) stores: Stores,
    queue: Queue<EventMessage>,
    /// What the queue gave up on.
    graves: Queue<EventMessage>,
    /// The sweep, in a process that can crash.
    cron: Queue<()>,
    intake: IntakeClient<SimTransport>,
    letters: DeadLettersClient<SimTransport>,
    pub(super) tenant: TenantId,
}

pub(super) fn scenario(sim: &Sim) {
    with_mistake(sim, Mistake::None);
}

pub(super) fn one_call(sim: &Sim) {
    let pipeline = Pipeline::new(sim, Mistake::None);
    let call = pipeline.accepted("call", CALL);
    pipeline.let_pass();
    pipeline.replay_until_none_is_left();
    pipeline.assert_ended_once(call.event_id, "processed", 2);
}

pub(super) fn with_mistake(sim: &Sim, mistake: Mistake) {
    let pipeline = Pipeline::new(sim, mistake);
    let call = pipeline.accepted("call", CALL);
    let silence = pipeline.accepted("silence", SILENCE);
    let lost = pipeline.accepted("lost", &CALL.replace("Norrsken", "Lost & Found"));
    let key = pipeline.object_key(lost.event_id);
    let object = run(pipeline.stores.archive.get(&key)).expect("it answers").expect("it is archived");
    pipeline.stores.archive.remove(&key);
    pipeline.let_pass();
    run(pipeline.stores.archive.put(&key, &object.media_type, object.body)).expect("it is put back");
    pipeline.replay_until_none_is_left();

    for (receipt, status, signals) in
        [(&call, "processed", 2), (&silence, "skipped", 0), (&lost, "processed", 2)]
    {
        pipeline.assert_ended_once(receipt.event_id, status, signals);
    }
    let depth = run(EventStore::outbox_depth(&pipeline.stores.events));
    assert_eq!(depth, Ok(0), "nothing waits any more");
    let passages = pipeline.stores.index.passages(pipeline.tenant).len();
    assert_eq!(passages, 6, "of each call a passage and two quotes");
    assert_eq!(pipeline.stores.events.all().len(), 3, "three deliveries are three events");
    assert_eq!(pipeline.stores.starts.started().len(), 2, "each budget starts one workflow");
}

impl Stores {
    /// Takes an event's bytes away.
    pub(super) fn lose(&self, key: &str) {
        self.archive.remove(key);
    }
}

impl<'s> Pipeline<'s> {
    pub(super) fn new(sim: &'s Sim, mistake: Mistake) -> Self {
        let events = MemoryEventStore::default();
        let stores = Stores {
            signals: MemorySignalStore::new(&events),
            events,
            archive: MemoryArchive::default(),
            index: MemoryIndex::default(),
            notifier: MemoryNotifier::default(),
            crm: MemoryCrm::default(),
            rules: MemoryRules::default(),
            starts: MemoryStarts::default(),
        };
        let tenant = Fixtures::new(1).tenant();
        let created = run(RuleStore::create(&stores.rules, tenant, &rule(), None, 1));
        created.expect("the rule is there");
        let shaky = |name| sim.store(name, ());
        let clock = Rc::new(SimClock(sim.runtime()));
        let notifiers: Notifiers =
            Rc::new([Rc::new(Shaky::new(shaky("notifier"), stores.notifier.clone(), mistake))]);
        let durable_events = Rc::new(Shaky::new(shaky("events"), stores.events.clone(), mistake));

        // The queue's consumer needs the instances, which need the ports, which need the queue.
        let waiting: Rc<std::cell::OnceCell<HandoverPorts>> = Rc::default();
        let consumer = waiting.clone();
        let consumer_clock = clock.clone();
        let queue = sim.queue("events", move |message: EventMessage| {
            let (ports, clock) = (consumer.get().cloned(), consumer_clock.clone());
            async move {
                let ports = ports.ok_or("the consumer is not ready")?;
                let verdicts = hand_over(&ports, &[delivery(message, clock.now())]).await;
                if verdicts == [Verdict::Done] { Ok(()) } else { Err("it comes again") }
            }
        });
        let ports = PipelinePorts {
            events: durable_events.clone(),
            histories: Rc::new(MemoryHistories::with_faults(&stores.events, &test_kit::Faults::default())),
            signals: Rc::new(Shaky::new(shaky("signals"), stores.signals.clone(), mistake)),
            rules: Rc::new(Shaky::new(shaky("rules"), stores.rules.clone(), mistake)),
            starter: Rc::new(Shaky::new(shaky("starter"), stores.starts.clone(), mistake)),
            archive: Rc::new(Shaky::new(shaky("archive"), stores.archive.clone(), mistake)),
            queue: Rc::new(ShakyQueue { queue: queue.clone(), store: shaky("sending") }),
            extractor: Rc::new(RulesExtractor),
            usage: Rc::new(MemoryUsage::default()),
            embedder: Rc::new(StaticEmbedder::lazy(|| Ok(MODEL.with(Rc::clone)))),
            index: Rc::new(Shaky::new(shaky("index"), stores.index.clone(), mistake)),
            notifiers: notifiers.clone(),
            clock: clock.clone(),
            random: Rc::new(SeededRandom::new(7)),
        };
        let workflow = ports.clone();
        let crm_change = CrmChange {
            ports: ports.clone(),
            records: Rc::new(Shaky::new(shaky("crm"), stores.crm.clone(), mistake)),
        };
        let instances = EventInstances {
            calls: sim.workflow(move || CallIngest(workflow.clone())),
            crm_changes: sim.workflow(move || crm_change.clone()),
        };
        let handover = HandoverPorts {
            events: durable_events.clone(),
            letters: durable_events.clone(),
            instances: Rc::new(instances),
            notifiers,
            clock: clock.clone(),
        };
        assert!(waiting.set(handover.clone()).is_ok());
        let (buries, buried_at) = (handover.clone(), clock.clone());
        let graves = sim.queue("graves", move |message: EventMessage| {
            let (ports, clock) = (buries.clone(), buried_at.clone());
            async move {
                let verdicts = bury(&ports, &[delivery(message, clock.now())]).await;
                if verdicts == [Verdict::Done] { Ok(()) } else { Err("it comes again") }
            }
        });
        let cron = sim.queue("cron", move |()| {
            let ports = handover.clone();
            // One that fails is tried again by the next cron.
            async move { sweep(&ports).await.map(|_| ()).or(Ok::<(), String>(())) }
        });
        let sending = ShakyQueue { queue: queue.clone(), store: shaky("sending") };
        let replay = ReplayPorts { letters: durable_events, queue: Rc::new(sending), clock };
        let intake = IntakeClient::over(sim.link(move || IntakeDispatch(IntakeService(ports.clone()))));
        let letters = DeadLettersClient::over(
            sim.link(move || DeadLettersDispatch(DeadLettersService(replay.clone()))),
        );
        Self { sim, stores, queue, graves, cron, intake, letters, tenant }
    }

    fn context<S>(&self, scope: S) -> CallContext<S> {
        let deadline = Deadline::after(self.sim.now_ms(), 30_000);
        CallContext::new(scope, TraceContext::from_random([5; 24]), deadline, "test")
    }

    /// Delivers as a provider does: until it is told that the event is safe, and now and then once more.
    pub(super) fn accepted(&self, delivery_id: &str, body: &str) -> IngestReceipt {
        let actor = Actor::Endpoint(EndpointId::from_parts(1, [9; 10]));
        let mut receipts = Vec::new();
        for _ in 0..60 {
            let context = self.context(TenantScope { tenant: self.tenant, actor: actor.clone() });
            receipts.extend(self.sim.run(self.intake.ingest_event(&context, event(Some(delivery_id), body))));
            if receipts.len() == 2 {
                break;
            }
        }
        let [first, second] = receipts.as_slice() else { panic!("`{delivery_id}` was not accepted") };
        assert_eq!((first.event_id, second.duplicate), (second.event_id, true));
        first.clone()
    }

    /// Lets the time pass, with the sweep each minute, and with the dead-letter queue for what the queue gave up on.
    pub(super) fn let_pass(&self) {
        let mut buried = 0;
        for _ in 0..MINUTES {
            self.sim.run(self.cron.send(()));
            for message in self.queue.dead().into_iter().skip(buried) {
                self.sim.run(self.graves.send(message));
                buried += 1;
            }
            self.sim.run_for(Duration::from_secs(60));
            if self.stores.events.all().into_iter().all(|(_, record)| record.status.is_settled()) {
                break;
            }
        }
        self.sim.settle();
    }

    /// As an operator does once the cause is gone: whatever failed runs again, also what failed for its share of faults.
    pub(super) fn replay_until_none_is_left(&self) {
        for _ in 0..20 {
            let query = DeadLetterQuery { limit: 200, ..DeadLetterQuery::default() };
            let letters = run(DeadLetterStore::list(&self.stores.events, &query)).expect("they are listed");
            let open = letters.iter().filter(|letter| {
                letter.event.is_some_and(|(status, run)| run == letter.run && status.may_replay())
            });
            let open: Vec<_> = open.map(|letter| letter.letter.letter_id).collect();
            if open.is_empty() {
                return;
            }
            for letter_id in open {
                for _ in 0..60 {
                    let operator = "person:ada@example.com".to_owned();
                    let context = self.context(OperatorScope { operator });
                    let request = GetDeadLetter { letter_id };
                    if self.sim.run(self.letters.replay_letter(&context, request)).is_ok() {
                        break;
                    }
                }
            }
            self.let_pass();
        }
        panic!("replays do not mend it");
    }

    pub(super) fn object_key(&self, event_id: EventId) -> String {
        let all = self.stores.events.all();
        let found = all.into_iter().find(|(_, record)| record.event.event_id == event_id);
        found.expect("the event is stored").1.event.object_key
    }

    pub(super) fn assert_ended_once(&self, event_id: EventId, status: &str, signals: usize) {
        let stores = &self.stores;
        let record = run(EventStore::get(&stores.events, self.tenant, event_id)).expect("it answers");
        let record = record.expect("an accepted event is stored");
        assert_eq!(record.status.as_str(), status, "{event_id}: {:?}", record.reason);
        let query = app::ports::SignalQuery { event_id: Some(event_id), limit: 200, ..Default::default() };
        let stored = run(app::ports::SignalStore::list(&stores.signals, self.tenant, &query));
        assert_eq!(stored.expect("signals are listed").len(), signals, "{event_id}");
        let told = stores.notifier.told();
        let settled: Vec<_> = told
            .iter()
            .filter_map(|told| match told {
                Told::Settled { event, .. } if event.event_id == event_id => Some((event.run, event.status)),
                _ => None,
            })
            .collect();
        let last = settled.iter().filter(|(run, _)| *run == record.run).collect::<Vec<_>>();
        assert_eq!(last, [&(record.run, record.status)], "{event_id}: told once how its last run ended");
        let heard = told.iter().any(|told| {
            matches!(told, Told::Signals { event_id: of, run, .. } if (*of, *run) == (event_id, record.run))
        });
        assert_eq!(heard, signals > 0, "{event_id}: its signals were told of");
        let raised = run(RuleStore::raised_of(&stores.rules, self.tenant, event_id)).expect("it answers");
        let mut kinds: Vec<_> = raised.iter().map(|notice| notice.kind).collect();
        kinds.sort_unstable();
        let expect: &[_] = &[NoticeKind::Alert, NoticeKind::Task, NoticeKind::Workflow];
        assert_eq!(kinds, if signals > 0 { expect } else { &[] }, "{event_id}: raised once");
        for notice in &raised {
            let of = |told: &&Told| matches!(told, Told::Raised { notice_id, .. } if *notice_id == notice.notice_id);
            assert_eq!(told.iter().filter(of).count(), 1, "{event_id}: what was raised is told of");
        }
        let query = DeadLetterQuery { limit: 200, ..DeadLetterQuery::default() };
        let letters = run(DeadLetterStore::list(&stores.events, &query)).expect("they are listed");
        let mut runs: Vec<_> = letters
            .iter()
            .filter(|letter| letter.event_id == Some(event_id))
            .map(|letter| letter.run)
            .collect();
        runs.sort_unstable();
        let expect: Vec<u32> = (0..record.run).collect();
        assert_eq!(runs, expect, "{event_id}: a letter for each run that failed, and one alone");
    }
}

/// An alert, a task and a workflow for each budget.
fn rule() -> Rule {
    let at = Timestamp::from_unix_ms(1);
    Rule {
        rule_id: RuleId::from_parts(1, [5; 10]),
        version: 1,
        draft: budgets(),
        failures: 0,
        last_error: None,
        last_raised_at: None,
        created_at: at,
        updated_at: at,
    }
}

fn delivery(message: EventMessage, now: Timestamp) -> Delivery {
    let message_id = message.event_id.to_string();
    Delivery { message_id, sent_at: now, attempt: 1, body: Ok(message) }
}
