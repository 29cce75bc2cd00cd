//! Claims about dead letters and the replay of their events. What expires, expires in 1970, where nothing else does.

use app::ports::{
    DeadLetterQuery, DeadLetterRecord, DeadLetterStore, EventStore, EventTransition, LetterGroup,
    NewDeadLetter, NewEvent, Replay, ReplayOutcome, StepRecord,
};
use contracts::Timestamp;
use domain::DeathCause;
use domain::event::{EventStatus, StepStatus};
use ids::{DeadLetterId, TenantId};

use super::insert;
use super::transitions::way_to;
use crate::Fixtures;

const fn at(unix_ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

/// When no claim purges.
const LATER: Timestamp = at(9_000_000_000_000);

fn letter(make: &Fixtures, cause: DeathCause) -> NewDeadLetter {
    let now = make.now();
    // As random as the id of an event, which another claim's fixtures do not make again.
    let name = make.event().event_id.to_string();
    let mut random = [0; 10];
    random.copy_from_slice(&name.as_bytes()[name.len() - 10..]);
    NewDeadLetter {
        letter_id: DeadLetterId::from_parts(now.unix_ms(), random),
        cause,
        group: Some(LetterGroup { fingerprint: "f1".into(), pattern: "the model said \"…\"".into() }),
        workflow: Some("weft-call-ingest".into()),
        step: Some("extract".into()),
        errors: vec!["step `extract`: every try failed".into(), "the model said “no” 🎉".into()],
        attempts: 9,
        message: Some("{\"event_id\":\"evt\"}".into()),
        dead_at: now,
        expires_at: LATER,
    }
}

async fn died(
    events: &dyn EventStore,
    make: &Fixtures,
    tenant: TenantId,
    status: EventStatus,
) -> (NewEvent, NewDeadLetter) {
    let (event, letter) = (make.event(), letter(make, DeathCause::Workflow));
    insert(events, tenant, &event).await;
    let change = EventTransition {
        run: Some(0),
        reason: Some("it failed".into()),
        letter: Some(Box::new(letter.clone())),
        ..EventTransition::to(status)
    };
    assert_eq!(events.transition(tenant, event.event_id, &change, make.now()).await, Ok(true));
    (event, letter)
}

fn replay(make: &Fixtures) -> Replay {
    Replay { at: make.now(), by: "ada@example.com".into() }
}

fn step(name: &str) -> StepRecord {
    StepRecord {
        position: 0,
        name: name.into(),
        status: StepStatus::Failed,
        attempts: 1,
        started_at: at(1_000),
        ended_at: None,
        error: None,
    }
}

pub(super) async fn a_letter_is_kept_with_the_change_that_it_tells_of(
    events: &dyn EventStore,
    letters: &dyn DeadLetterStore,
) {
    let make = Fixtures::new(601);
    let ours = make.tenant();
    let (event, letter) = died(events, &make, ours, EventStatus::Failed).await;
    let expect = DeadLetterRecord {
        letter: letter.clone(),
        tenant: Some(ours),
        event_id: Some(event.event_id),
        run: 0,
        traceparent: Some(event.traceparent.clone()),
        event: Some((EventStatus::Failed, 0)),
        replayed: None,
    };
    assert_eq!(letters.get(letter.letter_id).await, Ok(Some(expect.clone())));
    let second = NewDeadLetter { letter_id: self::letter(&make, DeathCause::Queue).letter_id, ..letter };
    let again = EventTransition {
        letter: Some(Box::new(second.clone())),
        ..EventTransition::to(EventStatus::Failed)
    };
    assert_eq!(events.transition(ours, event.event_id, &again, make.now()).await, Ok(true));
    assert_eq!(letters.get(second.letter_id).await, Ok(None), "one letter a run");
    let all = DeadLetterQuery { tenant: Some(ours), limit: 10, ..DeadLetterQuery::default() };
    assert_eq!(letters.list(&all).await, Ok(vec![expect]));
}

pub(super) async fn a_refused_change_keeps_no_letter(events: &dyn EventStore, letters: &dyn DeadLetterStore) {
    let make = Fixtures::new(602);
    let (ours, theirs) = (make.tenant(), make.tenant());
    for (status, tenant, run) in [
        (EventStatus::Processed, ours, None),
        (EventStatus::Processing, theirs, None),
        (EventStatus::Processing, ours, Some(1)),
    ] {
        let (event, letter) = (make.event(), letter(&make, DeathCause::Workflow));
        insert(events, ours, &event).await;
        for next in way_to(status) {
            let change = EventTransition::to(*next);
            assert_eq!(events.transition(ours, event.event_id, &change, make.now()).await, Ok(true));
        }
        let change = EventTransition {
            run,
            letter: Some(Box::new(letter.clone())),
            ..EventTransition::to(EventStatus::Failed)
        };
        let depth = events.outbox_depth().await;
        assert_eq!(events.transition(tenant, event.event_id, &change, make.now()).await, Ok(false));
        assert_eq!(letters.get(letter.letter_id).await, Ok(None), "{status}");
        assert_eq!(events.outbox_depth().await, depth, "{status}: an entry of another run or tenant stays");
    }
}

pub(super) async fn an_unreadable_message_is_kept_once(letters: &dyn DeadLetterStore) {
    let make = Fixtures::new(603);
    let kept = NewDeadLetter { workflow: None, step: None, ..letter(&make, DeathCause::Unreadable) };
    for _ in 0..2 {
        letters.keep_unreadable(&kept).await.unwrap();
    }
    let query =
        DeadLetterQuery { cause: Some(DeathCause::Unreadable), limit: 10, ..DeadLetterQuery::default() };
    let found = letters.list(&query).await.unwrap();
    let found: Vec<_> = found.into_iter().filter(|found| found.letter == kept).collect();
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((found.tenant, found.event_id, found.event), (None, None, None));
}

pub(super) async fn lists_are_newest_first_paged_and_narrowed(
    events: &dyn EventStore,
    letters: &dyn DeadLetterStore,
) {
    let make = Fixtures::new(604);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let mut kept = Vec::new();
    for tenant in [ours, theirs, ours, ours] {
        kept.push(died(events, &make, tenant, EventStatus::Dead).await.1.letter_id);
    }
    let list = async |query: DeadLetterQuery| -> Vec<DeadLetterId> {
        letters.list(&query).await.unwrap().into_iter().map(|found| found.letter.letter_id).collect()
    };
    let of = |tenant| DeadLetterQuery { tenant: Some(tenant), limit: 10, ..DeadLetterQuery::default() };
    assert_eq!(list(of(ours)).await, [kept[3], kept[2], kept[0]]);
    assert_eq!(list(DeadLetterQuery { limit: 2, ..of(ours) }).await, [kept[3], kept[2]]);
    assert_eq!(list(DeadLetterQuery { before: Some(kept[2]), ..of(ours) }).await, [kept[0]]);
    assert_eq!(list(DeadLetterQuery { cause: Some(DeathCause::Queue), ..of(ours) }).await, []);
    assert_eq!(list(of(theirs)).await, [kept[1]]);
    let everyone = list(DeadLetterQuery { limit: 200, ..DeadLetterQuery::default() }).await;
    assert!(kept.iter().all(|letter| everyone.contains(letter)), "over all tenants: {everyone:?}");
}

pub(super) async fn a_replay_begins_the_next_run_once(
    events: &dyn EventStore,
    letters: &dyn DeadLetterStore,
) {
    let make = Fixtures::new(605);
    let (ours, theirs) = (make.tenant(), make.tenant());
    for status in [EventStatus::Failed, EventStatus::Dead] {
        let (event, letter) = died(events, &make, ours, status).await;
        let event_id = event.event_id;
        events.record_step(ours, event_id, 0, &step("load")).await.unwrap();
        let depth = events.outbox_depth().await.unwrap();
        let begins = Replay { at: at(2_000), by: "ada@example.com".into() };

        assert!(letters.replay(theirs, event_id, letter.letter_id, &begins).await.is_err(), "another tenant");
        assert_eq!(events.outbox_depth().await, Ok(depth));

        let begun = letters.replay(ours, event_id, letter.letter_id, &begins).await;
        assert_eq!(begun, Ok(ReplayOutcome::Begun { workflow: event.workflow }));
        let record = events.get(ours, event_id).await.unwrap().unwrap();
        assert_eq!(
            (record.status, record.run, record.reason, record.updated_at),
            (EventStatus::Received, 1, None, at(2_000))
        );
        assert_eq!(events.steps(ours, event_id).await, Ok(vec![]), "the steps were of the run before");
        let due = events.due_outbox(at(2_000), 200).await.unwrap();
        let due: Vec<_> = due.into_iter().map(|due| (due.event_id, due.run, due.attempts)).collect();
        assert_eq!(due, [(event_id, 1, 0)], "due at once");
        let known = letters.get(letter.letter_id).await.unwrap().unwrap();
        assert_eq!((known.replayed, known.event), (Some(begins.clone()), Some((EventStatus::Received, 1))));

        // What the run before still has to say is refused.
        let late = EventTransition { run: Some(0), ..EventTransition::to(EventStatus::Failed) };
        assert_eq!(events.transition(ours, event_id, &late, make.now()).await, Ok(false));
        assert!(events.record_step(ours, event_id, 0, &step("load")).await.is_err());

        events.record_step(ours, event_id, 1, &step("load")).await.unwrap();
        let again = letters.replay(ours, event_id, letter.letter_id, &replay(&make)).await;
        assert_eq!(again, Ok(ReplayOutcome::Before));
        assert_eq!(events.steps(ours, event_id).await, Ok(vec![step("load")]), "the second changed nothing");
        let known = letters.get(letter.letter_id).await.unwrap().unwrap();
        assert_eq!(known.replayed, Some(begins));

        // The next run dies too, and has a letter of its own.
        let second = self::letter(&make, DeathCause::Workflow);
        let dies = EventTransition {
            run: Some(1),
            letter: Some(Box::new(second.clone())),
            ..EventTransition::to(EventStatus::Failed)
        };
        assert_eq!(events.transition(ours, event_id, &dies, make.now()).await, Ok(true));
        assert_eq!(letters.get(second.letter_id).await.unwrap().unwrap().run, 1);
        assert_eq!(events.outbox_depth().await, Ok(depth), "and is not due any more");
    }
}

pub(super) async fn only_what_ended_badly_is_replayed(
    events: &dyn EventStore,
    letters: &dyn DeadLetterStore,
) {
    let make = Fixtures::new(606);
    let ours = make.tenant();
    let (event, letter) = died(events, &make, ours, EventStatus::Failed).await;
    letters.replay(ours, event.event_id, letter.letter_id, &replay(&make)).await.unwrap();
    for next in [EventStatus::Processing, EventStatus::Failed] {
        let dies = EventTransition {
            letter: (next == EventStatus::Failed)
                .then(|| Box::new(self::letter(&make, DeathCause::Workflow))),
            ..EventTransition::to(next)
        };
        assert_eq!(events.transition(ours, event.event_id, &dies, make.now()).await, Ok(true));
    }
    let first = letters.replay(ours, event.event_id, letter.letter_id, &replay(&make)).await;
    assert_eq!(first, Ok(ReplayOutcome::Before), "the letter of the first run is done with");
    let unknown = self::letter(&make, DeathCause::Queue).letter_id;
    assert!(letters.replay(ours, event.event_id, unknown, &replay(&make)).await.is_err());
    assert_eq!(letters.get(unknown).await, Ok(None));
}

pub(super) async fn letters_are_forgotten_when_they_expire(letters: &dyn DeadLetterStore) {
    let make = Fixtures::new(607);
    let mut kept = Vec::new();
    for expires in [3_000, 1_000, 2_000, 9_000] {
        let one = NewDeadLetter { expires_at: at(expires), ..letter(&make, DeathCause::Unreadable) };
        letters.keep_unreadable(&one).await.unwrap();
        kept.push(one.letter_id);
    }
    assert_eq!(letters.purge(at(999), 10).await, Ok(0));
    assert_eq!(letters.purge(at(3_000), 2).await, Ok(2), "the longest expired first");
    assert_eq!(letters.get(kept[1]).await, Ok(None));
    assert_eq!(letters.get(kept[2]).await, Ok(None));
    assert!(letters.get(kept[0]).await.unwrap().is_some());
    assert_eq!(letters.purge(at(9_000), 10).await, Ok(2));
}
