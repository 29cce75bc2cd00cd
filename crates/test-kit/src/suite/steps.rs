//! Claims about the steps of an event's workflow.

use app::ports::{EventStore, StepRecord};
use contracts::Timestamp;
use domain::event::StepStatus;

use super::insert;
use crate::Fixtures;

fn step(position: u32, name: &str, status: StepStatus, started_ms: u64) -> StepRecord {
    StepRecord {
        position,
        name: name.into(),
        status,
        attempts: 1,
        started_at: Timestamp::from_unix_ms(started_ms),
        ended_at: None,
        error: None,
    }
}

pub(super) async fn steps_come_back_in_order(store: &dyn EventStore) {
    let make = Fixtures::new(301);
    let ours = make.tenant();
    let (event, other) = (make.event(), make.event());
    insert(store, ours, &event).await;
    insert(store, ours, &other).await;
    assert_eq!(store.steps(ours, event.event_id).await, Ok(vec![]));
    let mut steps: Vec<_> = StepStatus::ALL
        .into_iter()
        .zip(0..)
        .map(|(status, position)| step(position, &format!("{}-step", 9 - position), status, 1000))
        .collect();
    steps[3].ended_at = Some(Timestamp::from_unix_ms(2000));
    steps[3].error = Some("the model's answer: “nö” 🎉".into());
    for at in [2, 0, 4, 1, 3] {
        store.record_step(ours, event.event_id, 0, &steps[at]).await.unwrap();
    }
    store.record_step(ours, other.event_id, 0, &steps[0]).await.unwrap();
    assert_eq!(store.steps(ours, event.event_id).await, Ok(steps.clone()));
    assert_eq!(store.steps(ours, other.event_id).await, Ok(vec![steps[0].clone()]), "each event has its own");
}

pub(super) async fn a_step_is_replaced_but_its_first_start_stays(store: &dyn EventStore) {
    let make = Fixtures::new(302);
    let ours = make.tenant();
    let event = make.event();
    insert(store, ours, &event).await;
    let failed = StepRecord {
        ended_at: Some(Timestamp::from_unix_ms(1500)),
        error: Some("the index did not answer".into()),
        ..step(2, "embed", StepStatus::Failed, 1000)
    };
    let later = StepRecord { attempts: 2, ..step(3, "embed", StepStatus::Running, 4000) };
    let earlier = StepRecord { attempts: 3, ..step(3, "embed", StepStatus::Succeeded, 500) };
    let expect = [
        failed.clone(),
        StepRecord { started_at: failed.started_at, ..later.clone() },
        StepRecord { started_at: earlier.started_at, ..earlier.clone() },
    ];
    for (given, expect) in [failed, later, earlier].into_iter().zip(expect) {
        store.record_step(ours, event.event_id, 0, &given).await.unwrap();
        assert_eq!(store.steps(ours, event.event_id).await, Ok(vec![expect]));
    }
}

pub(super) async fn a_step_of_no_event_or_of_another_tenants_is_refused(store: &dyn EventStore) {
    let make = Fixtures::new(303);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let event = make.event();
    insert(store, theirs, &event).await;
    let known = step(0, "load", StepStatus::Succeeded, 1000);
    store.record_step(theirs, event.event_id, 0, &known).await.unwrap();
    let forged = step(0, "load", StepStatus::Failed, 1);
    assert!(store.record_step(ours, event.event_id, 0, &forged).await.is_err(), "another tenant's event");
    let unknown = make.event().event_id;
    assert!(store.record_step(ours, unknown, 0, &forged).await.is_err(), "no event");
    assert_eq!(store.steps(theirs, event.event_id).await, Ok(vec![known]));
    assert_eq!(store.steps(ours, event.event_id).await, Ok(vec![]));
}
