//! Schedules, between the public surface and the scheduler.

use contracts::scheduler::{self, Calendar, FoldRule, GapRule};
use http_api::jobs::{AtSchedule, ClockChange, CronSchedule, EverySchedule, Fold, Gap, Interval, Schedule};

use super::time;

/// For the scheduler.
pub(super) fn inner(schedule: Schedule) -> (scheduler::Schedule, Calendar) {
    let jitter_ms =
        |jitter: Option<Interval>| jitter.map_or(0, |jitter| jitter.seconds().saturating_mul(1000));
    match schedule {
        Schedule::Cron(CronSchedule { cron, timezone, gap, fold, start, end, exclude, jitter }) => {
            let schedule = scheduler::Schedule::Cron {
                pattern: cron,
                timezone,
                gap: gap.map(|gap| match gap {
                    Gap::NextValid => GapRule::NextValid,
                    Gap::Skip => GapRule::Skip,
                }),
                fold: fold.map(|fold| match fold {
                    Fold::Once => FoldRule::Once,
                    Fold::Twice => FoldRule::Twice,
                }),
            };
            let calendar = Calendar {
                starts_at: start.map(time::inner),
                ends_at: end.map(time::inner),
                excluded: exclude,
                timezone: None,
                jitter_ms: jitter_ms(jitter),
            };
            (schedule, calendar)
        }
        Schedule::Every(EverySchedule { every, anchor, start, end, exclude, timezone, jitter }) => {
            let schedule =
                scheduler::Schedule::Every { interval_ms: every.ms(), anchor: anchor.map(time::inner) };
            let calendar = Calendar {
                starts_at: start.map(time::inner),
                ends_at: end.map(time::inner),
                excluded: exclude,
                timezone,
                jitter_ms: jitter_ms(jitter),
            };
            (schedule, calendar)
        }
        Schedule::At(AtSchedule { at }) => {
            (scheduler::Schedule::At { at: time::inner(at) }, Calendar::default())
        }
    }
}

/// For a client; none where an interval is out of range.
pub(super) fn public(schedule: scheduler::Schedule, calendar: Calendar) -> Option<Schedule> {
    let Calendar { starts_at, ends_at, excluded: exclude, timezone: where_excluded, jitter_ms } = calendar;
    let (start, end) = (starts_at.map(time::public), ends_at.map(time::public));
    let jitter = match jitter_ms {
        0 => None,
        jitter_ms => Some(interval(jitter_ms.into())?),
    };
    Some(match schedule {
        scheduler::Schedule::Cron { pattern: cron, timezone, gap, fold } => Schedule::Cron(CronSchedule {
            cron,
            timezone,
            gap: gap.map(|gap| match gap {
                GapRule::NextValid => Gap::NextValid,
                GapRule::Skip => Gap::Skip,
            }),
            fold: fold.map(|fold| match fold {
                FoldRule::Once => Fold::Once,
                FoldRule::Twice => Fold::Twice,
            }),
            start,
            end,
            exclude,
            jitter,
        }),
        scheduler::Schedule::Every { interval_ms, anchor } => Schedule::Every(EverySchedule {
            every: interval(interval_ms)?,
            anchor: anchor.map(time::public),
            start,
            end,
            exclude,
            timezone: where_excluded,
            jitter,
        }),
        scheduler::Schedule::At { at } => Schedule::At(AtSchedule { at: time::public(at) }),
    })
}

/// Whole seconds, rounded up: the public surface knows no shorter ones.
pub(super) fn interval(ms: u64) -> Option<Interval> {
    u32::try_from(ms.div_ceil(1000)).ok().and_then(Interval::from_seconds)
}

/// What a change of clocks did, for a client.
pub(super) fn clock_change(change: scheduler::ClockChange) -> ClockChange {
    match change {
        scheduler::ClockChange::Shifted { local_time } => ClockChange::Shifted { local_time },
        scheduler::ClockChange::FirstOfTwo => ClockChange::FirstOfTwo,
        scheduler::ClockChange::SecondOfTwo => ClockChange::SecondOfTwo,
        scheduler::ClockChange::Skipped { first_local_time, last_local_time } => {
            ClockChange::Skipped { first_local_time, last_local_time }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_whole_seconds_from_one_up() {
        assert_eq!(interval(2_000).map(Interval::seconds), Some(2));
        assert_eq!(interval(1).map(Interval::seconds), Some(1));
        assert_eq!(interval(0), None);
        assert_eq!(interval(u64::MAX), None);
    }

    #[test]
    fn what_a_client_asks_for_comes_back_as_it_was() {
        let at = http_api::Timestamp::from_unix_ms(1_795_330_800_000);
        let (every, jitter) = (Interval::from_seconds(90).unwrap(), Interval::from_seconds(30));
        for schedule in [
            Schedule::At(AtSchedule { at }),
            Schedule::Every(EverySchedule {
                every,
                anchor: Some(at),
                start: Some(at),
                end: None,
                exclude: vec!["2026-12-25".into()],
                timezone: Some("Asia/Tokyo".into()),
                jitter,
            }),
            Schedule::Cron(CronSchedule {
                cron: "@daily".into(),
                timezone: "Europe/Berlin".into(),
                gap: Some(Gap::Skip),
                fold: Some(Fold::Twice),
                start: None,
                end: Some(at),
                exclude: vec!["2026-12-25".into()],
                jitter: None,
            }),
        ] {
            let (asked, calendar) = inner(schedule.clone());
            assert_eq!(public(asked, calendar), Some(schedule));
        }
    }
}
