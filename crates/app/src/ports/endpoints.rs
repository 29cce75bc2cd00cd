//! A tenant's own webhook endpoints: making, listing, rotating and removing them. What a delivery is judged by is read
//! through [`ControlStore`](super::ControlStore).

use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EndpointId, TenantId};
use signing::Settings;

use super::{EndpointSecret, StoreError};

/// An endpoint to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// Its id.
    pub endpoint_id: EndpointId,
    /// The provider, or `standard`.
    pub source: String,
    /// A name for people.
    pub name: String,
    /// What deliveries are verified with.
    pub secret: EndpointSecret,
    /// What else they are judged by.
    pub settings: Settings,
    /// When it is made.
    pub created_at: Timestamp,
    /// How the client names its request, if it does.
    pub request: Option<NamedRequest>,
}

/// A client's own name of a request, and a hash of what it asked for: the same again is the same request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRequest {
    /// The name.
    pub key: String,
    /// A hash of what was asked for.
    pub hash: String,
}

/// An endpoint as its tenant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookEndpoint {
    /// Its id.
    pub endpoint_id: EndpointId,
    /// The provider, or `standard`.
    pub source: String,
    /// A name for people.
    pub name: String,
    /// What deliveries are verified with; for whoever just made or rotated it.
    pub secret: EndpointSecret,
    /// What else they are judged by.
    pub settings: Settings,
    /// Whether it takes deliveries.
    pub active: bool,
    /// Whether the secret before is accepted too, and until when; the inner `None` is until the next rotation.
    pub previous_until: Option<Option<Timestamp>>,
    /// When its secret was last changed.
    pub rotated_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What became of an endpoint to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedEndpoint {
    /// It is there.
    New,
    /// A request of this name made this one before; `same` is whether it asked for the same.
    Existing {
        /// The endpoint as it is now.
        record: Box<HookEndpoint>,
        /// Whether the hashes agree.
        same: bool,
    },
    /// The tenant has as many as it may have.
    LimitReached,
}

/// A secret to take the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The new secret.
    pub secret: EndpointSecret,
    /// Until when the one before is accepted; `None` for no longer.
    pub previous_until: Option<Timestamp>,
    /// Now.
    pub at: Timestamp,
    /// How the client names its request, if it does.
    pub request: Option<NamedRequest>,
}

/// What became of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotated {
    /// The endpoint as it is now. A rotation of the same name changes nothing again.
    Done(Box<HookEndpoint>),
    /// A rotation of this name asked for something else.
    KeyReused,
    /// The tenant has no such endpoint.
    NotFound,
}

/// A tenant's endpoints. Every method sees the rows of its tenant only.
#[async_trait(?Send)]
pub trait EndpointStore {
    /// Makes an endpoint, unless the tenant has `most` of them, or made this one before.
    async fn add(
        &self,
        tenant: TenantId,
        endpoint: &NewEndpoint,
        most: u32,
    ) -> Result<AddedEndpoint, StoreError>;
    /// Endpoints, newest first, older than `before`.
    async fn list(
        &self,
        tenant: TenantId,
        before: Option<EndpointId>,
        limit: u32,
    ) -> Result<Vec<HookEndpoint>, StoreError>;
    /// One endpoint.
    async fn get(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
    ) -> Result<Option<HookEndpoint>, StoreError>;
    /// Gives an endpoint another secret.
    async fn rotate(
        &self,
        tenant: TenantId,
        endpoint_id: EndpointId,
        rotation: &Rotation,
    ) -> Result<Rotated, StoreError>;
    /// Removes an endpoint; whether it was there.
    async fn remove(&self, tenant: TenantId, endpoint_id: EndpointId) -> Result<bool, StoreError>;
}
