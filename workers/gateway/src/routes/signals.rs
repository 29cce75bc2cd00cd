//! `/v1/signals`.

use contracts::pipeline;
use http_api::Code;
use http_api::signals::{Evidence, ListSignals, Signal};

use super::time;
use crate::exchange::Exchange;
use crate::failure::failed;
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Signals, newest first.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let ListSignals { account, kind, min_score, since, event_id, page } = exchange.query()?;
    let since = since.map(time::inner);
    let request = pipeline::ListSignals {
        account,
        kind,
        min_score,
        since,
        event_id,
        before: page.after,
        limit: page.limit,
    };
    let found = exchange.ports.pipeline.list_signals(&call, request).await.map_err(failed)?;
    Answer::json(200, &page.answer(found.items.into_iter().map(signal).collect(), found.next_before))
}

/// One signal.
///
/// # Errors
/// As [`authorize`]; [`Code::SignalNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = pipeline::GetSignal { signal_id: exchange.id(Code::SignalNotFound)? };
    let found = exchange.ports.pipeline.get_signal(&call, request).await.map_err(failed)?;
    Answer::json(200, &signal(found))
}

fn signal(signal: pipeline::Signal) -> Signal {
    let pipeline::Signal { signal_id, kind, account, score, evidence, event_id, created_at } = signal;
    let pipeline::Evidence { quote, start, end, turn, speaker, at_ms } = evidence;
    Signal {
        id: signal_id,
        kind,
        account,
        score,
        evidence: Evidence { quote, start, end, turn, speaker, at_ms },
        event_id,
        created_at: time::public(created_at),
    }
}
