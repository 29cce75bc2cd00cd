//! Webhook endpoints.

use ids::EndpointId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::PageRequest;
use crate::request::{FromBody, FromQuery, Object, Query, TextRule};
use crate::{Timestamp, schema};

/// The longest secret, in characters.
const MAX_SECRET: usize = 256;
/// The longest public key, in characters.
const MAX_PUBLIC_KEY: usize = 8_192;
/// The longest setting, in characters.
const MAX_SETTING: usize = 2_048;
/// The longest overlap of two secrets, in seconds: a week.
const MAX_OVERLAP_S: u32 = 7 * 24 * 60 * 60;
/// The overlap where none is asked for: a day.
const DEFAULT_OVERLAP_S: u32 = 24 * 60 * 60;

/// The body of `POST /v1/endpoints`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CreateEndpoint {
    /// Who delivers: a provider of the catalog, `standard` (Standard Webhooks) or `hmac`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$", example = "github")]
    pub source: String,
    /// A name for people.
    #[schema(min_length = 1, max_length = 200, example = "Production calls")]
    pub name: String,
    /// What deliveries are signed with, where the provider shows one. One is made where it is left out, and shown in
    /// the answer this once.
    #[schema(required = false, min_length = 1, max_length = 256)]
    pub secret: Option<String>,
    /// What else the source needs.
    #[schema(required = false)]
    pub settings: Option<EndpointSettings>,
}

impl FromBody for CreateEndpoint {
    fn read(object: &Object<'_>) -> Option<Self> {
        let source = object.required_text("source", TextRule::slug(64));
        let name = object.required_text("name", TextRule::line(200));
        let secret = object.optional_text("secret", TextRule::line(MAX_SECRET));
        let settings = object.optional_object("settings").map(|object| EndpointSettings::read(&object));
        Some(Self { source: source?, name: name?, secret, settings })
    }
}

/// What an endpoint says beyond its secret. Which of these a source needs is on the page about providers; those of
/// another source are refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndpointSettings {
    /// `gong`: the public key of the automation rule, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, min_length = 1, max_length = 8192)]
    pub public_key: Option<String>,
    /// `salesforce`: the organization's id, of 15 or 18 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, min_length = 1, max_length = 2048, example = "00D5e000000AbCdEAK")]
    pub organization_id: Option<String>,
    /// `google_pubsub`: the audience of the subscription; the endpoint's own URL where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, min_length = 1, max_length = 2048)]
    pub audience: Option<String>,
    /// `google_pubsub`: the e-mail address of the service account that pushes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        min_length = 1,
        max_length = 2048,
        example = "push@project.iam.gserviceaccount.com"
    )]
    pub service_account: Option<String>,
    /// `hmac`: the hash. SHA-256 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub algorithm: Option<HmacAlgorithm>,
    /// `hmac`: the header with the signature, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, min_length = 1, max_length = 2048, example = "x-acme-signature")]
    pub header: Option<String>,
    /// `hmac`: what stands before the signature in its header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, min_length = 1, max_length = 2048, example = "sha256=")]
    pub prefix: Option<String>,
    /// `hmac`: how the signature is written. Hexadecimal where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub encoding: Option<HmacEncoding>,
    /// `hmac`: how the secret is written; its text itself is the key where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub secret_encoding: Option<HmacEncoding>,
    /// `hmac`: the header with a signed id of the delivery, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, min_length = 1, max_length = 2048)]
    pub id_header: Option<String>,
    /// `hmac`: the signed time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub timestamp: Option<HmacTime>,
    /// `hmac`: what is signed, of `{id}`, `{timestamp}`, `{method}`, `{url}`, `{path}` and `{body}`. The body alone
    /// where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, min_length = 1, max_length = 2048, example = "{timestamp}.{body}")]
    pub template: Option<String>,
}

/// The hash inside an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HmacAlgorithm {
    /// HMAC-SHA1.
    Sha1,
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA512.
    Sha512,
}

/// How bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HmacEncoding {
    /// Hexadecimal.
    Hex,
    /// Base64 with padding.
    Base64,
    /// Base64 of the URL-safe alphabet.
    Base64url,
}

/// The signed time of an HMAC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HmacTime {
    /// Its header, in lower case.
    #[schema(min_length = 1, max_length = 2048, example = "x-acme-timestamp")]
    pub header: String,
    /// How it is written. Seconds where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub format: Option<HmacTimeFormat>,
    /// How far it may be from now, in seconds. Five minutes where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, minimum = 1, maximum = 3600)]
    pub tolerance_seconds: Option<u32>,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HmacTimeFormat {
    /// Whole Unix seconds.
    UnixSeconds,
    /// Whole Unix milliseconds.
    UnixMilliseconds,
}

impl EndpointSettings {
    fn read(object: &Object<'_>) -> Self {
        let text = |name: &str| object.optional_text(name, TextRule::line(MAX_SETTING));
        Self {
            public_key: object.optional_text("public_key", TextRule::text(MAX_PUBLIC_KEY)),
            organization_id: text("organization_id"),
            audience: text("audience"),
            service_account: text("service_account"),
            algorithm: object.optional_choice("algorithm", "must be `sha1`, `sha256` or `sha512`"),
            header: text("header"),
            prefix: text("prefix"),
            encoding: object.optional_choice("encoding", ENCODINGS),
            secret_encoding: object.optional_choice("secret_encoding", ENCODINGS),
            id_header: text("id_header"),
            timestamp: object.optional_object("timestamp").and_then(|object| {
                let format = "must be `unix_seconds` or `unix_milliseconds`";
                Some(HmacTime {
                    format: object.optional_choice("format", format),
                    tolerance_seconds: object.optional_integer("tolerance_seconds", 1, 3_600),
                    header: object.required_text("header", TextRule::line(MAX_SETTING))?,
                })
            }),
            template: text("template"),
        }
    }
}

const ENCODINGS: &str = "must be `hex`, `base64` or `base64url`";

/// A webhook endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Endpoint {
    /// The id.
    #[schema(value_type = schema::EndpointId)]
    pub id: EndpointId,
    /// Who delivers.
    #[schema(example = "github")]
    pub source: String,
    /// A name for people.
    #[schema(example = "Production calls")]
    pub name: String,
    /// Where the provider posts its deliveries.
    #[schema(example = "https://gateway.example.com/hooks/end_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f")]
    pub url: String,
    /// Whether deliveries are taken.
    pub status: EndpointStatus,
    /// What else deliveries are judged by; `null` where the source needs nothing.
    #[schema(required)]
    pub settings: Option<EndpointSettings>,
    /// Until when deliveries by the secret before are taken, too.
    #[schema(required)]
    pub previous_secret_until: Option<Timestamp>,
    /// When its secret was last changed.
    #[schema(required)]
    pub rotated_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The secret that was made for it: shown this once, in the answer to the creation or the rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: Option<String>,
}

/// Whether an endpoint takes deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndpointStatus {
    /// It does.
    Active,
    /// It does not: an operator switched it off.
    Disabled,
}

/// The body of `POST /v1/endpoints/{id}/rotate`; it may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RotateEndpoint {
    /// The new secret, where the provider shows one. One is made where it is left out.
    #[schema(required = false, min_length = 1, max_length = 256)]
    pub secret: Option<String>,
    /// `gong`: the new public key, in PEM.
    #[schema(required = false, min_length = 1, max_length = 8192)]
    pub public_key: Option<String>,
    /// How long deliveries by the secret before are taken as well, in seconds; 0 for no longer. A day where it is left
    /// out.
    #[schema(value_type = Option<u32>, maximum = 604800, example = 86400)]
    pub overlap_seconds: u32,
}

impl Default for RotateEndpoint {
    fn default() -> Self {
        Self { secret: None, public_key: None, overlap_seconds: DEFAULT_OVERLAP_S }
    }
}

impl FromBody for RotateEndpoint {
    fn read(object: &Object<'_>) -> Option<Self> {
        let overlap = object.optional_integer("overlap_seconds", 0, MAX_OVERLAP_S);
        Some(Self {
            secret: object.optional_text("secret", TextRule::line(MAX_SECRET)),
            public_key: object.optional_text("public_key", TextRule::text(MAX_PUBLIC_KEY)),
            overlap_seconds: overlap.unwrap_or(DEFAULT_OVERLAP_S),
        })
    }
}

/// The query of `GET /v1/endpoints`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEndpoints {
    /// The page.
    pub page: PageRequest<EndpointId>,
}

impl FromQuery for ListEndpoints {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { page: query.page("endpoints", &[]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_body;

    #[test]
    fn an_endpoint_is_read_with_its_settings() {
        let body = r#"{"source":"hmac","name":"Acme","secret":"0123456789abcdef","settings":{
            "header":"x-acme-signature","encoding":"base64","timestamp":{"header":"x-acme-time","format":"unix_milliseconds"},
            "template":"{timestamp}.{body}"}}"#;
        let read = read_body::<CreateEndpoint>(body.as_bytes()).unwrap();
        let settings = read.settings.unwrap();
        assert_eq!((settings.encoding, settings.algorithm), (Some(HmacEncoding::Base64), None));
        assert_eq!(settings.timestamp.unwrap().format, Some(HmacTimeFormat::UnixMilliseconds));
        let key =
            r#"{"source":"gong","name":"G","settings":{"public_key":"-----BEGIN PUBLIC KEY-----\nAA==\n"}}"#;
        assert!(read_body::<CreateEndpoint>(key.as_bytes()).unwrap().settings.unwrap().public_key.is_some());
    }

    #[test]
    fn every_field_at_fault_is_pointed_at() {
        let body = r#"{"source":"Git Hub","name":"","secret":7,"settings":{"algorithm":"md5","encoding":1,
            "public_key":"\u0000","timestamp":{"format":"iso","tolerance_seconds":0}}}"#;
        let problem = read_body::<CreateEndpoint>(body.as_bytes()).unwrap_err();
        let mut pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
        pointers.sort_unstable();
        let expect = [
            "/name",
            "/secret",
            "/settings/algorithm",
            "/settings/encoding",
            "/settings/public_key",
            "/settings/timestamp/format",
            "/settings/timestamp/header",
            "/settings/timestamp/tolerance_seconds",
            "/source",
        ];
        assert_eq!((problem.status(), pointers.as_slice()), (422, &expect[..]));
        assert!(read_body::<CreateEndpoint>(br#"{"source":"gong","name":"G","settings":[]}"#).is_err());
    }

    #[test]
    fn an_overlap_is_a_day_unless_said_and_a_week_at_most() {
        let read = |body: &str| read_body::<RotateEndpoint>(body.as_bytes()).map(|read| read.overlap_seconds);
        assert_eq!((read("{}"), RotateEndpoint::default().overlap_seconds), (Ok(86_400), 86_400));
        assert_eq!(read(r#"{"overlap_seconds":0}"#), Ok(0));
        assert!(read(r#"{"overlap_seconds":604801}"#).is_err());
    }
}
