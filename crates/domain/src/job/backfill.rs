//! Filling in a past range: each of its times that has no run gets one, and each keeps exactly one record.

use schedule::Occurrence;

/// What is on record of one time or several, oldest first, without overlaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnRecord {
    /// The first of its times.
    pub first_ms: u64,
    /// The last of its times.
    pub last_ms: u64,
    /// How many times it stands for.
    pub count: u64,
    /// Whether they did not run, and may.
    pub open: bool,
}

/// Some of a record's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// How many.
    pub count: u64,
    /// The first.
    pub first_ms: u64,
    /// The last.
    pub last_ms: u64,
}

/// A record that loses times to runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Which of the records.
    pub record: usize,
    /// What stays of it before those times.
    pub before: Option<Piece>,
    /// What stays of it after them.
    pub after: Option<Piece>,
}

/// What [`fill`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// The times that run now, oldest first.
    pub runs: Vec<Occurrence>,
    /// What becomes of the records that they were part of.
    pub cuts: Vec<Cut>,
    /// How many times stay as they are: they ran, or what became of them is forgotten.
    pub kept: u64,
    /// How many of the times were looked at.
    pub looked_at: usize,
}

/// Says which of `times` run: those without a record, and those that an open record stands for. At most `room` do; what
/// follows is left for later. Of the times from `forgotten.0` to before `forgotten.1` that have no record nobody knows
/// what became of them, so that they stay. `named` gives the times of the schedule in a range, by its first and last.
pub fn fill<I: Iterator<Item = u64>>(
    times: &[Occurrence],
    records: &[OnRecord],
    forgotten: (u64, u64),
    room: usize,
    named: impl Fn(u64, u64) -> I,
) -> Filling {
    let mut filling = Filling::default();
    // The record that times are being taken from, and the first and last of those.
    let mut taking: Option<(usize, u64, u64)> = None;
    let mut at = 0;
    for time in times {
        let at_ms = time.at_ms;
        while records.get(at).is_some_and(|record| record.last_ms < at_ms) {
            at += 1;
        }
        let found = records.get(at).filter(|record| record.first_ms <= at_ms);
        let runs = match found {
            Some(record) => record.open,
            None => !(forgotten.0..forgotten.1).contains(&at_ms),
        };
        if runs && filling.runs.len() == room {
            break;
        }
        filling.looked_at += 1;
        if !runs {
            filling.kept += 1;
            continue;
        }
        filling.runs.push(*time);
        if found.is_some() {
            match &mut taking {
                Some((record, _, last)) if *record == at => *last = at_ms,
                _ => {
                    filling.cuts.extend(taking.take().map(|taken| cut(records, taken, &named)));
                    taking = Some((at, at_ms, at_ms));
                }
            }
        }
    }
    filling.cuts.extend(taking.map(|taken| cut(records, taken, &named)));
    filling
}

fn cut<I: Iterator<Item = u64>>(
    records: &[OnRecord],
    (record, first_ms, last_ms): (usize, u64, u64),
    named: &impl Fn(u64, u64) -> I,
) -> Cut {
    let OnRecord { first_ms: begins_ms, last_ms: ends_ms, count, .. } = records[record];
    let piece = |from_ms: u64, until_ms: u64| {
        named(from_ms, until_ms).fold(None, |piece: Option<Piece>, at_ms| {
            Some(match piece {
                Some(piece) => Piece { count: piece.count + 1, last_ms: at_ms, ..piece },
                None => Piece { count: 1, first_ms: at_ms, last_ms: at_ms },
            })
        })
    };
    let before =
        first_ms.checked_sub(1).filter(|last| *last >= begins_ms).and_then(|last| piece(begins_ms, last));
    let taken = named(first_ms, last_ms).count() as u64;
    let left = count.saturating_sub(taken + before.map_or(0, |before| before.count));
    // What is left is counted and not walked: it may be long.
    let after = (left > 0).then(|| Piece {
        count: left,
        first_ms: named(last_ms + 1, ends_ms).next().unwrap_or(ends_ms),
        last_ms: ends_ms,
    });
    Cut { record, before, after }
}

#[cfg(test)]
mod tests {
    use schedule::Kind;

    use super::*;

    /// Times every ten.
    fn times(range: std::ops::RangeInclusive<u64>) -> Vec<Occurrence> {
        range.map(|n| Occurrence { at_ms: n * 10, kind: Kind::Exact }).collect()
    }

    fn tens(first_ms: u64, last_ms: u64) -> impl Iterator<Item = u64> {
        (first_ms.div_ceil(10)..=last_ms / 10).map(|n| n * 10)
    }

    const fn on(first_ms: u64, last_ms: u64, open: bool) -> OnRecord {
        OnRecord { first_ms, last_ms, count: (last_ms - first_ms) / 10 + 1, open }
    }

    const fn piece(first_ms: u64, last_ms: u64) -> Option<Piece> {
        Some(Piece { count: (last_ms - first_ms) / 10 + 1, first_ms, last_ms })
    }

    #[test]
    fn each_time_without_a_run_gets_one_and_records_lose_exactly_those() {
        // Nothing before 30; one that ran at 30; missed from 40 to 90; ran at 100; paused at 110.
        let records = [on(30, 30, false), on(40, 90, true), on(100, 100, false), on(110, 110, true)];
        for (range, room, runs, cuts, kept, looked_at) in [
            (1..=3, 9, vec![10, 20], vec![], 1, 3),
            (
                1..=12,
                99,
                vec![10, 20, 40, 50, 60, 70, 80, 90, 110, 120],
                vec![(1, None, None), (3, None, None)],
                2,
                12,
            ),
            (4..=9, 2, vec![40, 50], vec![(1, None, piece(60, 90))], 0, 2),
            (6..=7, 9, vec![60, 70], vec![(1, piece(40, 50), piece(80, 90))], 0, 2),
            (8..=9, 9, vec![80, 90], vec![(1, piece(40, 70), None)], 0, 2),
            (9..=11, 9, vec![90, 110], vec![(1, piece(40, 80), None), (3, None, None)], 1, 3),
            (3..=3, 9, vec![], vec![], 1, 1),
            // The times that stay cost no room.
            (3..=10, 0, vec![], vec![], 1, 1),
        ] {
            let found = fill(&times(range.clone()), &records, (0, 0), room, tens);
            let told: Vec<_> = found.runs.iter().map(|time| time.at_ms).collect();
            let cut: Vec<_> = found.cuts.iter().map(|cut| (cut.record, cut.before, cut.after)).collect();
            assert_eq!((told, cut, found.kept, found.looked_at), (runs, cuts, kept, looked_at), "{range:?}");
        }
    }

    #[test]
    fn what_is_forgotten_does_not_run() {
        let records = [on(50, 60, true)];
        let found = fill(&times(1..=8), &records, (20, 70), 9, tens);
        let told: Vec<_> = found.runs.iter().map(|time| time.at_ms).collect();
        assert_eq!((told, found.kept), (vec![10, 50, 60, 70, 80], 3));
    }
}
