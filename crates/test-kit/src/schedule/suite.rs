//! What every [`ScheduleStore`] must do.

use std::rc::Rc;

use app::ports::{
    AlertRecord, BackfillRecord, JobRecord, JobState, RUNS_KEPT, RUNS_KEPT_MS, RecordCut, RunProgress,
    RunRecord, RunSpan, ScheduleStore, TimeRange, Trigger,
};
use contracts::Timestamp;
use contracts::pipeline::work::WorkDone;
use contracts::scheduler::{
    AlertPolicy, BackfillStatus, Calendar, ClockChange, JobStanding, JobStatus, RunOutcome, Schedule, Task,
    Try,
};
use domain::job::AlertState;
use ids::{BackfillId, RunId};

use super::ScheduleFixtures;

const START: u64 = ScheduleFixtures::START_MS;

/// Runs the whole suite, each part over a new, empty store.
///
/// # Panics
/// When the store does not keep a promise of its port.
pub fn schedule_store_suite(make: impl Fn() -> Rc<dyn ScheduleStore>) {
    for part in [
        the_first_tenant_stays,
        the_tenant_is_entered_once_it_is_claimed,
        a_job_reads_back_whole,
        jobs_are_paged_newest_first,
        a_key_is_kept_with_its_job_or_neither_is,
        due_jobs_are_the_active_ones_whose_time_has_come,
        one_run_for_each_nominal_time,
        a_record_of_several_times_reads_back,
        open_runs_are_counted_cancelled_and_followed,
        runs_of_one_outcome_are_paged,
        a_run_reads_back_and_progresses,
        runs_are_paged_newest_first_within_their_job,
        old_settled_runs_go_and_open_ones_stay,
        a_changed_job_reads_back_and_what_is_not_over_keeps_its_task,
        jobs_that_are_behind_or_fail_are_found,
        settled_runs_past_their_age_are_dropped,
        a_backfill_reads_back_and_goes_on_while_it_runs,
        records_are_cut_and_filled_in_one_write,
        dropped_records_leave_what_they_were_of,
        deleting_a_job_leaves_nothing_of_it,
        running_runs_are_released,
        the_alarm_is_due_at_the_earliest_of_all,
        what_ended_is_judged_once_and_alerts_wait_until_they_are_told,
    ] {
        part(&*make());
    }
}

fn at(ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn active(next_ms: u64) -> JobState {
    JobState {
        status: JobStatus::Active,
        cursor: Some(at(next_ms)),
        wake_at: Some(at(next_ms)),
        resumed_at: None,
    }
}

const PAUSED: JobState = JobState {
    status: JobStatus::Paused,
    cursor: Some(Timestamp::from_unix_ms(START + 7)),
    wake_at: None,
    resumed_at: None,
};

fn settled(run: &RunRecord, outcome: RunOutcome) -> RunProgress {
    RunProgress { outcome, due_at: None, ..run.progress.clone() }
}

fn the_first_tenant_stays(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(1);
    let (ours, theirs) = (make.tenant(), make.tenant());
    assert_eq!(store.owner().unwrap(), None);
    assert_eq!(store.claim(ours).unwrap(), ours);
    assert_eq!(store.claim(theirs).unwrap(), ours);
    assert_eq!(store.owner().unwrap(), Some(ours));
}

fn the_tenant_is_entered_once_it_is_claimed(store: &dyn ScheduleStore) {
    store.set_entered().unwrap();
    assert!(!store.is_entered().unwrap(), "nobody's");
    store.claim(ScheduleFixtures::new(1).tenant()).unwrap();
    assert!(!store.is_entered().unwrap());
    store.set_entered().unwrap();
    store.set_entered().unwrap();
    assert!(store.is_entered().unwrap());
}

fn a_job_reads_back_whole(store: &dyn ScheduleStore) {
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

fn jobs_are_paged_newest_first(store: &dyn ScheduleStore) {
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

fn a_key_is_kept_with_its_job_or_neither_is(store: &dyn ScheduleStore) {
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

fn due_jobs_are_the_active_ones_whose_time_has_come(store: &dyn ScheduleStore) {
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

fn one_run_for_each_nominal_time(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(6);
    let (job, other) = (make.job(START), make.job(START));
    store.insert_job(&job, None).unwrap();
    store.insert_job(&other, None).unwrap();
    let first = make.run(&job, START);
    store.advance_job(job.job_id, active(START + 60_000), std::slice::from_ref(&first), None).unwrap();
    assert_eq!(store.job(job.job_id).unwrap().unwrap().state, active(START + 60_000));

    let again = make.run(&job, START);
    let by_caller = RunRecord { trigger: Trigger::Caller, ..make.run(&job, START) };
    let by_caller_again = RunRecord { trigger: Trigger::Caller, ..make.run(&job, START) };
    let runs = [again.clone(), by_caller, by_caller_again];
    store.advance_job(job.job_id, job.state, &runs, None).unwrap();
    store.advance_job(other.job_id, other.state, &[make.run(&other, START)], None).unwrap();
    assert_eq!(store.run(again.run_id).unwrap(), None);
    assert_eq!(store.runs(job.job_id, None, 10).unwrap().len(), 3);
    assert_eq!(store.runs(other.job_id, None, 10).unwrap().len(), 1);

    let unknown = make.job(START);
    store.advance_job(unknown.job_id, unknown.state, &[make.run(&unknown, START)], None).unwrap();
    assert_eq!(store.runs(unknown.job_id, None, 10).unwrap(), [], "no job, no runs");
}

fn a_record_of_several_times_reads_back(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(13);
    let job = make.job(START);
    store.insert_job(&job, None).unwrap();
    let missed = RunRecord {
        span: Some(RunSpan { count: 3, first: at(START - 9) }),
        progress: settled(&make.run(&job, START), RunOutcome::Missed),
        ..make.run(&job, START)
    };
    let skipped = RunRecord {
        clock_change: Some(ClockChange::Skipped {
            first_local_time: "2026-03-29T02:00:00".into(),
            last_local_time: "2026-03-29T02:30:00".into(),
        }),
        progress: settled(&make.run(&job, START), RunOutcome::SkippedGap),
        ..make.run(&job, START)
    };
    store.advance_job(job.job_id, job.state, &[missed.clone(), skipped.clone()], None).unwrap();
    let again = RunRecord { run_id: make.run(&job, START).run_id, ..skipped.clone() };
    store.advance_job(job.job_id, job.state, &[again], None).unwrap();
    let runs = store.runs(job.job_id, None, 9).unwrap();
    assert_eq!(runs, [skipped, missed], "a run and what the clocks skip there, once each");
}

fn open_runs_are_counted_cancelled_and_followed(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(14);
    let (job, other) = (make.job(START), make.job(START));
    for job in [&job, &other] {
        store.insert_job(job, None).unwrap();
        store.advance_job(job.job_id, job.state, &[make.run(job, START)], None).unwrap();
    }
    let run = store.runs(job.job_id, None, 1).unwrap().remove(0);
    let waits = |ms| {
        let run = make.run(&job, START + ms);
        let progress = RunProgress { outcome: RunOutcome::Waiting, due_at: None, ..run.progress.clone() };
        RunRecord { progress, ..run }
    };
    let (first, second) = (waits(1), waits(2));
    store.advance_job(job.job_id, job.state, &[first.clone(), second.clone()], None).unwrap();
    let open = |job_id| {
        let open = store.open_runs(job_id).unwrap();
        (open.begun, open.waiting)
    };
    assert_eq!(store.open_runs(job.job_id).unwrap().next_due, run.progress.due_at);
    assert_eq!(open(job.job_id), (1, 2));

    let running = RunProgress { outcome: RunOutcome::Running, ..run.progress.clone() };
    assert!(store.set_progress(run.run_id, &running, at(START + 5)).unwrap());
    assert_eq!(store.run(first.run_id).unwrap().unwrap(), first, "it waits while the other runs");
    assert!(store.set_progress(run.run_id, &settled(&run, RunOutcome::Failed), at(START + 6)).unwrap());
    let begun = store.run(first.run_id).unwrap().unwrap().progress;
    assert_eq!((begun.outcome, begun.due_at), (RunOutcome::Pending, Some(at(START + 6))));
    assert_eq!(store.run(second.run_id).unwrap().unwrap(), second, "one at a time");
    assert_eq!(open(job.job_id), (1, 1));

    let new = make.run(&job, START + 3);
    store.replace_runs(job.job_id, active(START + 9), std::slice::from_ref(&new), at(START + 7)).unwrap();
    assert_eq!(store.job(job.job_id).unwrap().unwrap().state, active(START + 9));
    for run_id in [first.run_id, second.run_id] {
        let cancelled = store.run(run_id).unwrap().unwrap().progress;
        assert_eq!((cancelled.outcome, cancelled.due_at), (RunOutcome::Cancelled, None));
        assert_eq!(cancelled.ended_at, Some(at(START + 7)));
        assert!(!store.set_progress(run_id, &running, at(START + 8)).unwrap(), "cancelled is for good");
        assert_eq!(store.run(run_id).unwrap().unwrap().progress, cancelled);
    }
    let over = store.run(run.run_id).unwrap().unwrap().progress.outcome;
    assert_eq!(over, RunOutcome::Failed, "what is over stays as it was");
    assert_eq!(open(job.job_id), (1, 0));
    assert_eq!(open(other.job_id), (1, 0));
}

fn runs_of_one_outcome_are_paged(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(15);
    let job = make.job(START);
    store.insert_job(&job, None).unwrap();
    let runs: Vec<_> = (0..6)
        .map(|n| {
            let run = make.run(&job, START + n);
            let outcome = if n % 2 == 0 { RunOutcome::Missed } else { RunOutcome::Failed };
            RunRecord { progress: settled(&run, outcome), ..run }
        })
        .collect();
    store.advance_job(job.job_id, job.state, &runs, None).unwrap();
    let page = |before, limit| -> Vec<_> {
        let runs = store.runs_with(job.job_id, RunOutcome::Failed, before, limit).unwrap();
        runs.into_iter().map(|run| run.run_id).collect()
    };
    assert_eq!(page(None, 2), [runs[5].run_id, runs[3].run_id]);
    assert_eq!(page(Some(runs[3].run_id), 2), [runs[1].run_id]);
    assert_eq!(page(Some(runs[4].run_id), 1), [runs[3].run_id], "from a run of another outcome on, too");
    assert_eq!(page(Some(make.run(&job, START).run_id), 2), []);
}

fn a_run_reads_back_and_progresses(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(7);
    let job = make.job(START);
    store.insert_job(&job, None).unwrap();
    let run = make.run(&job, START);
    store.advance_job(job.job_id, job.state, std::slice::from_ref(&run), None).unwrap();
    assert_eq!(store.run(run.run_id).unwrap().as_ref(), Some(&run));

    let progress = RunProgress {
        outcome: RunOutcome::Running,
        attempts: 2,
        due_at: Some(at(START + 500)),
        started_at: Some(at(START + 1)),
        ended_at: Some(at(START + 2)),
        error: Some("the pipeline said “no”".into()),
        tries: vec![
            Try { started_at: at(START + 1), ended_at: None, error: Some("cut “off”".into()) },
            Try { started_at: at(START + 2), ended_at: Some(at(START + 3)), error: None },
        ],
        event_id: Some(ids::EventId::from_parts(START, [9; 10])),
        done: Some(WorkDone::Started { workflow: "account_report".into(), run_id: "rep_“1”".into() }),
    };
    for outcome in [
        RunOutcome::Pending,
        RunOutcome::Running,
        RunOutcome::Succeeded,
        RunOutcome::Failed,
        RunOutcome::Missed,
        RunOutcome::Paused,
        RunOutcome::SkippedGap,
        RunOutcome::SkippedOverlap,
    ] {
        let progress = RunProgress { outcome, ..progress.clone() };
        assert!(store.set_progress(run.run_id, &progress, at(START)).unwrap());
        assert_eq!(store.run(run.run_id).unwrap().unwrap().progress, progress);
    }
    assert!(store.set_progress(run.run_id, &run.progress, at(START)).unwrap());
    assert_eq!(store.run(run.run_id).unwrap().unwrap().progress, run.progress, "back to nothing known");

    let due = |now| store.due_runs(at(now), 10).unwrap().len();
    assert_eq!((due(START - 1), due(START)), (0, 1));
    assert!(!store.set_progress(make.run(&job, START).run_id, &progress, at(START)).unwrap());
}

fn runs_are_paged_newest_first_within_their_job(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(8);
    let (job, other) = (make.job(START), make.job(START));
    for job in [&job, &other] {
        store.insert_job(job, None).unwrap();
    }
    let runs: Vec<_> = (0..3).map(|n| make.run(&job, START + n)).collect();
    store.advance_job(job.job_id, job.state, &runs[..2], None).unwrap();
    store.advance_job(other.job_id, other.state, &[make.run(&other, START)], None).unwrap();
    store.advance_job(job.job_id, job.state, &runs[2..], None).unwrap();
    let page = |before: Option<RunId>, limit| -> Vec<_> {
        store.runs(job.job_id, before, limit).unwrap().into_iter().map(|run| run.run_id).collect()
    };
    assert_eq!(page(None, 2), [runs[2].run_id, runs[1].run_id]);
    assert_eq!(page(Some(runs[1].run_id), 2), [runs[0].run_id]);
    assert_eq!(page(Some(runs[0].run_id), 2), []);
    let theirs = store.runs(other.job_id, None, 10).unwrap()[0].run_id;
    assert_eq!(page(Some(theirs), 2), [], "another job's run is no place in this list");
}

fn old_settled_runs_go_and_open_ones_stay(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(9);
    let job = make.job(START);
    store.insert_job(&job, None).unwrap();
    let kept = u64::from(RUNS_KEPT);
    let runs: Vec<_> = (0..kept + 3)
        .map(|n| {
            let run = make.run(&job, START + n);
            // The oldest is still waiting for its next try.
            if n == 0 { run } else { RunRecord { progress: settled(&run, RunOutcome::Succeeded), ..run } }
        })
        .collect();
    for some in runs.chunks(200) {
        store.advance_job(job.job_id, job.state, some, None).unwrap();
    }
    let is_kept = |n: usize| store.run(runs[n].run_id).unwrap().is_some();
    assert!(is_kept(0), "an open run is never dropped");
    assert!(!is_kept(1) && !is_kept(2));
    assert!(is_kept(3));
    let mut listed = 0;
    let mut before = None;
    loop {
        let page = store.runs(job.job_id, before, 200).unwrap();
        let Some(last) = page.last() else { break };
        listed += page.len() as u32;
        before = Some(last.run_id);
    }
    assert_eq!(listed, RUNS_KEPT + 1);
}

fn a_changed_job_reads_back_and_what_is_not_over_keeps_its_task(store: &dyn ScheduleStore) {
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

fn jobs_that_are_behind_or_fail_are_found(store: &dyn ScheduleStore) {
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

fn settled_runs_past_their_age_are_dropped(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(33);
    let (job, other) = (make.job(START), make.job(START));
    store.insert_job(&job, None).unwrap();
    store.insert_job(&other, None).unwrap();
    let runs: Vec<_> = (0..4).map(|n| make.run(if n == 1 { &other } else { &job }, START + n)).collect();
    for run in &runs {
        store.advance_job(run.job_id, job.state, std::slice::from_ref(run), None).unwrap();
    }
    for run in &runs[1..] {
        store.set_progress(run.run_id, &settled(run, RunOutcome::Succeeded), at(START)).unwrap();
    }
    let old = at(runs[3].run_id.unix_ms() + RUNS_KEPT_MS);
    assert_eq!(store.drop_old_runs(at(START), 9).unwrap(), 0);
    assert_eq!(store.drop_old_runs(old, 1).unwrap(), 1);
    assert_eq!(store.drop_old_runs(old, 9).unwrap(), 1);
    let is_kept = |n: usize| store.run(runs[n].run_id).unwrap().is_some();
    assert_eq!([0, 1, 2, 3].map(is_kept), [true, false, false, true], "one is open, and one is young");
}

fn backfill(make: &ScheduleFixtures, job: &JobRecord, key: Option<&str>) -> BackfillRecord {
    let made = make.key("", job).used_at;
    BackfillRecord {
        backfill_id: BackfillId::from_parts(made.unix_ms(), [3; 10]),
        job_id: job.job_id,
        range: TimeRange { from: at(START), until: at(START + 90) },
        cursor: at(START),
        due_at: Some(at(START + 5)),
        status: BackfillStatus::Running,
        times: 9,
        begun: 0,
        kept: 0,
        created_at: made,
        ended_at: None,
        request_key: key.map(Into::into),
    }
}

fn a_backfill_reads_back_and_goes_on_while_it_runs(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(34);
    let (job, other) = (make.job(START + 600_000), make.job(START + 600_000));
    store.insert_job(&job, None).unwrap();
    store.insert_job(&other, None).unwrap();
    let first = backfill(&make, &job, Some("k"));
    store.insert_backfill(&first).unwrap();
    assert!(store.insert_backfill(&backfill(&make, &job, None)).is_err(), "one at a time");
    let theirs = backfill(&make, &other, None);
    store.insert_backfill(&theirs).unwrap();
    assert_eq!(store.backfill(job.job_id, first.backfill_id).unwrap().as_ref(), Some(&first));
    assert_eq!(store.backfill(other.job_id, first.backfill_id).unwrap(), None);
    assert_eq!(store.backfill_by_key("k").unwrap().as_ref(), Some(&first));
    assert_eq!(store.backfill_by_key("other").unwrap(), None);
    assert_eq!(store.next_wake().unwrap(), Some(at(START + 5)));
    assert_eq!(store.due_backfills(at(START + 4), 9).unwrap(), []);
    assert_eq!(store.due_backfills(at(START + 5), 1).unwrap().len(), 1);

    let on = BackfillRecord {
        cursor: at(START + 40),
        due_at: Some(at(START + 50)),
        begun: 3,
        kept: 1,
        ..first.clone()
    };
    store.fill(&on, &[], &[make.run(&job, START)]).unwrap();
    assert_eq!(store.running_backfill(job.job_id).unwrap().as_ref(), Some(&on));
    store.cancel_backfill(job.job_id, at(START + 60)).unwrap();
    let ended = store.backfill(job.job_id, first.backfill_id).unwrap().unwrap();
    assert_eq!(
        (ended.status, ended.due_at, ended.ended_at),
        (BackfillStatus::Cancelled, None, Some(at(START + 60)))
    );
    assert_eq!(store.running_backfill(job.job_id).unwrap(), None);
    assert_eq!(store.running_backfill(other.job_id).unwrap(), Some(theirs));
    store.fill(&on, &[], &[make.run(&job, START + 1)]).unwrap();
    assert_eq!(store.runs(job.job_id, None, 9).unwrap().len(), 1, "what was cancelled goes on no more");

    let second = backfill(&make, &job, None);
    store.insert_backfill(&second).unwrap();
    let page = |before, limit| -> Vec<_> {
        let found = store.backfills(job.job_id, before, limit).unwrap();
        found.into_iter().map(|one| one.backfill_id).collect()
    };
    assert_eq!(page(None, 9), [second.backfill_id, first.backfill_id]);
    assert_eq!(page(None, 1), [second.backfill_id]);
    assert_eq!(page(Some(second.backfill_id), 9), [first.backfill_id]);
    store.delete_job(job.job_id).unwrap();
    assert_eq!(page(None, 9), []);
}

fn records_are_cut_and_filled_in_one_write(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(35);
    let (job, other) = (make.job(START), make.job(START));
    store.insert_job(&job, None).unwrap();
    store.insert_job(&other, None).unwrap();
    let missed = |job: &JobRecord, first: u64, last: u64| {
        let run = make.run(job, START + last);
        let span =
            (first < last).then_some(RunSpan { count: (last - first) / 10 + 1, first: at(START + first) });
        RunRecord { span, progress: settled(&run, RunOutcome::Missed), ..run }
    };
    let (long, single, far) = (missed(&job, 20, 60), missed(&job, 70, 70), missed(&job, 90, 120));
    let theirs = missed(&other, 10, 120);
    let records = [make.run(&job, START + 10), long.clone(), single.clone(), far.clone()];
    store.advance_job(job.job_id, job.state, &records, None).unwrap();
    store.advance_job(other.job_id, other.state, std::slice::from_ref(&theirs), None).unwrap();
    let between = |first: u64, last: u64| -> Vec<_> {
        let found = store.records_between(job.job_id, at(START + first), at(START + last)).unwrap();
        found.into_iter().map(|run| run.run_id).collect()
    };
    assert_eq!(between(0, 9), []);
    assert_eq!(between(30, 40), [long.run_id]);
    assert_eq!(between(60, 100), [long.run_id, single.run_id, far.run_id]);

    let running = backfill(&make, &job, None);
    store.insert_backfill(&running).unwrap();
    let filled = |ms: u64| RunRecord { trigger: Trigger::Backfill, ..make.run(&job, START + ms) };
    let runs = [filled(40), filled(70)];
    let becomes = RunRecord { run_id: long.run_id, ..missed(&job, 20, 30) };
    let rest = missed(&job, 50, 60);
    let cuts = [
        RecordCut { run_id: long.run_id, becomes: Some(becomes.clone()), rest: Some(rest.clone()) },
        RecordCut { run_id: single.run_id, becomes: None, rest: None },
    ];
    store.fill(&running, &cuts, &runs).unwrap();
    let expect = [becomes.run_id, runs[0].run_id, rest.run_id, runs[1].run_id, far.run_id];
    assert_eq!(between(20, 120), expect);
    let cut = store.run(long.run_id).unwrap().unwrap();
    assert_eq!((cut.span, cut.scheduled_for), (becomes.span, becomes.scheduled_for));
    assert_eq!(store.run(rest.run_id).unwrap(), Some(rest));
    assert_eq!(store.run(single.run_id).unwrap(), None);
    assert_eq!(store.run(runs[1].run_id).unwrap().as_ref(), Some(&runs[1]));
    assert_eq!(store.run(theirs.run_id).unwrap(), Some(theirs));

    let tried = RunProgress { attempts: 1, ..runs[0].progress.clone() };
    store.set_progress(runs[0].run_id, &tried, at(START)).unwrap();
    store.cancel_backfill(job.job_id, at(START + 5)).unwrap();
    let outcome = |run: &RunRecord| store.run(run.run_id).unwrap().unwrap().progress.outcome;
    assert_eq!((outcome(&runs[0]), outcome(&runs[1])), (RunOutcome::Pending, RunOutcome::Cancelled));
}

fn dropped_records_leave_what_they_were_of(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(36);
    let job = make.job(START);
    store.insert_job(&job, None).unwrap();
    let kept = u64::from(RUNS_KEPT);
    let run = |ms: u64| {
        let run = make.run(&job, START + ms);
        RunRecord { progress: settled(&run, RunOutcome::Succeeded), ..run }
    };
    let asked = RunRecord { trigger: Trigger::Caller, ..run(0) };
    let skipped = run(5);
    let skipped = RunRecord { progress: settled(&skipped, RunOutcome::SkippedGap), ..skipped };
    store.advance_job(job.job_id, job.state, &[asked, skipped], None).unwrap();
    let runs: Vec<_> = (0..kept).map(|n| run(10 + n)).collect();
    for some in runs.chunks(200) {
        store.advance_job(job.job_id, job.state, some, None).unwrap();
    }
    let forgotten = || store.job(job.job_id).unwrap().unwrap().forgotten;
    assert_eq!(
        forgotten(),
        None,
        "what was asked for now, and what the clocks skip, are no times that may run"
    );
    let add = |ms: u64| store.advance_job(job.job_id, job.state, &[run(ms)], None).unwrap();
    add(5_000);
    assert_eq!(forgotten(), Some(TimeRange { from: at(START + 10), until: at(START + 11) }));
    let running = backfill(&make, &job, None);
    store.insert_backfill(&running).unwrap();
    add(5_001);
    assert_eq!(store.drop_old_runs(at(START + 2 * RUNS_KEPT_MS), 9).unwrap(), 0);
    assert_eq!(
        forgotten(),
        Some(TimeRange { from: at(START + 10), until: at(START + 11) }),
        "one looks at them"
    );
    store.cancel_backfill(job.job_id, at(START)).unwrap();
    add(5_002);
    assert_eq!(forgotten(), Some(TimeRange { from: at(START + 10), until: at(START + 13) }));
    assert_eq!(store.drop_old_runs(at(START + 2 * RUNS_KEPT_MS), 1).unwrap(), 1);
    assert_eq!(forgotten(), Some(TimeRange { from: at(START + 10), until: at(START + 14) }));
}

fn deleting_a_job_leaves_nothing_of_it(store: &dyn ScheduleStore) {
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

fn running_runs_are_released(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(11);
    let job = make.job(START);
    store.insert_job(&job, None).unwrap();
    let runs: Vec<_> = (0..3).map(|n| make.run(&job, START + n)).collect();
    store.advance_job(job.job_id, job.state, &runs, None).unwrap();
    let running = RunProgress {
        outcome: RunOutcome::Running,
        due_at: Some(at(START + 60_000)),
        ..runs[0].progress.clone()
    };
    store.set_progress(runs[0].run_id, &running, at(START)).unwrap();
    store.set_progress(runs[1].run_id, &settled(&runs[1], RunOutcome::Failed), at(START)).unwrap();
    assert_eq!(store.release_running(at(START + 1)).unwrap(), 1);
    assert_eq!(store.release_running(at(START + 1)).unwrap(), 1, "it is still running, and due");
    let released = store.run(runs[0].run_id).unwrap().unwrap().progress;
    assert_eq!(released, RunProgress { due_at: Some(at(START + 1)), ..running });
    assert_eq!(store.run(runs[2].run_id).unwrap().unwrap(), runs[2]);
    let due: Vec<_> = store.due_runs(at(START + 9), 10).unwrap().into_iter().map(|run| run.run_id).collect();
    assert_eq!(due, [runs[0].run_id, runs[2].run_id]);
    assert_eq!(store.due_runs(at(START + 9), 1).unwrap().len(), 1);
}

fn the_alarm_is_due_at_the_earliest_of_all(store: &dyn ScheduleStore) {
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

fn what_ended_is_judged_once_and_alerts_wait_until_they_are_told(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(31);
    let (silent, mut job) = (make.job(START), make.job(START));
    job.policy.alert = Some(AlertPolicy { after: 2 });
    let mut runs = Vec::new();
    for job in [&silent, &job] {
        store.insert_job(job, None).unwrap();
        let (mut missed, failed, good) =
            (make.run(job, START), make.run(job, START + 1_000), make.run(job, START + 2_000));
        missed.progress = settled(&missed, RunOutcome::Missed);
        missed.span = Some(RunSpan { count: 7, first: at(START - 6_000) });
        let all = [missed, failed.clone(), good.clone()];
        store.advance_job(job.job_id, active(START + 9_000), &all, None).unwrap();
        for (run, outcome) in [(&failed, RunOutcome::Failed), (&good, RunOutcome::Succeeded)] {
            store.set_progress(run.run_id, &settled(run, RunOutcome::Running), at(START)).unwrap();
            store.set_progress(run.run_id, &settled(run, outcome), at(START)).unwrap();
            // Stored again, it does not end again.
            store.set_progress(run.run_id, &settled(run, outcome), at(START)).unwrap();
        }
        runs = all.map(|run| run.run_id).to_vec();
    }
    assert_eq!(store.next_wake().unwrap(), Some(at(START)), "there is something to judge");
    let ended = store.ended_runs(9).unwrap();
    let told: Vec<_> = ended.iter().map(|run| (run.job_id, run.run_id, run.outcome, run.count)).collect();
    let expect = [(0, RunOutcome::Missed, 7), (1, RunOutcome::Failed, 1), (2, RunOutcome::Succeeded, 1)];
    let expect =
        expect.map(|(place, outcome, count): (usize, _, _)| (job.job_id, runs[place], outcome, count));
    assert_eq!(told, expect, "of the job that wants to be told alone, in order");
    assert_eq!(store.ended_runs(1).unwrap(), ended[..1]);

    let state = AlertState { streak: 7, raised: true };
    let alert = |key: &str, due_ms| AlertRecord {
        key: key.into(),
        job_id: job.job_id,
        kind: "job.failing".into(),
        payload: r#"{"failures":7}"#.into(),
        attempts: 0,
        due_at: at(due_ms),
    };
    assert_eq!(store.alert_state(job.job_id).unwrap(), AlertState::default());
    store.put_judgement(&ended[0], state, Some(&alert("first", START + 5))).unwrap();
    assert_eq!(store.alert_state(job.job_id).unwrap(), state);
    store.put_judgement(&ended[1], state, Some(&alert("second", START + 3))).unwrap();
    store.put_judgement(&ended[2], AlertState::default(), None).unwrap();
    assert_eq!(store.ended_runs(9).unwrap(), []);
    assert_eq!(store.alert_state(job.job_id).unwrap(), AlertState::default());

    assert_eq!(store.next_wake().unwrap(), Some(at(START + 3)));
    assert_eq!(store.due_alerts(at(START + 2), 9).unwrap(), []);
    assert_eq!(store.due_alerts(at(START + 3), 9).unwrap(), [alert("second", START + 3)]);
    assert_eq!(store.due_alerts(at(START + 9), 1).unwrap(), [alert("second", START + 3)]);
    store.put_off_alert("second", at(START + 8)).unwrap();
    let put_off = AlertRecord { attempts: 1, ..alert("second", START + 8) };
    assert_eq!(store.due_alerts(at(START + 9), 9).unwrap(), [alert("first", START + 5), put_off.clone()]);
    store.drop_alert("first").unwrap();
    assert_eq!(store.due_alerts(at(START + 9), 9).unwrap(), [put_off]);

    store.put_judgement(&ended[0], state, None).unwrap();
    store.delete_job(job.job_id).unwrap();
    assert_eq!(store.due_alerts(at(START + 9), 9).unwrap(), [], "they go with their job");
    assert_eq!(store.alert_state(job.job_id).unwrap(), AlertState::default());
    store.put_judgement(&ended[1], state, Some(&alert("third", START))).unwrap();
    assert_eq!(store.due_alerts(at(START + 9), 9).unwrap(), [], "and none comes after it");
}
