//! Every store operation of a delivery's life fails once, before and after it acted: the end is always the same.

use test_kit::{When, run};

use crate::world::{CALL, World};

#[test]
fn one_failure_anywhere_loses_nothing_and_doubles_nothing() {
    let mut crashes = 0;
    for when in [When::Before, When::After] {
        for nth in 1.. {
            let fired = run(async {
                let world = World::new();
                world.faults.fail_nth_of_all(nth, when);
                // The provider redelivers until it is told that the event is safe.
                let mut receipt = world.deliver(Some("msg_1"), CALL).await;
                for _ in 0..3 {
                    if receipt.is_err() {
                        receipt = world.deliver(Some("msg_1"), CALL).await;
                    }
                }
                let receipt = receipt.expect("one failure is not four");
                world.consume().await;
                world.run_instances().await;
                for _ in 0..3 {
                    world.clock.advance(3_700_000);
                    world.sweep().await;
                    world.run_instances().await;
                }
                let fired = world.faults.fired();
                world.faults.heal();
                let detail = world.event(receipt.event_id).await;
                let at = format!("call {nth} failing {when:?}");
                assert_eq!(detail.event.status, "processed", "{at}: {:?}", detail.event.reason);
                assert_eq!(detail.event.signals_count, 2, "{at}");
                assert_eq!(world.signals(world.tenant).await.len(), 2, "{at}");
                assert_eq!(world.index.passages(world.tenant).len(), 3, "{at}: a passage and two quotes");
                assert_eq!(world.instances.started().len(), 1, "{at}");
                assert_eq!(app::ports::EventStore::outbox_depth(&world.events).await, Ok(0), "{at}");
                fired
            });
            if fired == 0 {
                break;
            }
            crashes += 1;
        }
    }
    assert!(crashes > 60, "the plan reached only {crashes} operations");
}
