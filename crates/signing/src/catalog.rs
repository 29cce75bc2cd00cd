//! The catalog: how each source proves a delivery. Where that is a MAC, a row says where the id, the time and the
//! signatures stand and what is signed.
//!
//! Rows are data. Code that reads them is in `headers`, `verify`, `sign` and `describe`, and asks no row for its name.

use std::borrow::Cow;

use crate::Source;

/// How a source proves a delivery.
#[derive(Debug)]
pub(crate) enum Proof {
    /// A MAC over parts of the request, by a fixed row.
    Mac(&'static MacScheme<'static>),
    /// A MAC, by the row that the endpoint's settings make.
    ConfiguredMac,
    /// A token signed by the provider's key, which names the URL and the body's hash.
    GongToken,
    /// A token signed by Google, which names the audience and the service account.
    PubsubToken,
    /// The secret in each notification of the body.
    GraphClientState,
    /// The secret in the URL or in a header, and the organization in the body.
    SalesforceSecret,
}

/// How one source signs with a MAC.
#[derive(Debug, Clone)]
pub(crate) struct MacScheme<'a> {
    /// Header families that carry the same things under other names, preferred first; never empty.
    pub(crate) families: Cow<'a, [HeaderFamily<'a>]>,
    /// How the signature header is written.
    pub(crate) layout: Layout<'a>,
    /// The hash inside the MAC.
    pub(crate) algorithm: Algorithm,
    /// What goes into the MAC, in order.
    pub(crate) signed: Cow<'a, [Part<'a>]>,
    /// How the secret's text becomes a key.
    pub(crate) key: KeyForm,
    /// The time that is signed; none where nothing tells a replay by its age.
    pub(crate) time: Option<Time>,
    /// What names the delivery.
    pub(crate) id: IdPlace,
    /// The challenge sent before an endpoint is trusted.
    pub(crate) handshake: Option<HandshakeKind>,
}

/// The header names of one family, in lower case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeaderFamily<'a> {
    /// An id that is signed.
    pub(crate) id: Option<&'a str>,
    /// `None` where the time stands inside the signature header or the body, or there is none.
    pub(crate) timestamp: Option<&'a str>,
    pub(crate) signature: &'a str,
}

/// How the signature header is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout<'a> {
    /// `v1,<base64> v1,<base64>`; other versions are skipped.
    SpacedBase64 { version: &'a str },
    /// `v0=<hex>`, `sha256=<base64>` or bare, exactly one.
    One { prefix: &'a str, encoding: Encoding },
    /// `t=<unix seconds>,v1=<hex>,v1=<hex>`; other fields are skipped.
    FieldsHex { timestamp: &'a str, version: &'a str },
}

/// How bytes are written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Hexadecimal, in either case.
    Hex,
    /// Base64 with padding.
    Base64,
    /// Base64 of the URL-safe alphabet, with or without padding.
    Base64url,
}

/// The hash inside an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// HMAC-SHA1, which some providers still sign with. No weakness of SHA-1 is known to carry over to it.
    Sha1,
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA512.
    Sha512,
}

/// A piece of the signed content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Text(&'a str),
    Id,
    Timestamp,
    Body,
    Method,
    /// The URL as it was asked for; where the port is the scheme's own, with or without it.
    Url,
    /// The URL with those escapes undone that HubSpot undoes.
    HubspotUri,
    /// The URL's path.
    Path,
    /// The form's parameters by name, each name with its value; nothing where the URL carries the body's hash.
    FormParameters,
}

/// How the secret's text becomes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// `whsec_` (may be left out) and base64 of 24 to 64 bytes.
    WhsecBase64,
    /// The text itself, whatever prefix it has.
    Text,
    /// What the text encodes.
    Encoded(Encoding),
    /// It is no shared secret but an RSA public key.
    PublicKey,
    /// There is no secret.
    Nothing,
}

/// A signed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time {
    pub(crate) format: TimeFormat,
    /// How far it may be from now, in seconds, either way.
    pub(crate) tolerance_s: u32,
    /// The top-level member of the body that it is in, where it is in no header.
    pub(crate) member: Option<&'static str>,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// Whole Unix seconds.
    UnixSeconds,
    /// Whole Unix milliseconds.
    UnixMilliseconds,
}

/// What names a delivery, the same on a redelivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdPlace {
    /// The family's header, which is signed.
    SignedHeader,
    /// A header that is not signed: for sources whose signed time bounds what could be made of that.
    Header(&'static str),
    /// A top-level string member of the body.
    Member(&'static str),
    /// The content, for ever: no time is signed, and each delivery's content is its own.
    Content,
    /// Nothing; the intake goes by the content for a day.
    Nothing,
}

/// The challenges that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandshakeKind {
    /// `{"type": "url_verification", "challenge": …}`: echo the challenge.
    SlackUrlVerification,
    /// `{"event": "endpoint.url_validation", "payload": {"plainToken": …}}`: prove knowledge of the secret.
    ZoomUrlValidation,
}

/// The row of `source`.
pub(crate) const fn proof(source: Source) -> Proof {
    match source {
        Source::Standard => Proof::Mac(&STANDARD),
        Source::Slack => Proof::Mac(&SLACK),
        Source::Zoom => Proof::Mac(&ZOOM),
        Source::Stripe => Proof::Mac(&STRIPE),
        Source::Hubspot => Proof::Mac(&HUBSPOT),
        Source::Github => Proof::Mac(&GITHUB),
        Source::Shopify => Proof::Mac(&SHOPIFY),
        Source::Intercom => Proof::Mac(&INTERCOM),
        Source::Twilio => Proof::Mac(&TWILIO),
        Source::Calendly => Proof::Mac(&CALENDLY),
        Source::Typeform => Proof::Mac(&TYPEFORM),
        Source::Linear => Proof::Mac(&LINEAR),
        Source::Hmac => Proof::ConfiguredMac,
        Source::Gong => Proof::GongToken,
        Source::GooglePubsub => Proof::PubsubToken,
        Source::MicrosoftGraph => Proof::GraphClientState,
        Source::Salesforce => Proof::SalesforceSecret,
    }
}

/// The form of the secret of a source that no settings change.
pub(crate) const fn key_form(source: Source) -> KeyForm {
    match proof(source) {
        Proof::Mac(scheme) => scheme.key,
        Proof::GongToken => KeyForm::PublicKey,
        Proof::PubsubToken => KeyForm::Nothing,
        Proof::ConfiguredMac | Proof::GraphClientState | Proof::SalesforceSecret => KeyForm::Text,
    }
}

/// The tolerance that most sources recommend, in seconds.
pub(crate) const FIVE_MINUTES_S: u32 = 300;
const SECONDS: Option<Time> =
    Some(Time { format: TimeFormat::UnixSeconds, tolerance_s: FIVE_MINUTES_S, member: None });
const BODY: Cow<'static, [Part<'static>]> = Cow::Borrowed(&[Part::Body]);

const fn signed_by(signature: &'static str) -> HeaderFamily<'static> {
    HeaderFamily { id: None, timestamp: None, signature }
}

static STANDARD: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[
        HeaderFamily {
            id: Some("webhook-id"),
            timestamp: Some("webhook-timestamp"),
            signature: "webhook-signature",
        },
        HeaderFamily { id: Some("svix-id"), timestamp: Some("svix-timestamp"), signature: "svix-signature" },
    ]),
    layout: Layout::SpacedBase64 { version: "v1" },
    algorithm: Algorithm::Sha256,
    signed: Cow::Borrowed(&[Part::Id, Part::Text("."), Part::Timestamp, Part::Text("."), Part::Body]),
    key: KeyForm::WhsecBase64,
    time: SECONDS,
    id: IdPlace::SignedHeader,
    handshake: None,
};

static SLACK: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[HeaderFamily {
        id: None,
        timestamp: Some("x-slack-request-timestamp"),
        signature: "x-slack-signature",
    }]),
    layout: Layout::One { prefix: "v0=", encoding: Encoding::Hex },
    algorithm: Algorithm::Sha256,
    signed: Cow::Borrowed(&[Part::Text("v0:"), Part::Timestamp, Part::Text(":"), Part::Body]),
    key: KeyForm::Text,
    time: SECONDS,
    id: IdPlace::Member("event_id"),
    handshake: Some(HandshakeKind::SlackUrlVerification),
};

static ZOOM: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[HeaderFamily {
        id: None,
        timestamp: Some("x-zm-request-timestamp"),
        signature: "x-zm-signature",
    }]),
    layout: Layout::One { prefix: "v0=", encoding: Encoding::Hex },
    algorithm: Algorithm::Sha256,
    signed: Cow::Borrowed(&[Part::Text("v0:"), Part::Timestamp, Part::Text(":"), Part::Body]),
    key: KeyForm::Text,
    time: SECONDS,
    id: IdPlace::Nothing,
    handshake: Some(HandshakeKind::ZoomUrlValidation),
};

static STRIPE: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[signed_by("stripe-signature")]),
    layout: Layout::FieldsHex { timestamp: "t", version: "v1" },
    algorithm: Algorithm::Sha256,
    signed: Cow::Borrowed(&[Part::Timestamp, Part::Text("."), Part::Body]),
    key: KeyForm::Text,
    time: SECONDS,
    id: IdPlace::Member("id"),
    handshake: None,
};

static CALENDLY: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[signed_by("calendly-webhook-signature")]),
    layout: Layout::FieldsHex { timestamp: "t", version: "v1" },
    algorithm: Algorithm::Sha256,
    signed: Cow::Borrowed(&[Part::Timestamp, Part::Text("."), Part::Body]),
    key: KeyForm::Text,
    time: SECONDS,
    id: IdPlace::Nothing,
    handshake: None,
};

static HUBSPOT: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[HeaderFamily {
        id: None,
        timestamp: Some("x-hubspot-request-timestamp"),
        signature: "x-hubspot-signature-v3",
    }]),
    layout: Layout::One { prefix: "", encoding: Encoding::Base64 },
    algorithm: Algorithm::Sha256,
    signed: Cow::Borrowed(&[Part::Method, Part::HubspotUri, Part::Body, Part::Timestamp]),
    key: KeyForm::Text,
    time: Some(Time { format: TimeFormat::UnixMilliseconds, tolerance_s: FIVE_MINUTES_S, member: None }),
    id: IdPlace::Nothing,
    handshake: None,
};

static GITHUB: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[signed_by("x-hub-signature-256")]),
    layout: Layout::One { prefix: "sha256=", encoding: Encoding::Hex },
    algorithm: Algorithm::Sha256,
    signed: BODY,
    key: KeyForm::Text,
    time: None,
    id: IdPlace::Content,
    handshake: None,
};

static SHOPIFY: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[signed_by("x-shopify-hmac-sha256")]),
    layout: Layout::One { prefix: "", encoding: Encoding::Base64 },
    algorithm: Algorithm::Sha256,
    signed: BODY,
    key: KeyForm::Text,
    time: None,
    id: IdPlace::Content,
    handshake: None,
};

static INTERCOM: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[signed_by("x-hub-signature")]),
    layout: Layout::One { prefix: "sha1=", encoding: Encoding::Hex },
    algorithm: Algorithm::Sha1,
    signed: BODY,
    key: KeyForm::Text,
    time: None,
    id: IdPlace::Member("id"),
    handshake: None,
};

static TWILIO: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[signed_by("x-twilio-signature")]),
    layout: Layout::One { prefix: "", encoding: Encoding::Base64 },
    algorithm: Algorithm::Sha1,
    signed: Cow::Borrowed(&[Part::Url, Part::FormParameters]),
    key: KeyForm::Text,
    time: None,
    id: IdPlace::Content,
    handshake: None,
};

static TYPEFORM: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[signed_by("typeform-signature")]),
    layout: Layout::One { prefix: "sha256=", encoding: Encoding::Base64 },
    algorithm: Algorithm::Sha256,
    signed: BODY,
    key: KeyForm::Text,
    time: None,
    id: IdPlace::Member("event_id"),
    handshake: None,
};

static LINEAR: MacScheme<'static> = MacScheme {
    families: Cow::Borrowed(&[signed_by("linear-signature")]),
    layout: Layout::One { prefix: "", encoding: Encoding::Hex },
    algorithm: Algorithm::Sha256,
    signed: BODY,
    key: KeyForm::Text,
    time: Some(Time {
        format: TimeFormat::UnixMilliseconds,
        tolerance_s: 60,
        member: Some("webhookTimestamp"),
    }),
    id: IdPlace::Header("linear-delivery"),
    handshake: None,
};
