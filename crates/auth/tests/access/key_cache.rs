//! When the team's keys are fetched, and what serves when they can't be.

use crate::support::*;
use auth::access::{AccessError, KeyCache};
use serde_json::{Value, json};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A token that is valid at `now`, signed by the key of `seed` under `kid`.
fn token_at(now: i64, kid: &str, seed: u8) -> String {
    let claims = with(claims(), json!({ "iat": now, "nbf": now, "exp": now + HOUR }));
    mint(&json!({ "alg": "ES256", "kid": kid }), &claims, By::P256(seed))
}

fn keys(pairs: &[(&str, u8)]) -> Value {
    json!({ "keys": pairs.iter().map(|(kid, seed)| p256_jwk(kid, *seed)).collect::<Vec<_>>() })
}

fn judge_with(cache: &KeyCache, store: &FakeStore, now: i64, kid: &str, seed: u8) -> Result<(), AccessError> {
    run(verifier().verify(&token_at(now, kid, seed), cache, store, now)).map(drop)
}

fn label(judged: Result<(), AccessError>) -> &'static str {
    judged.map_or_else(|error| error.label(), |()| "ok")
}

#[test]
fn a_set_serves_for_an_hour() {
    let (cache, store) = (KeyCache::new(), FakeStore::of(&keys(&[("a", 1)])));
    for now in [NOW, NOW, NOW + 1, NOW + HOUR - 1] {
        assert_eq!(label(judge_with(&cache, &store, now, "a", 1)), "ok");
    }
    assert_eq!(store.asked.get(), 1);
    assert_eq!(label(judge_with(&cache, &store, NOW + HOUR, "a", 1)), "ok");
    assert_eq!(store.asked.get(), 2);
    assert_eq!(cache.status().fetched_at, Some(NOW + HOUR));
}

#[test]
fn a_rotation_is_noticed_at_once() {
    let (cache, store) = (KeyCache::new(), FakeStore::of(&keys(&[("a", 1)])));
    assert_eq!(label(judge_with(&cache, &store, NOW, "a", 1)), "ok");
    store.publish(&keys(&[("b", 2), ("a", 1)]));
    assert_eq!(label(judge_with(&cache, &store, NOW + MINUTE, "b", 2)), "ok");
    assert_eq!(label(judge_with(&cache, &store, NOW + MINUTE, "a", 1)), "ok");
    assert_eq!(store.asked.get(), 2);
}

#[test]
fn invented_names_refresh_the_set_once_a_minute_at_most() {
    let (cache, store) = (KeyCache::new(), FakeStore::of(&keys(&[("a", 1)])));
    for second in 0..3 * MINUTE {
        let judged = judge_with(&cache, &store, NOW + second, &format!("invented-{second}"), 2);
        assert_eq!(label(judged), "unknown_key");
    }
    assert_eq!(store.asked.get(), 3);
    assert_eq!(label(judge_with(&cache, &store, NOW + 3 * MINUTE - 1, "a", 1)), "ok");
    assert_eq!(store.asked.get(), 3);
}

#[test]
fn a_withdrawn_key_is_refused_once_the_set_is_refreshed() {
    let (cache, store) = (KeyCache::new(), FakeStore::of(&keys(&[("a", 1)])));
    assert_eq!(label(judge_with(&cache, &store, NOW, "a", 1)), "ok");
    store.publish(&keys(&[("b", 2)]));
    assert_eq!(label(judge_with(&cache, &store, NOW + HOUR, "a", 1)), "unknown_key");
}

#[test]
fn a_stale_set_serves_for_a_day_while_fetching_fails_and_is_retried_each_minute() {
    let (cache, store) = (KeyCache::new(), FakeStore::of(&keys(&[("a", 1)])));
    assert_eq!(label(judge_with(&cache, &store, NOW, "a", 1)), "ok");
    store.fail();
    for (now, asked) in
        [(NOW + HOUR, 2), (NOW + HOUR + MINUTE - 1, 2), (NOW + HOUR + MINUTE, 3), (NOW + DAY - 1, 4)]
    {
        assert_eq!(label(judge_with(&cache, &store, now, "a", 1)), "ok");
        assert_eq!(store.asked.get(), asked);
    }
    assert_eq!(cache.status().failed_at, Some(NOW + DAY - 1));
    assert_eq!(label(judge_with(&cache, &store, NOW + DAY, "a", 1)), "keys_unavailable");

    store.publish(&keys(&[("a", 1)]));
    assert_eq!(label(judge_with(&cache, &store, NOW + DAY + MINUTE, "a", 1)), "ok");
    assert_eq!(cache.status().failed_at, None);
}

#[test]
fn with_no_set_a_failure_is_told_apart_from_a_bad_token_and_soon_retried() {
    let (cache, store) = (KeyCache::new(), FakeStore::default());
    let error = judge_with(&cache, &store, NOW, "a", 1).unwrap_err();
    assert!(error.is_unavailable());
    assert_eq!(
        std::error::Error::source(&error).map(ToString::to_string).as_deref(),
        Some("the key set was answered with status 502: check its address")
    );
    assert!(judge_with(&cache, &store, NOW + 4, "a", 1).unwrap_err().is_unavailable());
    assert_eq!(store.asked.get(), 1);
    store.publish(&keys(&[("a", 1)]));
    assert_eq!(label(judge_with(&cache, &store, NOW + 5, "a", 1)), "ok");
    assert_eq!(store.asked.get(), 2);
}

#[test]
fn a_token_that_is_refused_unread_fetches_nothing() {
    let (cache, store) = (KeyCache::new(), FakeStore::of(&published()));
    for token in [
        "a.b.c".to_owned(),
        mint(&json!({ "alg": "none", "kid": "x" }), &claims(), By::Nothing),
        mint(&json!({ "alg": "ES256" }), &claims(), By::P256(1)),
        "x".repeat(20_000),
    ] {
        assert!(run(verifier().verify(&token, &cache, &store, NOW)).is_err());
    }
    assert_eq!(store.asked.get(), 0);
}

#[test]
fn requests_side_by_side_neither_fail_nor_all_refresh() {
    let (cache, store) = (KeyCache::new(), FakeStore::of(&keys(&[("a", 1)])));
    let verifier = verifier();
    let side_by_side = |now: i64, kid: &'static str, seed: u8| {
        let token = token_at(now, kid, seed);
        let mut calls: Vec<_> =
            (0..5).map(|_| Box::pin(verifier.verify(&token, &cache, &store, now))).collect();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let mut outcomes = Vec::new();
        while !calls.is_empty() {
            calls.retain_mut(|call| match call.as_mut().poll(&mut context) {
                std::task::Poll::Ready(outcome) => {
                    outcomes.push(label(outcome.map(drop)));
                    false
                }
                std::task::Poll::Pending => true,
            });
        }
        outcomes
    };
    // On an empty cache none can wait for another's fetch, so each makes its own and all succeed.
    assert_eq!(side_by_side(NOW, "a", 1), ["ok"; 5]);
    assert_eq!(store.asked.get(), 5);
    // At its age limit one refreshes, and the others use what is there.
    assert_eq!(side_by_side(NOW + HOUR, "a", 1), ["ok"; 5]);
    assert_eq!(store.asked.get(), 6);
    // An unknown name is looked for once.
    assert_eq!(side_by_side(NOW + 2 * HOUR - 1, "nobody", 1), ["unknown_key"; 5]);
    assert_eq!(store.asked.get(), 7);
}

#[test]
fn a_clock_that_steps_back_neither_panics_nor_locks_anyone_out() {
    let (cache, store) = (KeyCache::new(), FakeStore::of(&keys(&[("a", 1)])));
    assert_eq!(label(judge_with(&cache, &store, NOW, "a", 1)), "ok");
    store.publish(&keys(&[("b", 2)]));
    let earlier = NOW - DAY;
    assert_eq!(label(judge_with(&cache, &store, earlier, "a", 1)), "ok");
    assert_eq!(label(judge_with(&cache, &store, earlier, "b", 2)), "ok");
}
