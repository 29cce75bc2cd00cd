//! Calls, alarms and sockets.

use mesh::durable::{self, ConnectError, Namespace, Refusal, Storage};
use mesh::{CallContext, CallError};
use mesh_sim::durable::{ClientSocket, SimulatedObjects};

use crate::counter::{
    Add, CounterClient, CounterContract, CounterObject, Nobody, Ring, START_MS, World, address, call_of,
    counters,
};
use crate::now;

fn add(objects: &SimulatedObjects<CounterObject>, tenant: &str, amount: i64) -> i64 {
    let context = call_of(tenant);
    now(CounterObject::stub(objects, &context, "main").add(&context, Add { amount })).unwrap()
}

#[test]
fn what_is_stored_outlives_the_memory_and_another_tenant_sees_nothing_of_it() {
    let world = World::default();
    let objects = counters(&world);
    assert_eq!(add(&objects, "ada", 2), 2);
    assert_eq!(add(&objects, "ada", 3), 5);
    assert_eq!(add(&objects, "bob", 1), 1);
    assert_eq!(world.starts.get(), 2);
    objects.evict(&address("ada"));
    assert_eq!(add(&objects, "ada", 1), 6);
    assert_eq!(add(&objects, "bob", 1), 2);
    assert_eq!(world.starts.get(), 3);
}

#[test]
fn a_call_of_another_tenant_is_refused_before_the_object_hears_of_it() {
    let world = World::default();
    let objects = counters(&world);
    assert_eq!(add(&objects, "ada", 2), 2);
    let adas = CounterClient::over(objects.object(&address("ada")));
    let error = now(adas.add(&call_of("bob"), Add { amount: 40 })).unwrap_err();
    let CallError::Disallowed { message, .. } = error else { panic!("{error}") };
    assert!(message.contains("another tenant"), "{message}");
    assert_eq!(add(&objects, "ada", 0), 2);
}

/// The same methods under a scope that has no tenant.
mod anonymous {
    use super::{CallContext, Nobody};
    use crate::counter::{Add, CounterError};

    #[mesh::service]
    #[expect(dead_code, reason = "only its client is used")]
    pub(crate) trait Counter {
        async fn add(&self, context: &CallContext<Nobody>, request: Add) -> Result<i64, CounterError>;
    }
}

#[test]
fn a_call_without_a_tenant_is_refused() {
    let objects = counters(&World::default());
    let adas = anonymous::CounterClient::over(objects.object(&address("ada")));
    let context = call_of("ada");
    let nobody = CallContext::new(Nobody {}, context.trace, context.deadline, "test");
    assert!(now(adas.add(&nobody, Add { amount: 1 })).is_err());
}

fn rings(objects: &SimulatedObjects<CounterObject>) -> Vec<(u64, u32)> {
    let storage = Storage::over(objects.database(&address("ada")));
    let rows = storage.exec("SELECT at_ms, retry_count FROM rings ORDER BY rowid", &[]).unwrap();
    rows.typed().unwrap()
}

#[test]
fn an_alarm_goes_off_once_and_a_failing_handler_is_called_six_times_more() {
    for (failing, retries, left) in
        [(0, vec![0], 0), (2, vec![0, 1, 2], 0), (9, vec![0, 1, 2, 3, 4, 5, 6], 2)]
    {
        let world = World::default();
        let objects = counters(&world);
        world.failing.set(failing);
        let at_ms = START_MS + 60_000;
        let context = call_of("ada");
        now(CounterObject::stub(&objects, &context, "main").ring(&context, Ring { at_ms })).unwrap();
        objects.evict_all();
        assert_eq!(now(objects.pass(59_999)), Vec::<String>::new());
        assert_eq!(rings(&objects), Vec::new());
        let failures = now(objects.pass(24 * 60 * 60 * 1000));
        assert_eq!(failures.len(), (failing - left) as usize);
        assert_eq!(rings(&objects), retries.into_iter().map(|retry| (at_ms, retry)).collect::<Vec<_>>());
        assert_eq!(objects.alarm(&address("ada")).at_ms(), None);
    }
}

fn watch(
    objects: &SimulatedObjects<CounterObject>,
    tenant: &str,
    amount: i64,
) -> Result<ClientSocket, ConnectError> {
    let context = call_of(tenant);
    now(durable::connect::<CounterContract, _, _, _>(objects, &context, "main", &Add { amount }, &[]))
}

fn received(socket: &ClientSocket) -> Vec<String> {
    std::iter::from_fn(|| socket.receive()).map(|message| format!("{message:?}")).collect()
}

#[test]
fn sockets_keep_their_attachments_while_the_object_sleeps() {
    let world = World::default();
    let objects = counters(&world);
    let (first, second) = (watch(&objects, "ada", 7).unwrap(), watch(&objects, "ada", 0).unwrap());
    let elsewhere = watch(&objects, "bob", 1).unwrap();
    now(objects.send(&first, "one")).unwrap();
    objects.evict_all();
    now(objects.send(&first, "two")).unwrap();
    let expected = ["Text(\"ada 7 one\")", "Text(\"ada 8 two\")"];
    assert_eq!(received(&first), expected);
    assert_eq!(received(&second), expected);
    assert_eq!(received(&elsewhere), Vec::<String>::new());
}

#[test]
fn a_ping_is_answered_without_waking_the_object() {
    let world = World::default();
    let objects = counters(&world);
    let socket = watch(&objects, "ada", 7).unwrap();
    objects.evict_all();
    let starts = world.starts.get();
    now(objects.send(&socket, "ping")).unwrap();
    assert_eq!(received(&socket), ["Text(\"pong\")"]);
    assert_eq!(world.starts.get(), starts);
}

#[test]
fn closing_one_end_tells_the_object() {
    let objects = counters(&World::default());
    let (first, second) = (watch(&objects, "ada", 7).unwrap(), watch(&objects, "ada", 0).unwrap());
    now(objects.close(&first, 1000, "bye")).unwrap();
    assert_eq!(second.closed(), Some((3000, "bye".into())));
}

#[test]
fn an_object_refuses_a_socket_in_its_own_words() {
    let objects = counters(&World::default());
    let refused = watch(&objects, "ada", -1).unwrap_err();
    assert_eq!(refused, ConnectError::Refused(Refusal::new(422, "nothing to watch")));
}

#[test]
fn a_handler_that_fails_leaves_the_socket_open() {
    let objects = counters(&World::default());
    let socket = watch(&objects, "ada", 7).unwrap();
    assert_eq!(now(objects.send(&socket, vec![1, 2])), Err("text, please".into()));
    now(objects.send(&socket, "text")).unwrap();
}
