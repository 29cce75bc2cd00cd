//! The pipeline's extractor by a chat model.

use std::{cell::Cell, rc::Rc, time::Duration};

use app::ports::{
    ChatError, ChatModel, ChatReply, ChatRequest, Clock, ExtractError, Extraction, Extractor, ExtractorKind,
    Spending, StoreError,
};
use async_trait::async_trait;
use domain::ScalarIndex;
use transcript::Document;

use crate::{
    claims, merge,
    pieces::{MOST_PIECES, pieces},
    prompt,
};

/// [`Extractor`] by a chat model, with another one to say which turns are worth its price and to stand in for it.
#[derive(Clone)]
pub struct ModelExtractor {
    model: Rc<dyn ChatModel>,
    other: Rc<dyn Extractor>,
    clock: Rc<dyn Clock>,
    pause: Rc<Pause>,
}

/// Until when a server has asked to be left alone, in Unix milliseconds: no request is sent before.
#[derive(Debug, Default)]
pub struct Pause(Cell<u64>);

impl Pause {
    /// How much of it is left.
    fn left(&self, now_ms: u64) -> Option<Duration> {
        self.0.get().checked_sub(now_ms).filter(|left| *left > 0).map(Duration::from_millis)
    }

    fn begin(&self, now_ms: u64, wait: Duration) {
        let until = now_ms.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self.0.set(self.0.get().max(until));
    }
}

impl ModelExtractor {
    /// Asks `model`; `other` filters before it and is its fallback. `pause` outlives this value, so that a wait the
    /// server asks for holds for every call that this process works off.
    pub fn new(
        model: Rc<dyn ChatModel>,
        other: Rc<dyn Extractor>,
        clock: Rc<dyn Clock>,
        pause: Rc<Pause>,
    ) -> Self {
        Self { model, other, clock, pause }
    }

    /// One answer, paid for, unless the server has asked for a wait that is not over.
    async fn ask(&self, request: &ChatRequest, spending: &Spending) -> Result<ChatReply, ExtractError> {
        if let Some(left) = self.pause.left(self.clock.now().unix_ms()) {
            return Err(ChatError::RateLimited { retry_after: Some(left) }.into());
        }
        let reply = self.model.complete(request, spending).await;
        if let Err(
            ChatError::RateLimited { retry_after: Some(wait) }
            | ChatError::Unavailable { retry_after: Some(wait), .. },
        ) = &reply
        {
            self.pause.begin(self.clock.now().unix_ms(), *wait);
        }
        Ok(reply?)
    }
}

#[async_trait(?Send)]
impl Extractor for ModelExtractor {
    async fn prefilter(&self, document: &Document) -> Result<Vec<(usize, usize)>, StoreError> {
        self.other.prefilter(document).await
    }

    async fn extract(
        &self,
        document: &Document,
        turns: &[(usize, usize)],
        spending: &Spending,
    ) -> Result<Extraction, ExtractError> {
        let pieces = pieces(document, turns);
        if pieces.len() > MOST_PIECES {
            let detail =
                format!("the call has {} pieces; a model is asked for at most {MOST_PIECES}", pieces.len());
            return Err(ChatError::Refused { detail }.into());
        }
        let index = ScalarIndex::new(&document.text);
        let mut findings = Vec::new();
        let mut dropped_quotes = 0_u32;
        let mut model = self.model.name().to_owned();
        for piece in pieces {
            let reply = self.ask(&prompt::request(document, &piece), spending).await?;
            if !reply.model.is_empty() {
                model.clone_from(&reply.model);
            }
            let (found, dropped) = claims::read(&reply.text, document, &index, &piece)?;
            findings.extend(found);
            dropped_quotes = dropped_quotes.saturating_add(dropped);
        }
        Ok(Extraction {
            findings: merge::merged(findings),
            kind: ExtractorKind::Model,
            model: Some(model),
            dropped_quotes,
        })
    }

    fn fallback(&self) -> Option<Rc<dyn Extractor>> {
        Some(self.other.clone())
    }
}
