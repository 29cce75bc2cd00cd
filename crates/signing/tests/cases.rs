//! Recorded deliveries of every source: good ones, and each way in which one can be bad.
//!
//! The files under `cases/` were made by another implementation, in another language; where a provider publishes an
//! example it is among them. A case takes what it does not say from its file.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jwt::KeySet;
use proptest::prelude::*;
use serde::Deserialize;
use signing::{Delivery, Receiver, Secret, Secrets, Settings, Source, Verified, VerifyError, verify};

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
    name: String,
    #[serde(default = "post")]
    method: String,
    url: Option<String>,
    secret: Option<String>,
    previous_secret: Option<String>,
    settings: Option<Settings>,
    headers: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    body_base64: Option<String>,
    expect: Expect,
}

fn post() -> String {
    "POST".into()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expect {
    Accepted { delivery_id: Option<String>, secret: String },
    Refused(String),
}

impl Case {
    fn body(&self) -> Vec<u8> {
        use base64::Engine as _;
        let decode = |text: &String| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
        self.body_base64.as_ref().map_or_else(|| self.body.clone().into_bytes(), decode)
    }

    fn judge(&self, file: &File, body: &[u8]) -> Result<Verified, VerifyError> {
        let secrets = Secrets::new(Secret::new(self.secret.as_ref().unwrap_or(&file.secret)));
        let secrets = match &self.previous_secret {
            Some(previous) => secrets.with_previous(Secret::new(previous)),
            None => secrets,
        };
        let keys = KeySet::parse(include_str!("cases/keys/google.jwks.json")).unwrap();
        let headers: Vec<_> = self.headers.iter().collect();
        let receiver = Receiver {
            source: file.source.parse().unwrap(),
            secrets: &secrets,
            settings: self.settings.as_ref().unwrap_or(&file.settings),
            keys: Some(&keys),
        };
        let url = self.url.as_ref().unwrap_or(&file.url);
        verify(receiver, Delivery { method: &self.method, url, headers: &headers, body }, file.now)
    }
}

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let json = |path: &Path| path.extension().is_some_and(|extension| extension == "json");
    let read = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    paths.iter().filter(|path| json(path)).map(|path| read(path)).collect()
}

#[test]
fn every_source_has_its_cases_of_good_and_bad_deliveries() {
    let sources: BTreeSet<Source> = files().iter().map(|file| file.source.parse().unwrap()).collect();
    assert_eq!(sources, BTreeSet::from(Source::ALL));
    for file in files() {
        let good = |case: &&Case| matches!(case.expect, Expect::Accepted { .. });
        let accepted = file.cases.iter().filter(good).count();
        assert!(accepted >= 2 && file.cases.len() - accepted >= 5, "{}", file.source);
    }
}

#[test]
fn every_recorded_delivery_is_judged_as_expected() {
    let mut wrong = Vec::new();
    for file in files() {
        for case in &file.cases {
            let judged = case.judge(&file, &case.body());
            let as_expected = match (&judged, &case.expect) {
                (Ok(verified), Expect::Accepted { delivery_id, secret }) => {
                    verified.delivery_id == *delivery_id && verified.secret.to_string() == *secret
                }
                (Err(error), Expect::Refused(label)) => error.label() == label,
                _ => false,
            };
            if !as_expected {
                wrong.push(format!("{}, {}: {judged:?} and not {:?}", file.source, case.name, case.expect));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_refusal_shows_a_secret_or_what_was_sent() {
    for file in files() {
        for case in &file.cases {
            let Err(error) = case.judge(&file, &case.body()) else { continue };
            let shown = format!("{error} {error:?}");
            let secret = case.secret.as_ref().unwrap_or(&file.secret);
            assert!(secret.is_empty() || !shown.contains(secret.as_str()), "{}: {shown}", case.name);
            for value in case.headers.values().filter(|value| value.len() > 16) {
                assert!(!shown.contains(value.as_str()), "{}: {shown}", case.name);
            }
        }
    }
}

/// Whether the source's proof covers every byte of the body. Two are known by what they show beside it; Twilio signs a
/// form's parameters, which several bodies can write.
fn covers_the_body(source: &str) -> bool {
    !matches!(source, "microsoft_graph" | "salesforce" | "google_pubsub" | "twilio")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_change_of_one_byte_of_the_body_is_refused(at in any::<prop::sample::Index>(), change in 1..=255_u8) {
        for file in files().iter().filter(|file| covers_the_body(&file.source)) {
            let case = &file.cases[0];
            let mut body = case.body();
            prop_assert!(case.judge(file, &body).is_ok());
            let at = at.index(body.len());
            body[at] ^= change;
            prop_assert!(case.judge(file, &body).is_err(), "{} at {at}", file.source);
        }
    }
}
