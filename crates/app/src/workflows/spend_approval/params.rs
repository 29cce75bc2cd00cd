//! Proposals as JSON, in the form of the public surface: what a tenant's rule starts a run with.

use contracts::pipeline::workflows::{SpendEscalation, SpendLine, SpendProposal};
use domain::Fault;
use domain::approval::Proposal;
use serde::Deserialize;
use serde_json::Value;

use super::content;

/// The longest title and justification, and the most lines, as on the public surface.
const MAX_TITLE: usize = 200;
const MAX_JUSTIFICATION: usize = 2_000;
const MAX_LINES: usize = 100;
/// The units of a length of time, the longest first: letter and seconds.
const UNITS: [(char, u32); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    title: String,
    justification: Option<String>,
    amount: String,
    currency: String,
    #[serde(default)]
    lines: Vec<Line>,
    requester: String,
    approvers: Vec<String>,
    quorum: Option<u32>,
    expires_in: Length,
    #[serde(default)]
    escalations: Vec<Escalation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    description: String,
    amount: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Escalation {
    after: Length,
    approvers: Vec<String>,
}

/// `1h30m`, or seconds.
#[derive(Deserialize)]
#[serde(untagged)]
enum Length {
    Seconds(u32),
    Text(String),
}

impl Length {
    fn seconds(&self) -> Option<u32> {
        let Self::Text(text) = self else {
            let Self::Seconds(seconds) = self else { return None };
            return Some(*seconds);
        };
        let (mut total, mut rest, mut units) = (0_u32, text.as_str(), UNITS.into_iter());
        while !rest.is_empty() {
            let digits =
                rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| (1..=9).contains(digits))?;
            let (number, tail) = rest.split_at(digits);
            let letter = tail.chars().next()?;
            // `units` only moves on, so each comes once and in this order.
            let (_, size) = units.find(|(name, _)| *name == letter)?;
            total = total.checked_add(number.parse::<u32>().ok()?.checked_mul(size)?)?;
            rest = &tail[letter.len_utf8()..];
        }
        Some(total).filter(|total| *total > 0)
    }
}

/// Reads parameters.
pub(in crate::workflows) fn read_params(params: &Value) -> Result<SpendProposal, Vec<Fault>> {
    let params: Params =
        Params::deserialize(params).map_err(|error| vec![Fault::new("", error.to_string())])?;
    let mut faults = Vec::new();
    let mut length = |text: &str, pointer: &str, least: usize, most: usize| {
        let count = text.chars().count();
        if !(least..=most).contains(&count) || text.chars().any(char::is_control) {
            let detail = format!("must be {least} to {most} characters long, without control characters");
            faults.push(Fault::new(pointer, detail));
        }
    };
    length(&params.title, "/title", 1, MAX_TITLE);
    length(params.justification.as_deref().unwrap_or_default(), "/justification", 0, MAX_JUSTIFICATION);
    if params.lines.len() > MAX_LINES {
        faults.push(Fault::new("/lines", format!("must have at most {MAX_LINES} items")));
    }
    let mut seconds = |length: &Length, pointer: String| {
        length.seconds().unwrap_or_else(|| {
            faults.push(Fault::new(pointer, "must be a length of time such as `2d` or `1h30m`"));
            0
        })
    };
    let expires_after_s = seconds(&params.expires_in, "/expires_in".into());
    let escalations = params.escalations.iter().enumerate().map(|(place, escalation)| SpendEscalation {
        after_s: seconds(&escalation.after, format!("/escalations/{place}/after")),
        approvers: escalation.approvers.clone(),
    });
    let escalations = escalations.collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let line = |Line { description, amount }| SpendLine { description, amount };
    Ok(SpendProposal {
        title: params.title,
        justification: params.justification,
        amount: params.amount,
        currency: params.currency,
        lines: params.lines.into_iter().map(line).collect(),
        requester: params.requester,
        approvers: params.approvers,
        quorum: params.quorum,
        expires_after_s,
        escalations,
    })
}

/// What a start with these parameters would be refused for.
pub(in crate::workflows) fn judge_params(params: &Value) -> Vec<Fault> {
    match read_params(params) {
        Ok(proposal) => Proposal::check(content::draft(proposal), Some(crate::workflows::startable::RULES))
            .err()
            .unwrap_or_default(),
        Err(faults) => faults,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn params() -> Value {
        json!({
            "title": "Seats", "amount": "5.00", "currency": "EUR", "requester": "r@a.example",
            "approvers": ["b@a.example"], "expires_in": "1d2h",
        })
    }

    #[test]
    fn lengths_of_time_read_as_on_the_public_surface() {
        for (given, seconds) in [
            (json!("2d"), Some(172_800)),
            (json!("1h30m"), Some(5_400)),
            (json!(90), Some(90)),
            (json!("90"), None),
            (json!(""), None),
            (json!("1m1h"), None),
            (json!("9999999999d"), None),
            (json!("soon"), None),
        ] {
            let length: Length = serde_json::from_value(given.clone()).unwrap();
            assert_eq!(length.seconds(), seconds, "{given}");
        }
    }

    #[test]
    fn good_parameters_are_taken_and_each_fault_has_its_place() {
        assert_eq!(judge_params(&params()), []);
        for (name, value, pointer) in [
            ("title", json!(""), "/title"),
            ("amount", json!("5.001"), "/amount"),
            ("requester", json!("nobody"), "/requester"),
            ("expires_in", json!("91d"), "/expires_in"),
            ("expires_in", json!("soon"), "/expires_in"),
            ("surprise", json!(1), ""),
        ] {
            let mut bad = params();
            bad[name] = value.clone();
            let faults = judge_params(&bad);
            assert_eq!(faults.first().map(|fault| fault.pointer.as_str()), Some(pointer), "{name}: {value}");
        }
    }
}
