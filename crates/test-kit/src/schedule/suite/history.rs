//! What a store must keep, and for how long.

use app::ports::{RUNS_KEPT, RUNS_KEPT_MS, RunRecord, ScheduleStore, TimeRange, Trigger};
use contracts::scheduler::RunOutcome;

use super::backfills::backfill;
use super::{START, at, settled};
use crate::schedule::ScheduleFixtures;

pub(super) fn old_settled_runs_go_and_open_ones_stay(store: &dyn ScheduleStore) {
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

pub(super) fn settled_runs_past_their_age_are_dropped(store: &dyn ScheduleStore) {
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

pub(super) fn dropped_records_leave_what_they_were_of(store: &dyn ScheduleStore) {
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
