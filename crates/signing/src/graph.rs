//! Microsoft Graph: a client state in every notification, and a validation token before the first.
//!
//! There is no signature. The client state is a shared secret that travels with each notification; of the body around
//! it nothing is proven, and the validation tokens of rich notifications are not looked at.

use serde::Deserialize;

use crate::delivery::Delivery;
use crate::handshake::Handshake;
use crate::headers::Headers;
use crate::mac::same;
use crate::secret::Secrets;
use crate::verify::{Verified, VerifyError};

/// Far above Graph's own tokens.
const MAX_VALIDATION_TOKEN_BYTES: usize = 2_048;

#[derive(Debug, Deserialize)]
struct Notifications {
    value: Vec<Notification>,
}

#[derive(Debug, Deserialize)]
struct Notification {
    #[serde(rename = "clientState")]
    client_state: Option<String>,
}

pub(crate) fn verify<H: Headers + ?Sized>(
    secrets: &Secrets,
    delivery: Delivery<'_, H>,
) -> Result<Verified, VerifyError> {
    let malformed = VerifyError::MalformedBody { reason: "it is no list of notifications" };
    let Notifications { value } = serde_json::from_slice(delivery.body).map_err(|_| malformed.clone())?;
    if value.is_empty() {
        return Err(malformed);
    }
    let states: Vec<&str> =
        value.iter().map(|notification| notification.client_state.as_deref().unwrap_or_default()).collect();
    for (slot, secret) in secrets.iter() {
        if secret.expose().is_empty() {
            continue;
        }
        // All are compared, whatever the first says.
        let differing = states.iter().filter(|state| !same(state, secret.expose())).count();
        if differing == 0 {
            return Ok(Verified { delivery_id: None, timestamp: None, secret: slot });
        }
    }
    Err(VerifyError::Mismatch)
}

/// The answer to the question whether this URL takes notifications. Anybody may ask it: it shows nothing but what was
/// asked, as text that no browser takes for a page.
pub(crate) fn validation<H: Headers + ?Sized>(delivery: Delivery<'_, H>) -> Option<Handshake> {
    let token = delivery.parameter("validationToken")?;
    let sound =
        (1..=MAX_VALIDATION_TOKEN_BYTES).contains(&token.len()) && !token.chars().any(char::is_control);
    sound.then_some(Handshake { content_type: "text/plain; charset=utf-8", body: token })
}
