//! Time zones of the IANA database, which is compiled in.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::Civil;

/// A zone of the IANA database.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

/// No zone has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no time zone of the IANA database{}", hint(near))]
pub struct UnknownZone {
    /// What was asked for.
    pub name: String,
    /// Names that were perhaps meant, nearest first; at most three.
    pub near: Vec<String>,
}

fn hint(near: &[String]) -> String {
    match near {
        [] => "; a name is written as `Europe/Berlin` or `UTC`".to_owned(),
        near => format!("; did you mean `{}`?", near.join("`, `")),
    }
}

impl Zone {
    /// The zone of this name, whatever its case.
    ///
    /// # Errors
    /// [`UnknownZone`] names the nearest.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let zones = TimeZoneDatabase::bundled();
        match zones.get(name) {
            Ok(zone) => {
                let name = zone.iana_name().unwrap_or(name).to_owned();
                Ok(Self { zone, name })
            }
            Err(_) => Err(UnknownZone { name: shortened(name), near: near(&zones, name) }),
        }
    }

    /// UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self { zone: TimeZone::UTC, name: "UTC".into() }
    }

    /// Its name, as the database writes it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the clocks show at an instant.
    #[must_use]
    pub fn civil(&self, at_ms: u64) -> Civil {
        let at_s = (at_ms / 1_000) as i64;
        Civil(at_s + self.offset(at_s))
    }

    /// The first instant, in seconds, at which the clocks show this time or, where they skip it, a later one.
    pub(crate) fn instant(&self, civil: Civil) -> i64 {
        // An offset is less than 26 hours, so the answer is within the stretches around it.
        let mut stretch = self.stretch(civil.0 - 26 * 3_600);
        loop {
            let Some(end) = stretch.end_s else { return civil.0 - stretch.offset_s };
            if civil.0 < end + stretch.offset_s {
                return (civil.0 - stretch.offset_s).max(stretch.start_s.unwrap_or(i64::MIN));
            }
            stretch = self.stretch(end);
        }
    }

    fn offset(&self, at_s: i64) -> i64 {
        timestamp(at_s).map_or(0, |at| self.zone.to_offset(at).seconds().into())
    }

    /// The time of one offset that an instant is in.
    pub(crate) fn stretch(&self, at_s: i64) -> Stretch {
        let offset_s = self.offset(at_s);
        let (Some(at), Some(next)) = (timestamp(at_s), timestamp(at_s + 1)) else {
            return Stretch { offset_s, before_s: offset_s, start_s: None, end_s: None };
        };
        // A change of name or of law that leaves the offset is none to us.
        let begun = self.zone.preceding(next).map(|change| change.timestamp().as_second());
        let begun =
            begun.map(|start| (start, self.offset(start - 1))).find(|(_, before)| *before != offset_s);
        let ends = self.zone.following(at).map(|change| change.timestamp().as_second());
        Stretch {
            offset_s,
            before_s: begun.map_or(offset_s, |(_, before)| before),
            start_s: begun.map(|(start, _)| start),
            end_s: ends.take_while(|end| *end < LAST_S).find(|end| self.offset(*end) != offset_s),
        }
    }
}

/// After this, zones stay as they are: 5000-01-01, up to which patterns are searched.
const LAST_S: i64 = 95_617_584_000;

/// A time of one offset. Civil times are instants plus the offset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) offset_s: i64,
    /// The offset before it; its own where there was none.
    pub(crate) before_s: i64,
    /// Its first instant, if another stretch was before it.
    pub(crate) start_s: Option<i64>,
    /// The first instant after it, if another follows.
    pub(crate) end_s: Option<i64>,
}

fn timestamp(at_s: i64) -> Option<Timestamp> {
    Timestamp::from_second(at_s).ok()
}

/// A name that nobody could have meant need not come back whole.
fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}

fn near(zones: &TimeZoneDatabase, name: &str) -> Vec<String> {
    let wanted: String =
        name.chars().take(64).map(|c| if c == ' ' { '_' } else { c.to_ascii_lowercase() }).collect();
    let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let wanted_city = city(&wanted);
    let mut scored: Vec<_> = zones
        .available()
        .map(|found| found.as_str().to_owned())
        .map(|found| {
            let lower = found.to_ascii_lowercase();
            let by_city = distance(&city(&lower), &wanted_city);
            (distance(&lower, &wanted).min(by_city), found)
        })
        .filter(|(score, _)| *score <= 2)
        .collect();
    scored.sort();
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The edit distance of two texts.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, c) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, d) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(c != *d);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_its_name_in_any_case() {
        assert_eq!(Zone::named("europe/berlin").unwrap().name(), "Europe/Berlin");
        assert_eq!(Zone::named("UTC").unwrap().name(), "UTC");
        assert_eq!(
            Zone::named("America/Argentina/Buenos_Aires").unwrap().name(),
            "America/Argentina/Buenos_Aires"
        );
    }

    #[test]
    fn an_unknown_zone_brings_the_near_ones() {
        for (name, near) in [
            ("Europe/Berlim", "Europe/Berlin"),
            ("Berlin", "Europe/Berlin"),
            ("America/New York", "America/New_York"),
            ("Asia/Kolkatta", "Asia/Kolkata"),
            ("Tokio", "Asia/Tokyo"),
        ] {
            let error = Zone::named(name).unwrap_err();
            assert!(error.near.iter().any(|found| found == near), "{name}: {:?}", error.near);
            assert!(error.to_string().contains("did you mean"), "{error}");
        }
        for name in ["", "Mars/Olympus_Mons", "../etc/passwd", &"x".repeat(10_000)] {
            assert!(Zone::named(name).unwrap_err().to_string().len() < 300, "{name}");
        }
    }

    #[test]
    fn the_instant_of_a_skipped_civil_time_is_that_of_the_change() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        // 2026-03-29: at 01:00 UTC, 02:00 becomes 03:00. 2026-10-25: at 01:00 UTC, 03:00 becomes 02:00.
        let change = 1_774_746_000;
        assert_eq!(zone.instant(Civil(change + 3_600)), change);
        assert_eq!(zone.instant(Civil(change + 3_600 + 1_800)), change);
        assert_eq!(zone.instant(Civil(change + 7_200)), change);
        assert_eq!(zone.instant(Civil(change + 3_599)), change - 1);
        let back = 1_792_890_000;
        assert_eq!(zone.instant(Civil(back + 3_600)), back - 3_600, "of two, the first");
        assert_eq!(zone.instant(Civil(back + 7_200)), back + 3_600);
    }
}
