//! Arbitrary input at every entry point: nothing panics, nothing forged is accepted, and what is signed verifies.

use proptest::collection::vec;
use proptest::prelude::*;
use signing::{
    Algorithm, Delivery, Encoding, HmacSettings, HmacTimestamp, PubsubSettings, Receiver, SalesforceSettings,
    Secret, Secrets, Settings, Source, TimeFormat, acknowledgement, handshake, named_key, open_handshake,
    sign, verify,
};

const NAMES: [&str; 21] = [
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
    "calendly-webhook-signature",
    "x-hubspot-request-timestamp",
    "x-hubspot-signature-v3",
    "x-hub-signature-256",
    "x-hub-signature",
    "x-shopify-hmac-sha256",
    "x-twilio-signature",
    "linear-signature",
    "authorization",
    "x-api-key",
];

/// What the sources with settings are configured with.
fn settings(source: Source) -> Settings {
    match source {
        Source::Hmac => Settings::Hmac(HmacSettings {
            algorithm: Algorithm::Sha256,
            header: "x-hub-signature".into(),
            prefix: "sha256=".into(),
            encoding: Encoding::Hex,
            secret_encoding: None,
            id_header: Some("webhook-id".into()),
            timestamp: Some(HmacTimestamp {
                header: "webhook-timestamp".into(),
                format: TimeFormat::UnixSeconds,
                tolerance_s: 300,
            }),
            template: "{id}.{timestamp}.{body}".into(),
        }),
        Source::Salesforce => {
            Settings::Salesforce(SalesforceSettings { organization_id: "00D000000000001".into() })
        }
        Source::GooglePubsub => Settings::GooglePubsub(PubsubSettings {
            audience: None,
            service_account: "push@project.iam.gserviceaccount.com".into(),
        }),
        _ => Settings::None,
    }
}

fn no_keys() -> jwt::KeySet {
    jwt::KeySet::parse(include_str!("cases/keys/google.jwks.json")).expect("the key set is one")
}

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
        url in prop_oneof![any::<String>(), "https://[a-z.]{1,9}/[a-z%?&=]{0,20}"],
        now in any::<i64>(),
    ) {
        let secrets = Secrets::new(Secret::new(secret));
        let (settings, keys) = (settings(source), no_keys());
        let receiver = Receiver { source, secrets: &secrets, settings: &settings, keys: Some(&keys) };
        let delivery = Delivery { method: "POST", url: &url, headers: &headers, body: &body };
        prop_assert!(verify(receiver, delivery, now).is_err());
        let _ = (named_key(source, delivery), open_handshake(source, delivery), acknowledgement(source, &body));
    }

    #[test]
    fn what_is_signed_verifies_and_its_handshake_never_panics(
        source in prop::sample::select(vec![
            Source::Standard, Source::Slack, Source::Zoom, Source::Stripe, Source::Calendly, Source::Github,
            Source::Shopify, Source::Intercom, Source::Typeform,
        ]),
        random in any::<[u8; 32]>(),
        id in "[!-+\\--/:-~]{0,3}[a-zA-Z0-9_]{1,40}",
        timestamp in 0..=i64::MAX / 1_000,
        body in vec(any::<u8>(), 0..256),
    ) {
        let id = id.replace('.', "-");
        let secrets = Secrets::new(Secret::generate(source, random));
        let headers = sign(source, &secrets, &id, timestamp, &body).unwrap();
        let receiver = Receiver { source, secrets: &secrets, settings: &Settings::None, keys: None };
        let delivery = Delivery { method: "POST", url: "https://example.com/", headers: &headers, body: &body };
        let verified = verify(receiver, delivery, timestamp).unwrap();
        prop_assert!(verified.timestamp.is_none_or(|signed| signed == timestamp));
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
