//! One attempt: the address is checked, the message signed and sent, the answer judged.

use contracts::Timestamp;
use domain::delivery::{Verdict, judge, retry_after_ms};
use signing::{Secrets, Source};

use super::address::checked;
use super::spans::within;
use super::{QueuePorts, TIMEOUT_MS};
use crate::ports::{AttemptRecord, DeliveryRecord, EndpointRecord, NoReply, OutboundReply, OutboundRequest};

/// What is told of an answer's body, in bytes.
const MAX_EXCERPT_BYTES: usize = 1_024;
/// As it is sent; endpoints' operators look for it in their logs.
pub(crate) const USER_AGENT: &str = "Weft-Webhooks/1";

/// An attempt that ended.
pub(super) struct Ended {
    pub(super) record: AttemptRecord,
    pub(super) verdict: Verdict,
    pub(super) retry_after_ms: Option<u64>,
}

/// Makes an attempt; `number` is its own, counted from 1.
pub(super) async fn attempt(
    ports: &QueuePorts,
    endpoint: &EndpointRecord,
    delivery: &DeliveryRecord,
    body: &str,
    number: u32,
) -> Ended {
    let started_at = ports.clock.now();
    let answer = send(ports, endpoint, delivery, (body, number), started_at).await;
    let ended_ms = ports.now_ms();
    let duration_ms = u32::try_from(ended_ms.saturating_sub(started_at.unix_ms())).unwrap_or(u32::MAX);
    let record =
        |status, error, excerpt| AttemptRecord { number, started_at, duration_ms, status, error, excerpt };
    match answer {
        Err(error) => {
            Ended { record: record(None, Some(error), None), verdict: Verdict::Failed, retry_after_ms: None }
        }
        Ok(OutboundReply { status, retry_after, excerpt }) => {
            let verdict = judge(status);
            let error = match (verdict, status) {
                (Verdict::Delivered, _) => None,
                (Verdict::Gone, _) => Some("the endpoint answered 410: it is gone".to_owned()),
                (Verdict::Failed, 300..=399) => Some(format!(
                    "the endpoint answered {status}: redirects are not followed, so subscribe the final URL"
                )),
                (Verdict::Failed, _) => Some(format!("the endpoint answered {status}")),
            };
            let excerpt = Some(shortened(excerpt)).filter(|text| !text.is_empty());
            let retry_after_ms = retry_after.and_then(|header| retry_after_ms(&header, ended_ms));
            Ended { record: record(Some(status), error, excerpt), verdict, retry_after_ms }
        }
    }
}

async fn send(
    ports: &QueuePorts,
    endpoint: &EndpointRecord,
    delivery: &DeliveryRecord,
    (body, number): (&str, u32),
    now: Timestamp,
) -> Result<OutboundReply, String> {
    let target =
        checked(&*ports.resolver, ports.egress, &endpoint.url).await.map_err(|error| error.to_string())?;
    let mut secrets = Secrets::new(endpoint.secret.clone());
    if let Some((previous, until)) = &endpoint.previous_secret
        && *until > now
    {
        secrets = secrets.with_previous(previous.clone());
    }
    let unix_s = i64::try_from(now.unix_ms() / 1_000).unwrap_or(i64::MAX);
    let id = delivery.message_id.to_string();
    let mut headers = signing::sign(Source::Standard, &secrets, &id, unix_s, body.as_bytes())
        .map_err(|error| format!("the message could not be signed: {error}"))?;
    headers.push(("content-type", "application/json".into()));
    headers.push(("user-agent", USER_AGENT.into()));
    headers.push(("traceparent", within(delivery, number).to_string()));
    let headers = headers.into_iter().map(|(name, value)| (name.into(), value)).collect();
    let request = OutboundRequest { target: &target, method: "POST", headers, body, timeout_ms: TIMEOUT_MS };
    ports.sender.send(&request).await.map_err(|NoReply(error)| error)
}

/// At most [`MAX_EXCERPT_BYTES`] of a text, whole characters.
pub(super) fn shortened(mut text: String) -> String {
    let mut end = text.len().min(MAX_EXCERPT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_at_most_a_kibibyte_and_never_half_a_character() {
        assert_eq!(shortened("x".repeat(1_025)).len(), 1_024);
        assert_eq!(shortened("é".repeat(1_000)).len(), 1_024);
        assert_eq!(shortened(format!("x{}", "é".repeat(1_000))).len(), 1_023);
        assert_eq!(shortened("short".into()), "short");
    }
}
