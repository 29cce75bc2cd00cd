//! The catalog: one row a source, saying where the id, the time and the signatures stand and what is signed.
//!
//! Rows are data. Code that reads them is in `headers`, `verify` and `sign`, and asks no row for its name.

use crate::Source;

/// How one source signs a delivery.
#[derive(Debug)]
pub(crate) struct Scheme {
    /// Header families that carry the same things under other names, preferred first; never empty.
    pub(crate) families: &'static [HeaderFamily],
    /// How the signature header is written.
    pub(crate) layout: Layout,
    /// What goes into the MAC, in order.
    pub(crate) signed: &'static [Part],
    /// How the secret's text becomes a key.
    pub(crate) key: KeyForm,
    /// The top-level body member that names the delivery, where no header does.
    pub(crate) body_id: Option<BodyId>,
    /// The challenge sent before an endpoint is trusted.
    pub(crate) handshake: Option<HandshakeKind>,
}

/// The header names of one family, in lower case.
#[derive(Debug)]
pub(crate) struct HeaderFamily {
    pub(crate) id: Option<&'static str>,
    /// `None` where the time stands inside the signature header.
    pub(crate) timestamp: Option<&'static str>,
    pub(crate) signature: &'static str,
}

/// How the signature header is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `v1,<base64> v1,<base64>`; other versions are skipped.
    SpacedBase64 { version: &'static str },
    /// `v0=<hex>`, exactly one.
    PrefixedHex { prefix: &'static str },
    /// `t=<unix seconds>,v1=<hex>,v1=<hex>`; other fields are skipped.
    FieldsHex { timestamp: &'static str, version: &'static str },
}

/// A piece of the signed content.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    Text(&'static str),
    Id,
    Timestamp,
    Body,
}

/// How the secret's text becomes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// `whsec_` (may be left out) and base64 of 24 to 64 bytes.
    WhsecBase64,
    /// The text itself, whatever prefix it has.
    Text,
}

/// A top-level string member of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyId {
    /// Slack's `event_id`.
    EventId,
    /// Stripe's `id`.
    Id,
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
pub(crate) const fn scheme(source: Source) -> &'static Scheme {
    match source {
        Source::Standard => &STANDARD,
        Source::Slack => &SLACK,
        Source::Zoom => &ZOOM,
        Source::Stripe => &STRIPE,
    }
}

static STANDARD: Scheme = Scheme {
    families: &[
        HeaderFamily {
            id: Some("webhook-id"),
            timestamp: Some("webhook-timestamp"),
            signature: "webhook-signature",
        },
        HeaderFamily { id: Some("svix-id"), timestamp: Some("svix-timestamp"), signature: "svix-signature" },
    ],
    layout: Layout::SpacedBase64 { version: "v1" },
    signed: &[Part::Id, Part::Text("."), Part::Timestamp, Part::Text("."), Part::Body],
    key: KeyForm::WhsecBase64,
    body_id: None,
    handshake: None,
};

static SLACK: Scheme = Scheme {
    families: &[HeaderFamily {
        id: None,
        timestamp: Some("x-slack-request-timestamp"),
        signature: "x-slack-signature",
    }],
    layout: Layout::PrefixedHex { prefix: "v0=" },
    signed: &[Part::Text("v0:"), Part::Timestamp, Part::Text(":"), Part::Body],
    key: KeyForm::Text,
    body_id: Some(BodyId::EventId),
    handshake: Some(HandshakeKind::SlackUrlVerification),
};

static ZOOM: Scheme = Scheme {
    families: &[HeaderFamily {
        id: None,
        timestamp: Some("x-zm-request-timestamp"),
        signature: "x-zm-signature",
    }],
    layout: Layout::PrefixedHex { prefix: "v0=" },
    signed: &[Part::Text("v0:"), Part::Timestamp, Part::Text(":"), Part::Body],
    key: KeyForm::Text,
    body_id: None,
    handshake: Some(HandshakeKind::ZoomUrlValidation),
};

static STRIPE: Scheme = Scheme {
    families: &[HeaderFamily { id: None, timestamp: None, signature: "stripe-signature" }],
    layout: Layout::FieldsHex { timestamp: "t", version: "v1" },
    signed: &[Part::Timestamp, Part::Text("."), Part::Body],
    key: KeyForm::Text,
    body_id: Some(BodyId::Id),
    handshake: None,
};
