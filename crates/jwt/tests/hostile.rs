//! Mutated tokens and key sets: whatever they are, they are read or refused.

use jwt::{KeySet, UnverifiedToken};

const KEYS: &str = include_str!("../../signing/tests/cases/keys/google.jwks.json");
const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2FjY291bnRzLmdvb2dsZS5jb20iLCJleHAiOjE3NjM4MDAwMDB9.c2lnbmF0dXJl";

#[test]
fn hostile_tokens_are_read_or_refused() {
    let keys = KeySet::parse(KEYS).expect("the key set is one");
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "token", [TOKEN, ""], move |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let Ok(token) = UnverifiedToken::read(&text) else { return };
        let key = token.key_id().and_then(|id| keys.find(id));
        if let Some(key) = key {
            assert!(token.claims::<serde_json::Value>(key).is_err(), "nobody has signed this");
        }
    });
}

#[test]
fn hostile_key_sets_are_read_or_refused() {
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "key-set", [KEYS], |bytes| {
        let _ = KeySet::parse(&String::from_utf8_lossy(bytes));
    });
}
