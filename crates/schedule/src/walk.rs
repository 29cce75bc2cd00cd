//! From civil times to instants, one stretch of constant offset after the other.
//!
//! Within a stretch, civil times and instants differ by a number. All that is special about a change of clocks happens
//! at the seam of two stretches: some civil times are missing there (a gap) or come a second time (a fold).

use crate::zone::Stretch;
use crate::{Civil, Dst, Fold, Gap, Kind, Occurrence, Pattern, Zone};

/// The occurrences of a pattern in a zone, in order.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'a> {
    pattern: &'a Pattern,
    zone: &'a Zone,
    dst: Dst,
    stretch: Stretch,
    /// The next civil time to look at.
    civil: i64,
    /// Found at the last seam.
    at_seam: Option<Occurrence>,
}

impl<'a> Walk<'a> {
    /// From an instant on, in seconds.
    pub(crate) fn from(pattern: &'a Pattern, zone: &'a Zone, dst: Dst, from_s: i64) -> Self {
        let stretch = zone.stretch(from_s);
        let mut walk = Self { pattern, zone, dst, stretch, civil: from_s + stretch.offset_s, at_seam: None };
        if let Some(start) = stretch.start_s {
            if start == from_s {
                walk.enter(start, stretch.before_s);
            } else if dst.fold == Fold::Once {
                walk.civil = walk.civil.max(start + stretch.before_s);
            }
        }
        walk
    }

    /// Begins the stretch that starts at `start` after one of offset `before`.
    fn enter(&mut self, start: i64, before: i64) {
        let (old_end, new_start) = (start + before, start + self.stretch.offset_s);
        self.civil = match self.dst.fold {
            Fold::Once => new_start.max(old_end),
            Fold::Twice => new_start,
        };
        if new_start > old_end {
            self.at_seam = self.in_gap(start, old_end, new_start);
        }
    }

    /// What becomes of the civil times from `old_end` to `new_start`, which the clocks skip at `at_s`.
    fn in_gap(&self, at_s: i64, old_end: i64, new_start: i64) -> Option<Occurrence> {
        let named = |from| self.pattern.next(from).filter(|found| found.0 < new_start);
        let first = named(Civil(old_end))?;
        let kind = match self.dst.gap {
            Gap::Skip => {
                let all = std::iter::successors(Some(first), |last| named(Civil(last.0 + 1)));
                let (count, last) = all.fold((0, first), |(count, _), civil| (count + 1, civil));
                Kind::Skipped { count, first, last }
            }
            // Where the schedule names the next valid instant itself, it runs there in any case.
            Gap::NextValid if self.pattern.next(Civil(new_start)) == Some(Civil(new_start)) => return None,
            Gap::NextValid => Kind::Shifted { civil: first },
        };
        Some(Occurrence { at_ms: ms(at_s)?, kind })
    }

    fn kind(&self, civil: i64) -> Kind {
        let Stretch { offset_s, before_s, start_s, end_s } = self.stretch;
        if start_s.is_some_and(|start| civil < start + before_s) {
            return Kind::SecondOfTwo;
        }
        // A stretch follows where this one ends.
        match end_s.map(|end| end + self.zone.stretch(end).offset_s) {
            Some(again) if again <= civil && end_s.is_some_and(|end| again < end + offset_s) => {
                Kind::FirstOfTwo
            }
            _ => Kind::Exact,
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        loop {
            if let Some(found) = self.at_seam.take() {
                return Some(found);
            }
            let civil = self.pattern.next(Civil(self.civil))?.0;
            let Stretch { offset_s, end_s, .. } = self.stretch;
            match end_s {
                Some(end) if civil >= end + offset_s => {
                    self.stretch = self.zone.stretch(end);
                    self.enter(end, offset_s);
                }
                _ => {
                    self.civil = civil + 1;
                    // A civil time before 1970 is no instant of ours; those after it are.
                    let Some(at_ms) = ms(civil - offset_s) else { continue };
                    // What the clocks will do is looked up only close to where they do it.
                    let close = |edge: Option<i64>| {
                        edge.is_some_and(|edge| (civil - offset_s - edge).abs() <= 2 * 86_400)
                    };
                    let plain = !close(end_s) && !close(self.stretch.start_s);
                    return Some(Occurrence {
                        at_ms,
                        kind: if plain { Kind::Exact } else { self.kind(civil) },
                    });
                }
            }
        }
    }
}

fn ms(seconds: i64) -> Option<u64> {
    u64::try_from(seconds).ok()?.checked_mul(1_000)
}
