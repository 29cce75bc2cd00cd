//! What bad input gets: a typed refusal that stores nothing, or an event that ends with its reason. Never a lost event,
//! never a wedged queue.

use contracts::pipeline::{IngestEvent, IngestEventError, MAX_EVENT_BYTES};
use contracts::{Actor, Timestamp};
use mesh::CallError;
use test_kit::run;

use crate::world::{CALL, World, event};

/// A delivery of raw bytes, and what came of it.
async fn deliver(world: &World, body: Vec<u8>) -> Result<String, IngestEventError> {
    let request = IngestEvent { body: body.into(), ..event(Some("1"), "") };
    let context = world.context(world.tenant, Actor::Endpoint(world.endpoint));
    let receipt = match world.intake().ingest_event(&context, request).await {
        Ok(receipt) => receipt,
        Err(CallError::Refused(refusal)) => return Err(refusal),
        Err(error) => panic!("the call itself failed: {error}"),
    };
    world.consume().await;
    world.run_instances().await;
    let event = world.event(receipt.event_id).await.event;
    assert!(
        event.status == "processed" || event.reason.as_ref().is_some_and(|reason| !reason.is_empty()),
        "{event:?}"
    );
    Ok(event.status)
}

fn nested(depth: usize) -> Vec<u8> {
    format!("{{\"type\":\"x\",\"data\":{}1{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
}

fn turns(count: usize, text: &str) -> Vec<u8> {
    let turn = format!("{{\"speaker\":\"Ann\",\"text\":\"{text}\"}}");
    format!("{{\"type\":\"call.completed\",\"data\":{{\"turns\":[{}]}}}}", vec![turn; count].join(","))
        .into_bytes()
}

#[test]
fn what_cannot_be_taken_is_refused_in_typed_words_and_nothing_is_stored() {
    let too_large = |error: &IngestEventError| matches!(error, IngestEventError::TooLarge { .. });
    let not_json = |error: &IngestEventError| matches!(error, IngestEventError::NotJson { .. });
    let ten_megabytes = turns(1, &"word ".repeat(2_000_000));
    assert!(ten_megabytes.len() > 10_000_000);
    type Refused = fn(&IngestEventError) -> bool;
    for (name, body, expected) in [
        ("a transcript of ten megabytes", ten_megabytes, too_large as Refused),
        ("one byte over the limit", vec![b' '; MAX_EVENT_BYTES + 1], too_large),
        ("nothing", Vec::new(), not_json),
        ("half a document", br#"{"type": "call.completed", "data": {"turns": ["#.to_vec(), not_json),
        ("prose", b"Dear customer, your call is ready".to_vec(), not_json),
        ("half a surrogate pair cut by the end", br#"{"a": "\ud83"#.to_vec(), not_json),
        ("two documents", b"{} {}".to_vec(), not_json),
    ] {
        run(async {
            let world = World::new();
            let refusal = deliver(&world, body).await.expect_err(name);
            assert!(expected(&refusal), "{name}: {refusal}");
            let stored = (world.faults.calls("archive.put"), world.faults.calls("events.insert"));
            assert_eq!(stored, (0, 0), "{name}");
        });
    }
}

#[test]
fn what_is_odd_ends_with_its_reason_and_leaves_the_next_event_alone() {
    for (name, body, status) in [
        ("no object", b"17".to_vec(), "skipped"),
        ("bytes that are no UTF-8", b"{\"type\": \"\xff\xfe\"}".to_vec(), "skipped"),
        ("null", b"null".to_vec(), "skipped"),
        ("a call without turns", turns(0, ""), "skipped"),
        ("turns without words", turns(3, ""), "skipped"),
        ("turns of spaces alone", turns(3, "  \\n "), "skipped"),
        ("one turn of a single word", turns(1, "Hm"), "processed"),
        ("more turns than can be read", turns(20_001, "word"), "failed"),
        ("a number past what a computer holds", br#"{"n": 1e400}"#.to_vec(), "failed"),
        ("a document a thousand deep", nested(1_000), "failed"),
        ("a document a million deep", nested(1_000_000), "failed"),
        ("a hundred deep", nested(100), "skipped"),
        ("a turn of a megabyte", turns(1, &"long ".repeat(200_000)), "processed"),
    ] {
        run(async {
            let world = World::new();
            assert_eq!(deliver(&world, body).await, Ok(status.to_owned()), "{name}");
            let next = world.deliver(Some("2"), CALL).await.expect("accepted");
            world.consume().await;
            world.run_instances().await;
            assert_eq!(world.event(next.event_id).await.event.status, "processed", "after {name}");
        });
    }
}

#[test]
fn a_providers_form_or_xml_is_kept_and_skipped_and_a_clients_is_refused() {
    let form = (
        "application/x-www-form-urlencoded; charset=utf-8",
        "standard",
        "To=%2B1800&CallSid=CA1",
        "read from",
    );
    let soap = ("text/xml", "salesforce", "<?xml version=\"1.0\"?><soapenv:Envelope/>", "outbound message");
    for (media_type, source, body, reason) in
        [form, soap, ("application/soap+xml", "standard", "<a/>", "read from")]
    {
        run(async {
            let world = World::new();
            let request = IngestEvent {
                body: body.as_bytes().to_vec().into(),
                media_type: media_type.into(),
                source: source.into(),
                ..event(Some("1"), "")
            };
            let provider = world.context(world.tenant, Actor::Endpoint(world.endpoint));
            let receipt = world.intake().ingest_event(&provider, request.clone()).await.expect("accepted");
            world.consume().await;
            world.run_instances().await;
            let skipped = world.event(receipt.event_id).await.event;
            assert_eq!(skipped.status, "skipped", "{media_type}: {skipped:?}");
            assert!(skipped.reason.is_some_and(|given| given.contains(reason)), "{media_type}");
            let client = world.context(world.tenant, Actor::Key(ids::KeyId::from_parts(1, [1; 10])));
            let refused = world.intake().ingest_event(&client, request).await;
            assert!(
                matches!(refused, Err(CallError::Refused(IngestEventError::NotJson { .. }))),
                "{media_type}"
            );
        });
    }
}

#[test]
fn a_senders_clock_decides_nothing() {
    run(async {
        let world = World::new();
        let now = world.clock_now().unix_ms();
        for (n, occurred_at) in
            [0, 1, now - 86_400_000, now + 86_400_000, 253_402_300_799_999].into_iter().enumerate()
        {
            let occurred_at = Timestamp::from_unix_ms(occurred_at);
            let delivery_id = format!("skewed-{n}");
            let request =
                IngestEvent { occurred_at: Some(occurred_at), ..event(Some(delivery_id.as_str()), CALL) };
            let context = world.context(world.tenant, Actor::Endpoint(world.endpoint));
            let receipt = world.intake().ingest_event(&context, request).await.expect("accepted");
            assert_eq!(receipt.event_id.unix_ms(), now, "the id is made of our own time");
            world.consume().await;
            world.run_instances().await;
            let event = world.event(receipt.event_id).await.event;
            assert_eq!((event.status.as_str(), event.occurred_at), ("processed", Some(occurred_at)));
            assert_eq!(event.received_at.unix_ms(), now);
        }
        assert!(world.archive.keys().iter().all(|key| key.contains("/2026/11/22/")), "filed by our own day");
    });
}

#[test]
fn our_own_clock_may_step_back() {
    run(async {
        let world = World::new();
        let first = world.deliver(Some("1"), CALL).await.expect("accepted");
        world.clock.set(Timestamp::from_unix_ms(world.clock_now().unix_ms() - 3_600_000));
        let again = world.deliver(Some("1"), CALL).await.expect("accepted");
        assert_eq!((again.event_id, again.duplicate), (first.event_id, true));
        world.consume().await;
        world.run_instances().await;
        assert_eq!(world.event(first.event_id).await.event.status, "processed");
    });
}
