//! Failed events: what their letters say, and that a replay mends them once their cause is gone.

use app::ports::{Archive, DeadLetterQuery, DeadLetterRecord, DeadLetterStore, Replay, ReplayOutcome};
use domain::{DeathCause, EventStatus, EventWorkflow};
use ids::EventId;
use test_kit::{Told, When, run};

use crate::world::{CALL, World};

async fn letter_of(world: &World, event_id: EventId, run: u32) -> DeadLetterRecord {
    let query = DeadLetterQuery { tenant: Some(world.tenant), limit: 200, ..DeadLetterQuery::default() };
    let letters = DeadLetterStore::list(&world.events, &query).await.expect("letters can be listed");
    let of_run = |letter: &DeadLetterRecord| (letter.event_id, letter.run) == (Some(event_id), run);
    letters.into_iter().find(of_run).expect("there is a letter")
}

async fn replay(world: &World, letter: &DeadLetterRecord) -> ReplayOutcome {
    let (event_id, letter_id) = (letter.event_id.expect("an event's"), letter.letter.letter_id);
    let replay = Replay { at: world.clock_now(), by: "ada@example.com".into() };
    world.events.replay(world.tenant, event_id, letter_id, &replay).await.expect("the store answers")
}

async fn work_off(world: &World) {
    world.consume().await;
    world.run_instances().await;
}

#[test]
fn a_failed_step_leaves_a_letter_and_the_replay_succeeds_once_the_cause_is_gone() {
    run(async {
        let world = World::new();
        let receipt = world.deliver(Some("1"), CALL).await.expect("accepted");
        let key = world.events.all()[0].1.event.object_key.clone();
        let object = world.archive.get(&key).await.expect("it answers").expect("it is there");
        world.archive.remove(&key);
        work_off(&world).await;

        let failed = world.event(receipt.event_id).await;
        assert_eq!(failed.event.status, "failed");
        let letter = letter_of(&world, receipt.event_id, 0).await;
        assert_eq!(
            (letter.letter.cause, letter.letter.step.as_deref(), letter.letter.attempts),
            (DeathCause::Workflow, Some("load"), 1)
        );
        assert!(letter.letter.errors[1].contains(&format!("no object `{key}`")), "{letter:?}");

        // Replayed while the cause is still there, it fails again, with a letter of its own.
        assert_eq!(
            replay(&world, &letter).await,
            ReplayOutcome::Begun { workflow: EventWorkflow::CallIngest }
        );
        world.sweep().await;
        world.run_instances().await;
        let again = letter_of(&world, receipt.event_id, 1).await;
        assert_eq!(again.event, Some((EventStatus::Failed, 1)));

        world.archive.put(&key, &object.media_type, object.body).await.expect("put back");
        assert_eq!(
            replay(&world, &again).await,
            ReplayOutcome::Begun { workflow: EventWorkflow::CallIngest }
        );
        assert_eq!(world.event(receipt.event_id).await.event.status, "received");
        let to_come = world.event(receipt.event_id).await;
        assert_eq!((to_come.steps.len(), to_come.pending.len()), (0, 10), "the steps are of the run to come");
        world.sweep().await;
        world.run_instances().await;
        let event = world.event(receipt.event_id).await;
        assert_eq!((event.event.status.as_str(), event.event.reason), ("processed", None));
        assert!(event.steps.iter().all(|step| step.status == "succeeded"), "{:?}", event.steps);
        assert!(event.pending.is_empty(), "{:?}", event.pending);
        assert_eq!(world.signals(world.tenant).await.len(), 2);
        assert_eq!(replay(&world, &again).await, ReplayOutcome::Before);

        let settled = world.notifier.told().into_iter().filter_map(|told| match told {
            Told::Settled { event, .. } => Some((event.run, event.status.as_str())),
            Told::Signals { .. } | Told::Raised { .. } => None,
        });
        assert_eq!(settled.collect::<Vec<_>>(), [(0, "failed"), (1, "failed"), (2, "processed")]);
    });
}

#[test]
fn a_replay_puts_its_effects_in_the_place_of_those_before() {
    run(async {
        let world = World::new();
        let receipt = world.deliver(Some("1"), CALL).await.expect("accepted");
        world.faults.fail_all("notifier.signals_ready", When::Before);
        work_off(&world).await;
        assert_eq!(world.event(receipt.event_id).await.event.status, "failed");
        let (signals, passages) =
            (world.signals(world.tenant).await, world.index.passages(world.tenant).len());
        assert_eq!((signals.len(), passages), (2, 3), "what was stored before the step that failed stays");

        world.faults.heal();
        let letter = letter_of(&world, receipt.event_id, 0).await;
        assert_eq!((letter.letter.step.as_deref(), letter.letter.attempts), (Some("notify"), 13));
        assert_eq!(
            replay(&world, &letter).await,
            ReplayOutcome::Begun { workflow: EventWorkflow::CallIngest }
        );
        world.sweep().await;
        world.run_instances().await;
        assert_eq!(world.event(receipt.event_id).await.event.status, "processed");
        let after = world.signals(world.tenant).await;
        let ids = |signals: &[contracts::pipeline::Signal]| -> Vec<_> {
            signals.iter().map(|signal| signal.signal_id).collect()
        };
        assert_eq!(ids(&after), ids(&signals), "the same signals, once");
        assert_eq!(world.index.passages(world.tenant).len(), passages);
    });
}

#[test]
fn a_failed_store_never_extracts_again() {
    run(async {
        for when in [When::Before, When::After] {
            let world = World::new();
            let receipt = world.deliver(Some("1"), CALL).await.expect("accepted");
            for nth in 1..=5 {
                world.faults.fail_nth("signals.replace", nth, when);
            }
            work_off(&world).await;
            let event = world.event(receipt.event_id).await;
            assert_eq!(event.event.status, "processed");
            let attempts =
                |name: &str| event.steps.iter().find(|step| step.name == name).map(|step| step.attempts);
            assert_eq!((attempts("extract"), attempts("store")), (Some(1), Some(6)), "{when:?}");
            assert_eq!(world.extractions(), 1, "{when:?}");
            let used = world.usage.total(world.tenant);
            assert_eq!((used.model_calls, used.tokens_in, used.cost_nanos), (1, 100, 7), "{when:?}");
            assert_eq!(world.signals(world.tenant).await.len(), 2);
        }
    });
}

#[test]
fn a_workflow_that_ended_without_a_word_leaves_a_letter() {
    run(async {
        let world = World::new();
        let receipt = world.deliver(Some("1"), CALL).await.expect("accepted");
        world.consume().await;
        let error = "out of memory".to_owned();
        world.instances.set(receipt.event_id, app::ports::InstanceState::Failed { error });
        world.clock.advance(16_000);
        world.sweep().await;
        let letter = letter_of(&world, receipt.event_id, 0).await;
        assert_eq!(letter.letter.cause, DeathCause::Workflow);
        assert!(letter.letter.errors[0].contains("out of memory"), "{letter:?}");
        assert_eq!(
            replay(&world, &letter).await,
            ReplayOutcome::Begun { workflow: EventWorkflow::CallIngest }
        );
        world.sweep().await;
        world.run_instances().await;
        assert_eq!(world.event(receipt.event_id).await.event.status, "processed");
    });
}

#[test]
fn a_letter_is_forgotten_after_its_time_and_its_event_stays() {
    run(async {
        let world = World::new();
        let dead = world.deliver(Some("2"), CALL).await.expect("accepted");
        world.faults.fail_all("index.upsert", When::Before);
        work_off(&world).await;
        let letter = letter_of(&world, dead.event_id, 0).await;
        let kept_for = letter.letter.expires_at.unix_ms() - letter.letter.dead_at.unix_ms();
        assert_eq!(kept_for, domain::dead_letter::LETTER_KEPT_MS);
        world.clock.advance(kept_for + 10_000_000);
        world.sweep().await;
        assert_eq!(DeadLetterStore::get(&world.events, letter.letter.letter_id).await, Ok(None));
        assert_eq!(world.event(dead.event_id).await.event.status, "failed");
    });
}
