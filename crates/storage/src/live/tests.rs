//! The very statements that run in a Durable Object, over SQLite in memory.

use app::ports::LiveStore;
use contracts::Timestamp;
use contracts::pipeline::live::{NewEntry, TicketHolder};
use ids::EventId;
use mesh::durable::Storage;
use mesh_sim::durable::SqliteDatabase;

use super::{LIVE_FEED, SqlLiveStore};

fn at(ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn entry(key: String, data: String) -> NewEntry {
    NewEntry { key, kind: "signal.created".into(), signal_kind: None, account: None, data }
}

#[test]
fn what_tells_of_an_event_is_forgotten_and_numbers_are_not_given_again() {
    let storage = Storage::over(SqliteDatabase::in_memory().unwrap());
    LIVE_FEED.run(&storage).unwrap();
    let store = SqlLiveStore::new(storage);
    let [bo, ada, eve] = [1, 2, 3].map(|number| EventId::from_parts(1_000, [number; 10]));
    let told = [
        entry("sig_1".into(), format!(r#"{{"event_id":"{bo}"}}"#)),
        entry(format!("{bo}:0:processed"), "{}".into()),
        entry("sig_2".into(), format!(r#"{{"event_id":"{ada}"}}"#)),
    ];
    assert_eq!(store.append(&told, at(1)), Ok(3));
    store.put_ticket("hash", &TicketHolder { key_prefix: "wk_1".into() }, at(9)).unwrap();

    assert_eq!((store.count(Some(&[bo, eve])), store.count(None)), (Ok(2), Ok(3)));
    assert_eq!((store.forget(Some(&[eve])), store.forget(Some(&[]))), (Ok(0), Ok(0)));
    assert_eq!((store.forget(Some(&[bo, eve])), store.forget(Some(&[bo]))), (Ok(2), Ok(0)));
    let left: Vec<String> = store.after(0, 9).unwrap().into_iter().map(|left| left.entry.key).collect();
    assert_eq!(left, ["sig_2"]);
    assert!(store.take_ticket("hash", at(2)).unwrap().is_some(), "tickets tell of no event");

    store.put_ticket("hash", &TicketHolder { key_prefix: "wk_1".into() }, at(9)).unwrap();
    assert_eq!((store.forget(None), store.count(None)), (Ok(1), Ok(0)));
    assert_eq!(store.take_ticket("hash", at(2)), Ok(None));
    assert_eq!(store.append(&told[..1], at(3)), Ok(1));
    assert_eq!(store.after(0, 9).unwrap()[0].seq, 4);
}
