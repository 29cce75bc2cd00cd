//! The platform's browser as the port.

use app::ports::{Browser, BrowserError};
use async_trait::async_trait;
use mesh_worker::BindingError;
use mesh_worker::bindings::ProductError;
use mesh_worker::bindings::browser::{Browser as Binding, Pdf, Print};
use worker::Env;

use crate::bindings;

/// Browser Run, or the local runtime's browser where one is installed.
#[derive(Debug)]
pub struct WorkerBrowser {
    binding: Binding,
    /// Why there is no browser here, where that is known.
    missing: Option<String>,
}

impl WorkerBrowser {
    /// Over the binding.
    ///
    /// # Errors
    /// [`BindingError`] when nothing is bound.
    pub fn new(env: &Env) -> Result<Self, BindingError> {
        let missing = env.var(bindings::BROWSER_MISSING).ok().map(|text| text.to_string());
        let missing = missing.filter(|reason| !reason.is_empty());
        Ok(Self { binding: Binding::over(env, bindings::BROWSER)?, missing })
    }
}

#[async_trait(?Send)]
impl Browser for WorkerBrowser {
    async fn pdf(&self, html: &str) -> Result<Vec<u8>, BrowserError> {
        if let Some(reason) = &self.missing {
            return Err(BrowserError::Missing(reason.clone()));
        }
        let page = mesh_worker::bindings::browser::Page::of_html(html);
        let print = Print { print_background: true, prefer_css_page_size: true, ..Print::default() };
        let document = self.binding.pdf(&Pdf { page, print }).await.map_err(failed)?;
        document.bytes().await.map_err(failed)
    }
}

fn failed<I: std::error::Error>(error: ProductError<I>) -> BrowserError {
    let text = error.to_string();
    match error {
        ProductError::Unavailable { .. } => BrowserError::Missing(text),
        ProductError::Refused(refusal) if !refusal.transient => BrowserError::Refused(text),
        ProductError::Invalid(_) => BrowserError::Refused(text),
        ProductError::Refused(_) | ProductError::Unreadable { .. } => BrowserError::Busy(text),
    }
}
