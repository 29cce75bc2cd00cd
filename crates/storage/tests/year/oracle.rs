//! What the schedules of the simulated year name, worked out with another time zone library and no cron library.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A schedule of the year, in its own words.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rhythm {
    Daily,
    /// From Sunday, 0.
    Weekly(u32),
    Monthly(u32),
    /// At the minute of every hour.
    Hourly,
}

/// A job of the year.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) zone: Tz,
    pub(crate) rhythm: Rhythm,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    /// What the clocks skip runs late, and what they show twice runs once; or the other way around.
    pub(crate) by_the_day: bool,
    pub(crate) from_ms: u64,
    pub(crate) until_ms: u64,
}

impl Spec {
    pub(crate) fn pattern(&self) -> String {
        let Self { hour, minute, .. } = self;
        match self.rhythm {
            Rhythm::Daily => format!("{minute} {hour} * * *"),
            Rhythm::Weekly(day) => format!("{minute} {hour} * * {day}"),
            Rhythm::Monthly(day) => format!("{minute} {hour} {day} * *"),
            Rhythm::Hourly => format!("{minute} * * * *"),
        }
    }

    /// The instants at which it fires, and those at which the clocks skip some of its times: how many.
    pub(crate) fn times(&self) -> BTreeMap<(u64, bool), u64> {
        let mut found = BTreeMap::new();
        let first = at(self.from_ms).date_naive() - Days::new(2);
        let last = at(self.until_ms).date_naive() + Days::new(2);
        for date in first.iter_days().take_while(|date| *date <= last) {
            let named = match self.rhythm {
                Rhythm::Daily | Rhythm::Hourly => true,
                Rhythm::Weekly(day) => date.weekday().num_days_from_sunday() == day,
                Rhythm::Monthly(day) => date.day() == day,
            };
            let hours = match self.rhythm {
                Rhythm::Hourly => 0..24,
                _ => self.hour..self.hour + 1,
            };
            for hour in hours.filter(|_| named) {
                self.resolve(date.and_hms_opt(hour, self.minute, 0).unwrap(), &mut found);
            }
        }
        found.retain(|(at_ms, _), _| (self.from_ms..self.until_ms).contains(at_ms));
        found
    }

    fn resolve(&self, civil: NaiveDateTime, found: &mut BTreeMap<(u64, bool), u64>) {
        let ms = |time: DateTime<Tz>| time.timestamp_millis() as u64;
        match self.zone.from_local_datetime(&civil) {
            LocalResult::Single(time) => {
                found.insert((ms(time), false), 1);
            }
            LocalResult::Ambiguous(one, other) => {
                found.insert((ms(one), false), 1);
                if !self.by_the_day {
                    found.insert((ms(other), false), 1);
                }
            }
            LocalResult::None => {
                let later = (1..).map(|minutes| civil + TimeDelta::minutes(minutes));
                let valid = later.map(|later| self.zone.from_local_datetime(&later));
                let next = ms(valid.filter_map(LocalResult::earliest).next().unwrap());
                match self.by_the_day {
                    true => *found.entry((next, false)).or_default() = 1,
                    false => *found.entry((next, true)).or_default() += 1,
                }
            }
        }
    }
}

fn at(ms: u64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms as i64).unwrap()
}
