//! Reading the few members of a verified body that this crate needs, without building the whole document.

use serde::Deserialize;

use crate::catalog::BodyId;
use crate::headers::is_delivery_id;

/// The provider's own id of the delivery; `None` if the body is not JSON, has no such member, or the member could not
/// serve as part of a key.
pub(crate) fn delivery_id(member: BodyId, body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct EventId {
        event_id: String,
    }
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    let id = match member {
        BodyId::EventId => serde_json::from_slice::<EventId>(body).ok()?.event_id,
        BodyId::Id => serde_json::from_slice::<Id>(body).ok()?.id,
    };
    is_delivery_id(&id).then_some(id)
}
