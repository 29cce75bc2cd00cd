//! What a store must do with pings.

use app::ports::{HeartbeatState, JobRecord, PINGS_KEPT, PingEffect, RunProgress, ScheduleStore};
use contracts::scheduler::{AlertPolicy, Ping, PingSecret, PingStatus, RunOutcome, Task};

use super::{START, active, at, settled};
use crate::schedule::ScheduleFixtures;

fn heartbeat(make: &ScheduleFixtures) -> (JobRecord, HeartbeatState) {
    let state = HeartbeatState {
        secret: PingSecret::new("0123456789abcdef0123456789abcdef".into()),
        early: None,
        began_at: None,
        last: None,
        counted: None,
    };
    let mut job = make.job(START + 60_000);
    job.task = Task::Heartbeat { grace_ms: 60_000 };
    job.policy.alert = Some(AlertPolicy { after: 1 });
    job.heartbeat = Some(state.clone());
    (job, state)
}

fn ping(ms: u64) -> Ping {
    Ping {
        at: at(START + ms),
        status: PingStatus::Success,
        message: Some("“fine” it's".into()),
        began_at: Some(at(START)),
    }
}

pub(super) fn a_ping_and_all_that_comes_of_it_are_stored_together(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(41);
    let ((job, state), (other, _)) = (heartbeat(&make), heartbeat(&make));
    for job in [&job, &other] {
        store.insert_job(job, None).unwrap();
        let runs = [make.run(job, START), make.run(job, START + 1)];
        store.advance_job(job.job_id, active(START + 9), &runs, None).unwrap();
    }
    assert_eq!(store.job(job.job_id).unwrap().unwrap().heartbeat, Some(state.clone()));
    let pending = store.pending_runs(job.job_id, 9).unwrap();
    assert_eq!(pending.iter().map(|run| run.scheduled_for).collect::<Vec<_>>(), [at(START), at(START + 1)]);
    assert_eq!(store.pending_runs(job.job_id, 1).unwrap(), pending[..1]);

    let ping = ping(5);
    let kept = HeartbeatState {
        early: Some(ping.clone()),
        began_at: Some(at(START + 2)),
        last: Some(ping.clone()),
        counted: Some((at(START), 7)),
        ..state
    };
    let met = RunProgress { ping: Some(ping.clone()), ..settled(&pending[0], RunOutcome::Succeeded) };
    let judged = [(pending[0].run_id, met.clone())];
    let effect = PingEffect { ping: Some(&ping), state: &kept, judged: &judged, recovers: None };
    store.take_ping(job.job_id, effect, at(START + 5)).unwrap();
    assert_eq!(store.job(job.job_id).unwrap().unwrap().heartbeat, Some(kept));
    assert_eq!(store.run(pending[0].run_id).unwrap().unwrap().progress, met);
    assert_eq!(store.pending_runs(job.job_id, 9).unwrap(), pending[1..]);
    assert_eq!(store.pings(job.job_id, 9).unwrap(), [ping]);
    assert_eq!(store.pending_runs(other.job_id, 9).unwrap().len(), 2, "another job's are its own");
    assert_eq!(store.pings(other.job_id, 9).unwrap(), []);
    assert_eq!(store.ended_runs(9).unwrap().len(), 1);

    let (gone, state) = heartbeat(&make);
    let effect = PingEffect { ping: None, state: &state, judged: &[], recovers: None };
    store.take_ping(gone.job_id, effect, at(START)).unwrap();
    assert_eq!(store.job(gone.job_id).unwrap(), None);
    let renamed = JobRecord { name: "other".into(), heartbeat: None, ..job.clone() };
    store.change_job(&renamed).unwrap();
    assert!(store.job(job.job_id).unwrap().unwrap().heartbeat.is_some(), "a change of the job is none of it");
}

pub(super) fn a_late_ping_mends_a_job_and_is_told(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(42);
    let (job, state) = heartbeat(&make);
    store.insert_job(&job, None).unwrap();
    let run = make.run(&job, START);
    store.advance_job(job.job_id, active(START + 9), std::slice::from_ref(&run), None).unwrap();
    let judged = [(run.run_id, settled(&run, RunOutcome::Failed))];
    let effect = PingEffect { ping: None, state: &state, judged: &judged, recovers: None };
    store.take_ping(job.job_id, effect, at(START + 3)).unwrap();
    assert_eq!(store.job(job.job_id).unwrap().unwrap().failing_since, Some(at(START + 3)));

    let ping = ping(5);
    let effect = PingEffect { ping: Some(&ping), state: &state, judged: &[], recovers: Some(run.run_id) };
    store.take_ping(job.job_id, effect, at(START + 5)).unwrap();
    assert_eq!(store.job(job.job_id).unwrap().unwrap().failing_since, None);
    assert_eq!(store.run(run.run_id).unwrap().unwrap().progress.outcome, RunOutcome::Failed, "it stays");
    let ended: Vec<_> = store.ended_runs(9).unwrap().into_iter().map(|run| run.outcome).collect();
    assert_eq!(ended, [RunOutcome::Failed, RunOutcome::Succeeded]);
}

pub(super) fn the_last_pings_of_each_job_are_kept(store: &dyn ScheduleStore) {
    let make = ScheduleFixtures::new(43);
    let ((job, state), (other, _)) = (heartbeat(&make), heartbeat(&make));
    for (job, count) in [(&job, u64::from(PINGS_KEPT) + 3), (&other, 2)] {
        store.insert_job(job, None).unwrap();
        for ms in 0..count {
            let ping = ping(ms);
            let effect = PingEffect { ping: Some(&ping), state: &state, judged: &[], recovers: None };
            store.take_ping(job.job_id, effect, at(START)).unwrap();
        }
    }
    let times: Vec<_> = store.pings(job.job_id, 500).unwrap().into_iter().map(|ping| ping.at).collect();
    let expect: Vec<_> = (3..u64::from(PINGS_KEPT) + 3).rev().map(|ms| at(START + ms)).collect();
    assert_eq!(times, expect);
    assert_eq!(store.pings(job.job_id, 2).unwrap().len(), 2);
    store.delete_job(job.job_id).unwrap();
    assert_eq!(store.pings(job.job_id, 9).unwrap(), [], "they go with their job");
    assert_eq!(store.pings(other.job_id, 9).unwrap().len(), 2);
}
