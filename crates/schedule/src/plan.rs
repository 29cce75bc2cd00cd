//! A schedule as a whole: a rhythm within bounds, without excluded dates.

use std::collections::BTreeSet;

use crate::walk::Walk;
use crate::{Date, Kind, MAX_MS, Occurrence, Rhythm, Zone};

/// A rhythm within bounds and without excluded dates.
#[derive(Clone, Debug)]
pub struct Plan {
    rhythm: Rhythm,
    from_ms: u64,
    until_ms: u64,
    excluded: BTreeSet<Date>,
    /// Where the excluded dates are.
    zone: Zone,
}

/// A plan that names no time, or cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The end is not after the start.
    #[error("must be after the start")]
    EndBeforeStart,
    /// There are more excluded dates than are kept.
    #[error("must be at most {max} dates", max = Plan::MAX_EXCLUDED)]
    TooManyExcluded,
}

/// Times that fire, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many; at least 1.
    pub count: u64,
    /// The first.
    pub first_ms: u64,
    /// The last but one, where there are two.
    pub before_last_ms: Option<u64>,
    /// The last.
    pub last_ms: u64,
}

impl Plan {
    /// The most excluded dates.
    pub const MAX_EXCLUDED: usize = 1_000;

    /// A rhythm without bounds and exclusions.
    #[must_use]
    pub fn new(rhythm: Rhythm) -> Self {
        let zone = match &rhythm {
            Rhythm::Cron { zone, .. } => zone.clone(),
            Rhythm::Every { .. } | Rhythm::At { .. } => Zone::utc(),
        };
        Self { rhythm, from_ms: 0, until_ms: MAX_MS + 1, excluded: BTreeSet::new(), zone }
    }

    /// Within bounds: nothing before `start_ms`, nothing from `end_ms` on.
    ///
    /// # Errors
    /// [`PlanError::EndBeforeStart`].
    pub fn between(mut self, start_ms: Option<u64>, end_ms: Option<u64>) -> Result<Self, PlanError> {
        self.from_ms = start_ms.unwrap_or(self.from_ms);
        self.until_ms = end_ms.unwrap_or(self.until_ms).min(MAX_MS + 1);
        if self.from_ms >= self.until_ms {
            return Err(PlanError::EndBeforeStart);
        }
        Ok(self)
    }

    /// Without these dates, as the clocks of `zone` show them; for a cron pattern, its own zone.
    ///
    /// # Errors
    /// [`PlanError::TooManyExcluded`].
    pub fn without(mut self, dates: impl IntoIterator<Item = Date>, zone: Zone) -> Result<Self, PlanError> {
        if !matches!(self.rhythm, Rhythm::Cron { .. }) {
            self.zone = zone;
        }
        self.excluded = dates.into_iter().collect();
        if self.excluded.len() > Self::MAX_EXCLUDED {
            return Err(PlanError::TooManyExcluded);
        }
        Ok(self)
    }

    /// What repeats.
    #[must_use]
    pub const fn rhythm(&self) -> &Rhythm {
        &self.rhythm
    }

    /// The times that it names from an instant on, that instant included; in order. What a gap skipped comes before
    /// what fires at the same instant.
    #[must_use]
    pub fn occurrences(&self, from_ms: u64) -> Occurrences<'_> {
        Occurrences { plan: self, steps: self.steps(from_ms.max(self.from_ms)) }
    }

    /// The times that fire from `from_ms` to before `until_ms`, where they can be counted without walking them.
    /// `None` where they cannot; `Some(None)` where there are none.
    #[must_use]
    pub fn counted(&self, from_ms: u64, until_ms: u64) -> Option<Option<Span>> {
        let Rhythm::Every { interval_ms, .. } = self.rhythm else { return None };
        if !self.excluded.is_empty() {
            return None;
        }
        let until_ms = until_ms.min(self.until_ms);
        let first =
            self.occurrences(from_ms).next().map(|first| first.at_ms).filter(|first| *first < until_ms);
        Some(first.map(|first_ms| {
            let more = (until_ms - 1 - first_ms) / interval_ms;
            let last_ms = first_ms + more * interval_ms;
            let before_last_ms = (more > 0).then(|| last_ms - interval_ms);
            Span { count: more + 1, first_ms, before_last_ms, last_ms }
        }))
    }

    fn steps(&self, from_ms: u64) -> Steps<'_> {
        match &self.rhythm {
            Rhythm::Cron { pattern, zone, dst } => {
                let from_s = from_ms.div_ceil(1_000).min(MAX_MS / 1_000) as i64;
                Steps::Walk(Box::new(Walk::from(pattern, zone, *dst, from_s)))
            }
            Rhythm::Every { interval_ms, anchor_ms } => {
                let passed = from_ms.saturating_sub(*anchor_ms).div_ceil(*interval_ms).max(1);
                Steps::Every(
                    passed.checked_mul(*interval_ms).and_then(|passed| anchor_ms.checked_add(passed)),
                    *interval_ms,
                )
            }
            Rhythm::At { at_ms } => Steps::At(Some(*at_ms).filter(|at| *at >= from_ms)),
        }
    }

    /// The day that an occurrence is on, if it is excluded.
    fn excluded_day(&self, occurrence: &Occurrence) -> Option<Date> {
        if self.excluded.is_empty() {
            return None;
        }
        let civil = match occurrence.kind {
            Kind::Skipped { first, .. } => first,
            _ => self.zone.civil(occurrence.at_ms),
        };
        Some(civil.date()).filter(|date| self.excluded.contains(date))
    }
}

/// The times that a [`Plan`] names.
#[derive(Clone, Debug)]
pub struct Occurrences<'a> {
    plan: &'a Plan,
    steps: Steps<'a>,
}

#[derive(Clone, Debug)]
enum Steps<'a> {
    Walk(Box<Walk<'a>>),
    Every(Option<u64>, u64),
    At(Option<u64>),
}

impl Iterator for Steps<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        let exact = |at_ms| Occurrence { at_ms, kind: Kind::Exact };
        match self {
            Self::Walk(walk) => walk.next(),
            Self::Every(next, interval_ms) => {
                let at_ms = (*next)?;
                *next = at_ms.checked_add(*interval_ms);
                Some(exact(at_ms))
            }
            Self::At(at) => at.take().map(exact),
        }
    }
}

impl Iterator for Occurrences<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        loop {
            let found = self.steps.next().filter(|found| found.at_ms < self.plan.until_ms)?;
            let Some(mut day) = self.plan.excluded_day(&found) else { return Some(found) };
            // On to the next day that is not excluded, rather than through every second of this one.
            while self.plan.excluded.contains(&day) {
                day = Date(day.0 + 1);
            }
            let resume_s = u64::try_from(self.plan.zone.instant(day.start())).unwrap_or_default();
            let resume_ms = resume_s.saturating_mul(1_000);
            if resume_ms > found.at_ms {
                self.steps = self.plan.steps(resume_ms);
            }
        }
    }
}
