//! Mutated transcripts: whatever a provider sends is read or refused, and what is read hangs together.

use transcript::{decode_json, normalize};

const VTT: &str = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.500\n<v Ines Falk>Welcome back.\n\n00:00:05.000 --> 00:00:06.000 align:start\nRory Tamm: Thanks.\n";
const SHAPES: [&str; 9] = [
    r#"{"type":"call.completed","data":{"call_id":"c1","title":"Intro","account":{"name":"Pellworth","domain":"pellworth.example"},"started_at":"2026-11-03T09:30:00+00:00","participants":[{"name":"Dan","email":"dan@ours.example","side":"internal"}],"transcript":[{"speaker":"Dan","start_ms":0,"end_ms":4000,"text":"Hello."}]}}"#,
    r#"{"messages":[{"role":"user","content":"hello"},{"role":"assistant","content":[{"type":"text","text":"hi"}]}]}"#,
    r#"{"event":"recording.transcript_completed","payload":{"object":{"topic":"Weekly","start_time":"2026-11-03T10:00:00Z","transcript":"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nAda: Hi.\n"}}}"#,
    r#"{"callTranscripts":[{"callId":"7","transcript":[{"speakerId":"1","topic":"Intro","sentences":[{"start":0,"end":900,"text":"Hi."}]}]}],"parties":[{"speakerId":"1","name":"Ada","affiliation":"Internal"}]}"#,
    r#"{"transcript":{"sentences":[{"speaker_name":"Ada","start_time":0.5,"end_time":1.5,"text":"Hi."}]}}"#,
    r#"{"transcript":"Ada: Hi.\nBo: Hello there.\nAda: Shall we?"}"#,
    r#"{"conversation_id":"c","transcript":[{"role":"agent","message":"Hi","time_in_call_secs":1}]}"#,
    "{\"text\":\"cut \\ud83d\"}",
    r#"{"data":{"payload":{"body":{"event":{"object":{"text":"deep"}}}}}}"#,
];

#[test]
fn hostile_transcripts_are_read_or_refused() {
    for source in ["standard", "zoom", "gong", "generic"] {
        let seeds = SHAPES.map(str::to_owned).into_iter().chain([
            serde_json::json!({ "transcript": VTT }).to_string(),
            serde_json::json!({ "vtt": VTT.replace('.', ",") }).to_string(),
        ]);
        hostile::survives(env!("CARGO_MANIFEST_DIR"), &format!("transcript-{source}"), seeds, move |bytes| {
            let Ok(document) = normalize(source, bytes) else { return };
            let texts: Vec<&str> = document.turns.iter().map(|turn| document.turn_text(turn)).collect();
            assert_eq!(document.text, texts.join("\n"), "the source text is the turns' texts");
        });
    }
}

#[test]
fn hostile_json_is_read_as_before_where_it_is_json() {
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "json", SHAPES, |bytes| {
        let read = decode_json(bytes);
        if let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) {
            assert_eq!(read.ok(), Some(value));
        }
    });
}
