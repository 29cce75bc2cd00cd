//! Rust and TypeScript that call each other by the same contract: the service in Rust, and calls of it in TypeScript.

use async_trait::async_trait;
use futures_util::StreamExt;
use mesh::{ByteStream, StreamError};
use mesh_worker::stream::{chunks, from_readable, into_readable};
use mesh_worker::{BindingError, BindingTransport, Instance};
use worker::{Response, ResponseBody, ResponseBuilder};

use crate::case::Case;
use crate::outcome;
use mesh_probe_contract::{
    Call, File, Never, RefuseError, Values, WorkshopClient, WorkshopContract, WorkshopDispatch,
};

mesh_worker::entrypoint!(
    /// The contract in Rust.
    Workshop,
    WorkshopContract,
    wire
);

fn wire(_: &Instance) -> Result<WorkshopDispatch<Service>, BindingError> {
    Ok(WorkshopDispatch(Service))
}

struct Service;

#[async_trait(?Send)]
impl mesh_probe_contract::Workshop for Service {
    async fn echo(&self, _context: &Call, values: Values) -> Result<Values, Never> {
        Ok(values)
    }

    async fn refuse(&self, _context: &Call, reason: String) -> Result<(), RefuseError> {
        Err(RefuseError::Asked { reason, code: u64::MAX })
    }

    async fn shout(&self, _context: &Call, File { name, content }: File) -> Result<File, Never> {
        let content = match chunks(&content) {
            Ok(chunks) => ByteStream::new(chunks.map(|chunk| chunk.map(|bytes| bytes.to_ascii_uppercase()))),
            Err(StreamError(reason)) => {
                ByteStream::new(futures_util::stream::iter([Err(StreamError(reason))]))
            }
        };
        Ok(File { name: name.to_uppercase(), content })
    }

    async fn visitor(&self, context: &Call, _request: ()) -> Result<String, Never> {
        let scope = &context.scope;
        Ok(format!("{} of {}, called by {:?}", scope.actor, scope.tenant, context.caller))
    }
}

/// Calls the Worker that is written in TypeScript.
pub(crate) async fn run(mut case: Case) -> worker::Result<Response> {
    let transport = BindingTransport::plain(&case.env, "TYPESCRIPT").map_err(|error| error.to_string())?;
    let client = WorkshopClient::over(transport);
    let context = case.call();
    let outcome = match case.name.as_str() {
        "echo" => outcome::of(client.echo(&context, case.input().await?).await),
        "refuse" => outcome::of(client.refuse(&context, case.input().await?).await),
        "visitor" => outcome::of(client.visitor(&context, ()).await),
        "shout" => {
            let content = case.request.inner().body().ok_or("the request has no body")?;
            let file = File { name: "note".into(), content: from_readable(content) };
            match client.shout(&context, file).await {
                Ok(file) => {
                    let body = into_readable(&file.content).map_err(|error| error.to_string())?;
                    let answer = ResponseBuilder::new().with_header("x-name", &file.name)?;
                    return Ok(answer.body(ResponseBody::Stream(body)));
                }
                Err(error) => outcome::failure(error),
            }
        }
        _ => return case.unknown(),
    };
    case.answer(&outcome)
}
