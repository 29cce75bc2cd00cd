//! Pictures of a page, alone or with other forms of it.

use serde::Serialize;

use super::super::invalid::InvalidPage;
use super::super::page::Page;
use super::Action;

/// A picture of a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Screenshot {
    /// The page.
    #[serde(flatten)]
    pub page: Page,
    /// Only this element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Scroll through the page first, so that what loads late is there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub scroll_page: bool,
    /// What kind of picture.
    #[serde(rename = "screenshotOptions")]
    pub picture: Picture,
}

impl Screenshot {
    /// What is seen of a page, as PNG.
    pub fn of(page: Page) -> Self {
        Self { page, selector: None, scroll_page: false, picture: Picture::default() }
    }
}

/// What kind of picture.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Picture {
    /// Its format.
    #[serde(rename = "type")]
    pub format: PictureFormat,
    /// 0 to 100, for JPEG and WebP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    /// The whole page, not just the window.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub full_page: bool,
    /// Only a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<Clip>,
    /// Without the white behind the page.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub omit_background: bool,
}

/// A picture's format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureFormat {
    /// PNG.
    #[default]
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

/// A part of a page, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Clip {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Picture {
    fn check(&self) -> Result<(), InvalidPage> {
        if self.clip.is_some() && self.full_page {
            return Err(InvalidPage::ClipAndFullPage);
        }
        if self.format == PictureFormat::Png && self.quality.is_some() {
            return Err(InvalidPage::QualityOfPng);
        }
        Ok(())
    }
}

impl Action for Screenshot {
    const NAME: &'static str = "screenshot";
    fn check(&self) -> Result<(), InvalidPage> {
        self.page.check()?;
        self.picture.check()
    }
}

/// Several forms of a page at once.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The page.
    #[serde(flatten)]
    pub page: Page,
    /// At least two.
    pub formats: Vec<SnapshotFormat>,
    /// What kind of picture, if there is one.
    #[serde(rename = "screenshotOptions", skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// A form of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SnapshotFormat {
    /// Its HTML.
    Content,
    /// A picture.
    Screenshot,
    /// Its text.
    Markdown,
    /// What assistive technology reads.
    AccessibilityTree,
}

impl Action for Snapshot {
    const NAME: &'static str = "snapshot";
    fn check(&self) -> Result<(), InvalidPage> {
        if self.formats.iter().all(|format| Some(format) == self.formats.first()) {
            return Err(InvalidPage::OneFormat);
        }
        self.picture.as_ref().map_or(Ok(()), Picture::check)?;
        self.page.check()
    }
}
