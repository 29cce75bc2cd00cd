//! What is archived of a call, from its request to its settlement. Each settled call is a record of its own, one whose
//! client left and one that lost a race among them.

use std::rc::Rc;

use ai::{Call, Form};
use contracts::pipeline::ai_calls::AiCallSummary;
use contracts::{TenantCall, Timestamp};
use futures_util::FutureExt;
use ids::AiCallId;

use super::ModelPorts;
use super::complete::key;
use crate::call_archive::{Answered, Ended, Excerpt, MOST_KEPT, Record, Whose, object_key};
use crate::ports::{ArchivedCall, Settlement, StoreError};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A call that is to be archived. A clone is for another that is made for the same request.
#[derive(Clone)]
pub(super) struct Archiving {
    whose: Rc<Whose>,
    answer: Option<Seen>,
}

/// What was answered so far, up to what is kept of it.
#[derive(Clone)]
struct Seen {
    media_type: &'static str,
    first: Vec<u8>,
    bytes: u64,
}

impl Archiving {
    /// Of a request as it may leave: with placeholders where something was put aside.
    pub(super) fn of(
        context: &TenantCall,
        request_id: Option<String>,
        call: &Call,
        retention_days: u32,
    ) -> Self {
        let body = call.fields().to_vec();
        let whose = Whose {
            tenant: context.scope.tenant,
            key: key(context).map(|key| key.to_string()),
            request_id,
            trace_id: context.trace.trace_id(),
            form: match call.form {
                Form::OpenAi => "openai",
                Form::Anthropic => "anthropic",
            },
            stream: call.stream,
            asked: call.model.clone(),
            request: Excerpt::of(&body, body.len() as u64),
            retention_days,
        };
        Self { whose: Rc::new(whose), answer: None }
    }

    /// A whole answer, with placeholders where something was put aside.
    pub(super) fn answered(&mut self, body: &[u8]) {
        self.see("application/json", body);
    }

    /// A piece of an answer on its way.
    pub(super) fn piece(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.see("text/event-stream", bytes);
        }
    }

    fn see(&mut self, media_type: &'static str, bytes: &[u8]) {
        let seen = self.answer.get_or_insert_with(|| Seen { media_type, first: Vec::new(), bytes: 0 });
        let room = MOST_KEPT - seen.first.len();
        seen.first.extend_from_slice(&bytes[..bytes.len().min(room)]);
        seen.bytes += bytes.len() as u64;
    }

    /// Keeps it, behind whoever asked. One that cannot be kept is logged: the call was made all the same.
    pub(super) fn keep(self, ports: &ModelPorts, hold_id: &str, settlement: &Settlement, cost: Option<u64>) {
        let Self { whose, answer } = self;
        let at = Timestamp::from_unix_ms(ports.runtime.now_ms());
        let expires_ms = at.unix_ms().saturating_add(u64::from(whose.retention_days) * DAY_MS);
        let expires_at = Timestamp::from_unix_ms(expires_ms);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&ports.runtime.random().to_le_bytes());
        random[8..].copy_from_slice(&ports.runtime.random().to_le_bytes()[..2]);
        let call_id = AiCallId::from_parts(at.unix_ms(), random);
        let response = answer.map(|Seen { media_type, first, bytes }| Answered {
            media_type,
            said: Excerpt::of(&first, bytes),
        });
        let outcome = settlement.outcome.as_str();
        let ended = Ended { call_id, hold_id, at, expires_at, outcome, settlement, cost_nanos: cost };
        let record = serde_json::to_vec(&Record::new(&whose, &ended, response));
        let tenant = whose.tenant;
        let call = ArchivedCall {
            summary: AiCallSummary {
                call_id,
                request_id: whose.request_id.clone(),
                trace_id: whose.trace_id.clone(),
                at,
                expires_at,
                model: settlement.model.clone(),
                upstream: settlement.upstream.clone(),
                outcome: outcome.to_owned(),
                cache: settlement.metered.cache.as_str().to_owned(),
            },
            object_key: object_key(tenant, at, call_id),
        };
        let archive = ports.archive.clone();
        let keep = async move {
            let record = record.map_err(|error| StoreError::new("record", error))?;
            archive.keep(tenant, &call, record).await
        };
        let keep = keep.map(move |kept: Result<(), StoreError>| {
            if let Err(error) = kept {
                tracing::error!(event = "model.not_archived", %tenant, %call_id, %error);
            }
        });
        ports.background.go_on(keep.boxed_local());
    }
}
