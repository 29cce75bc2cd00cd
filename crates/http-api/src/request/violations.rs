//! Faults as they are found, and the problem that they add up to.

use std::cell::RefCell;

use crate::problem::{Code, FieldError, Problem};

/// Collects faults behind a shared reference, so that nested readers can all report.
#[derive(Debug, Default)]
pub(crate) struct Violations(RefCell<Vec<(Option<Code>, FieldError)>>);

impl Violations {
    pub(crate) fn push(&self, pointer: String, detail: impl Into<String>) {
        self.0.borrow_mut().push((None, FieldError { pointer, detail: detail.into() }));
    }

    /// A fault with a code of its own, which then names the whole problem.
    pub(crate) fn push_as(&self, code: Code, pointer: String, detail: impl Into<String>) {
        self.0.borrow_mut().push((Some(code), FieldError { pointer, detail: detail.into() }));
    }

    /// The problem, if there was any fault: of the first specific code, else of `general`.
    pub(crate) fn into_problem(self, general: Code) -> Option<Problem> {
        let found = self.0.into_inner();
        let (_, first) = found.first()?;
        let detail = match (found.len(), first.pointer.as_str()) {
            (1, "") => format!("the body {}", first.detail),
            (1, pointer) => format!("`{pointer}` {}", first.detail),
            (count, _) => format!("{count} things are wrong with the request; `errors` lists each"),
        };
        let code = found.iter().find_map(|(code, _)| *code).unwrap_or(general);
        Some(Problem::new(code, detail).with_errors(found.into_iter().map(|(_, error)| error).collect()))
    }
}
