//! What a page says: its HTML, its text, its links, some of its elements, what assistive technology reads.

use serde::{Serialize, Serializer};

use super::super::invalid::InvalidPage;
use super::super::page::Page;
use super::Action;

/// A page's HTML after its scripts ran.
#[derive(Serialize)]
#[serde(transparent)]
pub(in crate::bindings::browser) struct Content<'a>(pub(in crate::bindings::browser) &'a Page);

impl Action for Content<'_> {
    const NAME: &'static str = "content";
    fn check(&self) -> Result<(), InvalidPage> {
        self.0.check()
    }
}

/// A page's text as Markdown.
#[derive(Serialize)]
#[serde(transparent)]
pub(in crate::bindings::browser) struct Markdown<'a>(pub(in crate::bindings::browser) &'a Page);

impl Action for Markdown<'_> {
    const NAME: &'static str = "markdown";
    fn check(&self) -> Result<(), InvalidPage> {
        self.0.check()
    }
}

/// A page's links.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Links {
    /// The page.
    #[serde(flatten)]
    pub page: Page,
    /// Only those that are seen.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub visible_links_only: bool,
    /// Only those to the page's own site.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exclude_external_links: bool,
}

impl Links {
    /// All links of a page.
    pub fn of(page: Page) -> Self {
        Self { page, visible_links_only: false, exclude_external_links: false }
    }
}

impl Action for Links {
    const NAME: &'static str = "links";
    fn check(&self) -> Result<(), InvalidPage> {
        self.page.check()
    }
}

/// Some of a page's elements.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scrape {
    /// The page.
    #[serde(flatten)]
    pub page: Page,
    /// The elements' CSS selectors.
    #[serde(rename = "elements", serialize_with = "selectors")]
    pub selectors: Vec<String>,
}

fn selectors<S: Serializer>(selectors: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Element<'a> {
        selector: &'a str,
    }
    serializer.collect_seq(selectors.iter().map(|selector| Element { selector }))
}

impl Action for Scrape {
    const NAME: &'static str = "scrape";
    fn check(&self) -> Result<(), InvalidPage> {
        if self.selectors.is_empty() {
            return Err(InvalidPage::NoElements);
        }
        self.page.check()
    }
}

/// What assistive technology reads of a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessibilityTree {
    /// The page.
    #[serde(flatten)]
    pub page: Page,
    /// Without what carries no meaning. The product's default is yes, or no below a `root`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interesting_only: Option<bool>,
    /// Only below this element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
}

impl Action for AccessibilityTree {
    const NAME: &'static str = "accessibilityTree";
    fn check(&self) -> Result<(), InvalidPage> {
        self.page.check()
    }
}
