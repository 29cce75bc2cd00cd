//! What a proposal must have.

use std::collections::BTreeSet;

use ids::KeyId;

use super::{Money, NotMoney};
use crate::Fault;

/// The most lines of a proposal.
const MOST_LINES: usize = 100;
/// The most approvers of a proposal, those of its escalations included.
const MOST_APPROVERS: usize = 50;
/// The most escalations.
const MOST_ESCALATIONS: usize = 5;
/// The longest life of a proposal, in seconds: 90 days.
const LONGEST_S: u32 = 90 * 24 * 3600;

/// A proposal as somebody wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What for, in a line.
    pub title: String,
    /// Why.
    pub justification: Option<String>,
    /// How much, such as `1250.00`.
    pub amount: String,
    /// In which currency.
    pub currency: String,
    /// What it is made of; may be empty.
    pub lines: Vec<DraftLine>,
    /// Who asks: an e-mail address.
    pub requester: String,
    /// Who may decide: e-mail addresses and ids of API keys.
    pub approvers: Vec<String>,
    /// How many have to approve; all of the approvers unless it says.
    pub quorum: Option<u32>,
    /// How long it may wait, in seconds.
    pub expires_after_s: u32,
    /// Who else is asked, and when.
    pub escalations: Vec<DraftEscalation>,
}

/// A line of a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftLine {
    /// What.
    pub description: String,
    /// How much.
    pub amount: String,
}

/// An escalation of a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftEscalation {
    /// After how many seconds from when it was asked.
    pub after_s: u32,
    /// Who is asked then.
    pub approvers: Vec<String>,
}

/// A proposal that keeps the rules. Approvers are in lower case, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What for.
    pub title: String,
    /// Why.
    pub justification: Option<String>,
    /// How much.
    pub amount: Money,
    /// What it is made of; its amounts add up to `amount` where there are any.
    pub lines: Vec<Line>,
    /// Who asks.
    pub requester: String,
    /// Who may decide from the start.
    pub approvers: Vec<String>,
    /// How many have to approve.
    pub quorum: u32,
    /// How long it may wait, in seconds.
    pub expires_after_s: u32,
    /// Who else is asked, the earliest first.
    pub escalations: Vec<Escalation>,
}

/// A line of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub description: String,
    /// How much.
    pub amount: Money,
}

/// Who else is asked when nobody has decided for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// After how many seconds from when it was asked.
    pub after_s: u32,
    /// Who is asked then, besides those before.
    pub approvers: Vec<String>,
}

impl Proposal {
    /// Checks a draft. `proposer` is the API key that it came with: whoever asks does not decide.
    ///
    /// # Errors
    /// Every [`Fault`] there is, in the order of the fields.
    pub fn check(draft: Draft, proposer: Option<&str>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let amount = money(&draft.amount, &draft.currency, "/amount", &mut faults);
        let lines = lines(draft.lines, &draft.currency, amount.as_ref(), &mut faults);
        let requester = draft.requester.trim().to_lowercase();
        if !is_email(&requester) {
            faults.push(Fault::new("/requester", "must be an e-mail address"));
        }
        let mut people = People { proposer, requester: &requester, seen: BTreeSet::new() };
        if draft.approvers.is_empty() {
            faults.push(Fault::new("/approvers", "must name at least one"));
        }
        let approvers = people.read(draft.approvers, "/approvers", &mut faults);
        let most = u32::try_from(approvers.len()).unwrap_or(u32::MAX);
        let quorum = draft.quorum.unwrap_or(most);
        if !approvers.is_empty() && !(1..=most).contains(&quorum) {
            faults.push(Fault::new("/quorum", format!("must be from 1 to the number of approvers, {most}")));
        }
        if !(60..=LONGEST_S).contains(&draft.expires_after_s) {
            faults.push(Fault::new("/expires_in", "must be from 1 minute to 90 days"));
        }
        let escalations = escalations(draft.escalations, draft.expires_after_s, &mut people, &mut faults);
        if people.seen.len() > MOST_APPROVERS {
            let detail = format!("must be at most {MOST_APPROVERS} with those of the escalations");
            faults.push(Fault::new("/approvers", detail));
        }
        let (title, justification, expires_after_s) =
            (draft.title, draft.justification, draft.expires_after_s);
        match amount {
            Some(amount) if faults.is_empty() => Ok(Self {
                title,
                justification,
                amount,
                lines,
                requester,
                approvers,
                quorum,
                expires_after_s,
                escalations,
            }),
            _ => Err(faults),
        }
    }

    /// Who may decide once so many escalations have happened.
    pub fn asked(&self, level: u32) -> impl Iterator<Item = &str> {
        let later = self.escalations.iter().take(level as usize).flat_map(|more| &more.approvers);
        self.approvers.iter().chain(later).map(String::as_str)
    }
}

fn money(amount: &str, currency: &str, pointer: &str, faults: &mut Vec<Fault>) -> Option<Money> {
    let fault = match Money::parse(amount, currency) {
        Ok(money) => return Some(money),
        Err(error @ NotMoney::Currency) => Fault::new("/currency", error.to_string()),
        Err(error) => Fault::new(pointer, error.to_string()),
    };
    if !faults.contains(&fault) {
        faults.push(fault);
    }
    None
}

fn lines(
    drafts: Vec<DraftLine>,
    currency: &str,
    amount: Option<&Money>,
    faults: &mut Vec<Fault>,
) -> Vec<Line> {
    if drafts.len() > MOST_LINES {
        faults.push(Fault::new("/lines", format!("must be at most {MOST_LINES}")));
        return Vec::new();
    }
    let count = drafts.len();
    let mut read = Vec::new();
    for (at, line) in drafts.into_iter().enumerate() {
        if let Some(amount) = money(&line.amount, currency, &format!("/lines/{at}/amount"), faults) {
            read.push(Line { description: line.description, amount });
        }
    }
    let sum: u128 = read.iter().map(|line| u128::from(line.amount.minor())).sum();
    let differs = amount.is_some_and(|amount| u128::from(amount.minor()) != sum);
    if count > 0 && read.len() == count && differs {
        faults.push(Fault::new("/lines", "must add up to `amount`"));
    }
    read
}

/// Reads names, and holds against doubles.
struct People<'a> {
    proposer: Option<&'a str>,
    requester: &'a str,
    seen: BTreeSet<String>,
}

impl People<'_> {
    fn read(&mut self, names: Vec<String>, pointer: &str, faults: &mut Vec<Fault>) -> Vec<String> {
        let mut read = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            let name = name.trim().to_lowercase();
            let wrong = if !is_email(&name) && name.parse::<KeyId>().is_err() {
                Some("must be an e-mail address or the id of an API key (`key_…`)")
            } else if name == self.requester {
                Some("must not be the requester")
            } else if self.proposer == Some(name.as_str()) {
                Some("must not be the key that proposes")
            } else if !self.seen.insert(name.clone()) {
                Some("is named twice")
            } else {
                None
            };
            match wrong {
                Some(detail) => faults.push(Fault::new(format!("{pointer}/{at}"), detail)),
                None => read.push(name),
            }
        }
        read
    }
}

fn escalations(
    drafts: Vec<DraftEscalation>,
    expires_after_s: u32,
    people: &mut People<'_>,
    faults: &mut Vec<Fault>,
) -> Vec<Escalation> {
    if drafts.len() > MOST_ESCALATIONS {
        faults.push(Fault::new("/escalations", format!("must be at most {MOST_ESCALATIONS}")));
        return Vec::new();
    }
    let mut earliest = 1;
    let mut read = Vec::new();
    for (at, draft) in drafts.into_iter().enumerate() {
        if draft.after_s < earliest || draft.after_s >= expires_after_s {
            let detail = "must be later than the escalation before and earlier than the expiry";
            faults.push(Fault::new(format!("/escalations/{at}/after"), detail));
        }
        earliest = draft.after_s.saturating_add(1);
        let pointer = format!("/escalations/{at}/approvers");
        if draft.approvers.is_empty() {
            faults.push(Fault::new(&pointer, "must name at least one"));
        }
        let approvers = people.read(draft.approvers, &pointer, faults);
        read.push(Escalation { after_s: draft.after_s, approvers });
    }
    read
}

/// As strict as it has to be to catch a slip: something, an `@`, and a domain with a dot, without spaces.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let labels = domain.split('.').all(|label| !label.is_empty());
    plain && text.len() <= 254 && !local.is_empty() && !local.contains('@') && domain.contains('.') && labels
}

#[cfg(test)]
mod tests;
