//! What the quick actions answer. Pure, but for [`Document`], whose bytes may still be on their way.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::BrowserError;
use crate::bindings::ProductError;
use crate::bindings::http_answer::Head;

/// A result, and how the page was loaded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer<T> {
    /// What was asked for.
    pub result: T,
    /// How the page was loaded.
    pub meta: Meta,
    /// Milliseconds of browser time that it cost, where the product says so.
    pub browser_ms: Option<u64>,
}

/// How a page was loaded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// The page's HTTP status. The action succeeds with a 404 too.
    #[serde(default)]
    pub status: u16,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// The address after redirects.
    #[serde(default)]
    pub final_url: Option<String>,
    /// The origin's headers, by lower-case name.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The redirects, the first one first.
    #[serde(default)]
    pub redirect_chain: Vec<Redirect>,
}

/// One redirect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Redirect {
    /// What redirected.
    pub url: String,
    /// Its status.
    pub status: u16,
    /// Its headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// What a selector found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scraped {
    /// The selector.
    pub selector: String,
    /// The elements.
    pub results: Vec<Element>,
}

/// An element of a page. Lengths are in pixels, positions relative to the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Element {
    /// Its HTML.
    pub html: String,
    /// Its text.
    pub text: String,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// From the top.
    pub top: f64,
    /// From the left.
    pub left: f64,
    /// Its attributes.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
}

/// An element's attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Several forms of a page; those that were asked for are there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forms {
    /// Its HTML.
    #[serde(default)]
    pub content: Option<String>,
    /// A picture, in Base64.
    #[serde(default)]
    pub screenshot: Option<String>,
    /// Its text.
    #[serde(default)]
    pub markdown: Option<String>,
    /// What assistive technology reads.
    #[serde(default)]
    pub accessibility_tree: Option<AccessibleNode>,
}

/// A node of what assistive technology reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessibleNode {
    /// What it is, such as `button`.
    pub role: String,
    /// What it is called.
    #[serde(default)]
    pub name: Option<String>,
    /// What is in it.
    #[serde(default)]
    pub children: Vec<AccessibleNode>,
    /// Its state and value, such as `checked`, by the names that the product gives them.
    #[serde(flatten)]
    pub properties: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tree {
    pub(super) accessibility_tree: Option<AccessibleNode>,
}

/// Reads a JSON answer.
pub(super) fn read<T: DeserializeOwned>(
    binding: &str,
    head: &Head,
    browser_ms: Option<u64>,
    body: &str,
) -> Result<Answer<T>, BrowserError> {
    #[derive(Deserialize)]
    #[serde(bound = "T: DeserializeOwned")]
    struct Success<T> {
        result: T,
        #[serde(default)]
        meta: Meta,
    }
    if !head.is_success() {
        return Err(ProductError::Refused(head.refusal(body)));
    }
    let Success { result, meta } = serde_json::from_str(body).map_err(|error| ProductError::Unreadable {
        binding: binding.to_owned(),
        message: error.to_string(),
    })?;
    Ok(Answer { result, meta, browser_ms })
}

/// A picture or a PDF.
#[derive(Debug)]
pub struct Document {
    /// `application/pdf`, `image/png`, ….
    pub content_type: String,
    /// Milliseconds of browser time that it cost, where the product says so.
    pub browser_ms: Option<u64>,
    pub(super) binding: &'static str,
    pub(super) response: worker::Response,
}

impl Document {
    /// All of it.
    ///
    /// # Errors
    /// [`ProductError::Unreadable`] when it breaks off.
    pub async fn bytes(mut self) -> Result<Vec<u8>, BrowserError> {
        self.response.bytes().await.map_err(|error| ProductError::Unreadable {
            binding: self.binding.to_owned(),
            message: format!("it broke off: {error}"),
        })
    }

    /// The response itself, whose body streams: to answer a request with, or to put into a bucket.
    pub fn into_response(self) -> worker::Response {
        self.response
    }
}
