//! The ledger: each time that a schedule names gets one outcome, and none gets two.
//!
//! A [`Position`] says up to where a job's times are settled. [`settle`] takes it on to now: it gives each time in between
//! its verdict, and the position after them. Storing the verdicts and the position in one transaction is all it takes
//! for each time to be on record once, whatever crashes.

use schedule::{Civil, Kind, Occurrence, Plan, jitter_ms};

use super::{Misfire, Overlap, Policy};

/// Up to where the times of a job are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Every time before this one has its outcome; none at or after it has.
    pub cursor_ms: u64,
    /// The job was paused until then: what its schedule named before is not run.
    pub resumed_ms: Option<u64>,
}

/// The runs of the job that are not over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Due, being tried, or to be tried again.
    pub begun: u32,
    /// Waiting for the end of those.
    pub waiting: u32,
}

/// How much is done at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Runs that may begin; at least 1.
    pub runs: u32,
    /// Times that may be looked at; at least 2.
    pub times: u32,
}

/// What is put on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What becomes of the times.
    pub verdict: Verdict,
    /// How many times there are; 1 where one runs.
    pub count: u64,
    /// The first of them.
    pub first_ms: u64,
    /// The last of them: the nominal time of the entry.
    pub last_ms: u64,
    /// What a change of clocks did to it.
    pub change: Option<Change>,
}

/// What becomes of a nominal time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It runs now.
    Run,
    /// It runs when the run before it is over.
    Wait,
    /// Another run is not over.
    SkippedOverlap,
    /// The clocks skip it.
    SkippedGap,
    /// Nobody looked in time.
    Missed,
    /// The job was paused.
    Paused,
}

/// What a change of clocks did to a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The clocks skip this civil time, so that it runs at the next valid instant.
    Shifted(Civil),
    /// The clocks show it twice; this is the first.
    FirstOfTwo,
    /// The clocks show it twice; this is the second.
    SecondOfTwo,
    /// The clocks skip these civil times, from the first to the last.
    Skipped(Civil, Civil),
}

/// What [`settle`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// The next time of the schedule, up to which all is settled now; none when it names no more.
    pub next_ms: Option<u64>,
    /// Whether runs begun earlier are to be cancelled.
    pub cancel_previous: bool,
}

/// When a job has to be looked at for its nominal time `next_ms`: then, or as much later as its jitter says.
#[must_use]
pub fn wake_ms(identity: &[u8], next_ms: u64, policy: &Policy) -> u64 {
    next_ms.saturating_add(jitter_ms(identity, next_ms, policy.jitter_ms))
}

/// Settles the times of a job that have come by `now_ms`, as many as `steps` allow. `identity` is the job's, for its
/// jitter.
#[must_use]
pub fn settle(
    plan: &Plan,
    identity: &[u8],
    policy: &Policy,
    position: Position,
    open: Open,
    now_ms: u64,
    steps: Steps,
) -> Settlement {
    let mut walk = Walk { plan, cursor_ms: position.cursor_ms, times: steps.times, entries: Vec::new() };
    let came = now_ms.saturating_add(1);
    let late = policy.window().map(|window| now_ms.saturating_sub(window.saturating_add(policy.jitter_ms)));
    let whole = walk.absorb(position.resumed_ms.unwrap_or(0).min(came), Verdict::Paused)
        && walk.absorb(late.unwrap_or(0), Verdict::Missed);
    let mut cancel_previous = false;
    if whole {
        let came = |at_ms| wake_ms(identity, at_ms, policy) <= now_ms;
        match policy.misfire {
            Misfire::All => {
                let mut overlap = Overlapping { policy: policy.overlap, open, cancel_previous: false };
                walk.each(steps.runs, came, &mut overlap);
                cancel_previous = overlap.cancel_previous;
            }
            Misfire::Last | Misfire::None => {
                if let Some(latest) = walk.latest(now_ms, policy.jitter_ms == 0, came) {
                    let mut overlap = Overlapping { policy: policy.overlap, open, cancel_previous: false };
                    let verdict = overlap.verdict();
                    cancel_previous = overlap.cancel_previous;
                    walk.entries.push(single(verdict, &latest));
                }
            }
        }
    }
    let next_ms = plan.occurrences(walk.cursor_ms).next().map(|next| next.at_ms);
    Settlement { entries: walk.entries, next_ms, cancel_previous }
}

/// Which verdict the times that run get, one after the other.
struct Overlapping {
    policy: Overlap,
    open: Open,
    cancel_previous: bool,
}

impl Overlapping {
    fn verdict(&mut self) -> Verdict {
        let busy = self.open.begun > 0;
        let verdict = match self.policy {
            Overlap::Skip if busy => Verdict::SkippedOverlap,
            Overlap::QueueOne if busy && self.open.waiting > 0 => Verdict::SkippedOverlap,
            Overlap::QueueOne if busy => Verdict::Wait,
            Overlap::CancelPrevious => {
                self.cancel_previous |= busy || self.open.waiting > 0;
                Verdict::Run
            }
            Overlap::Allow | Overlap::Skip | Overlap::QueueOne => Verdict::Run,
        };
        match verdict {
            Verdict::Run => self.open.begun += 1,
            Verdict::Wait => self.open.waiting += 1,
            _ => {}
        }
        verdict
    }
}

struct Walk<'a> {
    plan: &'a Plan,
    cursor_ms: u64,
    times: u32,
    entries: Vec<Entry>,
}

impl Walk<'_> {
    /// Gives one verdict to all times before `until_ms`. Says whether it got there.
    fn absorb(&mut self, until_ms: u64, verdict: Verdict) -> bool {
        if until_ms <= self.cursor_ms {
            return true;
        }
        if let Some(counted) = self.plan.counted(self.cursor_ms, until_ms) {
            self.entries.extend(counted.map(|span| Entry {
                verdict,
                count: span.count,
                first_ms: span.first_ms,
                last_ms: span.last_ms,
                change: None,
            }));
            self.cursor_ms = until_ms;
            return true;
        }
        let mut group = None;
        for found in self.plan.occurrences(self.cursor_ms).take_while(|found| found.at_ms < until_ms) {
            if !self.look(&found) {
                self.entries.extend(group);
                return false;
            }
            match found.fires() {
                true => add(&mut group, verdict, &found),
                false => self.entries.push(single(Verdict::SkippedGap, &found)),
            }
        }
        self.entries.extend(group);
        self.cursor_ms = until_ms;
        true
    }

    /// The latest time that came; those before it are missed. None when none came, or not all could be looked at.
    fn latest(&mut self, now_ms: u64, countable: bool, came: impl Fn(u64) -> bool) -> Option<Occurrence> {
        let until_ms = now_ms.saturating_add(1);
        if countable && let Some(counted) = self.plan.counted(self.cursor_ms, until_ms) {
            let span = counted?;
            self.cursor_ms = until_ms;
            self.entries.extend(span.before_last_ms.map(|last_ms| Entry {
                verdict: Verdict::Missed,
                count: span.count - 1,
                first_ms: span.first_ms,
                last_ms,
                change: None,
            }));
            return Some(Occurrence { at_ms: span.last_ms, kind: Kind::Exact });
        }
        let (mut group, mut latest, mut whole) = (None, None::<Occurrence>, true);
        for found in self.plan.occurrences(self.cursor_ms).take_while(|found| came(found.at_ms)) {
            if !self.look(&found) {
                // Another one has come, so this is not the latest.
                whole = false;
                break;
            }
            match found.fires() {
                true => {
                    if let Some(earlier) = latest.replace(found) {
                        add(&mut group, Verdict::Missed, &earlier);
                    }
                }
                false => self.entries.push(single(Verdict::SkippedGap, &found)),
            }
        }
        if !whole && let Some(earlier) = latest.take() {
            add(&mut group, Verdict::Missed, &earlier);
        }
        self.entries.extend(group);
        latest
    }

    /// Each time that came, on its own, as long as runs may begin.
    fn each(&mut self, runs: u32, came: impl Fn(u64) -> bool, overlap: &mut Overlapping) {
        let mut begun = 0;
        for found in self.plan.occurrences(self.cursor_ms).take_while(|found| came(found.at_ms)) {
            // What a gap skipped at the same instant is settled already: it has to go with it.
            let full = begun >= runs && found.fires() && found.at_ms >= self.cursor_ms;
            if full || !self.look(&found) {
                return;
            }
            let verdict = match found.fires() {
                true => overlap.verdict(),
                false => Verdict::SkippedGap,
            };
            begun += u32::from(matches!(verdict, Verdict::Run | Verdict::Wait));
            self.entries.push(single(verdict, &found));
        }
    }

    /// Whether one more time may be looked at. What comes at the instant of the one before always may: an instant is
    /// settled whole.
    fn look(&mut self, found: &Occurrence) -> bool {
        if found.at_ms < self.cursor_ms {
            return true;
        }
        if self.times == 0 {
            return false;
        }
        self.times -= 1;
        self.cursor_ms = found.at_ms + 1;
        true
    }
}

fn single(verdict: Verdict, found: &Occurrence) -> Entry {
    let (count, change) = match found.kind {
        Kind::Exact => (1, None),
        Kind::Shifted { civil } => (1, Some(Change::Shifted(civil))),
        Kind::FirstOfTwo => (1, Some(Change::FirstOfTwo)),
        Kind::SecondOfTwo => (1, Some(Change::SecondOfTwo)),
        Kind::Skipped { count, first, last } => (count, Some(Change::Skipped(first, last))),
    };
    Entry { verdict, count, first_ms: found.at_ms, last_ms: found.at_ms, change }
}

/// Adds a time to those of the same verdict.
fn add(group: &mut Option<Entry>, verdict: Verdict, found: &Occurrence) {
    match group {
        Some(group) => {
            group.count += 1;
            group.last_ms = found.at_ms;
            group.change = None;
        }
        None => *group = Some(single(verdict, found)),
    }
}

#[cfg(test)]
mod tests;
