//! An engine that runs steps at once in this process, remembering results in memory.
//!
//! For native tests of workflow code: retries run without waiting, and a second run over the same engine resumes as
//! the platform would, from the record.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;

use super::{Engine, RawStep, StepError, StepFailure, StepPolicy};

/// See the module.
#[derive(Default)]
pub struct InlineEngine {
    record: RefCell<HashMap<String, String>>,
}

#[async_trait(?Send)]
impl Engine for InlineEngine {
    async fn step(&self, name: &str, policy: StepPolicy, mut body: RawStep) -> Result<String, StepError> {
        if let Some(output) = self.record.borrow().get(name) {
            return Ok(output.clone());
        }
        let mut attempt = 1;
        loop {
            match body(attempt).await {
                Ok(output) => {
                    self.record.borrow_mut().insert(name.to_owned(), output.clone());
                    return Ok(output);
                }
                Err(StepFailure::Retryable(_)) if attempt <= policy.retries => attempt += 1,
                Err(failure) => {
                    return Err(StepError { step: name.to_owned(), message: failure.to_string() });
                }
            }
        }
    }

    async fn sleep(&self, name: &str, _duration: Duration) -> Result<(), StepError> {
        self.record.borrow_mut().insert(name.to_owned(), "null".to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use futures_util::FutureExt;

    use super::*;
    use crate::workflow::Steps;

    fn policy(retries: u32) -> StepPolicy {
        StepPolicy { retries, ..StepPolicy::default() }
    }

    #[test]
    fn a_retryable_step_runs_again_and_a_finished_one_does_not() {
        let engine = Rc::new(InlineEngine::default());
        let runs = Rc::new(Cell::new(0));
        for _ in 0..2 {
            let steps = Steps::new(engine.clone(), "one");
            let counter = runs.clone();
            let output = steps
                .run("flaky", policy(3), move |attempt| {
                    counter.set(counter.get() + 1);
                    async move {
                        if attempt < 3 { Err(StepFailure::Retryable("not yet".into())) } else { Ok(attempt) }
                    }
                })
                .now_or_never()
                .expect("nothing waits");
            assert_eq!(output, Ok(3));
        }
        assert_eq!(runs.get(), 3, "the second run answers from the record");
    }

    #[test]
    fn terminal_failures_and_spent_retries_end_the_step() {
        let check = |failure: StepFailure, retries, expected_runs| {
            let steps = Steps::new(Rc::new(InlineEngine::default()), "one");
            let runs = Rc::new(Cell::new(0));
            let counter = runs.clone();
            let result = steps
                .run::<(), _, _>("broken", policy(retries), move |_| {
                    counter.set(counter.get() + 1);
                    let failure = failure.clone();
                    async move { Err(failure) }
                })
                .now_or_never()
                .expect("nothing waits");
            assert_eq!(result, Err(StepError { step: "broken".into(), message: "no".into() }));
            assert_eq!(runs.get(), expected_runs);
        };
        check(StepFailure::Terminal("no".into()), 5, 1);
        check(StepFailure::Retryable("no".into()), 2, 3);
    }

    #[test]
    fn a_duplicate_name_and_an_oversized_output_are_refused() {
        let steps = Steps::new(Rc::new(InlineEngine::default()), "one");
        let first = steps.run("a", policy(0), |_| async { Ok(()) }).now_or_never().expect("nothing waits");
        assert_eq!(first, Ok(()));
        let again = steps.run("a", policy(0), |_| async { Ok(()) }).now_or_never().expect("nothing waits");
        assert!(again.unwrap_err().message.contains("used before"));
        let large = steps
            .run("large", policy(0), |_| async { Ok("x".repeat(super::super::MAX_STEP_OUTPUT_BYTES)) })
            .now_or_never()
            .expect("nothing waits");
        assert!(large.unwrap_err().message.contains("over the limit"));
    }

    #[test]
    fn a_record_of_another_shape_is_a_visible_failure() {
        let engine = Rc::new(InlineEngine::default());
        let before = Steps::new(engine.clone(), "one");
        before
            .run("shape", policy(0), |_| async { Ok("text".to_owned()) })
            .now_or_never()
            .expect("now")
            .unwrap();
        let after = Steps::new(engine, "one");
        let result = after.run("shape", policy(0), |_| async { Ok(5_u32) }).now_or_never().expect("now");
        assert!(result.unwrap_err().message.contains("no longer fits"));
    }
}
