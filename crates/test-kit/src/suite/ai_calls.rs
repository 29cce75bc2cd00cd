//! What an index of archived calls must do.

use app::ports::{ArchivedCall, ArchivedCalls, CallQuery, MOST_CALLS};
use contracts::Timestamp;
use contracts::pipeline::ai_calls::AiCallSummary;
use ids::{AiCallId, TenantId};

use crate::Fixtures;

fn call(tenant: TenantId, at_ms: u64, number: u8) -> ArchivedCall {
    let call_id = AiCallId::from_parts(at_ms, [number; 10]);
    ArchivedCall {
        summary: AiCallSummary {
            call_id,
            request_id: number.is_multiple_of(2).then(|| format!("req_{}", number / 4)),
            trace_id: format!("trace {}", number % 3),
            at: Timestamp::from_unix_ms(at_ms),
            expires_at: Timestamp::from_unix_ms(at_ms + 1_000),
            model: "m".into(),
            upstream: "u".into(),
            outcome: "finished".into(),
            cache: "off".into(),
        },
        object_key: format!("{tenant}/ai-calls/{call_id}.json"),
    }
}

/// Every claim about [`ArchivedCalls`].
///
/// # Panics
/// When one does not hold.
pub async fn archived_calls_suite(store: &dyn ArchivedCalls) {
    let make = Fixtures::new(81);
    let (tenant, other) = (make.tenant(), make.tenant());
    let calls: Vec<ArchivedCall> =
        (0..6).map(|number| call(tenant, 1_000 + u64::from(number), number)).collect();
    for call in &calls {
        store.note(tenant, call).await.unwrap();
        // Told again, it is there once.
        store.note(tenant, call).await.unwrap();
    }
    let theirs = call(other, 1_000, 9);
    store.note(other, &theirs).await.unwrap();

    let all = CallQuery { limit: 10, ..CallQuery::default() };
    let newest: Vec<ArchivedCall> = calls.iter().rev().cloned().collect();
    assert_eq!(store.list(tenant, &all).await.unwrap(), newest);
    assert_eq!(store.list(other, &all).await.unwrap(), std::slice::from_ref(&theirs));
    let page = CallQuery { before: Some(calls[4].summary.call_id), limit: 2, ..all.clone() };
    assert_eq!(store.list(tenant, &page).await.unwrap(), [calls[3].clone(), calls[2].clone()]);
    let of_request = CallQuery { request_id: Some("req_0".into()), ..all.clone() };
    assert_eq!(store.list(tenant, &of_request).await.unwrap(), [calls[2].clone(), calls[0].clone()]);
    let of_trace = CallQuery { trace_id: Some("trace 1".into()), ..all.clone() };
    assert_eq!(store.list(tenant, &of_trace).await.unwrap(), [calls[4].clone(), calls[1].clone()]);
    assert_eq!(store.get(tenant, calls[0].summary.call_id).await.unwrap(), Some(calls[0].clone()));
    assert_eq!(store.get(other, calls[0].summary.call_id).await.unwrap(), None);

    assert_eq!(store.behind(tenant, None).await.unwrap(), calls);
    assert_eq!(store.behind(tenant, Some(calls[3].summary.call_id)).await.unwrap(), calls[4..]);

    let time = Timestamp::from_unix_ms;
    let past = |now, oldest| async move {
        let mut past = store.past(tenant, time(now), time(oldest)).await.unwrap();
        past.sort_by_key(|call| call.summary.call_id);
        past
    };
    assert_eq!(past(1_999, 0).await, []);
    assert_eq!(past(2_001, 0).await, calls[..2]);
    assert_eq!(past(0, 1_003).await, calls[..3]);
    assert_eq!(past(2_003, 1_001).await, calls[..4]);

    let mut tenants = Vec::new();
    while let Some(next) = store.next_tenant(tenants.last().copied()).await.unwrap() {
        tenants.push(next);
    }
    let mut expected = vec![tenant, other];
    expected.sort();
    assert_eq!(tenants, expected);

    store.forget(other, &[calls[0].summary.call_id]).await.unwrap();
    assert_eq!(store.behind(tenant, None).await.unwrap().len(), 6, "another's are not touched");
    let ids: Vec<AiCallId> = calls[..5].iter().map(|call| call.summary.call_id).collect();
    store.forget(tenant, &ids).await.unwrap();
    assert_eq!(store.behind(tenant, None).await.unwrap(), calls[5..]);
    assert_eq!(store.behind(other, None).await.unwrap(), [theirs]);

    for number in 0..=MOST_CALLS {
        store.note(tenant, &call(tenant, 5_000 + u64::from(number), 1)).await.unwrap();
    }
    assert_eq!(store.behind(tenant, None).await.unwrap().len(), MOST_CALLS as usize);
    assert_eq!(store.past(tenant, time(u64::MAX >> 12), time(0)).await.unwrap().len(), MOST_CALLS as usize);
}
