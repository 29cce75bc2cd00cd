//! Failures on demand: the nth call of an operation, or the nth call of all, before it acts or after.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::StoreError;

use crate::run::pause;

/// When a failing call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Before it acts: nothing happened.
    Before,
    /// After it acted: it happened, and its answer was lost. The harder case, and the one that retries must survive.
    After,
}

/// A plan of failures, shared by every adapter that was given it, and a count of their calls.
///
/// Operations are named as the port and its method: `events.insert`, `archive.put`, `queue.send`.
#[derive(Debug, Clone, Default)]
pub struct Faults(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    /// Calls so far by operation; under the empty name, all of them.
    calls: BTreeMap<&'static str, u32>,
    planned: Vec<Planned>,
    fired: u32,
}

#[derive(Debug)]
struct Planned {
    operation: String,
    /// The nth call from the start; none: every call.
    nth: Option<u32>,
    when: When,
}

const ANY: &str = "";

impl Faults {
    /// Makes the `nth` call of an operation fail, counted from 1 and from the beginning.
    pub fn fail_nth(&self, operation: &str, nth: u32, when: When) {
        self.plan(operation, Some(nth), when);
    }

    /// Makes the `nth` call fail, whichever operation it is of. Going through all `n` is a crash at every point.
    pub fn fail_nth_of_all(&self, nth: u32, when: When) {
        self.plan(ANY, Some(nth), when);
    }

    /// Makes every call of an operation fail until [`Faults::heal`].
    pub fn fail_all(&self, operation: &str, when: When) {
        self.plan(operation, None, when);
    }

    /// Forgets what is planned.
    pub fn heal(&self) {
        self.0.borrow_mut().planned.clear();
    }

    /// How often an operation was called, failed calls included.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u32 {
        self.0.borrow().calls.get(operation).copied().unwrap_or_default()
    }

    /// How often any operation was called, failed calls included.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.calls(ANY)
    }

    /// How many calls failed on demand. A crash test that ends with none has gone past the last call.
    #[must_use]
    pub fn fired(&self) -> u32 {
        self.0.borrow().fired
    }

    fn plan(&self, operation: &str, nth: Option<u32>, when: When) {
        self.0.borrow_mut().planned.push(Planned { operation: operation.to_owned(), nth, when });
    }

    /// Counts a call and says whether and when it fails.
    fn call(&self, operation: &'static str) -> Option<When> {
        let mut state = self.0.borrow_mut();
        let mut count = |name| {
            let calls = state.calls.entry(name).or_default();
            *calls += 1;
            *calls
        };
        let (of_all, of_this) = (count(ANY), count(operation));
        let due = state.planned.iter().find(|planned| {
            let calls = match planned.operation.as_str() {
                ANY => of_all,
                name if name == operation => of_this,
                _ => return false,
            };
            planned.nth.is_none_or(|nth| nth == calls)
        });
        let when = due.map(|planned| planned.when);
        state.fired += u32::from(when.is_some());
        when
    }

    /// Does what a memory adapter's operation does, with a turn for others before it, and fails as planned.
    ///
    /// # Errors
    /// What `act` says, or the failure that was planned.
    pub async fn around<T>(
        &self,
        store: &'static str,
        operation: &'static str,
        act: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let fault = self.call(operation);
        pause().await;
        if fault == Some(When::Before) {
            return Err(StoreError::new(store, format!("`{operation}` failed on demand; nothing was done")));
        }
        let answer = act()?;
        if fault == Some(When::After) {
            return Err(StoreError::new(store, format!("the answer of `{operation}` was lost on demand")));
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run;

    fn outcomes(faults: &Faults, calls: &[&'static str]) -> (Vec<bool>, u32) {
        let mut done = 0;
        let all = calls.iter().map(|operation| {
            run(faults.around("TEST", operation, || {
                done += 1;
                Ok(())
            }))
            .is_ok()
        });
        (all.collect(), done)
    }

    #[test]
    fn exactly_the_planned_calls_fail() {
        for (plan, expect, done) in [
            (&(|_: &Faults| {}) as &dyn Fn(&Faults), [true, true, true, true], 4),
            (&|faults| faults.fail_nth("a", 2, When::Before), [true, true, false, true], 3),
            (&|faults| faults.fail_nth("a", 2, When::After), [true, true, false, true], 4),
            (&|faults| faults.fail_nth_of_all(2, When::Before), [true, false, true, true], 3),
            (&|faults| faults.fail_all("a", When::Before), [false, true, false, false], 1),
            (&|faults| faults.fail_all("c", When::Before), [true, true, true, true], 4),
        ] {
            let faults = Faults::default();
            plan(&faults);
            let failures = expect.iter().filter(|passed| !**passed).count() as u32;
            assert_eq!(outcomes(&faults, &["a", "b", "a", "a"]), (expect.to_vec(), done));
            assert_eq!((faults.calls("a"), faults.calls("b"), faults.fired()), (3, 1, failures));
            faults.heal();
            assert_eq!(outcomes(&faults, &["a"]), (vec![true], 1), "healed");
        }
    }
}
