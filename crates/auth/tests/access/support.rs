//! A team with two keys, and a mint for tokens of every kind, good and bad. The keys protect nothing: they were made
//! for these tests.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use auth::access::{
    AccessError, AccessPolicy, AccessVerifier, FetchKeysError, Identity, KeyCache, KeySet, KeyStore, RoleMap,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use p256::ecdsa::signature::Signer as _;
use rsa::pkcs8::DecodePrivateKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const NOW: i64 = 1_763_800_000;
pub(crate) const ISSUER: &str = "https://team.cloudflareaccess.com";
pub(crate) const AUDIENCE: &str = "our-app";
pub(crate) const RSA_PUBLIC_PEM: &str = include_str!("keys/rsa.pub.pem");
pub(crate) const RSA_MODULUS: &str = "smtoBT1nE1iPNzIn2MAbfFSVqrMteUP98DN9Lv3Vkm23o3WX_ds6LldN-VcuUefvaUwtTxrHyT7vizHeMU86Jma1G-K328J3LhnZXl6YvajFXFk6xeRY6pTTl7663Erw9sp74sjwtIxHVx7eV2jZkYTIiPHCi-SKHl_gxDsLShIlnv55pVdfnBijRr9BATTuiyFhmt4fUszR67s9P8VSRWb7D9qXIuO6FgrZmqMr8go0064y0CjKfhOssL7qrGV2AJy8b-T8wgChUep1QMvpeyE7eu6jNCuR8666NUf20QwTub89XdFH0OtXuhwVWFAxJLovOgbeNRGUlHk-FCbKRQ";
pub(crate) const RSA_1024_MODULUS: &str = "w2QoaPMkAbDLDYajF4iCJdg45EUr_wCrDrH3pGf-KnQjYgT-gyLqdYvLCOk2WBtmfxYHbuWX4YnK_YPncby_AASVrVlRBSYBtoGOMLer21QQsQo8-KPlalC4aUU79Son8mTn-srrBeNx30uAGgHrrhwvxEcMaGiDDtKmxWn6DH0";

const RSA_PRIVATE_PEM: &str = include_str!("keys/rsa.pem");

/// The P-256 key of a seed; the team's is seed 1.
pub(crate) fn p256_key(seed: u8) -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[seed; 32]).expect("a repeated byte is a valid P-256 scalar")
}

pub(crate) fn p256_jwk(kid: &str, seed: u8) -> Value {
    let point = p256_key(seed).verifying_key().to_encoded_point(false);
    let coordinate = |bytes: Option<&p256::FieldBytes>| {
        URL_SAFE_NO_PAD.encode(bytes.expect("an uncompressed point has both coordinates"))
    };
    json!({
        "kid": kid, "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig",
        "x": coordinate(point.x()), "y": coordinate(point.y()),
    })
}

pub(crate) fn rsa_jwk(kid: &str) -> Value {
    json!({ "kid": kid, "kty": "RSA", "alg": "RS256", "use": "sig", "n": RSA_MODULUS, "e": "AQAB" })
}

/// The team's published set: `rsa` and `ec`.
pub(crate) fn published() -> Value {
    json!({ "keys": [rsa_jwk("rsa"), p256_jwk("ec", 1)], "public_cert": { "kid": "rsa", "cert": "ignored" } })
}

pub(crate) fn key_set(published: &Value) -> KeySet {
    KeySet::parse(&published.to_string()).expect("the set holds a usable key")
}

/// What a person's token claims.
pub(crate) fn claims() -> Value {
    json!({
        "aud": [AUDIENCE], "email": "ada@example.com", "exp": NOW + 3_600, "iat": NOW, "nbf": NOW, "iss": ISSUER,
        "type": "app", "identity_nonce": "6ei69kawdKzMIAPF", "sub": "7335d417-61da-459d-899c-0a01c76a2f94",
        "country": "US",
    })
}

/// `base` with the members of `changes`; a null removes one.
pub(crate) fn with(mut base: Value, changes: Value) -> Value {
    let (Value::Object(into), Value::Object(changes)) = (&mut base, changes) else {
        panic!("both are objects");
    };
    for (name, value) in changes {
        if value.is_null() {
            into.remove(&name)
        } else {
            into.insert(name, value)
        };
    }
    base
}

/// How a token is signed.
pub(crate) enum By<'a> {
    Rsa,
    P256(u8),
    Hmac(&'a [u8]),
    Nothing,
}

pub(crate) fn mint(header: &Value, claims: &Value, by: By<'_>) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let signature = match by {
        By::Nothing => Vec::new(),
        By::P256(seed) => {
            let signature: p256::ecdsa::Signature = p256_key(seed).sign(message.as_bytes());
            signature.to_bytes().to_vec()
        }
        By::Rsa => {
            let key = rsa::RsaPrivateKey::from_pkcs8_pem(RSA_PRIVATE_PEM).expect("the test key is PKCS #8");
            let digest = Sha256::digest(&message);
            key.sign(rsa::Pkcs1v15Sign::new::<Sha256>(), &digest).expect("a sound key signs")
        }
        By::Hmac(key) => {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes any key");
            mac.update(message.as_bytes());
            mac.finalize().into_bytes().to_vec()
        }
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token of the team's `ec` key.
pub(crate) fn token(claims: &Value) -> String {
    mint(&json!({ "alg": "ES256", "kid": "ec", "typ": "JWT" }), claims, By::P256(1))
}

/// A key store that answers what it is told to and counts how often it was asked.
#[derive(Default)]
pub(crate) struct FakeStore {
    pub(crate) answer: RefCell<Option<KeySet>>,
    pub(crate) asked: Cell<usize>,
}

impl FakeStore {
    pub(crate) fn of(published: &Value) -> Self {
        Self { answer: RefCell::new(Some(key_set(published))), asked: Cell::new(0) }
    }

    pub(crate) fn publish(&self, published: &Value) {
        self.answer.replace(Some(key_set(published)));
    }

    pub(crate) fn fail(&self) {
        self.answer.replace(None);
    }
}

#[async_trait(?Send)]
impl KeyStore for FakeStore {
    async fn fetch_keys(&self) -> Result<KeySet, FetchKeysError> {
        self.asked.set(self.asked.get() + 1);
        yield_once().await;
        self.answer.borrow().clone().ok_or(FetchKeysError::Status { status: 502 })
    }
}

/// Lets other futures run, as real I/O would.
async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

/// Runs a future that waits for nothing outside.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

pub(crate) fn verifier() -> AccessVerifier {
    let roles =
        RoleMap::parse(r#"{"ada@example.com":"owner","kim@example.com":"operator","*@example.com":"viewer","ci.access":"operator"}"#)
            .expect("the role map is sound");
    AccessVerifier::new(AccessPolicy::new(ISSUER, AUDIENCE, roles).expect("the policy is sound"))
}

/// Judges one token at [`NOW`] with an empty cache and the team's keys.
pub(crate) fn judge(token: &str) -> Result<Identity, AccessError> {
    judge_at(token, NOW)
}

pub(crate) fn judge_at(token: &str, now: i64) -> Result<Identity, AccessError> {
    run(verifier().verify(token, &KeyCache::new(), &FakeStore::of(&published()), now))
}
