//! The registry: every id kind of the product, alphabetical and append-only. A prefix is never reused.

use crate::parse::{ParseIdError, parse, uuid_v7};

macro_rules! id_kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $kind:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The kind prefix, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Makes an id from a Unix time in milliseconds and ten random bytes.
            #[must_use]
            pub fn from_parts(unix_ms: u64, random: [u8; 10]) -> Self {
                Self(uuid_v7(unix_ms, random))
            }

            /// The twelve bits after the time: the last twelve of the first two random bytes that it was made from.
            #[must_use]
            pub fn lead(&self) -> u16 {
                (self.0.as_u128() >> 64) as u16 & 0x0fff
            }

            /// The Unix time in milliseconds at which the id was made.
            #[must_use]
            pub fn unix_ms(&self) -> u64 {
                (self.0.as_u128() >> 80) as u64
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }

        impl std::str::FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse($kind, $prefix, text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": concat!("Names one ", $kind, "."),
                    "type": "string",
                    "pattern": concat!("^", $prefix, "_[0-9a-f]{32}$"),
                })
            }
        }
    )+};
}

id_kinds! {
    /// A call of a model that is archived.
    AiCallId = "aic", "archived call";
    /// A proposal that waits for people's decisions.
    ApprovalId = "apr", "approval";
    /// A re-feeding of events.
    BackfillId = "bfl", "backfill";
    /// A passage of a source text, embedded for search.
    ChunkId = "chk", "chunk";
    /// An account or a contact as a CRM knows it.
    CrmRecordId = "crm", "CRM record";
    /// Work that was given up.
    DeadLetterId = "dlt", "dead letter";
    /// One message on its way to one subscription.
    DeliveryId = "dlv", "delivery";
    /// A webhook endpoint of a tenant.
    EndpointId = "end", "endpoint";
    /// An erasure of a tenant's or a contact's data.
    ErasureId = "era", "erasure";
    /// An accepted event.
    EventId = "evt", "event";
    /// A file of a tenant, also while its parts are being sent.
    FileId = "fil", "file";
    /// A scheduled job.
    JobId = "job", "job";
    /// An API key (its public half).
    KeyId = "key", "API key";
    /// What an operator proposes to another: it takes two.
    ProposalId = "prp", "proposal";
    /// A replay of a group of dead letters.
    RedriveId = "rdr", "redrive";
    /// A report on an account.
    ReportId = "rep", "report";
    /// A message to subscriptions; receivers know it by this id, however often it comes.
    MessageId = "msg", "message";
    /// What a rule raised: an alert, a task, a workflow that it started, an action that failed.
    NoticeId = "ntc", "notice";
    /// A tenant's own rule over signals.
    RuleId = "rul", "rule";
    /// One run of a job.
    RunId = "run", "run";
    /// A signal found in an event.
    SignalId = "sig", "signal";
    /// A customer's endpoint that messages are delivered to.
    SubscriptionId = "sub", "subscription";
    /// A run through a provider's list of past calls.
    SyncId = "syn", "sync";
    /// A customer organisation. Holding one is proof that a caller was authenticated: make it from storage or a
    /// verified credential, never from a request's own words.
    TenantId = "ten", "tenant";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_json() {
        let id = EventId::from_parts(1_763_800_000_123, [7; 10]);
        let text = id.to_string();
        assert!(text.starts_with("evt_") && text.len() == 36, "{text}");
        assert_eq!(text.parse::<EventId>(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<EventId>(&json).unwrap(), id);
        assert_eq!(id.unix_ms(), 1_763_800_000_123);
    }

    #[test]
    fn ids_sort_by_time() {
        let early = JobId::from_parts(1_000, [255; 10]);
        let late = JobId::from_parts(1_001, [0; 10]);
        assert!(early < late && early.to_string() < late.to_string());
    }

    #[test]
    fn another_kind_or_a_malformed_body_is_refused_by_name() {
        let check = |text: &str, message: &str| {
            assert_eq!(text.parse::<EventId>().unwrap_err().to_string(), message);
        };
        let job = JobId::from_parts(1, [1; 10]).to_string();
        check(&job, &format!("`{job}` is no event id: expected the prefix `evt_`"));
        check("evt_", "`evt_` is no event id: expected 32 lower-case hexadecimal digits after `evt_`");
        check(
            "evt_0199F4C2A9B87C3E8D1F2A3B4C5D6E7F",
            "`evt_0199F4C2A9B87C3E8D1F2A3B4C5D6E7F` is no event id: expected 32 lower-case hexadecimal digits after `evt_`",
        );
    }
}
