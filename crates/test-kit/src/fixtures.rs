//! Builders of valid records, each different from the one before.

use std::cell::Cell;

use app::ports::{Allowance, EndpointSecret, NewEvent, NewSignal, Random, StoredEndpoint, StoredKey};
use contracts::Timestamp;
use domain::EventWorkflow;
use domain::signal::{Evidence, Finding, SignalKind};
use ids::{EndpointId, EventId, KeyId, SignalId, TenantId};

use crate::SeededRandom;

/// Makes ids and records. Every one is a second younger than the last, so that they sort as they were made.
#[derive(Debug)]
pub struct Fixtures {
    random: SeededRandom,
    unix_ms: Cell<u64>,
}

impl Fixtures {
    /// Two of the same seed make the same records; of two seeds, none in common.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { random: SeededRandom::new(seed), unix_ms: Cell::new(1_795_330_800_000) }
    }

    /// The time of what is made next.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.unix_ms.get())
    }

    fn tick(&self) -> (u64, [u8; 10]) {
        let unix_ms = self.unix_ms.get();
        self.unix_ms.set(unix_ms + 1000);
        (unix_ms, self.random.for_id())
    }

    /// A tenant's id.
    pub fn tenant(&self) -> TenantId {
        let (unix_ms, random) = self.tick();
        TenantId::from_parts(unix_ms, random)
    }

    /// An event that came over the API, with only what every event has.
    pub fn event(&self) -> NewEvent {
        let (unix_ms, random) = self.tick();
        let event_id = EventId::from_parts(unix_ms, random);
        NewEvent {
            event_id,
            source: "generic".into(),
            kind: "call.completed".into(),
            workflow: EventWorkflow::CallIngest,
            subject: None,
            endpoint_id: None,
            delivery_key: format!("api:{event_id}"),
            content_sha256: format!("{:0>64}", self.hex()),
            object_key: format!("raw/{event_id}"),
            media_type: "application/json".into(),
            size_bytes: 512,
            traceparent: format!("00-{:0>32}-{:0>16}-01", self.hex(), self.hex()),
            occurred_at: None,
            received_at: Timestamp::from_unix_ms(unix_ms),
        }
    }

    /// A signal of a kind, quoting from a place.
    pub fn signal(&self, kind: SignalKind, start: usize) -> NewSignal {
        let (unix_ms, random) = self.tick();
        let quote = "We have set aside fifty thousand.".to_owned();
        let end = start + quote.chars().count();
        let evidence = Evidence { quote, start, end, turn: 3, speaker: "Dana".into(), at_ms: None };
        NewSignal {
            signal_id: SignalId::from_parts(unix_ms, random),
            account: None,
            finding: Finding { kind, score: 0.75, evidence },
        }
    }

    /// A key of an active tenant that may send events.
    pub fn key(&self, tenant: TenantId) -> StoredKey {
        let (unix_ms, random) = self.tick();
        StoredKey {
            key_id: KeyId::from_parts(unix_ms, random),
            tenant_id: tenant,
            tenant_active: true,
            hash: format!("{:0>64}", self.hex()),
            scopes: vec!["events:write".into()],
            expires_at: None,
            revoked_at: None,
            allowance: Allowance::default(),
            allowed_origins: Vec::new(),
        }
    }

    /// An active endpoint of an active tenant.
    pub fn endpoint(&self, tenant: TenantId) -> StoredEndpoint {
        let (unix_ms, random) = self.tick();
        StoredEndpoint {
            endpoint_id: EndpointId::from_parts(unix_ms, random),
            tenant_id: tenant,
            tenant_active: true,
            source: "standard".into(),
            secret: EndpointSecret::new(format!("whsec_{}", self.hex())),
            previous_secret: None,
            previous_until: None,
            settings: signing::Settings::None,
            active: true,
            allowance: Allowance::default(),
        }
    }

    fn hex(&self) -> String {
        self.random.for_id().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_differ_and_sort_as_they_were_made() {
        let make = Fixtures::new(1);
        let (first, second) = (make.event(), make.event());
        assert!(first.event_id < second.event_id);
        assert_ne!(first.delivery_key, second.delivery_key);
        assert!(first.traceparent.parse::<mesh::TraceContext>().is_ok(), "{}", first.traceparent);
        assert_eq!(Fixtures::new(1).event(), first);
    }
}
