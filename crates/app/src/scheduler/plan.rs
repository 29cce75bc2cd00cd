//! From what a caller asks for to the plan that names the times, and back in its proper words.

use contracts::Timestamp;
use contracts::scheduler::{Calendar, FoldRule, GapRule, JobError, Schedule};
use domain::job::{MAX_JITTER_MS, checked_interval, checked_time};
use schedule::{Date, Dst, Fold, Gap, Pattern, Plan, PlanError, Rhythm, Zone};

use super::create_job::invalid;
use crate::ports::JobRecord;

/// The plan of a stored job.
///
/// # Errors
/// [`JobError::Invalid`] where an earlier build took what this one does not.
pub(super) fn of(job: &JobRecord) -> Result<Plan, JobError> {
    plan(&job.schedule, &job.calendar, job.created_at)
}

/// The plan of a stored job as far back as `from`, its creation notwithstanding: an interval goes on in its phase.
///
/// # Errors
/// As [`of`].
pub(super) fn reaching_back(job: &JobRecord, from: Timestamp) -> Result<Plan, JobError> {
    let created_ms = job.created_at.unix_ms();
    let begins_ms = match &job.schedule {
        Schedule::Every { interval_ms, .. } if from < job.created_at => {
            // One more, since an interval's first time is one after its anchor; as far as there is time before.
            let back = (created_ms - from.unix_ms()).div_ceil(*interval_ms) + 1;
            created_ms - back.min(created_ms / interval_ms) * interval_ms
        }
        _ => created_ms,
    };
    plan(&job.schedule, &job.calendar, Timestamp::from_unix_ms(begins_ms))
}

/// From where on a job's times are its own: its creation, but for a single time, which may lie before.
pub(super) const fn beginning(schedule: &Schedule, created_at: Timestamp) -> u64 {
    match schedule {
        Schedule::At { .. } => 0,
        Schedule::Every { .. } | Schedule::Cron { .. } => created_at.unix_ms(),
    }
}

/// The plan, if a job can have it.
///
/// # Errors
/// [`JobError::Invalid`] names the field and what it accepts.
pub(super) fn plan(
    schedule: &Schedule,
    calendar: &Calendar,
    created_at: Timestamp,
) -> Result<Plan, JobError> {
    let rhythm = rhythm(schedule, created_at)?;
    let ms = |time: Option<Timestamp>, pointer| {
        time.map(|time| checked_time(time.unix_ms()).map_err(|error| invalid(pointer, error))).transpose()
    };
    let (start_ms, end_ms) =
        (ms(calendar.starts_at, "/schedule/start")?, ms(calendar.ends_at, "/schedule/end")?);
    if u64::from(calendar.jitter_ms) > MAX_JITTER_MS {
        return Err(invalid("/schedule/jitter", "must be at most an hour"));
    }
    let zone = match &calendar.timezone {
        Some(name) => zone(name)?,
        None => Zone::utc(),
    };
    let date = |(position, text): (usize, &String)| {
        text.parse::<Date>().map_err(|error| invalid(&format!("/schedule/exclude/{position}"), error))
    };
    let dates = calendar.excluded.iter().enumerate().map(date).collect::<Result<Vec<_>, _>>()?;
    let bounded = Plan::new(rhythm).between(start_ms, end_ms).and_then(|plan| plan.without(dates, zone));
    bounded.map_err(|error| match error {
        PlanError::EndBeforeStart => invalid("/schedule/end", error),
        PlanError::TooManyExcluded => invalid("/schedule/exclude", error),
    })
}

fn rhythm(schedule: &Schedule, created_at: Timestamp) -> Result<Rhythm, JobError> {
    match schedule {
        Schedule::Every { interval_ms, anchor } => {
            let interval_ms =
                checked_interval(*interval_ms).map_err(|error| invalid("/schedule/every", error))?;
            let created_ms = created_at.unix_ms();
            let anchor_ms = anchor.map_or(Ok(created_ms), |anchor| checked_time(anchor.unix_ms()));
            let anchor_ms = anchor_ms.map_err(|error| invalid("/schedule/anchor", error))?;
            // A phase, not a beginning: as many intervals back as it takes to be at the creation or before.
            let ahead = anchor_ms.saturating_sub(created_ms).div_ceil(interval_ms) * interval_ms;
            Ok(Rhythm::Every { interval_ms, anchor_ms: anchor_ms.saturating_sub(ahead) })
        }
        Schedule::At { at } => {
            let at_ms = checked_time(at.unix_ms()).map_err(|error| invalid("/schedule/at", error))?;
            Ok(Rhythm::At { at_ms })
        }
        Schedule::Cron { pattern, timezone, gap, fold } => {
            let pattern = Pattern::parse(pattern).map_err(|error| invalid("/schedule/cron", error))?;
            let usual = Dst::of(&pattern);
            let dst = Dst {
                gap: gap.map_or(usual.gap, |gap| match gap {
                    GapRule::NextValid => Gap::NextValid,
                    GapRule::Skip => Gap::Skip,
                }),
                fold: fold.map_or(usual.fold, |fold| match fold {
                    FoldRule::Once => Fold::Once,
                    FoldRule::Twice => Fold::Twice,
                }),
            };
            Ok(Rhythm::Cron { pattern, zone: zone(timezone)?, dst })
        }
    }
}

fn zone(name: &str) -> Result<Zone, JobError> {
    Zone::named(name).map_err(|error| invalid("/schedule/timezone", error))
}

/// A schedule in its proper words: what was left to the pattern is said, and the zone has its own name, so that the job
/// stays as it is whatever later builds find usual.
pub(super) fn proper(schedule: Schedule, plan: &Plan) -> Schedule {
    match (schedule, plan.rhythm()) {
        (Schedule::Cron { .. }, Rhythm::Cron { pattern, zone, dst }) => Schedule::Cron {
            pattern: pattern.as_str().to_owned(),
            timezone: zone.name().to_owned(),
            gap: Some(match dst.gap {
                Gap::NextValid => GapRule::NextValid,
                Gap::Skip => GapRule::Skip,
            }),
            fold: Some(match dst.fold {
                Fold::Once => FoldRule::Once,
                Fold::Twice => FoldRule::Twice,
            }),
        },
        (schedule, _) => schedule,
    }
}
