//! Schemas for types of other crates: the document shows each id kind once, by name.

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};

macro_rules! id_schemas {
    ($($name:ident, $prefix:literal, $what:literal;)+) => {$(
        #[doc = concat!("The schema of `ids::", stringify!($name), "`.")]
        #[derive(Debug)]
        pub(crate) enum $name {}

        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($what))
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .examples([concat!($prefix, "_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f")])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    )+};
}

id_schemas! {
    ApprovalId, "apr", "An approval's id, which is also its workflow's.";
    BackfillId, "bfl", "A backfill's id.";
    CrmRecordId, "crm", "An account's or a contact's id: not a time, since the first that is heard of one may be of any.";
    DeliveryId, "dlv", "A delivery's id.";
    EndpointId, "end", "A webhook endpoint's id.";
    EventId, "evt", "An event's id: UUIDv7 behind a prefix, so ids sort by the time of acceptance.";
    FileId, "fil", "A file's id, also while its parts are being sent.";
    JobId, "job", "A job's id.";
    MessageId, "msg", "A message's id, the same in each of its deliveries and attempts.";
    ReportId, "rep", "A report's id, which is also its workflow's.";
    NoticeId, "ntc", "An alert's or a task's id.";
    RuleId, "rul", "A rule's id.";
    RunId, "run", "A run's id.";
    SignalId, "sig", "A signal's id.";
    SubscriptionId, "sub", "A subscription's id.";
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema;

    #[test]
    fn the_patterns_are_those_of_the_ids() {
        let check = |schema: utoipa::openapi::RefOr<utoipa::openapi::Schema>, id: String| {
            let schema = serde_json::to_value(schema).unwrap();
            assert!(jsonschema::is_valid(&schema, &id.clone().into()), "{schema} {id}");
            assert!(!jsonschema::is_valid(&schema, &id.to_uppercase().into()), "{schema}");
        };
        check(super::ApprovalId::schema(), ids::ApprovalId::from_parts(1, [9; 10]).to_string());
        check(super::EndpointId::schema(), ids::EndpointId::from_parts(1, [9; 10]).to_string());
        check(super::CrmRecordId::schema(), ids::CrmRecordId::from_parts(0, [9; 10]).to_string());
        check(super::DeliveryId::schema(), ids::DeliveryId::from_parts(1, [9; 10]).to_string());
        check(super::MessageId::schema(), ids::MessageId::from_parts(1, [9; 10]).to_string());
        check(super::SubscriptionId::schema(), ids::SubscriptionId::from_parts(1, [9; 10]).to_string());
        check(super::EventId::schema(), ids::EventId::from_parts(1, [9; 10]).to_string());
        check(super::JobId::schema(), ids::JobId::from_parts(1, [9; 10]).to_string());
        check(super::ReportId::schema(), ids::ReportId::from_parts(1, [9; 10]).to_string());
        check(super::RunId::schema(), ids::RunId::from_parts(1, [9; 10]).to_string());
        check(super::SignalId::schema(), ids::SignalId::from_parts(1, [9; 10]).to_string());
    }
}
