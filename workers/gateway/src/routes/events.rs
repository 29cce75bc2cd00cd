//! `/v1/events`.

use contracts::pipeline::{self, GetEvent, IngestEvent, IngestReceipt, RawEvent, SourceText};
use http_api::Code;
use http_api::events::{Accepted, Assessment, Event, EventSummary, Extractor, ListEvents, Step, SubmitEvent};

use super::{source, time};
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Accepts an event. What is archived is its payload, byte for byte as it stood in the body.
///
/// # Errors
/// As [`authorize`]; a bad header or body; what [`failed`] makes of the call.
pub async fn submit(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let key = exchange.idempotency_key()?;
    let SubmitEvent { source, kind, occurred_at, subject, payload } = exchange.json().await?;
    source::check(&source, "/source")?;
    let request = IngestEvent {
        source,
        kind,
        subject,
        occurred_at: occurred_at.map(time::inner),
        endpoint_id: None,
        delivery_id: key.map(|key| key.as_str().to_owned()),
        media_type: "application/json".into(),
        body: payload.as_json().as_bytes().to_vec().into(),
    };
    let receipt = exchange.ports.pipeline.ingest_event(&call, request).await.map_err(failed)?;
    accepted(exchange, &receipt)
}

/// The answer to an event that is in durable storage.
pub(super) fn accepted(exchange: &Exchange<'_>, receipt: &IngestReceipt) -> Outcome {
    exchange.facts.duplicate.set(receipt.duplicate);
    Answer::json(202, &Accepted { event_id: receipt.event_id, duplicate: receipt.duplicate })
}

/// Events, newest first.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let ListEvents { status, source, kind, page } = exchange.query()?;
    let request = pipeline::ListEvents {
        status: status.map(|status| status.to_string()),
        source,
        kind,
        before: page.after,
        limit: page.limit,
    };
    let found = exchange.ports.pipeline.list_events(&call, request).await.map_err(failed)?;
    let items = found.items.into_iter().map(summary).collect::<Result<_, _>>()?;
    Answer::json(200, &page.answer(items, found.next_before))
}

/// One event with its steps.
///
/// # Errors
/// As [`authorize`]; [`Code::EventNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = GetEvent { event_id: exchange.id(Code::EventNotFound)? };
    let found = exchange.ports.pipeline.get_event(&call, request).await.map_err(failed)?;
    let event = Event {
        summary: summary(found.event)?,
        extractor: found.assessment.as_ref().and_then(|assessed| assessed.extractor.clone()).map(extractor),
        assessment: found.assessment.map(assessment),
        steps: found.steps.into_iter().map(step).chain(found.pending.into_iter().map(pending)).collect(),
    };
    Answer::json(200, &event)
}

/// The archived bytes. They are whatever a stranger sent: a browser is to keep them as a file.
///
/// # Errors
/// As [`get`].
pub async fn raw(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let event_id = exchange.id(Code::EventNotFound)?;
    let found = exchange.ports.pipeline.read_raw(&call, GetEvent { event_id }).await.map_err(failed)?;
    let RawEvent { media_type, sha256, body } = found;
    let tag = format!("\"{sha256}\"");
    let known = exchange.header("if-none-match").is_some_and(|tags| names(tags, &tag));
    let answer = if known { Answer::empty(304) } else { Answer::new(200, media_type, body.0) };
    Ok(answer
        .with("etag", tag)
        .with("cache-control", "private, no-cache")
        .with("content-disposition", format!("attachment; filename=\"{event_id}\"")))
}

/// The text that evidence points into.
///
/// # Errors
/// As [`get`], and [`Code::EventNoText`].
pub async fn text(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = GetEvent { event_id: exchange.id(Code::EventNotFound)? };
    let SourceText { text } = exchange.ports.pipeline.read_text(&call, request).await.map_err(failed)?;
    Ok(Answer::new(200, "text/plain; charset=utf-8", text.into_bytes()))
}

/// Whether an `If-None-Match` names `tag`, compared weakly (RFC 9110, section 13.1.2).
pub(super) fn names(tags: &str, tag: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

fn summary(event: pipeline::EventSummary) -> Result<EventSummary, Failure> {
    let status = event.status.parse().map_err(|error| {
        Failure::internal(format!(
            "the pipeline says that `{}` is `{}`: {error}",
            event.event_id, event.status
        ))
    })?;
    Ok(EventSummary {
        id: event.event_id,
        source: event.source,
        kind: event.kind,
        status,
        reason: event.reason,
        subject: event.subject,
        title: event.title,
        account: event.account,
        signals_count: event.signals_count,
        size_bytes: event.size_bytes,
        occurred_at: event.occurred_at.map(time::public),
        received_at: time::public(event.received_at),
        updated_at: time::public(event.updated_at),
        trace_id: event.trace_id,
    })
}

fn assessment(assessment: pipeline::Assessment) -> Assessment {
    let pipeline::Assessment { qualification, risk, headline, counts, extractor: _ } = assessment;
    let counts = counts.into_iter().map(|of| (of.kind, of.count)).collect();
    Assessment { qualification, risk, headline, counts }
}

fn extractor(report: pipeline::ExtractorReport) -> Extractor {
    let pipeline::ExtractorReport { kind, model, dropped_quotes, fallback_reason } = report;
    Extractor { kind, model, dropped_quotes, fallback_reason }
}

fn pending(name: String) -> Step {
    Step { name, status: "pending".into(), attempts: 0, started_at: None, ended_at: None, error: None }
}

pub(super) fn step(step: pipeline::StepReport) -> Step {
    let pipeline::StepReport { name, status, attempts, started_at, ended_at, error } = step;
    let (started_at, ended_at) = (Some(time::public(started_at)), ended_at.map(time::public));
    Step { name, status, attempts, started_at, ended_at, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_among_others_and_weakly() {
        let check = |tags: &str, expect: bool| assert_eq!(names(tags, "\"ab\""), expect, "{tags}");
        check("\"ab\"", true);
        check("\"x\", W/\"ab\"", true);
        check("*", true);
        check("\"x\"", false);
        check("ab", false);
        check("", false);
    }
}
