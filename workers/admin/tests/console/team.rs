//! A team with one published key, and tokens made with it. The keys protect nothing: they are a repeated byte.

use async_trait::async_trait;
use auth::access::{FetchKeysError, KeySet, KeyStore};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

pub(crate) const NOW: u64 = 1_795_330_800;
pub(crate) const TEAM: &str = "https://team.cloudflareaccess.com";
pub(crate) const AUDIENCE: &str = "our-console";

/// The team as its keys are fetched; its own is the key of seed 1.
#[derive(Default)]
pub(crate) struct Team {
    pub(crate) unreachable: bool,
}

#[async_trait(?Send)]
impl KeyStore for Team {
    async fn fetch_keys(&self) -> Result<KeySet, FetchKeysError> {
        if self.unreachable {
            return Err(FetchKeysError::Unreachable { detail: "connection refused".into() });
        }
        let point = key(1).verifying_key().to_encoded_point(false);
        let coordinate =
            |bytes: Option<&p256::FieldBytes>| URL_SAFE_NO_PAD.encode(bytes.expect("uncompressed"));
        let published = json!({"keys": [{
            "kid": "one", "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig",
            "x": coordinate(point.x()), "y": coordinate(point.y()),
        }]});
        Ok(KeySet::parse(&published.to_string())?)
    }
}

impl Team {
    /// A person's token.
    pub(crate) fn person(email: &str) -> String {
        Self::mint(&Self::claims(email), 1)
    }

    /// A service's token. Access leaves the address and `nbf` out, and the subject empty.
    pub(crate) fn service(client_id: &str) -> String {
        let claims = json!({
            "aud": [AUDIENCE], "common_name": client_id, "exp": NOW + 3_600, "iat": NOW, "iss": TEAM, "sub": "",
            "type": "app",
        });
        Self::mint(&claims, 1)
    }

    /// What a person's token claims.
    pub(crate) fn claims(email: &str) -> Value {
        json!({
            "aud": [AUDIENCE], "email": email, "exp": NOW + 3_600, "iat": NOW, "nbf": NOW, "iss": TEAM, "type": "app",
            "identity_nonce": "6ei69kawdKzMIAPF", "sub": "7335d417-61da-459d-899c-0a01c76a2f94", "country": "US",
        })
    }

    /// A token of these claims, signed with the key of `seed`, whose key id is always the published one.
    pub(crate) fn mint(claims: &Value, seed: u8) -> String {
        let header = json!({"alg": "ES256", "kid": "one", "typ": "JWT"});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let signature: Signature = key(seed).sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).expect("a repeated byte is a valid P-256 scalar")
}
