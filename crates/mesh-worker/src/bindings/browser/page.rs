//! What a browser loads, and how. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::invalid::InvalidPage;
use super::loading::{
    Awaited, Cookie, Credentials, Navigation, RequestPatterns, ResourceTypes, Tag, Viewport,
};

/// Where a page comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// An address, `https` or `http`.
    Url(String),
    /// The page itself.
    Html(String),
}

/// A page and how to load it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// Where it comes from.
    #[serde(flatten)]
    pub source: Source,
    /// How to load it.
    #[serde(flatten)]
    pub options: Loading,
}

impl Page {
    /// The page at an address.
    pub fn at(url: impl Into<String>) -> Self {
        Self { source: Source::Url(url.into()), options: Loading::default() }
    }

    /// A page given as HTML.
    pub fn of_html(html: impl Into<String>) -> Self {
        Self { source: Source::Html(html.into()), options: Loading::default() }
    }

    /// The same, loaded in another way.
    #[must_use]
    pub fn loaded(mut self, options: Loading) -> Self {
        self.options = options;
        self
    }
}

/// How to load a page. Everything left out is the product's default. Times are in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Loading {
    /// When loading counts as done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goto_options: Option<Navigation>,
    /// Wait for an element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_for_selector: Option<Awaited>,
    /// Wait so long, at most 120,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_for_timeout: Option<u32>,
    /// Time for what follows loading, at most 120,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_timeout: Option<u32>,
    /// Go on where a wait fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_attempt: Option<bool>,
    /// The window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewport: Option<Viewport>,
    /// What the browser says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Headers of every request.
    #[serde(rename = "setExtraHTTPHeaders", skip_serializing_if = "BTreeMap::is_empty")]
    pub extra_headers: BTreeMap<String, String>,
    /// Whether scripts run.
    #[serde(rename = "setJavaScriptEnabled", skip_serializing_if = "Option::is_none")]
    pub javascript: Option<bool>,
    /// Cookies to have before loading.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<Cookie>,
    /// HTTP authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticate: Option<Credentials>,
    /// Scripts to add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add_script_tag: Vec<Tag>,
    /// Styles to add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add_style_tag: Vec<Tag>,
    /// `screen` or `print`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emulate_media_type: Option<String>,
    /// Which requests are made, by patterns of their addresses.
    #[serde(flatten)]
    pub requests: Option<RequestPatterns>,
    /// Which requests are made, by what they are for.
    #[serde(flatten)]
    pub resources: Option<ResourceTypes>,
    /// How long an answer may come from the cache, in seconds, at most 86,400. 0 is never; the default is 5.
    #[serde(rename = "cacheTTL", skip_serializing_if = "Option::is_none")]
    pub cache_ttl_s: Option<u32>,
}

const NAVIGATION_MS: u32 = 60_000;
const STEP_MS: u32 = 120_000;
const CACHE_S: u32 = 86_400;

impl Page {
    pub(super) fn check(&self) -> Result<(), InvalidPage> {
        match &self.source {
            Source::Html(html) if html.is_empty() => return Err(InvalidPage::EmptyHtml),
            Source::Html(_) => {}
            Source::Url(url) => check_url(url)?,
        }
        let options = &self.options;
        let navigation = options.goto_options.as_ref().and_then(|navigation| navigation.timeout);
        let element = options.wait_for_selector.as_ref().and_then(|element| element.timeout);
        for (field, value, limit) in [
            ("goto_options.timeout", navigation, NAVIGATION_MS),
            ("wait_for_selector.timeout", element, STEP_MS),
            ("wait_for_timeout", options.wait_for_timeout, STEP_MS),
            ("action_timeout", options.action_timeout, STEP_MS),
            ("cache_ttl_s", options.cache_ttl_s, CACHE_S),
        ] {
            if let Some(value) = value.filter(|value| *value > limit) {
                return Err(InvalidPage::TooHigh { field, value, limit });
            }
        }
        Ok(())
    }
}

/// The product refuses `chrome:`, `javascript:` and `file:`; nothing else than HTTP is of use to it.
fn check_url(url: &str) -> Result<(), InvalidPage> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => Ok(()),
        _ => Err(InvalidPage::Url { url: url.to_owned() }),
    }
}
