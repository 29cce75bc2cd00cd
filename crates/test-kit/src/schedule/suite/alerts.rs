//! What a store must do with what jobs are to be told of.

use app::ports::{AlertRecord, RunSpan, ScheduleStore};
use contracts::scheduler::{AlertPolicy, RunOutcome};
use domain::job::AlertState;

use super::{START, active, at, settled};
use crate::schedule::ScheduleFixtures;

pub(super) fn what_ended_is_judged_once_and_alerts_wait_until_they_are_told(store: &dyn ScheduleStore) {
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

    // What a job is told of second waits for the first, though it was due earlier, and while the first is put off.
    assert_eq!(store.next_wake().unwrap(), Some(at(START + 5)));
    assert_eq!(store.due_alerts(at(START + 4), 9).unwrap(), []);
    assert_eq!(store.due_alerts(at(START + 5), 9).unwrap(), [alert("first", START + 5)]);
    store.put_off_alert("first", at(START + 8)).unwrap();
    assert_eq!(store.next_wake().unwrap(), Some(at(START + 8)));
    assert_eq!(store.due_alerts(at(START + 7), 9).unwrap(), []);
    let put_off = AlertRecord { attempts: 1, ..alert("first", START + 8) };
    assert_eq!(store.due_alerts(at(START + 9), 9).unwrap(), [put_off]);
    store.drop_alert("first").unwrap();
    assert_eq!(store.due_alerts(at(START + 9), 9).unwrap(), [alert("second", START + 3)]);

    store.put_judgement(&ended[0], state, None).unwrap();
    store.delete_job(job.job_id).unwrap();
    assert_eq!(store.due_alerts(at(START + 9), 9).unwrap(), [], "they go with their job");
    assert_eq!(store.alert_state(job.job_id).unwrap(), AlertState::default());
    store.put_judgement(&ended[1], state, Some(&alert("third", START))).unwrap();
    assert_eq!(store.due_alerts(at(START + 9), 9).unwrap(), [], "and none comes after it");
}
