//! Asking an extractor, and another one in its place once it has failed for good.

use contracts::pipeline::ExtractorReport;
use domain::Finding;
use mesh::workflow::StepFailure;
use transcript::Document;

use crate::ports::{ExtractError, Extractor, Spending};

/// Findings, and who found them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Extracted {
    pub(super) findings: Vec<Finding>,
    pub(super) by: ExtractorReport,
}

/// Asks `extractor`. When no other try can succeed, or this is the `last` one, its fallback is asked, and the report
/// says why.
///
/// # Errors
/// [`StepFailure::Retryable`] when another try may succeed; otherwise what is left when there is no fallback, or when
/// it fails too.
pub(super) async fn extract(
    extractor: &dyn Extractor,
    document: &Document,
    turns: &[(usize, usize)],
    last: bool,
    spending: &Spending,
) -> Result<Extracted, StepFailure> {
    let error = match extractor.extract(document, turns, spending).await {
        Ok(extraction) => return Ok(of(extraction, None)),
        Err(error) => error,
    };
    let over = last || matches!(error, ExtractError::Never { .. });
    match extractor.fallback() {
        Some(other) if over => {
            let extraction = other.extract(document, turns, spending).await.map_err(failure)?;
            Ok(of(extraction, Some(error.to_string())))
        }
        _ => Err(failure(error)),
    }
}

fn of(extraction: crate::ports::Extraction, fallback_reason: Option<String>) -> Extracted {
    let crate::ports::Extraction { findings, kind, model, dropped_quotes } = extraction;
    let kind = kind.as_str().to_owned();
    Extracted { findings, by: ExtractorReport { kind, model, dropped_quotes, fallback_reason } }
}

fn failure(error: ExtractError) -> StepFailure {
    match error {
        ExtractError::Again { detail } => StepFailure::Retryable(detail),
        ExtractError::Later { detail, after } => StepFailure::Retryable(format!(
            "{detail}; it asks for a wait of {} s",
            after.as_secs_f64().ceil()
        )),
        ExtractError::Never { detail } => StepFailure::Terminal(detail),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::time::Duration;

    use async_trait::async_trait;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::ports::{Extraction, ExtractorKind, StoreError};

    /// Fails so, or finds nothing; with a fallback or without.
    struct Scripted(Option<ExtractError>, Option<Rc<Scripted>>);

    #[async_trait(?Send)]
    impl Extractor for Scripted {
        async fn prefilter(&self, _: &Document) -> Result<Vec<(usize, usize)>, StoreError> {
            Ok(vec![])
        }

        async fn extract(
            &self,
            _: &Document,
            _: &[(usize, usize)],
            _: &Spending,
        ) -> Result<Extraction, ExtractError> {
            let nothing =
                Extraction { findings: vec![], kind: ExtractorKind::Rules, model: None, dropped_quotes: 0 };
            self.0.clone().map_or(Ok(nothing), Err)
        }

        fn fallback(&self) -> Option<Rc<dyn Extractor>> {
            self.1.clone().map(|other| other as Rc<dyn Extractor>)
        }
    }

    fn asked(extractor: &Scripted, last: bool) -> Result<Extracted, StepFailure> {
        let payload = br#"{"title": "t", "turns": [{"speaker": "Ada", "text": "Hello there"}]}"#;
        let document = transcript::normalize("standard", payload).expect("a document");
        extract(extractor, &document, &[(0, 1)], last, &Spending::default())
            .now_or_never()
            .expect("nothing waits")
    }

    #[test]
    fn the_fallback_is_asked_when_there_is_no_other_try_and_says_why() {
        let again = || ExtractError::Again { detail: "boom".into() };
        let later = || ExtractError::Later { detail: "slow".into(), after: Duration::from_millis(2_500) };
        let never = || ExtractError::Never { detail: "no key".into() };
        let good = || Some(Rc::new(Scripted(None, None)));
        let reason = |result: Result<Extracted, StepFailure>| {
            result.map(|extracted| (extracted.by.kind, extracted.by.fallback_reason))
        };
        let rules = |reason: Option<&str>| Ok(("rules".to_owned(), reason.map(str::to_owned)));
        let retried = |message: &str| Err(StepFailure::Retryable(message.to_owned()));
        let over = |message: &str| Err(StepFailure::Terminal(message.to_owned()));
        let waits = "slow; it asks for a wait of 3 s";
        for (error, fallback, last, expect) in [
            (None, None, false, rules(None)),
            (Some(again()), good(), false, retried("boom")),
            (Some(again()), good(), true, rules(Some("boom"))),
            (Some(later()), good(), false, retried(waits)),
            (Some(later()), good(), true, rules(Some("slow"))),
            (Some(never()), good(), false, rules(Some("no key"))),
            (Some(never()), None, false, over("no key")),
            (Some(again()), None, true, retried("boom")),
            (Some(never()), Some(Rc::new(Scripted(Some(again()), None))), true, retried("boom")),
        ] {
            let told = format!("{error:?}, last: {last}");
            assert_eq!(reason(asked(&Scripted(error, fallback), last)), expect, "{told}");
        }
    }
}
