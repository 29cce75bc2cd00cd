//! What an answer's status says, before its body is looked at.

/// How long a provider is left alone that asks for it without saying for how long, in milliseconds.
const USUAL_REST_MS: u64 = 60_000;
/// The longest that a provider is left alone at once, in milliseconds.
const LONGEST_REST_MS: u64 = 24 * 60 * 60 * 1_000;

/// A provider's answer, without its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What its `Retry-After` header comes to, in milliseconds.
    pub retry_after_ms: Option<u64>,
}

/// What is made of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The body is what was asked for.
    Good,
    /// Ask again after so many milliseconds: the provider wants to be left alone.
    Rest(u64),
    /// Ask again; it is the provider's trouble.
    Again(String),
    /// There is nothing of that name.
    Missing(String),
    /// Asking again gives the same.
    Refused(String),
}

/// Judges an answer.
#[must_use]
pub fn judge(answer: Answer) -> Verdict {
    let Answer { status, retry_after_ms } = answer;
    match (status, retry_after_ms) {
        (200..=299, _) => Verdict::Good,
        (429, _) => Verdict::Rest(retry_after_ms.unwrap_or(USUAL_REST_MS).min(LONGEST_REST_MS)),
        (503, Some(rest)) => Verdict::Rest(rest.min(LONGEST_REST_MS)),
        (408 | 425, _) | (500..=599, _) => Verdict::Again(format!("the provider answered {status}")),
        (401 | 403, _) => Verdict::Refused(format!(
            "the provider refused the credentials ({status}): store others with `PUT /v1/endpoints/{{id}}/history`"
        )),
        (300..=399, _) => Verdict::Refused(format!(
            "the provider answered {status}: redirects are not followed, so name the API's own base URL"
        )),
        (400 | 404 | 410 | 422, _) => Verdict::Missing(format!("the provider answered {status}")),
        _ => Verdict::Refused(format!("the provider answered {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_whether_and_when_to_ask_again() {
        let verdict = |status, retry_after_ms| judge(Answer { status, retry_after_ms });
        assert_eq!(verdict(200, Some(5)), Verdict::Good);
        assert_eq!(verdict(429, Some(5)), Verdict::Rest(5));
        assert_eq!(verdict(429, None), Verdict::Rest(60_000));
        assert_eq!(verdict(429, Some(u64::MAX)), Verdict::Rest(86_400_000));
        assert_eq!(verdict(503, Some(7_000)), Verdict::Rest(7_000));
        for status in [408, 425, 500, 502, 503] {
            assert!(matches!(verdict(status, None), Verdict::Again(_)), "{status}");
        }
        for status in [401, 403, 301, 405, 418] {
            assert!(matches!(verdict(status, None), Verdict::Refused(_)), "{status}");
        }
        for status in [400, 404, 410, 422] {
            assert!(matches!(verdict(status, None), Verdict::Missing(_)), "{status}");
        }
    }
}
