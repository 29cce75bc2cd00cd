//! The providers' own examples: what they published must verify here, and what is signed here must equal it.

use signing::{
    Delivery, Headers, Receiver, Secret, Secrets, Settings, Source, Verified, VerifyError, handshake, sign,
};

/// The catalog's verdict on a delivery that proves itself by headers and body alone.
fn verify(
    source: Source,
    secrets: &Secrets,
    headers: &(impl Headers + ?Sized),
    body: &[u8],
    now: i64,
) -> Result<Verified, VerifyError> {
    let receiver = Receiver { source, secrets, settings: &Settings::None, keys: None };
    let delivery = Delivery { method: "POST", url: "https://example.com/hooks/1", headers, body };
    signing::verify(receiver, delivery, now)
}

struct Example {
    source: Source,
    secret: &'static str,
    timestamp: i64,
    id: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
}

/// Standard Webhooks: the vector its reference libraries share.
const STANDARD: Example = Example {
    source: Source::Standard,
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    timestamp: 1_614_265_330,
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    headers: &[
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ],
    body: r#"{"test": 2432232314}"#,
};

/// Slack: the worked example of "Verifying requests from Slack".
const SLACK: Example = Example {
    source: Source::Slack,
    secret: "8f742231b10e8888abcd99yyyzzz85a5",
    timestamp: 1_531_420_618,
    id: "unused",
    headers: &[
        ("X-Slack-Request-Timestamp", "1531420618"),
        ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
    ],
    body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
           &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
           &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
           &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
};

/// Stripe: the fixture of its .NET library. The `v0` field is the library's too, and is to be skipped.
const STRIPE: Example = Example {
    source: Source::Stripe,
    secret: "webhook_secret",
    timestamp: 1_533_204_620,
    id: "unused",
    headers: &[(
        "Stripe-Signature",
        "t=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7,\
         v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef",
    )],
    body: include_str!("stripe_event.json"),
};

/// Zoom publishes no key beside its example: this value was computed with Python's `hmac` over `v0:1531420618:{}`.
const ZOOM: Example = Example {
    source: Source::Zoom,
    secret: "secretValueTest",
    timestamp: 1_531_420_618,
    id: "unused",
    headers: &[
        ("x-zm-request-timestamp", "1531420618"),
        ("x-zm-signature", "v0=fbd2f6e31916b3e9ce268bc15e955a3611a7b119dc2cb927a6212f7e2efd725e"),
    ],
    body: "{}",
};

#[test]
fn a_published_example_verifies() {
    for example in [STANDARD, SLACK, STRIPE, ZOOM] {
        let secrets = Secrets::new(Secret::new(example.secret));
        let verified =
            verify(example.source, &secrets, example.headers, example.body.as_bytes(), example.timestamp + 7)
                .unwrap_or_else(|error| panic!("{}: {error}", example.source));
        assert_eq!(verified.timestamp, Some(example.timestamp));
    }
}

#[test]
fn signing_makes_the_published_headers() {
    for example in [STANDARD, SLACK, STRIPE, ZOOM] {
        let secrets = Secrets::new(Secret::new(example.secret));
        let made =
            sign(example.source, &secrets, example.id, example.timestamp, example.body.as_bytes()).unwrap();
        let expected: Vec<_> = example
            .headers
            .iter()
            .map(|(name, value)| {
                // Of Stripe's example only the current version is ours to make.
                let value = value.split(",v0=").next().unwrap();
                (name.to_ascii_lowercase(), value.to_owned())
            })
            .collect();
        let made: Vec<_> = made.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(made, expected, "{}", example.source);
    }
}

#[test]
fn the_reference_library_agrees_in_both_directions() {
    let oracle = standardwebhooks::Webhook::new(STANDARD.secret).unwrap();
    let secrets = Secrets::new(Secret::new(STANDARD.secret));
    for (id, timestamp, body) in [
        ("msg_1", 0, ""),
        ("msg_2", 1_763_800_000, "{\"text\":\"naïve – ¿qué? 👩🏽‍🚀\"}"),
        ("9", i64::from(u32::MAX), "no json at all\r\n\0"),
    ] {
        let theirs = oracle.sign(id, timestamp, body.as_bytes()).unwrap();
        let ours = sign(Source::Standard, &secrets, id, timestamp, body.as_bytes()).unwrap();
        assert_eq!(ours[2].1, theirs);

        let headers = [
            ("webhook-id", id),
            ("webhook-timestamp", &timestamp.to_string()),
            ("webhook-signature", &theirs),
        ];
        assert!(verify(Source::Standard, &secrets, &headers, body.as_bytes(), timestamp).is_ok());
    }
}

#[test]
fn zoom_url_validation_answers_with_the_hashed_token() {
    // The token is the one of Zoom's documentation, the expected hash that of an independent implementation.
    let secrets = Secrets::new(Secret::new("secretValueTest"));
    let body =
        br#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}"#;
    let headers = sign(Source::Zoom, &secrets, "x", 1_654_503_849, body).unwrap();
    let verified = verify(Source::Zoom, &secrets, &headers, body, 1_654_503_850).unwrap();
    let answer = handshake(Source::Zoom, &verified, &secrets, body).expect("a challenge is answered");
    assert_eq!(answer.content_type, "application/json");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&answer.body).unwrap(),
        serde_json::json!({
            "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
            "encryptedToken": "70c1f2e2e6ca2d39297490d1f9142c7d701415ea8e6151f6562a08fa657a40ff",
        })
    );
}

#[test]
fn stripes_id_and_the_standard_header_name_the_delivery() {
    for (example, expect) in [
        (STANDARD, Some("msg_p5jXN8AQM9LWM0D4loKWxJek")),
        (STRIPE, Some("evt_123")),
        // A slash command is a form, not JSON, so it has no event id.
        (SLACK, None),
        (ZOOM, None),
    ] {
        let secrets = Secrets::new(Secret::new(example.secret));
        let verified =
            verify(example.source, &secrets, example.headers, example.body.as_bytes(), example.timestamp);
        assert_eq!(verified.unwrap().delivery_id.as_deref(), expect, "{}", example.source);
    }
}

#[test]
fn a_reencoded_body_is_another_body() {
    let parsed: serde_json::Value = serde_json::from_str(STANDARD.body).unwrap();
    let reencoded = serde_json::to_vec(&parsed).unwrap();
    assert_ne!(reencoded, STANDARD.body.as_bytes());
    let secrets = Secrets::new(Secret::new(STANDARD.secret));
    let judged = verify(STANDARD.source, &secrets, STANDARD.headers, &reencoded, STANDARD.timestamp);
    assert_eq!(judged, Err(VerifyError::Mismatch));
}
