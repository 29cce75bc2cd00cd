//! Walking a provider's history.

use ids::EndpointId;
use serde::Serialize;
use utoipa::ToSchema;

use super::FromParams;
use crate::request::Object;
use crate::schema;

/// The parameters of the workflow `sync`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sync {
    /// The endpoint whose provider's history is walked. It is set up at `PUT /v1/endpoints/{id}/history`.
    #[schema(value_type = schema::EndpointId)]
    pub endpoint_id: EndpointId,
    /// The most pages of the run; 200, unless it says. Another run goes on behind them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1000, example = 200)]
    pub max_pages: Option<u32>,
}

/// The most pages of a run.
pub(crate) const MOST_PAGES: u32 = 1_000;

impl FromParams for Sync {
    fn read_params(object: &Object<'_>) -> Option<Self> {
        let endpoint_id = read_endpoint(object);
        let max_pages = object.optional_integer("max_pages", 1, MOST_PAGES);
        Some(Self { endpoint_id: endpoint_id?, max_pages })
    }
}

/// Reads an endpoint's id that must be there.
pub(crate) fn read_endpoint(object: &Object<'_>) -> Option<EndpointId> {
    if !object.has("endpoint_id") {
        object.refuse("endpoint_id", "is required");
        return None;
    }
    let read = object.decode("endpoint_id");
    if read.is_none() {
        object.refuse(
            "endpoint_id",
            "must be an endpoint's id, such as `end_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f`",
        );
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_body;
    use crate::workflows::WithParams;

    #[test]
    fn a_sync_names_its_endpoint_and_every_fault_is_named() {
        let read = |body: &str| read_body::<WithParams<Sync>>(body.as_bytes());
        let id = EndpointId::from_parts(1, [9; 10]);
        let WithParams(sync) =
            read(&format!(r#"{{"params":{{"endpoint_id":"{id}","max_pages":3}}}}"#)).unwrap();
        assert_eq!(sync, Sync { endpoint_id: id, max_pages: Some(3) });
        for body in
            [r#"{"params":{"max_pages":0}}"#, r#"{"params":{"endpoint_id":"evt_1","max_pages":1001}}"#]
        {
            let problem = read(body).unwrap_err();
            let mut pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
            pointers.sort_unstable();
            assert_eq!(pointers, ["/params/endpoint_id", "/params/max_pages"], "{body}");
        }
    }
}
