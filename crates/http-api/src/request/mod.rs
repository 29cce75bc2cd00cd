//! Reading requests: bodies and query strings into typed values, with every fault found in one go.
//!
//! Three kinds of bad input are kept apart. Bytes that are not JSON are malformed (400); JSON that is not what the
//! route takes is invalid (422, each field with its JSON pointer); a query parameter that cannot be understood is
//! 400 with `?name` for a pointer. Fields and parameters that a route does not know are ignored, so that a client
//! may be newer than the gateway.
//!
//! Serde's own derive would stop at the first fault and cannot say where an untagged union went wrong, so requests
//! are read field by field through [`Object`] and [`Query`]; the schema tests prove that what is accepted here is
//! what the OpenAPI document promises.

mod body;
mod query;
mod rules;
mod strict;
mod violations;

pub use body::{FromBody, Object, read_body};
pub use query::{FromQuery, Query, read_query};
pub use rules::TextRule;
