//! Reading signals: one, many.

use contracts::TenantCall;
use contracts::pipeline::{GetSignal, ListSignals, ReadSignalError, Signal, SignalPage};

use super::{PipelinePorts, convert};
use crate::ports::{SignalQuery, StoreError};

pub(super) async fn get_signal(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: GetSignal,
) -> Result<Signal, ReadSignalError> {
    let found = ports.signals.get(context.scope.tenant, request.signal_id).await.map_err(unavailable)?;
    found.map(convert::signal).ok_or(ReadSignalError::NotFound)
}

pub(super) async fn list_signals(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: ListSignals,
) -> Result<SignalPage, ReadSignalError> {
    let limit = request.limit.clamp(1, 200);
    let query = SignalQuery {
        account: request.account,
        kind: request.kind,
        min_score: request.min_score,
        since: request.since,
        event_id: request.event_id,
        before: request.before,
        limit: limit + 1,
    };
    let mut records = ports.signals.list(context.scope.tenant, &query).await.map_err(unavailable)?;
    let more = records.len() > limit as usize;
    records.truncate(limit as usize);
    let next_before = records.last().filter(|_| more).map(|record| record.signal.signal_id);
    Ok(SignalPage { items: records.into_iter().map(convert::signal).collect(), next_before })
}

fn unavailable(error: StoreError) -> ReadSignalError {
    ReadSignalError::Unavailable { detail: error.to_string() }
}
