//! A call that comes by webhook and from the provider's list is one event, whichever is first.

use app::pipeline::HistoryIntake;
use app::ports::{HistoryStore, ItemIntake, NewHistory};
use contracts::Actor;
use contracts::pipeline::IngestReceipt;
use test_kit::run;

use crate::world::{World, event};

fn meeting(id: u32) -> String {
    format!(
        r#"{{"recording_id":{id},"transcript":[{{"speaker":{{"display_name":"Ada"}},"text":"We renew in May."}}]}}"#
    )
}

async fn set_up(world: &World) {
    let history = NewHistory {
        endpoint_id: world.endpoint,
        source: "standard".into(),
        provider: "fathom".into(),
        description: None,
        base_url: "https://api.fathom.ai".into(),
        sealed: String::new(),
        from: world.clock_now(),
        walk: "{}".into(),
        at: world.clock_now(),
    };
    world.histories.put(world.tenant, &history).await.expect("it is kept");
}

async fn listed(world: &World, id: u32) -> IngestReceipt {
    let context = world.context(world.tenant, Actor::Endpoint(world.endpoint));
    // The list has more to say of the call than the webhook: it is the same one.
    let body = meeting(id).replace('{', r#"{"listed":true,"#);
    let request = event(None, &body);
    HistoryIntake(world.ports.clone()).take(&context, request, &id.to_string()).await.expect("it is taken")
}

#[test]
fn a_call_is_one_event_whether_it_comes_by_webhook_or_from_the_list_first() {
    run(async {
        let world = World::new();
        set_up(&world).await;
        let delivered = world.deliver(Some("msg_1"), &meeting(1)).await.unwrap();
        let same = listed(&world, 1).await;
        assert_eq!((same.event_id, same.duplicate), (delivered.event_id, true));
        let from_list = listed(&world, 2).await;
        assert!(!from_list.duplicate);
        let late = world.deliver(Some("msg_2"), &meeting(2)).await.unwrap();
        assert_eq!((late.event_id, late.duplicate), (from_list.event_id, true));
        assert!(listed(&world, 2).await.duplicate);
        // A delivery that brings no call is known by its own id, as ever.
        let other = world.deliver(Some("msg_3"), r#"{"type":"ping"}"#).await.unwrap();
        assert!(
            !other.duplicate && world.deliver(Some("msg_3"), r#"{"type":"ping"}"#).await.unwrap().duplicate
        );
    });
}

#[test]
fn a_delivery_from_before_the_history_was_set_up_is_the_same_when_it_comes_again() {
    run(async {
        let world = World::new();
        let before = world.deliver(Some("msg_1"), &meeting(1)).await.unwrap();
        set_up(&world).await;
        let again = world.deliver(Some("msg_1"), &meeting(1)).await.unwrap();
        assert_eq!((again.event_id, again.duplicate), (before.event_id, true));
    });
}
