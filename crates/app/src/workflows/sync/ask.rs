//! Asking a provider: the address is checked, the request sent, and the answer's status judged.

use domain::delivery::retry_after_ms;
use history::{Answer, Request, Verdict, judge};
use mesh::workflow::StepFailure;

use super::Sync;
use crate::outbound::{AddressError, USER_AGENT, checked};
use crate::ports::{HistoryReply, HistoryRequest, NoReply};

/// How long a provider has for one answer, in milliseconds.
const PATIENCE_MS: u32 = 30_000;
/// The most bytes of one answer: a page of calls with their texts.
const MOST_BYTES: usize = 24 << 20;

/// What asking a provider came to.
pub(super) enum Asked {
    Answered { body: Vec<u8>, link: Option<String> },
    Rest { ms: u64 },
    Missing { detail: String },
}

impl Sync {
    /// Asks a provider, after a look at where its name leads to now.
    pub(super) async fn ask(&self, asking: &Request) -> Result<Asked, StepFailure> {
        let target = checked(&*self.histories.resolver, self.histories.egress, &asking.url).await;
        let target = target.map_err(|error| match error {
            AddressError::Refused(_) => StepFailure::Terminal(error.to_string()),
            AddressError::Unresolvable(_) => StepFailure::Retryable(error.to_string()),
        })?;
        let mut headers = asking.headers.clone();
        headers.push(("user-agent".into(), USER_AGENT.into()));
        let request = HistoryRequest {
            target: &target,
            method: asking.method.as_str(),
            headers: &headers,
            body: asking.body.as_deref(),
            timeout_ms: PATIENCE_MS,
            most_bytes: MOST_BYTES,
        };
        let reply = self.fetcher.fetch(&request).await;
        let reply = reply.map_err(|NoReply(error)| StepFailure::Retryable(error))?;
        let HistoryReply { status, retry_after, link, body } = reply;
        let now = self.clock.now().unix_ms();
        let retry_after_ms = retry_after.and_then(|header| retry_after_ms(&header, now));
        match judge(Answer { status, retry_after_ms }) {
            Verdict::Good => match body {
                Some(body) => Ok(Asked::Answered { body, link }),
                None => Err(StepFailure::Terminal(format!(
                    "the provider's answer has more than {} MiB: have its pages made smaller",
                    MOST_BYTES >> 20
                ))),
            },
            Verdict::Rest(ms) => Ok(Asked::Rest { ms }),
            Verdict::Again(detail) => Err(StepFailure::Retryable(detail)),
            Verdict::Missing(detail) => Ok(Asked::Missing { detail }),
            Verdict::Refused(detail) => Err(StepFailure::Terminal(detail)),
        }
    }
}
