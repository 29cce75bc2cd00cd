//! Tokens that must be let in, and the ways in which others try.

use crate::support::*;
use auth::access::{Actor, KeyCache, KeySet, KeySetError, Role};
use proptest::prelude::*;
use serde_json::{Value, json};

fn refused(token: &str) -> &'static str {
    match judge(token) {
        Ok(identity) => panic!("let in as {identity:?}"),
        Err(error) => error.label(),
    }
}

#[test]
fn a_person_is_known_by_address_and_role() {
    let identity = judge(&token(&claims())).unwrap();
    let subject = "7335d417-61da-459d-899c-0a01c76a2f94".to_owned();
    assert_eq!(identity.actor, Actor::Person { email: "ada@example.com".to_owned(), subject });
    assert_eq!(identity.actor.to_string(), "person:ada@example.com");
    assert_eq!((identity.role, identity.expires_at), (Some(Role::Owner), NOW + 3_600));
}

#[test]
fn a_token_that_openssl_signed_is_let_in() {
    let identity = judge(include_str!("keys/openssl_token.txt")).unwrap();
    assert_eq!(identity.actor.to_string(), "person:ada@example.com");
}

#[test]
fn our_own_rs256_token_is_let_in_and_its_neighbour_is_not() {
    let header = json!({ "alg": "RS256", "kid": "rsa" });
    let good = mint(&header, &claims(), By::Rsa);
    assert!(judge(&good).is_ok());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let other = mint(&header, &with(claims(), json!({ "email": "eve@example.com" })), By::Rsa);
    let (other_message, _) = other.rsplit_once('.').unwrap();
    assert_eq!(refused(&format!("{other_message}.{signature}")), "bad_signature");
    assert_eq!(refused(&format!("{message}.{}", &signature[..signature.len() - 2])), "bad_signature");
}

#[test]
fn a_service_token_is_known_by_its_common_name() {
    // As Access makes them: no e-mail, no `nbf`, an empty `sub`.
    let service =
        with(claims(), json!({ "email": null, "nbf": null, "sub": "", "common_name": "ci.access" }));
    let identity = judge(&token(&service)).unwrap();
    assert_eq!(identity.actor, Actor::Service { client_id: "ci.access".to_owned() });
    assert_eq!(identity.actor.to_string(), "service:ci.access");
    assert_eq!(identity.role, Some(Role::Operator));
    // A person with a client certificate has both, and is a person.
    let both = with(claims(), json!({ "common_name": "ci.access" }));
    assert_eq!(judge(&token(&both)).unwrap().actor.to_string(), "person:ada@example.com");
}

#[test]
fn someone_without_a_role_is_known_and_may_do_nothing() {
    let stranger = judge(&token(&with(claims(), json!({ "email": "eve@elsewhere.example" })))).unwrap();
    assert_eq!(stranger.role, None);
    assert!(stranger.require(Role::Viewer).is_err());
}

#[test]
fn an_address_is_matched_without_case_and_without_look_alikes() {
    let role = |email: &str| judge(&token(&with(claims(), json!({ "email": email })))).unwrap().role;
    assert_eq!(role("ADA@Example.COM"), Some(Role::Owner));
    // U+212A, the Kelvin sign, lower-cases to `k` under full case mapping; this is Kim's colleague at most.
    assert_eq!(role("kim@example.com"), Some(Role::Operator));
    assert_eq!(role("\u{212a}im@example.com"), Some(Role::Viewer));
}

#[test]
fn an_algorithm_outside_the_list_is_refused_whatever_signed_it() {
    for alg in [
        "none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "RS384", "PS256", "ES384", "EdDSA",
        "rs256", "",
    ] {
        for kid in ["rsa", "ec"] {
            let header = json!({ "alg": alg, "kid": kid });
            assert_eq!(refused(&mint(&header, &claims(), By::Nothing)), "algorithm_not_allowed", "{alg}");
            assert_eq!(refused(&mint(&header, &claims(), By::P256(1))), "algorithm_not_allowed", "{alg}");
        }
    }
    let header = json!({ "kid": "ec" });
    assert_eq!(refused(&mint(&header, &claims(), By::P256(1))), "malformed");
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let modulus = base64_url(RSA_MODULUS);
    for key in [
        RSA_PUBLIC_PEM.as_bytes(),
        RSA_PUBLIC_PEM.trim().as_bytes(),
        &modulus,
        rsa_jwk("rsa").to_string().as_bytes(),
    ] {
        let token = mint(&json!({ "alg": "HS256", "kid": "rsa" }), &claims(), By::Hmac(key));
        assert_eq!(refused(&token), "algorithm_not_allowed");
        // And under an allowed name, the same bytes are no RSA signature.
        let token = mint(&json!({ "alg": "RS256", "kid": "rsa" }), &claims(), By::Hmac(key));
        assert_eq!(refused(&token), "bad_signature");
    }
}

fn base64_url(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).expect("the constant is base64url")
}

#[test]
fn a_key_is_used_with_its_own_algorithm_only() {
    let token = mint(&json!({ "alg": "ES256", "kid": "rsa" }), &claims(), By::P256(1));
    assert_eq!(refused(&token), "algorithm_mismatch");
    let token = mint(&json!({ "alg": "RS256", "kid": "ec" }), &claims(), By::P256(1));
    assert_eq!(refused(&token), "algorithm_mismatch");
}

#[test]
fn a_key_that_is_not_the_teams_signs_nothing() {
    let header = json!({ "alg": "ES256", "kid": "ec" });
    assert_eq!(refused(&mint(&header, &claims(), By::P256(2))), "bad_signature");
    // A foreign team's own valid key and issuer.
    let foreign = with(claims(), json!({ "iss": "https://evil.cloudflareaccess.com" }));
    assert_eq!(
        refused(&mint(&json!({ "alg": "ES256", "kid": "theirs" }), &foreign, By::P256(2))),
        "unknown_key"
    );
    // Our key, were it to sign for another issuer.
    assert_eq!(refused(&token(&foreign)), "wrong_issuer");
}

#[test]
fn a_kid_is_a_name_and_not_a_place() {
    for kid in
        ["", "EC", "ec ", "../rsa", "https://evil.example/keys", "ec' OR '1'='1", "\0", &"k".repeat(10_000)]
    {
        let token = mint(&json!({ "alg": "ES256", "kid": kid }), &claims(), By::P256(1));
        assert_eq!(refused(&token), "unknown_key", "{kid}");
    }
    assert_eq!(refused(&mint(&json!({ "alg": "ES256" }), &claims(), By::P256(1))), "missing_key_id");
    for kid in [json!(7), json!(["ec"]), json!({})] {
        let token = mint(&json!({ "alg": "ES256", "kid": kid }), &claims(), By::P256(1));
        assert_eq!(refused(&token), "malformed", "{kid}");
    }
}

#[test]
fn a_token_does_not_bring_its_own_key() {
    let place = "https://evil.example/keys.json";
    let header = json!({
        "alg": "ES256", "kid": "ec", "jku": place, "x5u": place, "jwk": p256_jwk("ec", 2), "x5c": ["MIIB"],
    });
    assert_eq!(refused(&mint(&header, &claims(), By::P256(2))), "bad_signature");
    // They are not a fault by themselves: the team's own signature counts, as without them.
    assert!(judge(&mint(&header, &claims(), By::P256(1))).is_ok());
    let critical = json!({ "alg": "ES256", "kid": "ec", "crit": ["b64"], "b64": false });
    assert_eq!(refused(&mint(&critical, &claims(), By::P256(1))), "malformed");
}

#[test]
fn a_changed_character_anywhere_is_noticed() {
    let good = token(&claims());
    // Every seventh character keeps this quick; the offset is coprime to the base64 group, so all positions come up.
    for at in (0..good.len()).step_by(7) {
        let old = good.as_bytes()[at];
        let new = if old == b'A' { "B" } else { "A" };
        let mut tampered = good.clone();
        tampered.replace_range(at..=at, new);
        assert!(judge(&tampered).is_err(), "{at}");
    }
    let mut parts = good.split('.');
    let (header, payload, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    for broken in [
        String::new(),
        "...".to_owned(),
        "..".to_owned(),
        header.to_owned(),
        format!("{header}.{payload}"),
        format!("{good}.{signature}"),
        format!(" {good}"),
        format!("{good}="),
        format!("Bearer {good}"),
    ] {
        assert_eq!(refused(&broken), "malformed", "{broken}");
    }
    assert_eq!(refused(&format!("{header}.{payload}.")), "bad_signature");
}

#[test]
fn a_claim_for_another_purpose_is_refused_by_its_reason() {
    let check = |changes: Value, expect: &str| {
        assert_eq!(refused(&token(&with(claims(), changes.clone()))), expect, "{changes}");
    };
    check(json!({ "iss": "https://team.cloudflareaccess.com/" }), "wrong_issuer");
    check(json!({ "iss": "https://TEAM.cloudflareaccess.com" }), "wrong_issuer");
    check(json!({ "iss": "" }), "wrong_issuer");
    check(json!({ "iss": [ISSUER] }), "malformed");
    check(json!({ "aud": ["another-app"] }), "wrong_audience");
    check(json!({ "aud": [] }), "wrong_audience");
    check(json!({ "aud": "our-app2" }), "wrong_audience");
    check(json!({ "aud": [[AUDIENCE]] }), "malformed");
    check(json!({ "type": "org" }), "wrong_type");
    check(json!({ "type": "APP" }), "wrong_type");
    check(json!({ "exp": "1763803600" }), "malformed");
    check(json!({ "exp": 1e300 }), "malformed");
    check(json!({ "email": "" }), "missing_claim");
    check(json!({ "email": "no address" }), "malformed_claim");
    check(json!({ "email": "ada@" }), "malformed_claim");
    check(json!({ "email": "a@b\r\nSet-Cookie: x" }), "malformed_claim");
    check(json!({ "email": format!("{}@b", "a".repeat(300)) }), "malformed_claim");
    check(json!({ "email": null, "common_name": "a b" }), "malformed_claim");
    check(json!({ "email": null }), "missing_claim");
    for name in ["iss", "aud", "exp", "iat", "type"] {
        check(json!({ name: null }), "missing_claim");
    }
    // Several audiences, or one by itself, are as good as a list of one.
    for aud in [json!(["x", AUDIENCE]), json!(AUDIENCE)] {
        assert!(judge(&token(&with(claims(), json!({ "aud": aud })))).is_ok());
    }
    assert!(judge(&token(&with(claims(), json!({ "nbf": null })))).is_ok());
}

#[test]
fn the_clock_may_be_a_minute_off_and_no_more() {
    let good = token(&claims());
    let at = |now: i64| judge_at(&good, now).map(drop).map_err(|error| error.label());
    assert_eq!(at(NOW - 60), Ok(()));
    assert_eq!(at(NOW - 61), Err("not_yet_valid"));
    assert_eq!(at(NOW + 3_600 + 59), Ok(()));
    assert_eq!(at(NOW + 3_600 + 60), Err("expired"));
    for (changes, expect) in [
        (json!({ "nbf": NOW + 61 }), "not_yet_valid"),
        (json!({ "iat": NOW + 61 }), "not_yet_valid"),
        (json!({ "iat": NOW + 61, "nbf": NOW - 1 }), "not_yet_valid"),
        (json!({ "exp": NOW - 60 }), "expired"),
        (json!({ "exp": i64::MIN }), "expired"),
        (json!({ "nbf": i64::MAX }), "not_yet_valid"),
    ] {
        assert_eq!(refused(&token(&with(claims(), changes.clone()))), expect, "{changes}");
    }
}

#[test]
fn an_oversized_token_is_refused_before_it_is_read() {
    let large = token(&with(claims(), json!({ "groups": "g".repeat(20_000) })));
    assert_eq!(refused(&large), "too_large");
    let many_groups = token(&with(claims(), json!({ "groups": "g".repeat(8_000) })));
    assert!(judge(&many_groups).is_ok());
}

#[test]
fn a_member_given_twice_is_refused() {
    use base64::Engine as _;
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let good = token(&claims());
    let (_, rest) = good.split_once('.').unwrap();
    let header = encode(r#"{"alg":"none","alg":"ES256","kid":"ec"}"#);
    assert_eq!(refused(&format!("{header}.{rest}")), "malformed");
}

#[test]
fn a_published_set_yields_its_sound_keys_alone() {
    let unusable = [
        json!({ "kid": "oct", "kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0" }),
        with(rsa_jwk("short"), json!({ "n": RSA_1024_MODULUS })),
        with(rsa_jwk("e1"), json!({ "e": "AQ" })),
        with(rsa_jwk("enc"), json!({ "use": "enc" })),
        with(rsa_jwk("ps"), json!({ "alg": "PS256" })),
        with(rsa_jwk("hs"), json!({ "alg": "HS256" })),
        with(rsa_jwk(""), json!({})),
        with(rsa_jwk("x"), json!({ "kid": null })),
        with(rsa_jwk("nan"), json!({ "n": "***" })),
        with(p256_jwk("p384", 1), json!({ "crv": "P-384", "alg": null })),
        with(p256_jwk("off", 1), json!({ "y": p256_jwk("", 2)["y"] })),
        json!({ "kid": "odd", "kty": "quantum" }),
        json!(7),
        json!({}),
    ];
    for jwk in &unusable {
        let set = KeySet::parse(&json!({ "keys": [jwk] }).to_string());
        assert!(matches!(set, Err(KeySetError::NoUsableKey)), "{jwk}");
    }
    // Beside a sound one they do no harm.
    let mut keys = unusable.to_vec();
    keys.push(p256_jwk("ec", 1));
    let store = FakeStore::of(&json!({ "keys": keys }));
    assert!(run(verifier().verify(&token(&claims()), &KeyCache::new(), &store, NOW)).is_ok());
    // And keys that name no algorithm are for the one their kind has.
    let bare = json!({ "keys": [with(p256_jwk("ec", 1), json!({ "alg": null, "use": null }))] });
    assert!(run(verifier().verify(&token(&claims()), &KeyCache::new(), &FakeStore::of(&bare), NOW)).is_ok());

    for text in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
        assert!(matches!(KeySet::parse(text), Err(KeySetError::NotAKeySet(_))), "{text}");
    }
    assert!(matches!(KeySet::parse(&" ".repeat(300_000)), Err(KeySetError::TooLarge)));
}

#[test]
fn a_symmetric_key_in_the_set_signs_nothing() {
    let oct = json!({ "kid": "oct", "kty": "oct", "alg": "HS256", "k": "c2VjcmV0" });
    let store = FakeStore::of(&json!({ "keys": [oct, p256_jwk("ec", 1)] }));
    let token = mint(&json!({ "alg": "HS256", "kid": "oct" }), &claims(), By::Hmac(b"secret"));
    let error = run(verifier().verify(&token, &KeyCache::new(), &store, NOW)).unwrap_err();
    assert_eq!(error.label(), "algorithm_not_allowed");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics_or_is_let_in(token in prop_oneof![
        any::<String>(),
        "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,90}",
        "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjIn0\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{86}",
    ]) {
        prop_assert!(judge(&token).is_err());
    }

    #[test]
    fn no_key_set_text_panics(text in any::<String>(), n in "[A-Za-z0-9_-]{0,400}", e in "[A-Za-z0-9_-]{0,12}") {
        let _ = KeySet::parse(&text);
        let jwk = with(rsa_jwk("x"), json!({ "n": n, "e": e }));
        let _ = KeySet::parse(&json!({ "keys": [jwk, with(p256_jwk("y", 1), json!({ "x": n, "y": e }))] }).to_string());
    }
}
