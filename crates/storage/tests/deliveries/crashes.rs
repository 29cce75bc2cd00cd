//! Crashes between sending and recording, and everywhere else: nothing is lost, and each delivery has one outcome.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use domain::delivery::DeliveryPolicy;
use test_kit::run;

use crate::world::{Answer, World};

const HOUR: u64 = 60 * 60 * 1_000;

/// Runs a future for so many turns and drops it there, as a machine that dies does.
fn cut_off<F: Future>(future: F, turns: usize) -> bool {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..turns).any(|_| future.as_mut().poll(&mut context).is_ready())
}

#[test]
fn a_crash_while_the_endpoint_answers_sends_the_same_message_again_under_its_id() {
    let world = World::new(DeliveryPolicy::default());
    world.shared.receiver.turns.set(5);
    let message = world.enqueue();
    assert!(!cut_off(world.objects.pass(0), 3), "the alarm ran to its end");
    assert_eq!(world.shared.receiver.ids().len(), 1);
    world.objects.evict_all();
    assert_eq!(world.status(&message), "pending", "the next call finds the attempt interrupted");
    world.pass(0);
    let detail = world.get(&message);
    assert_eq!(detail.delivery.status, "delivered");
    let errors: Vec<_> = detail.attempts.iter().map(|attempt| attempt.error.is_some()).collect();
    assert_eq!(errors, [true, false], "the interrupted attempt is on record");
    let id = message.message_id.to_string();
    assert_eq!(world.shared.receiver.ids(), [id.clone(), id]);
}

#[test]
fn a_delivery_that_crashes_the_machine_each_time_ends_and_does_not_go_round_for_ever() {
    let world = World::new(DeliveryPolicy { waits_ms: vec![1_000], ..DeliveryPolicy::default() });
    world.shared.receiver.turns.set(5);
    let message = world.enqueue();
    for _ in 0..20 {
        cut_off(world.objects.pass(0), 3);
        world.objects.evict_all();
        if world.status(&message) == "failed" {
            break;
        }
    }
    assert_eq!(world.status(&message), "failed");
    assert_eq!(world.shared.receiver.ids().len(), 5, "two attempts, and three that crashes may cost");
}

/// A number from a seed, below `limit`.
fn pick(seed: &mut u64, limit: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % limit
}

/// One life of a queue: messages come, the endpoint fails and heals, the machine dies at any moment.
fn life(seed: u64) {
    let policy = DeliveryPolicy { open_after: 4, cooldown_ms: 10_000, ..DeliveryPolicy::default() };
    let world = World::seeded(seed, policy);
    let mut chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut messages = Vec::new();
    for _ in 0..12 {
        let answers =
            [Answer::Status(204), Answer::Status(500), Answer::NoReply, Answer::RetryAfter(503, "30")];
        world.usually(answers[pick(&mut chance, 4) as usize].clone());
        world.shared.receiver.turns.set(pick(&mut chance, 4) as u32);
        match pick(&mut chance, 4) {
            0 | 1 => {
                let key = ["account:a", "account:b"][pick(&mut chance, 2) as usize];
                let message = world.message(Some(key).filter(|_| pick(&mut chance, 2) == 0));
                // Told again until it was heard, as the step of a workflow does.
                while !cut_off(
                    world.queue().enqueue(&world.context(), message.clone()),
                    pick(&mut chance, 6) as usize,
                ) {
                    if pick(&mut chance, 2) == 0 {
                        world.objects.evict_all();
                    }
                }
                messages.push(message);
            }
            2 => {
                let passing = [0, 1_000, 30_000, HOUR][pick(&mut chance, 4) as usize];
                if !cut_off(world.objects.pass(passing), 1 + pick(&mut chance, 12) as usize) {
                    world.objects.evict_all();
                }
            }
            _ => world.objects.evict_all(),
        }
    }
    world.usually(Answer::Status(204));
    // The watchdog: an alarm that died with the machine is set again by the next call.
    let _ = run(world.queue().health(&world.context(), ()));
    world.pass(200 * HOUR);
    let ids = world.shared.receiver.ids();
    for message in &messages {
        let detail = world.get(message);
        assert_eq!(detail.delivery.status, "delivered", "seed {seed}: {detail:?}");
        let taken = detail.attempts.iter().filter(|attempt| attempt.error.is_none()).count();
        assert_eq!(taken, 1, "seed {seed}: one recorded success");
        let arrived = ids.iter().filter(|id| **id == message.message_id.to_string()).count();
        assert!(
            arrived >= 1 && arrived <= detail.delivery.attempts as usize,
            "seed {seed}: arrived {arrived} times"
        );
    }
    assert!(ids.iter().all(|id| messages.iter().any(|message| message.message_id.to_string() == *id)));
}

#[test]
fn whatever_crashes_when_nothing_is_lost_and_each_delivery_has_one_recorded_outcome() {
    for seed in 0..400 {
        life(seed);
    }
}
