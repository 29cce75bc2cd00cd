//! What a store must do with backfills.

use app::ports::{
    BackfillRecord, JobRecord, RecordCut, RunProgress, RunRecord, RunSpan, ScheduleStore, TimeRange, Trigger,
};
use contracts::scheduler::{BackfillStatus, RunOutcome};
use ids::BackfillId;

use super::{START, at, settled};
use crate::schedule::ScheduleFixtures;

pub(super) fn backfill(make: &ScheduleFixtures, job: &JobRecord, key: Option<&str>) -> BackfillRecord {
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

pub(super) fn a_backfill_reads_back_and_goes_on_while_it_runs(store: &dyn ScheduleStore) {
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

pub(super) fn records_are_cut_and_filled_in_one_write(store: &dyn ScheduleStore) {
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
