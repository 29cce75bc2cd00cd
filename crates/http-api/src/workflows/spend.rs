//! Proposals to spend money.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::FromParams;
use crate::jobs::{Interval, required_interval};
use crate::request::{Object, TextRule};

/// The most lines of a proposal.
const MOST_LINES: usize = 100;
/// The most approvers, and the most escalations, that are read at all.
const MOST_NAMES: usize = 50;

/// The parameters of `spend_approval`: what people are asked to approve.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SpendProposal {
    /// What for, in a line.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "Forty seats for support"
    )]
    pub title: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    pub justification: Option<String>,
    /// How much, in decimal digits; no more after the point than the currency has.
    #[schema(min_length = 1, max_length = 20, pattern = r"^[0-9]+(\.[0-9]+)?$", example = "1250.00")]
    pub amount: String,
    /// The currency (ISO 4217).
    #[schema(pattern = "^[A-Z]{3}$", example = "EUR")]
    pub currency: String,
    /// What it is made of. Where there are lines, they add up to `amount`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    pub lines: Vec<SpendLine>,
    /// Who asks: an e-mail address. The requester may not decide.
    #[schema(min_length = 3, max_length = 254, example = "rita@acme.example")]
    pub requester: String,
    /// Who may decide: e-mail addresses, and ids of API keys.
    #[schema(min_items = 1, max_items = 50, example = json!(["bob@acme.example", "carol@acme.example"]))]
    pub approvers: Vec<String>,
    /// How many have to approve; all of `approvers`, unless it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 50)]
    pub quorum: Option<u32>,
    /// How long it may wait: 1 minute to 90 days.
    pub expires_in: Interval,
    /// Who else is asked when nobody has decided for a while, the earliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 5)]
    pub escalations: Vec<SpendEscalation>,
}

/// A line of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SpendLine {
    /// What.
    #[schema(min_length = 1, max_length = 200, example = "Seats")]
    pub description: String,
    /// How much.
    #[schema(min_length = 1, max_length = 20, pattern = r"^[0-9]+(\.[0-9]+)?$", example = "1250.00")]
    pub amount: String,
}

/// Who else is asked, and when.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SpendEscalation {
    /// How long after it was asked; before the expiry.
    pub after: Interval,
    /// Who is asked then, besides those before.
    #[schema(min_items = 1, max_items = 50, example = json!(["dan@acme.example"]))]
    pub approvers: Vec<String>,
}

impl FromParams for SpendProposal {
    fn read_params(object: &Object<'_>) -> Option<Self> {
        let amount = TextRule::line(20);
        let title = object.required_text("title", TextRule::line(200));
        let justification = object.optional_text("justification", TextRule::line(2_000));
        let total = object.required_text("amount", amount);
        let currency = object.required_text("currency", TextRule::line(3));
        let lines = object.objects("lines", MOST_LINES).unwrap_or_default();
        let lines = lines.iter().map(|line| {
            let description = line.required_text("description", TextRule::line(200));
            Some(SpendLine { amount: line.required_text("amount", amount)?, description: description? })
        });
        let lines = lines.collect::<Vec<_>>();
        let requester = object.required_text("requester", TextRule::line(254));
        let approvers = object.required_texts("approvers", TextRule::line(254), MOST_NAMES);
        let quorum = object.optional_integer("quorum", 1, MOST_NAMES as u32);
        let expires_in = required_interval(object, "expires_in");
        let escalations = object.objects("escalations", MOST_NAMES).unwrap_or_default();
        let escalations = escalations.iter().map(|escalation| {
            let approvers = escalation.required_texts("approvers", TextRule::line(254), MOST_NAMES);
            Some(SpendEscalation { after: required_interval(escalation, "after")?, approvers: approvers? })
        });
        let escalations = escalations.collect::<Vec<_>>();
        Some(Self {
            title: title?,
            justification,
            amount: total?,
            currency: currency?,
            lines: lines.into_iter().collect::<Option<_>>()?,
            requester: requester?,
            approvers: approvers?,
            quorum,
            expires_in: expires_in?,
            escalations: escalations.into_iter().collect::<Option<_>>()?,
        })
    }
}

/// What people are shown and asked: canonical JSON (RFC 8785), so that its SHA-256 is `content_hash`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpendContent {
    /// How much, with all digits of the currency's minor unit.
    #[schema(example = "1250.00")]
    pub amount: String,
    /// Which approval.
    #[schema(example = "apr_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f")]
    pub approval_id: String,
    /// Who may decide from the start.
    pub approvers: Vec<String>,
    /// The currency.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Who else is asked, and when.
    pub escalations: Vec<Escalation>,
    /// How long it may wait, in seconds.
    pub expires_after_seconds: u32,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub justification: Option<String>,
    /// What it is made of.
    pub lines: Vec<SpendLine>,
    /// How many have to approve.
    pub quorum: u32,
    /// Who asks.
    pub requester: String,
    /// Counts its versions, from 1.
    pub revision: u32,
    /// What for.
    pub title: String,
}

/// Who else is asked, and after how many seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SpendContentEscalation)]
pub struct Escalation {
    /// After how many seconds.
    pub after_seconds: u32,
    /// Who.
    pub approvers: Vec<String>,
}

/// The payload of `withdraw`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withdrawal {
    /// Why.
    pub reason: Option<String>,
}

impl FromParams for Withdrawal {
    fn read_params(object: &Object<'_>) -> Option<Self> {
        Some(Self { reason: object.optional_text("reason", TextRule::line(500)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_body;
    use crate::workflows::WithParams;

    fn pointers(params: &str) -> Vec<String> {
        let body = format!(r#"{{"params":{params}}}"#);
        let problem = read_body::<WithParams<SpendProposal>>(body.as_bytes()).expect_err(params);
        problem.errors().iter().map(|error| error.pointer.clone()).collect()
    }

    #[test]
    fn a_proposal_is_read_and_each_fault_pointed_at() {
        let good = r#"{"params":{"title":"Seats","amount":"5","currency":"EUR","requester":"r@a.example",
            "approvers":["b@a.example"],"expires_in":"2d","lines":[{"description":"Seats","amount":"5.00"}],
            "escalations":[{"after":"1h","approvers":["c@a.example"]}]}}"#;
        let WithParams(read) = read_body::<WithParams<SpendProposal>>(good.as_bytes()).unwrap();
        assert_eq!((read.expires_in.seconds(), read.escalations[0].after.seconds()), (172_800, 3_600));
        assert_eq!(
            pointers("{}"),
            [
                "/params/title",
                "/params/amount",
                "/params/currency",
                "/params/requester",
                "/params/approvers",
                "/params/expires_in"
            ]
        );
        let bad = r#"{"title":"","amount":5,"currency":"EUR","requester":"r","approvers":["a",7],"expires_in":"soon",
            "lines":[{"amount":"1"},4],"escalations":{}}"#;
        assert_eq!(
            pointers(bad),
            [
                "/params/title",
                "/params/amount",
                "/params/lines/1",
                "/params/lines/0/description",
                "/params/approvers/1",
                "/params/expires_in",
                "/params/escalations"
            ]
        );
        assert_eq!(pointers("7"), ["/params"]);
    }
}
