//! Models: chats, messages, embeddings, and which there are. Bodies go to the pipeline as they come.

use contracts::pipeline::models as inner;
use http_api::models::{Model, ModelList};
use http_api::{Code, Problem};
use mesh::Bytes;
use percent_encoding::percent_decode_str;

use crate::exchange::Exchange;
use crate::failure::failed;
use crate::middleware::auth::authorize;
use crate::presence::Presence;
use crate::respond::{Answer, Outcome};

/// The headers by which the pipeline tells who answered.
const TOLD: [&str; 12] = [
    "weft-model",
    "weft-upstream",
    "weft-route",
    "weft-attempts",
    "weft-cache",
    "weft-cache-age",
    "weft-cache-saved-tokens",
    "weft-cache-saved-usd",
    "weft-cache-similarity",
    "weft-cache-threshold",
    "weft-cache-answer",
    "weft-masked",
];
/// The header by which a request says whether a kept answer will do.
const CACHE: &str = "weft-cache";

/// A chat in OpenAI's form.
///
/// # Errors
/// As [`authorize`] and [`Exchange::bytes_of_json`]; what [`failed`] makes of the call.
pub async fn chat(exchange: &Exchange<'_>) -> Outcome {
    complete(exchange, inner::ModelForm::OpenAi).await
}

/// A message in Anthropic's form.
///
/// # Errors
/// As [`chat`].
pub async fn message(exchange: &Exchange<'_>) -> Outcome {
    complete(exchange, inner::ModelForm::Anthropic).await
}

async fn complete(exchange: &Exchange<'_>, form: inner::ModelForm) -> Outcome {
    let call = authorize(exchange).await?;
    let (presence, watched) = Presence::new();
    let request = inner::Complete {
        form,
        body: Bytes(exchange.bytes_of_json().await?),
        plan: exchange.facts.plan.borrow().clone(),
        key_prefix: exchange.facts.key.borrow().clone(),
        presence: Some(watched),
        cache: exchange.header(CACHE).map(str::to_owned),
        request_id: Some(exchange.facts.request_id.borrow().clone()),
    };
    let answered = exchange.ports.models.complete(&call, request).await.map_err(failed)?;
    let inner::Completion { media_type, headers, body, stream } = answered;
    let answer = told(Answer::new(200, media_type, body.0), &headers);
    if stream.is_none() {
        return Ok(answer);
    }
    exchange.facts.stream.replace(stream);
    presence.lasts();
    // Proxies that gather answers before they hand them on are asked not to.
    Ok(answer.with("x-accel-buffering", "no"))
}

/// Texts as vectors.
///
/// # Errors
/// As [`chat`].
pub async fn embed(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = inner::Embed {
        body: Bytes(exchange.bytes_of_json().await?),
        plan: exchange.facts.plan.borrow().clone(),
        key_prefix: exchange.facts.key.borrow().clone(),
        cache: exchange.header(CACHE).map(str::to_owned),
    };
    let embedded = exchange.ports.models.embed(&call, request).await.map_err(failed)?;
    Ok(told(Answer::new(200, "application/json", embedded.body.0), &embedded.headers))
}

/// Which models there are.
///
/// # Errors
/// As [`authorize`]; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let listed = exchange.ports.models.list_models(&call, inner::ListModels {}).await.map_err(failed)?;
    let data = listed.items.into_iter().map(public).collect();
    Answer::json(200, &ModelList { object: "list", data })
}

/// One of them, by its name.
///
/// # Errors
/// As [`list`]; none is called so.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let listed = exchange.ports.models.list_models(&call, inner::ListModels {}).await.map_err(failed)?;
    let name = percent_decode_str(exchange.part(0)).decode_utf8_lossy();
    match listed.items.into_iter().find(|model| model.id == name) {
        Some(model) => Answer::json(200, &public(model)),
        None => {
            let detail = "there is no model of this name; `GET /v1/models` lists those that there are";
            Err(Problem::new(Code::AiModelNotFound, detail).into())
        }
    }
}

fn public(model: inner::Model) -> Model {
    let inner::Model { id, owned_by } = model;
    Model { id, object: "model", created: 0, owned_by }
}

fn told(answer: Answer, headers: &[(String, String)]) -> Answer {
    let known = |name: &str| headers.iter().find(|(known, _)| known == name);
    TOLD.into_iter().fold(answer, |answer, name| match known(name) {
        Some((_, value)) => answer.with(name, value.clone()),
        None => answer,
    })
}
