//! The pipeline's ports over this crate's engines.

use std::ops::Range;
use std::rc::Rc;

use app::ports::{
    Embedder, ExtractError, Extraction, Extractor, ExtractorKind, Relevance, Spending, StoreError,
};
use async_trait::async_trait;
use transcript::Document;

use crate::embedding::StaticModel;
use crate::embedding::chunking::{Limits, Span, passages};
use crate::embedding::overlap::{Overlap, overlapped};
use crate::embedding::relevance::Question;
use crate::extraction::{TurnRange, extract, prefilter};

/// A pause this long between two turns is a break: no passage spans it. Half a minute, in milliseconds.
const BREAK_MS: u64 = 30_000;

/// [`Extractor`] by rules.
#[derive(Debug, Clone, Copy, Default)]
pub struct RulesExtractor;

#[async_trait(?Send)]
impl Extractor for RulesExtractor {
    async fn prefilter(&self, document: &Document) -> Result<Vec<(usize, usize)>, StoreError> {
        Ok(prefilter(document).into_iter().map(|range| (range.start, range.end)).collect())
    }

    async fn extract(
        &self,
        document: &Document,
        turns: &[(usize, usize)],
        _: &Spending,
    ) -> Result<Extraction, ExtractError> {
        let ranges: Vec<TurnRange> = turns.iter().map(|&(start, end)| TurnRange { start, end }).collect();
        let findings = extract(document, &ranges);
        Ok(Extraction { findings, kind: ExtractorKind::Rules, model: None, dropped_quotes: 0 })
    }
}

/// Gives the model, made at its first use.
type Loader = Rc<dyn Fn() -> Result<Rc<StaticModel>, StoreError>>;

/// [`Embedder`] by the static model.
#[derive(Clone)]
pub struct StaticEmbedder(Loader);

impl StaticEmbedder {
    /// With a model that `load` gives when it is first needed: its weights are megabytes, and most calls embed nothing.
    pub fn lazy(load: impl Fn() -> Result<Rc<StaticModel>, StoreError> + 'static) -> Self {
        Self(Rc::new(load))
    }
}

#[async_trait(?Send)]
impl Embedder for StaticEmbedder {
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, StoreError> {
        let model = (self.0)()?;
        Ok(texts.iter().map(|text| model.embed(text)).collect())
    }

    fn passages(&self, document: &Document) -> Result<Vec<Range<usize>>, StoreError> {
        let mut ended_ms = None;
        let spans: Vec<Span> = document
            .turns
            .iter()
            .map(|turn| {
                let paused =
                    matches!((ended_ms, turn.start_ms), (Some(end), Some(start)) if start > end + BREAK_MS);
                ended_ms = turn.end_ms.or(turn.start_ms);
                let span = Span::new(turn.start, turn.end);
                if paused { span.after_break() } else { span }
            })
            .collect();
        let model = (self.0)()?;
        let cut = passages(&model, &document.text, &spans, &Limits::default());
        let cut = cut.map_err(|error| StoreError::new("embedder", error))?;
        let cut = overlapped(&model, &document.text, &spans, &cut, &Overlap::default());
        Ok(cut.into_iter().map(|passage| passage.bytes).collect())
    }

    async fn relevance(&self, query: &str, texts: &[&str]) -> Result<Vec<Relevance>, StoreError> {
        let model = (self.0)()?;
        let mut question = Question::new(&model, query);
        let judged = texts.iter().map(|text| {
            let found = question.judge(text);
            Relevance { score: found.score, best: found.best }
        });
        Ok(judged.collect())
    }
}
