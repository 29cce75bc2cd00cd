//! A batch from the queue: each message gets its own verdict.

use app::pipeline::{Delivery, Unreadable, Verdict, bury, hand_over};
use app::ports::{
    DeadLetterQuery, DeadLetterRecord, DeadLetterStore, EventStore, IngestInstances, InstanceState,
};
use async_trait::async_trait;
use domain::DeathCause;
use test_kit::{Told, When, run};

use crate::world::{CALL, World};

async fn letters(world: &World) -> Vec<DeadLetterRecord> {
    let query = DeadLetterQuery { limit: 200, ..DeadLetterQuery::default() };
    DeadLetterStore::list(&world.events, &query).await.expect("letters can be listed")
}

fn poison(world: &World, message_id: &str) -> Delivery {
    let body = Err(Unreadable { text: "{\"tenant\":7}".into(), error: "invalid type: integer `7`".into() });
    Delivery { message_id: message_id.into(), sent_at: world.clock_now(), attempt: 1, body }
}

#[test]
fn a_message_that_cannot_be_read_is_isolated_and_the_others_go_on() {
    run(async {
        let world = World::new();
        let (one, two) = (world.deliver(Some("1"), CALL).await, world.deliver(Some("2"), CALL).await);
        assert!(one.is_ok() && two.is_ok());
        let mut batch: Vec<_> =
            world.queue.take().into_iter().map(|message| world.delivery(message, 1)).collect();
        batch.insert(1, poison(&world, "q-1"));
        for _ in 0..2 {
            let verdicts = hand_over(&world.handover(), &batch).await;
            assert_eq!(verdicts, [Verdict::Done; 3], "delivered twice, the same happens");
        }
        assert_eq!(world.instances.started().len(), 2);
        let letters = letters(&world).await;
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!((letter.letter.cause, letter.tenant), (DeathCause::Unreadable, None));
        assert_eq!(letter.letter.message.as_deref(), Some("{\"tenant\":7}"));
        assert!(letter.letter.errors[1].contains("invalid type"), "{letter:?}");
    });
}

#[test]
fn a_message_that_cannot_be_read_and_not_be_kept_comes_again() {
    run(async {
        let world = World::new();
        world.faults.fail_all("letters.keep_unreadable", When::Before);
        let batch = [poison(&world, "q-1")];
        assert_eq!(hand_over(&world.handover(), &batch).await, [Verdict::Again { delay_s: 2 }]);
        assert_eq!(bury(&world.handover(), &batch).await, [Verdict::Again { delay_s: 2 }]);
        world.faults.heal();
        assert_eq!(hand_over(&world.handover(), &batch).await, [Verdict::Done]);
        assert_eq!(letters(&world).await.len(), 1);
    });
}

#[test]
fn one_failed_start_retries_one_message_with_a_growing_delay() {
    run(async {
        let world = World::new();
        for n in 0..3 {
            world.deliver(Some(&n.to_string()), CALL).await.expect("accepted");
        }
        world.faults.fail_nth("instances.start", 2, When::Before);
        let batch: Vec<_> =
            world.queue.take().into_iter().map(|message| world.delivery(message, 3)).collect();
        let verdicts = hand_over(&world.handover(), &batch).await;
        assert_eq!(verdicts, [Verdict::Done, Verdict::Again { delay_s: 8 }, Verdict::Done]);
        assert_eq!(world.instances.started().len(), 2);
    });
}

/// Instances of a platform at its limit, which says when to come again.
struct Limited;

#[async_trait(?Send)]
impl IngestInstances for Limited {
    async fn start(
        &self,
        messages: &[app::ports::EventMessage],
    ) -> Result<Vec<Result<(), app::ports::StoreError>>, app::ports::StoreError> {
        let error = app::ports::StoreError::new("WORKFLOWS", "429: too many instances").retry_after(90);
        Ok(vec![Err(error); messages.len()])
    }

    async fn state(
        &self,
        _: domain::EventWorkflow,
        _: ids::EventId,
        _: u32,
    ) -> Result<InstanceState, app::ports::StoreError> {
        Ok(InstanceState::Missing)
    }
}

#[test]
fn a_retry_after_is_the_messages_delay() {
    run(async {
        let world = World::new();
        world.deliver(Some("1"), CALL).await.expect("accepted");
        let ports = app::pipeline::HandoverPorts { instances: std::rc::Rc::new(Limited), ..world.handover() };
        let batch: Vec<_> =
            world.queue.take().into_iter().map(|message| world.delivery(message, 1)).collect();
        assert_eq!(hand_over(&ports, &batch).await, [Verdict::Again { delay_s: 90 }]);
    });
}

#[test]
fn what_the_queue_gave_up_on_is_dead_with_its_whole_story_and_told_of() {
    run(async {
        let world = World::new();
        let receipt = world.deliver(Some("1"), CALL).await.expect("accepted");
        let messages = world.queue.take();
        world.faults.fail_all("instances.start", When::Before);
        for attempt in 1..=6 {
            let batch: Vec<_> =
                messages.iter().map(|message| world.delivery(message.clone(), attempt)).collect();
            assert_ne!(hand_over(&world.handover(), &batch).await, [Verdict::Done]);
        }
        for _ in 0..2 {
            assert_eq!(world.bury(messages.clone()).await, [Verdict::Done], "delivered twice");
        }
        let event = world.event(receipt.event_id).await.event;
        assert_eq!(event.status, "dead");
        let letters = letters(&world).await;
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!(
            (letter.letter.cause, letter.letter.attempts, letter.tenant, letter.event_id),
            (DeathCause::Queue, 6, Some(world.tenant), Some(receipt.event_id))
        );
        let [outer, inner] = letter.letter.errors.as_slice() else { panic!("{letter:?}") };
        assert!(
            outer.contains("the queue gave up") && inner.contains("`instances.start` failed"),
            "{letter:?}"
        );
        assert!(letter.letter.message.as_deref().is_some_and(|text| text.contains("traceparent")));
        let told = world.notifier.told();
        assert!(
            matches!(told.as_slice(), [Told::Settled { event, .. }] if event.status.as_str() == "dead"),
            "{told:?}"
        );
    });
}

#[test]
fn a_message_from_the_dead_letter_queue_whose_event_is_at_work_buries_nothing() {
    run(async {
        let world = World::new();
        let receipt = world.deliver(Some("1"), CALL).await.expect("accepted");
        let messages = world.queue.take();
        let batch: Vec<_> = messages.iter().map(|message| world.delivery(message.clone(), 1)).collect();
        hand_over(&world.handover(), &batch).await;
        assert_eq!(world.bury(messages.clone()).await, [Verdict::Done]);
        assert_eq!(
            world.event(receipt.event_id).await.event.status,
            "received",
            "its instance has not begun"
        );
        world.run_instances().await;
        assert_eq!(world.bury(messages).await, [Verdict::Done]);
        assert_eq!(world.event(receipt.event_id).await.event.status, "processed");
        assert!(letters(&world).await.is_empty());
        assert_eq!(EventStore::outbox_depth(&world.events).await, Ok(0));
    });
}
