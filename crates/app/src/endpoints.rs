//! A tenant's own webhook endpoints: made, listed, rotated and removed.
//!
//! The gateway asks this itself: nothing below it owns endpoints, and what a delivery is judged by must be near.

use std::rc::Rc;

use ids::{EndpointId, TenantId};
use sha2::{Digest as _, Sha256};
use signing::{Secret, SecretUse, Settings, Source};

use crate::ports::{
    AddedEndpoint, Clock, EndpointSecret, EndpointStore, HookEndpoint, NamedRequest, NewEndpoint, Random,
    Rotated, Rotation, StoreError,
};

/// The most endpoints that a tenant may have.
pub const MOST_ENDPOINTS: u32 = 100;
/// The longest client state that Microsoft Graph takes, in bytes.
const MAX_CLIENT_STATE: usize = 128;

/// A tenant's endpoints over ports.
#[derive(Clone)]
pub struct Endpoints {
    /// Where they are.
    pub store: Rc<dyn EndpointStore>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For ids and secrets.
    pub random: Rc<dyn Random>,
}

/// An endpoint that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Who delivers.
    pub source: Source,
    /// A name for people.
    pub name: String,
    /// The secret, or the provider's public key; a secret is made where it is left out.
    pub secret: Option<Secret>,
    /// What else deliveries are judged by.
    pub settings: Settings,
}

/// An endpoint, and the secret that was made for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The endpoint.
    pub endpoint: HookEndpoint,
    /// Its secret, where it was made here: to be shown this once.
    pub secret: Option<EndpointSecret>,
}

/// Why an endpoint is not made, or not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Something in what was asked for is wrong.
    #[error("{} things are wrong with the endpoint", .0.len())]
    Invalid(Vec<Fault>),
    /// A request of this name asked for something else.
    #[error("the request's key was used for another request")]
    KeyReused,
    /// The tenant has as many as it may have.
    #[error("the tenant has {MOST_ENDPOINTS} endpoints: delete one first")]
    LimitReached,
    /// The tenant has no such endpoint.
    #[error("the tenant has no such endpoint")]
    NotFound,
    /// The store did not do its part.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Something wrong with what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// What is wrong with it, as a predicate.
    pub detail: String,
}

impl Endpoints {
    /// Makes an endpoint. The same draft under the same `key` is the same endpoint.
    ///
    /// # Errors
    /// [`EndpointError::Invalid`], [`EndpointError::KeyReused`], [`EndpointError::LimitReached`] and
    /// [`EndpointError::Unavailable`].
    pub async fn create(
        &self,
        tenant: TenantId,
        draft: Draft,
        key: Option<&str>,
    ) -> Result<Made, EndpointError> {
        let mut faults = settings_faults(draft.source, &draft.settings);
        let secret = match &draft.secret {
            Some(secret) => {
                faults.extend(secret_fault(draft.source, &draft.settings, secret, "/secret"));
                Some(secret.clone())
            }
            None => match draft.source.secret_use() {
                SecretUse::Shared => Some(self.generated(draft.source, &draft.settings)),
                SecretUse::PublicKey => {
                    faults.push(Fault {
                        pointer: "/settings/public_key".into(),
                        detail: format!("is required: the public key that `{}` shows, in PEM", draft.source),
                    });
                    None
                }
                SecretUse::Nothing => None,
            },
        };
        if !faults.is_empty() {
            return Err(EndpointError::Invalid(faults));
        }
        let secret = EndpointSecret::new(secret.as_ref().map_or("", Secret::expose));
        let now = self.clock.now();
        let made = draft.secret.is_none() && draft.source.secret_use() == SecretUse::Shared;
        let new = NewEndpoint {
            endpoint_id: EndpointId::from_parts(now.unix_ms(), self.random.for_id()),
            source: draft.source.to_string(),
            request: key.map(|key| named(key, &asked(&draft))),
            name: draft.name,
            secret,
            settings: draft.settings,
            created_at: now,
        };
        let endpoint = match self.store.add(tenant, &new, MOST_ENDPOINTS).await? {
            AddedEndpoint::New => {
                let NewEndpoint { endpoint_id, source, name, secret, settings, created_at, .. } = new;
                HookEndpoint {
                    endpoint_id,
                    source,
                    name,
                    secret,
                    settings,
                    active: true,
                    previous_until: None,
                    rotated_at: None,
                    created_at,
                }
            }
            AddedEndpoint::Existing { record, same: true } => *record,
            AddedEndpoint::Existing { same: false, .. } => return Err(EndpointError::KeyReused),
            AddedEndpoint::LimitReached => return Err(EndpointError::LimitReached),
        };
        let secret = made.then(|| endpoint.secret.clone());
        Ok(Made { endpoint, secret })
    }

    /// Endpoints, newest first, older than `before`; and where the next page begins, if there is one.
    ///
    /// # Errors
    /// [`EndpointError::Unavailable`].
    pub async fn list(
        &self,
        tenant: TenantId,
        before: Option<EndpointId>,
        limit: u32,
    ) -> Result<(Vec<HookEndpoint>, Option<EndpointId>), EndpointError> {
        let mut found = self.store.list(tenant, before, limit.saturating_add(1)).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().map(|last| last.endpoint_id).filter(|_| more);
        Ok((found, next))
    }

    /// One endpoint.
    ///
    /// # Errors
    /// [`EndpointError::NotFound`] and [`EndpointError::Unavailable`].
    pub async fn get(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
    ) -> Result<HookEndpoint, EndpointError> {
        self.store.get(tenant, endpoint_id).await?.ok_or(EndpointError::NotFound)
    }

    /// Gives an endpoint another secret: `secret`, or one that is made here. The one before is accepted for
    /// `overlap_s` more seconds. The same again under the same `key` changes nothing.
    ///
    /// # Errors
    /// [`EndpointError::Invalid`], [`EndpointError::KeyReused`], [`EndpointError::NotFound`] and
    /// [`EndpointError::Unavailable`].
    pub async fn rotate(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        secret: Option<Secret>,
        overlap_s: u32,
        key: Option<&str>,
    ) -> Result<Made, EndpointError> {
        let endpoint = self.get(tenant, endpoint_id).await?;
        let unknown = |_| StoreError::new("CONTROL_DB", format!("`{endpoint_id}` has an unknown source"));
        let source: Source = endpoint.source.parse().map_err(unknown)?;
        let invalid = |pointer: &str, detail: String| {
            EndpointError::Invalid(vec![Fault { pointer: pointer.into(), detail }])
        };
        let request = key.map(|key| {
            let given = secret.as_ref().map_or("", Secret::expose);
            named(key, &[given.to_owned(), overlap_s.to_string()])
        });
        let made = secret.is_none();
        let secret = match (source.secret_use(), secret) {
            (SecretUse::Nothing, _) => {
                return Err(invalid("", format!("there is nothing to rotate: `{source}` has no secret")));
            }
            (SecretUse::PublicKey, None) => {
                return Err(invalid("/public_key", format!("is required: `{source}` shows it, in PEM")));
            }
            (use_, Some(secret)) => {
                let pointer = if use_ == SecretUse::PublicKey { "/public_key" } else { "/secret" };
                match secret_fault(source, &endpoint.settings, &secret, pointer) {
                    Some(fault) => return Err(EndpointError::Invalid(vec![fault])),
                    None => secret,
                }
            }
            (SecretUse::Shared, None) => self.generated(source, &endpoint.settings),
        };
        let at = self.clock.now();
        let until = contracts::Timestamp::from_unix_ms(at.unix_ms() + u64::from(overlap_s) * 1_000);
        let rotation = Rotation {
            secret: EndpointSecret::new(secret.expose()),
            previous_until: (overlap_s > 0).then_some(until),
            at,
            request,
        };
        match self.store.rotate(tenant, endpoint_id, &rotation).await? {
            Rotated::Done(endpoint) => {
                let secret = made.then(|| endpoint.secret.clone());
                Ok(Made { endpoint: *endpoint, secret })
            }
            Rotated::KeyReused => Err(EndpointError::KeyReused),
            Rotated::NotFound => Err(EndpointError::NotFound),
        }
    }

    /// Removes an endpoint.
    ///
    /// # Errors
    /// [`EndpointError::NotFound`] and [`EndpointError::Unavailable`].
    pub async fn remove(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<(), EndpointError> {
        let removed = self.store.remove(tenant, endpoint_id).await?;
        if removed { Ok(()) } else { Err(EndpointError::NotFound) }
    }

    fn generated(&self, source: Source, settings: &Settings) -> Secret {
        let mut random = [0; 32];
        self.random.fill(&mut random);
        Secret::generate_for(source, settings, random)
    }
}

fn settings_faults(source: Source, settings: &Settings) -> Vec<Fault> {
    let fault = |fault: signing::SettingError| {
        let pointer = match fault.setting {
            "" => "/settings".to_owned(),
            setting => format!("/settings/{setting}"),
        };
        Fault { pointer, detail: fault.detail }
    };
    settings.faults(source).into_iter().map(fault).collect()
}

fn secret_fault(source: Source, settings: &Settings, secret: &Secret, pointer: &str) -> Option<Fault> {
    let fault = |pointer: &str, detail: String| Some(Fault { pointer: pointer.into(), detail });
    if source == Source::MicrosoftGraph && secret.expose().len() > MAX_CLIENT_STATE {
        return fault(pointer, format!("must be at most {MAX_CLIENT_STATE} characters, as `clientState` is"));
    }
    let pointer = match (source.secret_use(), pointer) {
        (SecretUse::Nothing, _) => return fault(pointer, format!("must be left out: `{source}` has none")),
        (SecretUse::PublicKey, "/secret") => "/settings/public_key",
        (_, pointer) => pointer,
    };
    secret.check_with(source, settings).err().and_then(|error| fault(pointer, format!("is refused: {error}")))
}

/// What a draft asks for, piece by piece.
fn asked(draft: &Draft) -> [String; 4] {
    let Draft { source, name, secret, settings } = draft;
    let secret = secret.as_ref().map_or("", Secret::expose);
    [source.to_string(), name.clone(), secret.to_owned(), serde_json::json!(settings).to_string()]
}

fn named(key: &str, asked: &[String]) -> NamedRequest {
    let mut hash = Sha256::new();
    for piece in asked {
        // Lengths first, so that no two requests run together into one.
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    NamedRequest { key: key.to_owned(), hash: hex::encode(hash.finalize()) }
}
