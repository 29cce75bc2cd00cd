//! From an event and its signals to the facts of rules.

use evaluation_rules::{EventFacts, Facts, SignalFacts};
use ids::{EventId, SignalId, TenantId};

use crate::outbound::rfc3339;
use crate::pipeline::signal_id;
use crate::ports::{EventRecord, SignalQuery, SignalStore, StoreError};

/// Signals read at once.
const PAGE: u32 = 200;

/// A signal by its id.
pub(super) struct Heard {
    pub(super) signal_id: SignalId,
    pub(super) finding: domain::Finding,
}

/// What was found in an event, as it is about to be stored.
pub(super) fn heard(event_id: EventId, findings: Vec<domain::Finding>) -> Vec<Heard> {
    let id = |finding: &domain::Finding| signal_id(event_id, finding.kind.as_str(), finding.evidence.start);
    findings.into_iter().map(|finding| Heard { signal_id: id(&finding), finding }).collect()
}

/// What is stored of an event, in the order of the text.
pub(super) async fn stored(
    signals: &dyn SignalStore,
    tenant: TenantId,
    event_id: EventId,
) -> Result<Vec<Heard>, StoreError> {
    let mut all: Vec<Heard> = Vec::new();
    loop {
        let before = all.last().map(|heard| heard.signal_id);
        let query = SignalQuery { event_id: Some(event_id), before, limit: PAGE, ..SignalQuery::default() };
        let page = signals.list(tenant, &query).await?;
        let more = page.len() == PAGE as usize;
        let heard =
            |signal: crate::ports::NewSignal| Heard { signal_id: signal.signal_id, finding: signal.finding };
        all.extend(page.into_iter().map(|record| heard(record.signal)));
        if !more {
            break;
        }
    }
    all.sort_by_key(|heard| (heard.finding.evidence.start, heard.signal_id));
    Ok(all)
}

/// The facts of an event.
pub(super) fn of(record: &EventRecord, heard: &[Heard]) -> Facts {
    let event = &record.event;
    let facts = EventFacts {
        id: event.event_id.to_string(),
        source: event.source.clone(),
        kind: event.kind.clone(),
        subject: event.subject.clone(),
        title: record.title.clone(),
        account: record.account.clone(),
        occurred_at: event.occurred_at.map(rfc3339),
        received_at: rfc3339(event.received_at),
    };
    let signals: Vec<_> = heard
        .iter()
        .map(|heard| SignalFacts { id: heard.signal_id.to_string(), finding: heard.finding.clone() })
        .collect();
    let findings: Vec<_> = heard.iter().map(|heard| heard.finding.clone()).collect();
    Facts::new(&facts, &signals, &domain::assess(&findings))
}
