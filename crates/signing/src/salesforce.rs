//! Salesforce: outbound messages (SOAP) and its event relay over Amazon EventBridge (JSON).
//!
//! Neither is signed. An outbound message proves itself by the secret in the URL that it is sent to (`?token=…`), a
//! relayed event by the `x-api-key` header of EventBridge's connection; both name their organization, which must be
//! the endpoint's. The client certificate that Salesforce can show is for the platform's edge to demand.

use quick_xml::events::Event;
use serde::Deserialize;

use crate::delivery::Delivery;
use crate::handshake::Handshake;
use crate::headers::{Headers, is_delivery_id};
use crate::mac::same;
use crate::secret::Secrets;
use crate::settings::SalesforceSettings;
use crate::verify::{Verified, VerifyError};

/// The parameter of the URL with the secret.
const TOKEN: &str = "token";
/// The header of EventBridge's connection with the secret.
const API_KEY: &str = "x-api-key";
/// What the `source` of a relayed event begins with; the organization's id follows.
const RELAY: &str = "aws.partner/salesforce.com/";
/// The part of an organization's id that both of its forms share.
const ID_CHARACTERS: usize = 15;
/// An outbound message is six levels deep.
const MAX_DEPTH: usize = 32;

/// Salesforce sends a message again until it reads exactly this.
const ACKNOWLEDGEMENT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
    <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
    <notificationsResponse xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>true</Ack></notificationsResponse>\
    </soapenv:Body></soapenv:Envelope>";

pub(crate) fn verify<H: Headers + ?Sized>(
    settings: &SalesforceSettings,
    secrets: &Secrets,
    delivery: Delivery<'_, H>,
) -> Result<Verified, VerifyError> {
    let soap = is_soap(delivery.body);
    let shown = if soap { delivery.parameter(TOKEN) } else { delivery.headers.header(API_KEY) };
    let shown = shown.ok_or_else(|| match soap {
        true => VerifyError::Mismatch,
        false => VerifyError::MissingHeader { name: API_KEY.to_owned() },
    })?;
    let (slot, _) = secrets
        .iter()
        .find(|(_, secret)| !secret.expose().is_empty() && same(secret.expose(), &shown))
        .ok_or(VerifyError::Mismatch)?;
    let (organization, delivery_id) = if soap { outbound(delivery.body)? } else { relayed(delivery.body)? };
    let short = |id: &str| id.get(..ID_CHARACTERS).map(str::to_owned);
    if short(&organization).is_none() || short(&organization) != short(&settings.organization_id) {
        return Err(VerifyError::WrongClaim { name: "OrganizationId" });
    }
    let delivery_id = delivery_id.filter(|id| is_delivery_id(id));
    Ok(Verified { delivery_id, timestamp: None, secret: slot })
}

/// What Salesforce must be told of an outbound message that was taken.
pub(crate) fn acknowledgement(body: &[u8]) -> Option<Handshake> {
    is_soap(body)
        .then(|| Handshake { content_type: "text/xml; charset=utf-8", body: ACKNOWLEDGEMENT.to_owned() })
}

fn is_soap(body: &[u8]) -> bool {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start().starts_with(b"<")
}

/// The organization of a relayed event, and the event's id.
fn relayed(body: &[u8]) -> Result<(String, Option<String>), VerifyError> {
    #[derive(Deserialize)]
    struct Relayed {
        id: Option<String>,
        source: String,
    }
    let malformed = VerifyError::MalformedBody { reason: "it is no event of EventBridge" };
    let Relayed { id, source } = serde_json::from_slice(body).map_err(|_| malformed)?;
    let organization = source.strip_prefix(RELAY).and_then(|rest| rest.split('/').next());
    let organization = organization.ok_or(VerifyError::WrongClaim { name: "source" })?;
    Ok((organization.to_owned(), id))
}

/// The organization of an outbound message, and its notification's id where it has a single one: a message is sent
/// again in other company.
fn outbound(body: &[u8]) -> Result<(String, Option<String>), VerifyError> {
    const ORGANIZATION: [&[u8]; 4] = [b"Envelope", b"Body", b"notifications", b"OrganizationId"];
    const NOTIFICATION: [&[u8]; 5] = [b"Envelope", b"Body", b"notifications", b"Notification", b"Id"];
    let malformed = || VerifyError::MalformedBody { reason: "it is no outbound message" };
    let mut reader = quick_xml::Reader::from_reader(body);
    let mut path: Vec<Vec<u8>> = Vec::new();
    let (mut organizations, mut ids) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().map_err(|_| malformed())? {
            Event::Start(element) => {
                path.push(element.local_name().as_ref().to_vec());
                if path.len() > MAX_DEPTH {
                    return Err(malformed());
                }
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Text(text) => {
                let read = || std::str::from_utf8(&text).ok().map(|text| text.trim().to_owned());
                if path == ORGANIZATION {
                    organizations.push(read().ok_or_else(malformed)?);
                } else if path == NOTIFICATION {
                    ids.push(read().ok_or_else(malformed)?);
                }
            }
            // No document of Salesforce's declares types, and entities are how XML is made to explode.
            Event::DocType(_) => return Err(malformed()),
            Event::Eof => break,
            _ => {}
        }
    }
    let [organization] = organizations.as_slice() else { return Err(malformed()) };
    let id = match ids.as_slice() {
        [id] => Some(id.clone()),
        _ => None,
    };
    Ok((organization.clone(), id))
}
