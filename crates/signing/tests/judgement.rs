//! What is accepted and what is refused, for every source: times, secrets, headers, handshakes.

use signing::{
    Delivery, Headers, Receiver, Secret, SecretError, SecretSlot, Secrets, Settings, SignError, Source,
    TOLERANCE_S, Verified, VerifyError, handshake, sign,
};

const NOW: i64 = 1_763_800_000;
const BODY: &[u8] = br#"{"type":"call.ended","id":"evt_1","event_id":"Ev1"}"#;

/// The sources that sign a time and nothing but headers and body.
const SOURCES: [Source; 5] =
    [Source::Standard, Source::Slack, Source::Zoom, Source::Stripe, Source::Calendly];

type Sent = Vec<(&'static str, String)>;

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

fn secret(source: Source, seed: u8) -> Secret {
    Secret::generate(source, [seed; 32])
}

fn one(source: Source) -> Secrets {
    Secrets::new(secret(source, 1))
}

fn signed(source: Source, timestamp: i64) -> Sent {
    sign(source, &one(source), "msg_1", timestamp, BODY).expect("a generated secret signs")
}

/// The header that carries the signatures is always the last one `sign` makes.
fn signature(headers: &mut Sent) -> &mut String {
    &mut headers.last_mut().expect("signed headers are never empty").1
}

#[test]
fn a_delivery_is_accepted_up_to_the_tolerance_either_way_and_no_further() {
    for source in SOURCES {
        for (age_s, fresh) in [
            (0, true),
            (TOLERANCE_S, true),
            (-TOLERANCE_S, true),
            (TOLERANCE_S + 1, false),
            (-TOLERANCE_S - 1, false),
            (86_400, false),
        ] {
            let judged = verify(source, &one(source), &signed(source, NOW - age_s), BODY, NOW);
            match judged {
                Ok(verified) => assert!(fresh && verified.timestamp == Some(NOW - age_s), "{source} {age_s}"),
                Err(error) => {
                    assert_eq!(
                        error,
                        VerifyError::StaleTimestamp { skew_s: age_s, tolerance_s: 300 },
                        "{source}"
                    );
                    assert!(!fresh, "{source} {age_s}");
                }
            }
        }
    }
}

#[test]
fn any_changed_byte_of_the_body_is_a_mismatch() {
    for source in SOURCES {
        let headers = signed(source, NOW);
        for at in 0..BODY.len() {
            let mut forged = BODY.to_vec();
            forged[at] ^= 1;
            assert_eq!(verify(source, &one(source), &headers, &forged, NOW), Err(VerifyError::Mismatch));
        }
        for forged in [&BODY[..BODY.len() - 1], b"", &[BODY, b"\n"].concat()] {
            assert_eq!(verify(source, &one(source), &headers, forged, NOW), Err(VerifyError::Mismatch));
        }
    }
}

#[test]
fn a_signature_is_bound_to_its_time_and_id() {
    for source in SOURCES {
        let mut headers = signed(source, NOW);
        for (_, value) in &mut headers {
            *value = value.replace(&NOW.to_string(), &(NOW + 1).to_string());
        }
        assert_eq!(verify(source, &one(source), &headers, BODY, NOW), Err(VerifyError::Mismatch), "{source}");
    }
    let mut headers = signed(Source::Standard, NOW);
    headers[0].1 = "msg_2".to_owned();
    assert_eq!(
        verify(Source::Standard, &one(Source::Standard), &headers, BODY, NOW),
        Err(VerifyError::Mismatch)
    );
}

#[test]
fn another_secret_is_a_mismatch() {
    for source in SOURCES {
        let others = Secrets::new(secret(source, 2)).with_previous(secret(source, 3));
        let judged = verify(source, &others, &signed(source, NOW), BODY, NOW);
        assert_eq!(judged, Err(VerifyError::Mismatch), "{source}");
    }
}

#[test]
fn rotation_accepts_the_previous_secret_and_says_so() {
    for source in SOURCES {
        let rotated = Secrets::new(secret(source, 2)).with_previous(secret(source, 1));
        let verified = verify(source, &rotated, &signed(source, NOW), BODY, NOW).unwrap();
        assert_eq!(verified.secret, SecretSlot::Previous, "{source}");
        let verified = verify(source, &one(source), &signed(source, NOW), BODY, NOW).unwrap();
        assert_eq!(verified.secret, SecretSlot::Current, "{source}");
    }
}

#[test]
fn an_outbound_delivery_in_rotation_suits_receivers_of_either_secret() {
    let rotating = |source| Secrets::new(secret(source, 2)).with_previous(secret(source, 1));
    for source in [Source::Standard, Source::Stripe] {
        let headers = sign(source, &rotating(source), "msg_1", NOW, BODY).unwrap();
        for seed in [1, 2] {
            let receiver = Secrets::new(secret(source, seed));
            assert!(verify(source, &receiver, &headers, BODY, NOW).is_ok(), "{source} {seed}");
        }
    }
    // These have room for one signature: the current secret's.
    for source in [Source::Slack, Source::Zoom] {
        let headers = sign(source, &rotating(source), "msg_1", NOW, BODY).unwrap();
        let receiver = Secrets::new(secret(source, 2));
        assert!(verify(source, &receiver, &headers, BODY, NOW).is_ok(), "{source}");
    }
}

#[test]
fn one_good_signature_among_others_is_enough() {
    let noise = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= v1a,bm90IG91cnM= v2,x v1,short nonsense";
    let mut headers = signed(Source::Standard, NOW);
    let good = signature(&mut headers);
    *good = format!("{noise} {good}  ");
    assert!(verify(Source::Standard, &one(Source::Standard), &headers, BODY, NOW).is_ok());

    let mut headers = signed(Source::Stripe, NOW);
    let good = signature(&mut headers);
    *good = format!("v0=abc, v1={}, v1=invalid, {good}, x", "0".repeat(64));
    assert!(verify(Source::Stripe, &one(Source::Stripe), &headers, BODY, NOW).is_ok());
}

#[test]
fn a_missing_header_is_named() {
    for source in SOURCES {
        let headers = signed(source, NOW);
        for (index, (name, _)) in headers.iter().enumerate() {
            let mut sent = headers.clone();
            sent.remove(index);
            let judged = verify(source, &one(source), &sent, BODY, NOW);
            assert_eq!(judged, Err(VerifyError::MissingHeader { name: (*name).to_owned() }), "{source}");
        }
    }
}

#[test]
fn header_names_match_in_any_case_and_under_their_alias() {
    let headers: Vec<_> = signed(Source::Standard, NOW)
        .into_iter()
        .map(|(name, value)| (name.to_ascii_uppercase(), value))
        .collect();
    assert!(verify(Source::Standard, &one(Source::Standard), &headers, BODY, NOW).is_ok());

    let aliased: Vec<_> = signed(Source::Standard, NOW)
        .into_iter()
        .map(|(name, value)| (name.replace("webhook-", "svix-"), value))
        .collect();
    let verified = verify(Source::Standard, &one(Source::Standard), &aliased, BODY, NOW).unwrap();
    assert_eq!(verified.delivery_id.as_deref(), Some("msg_1"));
    let missing = verify(Source::Standard, &one(Source::Standard), &aliased[1..], BODY, NOW);
    assert_eq!(missing, Err(VerifyError::MissingHeader { name: "svix-id".to_owned() }));
}

#[test]
fn a_header_sent_twice_is_refused_even_if_both_are_good() {
    for source in SOURCES {
        let headers = signed(source, NOW);
        for (name, value) in &headers {
            let mut sent = headers.clone();
            sent.push((name, value.clone()));
            let judged = verify(source, &one(source), &sent, BODY, NOW);
            assert!(
                matches!(&judged, Err(VerifyError::MalformedHeader { name: found, .. }) if found == name),
                "{source} {name}: {judged:?}"
            );
        }
    }
}

#[test]
fn a_malformed_time_is_refused_before_anything_is_hashed() {
    let times =
        ["", " ", "-1", "+1763800000", "1763800000.0", "1e9", "0x10", "１７６３８", "99999999999999999999"];
    for source in SOURCES {
        for time in times {
            let mut headers = signed(source, NOW);
            for (_, value) in &mut headers {
                *value = value.replace(&NOW.to_string(), time);
            }
            let judged = verify(source, &one(source), &headers, BODY, NOW);
            assert!(
                matches!(judged, Err(VerifyError::MalformedHeader { .. })),
                "{source} {time:?}: {judged:?}"
            );
        }
    }
    let mut headers = signed(Source::Stripe, NOW);
    let good = signature(&mut headers);
    *good = format!("t={NOW},{good}");
    assert!(matches!(
        verify(Source::Stripe, &one(Source::Stripe), &headers, BODY, NOW),
        Err(VerifyError::MalformedHeader { reason: "it carries more than one time", .. })
    ));
}

#[test]
fn a_header_without_one_whole_signature_is_malformed() {
    for source in SOURCES {
        let whole = signature(&mut signed(source, NOW)).clone();
        let truncated = whole[..whole.len() - 2].to_owned();
        let unversioned = whole.replace("v1", "v9").replace("v0=", "v9=");
        for bad in [truncated, unversioned, format!("{whole}00"), String::new(), "x".repeat(5_000)] {
            let mut headers = signed(source, NOW);
            signature(&mut headers).clone_from(&bad);
            let judged = verify(source, &one(source), &headers, BODY, NOW);
            assert!(
                matches!(judged, Err(VerifyError::MalformedHeader { .. })),
                "{source} {bad:?}: {judged:?}"
            );
        }
    }
}

#[test]
fn an_id_cannot_carry_the_separator() {
    // Under `{id}.{timestamp}.{body}` these two deliveries have the same signed bytes.
    let secrets = one(Source::Standard);
    let body = format!("{NOW}.rest");
    let honest = sign(Source::Standard, &secrets, "msg_1", NOW - 10_000, body.as_bytes()).unwrap();
    let recut = vec![
        ("webhook-id", format!("msg_1.{}", NOW - 10_000)),
        ("webhook-timestamp", NOW.to_string()),
        ("webhook-signature", honest[2].1.clone()),
    ];
    assert!(matches!(
        verify(Source::Standard, &secrets, &recut, b"rest", NOW),
        Err(VerifyError::MalformedHeader { name, .. }) if name == "webhook-id"
    ));
    for id in ["", "a.b", "a,b", "a b", "é", "a\n", &"x".repeat(257)] {
        assert_eq!(sign(Source::Standard, &secrets, id, NOW, BODY), Err(SignError::BadDeliveryId), "{id:?}");
    }
}

#[test]
fn a_broken_secret_of_ours_is_told_apart_from_a_bad_delivery() {
    let headers = signed(Source::Standard, NOW);
    let broken = Secret::new("whsec_***");
    let fault = |slot| VerifyError::BadSecret { slot, source: SecretError::NotBase64 };

    let judged = verify(Source::Standard, &Secrets::new(broken.clone()), &headers, BODY, NOW).unwrap_err();
    assert_eq!(judged, fault(SecretSlot::Current));
    assert!(judged.is_configuration_fault() && !VerifyError::Mismatch.is_configuration_fault());

    // A broken previous secret harms nobody who signs with the current one.
    let half = one(Source::Standard).with_previous(broken.clone());
    assert!(verify(Source::Standard, &half, &headers, BODY, NOW).is_ok());
    assert_eq!(verify(Source::Standard, &half, &headers, b"", NOW), Err(fault(SecretSlot::Previous)));

    let error = sign(Source::Standard, &Secrets::new(broken), "msg_1", NOW, BODY).unwrap_err();
    assert!(matches!(error, SignError::BadSecret { slot: SecretSlot::Current, .. }));
    assert!(matches!(
        sign(Source::Standard, &one(Source::Standard), "msg_1", -1, BODY),
        Err(SignError::BadTimestamp { timestamp: -1 })
    ));
}

#[test]
fn the_delivery_is_named_by_header_then_body() {
    let name = |source: Source, body: &[u8]| {
        let headers = sign(source, &one(source), "msg_1", NOW, body).unwrap();
        verify(source, &one(source), &headers, body, NOW).unwrap().delivery_id
    };
    assert_eq!(name(Source::Standard, BODY).as_deref(), Some("msg_1"));
    assert_eq!(name(Source::Slack, BODY).as_deref(), Some("Ev1"));
    assert_eq!(name(Source::Stripe, BODY).as_deref(), Some("evt_1"));
    assert_eq!(name(Source::Zoom, BODY), None);
    let nameless: [&[u8]; 8] = [
        b"",
        b"{",
        b"[]",
        br#"{"id":7}"#,
        br#"{"id":""}"#,
        br#"{"id":"a b"}"#,
        b"\xff\xfe",
        br#"{"data":{"id":"x"}}"#,
    ];
    for body in nameless {
        assert_eq!(name(Source::Stripe, body), None, "{body:?}");
    }
}

fn shake(source: Source, body: &[u8]) -> Option<String> {
    let headers = sign(source, &one(source), "msg_1", NOW, body).expect("a generated secret signs");
    let verified = verify(source, &one(source), &headers, body, NOW).expect("what is signed verifies");
    handshake(source, &verified, &one(source), body).map(|answer| answer.body)
}

#[test]
fn slack_gets_its_challenge_back_as_json() {
    let body = br#"{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd","type":"url_verification"}"#;
    assert_eq!(
        shake(Source::Slack, body).as_deref(),
        Some(r#"{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd"}"#)
    );
    let markup = br#"{"challenge":"<script>\"","type":"url_verification"}"#;
    assert_eq!(shake(Source::Slack, markup).as_deref(), Some(r#"{"challenge":"<script>\""}"#));
}

#[test]
fn what_is_no_challenge_is_left_to_be_an_event() {
    let padding = "x".repeat(20_000);
    let large = format!(r#"{{"type":"url_verification","challenge":"x","pad":"{padding}"}}"#);
    let bodies: [&[u8]; 11] = [
        BODY,
        b"",
        b"{",
        br#"{"type":"url_verification"}"#,
        br#"{"type":"url_verification","challenge":""}"#,
        br#"{"type":"url_verification","challenge":7}"#,
        br#"{"type":"event_callback","challenge":"x"}"#,
        br#"{"event":"endpoint.url_validation"}"#,
        br#"{"event":"endpoint.url_validation","payload":{"plainToken":""}}"#,
        br#"{"event":"meeting.started","payload":{"plainToken":"x"}}"#,
        large.as_bytes(),
    ];
    for source in SOURCES {
        for body in bodies {
            assert_eq!(shake(source, body), None, "{source} {}", String::from_utf8_lossy(body));
        }
    }
}

#[test]
fn zooms_handshake_signs_no_deliveries_on_request() {
    let forged =
        format!(r#"{{"event":"endpoint.url_validation","payload":{{"plainToken":"v0:{NOW}:{{}}"}}}}"#);
    assert_eq!(shake(Source::Zoom, forged.as_bytes()), None);
}

#[test]
fn zooms_handshake_answers_with_the_secret_the_delivery_was_signed_with() {
    let body = br#"{"event":"endpoint.url_validation","payload":{"plainToken":"abc"}}"#;
    let headers = sign(Source::Zoom, &one(Source::Zoom), "x", NOW, body).unwrap();
    let rotated = Secrets::new(secret(Source::Zoom, 2)).with_previous(secret(Source::Zoom, 1));
    let verified = verify(Source::Zoom, &rotated, &headers, body, NOW).unwrap();
    let answer = handshake(Source::Zoom, &verified, &rotated, body).map(|answer| answer.body);
    assert_eq!(answer, shake(Source::Zoom, body));
}

#[test]
fn errors_carry_neither_secret_nor_signature() {
    for source in SOURCES {
        let mut headers = signed(source, NOW);
        let error = verify(source, &Secrets::new(secret(source, 9)), &headers, BODY, NOW).unwrap_err();
        let shown = format!("{error} {error:?} {}", error.label());
        assert!(!shown.contains(secret(source, 9).expose()), "{shown}");
        assert!(!shown.contains(signature(&mut headers).as_str()), "{shown}");
    }
}
