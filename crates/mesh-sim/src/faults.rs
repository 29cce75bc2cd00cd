//! What may go wrong, and how often.

use crate::chance::Chance;

/// How often each thing goes wrong: once in so many chances to, never if 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// A process stops before or after a durable write, loses its memory and starts again.
    pub crash: u32,
    /// A store fails, half of the time after it committed.
    pub store: u32,
    /// A call does not arrive, or its reply does not.
    pub lose: u32,
    /// An event, a message or a call is delivered twice.
    pub repeat: u32,
    /// A call takes longer than its deadline allows.
    pub delay: u32,
    /// The most faults of a run, so that it comes to an end.
    pub budget: u32,
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self = Self { crash: 0, store: 0, lose: 0, repeat: 0, delay: 0, budget: 0 };

    /// Some temper: seeds differ in what goes wrong with them, and a few are calm.
    pub(crate) fn of(chance: &mut Chance) -> Self {
        const ODDS: [u32; 6] = [0, 0, 40, 15, 6, 3];
        let mut odds = || ODDS[chance.below(ODDS.len() as u64) as usize];
        let (crash, store, lose, repeat, delay) = (odds(), odds(), odds(), odds(), odds());
        Self { crash, store, lose, repeat, delay, budget: 1 + chance.below(12) as u32 }
    }
}

/// One crash at one place, for going through all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// As the odds have it.
    Odds(Faults),
    /// One crash, at this place in the order of all, and nothing else.
    CrashAt(u64),
}
