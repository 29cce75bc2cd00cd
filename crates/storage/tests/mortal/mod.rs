//! A real database in a process that dies before or after any statement.

use std::cell::Cell;
use std::rc::Rc;

use mesh::durable::{Database, End, Rows, Value};
use mesh_sim::durable::SqliteDatabase;

/// When the process dies: before or after the statement of this number from now on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Death {
    Before(u64),
    After(u64),
}

/// A database whose process may die. What was committed stays.
#[derive(Clone)]
pub(crate) struct Mortal {
    database: SqliteDatabase,
    pub(crate) death: Rc<Cell<Option<Death>>>,
    pub(crate) dead: Rc<Cell<bool>>,
}

const DEAD: &str = "the process is dead";

impl Mortal {
    /// A new, empty one.
    pub(crate) fn in_memory() -> Self {
        let database = SqliteDatabase::in_memory().unwrap();
        Self { database, death: Rc::default(), dead: Rc::default() }
    }

    /// Counts one statement; says whether the process dies after it.
    fn step(&self) -> Result<bool, String> {
        if self.dead.get() {
            return Err(DEAD.into());
        }
        let (next, now) = match self.death.get() {
            None => return Ok(false),
            Some(Death::Before(0)) => (None, Some(true)),
            Some(Death::After(0)) => (None, Some(false)),
            Some(Death::Before(left)) => (Some(Death::Before(left - 1)), None),
            Some(Death::After(left)) => (Some(Death::After(left - 1)), None),
        };
        self.death.set(next);
        self.dead.set(now.is_some());
        if now == Some(true) { Err(DEAD.into()) } else { Ok(now.is_some()) }
    }
}

impl Database for Mortal {
    fn exec(&self, sql: &str, values: &[Value]) -> Result<Rows, String> {
        let last = self.step()?;
        let rows = self.database.exec(sql, values)?;
        if last { Err(DEAD.into()) } else { Ok(rows) }
    }

    fn script(&self, sql: &str) -> Result<(), String> {
        self.database.script(sql)
    }

    fn transaction(&self, body: &mut dyn FnMut() -> End) -> Result<(), String> {
        let last = self.step()?;
        // Dying after it means after its end, which the statements inside must not count.
        self.dead.set(false);
        let done = self.database.transaction(body);
        self.dead.set(self.dead.get() || last);
        done.and(if last { Err(DEAD.into()) } else { Ok(()) })
    }

    fn size(&self) -> u64 {
        self.database.size()
    }
}
