//! What an endpoint has to say beyond its secret, for the sources that need it, and what is wrong with it.

use serde::{Deserialize, Serialize};

use crate::Source;
use crate::catalog::{Algorithm, Encoding, FIVE_MINUTES_S, TimeFormat};
use crate::template;

/// The longest tolerance that an endpoint may ask for, in seconds: an hour.
pub const MAX_TOLERANCE_S: u32 = 3_600;
/// The longest header name, prefix or template, in bytes.
pub(crate) const MAX_SETTING_BYTES: usize = 200;
/// The longest audience or e-mail address, in bytes.
const MAX_CLAIM_BYTES: usize = 2_048;

/// What an endpoint says beyond its secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settings {
    /// Nothing, which is enough for most sources.
    #[default]
    None,
    /// How deliveries of `hmac` are signed.
    Hmac(HmacSettings),
    /// Whose deliveries those of `salesforce` are.
    Salesforce(SalesforceSettings),
    /// Whom tokens of `google_pubsub` are for and of.
    GooglePubsub(PubsubSettings),
}

/// The shape of a configurable HMAC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HmacSettings {
    /// The hash.
    pub algorithm: Algorithm,
    /// The header with the signature, in lower case.
    pub header: String,
    /// What stands before the signature in its header, such as `sha256=`.
    pub prefix: String,
    /// How the signature is written.
    pub encoding: Encoding,
    /// How the secret is written: the text itself is the key where this is `None`.
    pub secret_encoding: Option<Encoding>,
    /// The header with a signed id of the delivery, in lower case.
    pub id_header: Option<String>,
    /// The signed time.
    pub timestamp: Option<HmacTimestamp>,
    /// What is signed, such as `{timestamp}.{body}`.
    pub template: String,
}

/// The signed time of a configurable HMAC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HmacTimestamp {
    /// Its header, in lower case.
    pub header: String,
    /// How it is written.
    pub format: TimeFormat,
    /// How far it may be from now, in seconds: 1 to [`MAX_TOLERANCE_S`].
    pub tolerance_s: u32,
}

impl HmacTimestamp {
    /// The tolerance where none is asked for, in seconds.
    pub const DEFAULT_TOLERANCE_S: u32 = FIVE_MINUTES_S;
}

/// What a Salesforce endpoint expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesforceSettings {
    /// The organization's id, of 15 or 18 characters.
    pub organization_id: String,
}

/// What a Pub/Sub endpoint expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PubsubSettings {
    /// The audience of the subscription; the endpoint's own URL where it is left out, as Pub/Sub has it.
    pub audience: Option<String>,
    /// The e-mail address of the service account that pushes.
    pub service_account: String,
}

/// A setting that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{setting}` {detail}")]
pub struct SettingError {
    /// Its path, such as `timestamp/header`; empty for the settings as a whole.
    pub setting: &'static str,
    /// What is wrong with it, as a predicate: `must be …`.
    pub detail: String,
}

impl Settings {
    /// Everything that is wrong with these settings for `source`; nothing where they can be used.
    #[must_use]
    pub fn faults(&self, source: Source) -> Vec<SettingError> {
        let mut faults = Vec::new();
        let mut fault = |setting, detail: String| faults.push(SettingError { setting, detail });
        match (source, self) {
            (Source::Hmac, Self::Hmac(settings)) => settings.faults(&mut fault),
            (Source::Salesforce, Self::Salesforce(SalesforceSettings { organization_id })) => {
                let sound = matches!(organization_id.len(), 15 | 18)
                    && organization_id.starts_with("00D")
                    && organization_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
                if !sound {
                    let detail =
                        "must be an organization's id: 15 or 18 letters and digits that begin with `00D`";
                    fault("organization_id", detail.into());
                }
            }
            (Source::GooglePubsub, Self::GooglePubsub(PubsubSettings { audience, service_account })) => {
                if audience.as_deref().is_some_and(|audience| !is_claim(audience)) {
                    fault("audience", "must be 1 to 2048 visible characters".into());
                }
                if !is_claim(service_account) || !service_account.contains('@') {
                    fault("service_account", "must be the e-mail address of a service account".into());
                }
            }
            (Source::Hmac | Source::Salesforce | Source::GooglePubsub, _) => {
                fault("", format!("are not those that `{source}` needs"));
            }
            (_, Self::None) => {}
            (_, _) => fault("", format!("must be left out: `{source}` needs none")),
        }
        faults
    }
}

impl HmacSettings {
    fn faults(&self, fault: &mut impl FnMut(&'static str, String)) {
        let Self { header, prefix, id_header, timestamp, template, .. } = self;
        let name = "must be a header's name in lower case: letters, digits and `-`";
        if !is_header_name(header) {
            fault("header", name.into());
        }
        if id_header.as_deref().is_some_and(|name| !is_header_name(name)) {
            fault("id_header", name.into());
        }
        if prefix.len() > MAX_SETTING_BYTES || !prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
            fault("prefix", format!("must be at most {MAX_SETTING_BYTES} visible ASCII characters"));
        }
        if let Some(HmacTimestamp { header, tolerance_s, .. }) = timestamp {
            if !is_header_name(header) {
                fault("timestamp/header", name.into());
            }
            if !(1..=MAX_TOLERANCE_S).contains(tolerance_s) {
                fault("timestamp/tolerance_seconds", format!("must be 1 to {MAX_TOLERANCE_S}"));
            }
        }
        if let Err(detail) = template::check(template, id_header.is_some(), timestamp.is_some()) {
            fault("template", detail);
        }
    }
}

fn is_header_name(name: &str) -> bool {
    (1..=MAX_SETTING_BYTES).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
}

fn is_claim(text: &str) -> bool {
    (1..=MAX_CLAIM_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
