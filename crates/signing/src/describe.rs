//! The catalog in words, for `docs/providers.md`: what is read off the rows is read off them, so that the page cannot
//! say what the code does not do.

use crate::Source;
use crate::catalog::{
    Algorithm, Encoding, HandshakeKind, IdPlace, KeyForm, Layout, MacScheme, Part, Proof, Time, TimeFormat,
    proof,
};

/// What is checked of a source's deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The source.
    pub source: Source,
    /// The provider's name.
    pub provider: &'static str,
    /// Where the provider describes it.
    pub documentation: &'static str,
    /// What proves a delivery, and where that stands.
    pub proof: String,
    /// What it covers.
    pub covers: String,
    /// What the secret is.
    pub secret: &'static str,
    /// How old a delivery may be.
    pub time: String,
    /// What makes a second delivery a duplicate.
    pub duplicate: String,
    /// Which questions are answered before deliveries, or after them.
    pub handshake: &'static str,
}

/// What is checked of `source`'s deliveries.
#[must_use]
pub fn describe(source: Source) -> Description {
    let (provider, documentation) = provider(source);
    let unsigned = |proof: &str, covers: &str, secret, time: &str, duplicate: &str, handshake| Description {
        source,
        provider,
        documentation,
        proof: proof.into(),
        covers: covers.into(),
        secret,
        time: time.into(),
        duplicate: duplicate.into(),
        handshake,
    };
    match proof(source) {
        Proof::Mac(scheme) => Description {
            source,
            provider,
            documentation,
            proof: mac(scheme),
            covers: covers(&scheme.signed),
            secret: secret(scheme.key),
            time: time(scheme.time),
            duplicate: duplicate(scheme),
            handshake: handshake(scheme.handshake),
        },
        Proof::ConfiguredMac => unsigned(
            "HMAC-SHA1, -SHA256 or -SHA512 in a header that `settings` name",
            "the template in `settings`: the body, and id, time, method, URL or path",
            "text, hexadecimal or base64",
            "as `settings` say, at most an hour; without a signed time any age",
            "the signed id where there is one, else the same content within a day",
            "none",
        ),
        Proof::GongToken => unsigned(
            "JWT (RS256) in `authorization`, signed by the customer's Gong",
            "the URL (`webhook_url`) and the body's SHA-256 (`body_sha256`)",
            "Gong's public key, in PEM",
            "until the token's `exp`; 300 s from its `iat` where it has none",
            "the same content within a day",
            "none",
        ),
        Proof::PubsubToken => unsigned(
            "OpenID Connect token (RS256) in `authorization`, by Google's published keys",
            "the caller only: `iss`, `aud`, `email`, `email_verified`; not the body",
            "none",
            "until the token's `exp`",
            "`message.messageId` of the body",
            "none",
        ),
        Proof::GraphClientState => unsigned(
            "the secret as `clientState` of every notification in the body",
            "nothing beyond it: there is no signature",
            "text, at most 128 characters",
            "any age",
            "the same content within a day",
            "`?validationToken=…` is answered as plain text, before anything is proven",
        ),
        Proof::SalesforceSecret => unsigned(
            "outbound message: the secret as `?token=…` of the URL; event relay: as `x-api-key` of EventBridge's connection",
            "the organization (`OrganizationId`, or the `source` of the event) beside it: there is no signature",
            "text",
            "any age",
            "the notification's `Id` where a message has one, the event's `id`; else the same content within a day",
            "an outbound message is answered with 200 and SOAP's `<Ack>true</Ack>`",
        ),
    }
}

const fn provider(source: Source) -> (&'static str, &'static str) {
    match source {
        Source::Standard => (
            "Standard Webhooks",
            "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        ),
        Source::Slack => ("Slack", "https://docs.slack.dev/authentication/verifying-requests-from-slack"),
        Source::Zoom => ("Zoom", "https://developers.zoom.us/docs/api/webhooks/"),
        Source::Stripe => ("Stripe", "https://docs.stripe.com/webhooks/signature"),
        Source::Gong => (
            "Gong",
            "https://help.gong.io/docs/prepare-your-receiving-application-to-receive-a-webhook-jwt-header",
        ),
        Source::Hubspot => (
            "HubSpot",
            "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
        ),
        Source::Salesforce => (
            "Salesforce",
            "https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm",
        ),
        Source::Github => {
            ("GitHub", "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries")
        }
        Source::Shopify => ("Shopify", "https://shopify.dev/docs/apps/build/webhooks/subscribe/https"),
        Source::Intercom => {
            ("Intercom", "https://developers.intercom.com/docs/webhooks/webhook-notifications")
        }
        Source::Twilio => ("Twilio", "https://www.twilio.com/docs/usage/webhooks/webhooks-security"),
        Source::Calendly => {
            ("Calendly", "https://developer.calendly.com/api-docs/ZG9jOjM2MzE2MDM4-webhook-signatures")
        }
        Source::Typeform => {
            ("Typeform", "https://www.typeform.com/developers/webhooks/secure-your-webhooks/")
        }
        Source::Linear => ("Linear", "https://linear.app/developers/webhooks"),
        Source::MicrosoftGraph => (
            "Microsoft Graph",
            "https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks",
        ),
        Source::GooglePubsub => {
            ("Google Cloud Pub/Sub", "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions")
        }
        Source::Hmac => ("any HMAC", "#a-configurable-hmac"),
    }
}

fn mac(scheme: &MacScheme<'_>) -> String {
    let algorithm = match scheme.algorithm {
        Algorithm::Sha1 => "HMAC-SHA1",
        Algorithm::Sha256 => "HMAC-SHA256",
        Algorithm::Sha512 => "HMAC-SHA512",
    };
    let form = match scheme.layout {
        Layout::SpacedBase64 { version } => format!("`{version},<base64>`, several after spaces"),
        Layout::FieldsHex { timestamp, version } => format!("`{timestamp}=<time>,{version}=<hex>`, several"),
        Layout::One { prefix, encoding } => {
            let encoding = match encoding {
                Encoding::Hex => "hex",
                Encoding::Base64 => "base64",
                Encoding::Base64url => "base64url",
            };
            format!("`{prefix}<{encoding}>`")
        }
    };
    let headers: Vec<_> = scheme.families.iter().map(|family| format!("`{}`", family.signature)).collect();
    format!("{algorithm} in {}: {form}", headers.join(" or "))
}

fn covers(parts: &[Part<'_>]) -> String {
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Id => "{id}".into(),
        Part::Timestamp => "{time}".into(),
        Part::Body => "{body}".into(),
        Part::Method => "{method}".into(),
        Part::Url => "{url}".into(),
        Part::HubspotUri => "{url, twelve escapes undone}".into(),
        Part::Path => "{path}".into(),
        Part::FormParameters => "{sorted form parameters}".into(),
    };
    let text: String = parts.iter().map(part).collect();
    match parts.contains(&Part::FormParameters) {
        true => format!("`{text}`; of another body its SHA-256, as `bodySHA256` in the URL"),
        false => format!("`{text}`"),
    }
}

const fn secret(form: KeyForm) -> &'static str {
    match form {
        KeyForm::WhsecBase64 => "`whsec_` and base64 of 24 to 64 bytes",
        KeyForm::Text => "text",
        KeyForm::Encoded(_) => "encoded",
        KeyForm::PublicKey => "a public key",
        KeyForm::Nothing => "none",
    }
}

fn time(time: Option<Time>) -> String {
    let Some(Time { format, tolerance_s, member }) = time else { return "any age".into() };
    let format = match format {
        TimeFormat::UnixSeconds => "seconds",
        TimeFormat::UnixMilliseconds => "milliseconds",
    };
    let place = member.map_or_else(String::new, |member| format!(", `{member}` of the body"));
    format!("{tolerance_s} s either way (Unix {format}{place})")
}

fn duplicate(scheme: &MacScheme<'_>) -> String {
    match scheme.id {
        IdPlace::SignedHeader => {
            let names: Vec<_> =
                scheme.families.iter().filter_map(|family| Some(format!("`{}`", family.id?))).collect();
            format!("the signed {}", names.join(" or "))
        }
        IdPlace::Header(name) => format!("`{name}`, which is not signed"),
        IdPlace::Member(member) if scheme.time.is_none() => {
            format!("`{member}` of the body, else the same content")
        }
        IdPlace::Member(member) => format!("`{member}` of the body, else the same content within a day"),
        IdPlace::Content => "the same content, for as long as the event is kept".into(),
        IdPlace::Nothing => "the same content within a day".into(),
    }
}

const fn handshake(kind: Option<HandshakeKind>) -> &'static str {
    match kind {
        Some(HandshakeKind::SlackUrlVerification) => "`url_verification`: the challenge is echoed",
        Some(HandshakeKind::ZoomUrlValidation) => "`endpoint.url_validation`: the token and its HMAC",
        None => "none",
    }
}
