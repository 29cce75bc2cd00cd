//! What a store must do as a whole: whose it is, keys, and when it wakes.

use app::ports::ScheduleStore;
use contracts::scheduler::RunOutcome;

use super::{PAUSED, START, at, settled};
use crate::schedule::ScheduleFixtures;

pub(super) fn the_first_tenant_stays(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(1);
    let (ours, theirs) = (make.tenant(), make.tenant());
    assert_eq!(store.owner().unwrap(), None);
    assert_eq!(store.claim(ours).unwrap(), ours);
    assert_eq!(store.claim(theirs).unwrap(), ours);
    assert_eq!(store.owner().unwrap(), Some(ours));
}

pub(super) fn the_tenant_is_entered_once_it_is_claimed(store: &dyn ScheduleStore) {
    store.set_entered().unwrap();
    assert!(!store.is_entered().unwrap(), "nobody's");
    store.claim(ScheduleFixtures::new(1).tenant()).unwrap();
    assert!(!store.is_entered().unwrap());
    store.set_entered().unwrap();
    store.set_entered().unwrap();
    assert!(store.is_entered().unwrap());
}

pub(super) fn a_key_is_kept_with_its_job_or_neither_is(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(4);
    let (first, second) = (make.job(START), make.job(START));
    let key = make.key("create_job:a", &first);
    store.insert_job(&first, Some(&key)).unwrap();
    assert_eq!(store.key_use("create_job:a").unwrap().as_ref(), Some(&key));
    assert_eq!(store.key_use("create_job:b").unwrap(), None);

    assert!(store.insert_job(&second, Some(&key)).is_err(), "a key is used once");
    assert_eq!(store.job(second.job_id).unwrap(), None, "and nothing is stored with it");
    let run = make.run(&first, START);
    assert!(store.advance_job(first.job_id, PAUSED, std::slice::from_ref(&run), Some(&key)).is_err());
    assert_eq!(store.job(first.job_id).unwrap().unwrap().state, first.state);
    assert_eq!(store.run(run.run_id).unwrap(), None);

    let mut of_run = make.key("run_job:a", &first);
    of_run.run_id = Some(run.run_id);
    store.advance_job(first.job_id, first.state, std::slice::from_ref(&run), Some(&of_run)).unwrap();
    assert_eq!(store.key_use("run_job:a").unwrap(), Some(of_run.clone()));

    store.forget_keys(of_run.used_at).unwrap();
    assert_eq!(store.key_use("create_job:a").unwrap(), None);
    assert_eq!(store.key_use("run_job:a").unwrap(), Some(of_run));
}

pub(super) fn the_alarm_is_due_at_the_earliest_of_all(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(12);
    assert_eq!(store.next_wake().unwrap(), None);
    let job = make.job(START + 100);
    store.insert_job(&job, None).unwrap();
    assert_eq!(store.next_wake().unwrap(), Some(at(START + 100)));
    let run = make.run(&job, START + 50);
    store.advance_job(job.job_id, job.state, std::slice::from_ref(&run), None).unwrap();
    assert_eq!(store.next_wake().unwrap(), Some(at(START + 50)));
    store.set_progress(run.run_id, &settled(&run, RunOutcome::Succeeded), at(START)).unwrap();
    assert_eq!(store.next_wake().unwrap(), Some(at(START + 100)));
    store.advance_job(job.job_id, PAUSED, &[], None).unwrap();
    assert_eq!(store.next_wake().unwrap(), None);
}
