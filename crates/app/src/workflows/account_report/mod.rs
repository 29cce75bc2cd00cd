//! A report on an account: gather → chart → html → pdf → settle.
//!
//! The page and the PDF lie in the archive under the tenant and the report. Each step hands on what is small; a browser
//! that is not there, or does not come to its senses, costs the PDF and not the report.

mod gather;
mod request;

use std::rc::Rc;
use std::time::Duration;

use ids::TenantId;
use mesh::workflow::{StepError, StepFailure, StepPolicy, Steps};
use report::AccountReport as Content;
use serde::{Deserialize, Serialize};

use super::stage::{PATIENT, RunInput, Running, retryable};
use crate::pipeline::sha256_hex;
use crate::ports::{AccountHistory, Archive, Browser, BrowserError, Clock, RunStore};

pub(super) use request::{get, parse, read, request, written};

/// Fewer tries than for a store: a report without its PDF is worth more than one that is late.
const PRINTING: StepPolicy = StepPolicy {
    retries: 4,
    delay: Duration::from_secs(2),
    timeout: Duration::from_secs(120),
    ..StepPolicy::DEFAULT
};

/// What an instance ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReportOutput {
    /// The page.
    pub html: StoredDocument,
    /// The PDF, where there is one.
    pub pdf: Option<StoredDocument>,
    /// Why there is none.
    pub pdf_reason: Option<String>,
}

/// A document in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDocument {
    /// Its size.
    pub bytes: u32,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// See the module.
#[derive(Clone)]
pub struct AccountReport {
    /// Runs on record.
    pub runs: Rc<dyn RunStore>,
    /// What is known of accounts.
    pub history: Rc<dyn AccountHistory>,
    /// Where the documents lie.
    pub archive: Rc<dyn Archive>,
    /// What prints them.
    pub browser: Rc<dyn Browser>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

#[mesh::workflow]
impl AccountReport {
    async fn run(&self, input: RunInput, steps: &Steps) -> Result<AccountReportOutput, StepError> {
        let running = Running::new(&self.runs, &self.clock, &input);
        let outcome = self.stages(&running, steps).await;
        running.ended(steps, outcome).await
    }
}

/// The charts of a page.
#[derive(Clone, Serialize, Deserialize)]
struct Charts {
    activity: String,
    kinds: String,
}

impl AccountReport {
    async fn stages(&self, running: &Running, steps: &Steps) -> Result<AccountReportOutput, StepError> {
        let (this, run) = (self.clone(), running.clone());
        let content = running
            .stage(steps, 0, "gather", PATIENT, move || {
                let (this, run) = (this.clone(), run.clone());
                async move { gather::gather(&this, &run).await }
            })
            .await?;
        let drawn = content.clone();
        let charts = running
            .stage(steps, 1, "chart", PATIENT, move || {
                let content = drawn.clone();
                async move {
                    let activity = report::activity_chart(&content).into_string();
                    Ok(Charts { activity, kinds: report::kinds_chart(&content).into_string() })
                }
            })
            .await?;
        let (this, run) = (self.clone(), running.clone());
        let html = running
            .stage(steps, 2, "html", PATIENT, move || {
                let (this, run) = (this.clone(), run.clone());
                let (content, charts) = (content.clone(), charts.clone());
                async move { this.store_page(&run, &content, &charts).await }
            })
            .await?;
        let (this, run) = (self.clone(), running.clone());
        let printed = running
            .stage(steps, 3, "pdf", PRINTING, move || {
                let (this, run) = (this.clone(), run.clone());
                async move { this.print(&run).await }
            })
            .await;
        let (pdf, pdf_reason) = match printed {
            Ok(Printed::Pdf(document)) => (Some(document), None),
            Ok(Printed::None(reason)) => (None, Some(reason)),
            Err(StepError::Terminal { message, .. } | StepError::Exhausted { message, .. }) => {
                (None, Some(message))
            }
            Err(error) => return Err(error),
        };
        Ok(AccountReportOutput { html, pdf, pdf_reason })
    }

    async fn store_page(
        &self,
        running: &Running,
        content: &Content,
        charts: &Charts,
    ) -> Result<StoredDocument, StepFailure> {
        let page = report::account_page(content, &charts.activity, &charts.kinds).into_string().into_bytes();
        let key = document_key(running.tenant, &running.run_id, HTML);
        self.keep(&key, HTML_TYPE, page).await
    }

    async fn print(&self, running: &Running) -> Result<Printed, StepFailure> {
        let key = document_key(running.tenant, &running.run_id, HTML);
        let page = self.archive.get(&key).await.map_err(retryable)?;
        let page = page.ok_or_else(|| StepFailure::Retryable(format!("the archive has no `{key}` yet")))?;
        let page = String::from_utf8(page.body).map_err(|error| StepFailure::Terminal(error.to_string()))?;
        let pdf = match self.browser.pdf(&page).await {
            Ok(pdf) => pdf,
            Err(BrowserError::Missing(reason)) => return Ok(Printed::None(reason)),
            Err(BrowserError::Busy(reason)) => return Err(StepFailure::Retryable(reason)),
            Err(BrowserError::Refused(reason)) => return Err(StepFailure::Terminal(reason)),
        };
        let key = document_key(running.tenant, &running.run_id, PDF);
        self.keep(&key, PDF_TYPE, pdf).await.map(Printed::Pdf)
    }

    async fn keep(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<StoredDocument, StepFailure> {
        let stored = StoredDocument { bytes: body.len() as u32, sha256: sha256_hex(&body) };
        self.archive.put(key, media_type, body).await.map_err(retryable)?;
        Ok(stored)
    }
}

/// What came of printing.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Printed {
    Pdf(StoredDocument),
    None(String),
}

const HTML: &str = "report.html";
const PDF: &str = "report.pdf";
const HTML_TYPE: &str = "text/html; charset=utf-8";
const PDF_TYPE: &str = "application/pdf";

/// Where a report's document lies: under its tenant, so that what goes with the tenant takes it along.
fn document_key(tenant: TenantId, run_id: &str, name: &str) -> String {
    format!("{tenant}/reports/{run_id}/{name}")
}
