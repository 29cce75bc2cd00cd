//! The pipeline's extractor by a chat model.

use std::{cell::Cell, rc::Rc, time::Duration};

use app::ports::{
    CallOutcome, ChatError, ChatModel, ChatReply, ChatRequest, Clock, ExtractError, Extraction, Extractor,
    ExtractorKind, Hold, ModelCall, Settlement, Spending, StoreError, TokenCount,
};
use async_trait::async_trait;
use domain::ScalarIndex;
use domain::budget::{Price, Tokens};
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
    price: Price,
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
        Self { model, other, clock, pause, price: Price::default() }
    }

    /// The same, at a price: without one, calls cost nothing.
    #[must_use]
    pub fn priced(mut self, price: Price) -> Self {
        self.price = price;
        self
    }

    /// One answer, paid for, unless the server has asked for a wait that is not over.
    async fn ask(&self, request: &ChatRequest, spending: &Spending) -> Result<ChatReply, ExtractError> {
        let began_ms = self.clock.now().unix_ms();
        if let Some(left) = self.pause.left(began_ms) {
            return Err(ChatError::RateLimited { retry_after: Some(left) }.into());
        }
        let (most_in, most_out) = (prompt::most_tokens(request), u64::from(request.max_tokens));
        let hold = spending.hold(self.model.name(), most_in, most_out).await?;
        let reply = self.model.complete(request).await;
        if let Err(
            ChatError::RateLimited { retry_after: Some(wait) }
            | ChatError::Unavailable { retry_after: Some(wait), .. },
        ) = &reply
        {
            self.pause.begin(self.clock.now().unix_ms(), *wait);
        }
        let took = Took::of(&reply, most_in, most_out);
        match hold {
            Some(hold) => self.pay(spending, &hold, &took, began_ms).await,
            None => {
                if let Ok(reply) = &reply {
                    spending.note(self.call(reply));
                }
            }
        }
        Ok(reply?)
    }

    fn call(&self, reply: &ChatReply) -> ModelCall {
        let model = if reply.model.is_empty() { self.model.name() } else { &reply.model };
        let (tokens_in, tokens_out) = reply.usage.unwrap_or_default();
        let tokens = Tokens { input: tokens_in.into(), cached: 0, output: tokens_out.into() };
        ModelCall { model: model.to_owned(), tokens_in, tokens_out, cost_nanos: self.price.of(tokens) }
    }

    /// Puts what a call took in the place of its hold. Where that fails the extraction goes on: it would have to pay again
    /// for another try, and a hold that nobody settles counts at its bound.
    async fn pay(&self, spending: &Spending, hold: &Hold, took: &Took, began_ms: u64) {
        let duration_ms = self.clock.now().unix_ms().saturating_sub(began_ms);
        let paid = match took {
            Took::Nothing => spending.release(hold).await.map(|()| 0),
            Took::Tokens { tokens, counted, outcome } => {
                let settlement = Settlement {
                    model: self.model.name().to_owned(),
                    upstream: "extraction".to_owned(),
                    tokens_in: tokens.input,
                    tokens_in_cached: tokens.cached,
                    tokens_out: tokens.output,
                    counted: *counted,
                    outcome: *outcome,
                    first_byte_ms: None,
                    duration_ms,
                };
                spending.settle(hold, &settlement).await
            }
        };
        if let Err(error) = paid {
            tracing::error!(event = "budget.not_settled", call_id = hold.id, %error);
        }
    }
}

/// What a call took of the model.
enum Took {
    /// The server refused it, or never had it.
    Nothing,
    /// So many tokens, or no more than so many.
    Tokens { tokens: Tokens, counted: TokenCount, outcome: CallOutcome },
}

impl Took {
    fn of(reply: &Result<ChatReply, ChatError>, most_in: u64, most_out: u64) -> Self {
        let reported = |(input, output): (u32, u32)| Self::Tokens {
            tokens: Tokens { input: input.into(), cached: 0, output: output.into() },
            counted: TokenCount::Reported,
            outcome: CallOutcome::Finished,
        };
        let estimated = |output: u64, outcome| Self::Tokens {
            tokens: Tokens { input: most_in, cached: 0, output },
            counted: TokenCount::Estimated,
            outcome,
        };
        match reply {
            Ok(ChatReply { usage: Some(usage), .. }) => reported(*usage),
            // A token is a byte at least.
            Ok(ChatReply { text, .. }) => estimated((text.len() as u64).min(most_out), CallOutcome::Finished),
            // It was asked and read the request; how much of an answer it wrote is not known.
            Err(ChatError::TimedOut | ChatError::Malformed { .. }) => {
                estimated(most_out, CallOutcome::Broken)
            }
            Err(
                ChatError::RateLimited { .. } | ChatError::Unavailable { .. } | ChatError::Refused { .. },
            ) => Self::Nothing,
        }
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
