//! What a store must do with the records of nominal times.

use app::ports::{RunProgress, RunRecord, RunSpan, ScheduleStore, Trigger};
use contracts::pipeline::work::WorkDone;
use contracts::scheduler::{ClockChange, Ping, PingStatus, RunOutcome, Try};
use ids::RunId;

use super::{START, active, at, settled};
use crate::schedule::ScheduleFixtures;

pub(super) fn one_run_for_each_nominal_time(store: &dyn ScheduleStore) {
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

pub(super) fn a_record_of_several_times_reads_back(store: &dyn ScheduleStore) {
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

pub(super) fn open_runs_are_counted_cancelled_and_followed(store: &dyn ScheduleStore) {
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

pub(super) fn runs_of_one_outcome_are_paged(store: &dyn ScheduleStore) {
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

pub(super) fn a_run_reads_back_and_progresses(store: &dyn ScheduleStore) {
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
        ping: Some(Ping {
            at: at(START + 4),
            status: PingStatus::Fail,
            message: Some("“no”".into()),
            began_at: None,
        }),
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

pub(super) fn runs_are_paged_newest_first_within_their_job(store: &dyn ScheduleStore) {
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

pub(super) fn running_runs_are_released(store: &dyn ScheduleStore) {
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
