//! The middle of the chain: an entrypoint that calls on.

use async_trait::async_trait;
use mesh::{CallContext, CallError};
use mesh_worker::{BindingError, BindingTransport, Instance};

use crate::contract::{Caller, Entry, Ledger, LedgerClient, LedgerDispatch, LedgerError};

pub(crate) struct Passing(LedgerClient<BindingTransport>);

fn refusal(error: CallError<LedgerError>) -> LedgerError {
    match error {
        CallError::Refused(refusal) => refusal,
        broken => LedgerError::Behind { message: broken.to_string() },
    }
}

#[async_trait(?Send)]
impl Ledger for Passing {
    async fn add(&self, context: &CallContext<Caller>, request: Entry) -> Result<Entry, LedgerError> {
        self.0.add(&context.forwarded_by("middle"), request).await.map_err(refusal)
    }

    async fn add_all(
        &self,
        context: &CallContext<Caller>,
        request: Vec<Entry>,
    ) -> Result<Vec<Entry>, LedgerError> {
        self.0.add_all(&context.forwarded_by("middle"), request).await.map_err(refusal)
    }
}

pub(crate) fn wire(instance: &Instance) -> Result<LedgerDispatch<Passing>, BindingError> {
    Ok(LedgerDispatch(Passing(LedgerClient::over(BindingTransport::service(&instance.env, "BACK")?))))
}
