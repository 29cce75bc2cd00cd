//! A year of heartbeats over the very SQL: pings at random, deaths before and after any statement of a ping as of the alarm,
//! lost alarms, outages. Whether a ping came for a time is worked out from the pings alone, and so is what is told.

use std::collections::BTreeMap;

use app::ports::{Alarm, Clock, RunRecord};
use contracts::Timestamp;
use contracts::scheduler::{
    Calendar, CreateJob, FoldRule, GapRule, ListJobs, Policy, RetryPolicy, RunOutcome, Schedule, Task,
};
use ids::JobId;
use mesh_sim::Simulation;
use test_kit::run;

use crate::mortal::Death;
use crate::object::Object;
use crate::oracle::{Rhythm, Spec};
use crate::{DAY, Draw, HOUR, MINUTE, START, ZONES};

const BEATS: usize = 12;

struct Beat {
    job_id: JobId,
    spec: Spec,
    grace_ms: u64,
    /// When it was pinged, and heard so.
    pings: Vec<u64>,
}

impl Beat {
    fn new(object: &Object, draw: &mut Draw) -> Self {
        let spec = Spec {
            zone: draw.of(&ZONES),
            rhythm: draw.of(&[Rhythm::Daily, Rhythm::Daily, Rhythm::Weekly(3), Rhythm::Monthly(9)]),
            hour: draw.of(&[0, 1, 2, 2, 3, 9, 23]),
            minute: draw.of(&[0, 15, 30, 59]),
            by_the_day: draw.below(2) == 0,
            from_ms: START,
            until_ms: START + 366 * DAY,
        };
        let grace_ms = draw.of(&[5 * MINUTE, HOUR, 6 * HOUR]);
        let (gap, fold) = match spec.by_the_day {
            true => (GapRule::NextValid, FoldRule::Once),
            false => (GapRule::Skip, FoldRule::Twice),
        };
        let at = |ms| Some(Timestamp::from_unix_ms(ms));
        let request = CreateJob {
            name: format!("{spec:?}"),
            schedule: Schedule::Cron {
                pattern: spec.pattern(),
                timezone: spec.zone.name().into(),
                gap: Some(gap),
                fold: Some(fold),
            },
            calendar: Calendar {
                starts_at: at(spec.from_ms),
                ends_at: at(spec.until_ms),
                ..Calendar::default()
            },
            task: Task::Heartbeat { grace_ms },
            retry: RetryPolicy::default(),
            policy: Policy::default(),
        };
        let job_id = run(object.jobs.create_job(&object.context(), request)).unwrap().job_id;
        Self { job_id, spec, grace_ms, pings: Vec::new() }
    }

    /// The times up to `end_ms` that are judged by then, and whether a ping came for each; at which it began to fail.
    fn expected(&self, end_ms: u64) -> (BTreeMap<u64, bool>, Vec<u64>) {
        let times = self.spec.times();
        let times: Vec<u64> = times.keys().filter(|(_, skipped)| !skipped).map(|(at, _)| *at).collect();
        let mut expected = BTreeMap::new();
        let (mut before, mut failed, mut failures) = (None, false, Vec::new());
        // Between two times there may be less than a grace, where the clocks show a time twice.
        for at in times.into_iter().filter(|at| at + self.grace_ms < end_ms) {
            let within = self.pings.iter().any(|ping| (at..=at + self.grace_ms).contains(ping));
            let own = before.map_or(0, |before| before + self.grace_ms + 1);
            let between = |ping: &u64| (own..at).contains(ping);
            let told = self.pings.iter().filter(|ping| between(ping)).count();
            let late = usize::from(failed);
            // The first after a failure makes up for it, and one that follows another within the grace is of the same run.
            let early = self
                .pings
                .iter()
                .enumerate()
                .filter(|(_, ping)| between(ping))
                .skip(late)
                .any(|(nth, ping)| nth == 0 || self.pings[nth - 1] + self.grace_ms < *ping);
            let good = within || early;
            if !good && (!failed || told > 0) {
                failures.push(at);
            }
            expected.insert(at, good);
            (before, failed) = (Some(at), !good);
        }
        (expected, failures)
    }

    fn check(&self, object: &Object, end_ms: u64) -> (usize, usize) {
        let (expected, failures) = self.expected(end_ms);
        let runs = object.store().runs(self.job_id, None, 2_000).unwrap();
        let mut found = BTreeMap::new();
        for record in runs.iter().filter(|run| run.progress.outcome != RunOutcome::SkippedGap) {
            let at = record.scheduled_for.unix_ms();
            assert!(record.span.is_none(), "each time is on its own");
            let good = match record.progress.outcome {
                RunOutcome::Succeeded => true,
                RunOutcome::Failed => false,
                RunOutcome::Pending if at + self.grace_ms >= end_ms => continue,
                other => panic!("{:?}: {at} is {other:?}", self.spec),
            };
            assert_eq!(found.insert(at, good), None, "{at} has two outcomes");
        }
        found.retain(|at, _| at + self.grace_ms < end_ms);
        assert_eq!(found, expected, "{:?} {} {:?}", self.spec, self.grace_ms, self.pings);
        let prefix = format!("{}:job.failing:", self.job_id);
        let events = object.pipeline.events(object.tenant);
        let raised = |run: &&RunRecord| {
            let key = format!("{prefix}{}", run.run_id);
            events.iter().any(|(known, _)| *known == key)
        };
        let mut told: Vec<_> = runs.iter().filter(raised).map(|run| run.scheduled_for.unix_ms()).collect();
        told.reverse();
        assert_eq!(told, failures, "{:?} {} {:?}", self.spec, self.grace_ms, self.pings);
        (expected.values().filter(|good| **good).count(), expected.len())
    }
}

fn death(draw: &mut Draw, one_in: u64) -> Option<Death> {
    match draw.below(2 * one_in) {
        0 => Some(Death::Before(draw.below(20))),
        1 => Some(Death::After(draw.below(20))),
        _ => None,
    }
}

fn pass(object: &mut Object, until: u64, draw: &mut Draw) {
    while let Some(at) = object.alarm.at().filter(|at| at.unix_ms() <= until) {
        object.clock.set(at.max(object.clock.now()));
        assert!(object.alarm.ring(object.clock.now()));
        let death = death(draw, 20);
        object.ring(death);
    }
    object.clock.set(Timestamp::from_unix_ms(until));
}

fn year_of_heartbeats(seed: u64) {
    let mut draw = Draw(seed);
    let mut object = Object::new(START, seed);
    let mut beats: Vec<_> = (0..BEATS).map(|_| Beat::new(&object, &mut draw)).collect();
    // Each ping some way around the time that it is for, or not at all.
    let mut pings = Vec::new();
    for (place, beat) in beats.iter().enumerate() {
        for (at, _) in beat.spec.times().into_keys().filter(|(at, _)| *at < START + 364 * DAY) {
            let shift = match draw.below(10) {
                0 => continue,
                1 => beat.grace_ms + 1 + draw.below(3 * HOUR),
                2 => draw.below(2 * beat.grace_ms + HOUR),
                3 => 0,
                _ => draw.below(beat.grace_ms),
            };
            let early = if draw.below(8) == 0 { draw.below(4 * HOUR) } else { 0 };
            pings.push(((at + shift).saturating_sub(early).max(START + 1), place));
            if draw.below(12) == 0 {
                pings.push((at + shift + draw.below(20 * HOUR), place));
            }
        }
    }
    pings.sort_unstable();
    for (at, place) in pings {
        match draw.below(100) {
            // Nobody is there: the alarm, and nothing else, is late.
            0 if object.alarm.ring(Timestamp::from_unix_ms(at)) => object.restart(),
            1 => run(object.alarm.set(None)).unwrap(),
            _ => pass(&mut object, at, &mut draw),
        }
        object.clock.set(Timestamp::from_unix_ms(at));
        let death = death(&mut draw, 15);
        let before = object.store().pings(beats[place].job_id, 9).unwrap();
        object.ping(beats[place].job_id, death);
        let after = object.store().pings(beats[place].job_id, 9).unwrap();
        let came = after.iter().filter(|ping| !before.contains(ping)).count();
        assert!((1..=2).contains(&came), "it is on record, and twice where it was not heard so");
        beats[place].pings.extend(std::iter::repeat_n(at, came));
    }
    // At no instant at which a grace ends.
    let end = START + 365 * DAY + 7 * MINUTE + 1;
    run(object.jobs.list_jobs(&object.context(), ListJobs { before: None, limit: 1, standing: None }))
        .unwrap();
    pass(&mut object, end, &mut draw);
    let (mut good, mut all) = (0, 0);
    for beat in &beats {
        let (kept, named) = beat.check(&object, end);
        (good, all) = (good + kept, all + named);
    }
    assert!(good > 500 && all - good > 50, "{good} of {all}");
}

#[test]
fn a_year_of_heartbeats_has_one_outcome_for_each_time_and_it_is_what_the_pings_say() {
    Simulation::seeds(0..1).run(|sim| year_of_heartbeats(sim.runtime().random()));
}
