//! A year of a tenant's schedule over its very SQL: two hundred jobs in twenty time zones, outages, deaths before and after
//! any statement, repeated and lost alarms, pauses, a pipeline that fails. Afterwards each time that a schedule named has
//! exactly one record, by an oracle that shares no library with the scheduler, and each record has a reason.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod heartbeats;
#[path = "../mortal/mod.rs"]
mod mortal;
mod object;
mod oracle;

use std::collections::{BTreeMap, BTreeSet};

use app::ports::{Alarm, Clock, RunRecord};
use chrono_tz::Tz;
use contracts::Timestamp;
use contracts::scheduler::{
    Calendar, CreateJob, FoldRule, GapRule, GetJob, ListJobs, Misfire, Overlap, Policy, RetryPolicy,
    RunOutcome, Schedule, Task,
};
use ids::{JobId, RunId};
use mesh_sim::Simulation;
use test_kit::run;
use test_kit::schedule::Mishap;

use mortal::Death;
use object::Object;
use oracle::{Rhythm, Spec};

const START: u64 = 1_795_330_800_000;
const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const JOBS: usize = 200;

/// Zones whose clocks both libraries know for the year.
const ZONES: [Tz; 20] = [
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::Europe__London,
    Tz::Europe__Dublin,
    Tz::Europe__Lisbon,
    Tz::Europe__Athens,
    Tz::Europe__Helsinki,
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Los_Angeles,
    Tz::America__St_Johns,
    Tz::America__Halifax,
    Tz::America__Sao_Paulo,
    Tz::Australia__Sydney,
    Tz::Australia__Lord_Howe,
    Tz::Australia__Adelaide,
    Tz::Pacific__Auckland,
    Tz::Pacific__Chatham,
    Tz::Asia__Kolkata,
];

/// Numbers of a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn of<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }

    fn spec(&mut self) -> Spec {
        let rhythm = match self.below(10) {
            0..3 => Rhythm::Daily,
            3..7 => Rhythm::Weekly(self.below(7) as u32),
            7..9 => Rhythm::Monthly(1 + self.below(28) as u32),
            _ => Rhythm::Hourly,
        };
        let whole = (START, START + 366 * DAY);
        // An hourly job lives for two weeks, around the days when most clocks change.
        let (from_ms, until_ms) = match rhythm {
            Rhythm::Hourly => {
                let from = START + self.of(&[110, 120, 126, 330, 340]) * DAY;
                (from, from + 14 * DAY)
            }
            _ => whole,
        };
        Spec {
            zone: self.of(&ZONES),
            rhythm,
            // Most of what the clocks do, they do between midnight and four.
            hour: self.of(&[0, 1, 2, 2, 3, 9, 17, 23]),
            minute: self.of(&[0, 1, 15, 30, 45, 59]),
            by_the_day: !matches!(rhythm, Rhythm::Hourly) && self.below(4) > 0,
            from_ms,
            until_ms,
        }
    }

    fn policy(&mut self) -> Policy {
        Policy {
            misfire: self.of(&[Misfire::Last, Misfire::Last, Misfire::All, Misfire::None]),
            misfire_window_ms: self.of(&[None, None, Some(6 * HOUR)]),
            overlap: self.of(&[Overlap::Allow, Overlap::Skip, Overlap::QueueOne, Overlap::CancelPrevious]),
            ..Policy::default()
        }
    }
}

/// What happens to the object, besides its alarms.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// Nobody is there until then.
    Outage(u64),
    /// The alarm is gone; somebody calls at that time.
    LostAlarm(u64),
    Pause(usize),
    Resume(usize),
    Restart,
    Harvest,
}

struct Year {
    object: Object,
    specs: Vec<(JobId, Spec, Policy)>,
    /// When nobody was there, or nothing woke the object.
    away: Vec<(u64, u64)>,
    /// When each job was paused.
    paused: BTreeMap<JobId, Vec<(u64, u64)>>,
    /// What was read of each job, as it was last read.
    read: BTreeMap<JobId, BTreeMap<RunId, RunRecord>>,
}

fn year(seed: u64) {
    let mut draw = Draw(seed);
    let object = Object::new(START, seed);
    let specs: Vec<_> = (0..JOBS)
        .map(|_| {
            let (spec, policy) = (draw.spec(), draw.policy());
            (create(&object, &spec, &policy), spec, policy)
        })
        .collect();
    let mut year = Year { object, specs, away: vec![], paused: BTreeMap::new(), read: BTreeMap::new() };
    for (at, trouble) in troubles(&mut draw) {
        year.pass(at, &mut draw);
        year.meet(at, trouble, &mut draw);
    }
    let end = START + 365 * DAY;
    year.pass(end, &mut draw);
    year.harvest();
    year.check();
}

fn troubles(draw: &mut Draw) -> Vec<(u64, Trouble)> {
    let mut all = Vec::new();
    let mut at = START + DAY;
    while at < START + 360 * DAY {
        let trouble = match draw.below(12) {
            0 => Trouble::Outage(at + 10 * MINUTE + draw.below(3 * DAY)),
            1 | 2 => Trouble::Outage(at + draw.below(20 * MINUTE)),
            3 | 4 => Trouble::LostAlarm(at + draw.below(8 * HOUR)),
            5..7 => Trouble::Pause(draw.below(JOBS as u64) as usize),
            7..10 => Trouble::Resume(draw.below(JOBS as u64) as usize),
            10 => Trouble::Restart,
            _ => Trouble::Harvest,
        };
        all.push((at, trouble));
        at = match trouble {
            Trouble::Outage(until) | Trouble::LostAlarm(until) => until,
            _ => at,
        } + draw.below(2 * DAY);
    }
    all
}

fn create(object: &Object, spec: &Spec, policy: &Policy) -> JobId {
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
        calendar: Calendar { starts_at: at(spec.from_ms), ends_at: at(spec.until_ms), ..Calendar::default() },
        task: Task::Event { source: "generic".into(), kind: "tick".into(), payload: "{}".into() },
        retry: RetryPolicy::default(),
        policy: policy.clone(),
    };
    run(object.jobs.create_job(&object.context(), request)).unwrap().job_id
}

impl Year {
    /// Lets the alarm ring up to then; some rings come twice, and in some the process dies.
    fn pass(&mut self, until: u64, draw: &mut Draw) {
        while let Some(at) = self.object.alarm.at().filter(|at| at.unix_ms() <= until) {
            self.object.clock.set(at.max(self.object.clock.now()));
            assert!(self.object.alarm.ring(self.object.clock.now()));
            let death = match draw.below(60) {
                0 => Some(Death::Before(draw.below(25))),
                1 => Some(Death::After(draw.below(25))),
                _ => None,
            };
            if draw.below(40) == 0 {
                self.object.pipeline.plan([Some(draw.of(&[Mishap::Unavailable, Mishap::AnswerLost]))]);
            }
            self.object.ring(death);
            if draw.below(50) == 0 {
                self.object.ring(None);
            }
        }
        self.object.clock.set(Timestamp::from_unix_ms(until).max(self.object.clock.now()));
    }

    fn meet(&mut self, at: u64, trouble: Trouble, draw: &mut Draw) {
        let now = self.object.clock.now().unix_ms().max(at);
        let call = |object: &Object| {
            let list = ListJobs { before: None, limit: 1, standing: None };
            run(object.jobs.list_jobs(&object.context(), list)).unwrap();
        };
        match trouble {
            Trouble::Outage(until) => {
                self.away.push((now, until));
                self.object.clock.set(Timestamp::from_unix_ms(until));
                self.object.restart();
            }
            Trouble::LostAlarm(until) => {
                self.away.push((now, until));
                run(self.object.alarm.set(None)).unwrap();
                self.object.clock.set(Timestamp::from_unix_ms(until));
                self.object.restart();
                call(&self.object);
            }
            Trouble::Pause(job) | Trouble::Resume(job) => {
                let job_id = self.specs[job].0;
                let spans = self.paused.entry(job_id).or_default();
                let open = spans.last().is_some_and(|span| span.1 == u64::MAX);
                let request = GetJob { job_id };
                match (trouble, open) {
                    (Trouble::Pause(_), false) => {
                        spans.push((now, u64::MAX));
                        run(self.object.jobs.pause_job(&self.object.context(), request)).unwrap();
                    }
                    (Trouble::Resume(_), true) => {
                        spans.last_mut().unwrap().1 = now;
                        run(self.object.jobs.resume_job(&self.object.context(), request)).unwrap();
                    }
                    _ => {}
                }
            }
            Trouble::Restart => {
                self.object.restart();
                if draw.below(2) == 0 {
                    call(&self.object);
                }
            }
            Trouble::Harvest => self.harvest(),
        }
    }

    /// Reads what is new on record, before it is old enough to be dropped.
    fn harvest(&mut self) {
        let store = self.object.store();
        for (job_id, ..) in &self.specs {
            let read = self.read.entry(*job_id).or_default();
            let (mut before, mut known) = (None, 0);
            loop {
                let page = store.runs(*job_id, before, 100).unwrap();
                let Some(last) = page.last() else { break };
                before = Some(last.run_id);
                for run in page {
                    known += usize::from(read.insert(run.run_id, run).is_some());
                }
                // What is not over is never far back.
                if known > 50 {
                    break;
                }
            }
        }
    }

    fn check(&self) {
        let mut totals = BTreeMap::<String, u64>::new();
        let effects: BTreeSet<String> =
            self.object.pipeline.events(self.object.tenant).into_iter().map(|(key, _)| key).collect();
        for (job_id, spec, policy) in &self.specs {
            let state = self.object.store().job(*job_id).unwrap().unwrap().state;
            let settled = state.cursor.map_or(u64::MAX, Timestamp::unix_ms);
            let mut left = spec.times();
            left.retain(|(at, _), _| *at < settled.min(START + 365 * DAY + 1));
            let named = left.clone();
            let what = |detail: String| format!("{spec:?} {policy:?}: {detail}");
            for record in self.read[job_id].values() {
                let outcome = record.progress.outcome;
                let last = record.scheduled_for.unix_ms();
                let first = record.span.map_or(last, |span| span.first.unix_ms());
                let skipped = outcome == RunOutcome::SkippedGap;
                let range: Vec<_> = named
                    .range((first, false)..=(last, true))
                    .filter(|((_, gap), _)| *gap == skipped)
                    .collect();
                let count: u64 =
                    if skipped { range.iter().map(|(_, count)| **count).sum() } else { range.len() as u64 };
                let told = record.span.map_or(1, |span| span.count);
                assert_eq!(count, told, "{}", what(format!("{outcome:?} {first} {last}")));
                for (time, _) in range {
                    assert!(left.remove(time).is_some(), "{}", what(format!("{time:?} is on record twice")));
                    self.explain(*job_id, policy, outcome, time.0)
                        .unwrap_or_else(|why| panic!("{}", what(why)));
                }
                let key = format!("{job_id}:{last}");
                let took = effects.contains(&key);
                match outcome {
                    RunOutcome::Succeeded => assert!(took, "{}", what(format!("{last} has no effect"))),
                    RunOutcome::Cancelled | RunOutcome::Failed => {}
                    RunOutcome::Pending | RunOutcome::Running | RunOutcome::Waiting => {
                        assert!(
                            last + HOUR > START + 365 * DAY,
                            "{}",
                            what(format!("{last} is still {outcome:?}"))
                        );
                    }
                    // The instant behind a gap may be named by itself, too.
                    RunOutcome::SkippedGap if named.contains_key(&(last, false)) => {}
                    _ => assert!(!took, "{}", what(format!("{last} is {outcome:?} and took effect"))),
                }
                *totals.entry(format!("{outcome:?}")).or_default() += told;
            }
            let paused =
                self.paused.get(job_id).and_then(|spans| spans.last()).filter(|span| span.1 == u64::MAX);
            left.retain(|(at, _), _| paused.is_none_or(|span| *at < span.0));
            assert!(left.is_empty(), "{}", what(format!("not on record: {left:?}")));
        }
        assert!(totals["Succeeded"] > 10_000, "{totals:?}");
        for outcome in ["Missed", "Paused", "SkippedGap"] {
            assert!(totals.get(outcome).is_some_and(|count| *count > 0), "{totals:?}");
        }
    }

    /// Whether there is a reason for what became of a time.
    fn explain(&self, job_id: JobId, policy: &Policy, outcome: RunOutcome, at: u64) -> Result<(), String> {
        let within = |spans: &[(u64, u64)]| spans.iter().any(|(from, to)| (*from..=*to).contains(&at));
        // A crashed turn or the store's trouble is made good within minutes.
        let away = self.away.iter().any(|(from, to)| (*from..=to + 10 * MINUTE).contains(&at));
        let paused = self.paused.get(&job_id).is_some_and(|spans| within(spans));
        let reason = match outcome {
            RunOutcome::Missed => {
                away && !(policy.misfire == Misfire::All && policy.misfire_window_ms.is_none())
            }
            // What came just before a pause and was not begun is paused too.
            RunOutcome::Paused => paused || away,
            RunOutcome::SkippedOverlap => matches!(policy.overlap, Overlap::Skip | Overlap::QueueOne),
            RunOutcome::Cancelled => policy.overlap == Overlap::CancelPrevious,
            RunOutcome::Waiting => policy.overlap == Overlap::QueueOne,
            _ => true,
        };
        if reason { Ok(()) } else { Err(format!("{at} is {outcome:?} for no reason")) }
    }
}

#[test]
fn a_year_accounts_for_every_time_under_a_handful_of_seeds() {
    Simulation::seeds(0..1).run(|sim| year(sim.runtime().random()));
}
