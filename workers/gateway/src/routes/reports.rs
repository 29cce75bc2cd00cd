//! `/v1/reports`.

use contracts::TenantCall;
use contracts::pipeline::workflows::{
    self, GetReport, ReadReport, ReportDocument, ReportForm, RequestReport,
};
use http_api::Code;
use http_api::reports::{CreateReport, Report, ReportKind};
use http_api::workflows::RunStatus;

use super::time;
use super::workflows::failed_in;
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// What the page of a report may do in a browser: show its own style.
const PAGE_ONLY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// Asks for a report.
///
/// # Errors
/// As [`authorize`]; a bad header or body; what [`failed`] makes of the call.
pub async fn create(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let call = match exchange.idempotency_key()? {
        Some(key) => call.with_idempotency_key(key.as_str()),
        None => call,
    };
    let request = request(exchange.json().await?);
    let asked = exchange.ports.workflows.request_report(&call, request).await;
    let started = asked.map_err(|error| failed_in(error, ""))?;
    let report_id = started.run_id.parse().map_err(Failure::internal)?;
    let location = format!("/v1/reports/{report_id}");
    Ok(Answer::json(202, &find(exchange, &call, GetReport { report_id }).await?)?.with("location", location))
}

/// One report.
///
/// # Errors
/// As [`authorize`]; [`Code::ReportNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = GetReport { report_id: exchange.id(Code::ReportNotFound)? };
    Answer::json(200, &find(exchange, &call, request).await?)
}

/// A report's page.
///
/// # Errors
/// As [`get`], and [`Code::ReportNotMade`].
pub async fn html(exchange: &Exchange<'_>) -> Outcome {
    Ok(document(exchange, ReportForm::Html).await?.with("content-security-policy", PAGE_ONLY))
}

/// A report on paper.
///
/// # Errors
/// As [`html`], and [`Code::ReportNoPdf`].
pub async fn pdf(exchange: &Exchange<'_>) -> Outcome {
    let name = format!("inline; filename=\"{}.pdf\"", exchange.part(0));
    Ok(document(exchange, ReportForm::Pdf).await?.with("content-disposition", name))
}

async fn document(exchange: &Exchange<'_>, form: ReportForm) -> Outcome {
    let call = authorize(exchange).await?;
    let request = ReadReport { report_id: exchange.id(Code::ReportNotFound)?, form };
    let found = exchange.ports.workflows.read_report(&call, request).await.map_err(failed)?;
    let ReportDocument { media_type, sha256, body } = found;
    let tag = format!("\"{sha256}\"");
    let known = exchange.header("if-none-match").is_some_and(|tags| super::events::names(tags, &tag));
    let answer = if known { Answer::empty(304) } else { Answer::new(200, media_type, body.0) };
    Ok(answer.with("etag", tag).with("cache-control", "private, no-cache"))
}

/// The same as a service is asked for it.
pub(super) fn request(report: CreateReport) -> RequestReport {
    let CreateReport { kind: ReportKind::Account, account, from, to } = report;
    RequestReport { account, from: from.map(time::inner), until: to.map(time::inner) }
}

async fn find(exchange: &Exchange<'_>, call: &TenantCall, request: GetReport) -> Result<Report, Failure> {
    public(exchange.ports.workflows.get_report(call, request).await.map_err(failed)?)
}

fn public(report: workflows::Report) -> Result<Report, Failure> {
    let id = report.report_id;
    let status = RunStatus::named(&report.status)
        .ok_or_else(|| Failure::internal(format!("the pipeline's `{id}` is `{}`", report.status)))?;
    let link = |form: &str| format!("/v1/reports/{id}/{form}");
    Ok(Report {
        id,
        kind: ReportKind::Account,
        status,
        account: report.account,
        from: time::public(report.from),
        to: time::public(report.until),
        html: report.html.then(|| link("html")),
        pdf: report.pdf.then(|| link("pdf")),
        pdf_reason: report.pdf_reason,
        error: report.error,
        created_at: time::public(report.created_at),
        updated_at: time::public(report.updated_at),
    })
}
