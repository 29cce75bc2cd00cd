//! When a job that fails again and again is told of, and when that it recovered.

/// What is kept of a job between its runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertState {
    /// How many runs in a row failed or were missed.
    pub streak: u64,
    /// Whether that was told, and no recovery since.
    pub raised: bool,
}

/// How a run ended, as far as it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It succeeded.
    Good,
    /// So many failed, or were missed.
    Bad(u64),
}

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// As many as the job says failed in a row.
    Failing {
        /// How many by now.
        streak: u64,
    },
    /// One succeeded after that was told.
    Recovered,
}

/// The most runs in a row that a job can ask to wait for.
pub const MAX_ALERT_AFTER: u32 = 1_000;

impl AlertState {
    /// Takes one more run into account, of a job that wants to be told after `after` failures in a row: once, until it
    /// recovered.
    #[must_use]
    pub const fn after(self, ending: Ending, after: u32) -> (Self, Option<Alert>) {
        match ending {
            Ending::Good => {
                let alert = if self.raised { Some(Alert::Recovered) } else { None };
                (Self { streak: 0, raised: false }, alert)
            }
            Ending::Bad(count) => {
                let streak = self.streak.saturating_add(count);
                if self.raised || streak < after as u64 {
                    return (Self { streak, raised: self.raised }, None);
                }
                (Self { streak, raised: true }, Some(Alert::Failing { streak }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_until_it_recovered_and_again_after() {
        let check = |after: u32, endings: &str, expect: &str| {
            let mut state = AlertState::default();
            let mut told = String::new();
            for ending in endings.chars() {
                let ending = match ending {
                    'g' => Ending::Good,
                    count => Ending::Bad(count.to_digit(10).unwrap().into()),
                };
                let (next, alert) = state.after(ending, after);
                state = next;
                told.push(match alert {
                    None => '-',
                    Some(Alert::Failing { .. }) => '!',
                    Some(Alert::Recovered) => 'r',
                });
            }
            assert_eq!(told, expect, "{after}: {endings}");
        };
        check(1, "g1g1", "-!r!");
        check(3, "11g111", "-----!");
        check(3, "1111111g", "--!----r");
        check(3, "9", "!");
        check(3, "2g2g2g", "------");
        check(3, "111gg111g", "--!r---!r");
    }

    #[test]
    fn what_is_told_says_how_many_failed() {
        let (state, alert) = AlertState { streak: 2, raised: false }.after(Ending::Bad(40), 5);
        assert_eq!((state.streak, alert), (42, Some(Alert::Failing { streak: 42 })));
    }
}
