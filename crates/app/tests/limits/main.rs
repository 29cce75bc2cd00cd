//! The limits as isolates of the gateway meet them: leases over the counting object, on a clock that obeys.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::rc::Rc;

use app::limits::{Admission, Allowed, Asked, LEASE_MS, Leases, TenantLimits};
use app::ports::{Allowance, Clock, LimitStore};
use contracts::gateway::{EventQuota, LimitsClient, LimitsDispatch, Take, Taken};
use contracts::{Actor, TenantCall, TenantScope};
use domain::rate::Class;
use ids::{KeyId, TenantId};
use mesh::loopback::Loopback;
use mesh::{CallContext, Deadline, TraceContext};
use test_kit::{FakeClock, Fixtures, MemoryLimits, run};

/// A tenant's object, and who asks it.
struct World {
    clock: FakeClock,
    store: MemoryLimits,
    object: LimitsClient<Loopback>,
    tenant: TenantId,
    key: KeyId,
}

impl World {
    fn new() -> Self {
        let (clock, store) = (FakeClock::default(), MemoryLimits::default());
        let limits = TenantLimits::new(Rc::new(store.clone()), Rc::new(clock.clone()));
        let now = clock.clone();
        let object = LimitsClient::over(Loopback::new(LimitsDispatch(limits), move || now.now().unix_ms()));
        let make = Fixtures::new(77);
        let tenant = make.tenant();
        Self { clock, store, object, tenant, key: make.key(tenant).key_id }
    }

    fn asked(&self, class: Class, tenant: &str, key: Option<&str>) -> Asked {
        let allowance = Allowance {
            plan: "standard".into(),
            tenant: Some(tenant.to_owned()),
            key: key.map(str::to_owned),
        };
        Asked::with_key(self.tenant, self.key, class, &Allowed::of(&allowance))
    }

    fn call(&self) -> TenantCall {
        let scope = TenantScope { tenant: self.tenant, actor: Actor::Key(self.key) };
        let deadline = Deadline::after(self.clock.now().unix_ms(), 1_000);
        CallContext::new(scope, TraceContext::from_random([3; 24]), deadline, "test")
    }

    fn take(&self, take: Take) -> Taken {
        run(self.object.take(&self.call(), take)).unwrap()
    }

    /// One request in one isolate.
    fn request(&self, isolate: &Leases, asked: &Asked) -> Admission {
        match isolate.admit(asked, self.clock.now().unix_ms()) {
            Admission::Ask(take) => isolate.told(asked, self.take(take), self.clock.now().unix_ms()),
            admission => admission,
        }
    }

    /// How many of so many requests pass, spread over isolates.
    fn passed(&self, isolates: &[Leases], asked: &Asked, requests: usize) -> usize {
        let passes = |at: &usize| {
            let admission = self.request(&isolates[at % isolates.len()], asked);
            matches!(admission, Admission::Passes(_))
        };
        (0..requests).filter(passes).count()
    }
}

const TEN: &str = r#"{"read":{"burst":10,"per_minute":60}}"#;
const LARGE: &str = r#"{"read":{"burst":1000,"per_minute":60}}"#;

#[test]
fn exactly_the_burst_passes_and_then_the_rate() {
    let world = World::new();
    let asked = world.asked(Class::Read, TEN, None);
    let isolates = [Leases::default(), Leases::default(), Leases::default()];
    assert_eq!(world.passed(&isolates, &asked, 50), 10);
    world.clock.advance(999);
    assert_eq!(world.passed(&isolates, &asked, 5), 0);
    world.clock.advance(1);
    assert_eq!(world.passed(&isolates, &asked, 5), 1);
    world.clock.advance(3_600_000);
    assert_eq!(world.passed(&isolates, &asked, 50), 10, "never more than the burst");
}

#[test]
fn a_busy_isolate_asks_once_in_many_requests_and_the_count_stays_exact() {
    let world = World::new();
    let asked = world.asked(Class::Read, LARGE, None);
    let isolate = Leases::default();
    let mut calls = 0;
    let mut passed = 0;
    for _ in 0..2_000 {
        let now_ms = world.clock.now().unix_ms();
        let admission = match isolate.admit(&asked, now_ms) {
            Admission::Ask(take) => {
                calls += 1;
                isolate.told(&asked, world.take(take), now_ms)
            }
            admission => admission,
        };
        passed += usize::from(matches!(admission, Admission::Passes(_)));
    }
    assert_eq!(passed, 1_000);
    // 500 by leases of 31, 500 one by one, and one that said no: until there is a token nobody asks again.
    assert_eq!(calls, 17 + 473 + 1);
}

#[test]
fn concurrent_requests_of_one_isolate_get_exactly_what_there_is() {
    for burst in [1, 20, 64, 1_000] {
        let world = World::new();
        let limits = format!(r#"{{"read":{{"burst":{burst},"per_minute":1}}}}"#);
        let asked = world.asked(Class::Read, &limits, None);
        let isolate = Leases::default();
        let now_ms = world.clock.now().unix_ms();
        // All of them ask before the first answer is there.
        let asking: Vec<_> = (0..burst + 30).map(|_| isolate.admit(&asked, now_ms)).collect();
        let mut passed = 0;
        for admission in asking {
            let Admission::Ask(take) = admission else { panic!("{admission:?}") };
            let admission = isolate.told(&asked, world.take(take), now_ms);
            passed += usize::from(matches!(admission, Admission::Passes(_)));
        }
        assert_eq!(passed, burst, "of {}", burst + 30);
    }
}

#[test]
fn what_is_not_spent_in_time_is_brought_back() {
    let world = World::new();
    let asked = world.asked(Class::Read, LARGE, None);
    let (idle, other) = (Leases::default(), Leases::default());
    assert_eq!(world.passed(std::slice::from_ref(&idle), &asked, 1), 1);
    let left = |world: &World| world.store.bucket("read").unwrap().unwrap().tokens();
    assert_eq!(left(&world), 1_000 - 31);
    world.clock.advance(LEASE_MS);
    assert_eq!(world.passed(&[idle], &asked, 1), 1);
    assert_eq!(left(&world), 1_000 - 1 - 31 + 1, "30 came back, one token refilled, 31 are out again");
    // An isolate that goes away keeps what it had: fewer pass, never more.
    assert_eq!(world.passed(&[other], &asked, 2_000), 969);
}

#[test]
fn a_keys_own_limit_and_the_tenants_both_hold() {
    let world = World::new();
    let narrow = world.asked(Class::Read, TEN, Some(r#"{"read":{"burst":3,"per_minute":60}}"#));
    let isolates = [Leases::default()];
    assert_eq!(world.passed(&isolates, &narrow, 10), 3);
    let admission = world.request(&isolates[0], &narrow);
    let Admission::Refused { standing, retry_after_ms, quota } = admission else { panic!("{admission:?}") };
    let left: Vec<u32> = standing.limits.iter().map(|(_, _, left, _)| *left).collect();
    assert_eq!((left, retry_after_ms, quota), (vec![7, 0], 1_000, false));
    let other = world.asked(Class::Read, TEN, None);
    assert_eq!(world.passed(&isolates, &other, 10), 7, "of the tenant's ten");
    assert_eq!(world.passed(&isolates, &world.asked(Class::Write, TEN, None), 10), 10, "another class");
}

#[test]
fn a_limit_that_was_changed_holds_at_once() {
    let world = World::new();
    let isolates = [Leases::default()];
    assert_eq!(world.passed(&isolates, &world.asked(Class::Read, LARGE, None), 100), 100);
    assert_eq!(world.passed(&isolates, &world.asked(Class::Read, TEN, None), 100), 10);
}

#[test]
fn the_quota_counts_what_was_accepted_and_ends_with_the_day() {
    let world = World::new();
    let asked = world.asked(Class::Ingest, r#"{"events_per_day":5,"events_per_month":7}"#, None);
    let isolate = [Leases::default()];
    assert_eq!(world.passed(&isolate, &asked, 3), 3);
    isolate[0].not_accepted(&asked);
    assert_eq!(world.passed(&isolate, &asked, 10), 3, "one of the three was not accepted");
    let admission = world.request(&isolate[0], &asked);
    assert!(matches!(admission, Admission::Refused { quota: true, .. }), "{admission:?}");
    world.clock.advance(24 * 60 * 60 * 1_000);
    assert_eq!(world.passed(&isolate, &asked, 10), 2, "the month's");
    let fresh = World::new();
    let none = fresh.asked(Class::Ingest, r#"{"events_per_day":5}"#, None);
    assert_eq!(fresh.passed(&[Leases::default()], &none, 1), 1, "another tenant has its own");
}

#[test]
fn a_quota_that_is_not_enforced_is_counted_only() {
    let world = World::new();
    let take = |returned| Take {
        buckets: Vec::new(),
        most: 1,
        returned: 0,
        quota: Some(EventQuota { per_day: 1, per_month: 1, enforced: false, returned }),
    };
    for _ in 0..3 {
        assert_eq!(world.take(take(0)).granted, 1);
    }
    world.take(take(1));
    assert_eq!(world.store.counted("2026-11-22"), Ok(3));
}

#[test]
fn while_the_object_does_not_answer_everyone_passes_and_nobody_waits_for_it() {
    let world = World::new();
    let asked = world.asked(Class::Read, TEN, None);
    let isolate = Leases::default();
    let now_ms = world.clock.now().unix_ms();
    assert!(matches!(isolate.admit(&asked, now_ms), Admission::Ask(_)));
    isolate.unanswered(&asked, now_ms);
    assert_eq!(isolate.admit(&asked, now_ms + 999), Admission::Open);
    assert!(matches!(isolate.admit(&asked, now_ms + 1_000), Admission::Ask(_)), "and then it is asked again");
}
