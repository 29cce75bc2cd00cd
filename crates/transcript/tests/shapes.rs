//! Every shape, by what it becomes: one table of payloads, and the rules that hold whatever the shape.

use serde_json::{Value, json};
use transcript::{Document, MAX_TURNS, NormalizeError, normalize};

/// A turn in one line: `speaker/side@start-end text`.
fn lines(document: &Document) -> Vec<String> {
    let ms = |at: Option<u64>| at.map_or_else(|| "?".to_owned(), |at| at.to_string());
    document
        .turns
        .iter()
        .map(|turn| {
            let text = document.turn_text(turn);
            format!("{}/{}@{}-{} {text}", turn.speaker, turn.side, ms(turn.start_ms), ms(turn.end_ms))
        })
        .collect()
}

fn read(source: &str, payload: &Value) -> Document {
    let document =
        normalize(source, payload.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}: {payload}"));
    let texts: Vec<&str> = document.turns.iter().map(|turn| document.turn_text(turn)).collect();
    assert_eq!(document.text, texts.join("\n"), "the source text is the turns' texts");
    document
}

#[test]
fn every_shape_becomes_turns_with_sides_and_times() {
    let cases = [
        (
            "standard",
            json!({"type": "call.completed", "timestamp": "2026-11-03T10:00:00Z", "data": {
            "call_id": "c1", "title": "Intro", "account": {"name": "Pellworth", "domain": "pellworth.example"},
            "started_at": "2026-11-03T09:30:00+00:00",
            "participants": [
                {"name": "Dan", "email": "dan@ours.example", "side": "internal"},
                {"name": "Gail", "email": "gail@pellworth.example"},
                {"name": "Olu", "email": "olu@ours.example"},
                {"name": "Guest", "email": "someone@gmail.com"}
            ],
            "turns": [
                {"speaker": "Dan", "start_ms": 0, "end_ms": 900, "text": "Hello.", "words": [{"text": "Hello."}]},
                {"speaker": "gail ", "start_ms": 1000, "end_ms": 1900, "text": "Hi."},
                {"speaker": "Olu", "text": "Morning."},
                {"speaker": "Guest", "text": "Hey."},
                {"speaker": "Nobody", "text": "Who?"},
                {"speaker": "Dan", "text": "  "}
            ]}}),
            ("Intro", Some("Pellworth"), Some("2026-11-03T09:30:00Z")),
            vec![
                "Dan/internal@0-900 Hello.",
                "gail/external@1000-1900 Hi.",
                "Olu/internal@?-? Morning.",
                "Guest/external@?-? Hey.",
                "Nobody/unknown@?-? Who?",
            ],
        ),
        (
            "fathom",
            json!({"title": "Sync", "meeting_title": "Weekly sync", "recording_start_time": "2026-11-09T09:01:26Z",
            "created_at": "2026-11-10T00:00:00Z",
            "calendar_invitees": [
                {"name": "Yusuf", "email": "y@ours.example", "is_external": false},
                {"name": "Fiona", "email": "f@lab.example", "is_external": true}
            ],
            "recorded_by": {"name": "Yusuf", "email": "y@ours.example"},
            "transcript": [
                {"speaker": {"display_name": "Yusuf", "matched_calendar_invitee_email": "y@ours.example"},
                 "text": "Hi.", "timestamp": "00:00:01"},
                {"speaker": {"display_name": "Fiona K", "matched_calendar_invitee_email": "F@lab.example"},
                 "text": "Hello.", "timestamp": "01:05:32"},
                {"speaker": {"display_name": "Ewan", "matched_calendar_invitee_email": null},
                 "text": "Sorry.", "timestamp": "01:05:40"}
            ]}),
            ("Weekly sync", Some("lab.example"), Some("2026-11-09T09:01:26Z")),
            vec![
                "Yusuf/internal@1000-? Hi.",
                "Fiona K/external@3932000-? Hello.",
                "Ewan/unknown@3940000-? Sorry.",
            ],
        ),
        (
            "gong",
            json!({"callTranscripts": [{"callId": "7", "transcript": [
                {"speakerId": "11", "topic": "Intro", "sentences": [
                    {"start": 100, "end": 900, "text": "Good morning."},
                    {"start": 900, "end": 1500, "text": "Shall we?"}]},
                {"speakerId": "22", "topic": null, "sentences": [{"start": 1600, "end": 1900, "text": "Yes."}]},
                {"speakerId": "33", "sentences": [{"start": 2000, "end": 2100, "text": "Mm."}]}
            ]}],
            "metaData": {"title": "Gong call", "started": "2026-01-01T00:00:00Z"},
            "parties": [
                {"speakerId": "11", "name": "Rep", "emailAddress": "rep@ours.example", "affiliation": "Internal"},
                {"speakerId": "22", "name": "Cy", "emailAddress": "cy@client.example", "affiliation": "External"}
            ]}),
            ("Gong call", Some("client.example"), Some("2026-01-01T00:00:00Z")),
            vec![
                "Rep/internal@100-1500 Good morning. Shall we?",
                "Cy/external@1600-1900 Yes.",
                "33/unknown@2000-2100 Mm.",
            ],
        ),
        (
            "zoom",
            json!({"event": "recording.transcript_completed", "payload": {"object": {
            "topic": "Check-in", "host_email": "cal@ours.example", "start_time": "2026-11-04T03:02:40Z",
            "transcript": {"timeline": [
                {"ts": "00:00:02.034", "end_ts": "00:00:07.503", "text": "G'day",
                 "users": [{"username": "Cal", "email_address": "cal@ours.example"}]},
                {"ts": "00:00:08.000", "end_ts": "00:00:09.000", "text": "Hi",
                 "users": [{"username": "Teg", "email_address": "teg@hotel.example"}]},
                {"ts": "00:00:10.000", "end_ts": "00:00:11.000", "text": "Me too",
                 "users": [{"username": "+61 4", "email_address": ""}]},
                {"ts": "00:00:12.000", "end_ts": "00:00:13.000", "text": "?", "users": []}
            ]}}}}),
            ("Check-in", Some("hotel.example"), Some("2026-11-04T03:02:40Z")),
            vec![
                "Cal/internal@2034-7503 G'day",
                "Teg/external@8000-9000 Hi",
                "+61 4/unknown@10000-11000 Me too",
                "Unknown speaker/unknown@12000-13000 ?",
            ],
        ),
        (
            "fireflies",
            json!({"data": {"transcript": {"title": "FF", "date": 1_793_762_350_000_i64,
            "organizer_email": "o@ours.example", "participants": ["o@ours.example", "b@buyer.example"],
            "meeting_attendees": [{"displayName": "Bo", "email": "b@buyer.example"}],
            "sentences": [
                {"speaker_name": "Bo", "text": "One.", "start_time": 1.5, "end_time": 2.25},
                {"speaker_name": null, "text": "Two.", "start_time": "3", "end_time": "4"}
            ]}}}),
            ("FF", Some("buyer.example"), Some("2026-11-04T03:19:10Z")),
            vec!["Bo/external@1500-2250 One.", "Unknown speaker/unknown@3000-4000 Two."],
        ),
        (
            "elevenlabs",
            json!({"type": "post_call_transcription", "event_timestamp": 1_793_762_400, "data": {
            "metadata": {"start_time_unix_secs": 1_793_762_350, "main_language": "en"},
            "transcript": [
                {"role": "agent", "message": "How can I help?", "time_in_call_secs": 0},
                {"role": "agent", "message": null, "time_in_call_secs": 1},
                {"role": "user", "message": "It broke.", "time_in_call_secs": 4}
            ]}}),
            ("Untitled conversation", None, Some("2026-11-04T03:19:10Z")),
            vec!["agent/internal@0-? How can I help?", "user/external@4000-? It broke."],
        ),
        (
            "generic",
            json!({"subject": "Captions", "file": {"content":
                "\u{feff}WEBVTT\n\nNOTE made by hand: no\n\n1\n00:00:01.000 --> 00:00:02.000 align:start\n<v Ann>We need\n\n\
                 00:00:02.000 --> 00:00:03.500\n<v Ann>it <i>soon</i>.</v>\n\n00:04.000 --> 00:05.000\nBob Lee: Right."}}),
            ("Captions", None, None),
            vec!["Ann/unknown@1000-3500 We need it soon.", "Bob Lee/unknown@4000-5000 Right."],
        ),
        (
            "chat",
            json!({"title": "Ticket 9", "company": {"name": "Northwind"}, "messages": [
                {"author": {"type": "user", "name": "Kim", "id": "u1"}, "body": "It fails.", "created_at": 1_793_762_350},
                {"author": {"type": "admin", "name": "Lou"}, "body": "Sorry!", "created_at": 1_793_762_360},
                {"role": "customer", "content": [{"type": "text", "text": "Still"}, {"type": "text", "text": "broken."}]},
                {"from": "agent", "text": "Fixed.", "created_at": "2026-11-04T03:19:30Z"}
            ]}),
            ("Ticket 9", Some("Northwind"), Some("2026-11-04T03:19:10Z")),
            vec![
                "Kim/external@0-? It fails.",
                "Lou/internal@10000-? Sorry!",
                "customer/external@?-? Still broken.",
                "agent/internal@20000-? Fixed.",
            ],
        ),
        (
            "generic",
            json!({"result": {"call": {"segments": [
                {"speaker": 0, "text": "Hello", "start": 0.5, "end": 1.0},
                {"speaker": 1, "text": "Hi", "start": 1.2, "end": 1.4}]}}}),
            ("Untitled conversation", None, None),
            vec!["Speaker 0/unknown@500-1000 Hello", "Speaker 1/unknown@1200-1400 Hi"],
        ),
        (
            "generic",
            json!({"utterances": [
                {"speaker": "A", "text": "Long call", "start": 250, "end": 900},
                {"speaker": "B", "words": [{"text": "Indeed"}, {"word": "so"}], "start": 4_000_000, "end": 4_000_900}]}),
            ("Untitled conversation", None, None),
            vec!["A/unknown@250-900 Long call", "B/unknown@4000000-4000900 Indeed so"],
        ),
        (
            "generic",
            json!({"source": "crm", "payload": {"text": "Agent: Hello\n\nCustomer: Hi: you\nSo it goes"}}),
            ("Untitled conversation", None, None),
            vec![
                "Agent/internal@?-? Hello",
                "Customer/external@?-? Hi: you",
                "Unknown speaker/unknown@?-? So it goes",
            ],
        ),
        (
            "generic",
            json!({"id": 4, "invoice": {"description": "Met with Jo.\r\nThey want a quote."}}),
            ("Untitled conversation", None, None),
            vec!["Unknown speaker/unknown@?-? Met with Jo.  They want a quote."],
        ),
    ];
    for (source, payload, (title, account, occurred_at), expect) in cases {
        // The hint must not matter: relays deliver one provider's payload under another's name.
        for source in [source, "standard", "generic", "a stranger"] {
            let document = read(source, &payload);
            assert_eq!(lines(&document), expect, "{payload}");
            assert_eq!(document.title, title, "{payload}");
            assert_eq!(document.account.as_deref(), account, "{payload}");
            assert_eq!(document.occurred_at.as_deref(), occurred_at, "{payload}");
        }
    }
}

#[test]
fn an_envelope_is_looked_through_and_completes_what_is_missing() {
    let payload = json!({"source": "generic", "type": "call", "occurred_at": "2026-02-03T04:05:06Z", "subject": "Acme call",
        "payload": {"data": {"turns": [{"speaker": "A", "text": "Hi"}]}}});
    let document = read("generic", &payload);
    assert_eq!((document.title.as_str(), document.turns.len()), ("Acme call", 1));
    assert_eq!(document.occurred_at.as_deref(), Some("2026-02-03T04:05:06Z"));
}

#[test]
fn text_stays_verbatim_but_for_line_breaks() {
    let odd = "a\r\nb\tc \u{0} \u{202e}rtl\u{202c} e\u{301} 👩‍👩‍👧 Ã© １２";
    let document = read("standard", &json!({"turns": [{"speaker": "A", "text": odd}]}));
    assert_eq!(document.text, odd.replace(['\r', '\n'], " "));
}

#[test]
fn what_holds_no_conversation_is_refused_with_the_reason() {
    let blank = json!({"turns": [{"speaker": "A", "text": " \n\u{0}"}]});
    for (payload, expect) in [
        (json!({}), NormalizeError::NoTranscript),
        (json!([]), NormalizeError::NoTranscript),
        (json!("words"), NormalizeError::NoTranscript),
        (json!(null), NormalizeError::NoTranscript),
        (json!({"type": "invoice.paid", "data": {"amount": 3}}), NormalizeError::NoTranscript),
        (json!({"text": "  "}), NormalizeError::NoTranscript),
        (json!({"a": {"b": {"c": {"d": {"e": {"text": "too deep"}}}}}}), NormalizeError::NoTranscript),
        (json!({"rows": [{"text": "no speaker"}, {"text": "here"}]}), NormalizeError::NoTranscript),
        (json!({"turns": []}), NormalizeError::EmptyTranscript),
        (blank, NormalizeError::EmptyTranscript),
    ] {
        assert_eq!(normalize("standard", payload.to_string().as_bytes()), Err(expect), "{payload}");
    }
    assert!(matches!(normalize("standard", b"{"), Err(NormalizeError::NotJson { .. })));
}

#[test]
fn turns_are_counted_without_blank_ones_and_limited() {
    let many = |count: usize| {
        let mut turns = vec![json!({"speaker": "A", "text": "x"}); count];
        turns.push(json!({"speaker": "A", "text": ""}));
        normalize("standard", json!({"turns": turns}).to_string().as_bytes())
    };
    assert_eq!(many(MAX_TURNS).map(|document| document.turns.len()), Ok(MAX_TURNS));
    assert_eq!(many(MAX_TURNS + 1), Err(NormalizeError::TooManyTurns { found: MAX_TURNS + 1 }));
}

#[test]
fn the_documented_fallback_for_a_company_is_the_guests_domain_and_never_a_free_mailbox() {
    let with = |email: &str| {
        let payload = json!({"participants": [{"name": "B", "email": email, "side": "customer"}],
            "turns": [{"speaker": "B", "text": "Hi"}]});
        read("standard", &payload).account
    };
    assert_eq!(with("b@buyer.example").as_deref(), Some("buyer.example"));
    assert_eq!(with("b@gmail.com"), None);
}
