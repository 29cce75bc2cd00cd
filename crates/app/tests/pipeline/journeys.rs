//! From a delivery to what a customer can read.

use app::ports::InstanceState;
use contracts::Actor;
use contracts::pipeline::{EmitEvent, GetEvent, HitKind, IngestEventError, ReadEventError, Search};
use futures_util::future::join_all;
use ids::{JobId, KeyId};
use mesh::CallError;
use test_kit::run;

use crate::world::{CALL, World, event};

#[test]
fn a_delivery_becomes_signals_and_passages_that_search_finds() {
    run(async {
        let world = World::new();
        let receipt = world.deliver(Some("msg_1"), CALL).await.unwrap();
        assert!(!receipt.duplicate);
        assert_eq!(world.event(receipt.event_id).await.event.status, "received");
        world.consume().await;
        world.run_instances().await;

        let detail = world.event(receipt.event_id).await;
        assert_eq!(
            (detail.event.status.as_str(), detail.event.account.as_deref()),
            ("processed", Some("Norrsken"))
        );
        let steps: Vec<_> =
            detail.steps.iter().map(|s| (s.name.as_str(), s.status.as_str(), s.attempts)).collect();
        let done = |name| (name, "succeeded", 1);
        assert_eq!(steps, app::pipeline::STEPS.map(done));

        let signals = world.signals(world.tenant).await;
        let mut kinds: Vec<&str> = signals.iter().map(|signal| signal.kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["budget", "pain"]);
        assert_eq!(detail.event.signals_count, 2);

        let context = world.context(world.tenant, Actor::Endpoint(world.endpoint));
        let text =
            world.intake().read_text(&context, GetEvent { event_id: receipt.event_id }).await.unwrap().text;
        let characters: Vec<char> = text.chars().collect();
        for signal in &signals {
            let evidence = &signal.evidence;
            let slice: String = characters[evidence.start as usize..evidence.end as usize].iter().collect();
            assert_eq!(slice, evidence.quote);
        }
        let query = Search {
            query: "manual billing corrections".into(),
            limit: 5,
            kind: Some(HitKind::Signal),
            ..Search::default()
        };
        let hits = world.intake().search(&context, query).await.unwrap().hits;
        assert!(hits[0].snippet.contains("invoices by hand"), "{hits:?}");
        let query = Search {
            query: "how much can they spend".into(),
            limit: 5,
            kind: Some(HitKind::Passage),
            ..Search::default()
        };
        let passages = world.intake().search(&context, query).await.unwrap().hits;
        let highlight = passages[0].highlight.as_deref().unwrap_or_default();
        assert!(
            highlight.starts_with("We have a budget") && passages[0].snippet.contains(highlight),
            "{passages:?}"
        );
    });
}

#[test]
fn forty_concurrent_deliveries_are_one_event() {
    run(async {
        let world = World::new();
        let receipts = join_all((0..40).map(|_| world.deliver(Some("msg_1"), CALL))).await;
        let receipts: Vec<_> = receipts.into_iter().map(Result::unwrap).collect();
        assert_eq!(receipts.iter().filter(|receipt| !receipt.duplicate).count(), 1);
        assert!(receipts.iter().all(|receipt| receipt.event_id == receipts[0].event_id));
        world.consume().await;
        world.run_instances().await;
        assert_eq!(world.signals(world.tenant).await.len(), 2);
    });
}

#[test]
fn without_a_delivery_id_the_content_tells_a_redelivery_for_a_day() {
    run(async {
        let world = World::new();
        let first = world.deliver(None, CALL).await.unwrap();
        let other = world.deliver(None, &CALL.replace("Norrsken", "Sörsken")).await.unwrap();
        assert!(!other.duplicate && other.event_id != first.event_id);
        // Over the boundary of windows as well as within one: the step is longer than half a window.
        for hours in [0, 13, 10] {
            world.clock.advance(hours * 3_600_000);
            let again = world.deliver(None, CALL).await.unwrap();
            assert_eq!((again.event_id, again.duplicate), (first.event_id, true), "{hours} hours later");
        }
        world.clock.advance(3_600_000);
        let news = world.deliver(None, CALL).await.unwrap();
        assert!(!news.duplicate && news.event_id != first.event_id, "a day after the first");
        let with_id = world.deliver(Some("msg_1"), CALL).await.unwrap();
        assert!(!with_id.duplicate, "an id of the provider's own says more than the content");
    });
}

#[test]
fn an_idempotency_key_stands_for_one_body() {
    run(async {
        let world = World::new();
        let context = world.context(world.tenant, Actor::Key(KeyId::from_parts(1, [1; 10])));
        let send = |key: Option<&'static str>, body: &'static str| {
            let (intake, context) = (world.intake(), context.clone());
            async move { intake.ingest_event(&context, event(key, body)).await }
        };
        let first = send(Some("k"), CALL).await.unwrap();
        let again = send(Some("k"), CALL).await.unwrap();
        assert_eq!((again.event_id, again.duplicate), (first.event_id, true));
        let reused = send(Some("k"), "{\"text\": \"something else\"}").await.unwrap_err();
        assert_eq!(reused, CallError::Refused(IngestEventError::KeyReused));
        let (one, two) = (send(None, CALL).await.unwrap(), send(None, CALL).await.unwrap());
        assert!(one.event_id != two.event_id && !two.duplicate, "without a key, two calls are two events");
    });
}

#[test]
fn what_no_step_can_handle_is_skipped_or_failed_with_its_reason_and_stays_readable() {
    run(async {
        for (body, status) in [("{\"amount\": 4}", "skipped"), ("{\"turns\": []}", "skipped")] {
            let world = World::new();
            let receipt = world.deliver(Some("msg_1"), body).await.unwrap();
            world.consume().await;
            world.run_instances().await;
            let detail = world.event(receipt.event_id).await;
            assert_eq!(detail.event.status, status, "{body}");
            assert!(detail.event.reason.is_some_and(|reason| !reason.is_empty()));
            let context = world.context(world.tenant, Actor::Endpoint(world.endpoint));
            let raw =
                world.intake().read_raw(&context, GetEvent { event_id: receipt.event_id }).await.unwrap();
            assert_eq!(raw.body.0, body.as_bytes());
        }
    });
}

#[test]
fn broken_json_is_refused_and_nothing_is_stored() {
    run(async {
        let world = World::new();
        let error = world.deliver(Some("msg_1"), "{\"type\": ").await.unwrap_err();
        assert!(matches!(error, CallError::Refused(IngestEventError::NotJson { .. })), "{error}");
        assert_eq!((world.faults.calls("archive.put"), world.faults.calls("events.insert")), (0, 0));
    });
}

#[test]
fn another_tenant_sees_nothing() {
    run(async {
        let world = World::new();
        let receipt = world.deliver(Some("msg_1"), CALL).await.unwrap();
        world.consume().await;
        world.run_instances().await;
        let context = world.context(world.other, Actor::Endpoint(world.endpoint));
        let refused =
            world.intake().get_event(&context, GetEvent { event_id: receipt.event_id }).await.unwrap_err();
        assert_eq!(refused, CallError::Refused(ReadEventError::NotFound));
        assert!(world.signals(world.other).await.is_empty());
        let query = Search { query: "budget".into(), limit: 5, ..Search::default() };
        assert!(world.intake().search(&context, query).await.unwrap().hits.is_empty());
    });
}

#[test]
fn a_jobs_event_happens_once_a_nominal_time() {
    run(async {
        let world = World::new();
        let context = world
            .context(world.tenant, Actor::Job(JobId::from_parts(1, [2; 10])))
            .with_idempotency_key("1795330800000");
        let emit = || EmitEvent {
            source: "generic".into(),
            kind: "tick".into(),
            payload: "{\"text\": \"hi\"}".into(),
        };
        let first = world.tasks().emit_event(&context, emit()).await.unwrap();
        let again = world.tasks().emit_event(&context, emit()).await.unwrap();
        assert_eq!((again.event_id, again.duplicate), (first.event_id, true));
    });
}

#[test]
fn a_lost_queue_message_is_made_good_by_the_sweep() {
    run(async {
        let world = World::new();
        let receipt = world.deliver(Some("msg_1"), CALL).await.unwrap();
        drop(world.queue.take());
        world.sweep().await;
        assert!(world.instances.started().is_empty(), "it is not due yet");
        world.clock.advance(16_000);
        world.sweep().await;
        world.run_instances().await;
        assert_eq!(world.event(receipt.event_id).await.event.status, "processed");
    });
}

#[test]
fn an_instance_that_failed_without_a_word_shows_as_failed() {
    run(async {
        let world = World::new();
        let receipt = world.deliver(Some("msg_1"), CALL).await.unwrap();
        world.consume().await;
        world.instances.set(receipt.event_id, InstanceState::Failed { error: "out of memory".into() });
        world.clock.advance(16_000);
        world.sweep().await;
        let event = world.event(receipt.event_id).await.event;
        assert_eq!(
            (event.status.as_str(), event.reason.as_deref()),
            ("failed", Some("its workflow failed: out of memory"))
        );
    });
}
