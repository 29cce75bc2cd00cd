//! A store that outlives its users' crashes, and does not always answer.

use std::cell::RefCell;
use std::rc::Rc;

use crate::world::World;

/// A durable value: a database, a bank, another company's API. What was written stays; who wrote it may not hear so.
pub struct Store<T> {
    world: Rc<World>,
    name: &'static str,
    value: Rc<RefCell<T>>,
}

/// The store gave no answer. Whether it did what it was asked, nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store `{0}` gave no answer")]
pub struct NoAnswer(&'static str);

impl<T> Store<T> {
    pub(crate) fn new(world: Rc<World>, name: &'static str, value: T) -> Self {
        Self { world, name, value: Rc::new(RefCell::new(value)) }
    }

    /// Changes the value in one transaction. `change` must not use a store itself.
    ///
    /// # Errors
    /// [`NoAnswer`], half of the time after the change was made.
    pub async fn write<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R, NoAnswer> {
        if self.world.strikes(|faults| faults.store * 2) {
            self.world.note(format_args!("FAULT: `{}` fails before it commits", self.name));
            return Err(NoAnswer(self.name));
        }
        let label = format!("store `{}`", self.name);
        let result = self.world.commit(label, || change(&mut self.value.borrow_mut())).await;
        if self.world.strikes(|faults| faults.store * 2) {
            self.world.note(format_args!("FAULT: `{}` fails after it committed", self.name));
            return Err(NoAnswer(self.name));
        }
        Ok(result)
    }

    /// Reads the value.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn read<R>(&self, look: impl FnOnce(&T) -> R) -> Result<R, NoAnswer> {
        if self.world.strikes(|faults| faults.store) {
            self.world.note(format_args!("FAULT: `{}` does not answer", self.name));
            return Err(NoAnswer(self.name));
        }
        Ok(self.look(look))
    }

    /// Looks at the value from outside the simulation, which never fails: for the test's own assertions.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.value.borrow())
    }
}

impl<T> Clone for Store<T> {
    fn clone(&self) -> Self {
        Self { world: self.world.clone(), name: self.name, value: self.value.clone() }
    }
}
