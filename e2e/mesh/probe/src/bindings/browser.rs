//! Browser Run.

use mesh_worker::bindings::browser::{
    AccessibilityTree, Awaited, Browser, BrowserError, Document, Extract, Links, Loading, Page, Pdf, Picture,
    PictureFormat, Print, Scrape, Screenshot, Snapshot, SnapshotFormat, Viewport,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{missing, outcome};
use crate::case::Case;

/// A page as a test writes it.
#[derive(Deserialize)]
struct Ask {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    html: String,
    #[serde(default)]
    selector: String,
    #[serde(default)]
    session: String,
}

impl Ask {
    fn page(&self) -> Page {
        match &self.url {
            Some(url) => Page::at(url.as_str()),
            None => Page::of_html(self.html.as_str()),
        }
    }
}

pub(super) async fn run(name: &str, case: &mut Case) -> worker::Result<Option<Value>> {
    let (binding, name) = match name.strip_prefix("double/") {
        Some(name) => ("BROWSER_DOUBLE", name),
        None => ("BROWSER", name),
    };
    let browser = Browser::over(&case.env, binding).map_err(missing)?;
    let ask: Ask = case.input().await?;
    let page = ask.page();
    Ok(Some(match name {
        "content" => outcome(browser.content(&page).await),
        "content-in-vain" => {
            let selector = Some(Awaited { selector: ask.selector, timeout: Some(200), ..Awaited::default() });
            outcome(
                browser
                    .content(&page.loaded(Loading { wait_for_selector: selector, ..Loading::default() }))
                    .await,
            )
        }
        "markdown" => outcome(browser.markdown(&page).await),
        "links" => outcome(browser.links(&Links::of(page)).await),
        "scrape" => outcome(browser.scrape(&Scrape { page, selectors: vec![ask.selector] }).await),
        "screenshot" => {
            let viewport = Some(Viewport { width: 320, height: 200, ..Viewport::default() });
            let page = page.loaded(Loading { viewport, ..Loading::default() });
            let picture = Picture { format: PictureFormat::Jpeg, quality: Some(50), ..Picture::default() };
            document(browser.screenshot(&Screenshot { picture, ..Screenshot::of(page) }).await).await
        }
        "pdf" => {
            let print = Print { format: Some("a4".into()), print_background: true, ..Print::default() };
            document(browser.pdf(&Pdf { page, print }).await).await
        }
        "snapshot" => {
            let formats = vec![SnapshotFormat::Content, SnapshotFormat::Markdown];
            outcome(browser.snapshot(&Snapshot { page, formats, picture: None }).await)
        }
        "tree" => {
            let root = Some(ask.selector).filter(|selector| !selector.is_empty());
            outcome(
                browser.accessibility_tree(&AccessibilityTree { page, interesting_only: None, root }).await,
            )
        }
        "extract" => {
            let schema = json!({ "type": "object", "properties": { "title": { "type": "string" } } });
            let extract =
                Extract { page, prompt: Some("the title".into()), schema: Some(schema), models: vec![] };
            outcome(browser.extract::<Value>(&extract).await)
        }
        "acquire" => outcome(browser.acquire(Some(60_000)).await),
        "sessions" => outcome(browser.sessions().await),
        "allowance" => outcome(browser.allowance().await),
        "targets" => outcome(browser.targets(&ask.session).await),
        "version" => outcome(version(&browser, &ask.session).await),
        "close" => outcome(browser.close(&ask.session).await),
        _ => return Ok(None),
    }))
}

async fn document(drawn: Result<Document, BrowserError>) -> Value {
    let document = match drawn {
        Ok(document) => document,
        Err(error) => return outcome::<(), _>(Err(error)),
    };
    let (content_type, told) = (document.content_type.clone(), document.browser_ms.is_some());
    outcome(document.bytes().await.map(|bytes| {
        json!({ "type": content_type, "start": bytes[..4.min(bytes.len())], "bytes": bytes.len(), "cost_is_told": told })
    }))
}

/// Asks a browser over its protocol which one it is.
async fn version(browser: &Browser, session: &str) -> Result<Value, BrowserError> {
    use futures_util::StreamExt;
    use worker::WebsocketEvent;

    let socket = browser.connect(session).await?;
    let broken = |error: worker::Error| BrowserError::Unreadable {
        binding: "BROWSER".into(),
        message: error.to_string(),
    };
    let mut events = socket.events().map_err(broken)?;
    socket.accept().map_err(broken)?;
    socket.send_with_str(r#"{"id":1,"method":"Browser.getVersion"}"#).map_err(broken)?;
    let mut answer = Value::Null;
    while let Some(event) = events.next().await {
        if let WebsocketEvent::Message(message) = event.map_err(broken)? {
            answer = message.text().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            break;
        }
    }
    socket.close(Some(1000), Some("done")).map_err(broken)?;
    Ok(answer["result"]["product"].clone())
}
