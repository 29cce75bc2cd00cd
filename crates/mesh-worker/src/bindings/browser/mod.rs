//! Browser Run (once Browser Rendering): a browser in the platform, by single actions or as a session.
//!
//! A quick action loads a page, does one thing and forgets it: [`Browser::content`], [`Browser::markdown`],
//! [`Browser::links`], [`Browser::scrape`], [`Browser::screenshot`], [`Browser::pdf`], [`Browser::snapshot`],
//! [`Browser::accessibility_tree`] and [`Browser::extract`]. A session stays open between requests and speaks the
//! Chrome DevTools Protocol: [`Browser::acquire`] and [`Browser::connect`].
//!
//! A local run drives a Chrome that the tools download at first use; only `extract` answers with placeholders there.

mod actions;
mod answers;
mod invalid;
mod loading;
mod page;
mod sessions;
#[cfg(test)]
mod tests;

use js_sys::{Object, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use worker::{Response, worker_sys};

pub use actions::{
    AccessibilityTree, Clip, Extract, Links, Margin, Model, Pdf, Picture, PictureFormat, Print, Scrape,
    Screenshot, Snapshot, SnapshotFormat,
};
pub use answers::{AccessibleNode, Answer, Attribute, Document, Element, Forms, Meta, Redirect, Scraped};
pub use invalid::InvalidPage;
pub use loading::{
    Awaited, Cookie, Credentials, Lifecycle, Navigation, RequestPatterns, ResourceTypes, Tag, Viewport,
};
pub use page::{Loading, Page, Source};
pub use sessions::{Allowance, Session, Target};

use self::actions::{Action, Content, Markdown};
use self::answers::{Tree, read};
use super::ProductError;
use super::call::{Product, to_js};
use super::http_answer::Head;
use crate::env::BindingError;

/// Why a browser did not do what it was asked.
pub type BrowserError = ProductError<InvalidPage>;

/// A browser, over its binding.
#[derive(Debug)]
pub struct Browser {
    product: Product,
}

/// The binding answers any host; only the path counts.
const HOST: &str = "https://browser.run";

impl Browser {
    /// The browser bound as `name`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn over(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        Ok(Self { product: Product::over(env, name)? })
    }

    /// A page's HTML after its scripts ran.
    ///
    /// # Errors
    /// [`BrowserError`], as every action has it: `Invalid` for what would be refused, `Refused` with the product's
    /// status and code for a page that does not load (422) or too many requests (429).
    pub async fn content(&self, page: &Page) -> Result<Answer<String>, BrowserError> {
        self.ask(&Content(page)).await
    }

    /// A page's text as Markdown.
    ///
    /// # Errors
    /// [`BrowserError`], as [`Browser::content`] has it.
    pub async fn markdown(&self, page: &Page) -> Result<Answer<String>, BrowserError> {
        self.ask(&Markdown(page)).await
    }

    /// The addresses that a page links to.
    ///
    /// # Errors
    /// [`BrowserError`], as [`Browser::content`] has it.
    pub async fn links(&self, links: &Links) -> Result<Answer<Vec<String>>, BrowserError> {
        self.ask(links).await
    }

    /// Some of a page's elements.
    ///
    /// # Errors
    /// [`BrowserError`], as [`Browser::content`] has it; `Invalid` without a selector.
    pub async fn scrape(&self, scrape: &Scrape) -> Result<Answer<Vec<Scraped>>, BrowserError> {
        self.ask(scrape).await
    }

    /// A picture of a page.
    ///
    /// # Errors
    /// [`BrowserError`], as [`Browser::content`] has it.
    pub async fn screenshot(&self, screenshot: &Screenshot) -> Result<Document, BrowserError> {
        self.draw(screenshot).await
    }

    /// A page as PDF.
    ///
    /// # Errors
    /// [`BrowserError`], as [`Browser::content`] has it.
    pub async fn pdf(&self, pdf: &Pdf) -> Result<Document, BrowserError> {
        self.draw(pdf).await
    }

    /// Several forms of a page at once.
    ///
    /// # Errors
    /// [`BrowserError`], as [`Browser::content`] has it; `Invalid` for fewer than two forms.
    pub async fn snapshot(&self, snapshot: &Snapshot) -> Result<Answer<Forms>, BrowserError> {
        self.ask(snapshot).await
    }

    /// What assistive technology reads of a page; nothing, if the root that was asked for is not there.
    ///
    /// # Errors
    /// [`BrowserError`], as [`Browser::content`] has it.
    pub async fn accessibility_tree(
        &self,
        tree: &AccessibilityTree,
    ) -> Result<Answer<Option<AccessibleNode>>, BrowserError> {
        let Answer { result, meta, browser_ms } = self.ask::<Tree>(tree).await?;
        Ok(Answer { result: result.accessibility_tree, meta, browser_ms })
    }

    /// What a model reads out of a page, in a type of the caller's.
    ///
    /// # Errors
    /// [`BrowserError`], as [`Browser::content`] has it; `Invalid` without prompt and schema, `Unreadable` when the
    /// model's answer does not fit the type.
    pub async fn extract<T: DeserializeOwned>(&self, extract: &Extract) -> Result<Answer<T>, BrowserError> {
        self.ask(extract).await
    }

    pub(super) fn name(&self) -> &'static str {
        self.product.name()
    }

    async fn ask<T: DeserializeOwned>(&self, action: &impl Action) -> Result<Answer<T>, BrowserError> {
        let mut response = self.act(action).await?;
        let (head, browser_ms) = (head(&response), browser_ms(&response));
        let body = response.text().await.map_err(|error| self.broken(&error))?;
        read(self.name(), &head, browser_ms, &body)
    }

    async fn draw(&self, action: &impl Action) -> Result<Document, BrowserError> {
        let response = self.succeeded(self.act(action).await?).await?;
        let content_type = response.headers().get("content-type").ok().flatten().unwrap_or_default();
        Ok(Document { content_type, browser_ms: browser_ms(&response), binding: self.name(), response })
    }

    async fn act<A: Action>(&self, action: &A) -> Result<Response, BrowserError> {
        action.check()?;
        let options = to_js(action).map_err(|message| self.misread(message))?;
        let answer = self.product.call("quickAction", &[A::NAME.into(), options]).await?;
        self.response(answer)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, BrowserError> {
        let mut response = self.request("GET", path, false).await?;
        let body = response.text().await.map_err(|error| self.broken(&error))?;
        serde_json::from_str(&body).map_err(|error| self.misread(error.to_string()))
    }

    /// A request to the binding that must succeed.
    async fn request(&self, method: &str, path: &str, upgrade: bool) -> Result<Response, BrowserError> {
        let init = request_init(method, upgrade)
            .map_err(|_| self.misread("the request could not be handed to the runtime".into()))?;
        let answer = self.product.call("fetch", &[format!("{HOST}{path}").into(), init]).await?;
        self.succeeded(self.response(answer)?).await
    }

    async fn succeeded(&self, mut response: Response) -> Result<Response, BrowserError> {
        let head = head(&response);
        if head.is_success() || head.status == 101 {
            return Ok(response);
        }
        let body = response.text().await.unwrap_or_default();
        Err(ProductError::Refused(head.refusal(&body)))
    }

    fn response(&self, answer: JsValue) -> Result<Response, BrowserError> {
        let response = answer.dyn_into::<worker_sys::web_sys::Response>();
        response.map(Response::from).map_err(|_| self.misread("it is no response".into()))
    }

    fn broken(&self, error: &worker::Error) -> BrowserError {
        self.misread(format!("it broke off: {error}"))
    }

    fn misread(&self, message: String) -> BrowserError {
        ProductError::Unreadable { binding: self.name().to_owned(), message }
    }
}

fn request_init(method: &str, upgrade: bool) -> Result<JsValue, JsValue> {
    let init = Object::new();
    Reflect::set(&init, &"method".into(), &method.into())?;
    if upgrade {
        let headers = Object::new();
        Reflect::set(&headers, &"upgrade".into(), &"websocket".into())?;
        Reflect::set(&init, &"headers".into(), &headers)?;
    }
    Ok(init.into())
}

fn head(response: &Response) -> Head {
    Head { status: response.status_code(), retry_after_s: number(response, "retry-after") }
}

fn browser_ms(response: &Response) -> Option<u64> {
    number(response, "x-browser-ms-used")
}

fn number(response: &Response, header: &str) -> Option<u64> {
    response.headers().get(header).ok().flatten().and_then(|value| value.trim().parse().ok())
}
