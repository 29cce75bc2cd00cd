//! When messages go out, and in which order.

use contracts::pipeline::subscriptions::{GetDelivery, ListDeliveries, OrderedBy, SubscriptionError};
use domain::delivery::DeliveryPolicy;
use mesh::CallError;
use test_kit::run;

use crate::world::{Answer, START_MS, World};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn patient() -> DeliveryPolicy {
    DeliveryPolicy { open_after: 1_000, disable_after_ms: 1_000 * HOUR, ..DeliveryPolicy::default() }
}

#[test]
fn a_message_is_delivered_once_and_its_attempt_is_on_record() {
    let world = World::new(patient());
    let message = world.enqueue();
    assert!(run(world.queue().enqueue(&world.context(), message.clone())).unwrap().duplicate, "told again");
    world.pass(0);
    world.pass(72 * HOUR);
    let detail = world.get(&message);
    assert_eq!((detail.delivery.status.as_str(), detail.delivery.attempts), ("delivered", 1));
    assert_eq!(detail.body, message.body);
    let attempt = &detail.attempts[0];
    assert_eq!((attempt.number, attempt.status, attempt.error.as_ref()), (1, Some(204), None));
    assert_eq!(attempt.excerpt.as_deref(), Some("answered 204"));
    assert_eq!(world.shared.receiver.ids(), [message.message_id.to_string()]);
    assert!(
        run(world.queue().enqueue(&world.context(), message.clone())).unwrap().duplicate,
        "told once more"
    );
    world.pass(HOUR);
    assert_eq!(world.shared.receiver.ids().len(), 1);
}

#[test]
fn a_failing_endpoint_is_tried_ten_times_over_days_and_then_the_delivery_has_failed() {
    let world = World::new(patient());
    world.usually(Answer::Status(500));
    let message = world.enqueue();
    world.pass(96 * HOUR);
    let arrived: Vec<u64> =
        world.shared.receiver.arrived.borrow().iter().map(|arrived| arrived.at_ms).collect();
    assert_eq!(arrived.len(), 10);
    let waits: Vec<u64> = arrived.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let longest = domain::delivery::STANDARD_WAITS_MS;
    for (at, wait) in waits.iter().enumerate() {
        let shortest = if at == 0 { 0 } else { longest[at - 1] };
        assert!((shortest..=longest[at]).contains(wait), "wait {at}: {wait}");
    }
    let detail = world.get(&message);
    assert_eq!((detail.delivery.status.as_str(), detail.attempts.len()), ("failed", 10));
    assert_eq!(detail.delivery.last_error.as_deref(), Some("the endpoint answered 500"));
    let ids = world.shared.receiver.ids();
    assert!(ids.iter().all(|id| *id == message.message_id.to_string()), "one message, one id: {ids:?}");
}

#[test]
fn retry_after_is_honored() {
    let world = World::new(patient());
    world.plan([Answer::RetryAfter(429, "7200")]);
    let message = world.enqueue();
    world.pass(2 * HOUR - 1);
    assert_eq!((world.status(&message).as_str(), world.shared.receiver.ids().len()), ("pending", 1));
    world.pass(1);
    assert_eq!(world.status(&message), "delivered");
}

#[test]
fn an_endpoint_that_fails_in_a_row_is_left_alone_and_attempts_are_not_used_up() {
    let world = World::new(DeliveryPolicy { open_after: 3, ..DeliveryPolicy::default() });
    world.usually(Answer::NoReply);
    let messages: Vec<_> = (0..12).map(|_| world.enqueue()).collect();
    world.pass(0);
    // Six go out together; the rest waits as soon as they have failed.
    assert_eq!(world.shared.receiver.ids().len(), 6);
    assert_eq!(world.health().circuit, "open");
    world.pass(31_000);
    let probes = world.shared.receiver.ids().len();
    assert_eq!(probes, 7, "one request to see whether it is back");
    world.usually(Answer::Status(200));
    world.pass(10 * MINUTE);
    for message in &messages {
        let detail = world.get(message);
        assert_eq!(detail.delivery.status, "delivered");
        assert!(detail.delivery.attempts <= 3, "{}", detail.delivery.attempts);
    }
    let health = world.health();
    assert_eq!((health.circuit.as_str(), health.failures, health.waiting), ("closed", 0, 0));
}

#[test]
fn messages_of_an_account_arrive_in_order_and_others_do_not_wait_for_them() {
    let mut world = World::new(patient());
    world.ordered_by = Some(OrderedBy::Account);
    world.plan([Answer::Status(500)]);
    let first = world.enqueue_in_order(Some("account:acme"));
    world.pass(0);
    let second = world.enqueue_in_order(Some("account:acme"));
    let other = world.enqueue_in_order(Some("account:globex"));
    world.pass(0);
    let waiting = ["pending", "pending", "delivered"];
    assert_eq!([&first, &second, &other].map(|message| world.status(message)), waiting);
    world.pass(5_000);
    let ids = world.shared.receiver.ids();
    let expected = [&first, &other, &first, &second].map(|message| message.message_id.to_string());
    assert_eq!(ids, expected);
}

#[test]
fn what_waits_behind_another_does_not_ring_the_alarm() {
    let world = World::new(patient());
    world.usually(Answer::RetryAfter(503, "3600"));
    world.enqueue_in_order(Some("event:1"));
    world.enqueue_in_order(Some("event:1"));
    world.pass(0);
    let alarm = world.objects.alarm(&world.address()).at_ms().unwrap();
    assert_eq!(alarm, START_MS + HOUR, "the second is due since it came, and cannot go out before the first");
}

#[test]
fn a_settled_delivery_goes_out_again_when_somebody_asks_under_the_same_id() {
    let world = World::new(patient());
    let message = world.enqueue();
    world.pass(0);
    let again = GetDelivery { delivery_id: message.delivery_id };
    let asked = run(world.queue().redeliver(&world.context(), again.clone())).unwrap();
    assert_eq!(asked.status, "pending");
    world.pass(0);
    let detail = world.get(&message);
    assert_eq!((detail.delivery.status.as_str(), detail.attempts.len()), ("delivered", 2));
    let id = message.message_id.to_string();
    assert_eq!(world.shared.receiver.ids(), [id.clone(), id]);
    let nobodys = GetDelivery { delivery_id: world.message(None).delivery_id };
    let refused = run(world.queue().redeliver(&world.context(), nobodys));
    assert!(matches!(refused, Err(CallError::Refused(SubscriptionError::DeliveryNotFound))), "{refused:?}");
}

#[test]
fn a_redelivery_tries_an_endpoint_that_is_left_alone() {
    let world = World::new(DeliveryPolicy { open_after: 1, ..DeliveryPolicy::default() });
    world.plan([Answer::Status(500)]);
    let message = world.enqueue();
    world.pass(0);
    assert_eq!(world.health().circuit, "open");
    run(world.queue().redeliver(&world.context(), GetDelivery { delivery_id: message.delivery_id })).unwrap();
    world.pass(0);
    assert_eq!((world.status(&message).as_str(), world.health().circuit.as_str()), ("delivered", "closed"));
}

#[test]
fn deliveries_are_listed_newest_first_by_status_and_page() {
    let world = World::new(patient());
    let messages: Vec<_> = (0..5).map(|_| world.enqueue()).collect();
    world.pass(0);
    world.usually(Answer::RetryAfter(503, "3600"));
    let late = world.enqueue();
    world.pass(0);
    let list = |status: Option<&str>, before, limit| {
        let subscription_id = world.subscription;
        let request = ListDeliveries { subscription_id, status: status.map(str::to_owned), before, limit };
        let page = run(world.queue().list(&world.context(), request)).unwrap();
        (page.items.iter().map(|item| item.delivery_id).collect::<Vec<_>>(), page.next_before)
    };
    let (first, next) = list(None, None, 4);
    assert_eq!(
        first,
        [late.delivery_id, messages[4].delivery_id, messages[3].delivery_id, messages[2].delivery_id]
    );
    let (second, end) = list(None, next, 4);
    assert_eq!((second, end), (vec![messages[1].delivery_id, messages[0].delivery_id], None));
    assert_eq!(list(Some("pending"), None, 10).0, [late.delivery_id]);
    assert_eq!(list(Some("delivered"), None, 10).0.len(), 5);
    assert!(list(Some("failed"), None, 10).0.is_empty());
}

#[test]
fn settled_deliveries_are_forgotten_after_thirty_days_and_waiting_ones_are_not() {
    let world = World::new(DeliveryPolicy { waits_ms: vec![2_000 * HOUR; 2], ..patient() });
    let message = world.enqueue();
    world.pass(0);
    world.usually(Answer::Status(500));
    let waiting = world.enqueue();
    world.pass(30 * 24 * HOUR);
    assert_eq!(world.status(&message), "delivered");
    world.pass(2);
    let gone = run(world.queue().get(&world.context(), GetDelivery { delivery_id: message.delivery_id }));
    assert!(matches!(gone, Err(CallError::Refused(SubscriptionError::DeliveryNotFound))), "{gone:?}");
    assert_eq!(world.status(&waiting), "pending");
}
