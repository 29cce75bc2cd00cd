//! Secrets, addresses, and endpoints that are gone.

use std::rc::Rc;

use app::outbound::QueueRemoval;
use app::ports::{MessageRemoval, SubscriptionRecord};
use contracts::pipeline::deliveries::ForgetMessages;
use contracts::pipeline::subscriptions::{SubscriptionError, SubscriptionStatus};
use contracts::{Actor, TenantScope, Timestamp};
use domain::delivery::DeliveryPolicy;
use ids::TenantId;
use mesh::{CallError, TraceContext};
use signing::{Delivery, Receiver, Secret, Secrets, Settings, Source, verify};
use test_kit::run;

use crate::world::{Answer, Arrived, START_MS, SimClock, URL, World};

const DAY: u64 = 24 * 60 * 60 * 1_000;

fn world() -> World {
    World::new(DeliveryPolicy::default())
}

/// Whether a request's signature is one by `secret`.
fn signed_by(arrived: &Arrived, secret: &str) -> bool {
    let now = i64::try_from(arrived.at_ms / 1_000).unwrap();
    let secrets = Secrets::new(Secret::new(secret));
    let receiver =
        Receiver { source: Source::Standard, secrets: &secrets, settings: &Settings::None, keys: None };
    let (headers, body) = (&arrived.headers, arrived.body.as_bytes());
    verify(receiver, Delivery { method: "POST", url: URL, headers, body }, now).is_ok()
}

fn secret_of(world: &World) -> String {
    let configured = run(world.queue().configure(&world.context(), world.endpoint())).unwrap();
    configured.secret.expose().to_owned()
}

#[test]
fn a_rotation_signs_with_both_secrets_for_the_overlap_and_then_with_the_new_one() {
    let world = world();
    let old = secret_of(&world);
    assert_eq!(secret_of(&world), old, "configuring again makes no other");
    let rotated = run(world.queue().rotate(&world.context(), 3_600)).unwrap();
    let new = rotated.secret.expose().to_owned();
    assert_eq!(rotated.previous_valid_until, Some(Timestamp::from_unix_ms(START_MS + 3_600_000)));
    world.enqueue();
    world.pass(3_600_000);
    world.enqueue();
    world.pass(0);
    let arrived = world.shared.receiver.arrived.borrow();
    let signed = |at: usize| (signed_by(&arrived[at], &old), signed_by(&arrived[at], &new));
    assert_eq!((signed(0), signed(1)), ((true, true), (false, true)));
}

#[test]
fn a_second_rotation_ends_the_oldest_secret_and_one_without_overlap_the_old_one_at_once() {
    let world = world();
    let first = secret_of(&world);
    let second = run(world.queue().rotate(&world.context(), 3_600)).unwrap().secret.expose().to_owned();
    let third = run(world.queue().rotate(&world.context(), 3_600)).unwrap().secret.expose().to_owned();
    world.enqueue();
    world.pass(0);
    let last = run(world.queue().rotate(&world.context(), 0)).unwrap().secret.expose().to_owned();
    world.enqueue();
    world.pass(0);
    let arrived = world.shared.receiver.arrived.borrow();
    let by = |at: usize| [&first, &second, &third, &last].map(|secret| signed_by(&arrived[at], secret));
    assert_eq!(by(0), [false, true, true, false]);
    assert_eq!(by(1), [false, false, false, true]);
}

#[test]
fn an_endpoint_whose_name_leads_inside_by_now_is_sent_nothing() {
    let world = world();
    for (answer, error) in [
        (
            vec!["127.0.0.1"],
            "the URL must lead to public addresses only, and `hooks.example.com` leads to a loopback address",
        ),
        (
            vec!["1.1.1.1", "169.254.169.254"],
            "the URL must lead to public addresses only, and `hooks.example.com` leads to a link-local address",
        ),
        (
            vec!["::ffff:10.0.0.1"],
            "the URL must lead to public addresses only, and `hooks.example.com` leads to an IPv4 address within an IPv6 one",
        ),
        (vec![], "the URL must name a host that resolves, and `hooks.example.com` does not"),
    ] {
        let addresses = answer.iter().map(|text| text.parse().unwrap()).collect();
        world.shared.resolver.0.borrow_mut().insert("hooks.example.com".into(), addresses);
        let message = world.enqueue();
        world.pass(0);
        let detail = world.get(&message);
        assert_eq!(
            (detail.delivery.status.as_str(), detail.delivery.last_error.as_deref()),
            ("pending", Some(error))
        );
        assert_eq!(detail.attempts[0].status, None);
    }
    assert!(world.shared.receiver.ids().is_empty(), "something was sent");
    world.shared.resolver.1.set(true);
    let message = world.enqueue();
    world.pass(0);
    assert_eq!(
        world.get(&message).delivery.last_error.as_deref(),
        Some("the host's name could not be resolved")
    );
    assert!(world.shared.receiver.ids().is_empty(), "something was sent");
}

#[test]
fn a_redirect_is_a_failure_that_says_what_to_do() {
    let world = world();
    world.plan([Answer::Status(302)]);
    let message = world.enqueue();
    world.pass(0);
    let error = world.get(&message).delivery.last_error.unwrap();
    assert_eq!(error, "the endpoint answered 302: redirects are not followed, so subscribe the final URL");
}

/// The subscription in the directory, as a creation leaves it.
fn register(world: &World) {
    let record = SubscriptionRecord {
        subscription_id: world.subscription,
        url: URL.into(),
        kinds: vec!["*".into()],
        ordered_by: None,
        description: None,
        status: SubscriptionStatus::Active,
        disabled_reason: None,
        disabled_at: None,
        created_at: Timestamp::from_unix_ms(START_MS),
    };
    run(world.shared.directory.register(world.tenant, &record, None, 10)).unwrap();
}

fn listed(world: &World) -> SubscriptionRecord {
    run(world.shared.directory.get(world.tenant, world.subscription)).unwrap().unwrap()
}

#[test]
fn an_endpoint_that_is_gone_is_disabled_and_nothing_waits_for_it() {
    let world = world();
    register(&world);
    world.plan([Answer::Status(500), Answer::Status(410)]);
    let waiting = world.enqueue();
    world.pass(0);
    let gone = world.enqueue();
    world.pass(0);
    assert_eq!((world.status(&gone).as_str(), world.status(&waiting).as_str()), ("failed", "abandoned"));
    let record = listed(&world);
    assert_eq!(record.status, SubscriptionStatus::Disabled);
    assert_eq!(record.disabled_reason.as_deref(), Some("the endpoint answered 410: it is gone"));
    let late = world.enqueue();
    world.pass(DAY);
    assert_eq!(world.status(&late), "abandoned");
    assert_eq!(world.shared.receiver.ids().len(), 2, "nothing was sent since");

    let request = contracts::pipeline::subscriptions::GetDelivery { delivery_id: late.delivery_id };
    let refused = run(world.queue().redeliver(&world.context(), request.clone()));
    assert!(matches!(refused, Err(CallError::Refused(SubscriptionError::Conflict { .. }))), "{refused:?}");
    assert_eq!(run(world.queue().enable(&world.context(), ())).unwrap().circuit, "closed");
    run(world.queue().redeliver(&world.context(), request)).unwrap();
    world.pass(0);
    assert_eq!(world.status(&late), "delivered");
}

#[test]
fn an_endpoint_that_takes_nothing_for_days_is_disabled_with_the_reason() {
    let world = world();
    register(&world);
    world.usually(Answer::Status(503));
    for _ in 0..6 {
        world.enqueue();
        world.pass(DAY);
    }
    let record = listed(&world);
    assert_eq!(record.status, SubscriptionStatus::Disabled);
    assert_eq!(record.disabled_reason.as_deref(), Some("the endpoint took nothing for 5 days"));
    assert_eq!(world.health().waiting, 0);
}

#[test]
fn a_closed_queue_sends_nothing_and_keeps_nothing() {
    let world = world();
    world.plan([Answer::Status(500)]);
    let message = world.enqueue();
    world.pass(0);
    run(world.queue().close(&world.context(), ())).unwrap();
    run(world.queue().close(&world.context(), ())).unwrap();
    world.pass(30 * DAY);
    assert_eq!(world.shared.receiver.ids().len(), 1);
    let refused = run(world.queue().enqueue(&world.context(), message));
    assert!(matches!(refused, Err(CallError::Refused(SubscriptionError::NotFound))), "{refused:?}");
    let rows = world.objects.database(&world.address());
    let storage = mesh::durable::Storage::over(rows);
    let kept: (u32, u32, String) = storage
        .exec(
            "SELECT (SELECT count(*) FROM deliveries), (SELECT count(*) FROM attempts), secret FROM endpoint",
            &[],
        )
        .unwrap()
        .one()
        .unwrap();
    assert_eq!(kept, (0, 0, String::new()), "deliveries, attempts and the secret are gone");
}

#[test]
fn what_tells_of_an_event_is_forgotten_and_the_next_in_order_goes_out() {
    let world = world();
    world.usually(Answer::Status(500));
    let [first, second] = [Some("account:acme"), Some("account:acme")].map(|key| world.enqueue_in_order(key));
    let other = world.enqueue();
    world.pass(0);
    assert_eq!(world.shared.receiver.ids(), [first.message_id.to_string(), other.message_id.to_string()]);
    let ask = |events: &[&contracts::pipeline::deliveries::Enqueue], count_only| {
        let event_ids = events.iter().map(|message| message.event_id.unwrap()).collect();
        let request = ForgetMessages { event_ids, count_only };
        run(world.queue().forget(&world.context(), request)).unwrap().messages
    };
    assert_eq!(ask(&[&first, &other], true), 2);
    assert_eq!(world.status(&first), "pending", "counting changes nothing");
    world.usually(Answer::Status(204));
    assert_eq!((ask(&[&first], false), ask(&[&first], false)), (1, 0));
    assert_eq!(ask(&[&first, &other], true), 1);
    world.pass(0);
    assert_eq!(world.status(&second), "delivered", "nothing is before it any more");
    let gone = run(world.queue().get(
        &world.context(),
        contracts::pipeline::subscriptions::GetDelivery { delivery_id: first.delivery_id },
    ));
    assert!(matches!(gone, Err(CallError::Refused(SubscriptionError::DeliveryNotFound))), "{gone:?}");
    let request = ForgetMessages { event_ids: vec![first.event_id.unwrap(); 201], count_only: true };
    let refused = run(world.queue().forget(&world.context(), request));
    assert!(matches!(refused, Err(CallError::Refused(SubscriptionError::Invalid { .. }))), "{refused:?}");
}

#[test]
fn messages_of_an_event_leave_every_queue_of_their_tenant_and_no_other() {
    let world = world();
    register(&world);
    let (gone, kept) = (world.enqueue(), world.enqueue());
    world.pass(0);
    let removal = QueueRemoval {
        directory: world.shared.directory.clone(),
        queues: Rc::new(world.objects.clone()),
        clock: Rc::new(SimClock(world.shared.clock.clone())),
    };
    let (ours, theirs) = (world.tenant, TenantId::from_parts(START_MS, [9; 10]));
    let events = [gone.event_id.unwrap()];
    let trace = TraceContext::from_random([3; 24]);
    assert_eq!(
        run(removal.forget(theirs, trace, &events)),
        Ok(0),
        "another tenant's are not theirs to remove"
    );
    assert_eq!(run(removal.left(ours, trace, &events)), Ok(1));
    assert_eq!(run(removal.forget(ours, trace, &events)), Ok(1));
    assert_eq!(run(removal.left(ours, trace, &events)), Ok(0));
    assert_eq!(world.status(&kept), "delivered");
    run(removal.close(ours, trace)).unwrap();
    let refused = run(world.queue().enqueue(&world.context(), kept));
    assert!(matches!(refused, Err(CallError::Refused(SubscriptionError::NotFound))), "{refused:?}");
}

#[test]
fn another_tenant_reaches_no_queue_of_ours() {
    let world = world();
    let message = world.enqueue();
    world.pass(0);
    let mut theirs = world.context();
    theirs.scope =
        TenantScope { tenant: TenantId::from_parts(START_MS, [9; 10]), actor: Actor::Service("test".into()) };
    let request = contracts::pipeline::subscriptions::GetDelivery { delivery_id: message.delivery_id };
    let refused = run(world.queue().get(&theirs, request.clone()));
    assert!(matches!(refused, Err(CallError::Disallowed { .. })), "{refused:?}");
    // The same subscription's id under their own tenant is another object, and an empty one.
    let address = mesh::durable::Address::of(&theirs, &world.subscription.to_string());
    let object = mesh::durable::Namespace::object(&world.objects, &address);
    let own = contracts::pipeline::deliveries::DeliveriesClient::over(object);
    let refused = run(own.get(&theirs, request));
    assert!(matches!(refused, Err(CallError::Refused(SubscriptionError::NotFound))), "{refused:?}");
}
