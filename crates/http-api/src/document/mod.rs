//! The description of the surface: an OpenAPI 3.1 document, and a page to read.
//!
//! Both are made natively from the route table and the types' schemas, are committed under `generated/`, and are
//! served from there as constants. So no schema code is shipped to the Workers and no request pays for building
//! them; a test fails, and says how to write them anew, when they are not what the types say.

mod operation;
mod page;

use utoipa::openapi::path::{HttpMethod, Paths};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, Info, License, OpenApi, RefOr, Schema, Server, Tag};

use crate::routes::{Method, ROUTES};

/// The OpenAPI document as served at `/openapi.json`.
pub const OPENAPI_JSON: &str = include_str!("../../generated/openapi.json");
/// The page as served at `/docs`.
pub const DOCS_HTML: &str = include_str!("../../generated/docs.html");

/// The name of the API key among the document's security schemes.
const API_KEY: &str = "api_key";

/// What the whole surface has in common, in Markdown.
const DESCRIPTION: &str = include_str!("description.md");

/// The groups, in the order in which they are shown.
const TAGS: [(&str, &str); 18] = [
    ("Events", "Send events or receive webhooks, and follow what becomes of them."),
    ("Signals", "What was found in events, each with the words that prove it."),
    ("Search", "Find passages and signals by words and by meaning."),
    ("Jobs", "Things to do later, once or again and again."),
    ("Pings", "What a heartbeat expects, without a key."),
    ("Workflows", "Durable work: started, watched, signaled."),
    ("Approvals", "Proposals that wait for people's decisions."),
    ("Rules", "Your own rules over signals: alerts, tasks and workflows, by JSON logic."),
    ("Alerts", "What your rules raised: alerts and tasks."),
    ("Subscriptions", "Have signals posted to you, signed, as they are found."),
    ("Deliveries", "What was posted, what came of it, and posting it again."),
    ("Live", "What happens, as it happens."),
    ("Accounts", "Accounts and contacts with their history, as CRMs tell of them."),
    ("Files", "Files of any kind, in one piece or in parts."),
    ("Reports", "What happened with an account, as a page and as PDF."),
    ("Models", "Chats and embeddings, in OpenAI's and Anthropic's forms."),
    ("Usage", "What you used, by time, operation, key or model, and what you store."),
    ("Platform", "The gateway itself."),
];

/// Makes the document from the route table and the types.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
    let mut paths = Paths::new();
    for route in ROUTES {
        let method = match route.method {
            Method::Get => HttpMethod::Get,
            Method::Post => HttpMethod::Post,
            Method::Put => HttpMethod::Put,
            Method::Patch => HttpMethod::Patch,
            Method::Delete => HttpMethod::Delete,
        };
        paths.add_path_operation(route.path, vec![method], operation::describe(route, &mut schemas));
    }
    schemas.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut components = Components::new();
    components.schemas = schemas.into_iter().collect();
    let key = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("wk_…")
        .description(Some("An API key. It belongs to one tenant and carries scopes."))
        .build();
    components.add_security_scheme(API_KEY, SecurityScheme::Http(key));
    let info = Info::builder()
        .title("Weft")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(License::builder().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    OpenApi::builder()
        .info(info)
        .servers(Some([Server::builder()
            .url("/")
            .description(Some("The host that serves this document"))
            .build()]))
        .paths(paths)
        .components(Some(components))
        .tags(Some(TAGS.map(|(name, text)| Tag::builder().name(name).description(Some(text)).build())))
        .build()
}

/// The document as text: pretty-printed, since it is read and compared by people, with a final line break.
///
/// # Errors
/// When serde refuses, which it has no reason to.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(&openapi())? + "\n")
}

/// The page as text.
///
/// # Errors
/// When serde refuses, which it has no reason to.
pub fn docs_html() -> Result<String, serde_json::Error> {
    Ok(page::render(&openapi()).into_string() + "\n")
}
