//! Browsers that stay open, driven over the Chrome DevTools Protocol.
//!
//! All of it is plain requests to the binding, which a local run answers too; the binding's newer methods of the
//! same names are not simulated.

use serde::{Deserialize, Serialize};
use worker::WebSocket;

use super::invalid::InvalidPage;
use super::{Browser, BrowserError};
use crate::bindings::ProductError;

/// A browser that is open, or was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Its id.
    pub session_id: String,
    /// When it was opened, in Unix milliseconds.
    #[serde(default)]
    pub start_time: Option<f64>,
    /// When it was closed, in Unix milliseconds.
    #[serde(default)]
    pub end_time: Option<f64>,
    /// Why it was closed.
    #[serde(default)]
    pub close_reason_text: Option<String>,
    /// Who is connected: a browser takes one at a time.
    #[serde(default)]
    pub connection_id: Option<String>,
}

/// How many browsers the account may open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Allowance {
    /// At the same time.
    pub max_concurrent_sessions: u32,
    /// Now.
    pub allowed_browser_acquisitions: u32,
    /// Milliseconds until the next may be opened.
    #[serde(default)]
    pub time_until_next_allowed_browser_acquisition: f64,
}

/// A page or a worker in a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// `page`, `service_worker`, ….
    #[serde(rename = "type")]
    pub kind: String,
    /// Its address.
    pub url: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
}

#[derive(Deserialize)]
struct Listed {
    sessions: Vec<Session>,
}

impl Browser {
    /// Opens a browser and gives its id. Without connections it closes after a minute, or after `keep_alive_ms`
    /// (10,000 to 1,200,000).
    ///
    /// # Errors
    /// [`BrowserError`]; `Refused` with status 429 when too many are open.
    pub async fn acquire(&self, keep_alive_ms: Option<u32>) -> Result<String, BrowserError> {
        let opened: Session = self.get(&acquire_path(keep_alive_ms)?).await?;
        Ok(opened.session_id)
    }

    /// The browsers that are open.
    ///
    /// # Errors
    /// [`BrowserError`], never `Invalid`.
    pub async fn sessions(&self) -> Result<Vec<Session>, BrowserError> {
        let listed: Listed = self.get("/v1/sessions").await?;
        Ok(listed.sessions)
    }

    /// How many browsers may be opened.
    ///
    /// # Errors
    /// [`BrowserError`], never `Invalid`.
    pub async fn allowance(&self) -> Result<Allowance, BrowserError> {
        self.get("/v1/limits").await
    }

    /// What is open in a browser.
    ///
    /// # Errors
    /// [`BrowserError`]; `Refused` with status 404 when there is no such browser.
    pub async fn targets(&self, session_id: &str) -> Result<Vec<Target>, BrowserError> {
        self.get(&format!("{}/json/list", session_path(session_id)?)).await
    }

    /// Connects to a browser: a WebSocket that speaks the Chrome DevTools Protocol, one JSON text a message. Call
    /// `accept` on it first.
    ///
    /// # Errors
    /// [`BrowserError`]; `Refused` with status 404 when there is no such browser.
    pub async fn connect(&self, session_id: &str) -> Result<WebSocket, BrowserError> {
        let response = self.request("GET", &session_path(session_id)?, true).await?;
        let status = response.status_code();
        match response.websocket() {
            Some(socket) => Ok(socket),
            None => Err(self.unreadable(format!("no WebSocket came, but status {status}"))),
        }
    }

    /// Closes a browser.
    ///
    /// # Errors
    /// [`BrowserError`]; `Refused` with status 404 when there is no such browser.
    pub async fn close(&self, session_id: &str) -> Result<(), BrowserError> {
        let mut response = self.request("DELETE", &session_path(session_id)?, false).await?;
        // Read to its end: an answer that nobody reads keeps the connection.
        response.bytes().await.map_err(|error| self.unreadable(error.to_string()))?;
        Ok(())
    }

    fn unreadable(&self, message: String) -> BrowserError {
        ProductError::Unreadable { binding: self.name().to_owned(), message }
    }
}

pub(super) fn acquire_path(keep_alive_ms: Option<u32>) -> Result<String, InvalidPage> {
    match keep_alive_ms {
        None => Ok("/v1/acquire".to_owned()),
        Some(value) if (10_000..=1_200_000).contains(&value) => Ok(format!("/v1/acquire?keep_alive={value}")),
        Some(value) => Err(InvalidPage::KeepAlive { value }),
    }
}

/// Ids are the platform's own and become part of a path, so nothing but their characters gets through.
pub(super) fn session_path(id: &str) -> Result<String, InvalidPage> {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    if id.is_empty() || !id.chars().all(plain) {
        return Err(InvalidPage::SessionId { id: id.to_owned() });
    }
    Ok(format!("/v1/devtools/browser/{id}"))
}
