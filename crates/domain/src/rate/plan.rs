//! What each plan allows, by kind of request.

use std::str::FromStr;

use super::Rate;

/// Kinds of requests, each with a bucket of its own, so that a flood of one kind leaves the others alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// What looks something up.
    Read,
    /// What changes something.
    Write,
    /// Events over the API.
    Ingest,
    /// What costs much: searches, reports, trials of rules.
    Heavy,
    /// Deliveries to one webhook endpoint, counted once their signature is verified.
    Hook,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Ingest, Self::Heavy, Self::Hook];

    /// Its name, as clients and stores see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Ingest => "ingest",
            Self::Heavy => "heavy",
            Self::Hook => "hook",
        }
    }
}

/// What a tenant may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`Class::Read`], and so on.
    pub read: Rate,
    /// Writes.
    pub write: Rate,
    /// Events over the API.
    pub ingest: Rate,
    /// What costs much.
    pub heavy: Rate,
    /// Deliveries to one endpoint.
    pub hook: Rate,
    /// Events of a UTC day, webhooks' included. Only events over the API are refused for it.
    pub events_per_day: u64,
    /// Events of a UTC month.
    pub events_per_month: u64,
}

impl Limits {
    /// The rate of a class.
    #[must_use]
    pub const fn rate(&self, class: Class) -> Rate {
        match class {
            Class::Read => self.read,
            Class::Write => self.write,
            Class::Ingest => self.ingest,
            Class::Heavy => self.heavy,
            Class::Hook => self.hook,
        }
    }
}

/// What a tenant pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// To try it out.
    Trial,
    /// For most.
    Standard,
    /// Ten times that.
    Scale,
}

impl Plan {
    /// Every plan.
    pub const ALL: [Self; 3] = [Self::Trial, Self::Standard, Self::Scale];

    /// Its name, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Standard => "standard",
            Self::Scale => "scale",
        }
    }

    /// What it allows.
    #[must_use]
    pub const fn limits(self) -> Limits {
        match self {
            Self::Trial => Limits {
                read: Rate::new(200, 600),
                write: Rate::new(50, 120),
                ingest: Rate::new(100, 600),
                heavy: Rate::new(20, 60),
                hook: Rate::new(500, 3_000),
                events_per_day: 5_000,
                events_per_month: 50_000,
            },
            Self::Standard => Limits {
                read: Rate::new(2_000, 12_000),
                write: Rate::new(1_000, 3_000),
                ingest: Rate::new(2_000, 12_000),
                heavy: Rate::new(500, 1_800),
                hook: Rate::new(10_000, 30_000),
                events_per_day: 1_000_000,
                events_per_month: 20_000_000,
            },
            Self::Scale => Limits {
                read: Rate::new(20_000, 120_000),
                write: Rate::new(10_000, 30_000),
                ingest: Rate::new(20_000, 120_000),
                heavy: Rate::new(5_000, 18_000),
                hook: Rate::new(100_000, 300_000),
                events_per_day: 10_000_000,
                events_per_month: 200_000_000,
            },
        }
    }
}

/// No plan has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such plan: use `trial`, `standard` or `scale`")]
pub struct UnknownPlan;

impl FromStr for Plan {
    type Err = UnknownPlan;

    fn from_str(name: &str) -> Result<Self, UnknownPlan> {
        Self::ALL.into_iter().find(|plan| plan.as_str() == name).ok_or(UnknownPlan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_plan_allows_more_of_everything() {
        for pair in Plan::ALL.windows(2) {
            let (less, more) = (pair[0].limits(), pair[1].limits());
            for class in Class::ALL {
                assert!(less.rate(class).burst() < more.rate(class).burst(), "{class:?}");
                assert!(less.rate(class).per_minute() < more.rate(class).per_minute(), "{class:?}");
            }
            assert!(less.events_per_day < more.events_per_day);
            assert!(less.events_per_month < more.events_per_month);
        }
    }

    #[test]
    fn a_plan_is_known_by_its_name() {
        for plan in Plan::ALL {
            assert_eq!(plan.as_str().parse(), Ok(plan));
        }
        assert_eq!("Standard".parse::<Plan>(), Err(UnknownPlan));
    }
}
