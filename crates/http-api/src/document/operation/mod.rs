//! One operation of the document, from its row in the route table.

mod answer;
mod body;
mod parameters;

use utoipa::openapi::path::Operation as Described;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use self::answer::answers;
use self::body::request_body;
use self::parameters::parameters;
use super::API_KEY;
use crate::Page;
use crate::routes::{Access, Route};

/// The schemas that were referred to, by name.
type Schemas = Vec<(String, RefOr<Schema>)>;

/// Describes one operation, adding the schemas that it refers to.
pub(super) fn describe(route: &Route, schemas: &mut Schemas) -> Described {
    let mut operation = Described::builder()
        .tag(route.tag)
        .operation_id(Some(route.id))
        .summary(Some(route.summary))
        .description(Some(description(route)));
    for parameter in parameters(route, schemas) {
        operation = operation.parameter(parameter);
    }
    operation = operation.request_body(request_body(route, schemas));
    if let Access::Key(scope) = route.access {
        operation = operation.security(SecurityRequirement::new(API_KEY, [scope.as_str()]));
    }
    for (status, response) in answers(route, schemas) {
        operation = operation.response(status, response);
    }
    operation.build()
}

fn description(route: &Route) -> String {
    match route.access {
        Access::Key(scope) => {
            let class = route.rate_class().as_str();
            format!("{}\n\nNeeds the scope `{scope}`; counts against the limit `{class}`.", route.description)
        }
        Access::Public | Access::Signature | Access::Address => route.description.to_owned(),
    }
}

/// A reference to a type's schema, which is added with all that it refers to.
fn component<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let name = T::name().into_owned();
    if !schemas.iter().any(|(known, _)| *known == name) {
        let mut found = vec![(name.clone(), T::schema())];
        T::schemas(&mut found);
        for (name, schema) in found {
            if !schemas.iter().any(|(known, _)| *known == name) {
                schemas.push((name, schema));
            }
        }
    }
    Ref::from_schema_name(name).into()
}

/// A reference to a page of `T`s. Each kind of page has a name of its own, or they would be one schema.
fn page_of<T: ToSchema>(name: &str, schemas: &mut Schemas) -> RefOr<Schema> {
    component::<T>(schemas);
    if !schemas.iter().any(|(known, _)| known == name) {
        schemas.push((name.to_owned(), Page::<T>::schema()));
    }
    Ref::from_schema_name(name).into()
}
/// Any bytes.
fn bytes() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
}
