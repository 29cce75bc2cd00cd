//! An oracle that shares nothing with the crate: its own reading of patterns, another time zone library, and a walk
//! through every minute of a year. It must agree on every time that is named, and on what the clocks did to it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDateTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use schedule::{Dst, Fold, Gap, Kind, Pattern, Plan, Rhythm, Zone};

/// Zones with changes of every kind, and the year to walk: one that both libraries know, for laws change every year.
const ZONES: [(&str, i32); 24] = [
    ("UTC", 2024),
    ("Europe/Berlin", 2024),
    ("Europe/London", 2024),
    ("Europe/Dublin", 2024), // its winter is the exception, by law
    ("America/New_York", 2024),
    ("America/Los_Angeles", 2023),
    ("America/St_Johns", 2024), // half an hour off, and once changed at one minute past midnight
    ("America/St_Johns", 2010),
    ("America/Sao_Paulo", 2018), // midnight is what the clocks skip
    ("America/Santiago", 2024),
    ("America/Havana", 2024),      // midnight twice
    ("Australia/Lord_Howe", 2024), // half an hour forward
    ("Australia/Sydney", 2024),
    ("Pacific/Apia", 2011), // a day is skipped
    ("Pacific/Chatham", 2024),
    ("Pacific/Kwajalein", 1993), // and here
    ("Africa/Casablanca", 2024), // back and forth around Ramadan
    ("Africa/Cairo", 2024),
    ("Asia/Kathmandu", 2024),
    ("Asia/Tehran", 2021),
    ("Asia/Gaza", 2023),        // four changes in a year
    ("Asia/Pyongyang", 2015),   // half an hour back in August
    ("Antarctica/Troll", 2024), // two hours
    ("America/Caracas", 2016),
];

/// A pattern of numbers, as this oracle reads it.
struct Expected {
    fields: [BTreeSet<u32>; 5],
    star_day: bool,
    star_weekday: bool,
    wildcard: bool,
}

impl Expected {
    fn read(pattern: &str) -> Self {
        let bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
        let texts: Vec<_> = pattern.split(' ').collect();
        let fields = std::array::from_fn(|field| {
            let (low, high) = bounds[field];
            let mut all = BTreeSet::new();
            for item in texts[field].split(',') {
                let (range, step) =
                    item.split_once('/').map_or((item, 1), |(range, step)| (range, step.parse().unwrap()));
                let (from, to) = match range.split_once('-') {
                    Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
                    None if range == "*" => (low, high),
                    None => (range.parse().unwrap(), range.parse().unwrap()),
                };
                all.extend((from..=to).step_by(step));
            }
            all
        });
        Self {
            fields,
            star_day: texts[2].starts_with('*'),
            star_weekday: texts[4].starts_with('*'),
            wildcard: texts[0].starts_with('*') || texts[1].starts_with('*'),
        }
    }

    fn names(&self, civil: NaiveDateTime) -> bool {
        let [minutes, hours, days, months, weekdays] = &self.fields;
        let day = days.contains(&civil.day());
        let weekday = weekdays.contains(&civil.weekday().num_days_from_sunday());
        let date = if self.star_day || self.star_weekday { day && weekday } else { day || weekday };
        civil.second() == 0
            && minutes.contains(&civil.minute())
            && hours.contains(&civil.hour())
            && months.contains(&civil.month())
            && date
    }
}

/// A number generator of one line: what is drawn does not matter, that it is always the same does.
struct Draw(u64);

impl Draw {
    fn of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        from[(self.0 >> 33) as usize % from.len()]
    }

    fn pattern(&mut self) -> String {
        let minute = self.of(&["*", "0", "30", "*/15", "0,1,59", "5-50/7", "15", "59"]);
        let hour = self.of(&["*", "0", "2", "1-3", "*/2", "23", "0,2,3", "*/3", "1"]);
        let day = self.of(&["*", "*", "*", "1", "29", "*/2", "31", "8-14", "30"]);
        let month = self.of(&["*", "*", "*", "3,10", "2", "*/3", "12", "4-9"]);
        let weekday = self.of(&["*", "*", "*", "0", "1-5", "6", "0,6", "*/2"]);
        format!("{minute} {hour} {day} {month} {weekday}")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Skipped(u64),
    Shifted,
    Exact,
    First,
    Second,
}

/// The minutes of a year in a zone: instant, civil time.
fn minutes(zone: Tz, year: i32) -> Vec<(i64, NaiveDateTime)> {
    let start = Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap().timestamp();
    let end = Utc.with_ymd_and_hms(year + 1, 1, 1, 0, 0, 0).unwrap().timestamp();
    (start..end)
        .step_by(60)
        .map(|at| {
            let instant = chrono::DateTime::from_timestamp(at, 0).unwrap().naive_utc();
            let offset = zone.offset_from_utc_datetime(&instant).fix().local_minus_utc();
            (at, instant + chrono::Duration::seconds(offset.into()))
        })
        .collect()
}

/// What a pattern names, told minute by minute.
fn walk(expected: &Expected, minutes: &[(i64, NaiveDateTime)], dst: Dst) -> Vec<(i64, Found)> {
    let minute = chrono::Duration::minutes(1);
    let mut found = Vec::new();
    // How far the clocks have got, and which civil times they show again or will.
    let mut highest = minutes[0].1 - minute;
    let mut again = BTreeSet::new();
    for pair in minutes.windows(2) {
        let mut back = pair[1].1;
        while back <= pair[0].1 {
            again.insert(back);
            back += minute;
        }
    }
    for (at, civil) in minutes {
        let mut missing = Vec::new();
        let mut skipped = highest + minute;
        while skipped < *civil {
            if expected.names(skipped) {
                missing.push(skipped);
            }
            skipped += minute;
        }
        let second = *civil <= highest;
        highest = highest.max(*civil);
        let named = expected.names(*civil);
        match dst.gap {
            _ if missing.is_empty() => {}
            Gap::Skip => found.push((*at, Found::Skipped(missing.len() as u64))),
            Gap::NextValid if !named => found.push((*at, Found::Shifted)),
            Gap::NextValid => {}
        }
        if named && !(second && dst.fold == Fold::Once) {
            let kind = match (second, again.contains(civil)) {
                (true, _) => Found::Second,
                (false, true) => Found::First,
                (false, false) => Found::Exact,
            };
            found.push((*at, kind));
        }
    }
    found
}

#[test]
fn every_time_of_a_year_is_the_oracles_in_every_zone_under_every_policy() {
    let mut draw = Draw(2026);
    let (mut compared, mut odd) = (0_usize, BTreeSet::new());
    for (name, year) in ZONES {
        let minutes = minutes(name.parse().unwrap(), year);
        // The edges are left out: what the clocks did before the year began is not in the walk.
        let (from, until) = (minutes[3 * 1_440].0, minutes[minutes.len() - 1_440].0);
        let mut patterns: Vec<String> = (0..6).map(|_| draw.pattern()).collect();
        patterns.extend(["30 2 * * *", "0 0 * * *", "5,35 0-3 * * *", "15 */1 * * *"].map(String::from));
        for text in patterns {
            let Ok(pattern) = Pattern::parse(&text) else { continue };
            let expected = Expected::read(&text);
            assert_eq!(pattern.is_wildcard(), expected.wildcard);
            let of_ours = Dst::of(&pattern);
            // Every minute of a year three times over would take minutes, and tell what every tenth does.
            if text.starts_with("* *") && !["Australia/Lord_Howe", "Pacific/Apia"].contains(&name) {
                continue;
            }
            let others =
                [Dst { gap: Gap::Skip, fold: Fold::Once }, Dst { gap: Gap::NextValid, fold: Fold::Twice }];
            for dst in [of_ours].into_iter().chain(others) {
                let walked = walk(&expected, &minutes, dst);
                let walked: Vec<_> =
                    walked.into_iter().filter(|(at, _)| (from..until).contains(at)).collect();
                let zone = Zone::named(name).unwrap();
                let plan = Plan::new(Rhythm::Cron { pattern: pattern.clone(), zone, dst });
                let ours = plan.occurrences(from as u64 * 1_000).map(|found| {
                    let kind = match found.kind {
                        Kind::Exact => Found::Exact,
                        Kind::Shifted { .. } => Found::Shifted,
                        Kind::FirstOfTwo => Found::First,
                        Kind::SecondOfTwo => Found::Second,
                        Kind::Skipped { count, .. } => Found::Skipped(count),
                    };
                    ((found.at_ms / 1_000) as i64, kind)
                });
                let ours: Vec<_> = ours.take_while(|(at, _)| *at < until).collect();
                compared += walked.len();
                odd.extend(
                    walked.iter().filter(|(_, kind)| *kind != Found::Exact).map(|(at, kind)| (*at, *kind)),
                );
                let differs = ours.iter().zip(&walked).position(|(one, other)| one != other);
                let at = differs.unwrap_or(ours.len().min(walked.len()));
                assert!(
                    ours == walked,
                    "`{text}` in {name} {year} under {dst:?}: ours {:?}, walked {:?}",
                    ours.get(at.saturating_sub(1)..(at + 3).min(ours.len())),
                    walked.get(at.saturating_sub(1)..(at + 3).min(walked.len()))
                );
            }
        }
    }
    assert!(compared > 200_000, "only {compared} times were compared");
    for kind in [Found::Shifted, Found::First, Found::Second] {
        assert!(odd.iter().filter(|(_, found)| *found == kind).count() >= 10, "hardly a {kind:?}");
    }
    assert!(odd.iter().any(|(_, kind)| matches!(kind, Found::Skipped(24))), "Apia's day is among them");
}

/// However a walk is broken off and taken up, it names the same times.
#[test]
fn a_walk_goes_on_wherever_it_is_taken_up() {
    for (name, text, fold) in [
        ("Europe/Berlin", "*/20 1-3 * * *", Fold::Once),
        ("Europe/Berlin", "*/20 1-3 * * *", Fold::Twice),
        ("Australia/Lord_Howe", "*/7 * * * *", Fold::Once),
        ("America/Havana", "*/13 0,23 * * *", Fold::Twice),
    ] {
        for gap in [Gap::Skip, Gap::NextValid] {
            let pattern = Pattern::parse(text).unwrap();
            let zone = Zone::named(name).unwrap();
            let plan = Plan::new(Rhythm::Cron { pattern, zone, dst: Dst { gap, fold } });
            let (from, until) = (1_767_225_600_000_u64, 1_798_761_600_000);
            let whole: Vec<_> = plan.occurrences(from).take_while(|found| found.at_ms < until).collect();
            let mut pieces = Vec::new();
            let mut at = from;
            while let Some(found) = plan.occurrences(at).next().filter(|found| found.at_ms < until) {
                let same: Vec<_> =
                    plan.occurrences(at).take_while(|other| other.at_ms == found.at_ms).collect();
                pieces.extend(same);
                at = found.at_ms + 1;
            }
            assert_eq!(pieces, whole, "`{text}` in {name}");
        }
    }
}
