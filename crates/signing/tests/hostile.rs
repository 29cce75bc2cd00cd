//! Arbitrary input at every entry point: nothing panics, nothing forged is accepted, and what is signed verifies.

use proptest::collection::vec;
use proptest::prelude::*;
use signing::{Secret, Secrets, Source, handshake, sign, verify};

const NAMES: [&str; 11] = [
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "svix-id",
    "svix-timestamp",
    "svix-signature",
    "x-slack-request-timestamp",
    "x-slack-signature",
    "x-zm-request-timestamp",
    "x-zm-signature",
    "stripe-signature",
];

fn source() -> impl Strategy<Value = Source> {
    prop::sample::select(Source::ALL.to_vec())
}

/// Values near enough to the real forms to get past the first check.
fn header_value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9]{1,20}",
        "(v0=|v1,|t=[0-9]{1,12},v1=|v1=)[0-9a-f]{60,66}",
        "(v1,[A-Za-z0-9+/]{42,43}=? ?){1,4}",
        "[tv][01]?[=,][ -~]{0,80}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_input_panics_or_is_accepted_unsigned(
        source in source(),
        headers in vec((prop::sample::select(NAMES.to_vec()), header_value()), 0..12),
        body in vec(any::<u8>(), 0..64),
        secret in prop_oneof![any::<String>(), "whsec_[A-Za-z0-9+/]{32,44}", "[a-z0-9]{12,40}"],
        now in any::<i64>(),
    ) {
        let secrets = Secrets::new(Secret::new(secret));
        prop_assert!(verify(source, &secrets, &headers, &body, now).is_err());
    }

    #[test]
    fn what_is_signed_verifies_and_its_handshake_never_panics(
        source in source(),
        random in any::<[u8; 32]>(),
        id in "[!-+\\--/:-~]{0,3}[a-zA-Z0-9_]{1,40}",
        timestamp in 0..=i64::MAX,
        body in vec(any::<u8>(), 0..256),
    ) {
        let id = id.replace('.', "-");
        let secrets = Secrets::new(Secret::generate(source, random));
        let headers = sign(source, &secrets, &id, timestamp, &body).unwrap();
        let verified = verify(source, &secrets, &headers, &body, timestamp).unwrap();
        prop_assert_eq!(verified.timestamp, timestamp);
        let _ = handshake(source, &verified, &secrets, &body);
    }

    #[test]
    fn signing_with_any_secret_and_id_answers_or_refuses(
        source in source(),
        secret in any::<String>(),
        id in any::<String>(),
        timestamp in any::<i64>(),
    ) {
        let _ = sign(source, &Secrets::new(Secret::new(secret)), &id, timestamp, b"");
    }

    #[test]
    fn any_text_is_a_source_or_a_refusal(text in any::<String>()) {
        if let Ok(source) = text.parse::<Source>() {
            prop_assert_eq!(source.as_str(), text);
        }
    }
}
