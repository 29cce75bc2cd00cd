//! Where the platform is and who asks, from the variables that wrangler reads too.

use std::env;

use super::Failure;

/// The token: an account's or a user's API token. A login of wrangler's own is not read.
const TOKEN: &str = "CLOUDFLARE_API_TOKEN";
/// The account; may be left out where the token reaches one alone.
const ACCOUNT: &str = "CLOUDFLARE_ACCOUNT_ID";
/// Another place than the platform's own: a double.
const BASE: &str = "CLOUDFLARE_API_BASE_URL";
const PLATFORM: &str = "https://api.cloudflare.com/client/v4";

/// It has no `Debug`: it holds a token.
pub(super) struct Credentials {
    pub(super) base: String,
    pub(super) token: String,
    pub(super) account: Option<String>,
}

/// Reads the variables.
///
/// # Errors
/// [`Failure::NoToken`] without a token.
pub(super) fn from_environment() -> Result<Credentials, Failure> {
    let text =
        |name: &str| env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let base = text(BASE).unwrap_or_else(|| PLATFORM.to_owned());
    Ok(Credentials {
        base: base.trim_end_matches('/').to_owned(),
        token: text(TOKEN).ok_or(Failure::NoToken)?,
        account: text(ACCOUNT),
    })
}
