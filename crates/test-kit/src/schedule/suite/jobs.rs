//! What a store must do with jobs.

use app::ports::{JobRecord, RunProgress, RunRecord, ScheduleStore, TimeRange};
use contracts::scheduler::{Calendar, JobStanding, RunOutcome, Schedule, Task};

use super::{PAUSED, START, active, at, settled};
use crate::schedule::ScheduleFixtures;

pub(super) fn a_job_reads_back_whole(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(2);
    let job = make.job(START + 60_000);
    let mut once = make.job(START + 5);
    once.schedule = Schedule::At { at: at(253_402_300_799_999) };
    once.state.cursor = Some(at(253_402_300_799_999));
    once.state.wake_at = Some(at(253_402_300_799_999));
    once.state.resumed_at = Some(at(START));
    once.calendar = Calendar {
        starts_at: Some(at(START)),
        ends_at: None,
        excluded: vec!["2026-12-25".into()],
        timezone: Some("Europe/Berlin".into()),
        jitter_ms: 30_000,
    };
    store.insert_job(&job, None).unwrap();
    store.insert_job(&once, None).unwrap();
    assert_eq!(store.job(job.job_id).unwrap().as_ref(), Some(&job));
    assert_eq!(store.job(once.job_id).unwrap().as_ref(), Some(&once));
    assert_eq!(store.job(make.job(0).job_id).unwrap(), None);
    assert!(store.insert_job(&job, None).is_err(), "an id is used once");
}

pub(super) fn jobs_are_paged_newest_first(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(3);
    let jobs: Vec<_> = (0..5).map(|_| make.job(START)).collect();
    for job in &jobs {
        store.insert_job(job, None).unwrap();
    }
    let page = |before, limit| -> Vec<_> {
        store.jobs(before, limit).unwrap().into_iter().map(|job| job.job_id).collect()
    };
    assert_eq!(page(None, 2), [jobs[4].job_id, jobs[3].job_id]);
    assert_eq!(page(Some(jobs[3].job_id), 2), [jobs[2].job_id, jobs[1].job_id]);
    assert_eq!(page(Some(jobs[1].job_id), 2), [jobs[0].job_id]);
    assert_eq!(page(Some(jobs[0].job_id), 2), []);
    assert_eq!(store.job_count().unwrap(), 5);
    assert_eq!(store.job_ids(None, 2).unwrap(), [jobs[0].job_id, jobs[1].job_id]);
    assert_eq!(store.job_ids(Some(jobs[3].job_id), 2).unwrap(), [jobs[4].job_id]);
}

pub(super) fn due_jobs_are_the_active_ones_whose_time_has_come(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(5);
    let (late, later, future, paused) =
        (make.job(START + 20), make.job(START + 10), make.job(START + 31), make.job(START));
    for job in [&late, &later, &future, &paused] {
        store.insert_job(job, None).unwrap();
    }
    store.advance_job(paused.job_id, PAUSED, &[], None).unwrap();
    let due = |now, limit| -> Vec<_> {
        store.due_jobs(at(now), limit).unwrap().into_iter().map(|job| job.job_id).collect()
    };
    assert_eq!(due(START + 30, 10), [later.job_id, late.job_id]);
    assert_eq!(due(START + 30, 1), [later.job_id]);
    assert_eq!(due(START + 31, 10).len(), 3);
    assert_eq!(due(START + 9, 10), []);
    assert_eq!(due(START + 30, 0), []);
}

pub(super) fn a_changed_job_reads_back_and_what_is_not_over_keeps_its_task(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(31);
    let (job, other) = (make.job(START), make.job(START));
    store.insert_job(&job, None).unwrap();
    store.insert_job(&other, None).unwrap();
    let (open, over, theirs) = (make.run(&job, START), make.run(&job, START + 1), make.run(&other, START));
    store.advance_job(job.job_id, active(START + 2), &[open.clone(), over.clone()], None).unwrap();
    store.advance_job(other.job_id, active(START + 2), std::slice::from_ref(&theirs), None).unwrap();
    store.set_progress(over.run_id, &settled(&over, RunOutcome::Succeeded), at(START)).unwrap();

    let mut changed = make.job(START + 9);
    changed.job_id = job.job_id;
    changed.created_at = job.created_at;
    changed.version = 2;
    changed.name = "other".into();
    changed.schedule = Schedule::Every { interval_ms: 5_000, anchor: Some(at(START)) };
    changed.retry.max_attempts = 7;
    changed.policy.timeout_ms = Some(4_000);
    changed.forgotten = Some(TimeRange { from: at(0), until: at(START + 3) });
    changed.state = PAUSED;
    store.change_job(&changed).unwrap();
    assert_eq!(store.job(job.job_id).unwrap().as_ref(), Some(&changed));
    let task = |run: &RunRecord| store.run(run.run_id).unwrap().unwrap().task;
    assert_eq!((task(&open), task(&over)), (None, None), "the task is the same");

    changed.task = Task::Event { source: "generic".into(), kind: "other".into(), payload: "2".into() };
    store.change_job(&changed).unwrap();
    let first = Some(job.task.clone());
    assert_eq!((task(&open), task(&over), task(&theirs)), (first.clone(), None, None));
    changed.task = Task::Event { source: "generic".into(), kind: "other".into(), payload: "3".into() };
    store.change_job(&changed).unwrap();
    assert_eq!(task(&open), first, "it keeps the one it came with");
    let running = RunProgress { outcome: RunOutcome::Running, ..open.progress.clone() };
    store.set_progress(open.run_id, &running, at(START)).unwrap();
    assert_eq!(task(&open), first);
    store.set_progress(open.run_id, &settled(&open, RunOutcome::Failed), at(START)).unwrap();
    assert_eq!(task(&open), None, "it is over");

    let gone = make.job(START);
    store.change_job(&gone).unwrap();
    assert_eq!(store.job(gone.job_id).unwrap(), None);
    assert_eq!(store.job(other.job_id).unwrap(), Some(JobRecord { state: active(START + 2), ..other }));
}

pub(super) fn jobs_that_are_behind_or_fail_are_found(store: &dyn ScheduleStore) {
    use JobStanding::{Due, Failing, Late};
    let make = ScheduleFixtures::new(32);
    let jobs: Vec<_> = (0..4).map(|n| make.job(START + [600_000, 60_000, 600_000, 600_000][n])).collect();
    for job in &jobs {
        store.insert_job(job, None).unwrap();
    }
    // The first has a try to make, the second a time that came, the third one that fails; the fourth is well.
    let runs: Vec<_> = jobs.iter().map(|job| make.run(job, START + 60_000)).collect();
    for (job, run) in jobs.iter().zip(&runs).filter(|(job, _)| job.job_id != jobs[1].job_id) {
        store.advance_job(job.job_id, job.state, std::slice::from_ref(run), None).unwrap();
    }
    let set = |run: &RunRecord, outcome, now| {
        store.set_progress(run.run_id, &settled(run, outcome), at(now)).unwrap()
    };
    set(&runs[2], RunOutcome::Failed, START + 5);
    set(&runs[3], RunOutcome::Failed, START + 6);
    let again = make.run(&jobs[3], START + 60_001);
    store.advance_job(jobs[3].job_id, jobs[3].state, std::slice::from_ref(&again), None).unwrap();
    set(&again, RunOutcome::Succeeded, START + 7);

    let found = |standing, now, before, limit| -> Vec<_> {
        let jobs = store.jobs_standing(standing, at(now), before, limit).unwrap();
        jobs.into_iter().map(|job| job.job_id).collect()
    };
    let ids: Vec<_> = jobs.iter().map(|job| job.job_id).collect();
    assert_eq!(found(Due, START + 59_999, None, 9), []);
    assert_eq!(found(Due, START + 60_000, None, 9), [ids[1], ids[0]], "newest first");
    assert_eq!(found(Due, START + 60_000, None, 1), [ids[1]]);
    assert_eq!(found(Due, START + 60_000, Some(ids[1]), 9), [ids[0]]);
    assert_eq!(found(Late, START + 119_999, None, 9), []);
    assert_eq!(found(Late, START + 120_000, None, 9), [ids[1], ids[0]]);
    assert_eq!(found(Failing, START, None, 9), [ids[2]]);
    assert_eq!(found(Failing, START, Some(ids[2]), 9), []);
    assert_eq!(store.job(ids[2]).unwrap().unwrap().failing_since, Some(at(START + 5)));
    let second = make.run(&jobs[2], START + 60_002);
    store.advance_job(ids[2], jobs[2].state, std::slice::from_ref(&second), None).unwrap();
    set(&second, RunOutcome::Failed, START + 9);
    assert_eq!(store.job(ids[2]).unwrap().unwrap().failing_since, Some(at(START + 5)), "since the first");
    store.change_job(&JobRecord { name: "other".into(), ..jobs[2].clone() }).unwrap();
    assert_eq!(found(Failing, START, None, 9), [ids[2]], "a change mends nothing");
}

pub(super) fn deleting_a_job_leaves_nothing_of_it(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(10);
    let (job, other) = (make.job(START), make.job(START));
    for job in [&job, &other] {
        store.insert_job(job, None).unwrap();
        store.advance_job(job.job_id, job.state, &[make.run(job, START)], None).unwrap();
    }
    assert!(store.delete_job(job.job_id).unwrap());
    assert!(!store.delete_job(job.job_id).unwrap());
    assert_eq!(store.job(job.job_id).unwrap(), None);
    assert_eq!(store.runs(job.job_id, None, 10).unwrap(), []);
    let due: Vec<_> = store.due_runs(at(START), 10).unwrap().into_iter().map(|run| run.job_id).collect();
    assert_eq!(due, [other.job_id]);
    assert_eq!(store.job_count().unwrap(), 1);
}
