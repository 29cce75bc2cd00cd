//! The platform's own rate limiter.

use std::rc::Rc;

use async_trait::async_trait;
use host::bindings;
use worker::RateLimiter;

use crate::middleware::limits::{FirstCut, NoFirstCut};

/// [`FirstCut`] by the platform: counted near, in the place where the request came in, and only about right.
pub(crate) struct PlatformLimiter(RateLimiter);

/// The platform's limiter; on a bare runtime, which has none, one that lets everyone pass.
pub(crate) fn first_cut(env: &worker::Env) -> Rc<dyn FirstCut> {
    match env.rate_limiter(bindings::FIRST_CUT) {
        Ok(limiter) => Rc::new(PlatformLimiter(limiter)),
        Err(_) => Rc::new(NoFirstCut),
    }
}

#[async_trait(?Send)]
impl FirstCut for PlatformLimiter {
    async fn passes(&self, who: String) -> bool {
        match self.0.limit(who).await {
            Ok(outcome) => outcome.success,
            Err(error) => {
                tracing::warn!(event = "first_cut.unavailable", %error);
                true
            }
        }
    }
}
