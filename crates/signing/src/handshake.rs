//! The challenges that Slack, Zoom and Microsoft Graph send to a new endpoint before they deliver events to it, and
//! the receipt that Salesforce waits for.

use serde::Deserialize;

use crate::catalog::{Algorithm, HandshakeKind, KeyForm, Proof, proof};
use crate::delivery::Delivery;
use crate::headers::Headers;
use crate::mac::tag_of;
use crate::{Secrets, Source, Verified, graph, salesforce};

/// A challenge is small; anything larger is an event, and is not parsed here.
const MAX_CHALLENGE_BODY_BYTES: usize = 16 * 1024;
const MAX_CHALLENGE_BYTES: usize = 1_024;

/// What to answer, with status 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The answer's `Content-Type`.
    pub content_type: &'static str,
    /// The answer's body.
    pub body: String,
}

/// The answer to a challenge, or `None` if `body` is none: then it is an event.
///
/// `verified` must be what [`verify`](crate::verify) said of this very `body`: both providers sign their challenges,
/// and to answer Zoom's is to sign on request, which nobody but the holder of the secret may ask for.
#[must_use]
pub fn handshake(source: Source, verified: &Verified, secrets: &Secrets, body: &[u8]) -> Option<Handshake> {
    if body.len() > MAX_CHALLENGE_BODY_BYTES {
        return None;
    }
    let Proof::Mac(scheme) = proof(source) else { return None };
    let answer = match scheme.handshake? {
        HandshakeKind::SlackUrlVerification => slack_url_verification(body)?,
        HandshakeKind::ZoomUrlValidation => {
            let key = secrets.get(verified.secret)?.key(KeyForm::Text).ok()?;
            zoom_url_validation(&key, body)?
        }
    };
    // JSON rather than the bare challenge, so that no browser can be made to read an answer of ours as a page.
    Some(Handshake { content_type: "application/json", body: answer.to_string() })
}

/// The answer to a challenge that comes before anything is proven, or `None` if this is none.
///
/// Microsoft Graph asks so: the `validationToken` of the query, as plain text.
#[must_use]
pub fn open_handshake<H: Headers + ?Sized>(source: Source, delivery: Delivery<'_, H>) -> Option<Handshake> {
    match proof(source) {
        Proof::GraphClientState => graph::validation(delivery),
        _ => None,
    }
}

/// What a source must be told of a delivery that is in durable storage, where a plain acceptance would not do:
/// Salesforce sends an outbound message again until it reads its acknowledgement.
#[must_use]
pub fn acknowledgement(source: Source, body: &[u8]) -> Option<Handshake> {
    match proof(source) {
        Proof::SalesforceSecret => salesforce::acknowledgement(body),
        _ => None,
    }
}

fn slack_url_verification(body: &[u8]) -> Option<serde_json::Value> {
    #[derive(Deserialize)]
    struct Challenge {
        r#type: String,
        challenge: String,
    }
    let Challenge { r#type, challenge } = serde_json::from_slice(body).ok()?;
    let asked = r#type == "url_verification" && (1..=MAX_CHALLENGE_BYTES).contains(&challenge.len());
    asked.then(|| serde_json::json!({ "challenge": challenge }))
}

fn zoom_url_validation(key: &[u8], body: &[u8]) -> Option<serde_json::Value> {
    #[derive(Deserialize)]
    struct Challenge {
        event: String,
        payload: Payload,
    }
    #[derive(Deserialize)]
    struct Payload {
        #[serde(rename = "plainToken")]
        plain_token: String,
    }
    let Challenge { event, payload: Payload { plain_token } } = serde_json::from_slice(body).ok()?;
    // The answer is a MAC under the key that signs deliveries. A token in the form of signed content would turn it
    // into the signature of a delivery, so that form is not answered; Zoom's tokens are 22 letters and digits.
    let asked = event == "endpoint.url_validation"
        && (1..=MAX_CHALLENGE_BYTES).contains(&plain_token.len())
        && !plain_token.starts_with("v0:");
    asked.then(|| {
        let encrypted_token = hex::encode(tag_of(Algorithm::Sha256, key, [plain_token.as_bytes()]).bytes());
        serde_json::json!({ "plainToken": plain_token, "encryptedToken": encrypted_token })
    })
}
