//! A clock that a test sets.

use std::cell::Cell;
use std::rc::Rc;

use app::ports::Clock;
use contracts::Timestamp;

/// A clock that stands still until it is moved. A clone is the same clock.
#[derive(Debug, Clone)]
pub struct FakeClock(Rc<Cell<u64>>);

impl FakeClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self(Rc::new(Cell::new(time.unix_ms())))
    }

    /// Sets it, backwards too.
    pub fn set(&self, time: Timestamp) {
        self.0.set(time.unix_ms());
    }

    /// Moves it ahead by milliseconds.
    pub fn advance(&self, milliseconds: u64) {
        self.0.set(self.0.get() + milliseconds);
    }
}

impl Default for FakeClock {
    /// 2026-11-22T07:00:00Z.
    fn default() -> Self {
        Self::at(Timestamp::from_unix_ms(1_795_330_800_000))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_moves_with_its_clock() {
        let clock = FakeClock::default();
        let other = clock.clone();
        let before = clock.now().unix_ms();
        clock.advance(250);
        assert_eq!(other.now().unix_ms() - before, 250);
        other.set(Timestamp::from_unix_ms(7));
        assert_eq!(clock.now().unix_ms(), 7);
    }
}
