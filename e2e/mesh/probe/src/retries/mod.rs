//! Calls that fail on the way: which are sent again, and which are not sent at all.

pub mod contract;

use async_trait::async_trait;
use mesh::Bytes;
use mesh_worker::{BindingError, Instance};
use serde::Deserialize;
use worker::Response;

use self::contract::{DeskClient, DeskContract, DeskDispatch};
use crate::calls::Never;
use crate::case::{Call, Case};
use crate::outcome;

mesh_worker::entrypoint!(
    /// A desk at which things can be asked and done.
    Desk,
    DeskContract,
    wire
);

fn wire(_: &Instance) -> Result<DeskDispatch<Service>, BindingError> {
    Ok(DeskDispatch(Service))
}

struct Service;

#[async_trait(?Send)]
impl contract::Desk for Service {
    async fn ask(&self, _context: &Call, _request: ()) -> Result<String, Never> {
        Ok("asked".into())
    }

    async fn act(&self, _context: &Call, _request: ()) -> Result<String, Never> {
        Ok("acted".into())
    }

    async fn take(&self, _context: &Call, bytes: Bytes) -> Result<u64, Never> {
        Ok(bytes.0.len() as u64)
    }

    async fn give(&self, _context: &Call, count: u64) -> Result<Bytes, Never> {
        Ok(Bytes(vec![7; count as usize]))
    }
}

/// How long the caller has, in milliseconds.
#[derive(Deserialize)]
struct Left {
    left_ms: u64,
}

/// Calls the other Worker, by way of one that breaks where it is told to, or with messages of a size.
pub(crate) async fn run(mut case: Case) -> worker::Result<Response> {
    let outcome = match case.name.as_str() {
        "ask" => {
            let Left { left_ms } = case.input().await?;
            let client = DeskClient::over(case.over("FLAKY_DESK")?);
            outcome::of(client.ask(&case.call_for(left_ms), ()).await)
        }
        "act" => {
            let Left { left_ms } = case.input().await?;
            let client = DeskClient::over(case.over("FLAKY_DESK")?);
            outcome::of(client.act(&case.call_for(left_ms), ()).await)
        }
        "take" => {
            let bytes = Bytes(vec![7; case.input().await?]);
            let client = DeskClient::over(case.over("DESK")?);
            outcome::of(client.take(&case.call(), bytes).await)
        }
        "give" => {
            let count: u64 = case.input().await?;
            let client = DeskClient::over(case.over("DESK")?);
            let given = client.give(&case.call(), count).await;
            outcome::of(given.map(|bytes| bytes.0.len()))
        }
        _ => return case.unknown(),
    };
    case.answer(&outcome)
}
