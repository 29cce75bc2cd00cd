//! The recorded deliveries, mutated: whatever becomes of their headers and bodies, nothing panics, and nothing is accepted
//! whose signed bytes are not the recorded ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jwt::KeySet;
use serde::Deserialize;
use signing::{
    Delivery, Receiver, Secret, Secrets, Settings, Source, acknowledgement, handshake, named_key,
    open_handshake, verify,
};

#[derive(Deserialize)]
struct File {
    source: String,
    now: i64,
    url: String,
    secret: String,
    #[serde(default)]
    settings: Settings,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

impl Case {
    /// As a request has it: headers, an empty line, the body.
    fn text(&self) -> String {
        let headers: Vec<String> =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        format!("{}\n{}", headers.concat(), self.body)
    }
}

/// Headers and body of such a text, whatever it is.
fn split(bytes: &[u8]) -> (Vec<(String, String)>, &[u8]) {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]);
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    (headers, bytes.get(end + 2..).unwrap_or_default())
}

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = fs::read_dir(folder).expect("the cases are there").flatten().map(|entry| entry.path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.map(|path| serde_json::from_slice(&fs::read(path).expect("a file")).expect("cases")).collect()
}

#[test]
fn hostile_deliveries_are_refused_unless_nothing_signed_has_changed() {
    let files = files();
    assert_eq!(files.len(), Source::ALL.len());
    for file in files {
        let seeds: Vec<String> = file.cases.iter().map(Case::text).collect();
        let bodies: Vec<Vec<u8>> = file.cases.iter().map(|case| case.body.clone().into_bytes()).collect();
        let keys = KeySet::parse(include_str!("cases/keys/google.jwks.json")).expect("the key set is one");
        let source: Source = file.source.parse().expect("a source");
        let target = format!("delivery-{source}");
        hostile::survives(env!("CARGO_MANIFEST_DIR"), &target, seeds, move |bytes| {
            let (headers, body) = split(bytes);
            let secrets = Secrets::new(Secret::new(&file.secret));
            let receiver =
                Receiver { source, secrets: &secrets, settings: &file.settings, keys: Some(&keys) };
            let delivery = Delivery { method: "POST", url: &file.url, headers: &headers, body };
            let _ = (
                named_key(source, delivery),
                open_handshake(source, delivery),
                acknowledgement(source, body),
            );
            if let Ok(verified) = verify(receiver, delivery, file.now) {
                let _ = handshake(source, &verified, &secrets, body);
                // A signature over the body. Tokens and secrets in it prove who sent it, and not what; and Twilio runs names
                // and values of its form together, so that where a name ends is not signed.
                let signs = !matches!(
                    source,
                    Source::GooglePubsub | Source::MicrosoftGraph | Source::Salesforce | Source::Twilio
                );
                let recorded = bodies.iter().any(|known| known == body);
                assert!(recorded || !signs, "accepted: {:?}", String::from_utf8_lossy(body));
            }
        });
    }
}
