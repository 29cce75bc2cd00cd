//! The `AiCalls` service.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::ai_calls::{
    AiCallError, AiCallList, AiCalls, ArchivedAiCall, ListAiCalls, ReadAiCall,
};

use super::CallArchive;
use crate::ports::{CallQuery, StoreError};

/// The most calls of a page.
const MOST: u32 = 200;

/// [`AiCalls`] over the archive.
#[derive(Clone)]
pub struct AiCallsService(pub CallArchive);

#[async_trait(?Send)]
impl AiCalls for AiCallsService {
    async fn list_calls(
        &self,
        context: &TenantCall,
        request: ListAiCalls,
    ) -> Result<AiCallList, AiCallError> {
        let ListAiCalls { request_id, trace_id, before, limit } = request;
        let limit = limit.clamp(1, MOST);
        let query = CallQuery { request_id, trace_id, before, limit: limit + 1 };
        let mut found = self.0.calls.list(context.scope.tenant, &query).await.map_err(unavailable)?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next_before = found.last().filter(|_| more).map(|call| call.summary.call_id);
        Ok(AiCallList { items: found.into_iter().map(|call| call.summary).collect(), next_before })
    }

    async fn read_call(
        &self,
        context: &TenantCall,
        request: ReadAiCall,
    ) -> Result<ArchivedAiCall, AiCallError> {
        let found = self.0.calls.get(context.scope.tenant, request.call_id).await.map_err(unavailable)?;
        let call = found.ok_or(AiCallError::NotFound)?;
        // A row without a record is one whose Worker ended in between.
        let object = self.0.objects.get(&call.object_key).await.map_err(unavailable)?;
        let object = object.ok_or(AiCallError::NotFound)?;
        let json = String::from_utf8(object.body);
        json.map(|json| ArchivedAiCall { json })
            .map_err(|error| AiCallError::Unavailable { detail: error.to_string() })
    }
}

fn unavailable(error: StoreError) -> AiCallError {
    AiCallError::Unavailable { detail: error.to_string() }
}
