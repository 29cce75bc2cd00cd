//! A page on paper.

use serde::Serialize;

use super::super::invalid::InvalidPage;
use super::super::page::Page;
use super::Action;

/// A page as PDF.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pdf {
    /// The page.
    #[serde(flatten)]
    pub page: Page,
    /// How to print it.
    #[serde(rename = "pdfOptions")]
    pub print: Print,
}

impl Pdf {
    /// A page on letter paper.
    pub fn of(page: Page) -> Self {
        Self { page, print: Print::default() }
    }
}

/// How to print. What is left out is the product's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Print {
    /// The paper: `letter`, `legal`, `tabloid`, `ledger`, `a0` to `a6`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// 0.1 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// Across.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub landscape: bool,
    /// With backgrounds.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub print_background: bool,
    /// Which pages, such as `1-3, 5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_ranges: Option<String>,
    /// With header and footer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub display_header_footer: bool,
    /// The header's HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_template: Option<String>,
    /// The footer's HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer_template: Option<String>,
    /// The page's own size wins over `format`.
    #[serde(rename = "preferCSSPageSize", skip_serializing_if = "std::ops::Not::not")]
    pub prefer_css_page_size: bool,
    /// Around the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<Margin>,
}

/// Margins in CSS lengths, such as `1cm`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Margin {
    /// Above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<String>,
    /// To the right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
    /// Below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bottom: Option<String>,
    /// To the left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
}

impl Action for Pdf {
    const NAME: &'static str = "pdf";
    fn check(&self) -> Result<(), InvalidPage> {
        self.page.check()?;
        match self.print.scale {
            Some(scale) if !(0.1..=2.0).contains(&scale) => Err(InvalidPage::Scale),
            _ => Ok(()),
        }
    }
}
