//! When a job fires: cron, intervals, single times; and how the union is read.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Interval;
use super::create::read_interval;
use crate::Timestamp;
use crate::problem::Code;
use crate::request::{Object, TextRule};

/// When a job fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Schedule {
    /// At the civil times that a pattern names.
    Cron(CronSchedule),
    /// Again and again.
    Every(EverySchedule),
    /// Once.
    At(AtSchedule),
}

/// A cron pattern in a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CronSchedule {
    /// Five fields (minute, hour, day of month, month, day of week), six with seconds first, or a nickname such as
    /// `@daily`.
    #[schema(min_length = 1, max_length = 256, example = "30 8 * * MON-FRI")]
    pub cron: String,
    /// A zone of the IANA database.
    #[serde(default = "utc")]
    #[schema(min_length = 1, max_length = 64, default = "UTC", example = "Europe/Berlin")]
    pub timezone: String,
    /// What becomes of a time that the clocks skip. Without it, `skip` for a pattern whose hour is a wildcard, and
    /// `next_valid` for any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub gap: Option<Gap>,
    /// What becomes of a time that the clocks show twice. Without it, `twice` for a pattern whose hour is a wildcard,
    /// and `once` for any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub fold: Option<Fold>,
    /// No time before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub start: Option<Timestamp>,
    /// No time from this on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub end: Option<Timestamp>,
    /// Dates on which it does not fire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000, example = json!(["2026-12-25"]))]
    pub exclude: Vec<String>,
    /// The most that a run is put off, up to an hour, to spread out jobs of one time. How much is always the same for
    /// a job and a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub jitter: Option<Interval>,
}

/// An interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EverySchedule {
    /// How long from one time to the next.
    pub every: Interval,
    /// What the times are counted from: the job's creation, unless this says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub anchor: Option<Timestamp>,
    /// No time before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub start: Option<Timestamp>,
    /// No time from this on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub end: Option<Timestamp>,
    /// Dates on which it does not fire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000, example = json!(["2026-12-25"]))]
    pub exclude: Vec<String>,
    /// Where the excluded dates are; UTC, unless this says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 64, example = "Europe/Berlin")]
    pub timezone: Option<String>,
    /// The most that a run is put off, up to an hour, to spread out jobs of one time. How much is always the same for
    /// a job and a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub jitter: Option<Interval>,
}

/// A single time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AtSchedule {
    /// When. A time in the past fires at once.
    pub at: Timestamp,
}

/// What becomes of a civil time that the clocks skip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// It runs at the next valid instant.
    NextValid,
    /// It does not run, which is on record.
    Skip,
}

/// What becomes of a civil time that the clocks show twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// It runs the first time.
    Once,
    /// It runs both times.
    Twice,
}

fn utc() -> String {
    "UTC".into()
}

/// The longest jitter, in seconds.
const MAX_JITTER_SECONDS: u32 = 3600;
/// The most excluded dates.
const MAX_EXCLUDED: usize = 1_000;

const ACCEPTED: &str = "`{\"cron\": \"30 8 * * MON-FRI\", \"timezone\": \"Europe/Berlin\"}`, `{\"every\": \"15m\"}` or \
`{\"at\": \"2026-11-22T07:00:00Z\"}`";

/// Settings that only some forms have.
const SETTINGS: [&str; 8] = ["timezone", "gap", "fold", "anchor", "start", "end", "exclude", "jitter"];

/// Reads `{cron, timezone}`, `{every}` or `{at}`.
pub(super) fn read_schedule(object: &Object<'_>) -> Option<Schedule> {
    let forms: Vec<_> = ["cron", "every", "at"].into_iter().filter(|form| object.has(form)).collect();
    let (form, allowed): (_, &[&str]) = match forms[..] {
        [] => {
            object.refuse_whole_as(Code::JobUnsupportedSchedule, format!("must be {ACCEPTED}"));
            return None;
        }
        ["cron"] => ("cron", &["timezone", "gap", "fold", "start", "end", "exclude", "jitter"]),
        ["every"] => ("every", &["timezone", "anchor", "start", "end", "exclude", "jitter"]),
        ["at"] => ("at", &[]),
        _ => {
            let named: Vec<_> = forms.iter().map(|form| format!("`{form}`")).collect();
            let detail = format!("must have one of {}, not both", named.join(" and "));
            object.refuse_whole_as(Code::JobInvalidSchedule, detail);
            return None;
        }
    };
    for setting in SETTINGS.into_iter().filter(|setting| object.has(setting) && !allowed.contains(setting)) {
        let detail = format!("does not go with `{form}`; leave it out");
        object.refuse_as(Code::JobInvalidSchedule, setting, detail);
    }
    match form {
        "cron" => read_cron(object).map(Schedule::Cron),
        "every" => read_every(object).map(Schedule::Every),
        _ => time(object, "at").map(|at| Schedule::At(AtSchedule { at })),
    }
}

fn read_cron(object: &Object<'_>) -> Option<CronSchedule> {
    let cron = object.required_text("cron", TextRule::line(256));
    let timezone = match object.has("timezone") {
        true => object.required_text("timezone", TextRule::line(64)),
        false => Some(utc()),
    };
    Some(CronSchedule {
        gap: object.optional_choice("gap", "must be `next_valid` or `skip`"),
        fold: object.optional_choice("fold", "must be `once` or `twice`"),
        start: time(object, "start"),
        end: time(object, "end"),
        exclude: read_excluded(object),
        jitter: read_jitter(object),
        cron: cron?,
        timezone: timezone?,
    })
}

fn read_every(object: &Object<'_>) -> Option<EverySchedule> {
    let every = read_interval(object, "every", Code::JobInvalidSchedule);
    Some(EverySchedule {
        anchor: time(object, "anchor"),
        start: time(object, "start"),
        end: time(object, "end"),
        exclude: read_excluded(object),
        timezone: object.optional_text("timezone", TextRule::line(64)),
        jitter: read_jitter(object),
        every: every?,
    })
}

/// A time, if it is there.
fn time(object: &Object<'_>, name: &str) -> Option<Timestamp> {
    if !object.has(name) {
        return None;
    }
    let read = object.decode(name);
    if read.is_none() {
        object.refuse_as(Code::JobInvalidSchedule, name, crate::NotATimestamp.to_string());
    }
    read
}

fn read_excluded(object: &Object<'_>) -> Vec<String> {
    if !object.has("exclude") {
        return Vec::new();
    }
    object.required_texts("exclude", TextRule::line(10), MAX_EXCLUDED).unwrap_or_default()
}

fn read_jitter(object: &Object<'_>) -> Option<Interval> {
    if !object.has("jitter") {
        return None;
    }
    let jitter = read_interval(object, "jitter", Code::JobInvalidSchedule)?;
    if jitter.seconds() > MAX_JITTER_SECONDS {
        object.refuse_as(Code::JobInvalidSchedule, "jitter", "must be at most an hour");
    }
    Some(jitter)
}
