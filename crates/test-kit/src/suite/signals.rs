//! Claims about signals.

use app::ports::{EventStore, NewSignal, SignalQuery, SignalRecord, SignalStore};
use contracts::Timestamp;
use domain::signal::{Evidence, Finding, SignalKind};
use ids::{EventId, SignalId, TenantId};

use super::insert;
use crate::Fixtures;

const fn at(unix_ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

async fn event(events: &dyn EventStore, make: &Fixtures, tenant: TenantId) -> EventId {
    let event = make.event();
    insert(events, tenant, &event).await;
    event.event_id
}

async fn list(signals: &dyn SignalStore, tenant: TenantId, query: &SignalQuery) -> Vec<SignalId> {
    let query = SignalQuery { limit: if query.limit == 0 { 200 } else { query.limit }, ..query.clone() };
    signals.list(tenant, &query).await.unwrap().into_iter().map(|record| record.signal.signal_id).collect()
}

fn everything() -> SignalQuery {
    SignalQuery::default()
}

pub(super) async fn every_field_comes_back(events: &dyn EventStore, signals: &dyn SignalStore) {
    let make = Fixtures::new(501);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let event_id = event(events, &make, ours).await;
    let mut given: Vec<_> = SignalKind::ALL.into_iter().map(|kind| make.signal(kind, 7)).collect();
    given.push(NewSignal {
        account: Some("Zoë & Söhne 🎉".into()),
        finding: Finding {
            kind: SignalKind::Budget,
            score: 0.1 + 0.2,
            evidence: Evidence {
                quote: "“50 k€”, \"she\" said: 'ok' \\ {}[]?1 \u{0}\u{301}\r\n\t漢字 👩‍👩‍👧".into(),
                start: 0,
                end: 1_048_576,
                turn: 99_999,
                speaker: "O'Brien; DROP TABLE signals".into(),
                at_ms: Some(3_600_001),
            },
        },
        ..make.signal(SignalKind::Budget, 0)
    });
    for score in [0.0, 1.0] {
        let signal = make.signal(SignalKind::Pain, 100 + given.len());
        given.push(NewSignal { finding: Finding { score, ..signal.finding }, ..signal });
    }
    signals.replace(ours, event_id, &given, at(1_234)).await.unwrap();
    for signal in given {
        let signal_id = signal.signal_id;
        let expect = SignalRecord { signal, event_id, created_at: at(1_234) };
        assert_eq!(signals.get(ours, signal_id).await, Ok(Some(expect)));
        assert_eq!(signals.get(theirs, signal_id).await, Ok(None), "another tenant's");
    }
    assert_eq!(signals.get(ours, make.signal(SignalKind::Pain, 0).signal_id).await, Ok(None), "unknown");
}

pub(super) async fn replacing_replaces_and_nothing_else(events: &dyn EventStore, signals: &dyn SignalStore) {
    let make = Fixtures::new(502);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let (event_id, other) = (event(events, &make, ours).await, event(events, &make, ours).await);
    let their_event = event(events, &make, theirs).await;
    let [a, b, c, of_other, of_theirs] = [1, 2, 3, 1, 1].map(|start| make.signal(SignalKind::Pain, start));
    signals.replace(ours, other, std::slice::from_ref(&of_other), at(1)).await.unwrap();
    signals.replace(theirs, their_event, std::slice::from_ref(&of_theirs), at(1)).await.unwrap();
    let kept = [of_other.signal_id];
    for (given, expect) in [
        (vec![a.clone(), b.clone()], vec![b.signal_id, a.signal_id]),
        (vec![a.clone(), b.clone()], vec![b.signal_id, a.signal_id]),
        (vec![b.clone(), c.clone()], vec![c.signal_id, b.signal_id]),
        (vec![], vec![]),
    ] {
        signals.replace(ours, event_id, &given, at(2)).await.unwrap();
        let of_event = SignalQuery { event_id: Some(event_id), ..everything() };
        assert_eq!(list(signals, ours, &of_event).await, expect);
        let of_other = SignalQuery { event_id: Some(other), ..everything() };
        assert_eq!(list(signals, ours, &of_other).await, kept);
        assert_eq!(list(signals, theirs, &everything()).await, [of_theirs.signal_id]);
    }
}

pub(super) async fn a_failed_replacement_changes_nothing(events: &dyn EventStore, signals: &dyn SignalStore) {
    let make = Fixtures::new(503);
    let ours = make.tenant();
    let (event_id, other) = (event(events, &make, ours).await, event(events, &make, ours).await);
    let (known, of_other) = (make.signal(SignalKind::Pain, 1), make.signal(SignalKind::Pain, 1));
    signals.replace(ours, event_id, std::slice::from_ref(&known), at(1)).await.unwrap();
    signals.replace(ours, other, std::slice::from_ref(&of_other), at(1)).await.unwrap();
    let fresh = || make.signal(SignalKind::Budget, 5);
    let too_sure = NewSignal { finding: Finding { score: 1.5, ..fresh().finding }, ..fresh() };
    let twice = make.signal(SignalKind::Objection, 9);
    let moved = NewSignal { finding: make.signal(SignalKind::Objection, 10).finding, ..twice.clone() };
    for (given, why) in [
        (vec![fresh(), fresh()], "the same kind at the same place twice"),
        (vec![fresh(), of_other.clone()], "the id of another event's signal"),
        (vec![fresh(), too_sure], "a score above 1"),
        (vec![twice, moved], "an id twice"),
    ] {
        assert!(signals.replace(ours, event_id, &given, at(2)).await.is_err(), "{why}");
        assert_eq!(list(signals, ours, &everything()).await, [of_other.signal_id, known.signal_id], "{why}");
    }
}

pub(super) async fn another_tenants_event_takes_no_signals(
    events: &dyn EventStore,
    signals: &dyn SignalStore,
) {
    let make = Fixtures::new(504);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let event_id = event(events, &make, theirs).await;
    let known = make.signal(SignalKind::Pain, 1);
    signals.replace(theirs, event_id, std::slice::from_ref(&known), at(1)).await.unwrap();
    for given in [vec![make.signal(SignalKind::Budget, 2)], vec![]] {
        assert!(signals.replace(ours, event_id, &given, at(2)).await.is_err());
    }
    assert!(signals.replace(ours, make.event().event_id, &[], at(2)).await.is_err(), "no such event");
    assert_eq!(list(signals, theirs, &everything()).await, [known.signal_id]);
    assert_eq!(list(signals, ours, &everything()).await, []);
}

pub(super) async fn thousands_at_once_are_stored(events: &dyn EventStore, signals: &dyn SignalStore) {
    let make = Fixtures::new(505);
    let ours = make.tenant();
    let event_id = event(events, &make, ours).await;
    let given: Vec<_> = (0..2_500)
        .map(|start| {
            let mut signal = make.signal(SignalKind::NextStep, start);
            signal.finding.evidence.quote = format!("{start} {}", "so ".repeat(250));
            signal
        })
        .collect();
    signals.replace(ours, event_id, &given, at(1)).await.unwrap();
    let stored = signals.list(ours, &SignalQuery { limit: 10_000, ..everything() }).await.unwrap();
    let stored: Vec<_> = stored.into_iter().rev().map(|record| record.signal).collect();
    assert!(stored == given, "all {} are there as they were given, not {}", given.len(), stored.len());
}

pub(super) async fn lists_are_newest_first_and_paged(events: &dyn EventStore, signals: &dyn SignalStore) {
    let make = Fixtures::new(506);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let mut expect = Vec::new();
    for tenant in [ours, theirs, ours] {
        let event_id = event(events, &make, tenant).await;
        let given: Vec<_> = (0..4).map(|start| make.signal(SignalKind::Timeline, start)).collect();
        signals.replace(tenant, event_id, &given, at(1)).await.unwrap();
        if tenant == ours {
            expect.splice(0..0, given.iter().rev().map(|signal| signal.signal_id));
        }
    }
    for limit in [1, 3, 8, 200] {
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let page = list(signals, ours, &SignalQuery { before, limit, ..everything() }).await;
            let Some(last) = page.last() else { break };
            assert!(page.len() <= limit as usize);
            before = Some(*last);
            seen.extend(page);
        }
        assert_eq!(seen, expect, "in pages of {limit}");
    }
}

pub(super) async fn lists_are_narrowed_by_every_field(events: &dyn EventStore, signals: &dyn SignalStore) {
    let make = Fixtures::new(507);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let signal = |kind, start, account: Option<&str>, score| {
        let signal = make.signal(kind, start);
        NewSignal { account: account.map(Into::into), finding: Finding { score, ..signal.finding }, ..signal }
    };
    let (early, late) = (event(events, &make, ours).await, event(events, &make, ours).await);
    let first =
        [signal(SignalKind::Budget, 1, Some("ACME"), 0.9), signal(SignalKind::Pain, 2, Some("ACME"), 0.5)];
    let second = [signal(SignalKind::Budget, 1, Some("Globex"), 0.5), signal(SignalKind::Pain, 2, None, 0.4)];
    signals.replace(ours, early, &first, at(1_000)).await.unwrap();
    signals.replace(ours, late, &second, at(2_000)).await.unwrap();
    let their_event = event(events, &make, theirs).await;
    let their_signal = signal(SignalKind::Budget, 1, Some("ACME"), 0.9);
    signals.replace(theirs, their_event, &[their_signal], at(2_000)).await.unwrap();

    let all = [&first[0], &first[1], &second[0], &second[1]].map(|signal| signal.signal_id);
    let some = |text: &str| Some(text.to_owned());
    for (query, expect) in [
        (everything(), &[3, 2, 1, 0][..]),
        (SignalQuery { account: some("ACME"), ..everything() }, &[1, 0]),
        (SignalQuery { account: some("acme"), ..everything() }, &[]),
        (SignalQuery { kind: some("budget"), ..everything() }, &[2, 0]),
        (SignalQuery { min_score: Some(0.5), ..everything() }, &[2, 1, 0]),
        (SignalQuery { min_score: Some(0.91), ..everything() }, &[]),
        (SignalQuery { since: Some(at(1_001)), ..everything() }, &[3, 2]),
        (SignalQuery { since: Some(at(2_000)), ..everything() }, &[3, 2]),
        (SignalQuery { event_id: Some(early), ..everything() }, &[1, 0]),
        (SignalQuery { event_id: Some(their_event), ..everything() }, &[]),
        (SignalQuery { before: Some(all[2]), ..everything() }, &[1, 0]),
        (SignalQuery { kind: some("budget"), account: some("ACME"), ..everything() }, &[0]),
        (
            SignalQuery { kind: some("pain"), min_score: Some(0.45), before: Some(all[3]), ..everything() },
            &[1],
        ),
    ] {
        let expect: Vec<_> = expect.iter().map(|n| all[*n]).collect();
        assert_eq!(list(signals, ours, &query).await, expect, "{query:?}");
    }
}
