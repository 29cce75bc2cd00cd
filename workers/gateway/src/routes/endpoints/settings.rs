//! Between the settings that a client gives and those that deliveries are judged by.

use http_api::endpoints::{EndpointSettings, HmacAlgorithm, HmacEncoding, HmacTime, HmacTimeFormat};
use http_api::problem::FieldError;
use signing::{
    Algorithm, Encoding, HmacSettings, HmacTimestamp, PubsubSettings, SalesforceSettings, Settings, Source,
    TimeFormat,
};

use crate::failure::{Failure, invalid_fields};

/// The settings of `source`, and a public key among them.
///
/// # Errors
/// A problem that points at each setting that is missing, or is another source's.
pub(super) fn read(source: Source, given: EndpointSettings) -> Result<(Option<String>, Settings), Failure> {
    let mut faults = Vec::new();
    let mut fault = |name: &str, detail: String| {
        faults.push(FieldError { pointer: format!("/settings/{name}"), detail });
    };
    for name in names(&given) {
        if !of(source).contains(&name) {
            fault(name, format!("is no setting of `{source}`"));
        }
    }
    let mut required = |name: &str, value: Option<String>| {
        if value.is_none() {
            fault(name, format!("is required for `{source}`"));
        }
        value.unwrap_or_default()
    };
    let EndpointSettings { public_key, organization_id, audience, service_account, .. } = given.clone();
    let settings = match source {
        Source::Salesforce => Settings::Salesforce(SalesforceSettings {
            organization_id: required("organization_id", organization_id),
        }),
        Source::GooglePubsub => Settings::GooglePubsub(PubsubSettings {
            audience,
            service_account: required("service_account", service_account),
        }),
        Source::Hmac => Settings::Hmac(HmacSettings {
            algorithm: given.algorithm.map_or(Algorithm::Sha256, algorithm),
            header: required("header", given.header).to_ascii_lowercase(),
            prefix: given.prefix.unwrap_or_default(),
            encoding: given.encoding.map_or(Encoding::Hex, encoding),
            secret_encoding: given.secret_encoding.map(encoding),
            id_header: given.id_header.map(|name| name.to_ascii_lowercase()),
            timestamp: given.timestamp.map(timestamp),
            template: given.template.unwrap_or_else(|| "{body}".to_owned()),
        }),
        _ => Settings::None,
    };
    if faults.is_empty() { Ok((public_key, settings)) } else { Err(invalid_fields(faults).into()) }
}

/// The settings that a source has.
const fn of(source: Source) -> &'static [&'static str] {
    match source {
        Source::Gong => &["public_key"],
        Source::Salesforce => &["organization_id"],
        Source::GooglePubsub => &["audience", "service_account"],
        Source::Hmac => &[
            "algorithm",
            "header",
            "prefix",
            "encoding",
            "secret_encoding",
            "id_header",
            "timestamp",
            "template",
        ],
        _ => &[],
    }
}

/// The names of the settings that were given.
fn names(given: &EndpointSettings) -> Vec<&'static str> {
    let EndpointSettings {
        public_key,
        organization_id,
        audience,
        service_account,
        algorithm,
        header,
        prefix,
        encoding,
        secret_encoding,
        id_header,
        timestamp,
        template,
    } = given;
    let given = [
        ("public_key", public_key.is_some()),
        ("organization_id", organization_id.is_some()),
        ("audience", audience.is_some()),
        ("service_account", service_account.is_some()),
        ("algorithm", algorithm.is_some()),
        ("header", header.is_some()),
        ("prefix", prefix.is_some()),
        ("encoding", encoding.is_some()),
        ("secret_encoding", secret_encoding.is_some()),
        ("id_header", id_header.is_some()),
        ("timestamp", timestamp.is_some()),
        ("template", template.is_some()),
    ];
    given.into_iter().filter_map(|(name, is)| is.then_some(name)).collect()
}

/// The settings as their tenant sees them; nothing where there are none.
pub(super) fn shown(source: &str, settings: Settings, secret: &str) -> Option<EndpointSettings> {
    let none = EndpointSettings::default();
    match settings {
        // A public key is no secret.
        Settings::None if source == Source::Gong.as_str() => {
            Some(EndpointSettings { public_key: Some(secret.to_owned()), ..none })
        }
        Settings::None => None,
        Settings::Salesforce(SalesforceSettings { organization_id }) => {
            Some(EndpointSettings { organization_id: Some(organization_id), ..none })
        }
        Settings::GooglePubsub(PubsubSettings { audience, service_account }) => {
            Some(EndpointSettings { audience, service_account: Some(service_account), ..none })
        }
        Settings::Hmac(hmac) => Some(EndpointSettings {
            algorithm: Some(match hmac.algorithm {
                Algorithm::Sha1 => HmacAlgorithm::Sha1,
                Algorithm::Sha256 => HmacAlgorithm::Sha256,
                Algorithm::Sha512 => HmacAlgorithm::Sha512,
            }),
            header: Some(hmac.header),
            prefix: Some(hmac.prefix).filter(|prefix| !prefix.is_empty()),
            encoding: Some(shown_encoding(hmac.encoding)),
            secret_encoding: hmac.secret_encoding.map(shown_encoding),
            id_header: hmac.id_header,
            timestamp: hmac.timestamp.map(|HmacTimestamp { header, format, tolerance_s }| HmacTime {
                header,
                format: Some(match format {
                    TimeFormat::UnixSeconds => HmacTimeFormat::UnixSeconds,
                    TimeFormat::UnixMilliseconds => HmacTimeFormat::UnixMilliseconds,
                }),
                tolerance_seconds: Some(tolerance_s),
            }),
            template: Some(hmac.template),
            ..none
        }),
    }
}

const fn algorithm(given: HmacAlgorithm) -> Algorithm {
    match given {
        HmacAlgorithm::Sha1 => Algorithm::Sha1,
        HmacAlgorithm::Sha256 => Algorithm::Sha256,
        HmacAlgorithm::Sha512 => Algorithm::Sha512,
    }
}

const fn encoding(given: HmacEncoding) -> Encoding {
    match given {
        HmacEncoding::Hex => Encoding::Hex,
        HmacEncoding::Base64 => Encoding::Base64,
        HmacEncoding::Base64url => Encoding::Base64url,
    }
}

const fn shown_encoding(encoding: Encoding) -> HmacEncoding {
    match encoding {
        Encoding::Hex => HmacEncoding::Hex,
        Encoding::Base64 => HmacEncoding::Base64,
        Encoding::Base64url => HmacEncoding::Base64url,
    }
}

fn timestamp(given: HmacTime) -> HmacTimestamp {
    HmacTimestamp {
        header: given.header.to_ascii_lowercase(),
        format: match given.format {
            None | Some(HmacTimeFormat::UnixSeconds) => TimeFormat::UnixSeconds,
            Some(HmacTimeFormat::UnixMilliseconds) => TimeFormat::UnixMilliseconds,
        },
        tolerance_s: given.tolerance_seconds.unwrap_or(HmacTimestamp::DEFAULT_TOLERANCE_S),
    }
}
