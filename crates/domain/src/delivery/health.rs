//! What an endpoint's answers say about the endpoint: a circuit breaker for its whole queue, and when it is given up.

use super::DeliveryPolicy;

/// Whether requests go to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// They do.
    Closed,
    /// None does until this time: deliveries wait, and their attempts are not used up.
    Open {
        /// Unix milliseconds.
        until_ms: u64,
    },
    /// One does, to see whether the endpoint is back.
    HalfOpen,
}

impl Circuit {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// An endpoint's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// Failures since the last success.
    pub failures: u32,
    /// How often the circuit opened since then.
    pub opened: u32,
    /// When it lets one request through again; none while it is closed.
    pub open_until_ms: Option<u64>,
    /// When the first of these failures was.
    pub failing_since_ms: Option<u64>,
}

impl Health {
    /// Whether requests go to the endpoint now.
    #[must_use]
    pub const fn circuit(&self, now_ms: u64) -> Circuit {
        match self.open_until_ms {
            None => Circuit::Closed,
            Some(until_ms) if now_ms < until_ms => Circuit::Open { until_ms },
            Some(_) => Circuit::HalfOpen,
        }
    }

    /// After a success: nothing is held against it.
    #[must_use]
    pub const fn succeeded() -> Self {
        Self { failures: 0, opened: 0, open_until_ms: None, failing_since_ms: None }
    }

    /// After a failure at `now_ms`. `random` is any number: endpoints that went down together are not asked together.
    #[must_use]
    pub fn failed(self, policy: &DeliveryPolicy, now_ms: u64, random: u64) -> Self {
        let failures = self.failures.saturating_add(1);
        let next = Self { failures, failing_since_ms: self.failing_since_ms.or(Some(now_ms)), ..self };
        let opens = match self.circuit(now_ms) {
            Circuit::Closed => failures >= policy.open_after,
            Circuit::HalfOpen => true,
            // Sent before it opened; the endpoint is left alone as it is.
            Circuit::Open { .. } => false,
        };
        if !opens {
            return next;
        }
        let doubled = policy.cooldown_ms.saturating_mul(1 << self.opened.min(20));
        let longest = doubled.min(policy.max_cooldown_ms);
        let cooldown = longest / 2 + random % (longest / 2 + 1);
        Self {
            opened: self.opened.saturating_add(1),
            open_until_ms: Some(now_ms.saturating_add(cooldown)),
            ..next
        }
    }

    /// A person wants it tried now: an open circuit lets one request through.
    #[must_use]
    pub fn asked(self, now_ms: u64) -> Self {
        Self { open_until_ms: self.open_until_ms.map(|until_ms| until_ms.min(now_ms)), ..self }
    }

    /// Whether it has failed for so long that it is to be disabled.
    #[must_use]
    pub fn is_hopeless(&self, policy: &DeliveryPolicy, now_ms: u64) -> bool {
        let failing = self.failing_since_ms.map_or(0, |since| now_ms.saturating_sub(since));
        self.failures >= policy.open_after && failing >= policy.disable_after_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> DeliveryPolicy {
        DeliveryPolicy {
            open_after: 3,
            cooldown_ms: 100,
            max_cooldown_ms: 400,
            disable_after_ms: 10_000,
            ..DeliveryPolicy::default()
        }
    }

    #[test]
    fn the_circuit_opens_after_failures_in_a_row_and_a_success_between_starts_anew() {
        let policy = policy();
        let mut health = Health::default();
        for _ in 0..2 {
            health = health.failed(&policy, 1_000, 0);
            assert_eq!(health.circuit(1_000), Circuit::Closed);
        }
        let recovered = Health::succeeded().failed(&policy, 1_000, 0);
        assert_eq!((recovered.failures, recovered.circuit(1_000)), (1, Circuit::Closed));
        health = health.failed(&policy, 1_000, 0);
        assert_eq!(health.circuit(1_000), Circuit::Open { until_ms: 1_050 });
        assert_eq!(health.circuit(1_050), Circuit::HalfOpen);
    }

    #[test]
    fn a_failed_probe_opens_it_again_for_twice_as_long_up_to_a_limit() {
        let policy = policy();
        let mut health = (0..3).fold(Health::default(), |health, _| health.failed(&policy, 0, u64::MAX));
        let mut waits = Vec::new();
        let mut now_ms = 0;
        for _ in 0..5 {
            let Circuit::Open { until_ms } = health.circuit(now_ms) else { panic!("{health:?}") };
            waits.push(until_ms - now_ms);
            now_ms = until_ms;
            // The span is half and as much again, so this chance gives the same place in each.
            health = health.failed(&policy, now_ms, 0);
        }
        assert_eq!(waits[1..], [100, 200, 200, 200]);
        assert!((50..=100).contains(&waits[0]));
        assert_eq!(Health::succeeded().circuit(now_ms), Circuit::Closed);
    }

    #[test]
    fn a_failure_that_was_under_way_when_it_opened_moves_nothing() {
        let policy = policy();
        let open = (0..3).fold(Health::default(), |health, _| health.failed(&policy, 0, 0));
        let later = open.failed(&policy, 10, 7);
        assert_eq!((later.open_until_ms, later.opened, later.failures), (open.open_until_ms, 1, 4));
    }

    #[test]
    fn a_person_can_have_an_open_circuit_tried_at_once() {
        let policy = policy();
        let open = (0..3).fold(Health::default(), |health, _| health.failed(&policy, 0, 0));
        assert_eq!(open.asked(10).circuit(10), Circuit::HalfOpen);
        assert_eq!(Health::default().asked(10).circuit(10), Circuit::Closed);
    }

    #[test]
    fn an_endpoint_is_given_up_after_days_of_failure_and_not_for_one_failure_days_ago() {
        let policy = policy();
        let mut health = Health::default().failed(&policy, 0, 0);
        assert!(!health.is_hopeless(&policy, 20_000), "one failure, and nothing sent since");
        for at in [5_000, 9_999] {
            health = health.failed(&policy, at, 0);
            assert!(!health.is_hopeless(&policy, at));
        }
        assert!(health.is_hopeless(&policy, 10_000));
        assert!(!Health::succeeded().is_hopeless(&policy, 10_000));
    }
}
