//! Pipelines.

use mesh_worker::bindings::pipelines::{PartlySent, Pipeline};
use serde_json::{Value, json};

use super::{missing, outcome};
use crate::case::Case;

pub(super) async fn run(name: &str, case: &mut Case) -> worker::Result<Option<Value>> {
    let (name, bytes) = name.split_once('/').unwrap_or((name, ""));
    let binding = if name == "simulated" { "STREAM" } else { "STREAM_DOUBLE" };
    let mut stream = Pipeline::<Value>::over(&case.env, binding).map_err(missing)?;
    if let Ok(bytes) = bytes.parse() {
        stream = stream.with_request_bytes(bytes);
    }
    let records: Vec<Value> = case.input().await?;
    Ok(Some(match name {
        "simulated" | "send" => outcome(stream.send(&records).await),
        "send-all" => match stream.send_all(&records).await {
            Ok(()) => json!({ "ok": null }),
            Err(PartlySent { ingested, error }) => {
                json!({ "ingested": ingested, "error": outcome::<(), _>(Err(error)) })
            }
        },
        _ => return Ok(None),
    }))
}
