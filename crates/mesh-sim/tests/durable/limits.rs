//! What an object, a socket and an alarm refuse.

use mesh::CallError;
use mesh::durable::{
    Accept, Address, Alarm, ConnectError, Hello, MAX_ALARM_MS, MAX_TAGS, Refusal, SocketError, Sockets,
    StartError, Storage, Upgrade, own_address,
};
use mesh_sim::durable::{SimulatedAlarm, SimulatedObjects, SqliteDatabase};

use crate::counter::{
    Add, CounterContract, CounterObject, Earlier, Guest, START_MS, World, address, call_of, counters,
};
use crate::now;

fn fresh() -> Storage {
    Storage::over(SqliteDatabase::in_memory().unwrap())
}

#[test]
fn an_object_remembers_its_address_and_refuses_to_be_another() {
    let storage = fresh();
    let own = address("ada");
    assert_eq!(own_address(&storage, None), Err(StartError::Unaddressed { name: String::new() }));
    assert_eq!(own_address(&storage, Some("main")), Err(StartError::Unaddressed { name: "main".into() }));
    assert_eq!(own_address(&storage, Some(own.as_str())), Ok(own.clone()));
    // As at an alarm, when the platform may not tell the name.
    assert_eq!(own_address(&storage, None), Ok(own.clone()));
    let called = address("bob");
    let expected = StartError::Misaddressed { called: called.clone(), stored: own.as_str().to_owned() };
    assert_eq!(own_address(&storage, Some(called.as_str())), Err(expected));
}

#[test]
fn an_earlier_build_does_not_start_over_the_tables_of_a_later_one() {
    let world = World::default();
    let objects = counters(&world);
    let context = call_of("ada");
    now(CounterObject::stub(&objects, &context, "main").add(&context, Add { amount: 2 })).unwrap();
    let earlier: SimulatedObjects<Earlier> = objects.redeployed(world.clone());
    let error = now(Earlier::stub(&earlier, &context, "main").add(&context, Add { amount: 2 })).unwrap_err();
    let CallError::Failed { message, .. } = error else { panic!("{error}") };
    assert!(message.contains("the tables are at version 1 and this build knows 0"), "{message}");
    let later: SimulatedObjects<CounterObject> = earlier.redeployed(world);
    assert_eq!(now(CounterObject::stub(&later, &context, "main").add(&context, Add { amount: 2 })), Ok(4));
}

#[test]
fn the_alarm_takes_no_time_past_what_a_date_holds_and_is_moved_earlier_only_where_asked() {
    let kept = SimulatedAlarm::default();
    let alarm = Alarm::over(kept.clone());
    assert!(now(alarm.set(MAX_ALARM_MS + 1)).is_err());
    assert_eq!(kept.at_ms(), None);
    now(alarm.at_latest(500)).unwrap();
    now(alarm.at_latest(900)).unwrap();
    assert_eq!(kept.at_ms(), Some(500));
    now(alarm.at_latest(300)).unwrap();
    assert_eq!(now(alarm.get()), Ok(Some(300)));
    now(alarm.rearm(Some(700))).unwrap();
    assert_eq!(kept.at_ms(), Some(700));
    now(alarm.rearm(None)).unwrap();
    assert_eq!(kept.at_ms(), None);
    // Asked for at once, also where nobody waits for the answer.
    drop(alarm.set(100));
    assert_eq!(kept.at_ms(), Some(100));
}

#[test]
fn a_socket_is_accepted_within_the_platforms_limits_only() {
    let tags = |count: usize| (0..count).fold(Accept::new(), |accept, at| accept.tagged(at.to_string()));
    assert!(tags(MAX_TAGS).checked().is_ok());
    let refused = [tags(MAX_TAGS + 1), Accept::new().tagged("ü".repeat(257))].map(Accept::checked);
    for (refusal, says) in refused.into_iter().zip(["11 tags are over the limit of 10", "256 characters"]) {
        let Refusal { status, message } = refusal.unwrap_err();
        assert!(status == 500 && message.contains(says), "{message}");
    }
    assert!(Accept::new().attached(&"x".repeat(16_300)).is_ok());
    let too_large = Accept::new().attached(&"x".repeat(17_000)).unwrap_err();
    assert!(
        matches!(too_large, SocketError::TooLarge { what: "an attachment", limit: 16_320, .. }),
        "{too_large}"
    );
    assert_eq!(Refusal::new(200, "no error").status, 500);
}

#[test]
fn a_socket_refuses_what_the_protocol_reserves() {
    let objects = counters(&World::default());
    let context = call_of("ada");
    let watch = mesh::durable::connect::<CounterContract, _, _, _>(
        &objects,
        &context,
        "main",
        &Add { amount: 1 },
        &[],
    );
    now(watch).unwrap();
    let sockets: Sockets = objects.sockets(&address("ada"));
    let socket = sockets.all().unwrap().pop().unwrap();
    assert_eq!(socket.tags(), Ok(vec!["watchers".into()]));
    for code in [0, 1001, 1006, 2999, 5000] {
        assert_eq!(socket.close(code, ""), Err(SocketError::CloseCode(code)));
    }
    assert!(socket.close(1000, &"x".repeat(124)).is_err());
    assert!(sockets.set_auto_response(&"x".repeat(2_049), "").is_err());
    socket.close(4999, &"x".repeat(123)).unwrap();
    assert!(sockets.all().unwrap().is_empty());
    assert!(socket.send("late").is_err());
}

#[test]
fn a_request_for_a_socket_is_small_and_its_own_tenants() {
    let objects = counters(&World::default());
    let context = call_of(&"x".repeat(9_000));
    let watch = mesh::durable::connect::<CounterContract, _, _, _>(
        &objects,
        &context,
        "main",
        &Add { amount: 1 },
        &[],
    );
    let error = now(watch).unwrap_err();
    assert!(
        matches!(&error, ConnectError::Unsendable(text) if text.contains("over the limit of 8192")),
        "{error}"
    );

    let hello =
        || Hello::new::<CounterContract, _, _>(&call_of("ada"), START_MS, &Add { amount: 1 }).unwrap();
    let strangers = Upgrade::new(hello(), Vec::new(), START_MS, &Address::of(&call_of("bob"), "main"));
    assert_eq!(strangers.map(drop).unwrap_err().status, 403);

    // On the way all the time was used up, or another request was meant.
    let (none, own) = (24 * 60 * 60 * 1000, address("ada"));
    let late = Upgrade::new(hello(), Vec::new(), START_MS, &own).unwrap();
    assert!(late.open::<CounterContract, Guest, Add>().is_ok());
    assert_eq!(late.open::<CounterContract, Guest, String>().map(drop).unwrap_err().status, 400);
    let expired =
        Hello::new::<CounterContract, _, _>(&call_of("ada"), START_MS + none, &Add { amount: 1 }).unwrap();
    let expired = Upgrade::new(expired, Vec::new(), START_MS, &own).unwrap();
    assert_eq!(expired.open::<CounterContract, Guest, Add>().map(drop).unwrap_err().status, 408);
}
