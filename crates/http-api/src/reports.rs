//! Reports: asked for, looked after, read.

use ids::ReportId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::request::{FromBody, Object, TextRule};
use crate::workflows::{FromParams, RunStatus};
use crate::{Timestamp, schema};

/// The body of `POST /v1/reports`, and the parameters of the workflow `account_report`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CreateReport {
    /// Of what kind.
    pub kind: ReportKind,
    /// The account, by name or domain, as its events have it.
    #[schema(
        min_length = 1,
        max_length = 256,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "northwind.example"
    )]
    pub account: String,
    /// From when: at most 732 days before `to`, and 90 unless it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until before when; now, unless it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

/// A kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// What happened with an account.
    Account,
}

impl FromBody for CreateReport {
    fn read(object: &Object<'_>) -> Option<Self> {
        let kind = object.required_text("kind", TextRule::slug(64));
        if kind.as_ref().is_some_and(|kind| kind != "account") {
            object.refuse("kind", "must be `account`");
        }
        Self::read_rest(object)
    }
}

/// As parameters of the workflow the kind goes without saying.
impl FromParams for CreateReport {
    fn read_params(object: &Object<'_>) -> Option<Self> {
        if object.has("kind") { Self::read(object) } else { Self::read_rest(object) }
    }
}

impl CreateReport {
    fn read_rest(object: &Object<'_>) -> Option<Self> {
        let account = object.required_text("account", TextRule::line(256));
        let (from, to) = (object.optional_timestamp("from"), object.optional_timestamp("to"));
        Some(Self { kind: ReportKind::Account, account: account?, from, to })
    }
}

/// A report as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// The id, which is also its run's of `account_report`.
    #[schema(value_type = schema::ReportId)]
    pub id: ReportId,
    /// Of what kind.
    pub kind: ReportKind,
    /// Where its run is in its life.
    pub status: RunStatus,
    /// The account.
    #[schema(example = "northwind.example")]
    pub account: String,
    /// From when.
    pub from: Timestamp,
    /// Until before when.
    pub to: Timestamp,
    /// Where the page is; `null` while it is not made.
    #[schema(required, example = "/v1/reports/rep_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f/html")]
    pub html: Option<String>,
    /// Where the PDF is; `null` while it is not made, or where it cannot be.
    #[schema(required, example = "/v1/reports/rep_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f/pdf")]
    pub pdf: Option<String>,
    /// Why there is no PDF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pdf_reason: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_body;
    use crate::workflows::WithParams;

    #[test]
    fn a_report_needs_its_kind_and_an_account() {
        let refused = |body: &str| {
            let problem = read_body::<CreateReport>(body.as_bytes()).expect_err(body);
            problem.errors().iter().map(|error| error.pointer.clone()).collect::<Vec<_>>()
        };
        assert_eq!(refused("{}"), ["/kind", "/account"]);
        assert_eq!(refused(r#"{"kind":"portfolio","account":"A"}"#), ["/kind"]);
        assert_eq!(refused(r#"{"kind":"account","account":"A","from":"then"}"#), ["/from"]);
        let params = br#"{"params":{"account":"A","to":"2026-11-22T00:00:00Z"}}"#;
        let WithParams(read) = read_body::<WithParams<CreateReport>>(params).unwrap();
        assert!(read.from.is_none() && read.to.is_some());
        let other = br#"{"params":{"kind":"x","account":"A"}}"#;
        assert!(read_body::<WithParams<CreateReport>>(other).is_err());
    }
}
