//! Asking for a report, looking after it, and reading its documents.

use contracts::pipeline::workflows::{
    Fault, GetReport, ReadReport, Report, ReportDocument, ReportError, ReportForm, RequestReport, StartedRun,
    WorkflowError,
};
use contracts::{TenantCall, Timestamp};
use domain::workflow::{RunStatus, WorkflowKind};
use ids::ReportId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{AccountReportOutput, HTML, HTML_TYPE, PDF, PDF_TYPE, document_key};
use crate::ports::{StoreError, WorkflowRun};
use crate::workflows::WorkflowPorts;
use crate::workflows::start::{hand_over, record};

const DAY_MS: u64 = 24 * 3_600 * 1_000;
/// The period of a report that does not say.
const USUAL_MS: u64 = 90 * DAY_MS;
/// The longest period.
const LONGEST_MS: u64 = 732 * DAY_MS;

/// What a run is started with, as it is on record. Times that were left out follow from when the run was asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Params {
    kind: String,
    pub(super) account: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

impl Params {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("the recorded parameters cannot be read: {error}"))
    }
}

/// The period of a report that was asked for at `created_at`.
pub(super) fn period(params: &Params, created_at: Timestamp) -> Result<(Timestamp, Timestamp), String> {
    let read = |text: &String| parse(text).ok_or_else(|| format!("`{text}` is no time"));
    let until = params.to.as_ref().map(read).transpose()?.unwrap_or(created_at);
    let usual = Timestamp::from_unix_ms(until.unix_ms().saturating_sub(USUAL_MS));
    Ok((params.from.as_ref().map(read).transpose()?.unwrap_or(usual), until))
}

pub(in crate::workflows) async fn request(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: RequestReport,
) -> Result<StartedRun, WorkflowError> {
    let now = ports.clock.now();
    let params = Params {
        kind: "account".into(),
        account: request.account.trim().to_owned(),
        from: request.from.and_then(written),
        to: request.until.and_then(written),
    };
    check(&params, now)?;
    let params = serde_json::to_string(&params)
        .map_err(|error| WorkflowError::Unavailable { detail: error.to_string() })?;
    let report_id = ReportId::from_parts(now.unix_ms(), ports.random.for_id());
    let (run, started) =
        record(ports, context, WorkflowKind::AccountReport, report_id.to_string(), params).await?;
    hand_over(ports, &run).await;
    Ok(started)
}

fn check(params: &Params, now: Timestamp) -> Result<(), WorkflowError> {
    let refuse = |pointer: &str, detail: &str| {
        let fault = Fault { pointer: pointer.into(), detail: detail.into() };
        Err(WorkflowError::Invalid { faults: vec![fault] })
    };
    if params.account.is_empty() {
        return refuse("/account", "must name an account");
    }
    let Ok((from, until)) = period(params, now) else { return refuse("/from", "must be a time") };
    match until.unix_ms().checked_sub(from.unix_ms()) {
        None | Some(0) => refuse("/from", "must be earlier than `to`"),
        Some(length) if length > LONGEST_MS => refuse("/from", "must be at most 732 days before `to`"),
        Some(_) => Ok(()),
    }
}

pub(in crate::workflows) async fn get(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: GetReport,
) -> Result<Report, ReportError> {
    let run = find(ports, context, request.report_id).await?;
    let params = Params::read(&run.run.params).map_err(|detail| ReportError::Unavailable { detail })?;
    let (from, until) =
        period(&params, run.run.created_at).map_err(|detail| ReportError::Unavailable { detail })?;
    let output = output(&run);
    Ok(Report {
        report_id: request.report_id,
        status: run.status.to_string(),
        account: params.account,
        from,
        until,
        html: output.is_some(),
        pdf: output.as_ref().is_some_and(|output| output.pdf.is_some()),
        pdf_reason: output.and_then(|output| output.pdf_reason),
        error: run.error,
        created_at: run.run.created_at,
        updated_at: run.updated_at,
    })
}

pub(in crate::workflows) async fn read(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: ReadReport,
) -> Result<ReportDocument, ReportError> {
    let run = find(ports, context, request.report_id).await?;
    let Some(output) = output(&run) else {
        return Err(ReportError::NotMade { status: run.status.to_string() });
    };
    let (name, media_type, stored) = match request.form {
        ReportForm::Html => (HTML, HTML_TYPE, Some(output.html)),
        ReportForm::Pdf => (PDF, PDF_TYPE, output.pdf),
    };
    let Some(stored) = stored else {
        let reason = output.pdf_reason.unwrap_or_else(|| "it was not printed".into());
        return Err(ReportError::NoPdf { reason });
    };
    let key = document_key(context.scope.tenant, &run.run.run_id, name);
    let object = ports.archive.get(&key).await.map_err(unavailable)?;
    let object =
        object.ok_or_else(|| ReportError::Unavailable { detail: format!("the archive has no `{key}`") })?;
    Ok(ReportDocument { media_type: media_type.into(), sha256: stored.sha256, body: object.body.into() })
}

async fn find(
    ports: &WorkflowPorts,
    context: &TenantCall,
    report_id: ReportId,
) -> Result<WorkflowRun, ReportError> {
    let found = ports.runs.get(context.scope.tenant, &report_id.to_string()).await.map_err(unavailable)?;
    found.filter(|run| run.run.workflow == WorkflowKind::AccountReport).ok_or(ReportError::NotFound)
}

fn output(run: &WorkflowRun) -> Option<AccountReportOutput> {
    let output = run.output.as_ref().filter(|_| run.status == RunStatus::Completed)?;
    serde_json::from_str(output).ok()
}

/// A time of a run's parameters.
pub(in crate::workflows) fn parse(text: &str) -> Option<Timestamp> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp::from_unix_ms)
}

/// A time as a run's parameters have it.
pub(in crate::workflows) fn written(time: Timestamp) -> Option<String> {
    let nanoseconds = i128::from(time.unix_ms()) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?.format(&Rfc3339).ok()
}

fn unavailable(error: StoreError) -> ReportError {
    ReportError::Unavailable { detail: error.to_string() }
}
