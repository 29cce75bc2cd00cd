//! Between the messages, the rules' types and what is on record.

use contracts::Timestamp;
use contracts::pipeline::workflows::{Fault, SpendEscalation, SpendLine, SpendProposal};
use domain::approval::{Draft, DraftEscalation, DraftLine, Proposal, canonical};
use ids::ApprovalId;
use serde::{Deserialize, Serialize};

use crate::pipeline::sha256_hex;
use crate::ports::AskedContent;
use crate::workflows::after;

/// A proposal as it was sent, for the rules to check.
pub(super) fn draft(proposal: SpendProposal) -> Draft {
    let SpendProposal {
        title,
        justification,
        amount,
        currency,
        lines,
        requester,
        approvers,
        quorum,
        expires_after_s,
        escalations,
    } = proposal;
    let line = |SpendLine { description, amount }| DraftLine { description, amount };
    let escalation = |SpendEscalation { after_s, approvers }| DraftEscalation { after_s, approvers };
    Draft {
        title,
        justification,
        amount,
        currency,
        lines: lines.into_iter().map(line).collect(),
        requester,
        approvers,
        quorum,
        expires_after_s,
        escalations: escalations.into_iter().map(escalation).collect(),
    }
}

/// The rules' faults for a client.
pub(super) fn faults(faults: Vec<domain::Fault>) -> Vec<Fault> {
    faults.into_iter().map(|domain::Fault { pointer, detail }| Fault { pointer, detail }).collect()
}

/// A revision that is asked from `asked_at` on.
pub(super) fn asked(
    approval_id: ApprovalId,
    revision: u32,
    proposal: &Proposal,
    asked_at: Timestamp,
) -> AskedContent {
    let content = canonical(Some((&approval_id.to_string(), revision)), proposal);
    AskedContent {
        content_hash: sha256_hex(content.as_bytes()),
        content,
        revision,
        asked: proposal.asked(0).map(str::to_owned).collect(),
        asked_at,
        expires_at: after(asked_at, u64::from(proposal.expires_after_s) * 1000),
    }
}

/// What canonical JSON says, to read a proposal from the record.
#[derive(Serialize, Deserialize)]
struct Recorded {
    title: String,
    #[serde(default)]
    justification: Option<String>,
    amount: String,
    currency: String,
    lines: Vec<RecordedLine>,
    requester: String,
    approvers: Vec<String>,
    quorum: u32,
    expires_after_seconds: u32,
    escalations: Vec<RecordedEscalation>,
}

#[derive(Serialize, Deserialize)]
struct RecordedLine {
    description: String,
    amount: String,
}

#[derive(Serialize, Deserialize)]
struct RecordedEscalation {
    after_seconds: u32,
    approvers: Vec<String>,
}

/// The proposal behind canonical JSON.
pub(super) fn proposal(content: &str) -> Result<Proposal, String> {
    let recorded: Recorded = serde_json::from_str(content).map_err(|error| error.to_string())?;
    let line = |RecordedLine { description, amount }| DraftLine { description, amount };
    let escalation = |RecordedEscalation { after_seconds, approvers }| DraftEscalation {
        after_s: after_seconds,
        approvers,
    };
    let draft = Draft {
        title: recorded.title,
        justification: recorded.justification,
        amount: recorded.amount,
        currency: recorded.currency,
        lines: recorded.lines.into_iter().map(line).collect(),
        requester: recorded.requester,
        approvers: recorded.approvers,
        quorum: Some(recorded.quorum),
        expires_after_s: recorded.expires_after_seconds,
        escalations: recorded.escalations.into_iter().map(escalation).collect(),
    };
    Proposal::check(draft, None).map_err(|faults| {
        let first = faults.first().map(|fault| format!("`{}` {}", fault.pointer, fault.detail));
        format!("the recorded proposal breaks today's rules: {}", first.unwrap_or_default())
    })
}
