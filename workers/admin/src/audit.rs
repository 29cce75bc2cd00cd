//! Who asks, and what of it goes into the audit: `/admin/api/audit`.

use app::ports::{AuditQuery, AuditTrail, Clock, StoreError};
use audit::{Act, Entry};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, TextRule, read_query};
use ids::TenantId;
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use crate::answer::Answer;
use crate::problem::{Code, Problem};

/// The most lines of one answer of an export.
pub const MOST_LINES: u32 = 1_000;

/// Somebody who asks for something, and the trail that it leaves.
pub struct Asker<'a> {
    /// Who.
    pub actor: String,
    /// With which role.
    pub role: &'static str,
    /// In which request.
    pub trace_id: String,
    /// Where acts are kept.
    pub trail: &'a dyn AuditTrail,
    /// The time.
    pub clock: &'a dyn Clock,
}

impl Asker<'_> {
    /// Whether a person asks, and no program with a service token.
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.actor.starts_with("person:")
    }

    /// An act of this one, now.
    #[must_use]
    pub fn act(&self, action: &str, tenant: Option<TenantId>, target: impl Into<String>) -> Act {
        Act {
            at_ms: self.clock.now().unix_ms(),
            actor: self.actor.clone(),
            role: self.role.to_owned(),
            tenant,
            action: action.to_owned(),
            target: Some(target.into()),
            before: None,
            after: None,
            trace_id: self.trace_id.clone(),
        }
    }

    /// Writes an act down before it happens: reading what a customer said, say.
    ///
    /// # Errors
    /// The store does not answer; then it must not happen.
    pub async fn record(&self, act: &Act) -> Result<Entry, Problem> {
        let entry = self.trail.append(act).await.map_err(unavailable)?;
        let Entry { sequence, hash, .. } = &entry;
        tracing::info!(event = "audit.recorded", action = act.action, actor = act.actor, sequence, hash);
        Ok(entry)
    }

    /// Does what another Worker has to do: the act is written before it, and after it what came of it, as
    /// `<action>.done` or `<action>.refused`; a member `before` of what is told is how it was. An act without either was cut short, and may have happened.
    ///
    /// # Errors
    /// Those of the effect; or the store does not answer, and nothing was done.
    pub async fn carry_out<T>(
        &self,
        act: Act,
        effect: impl Future<Output = Result<T, Problem>>,
        told: impl FnOnce(&T) -> Value,
    ) -> Result<T, Problem> {
        let asked = self.record(&act).await?;
        let outcome = effect.await;
        let (ending, told) = match &outcome {
            Ok(done) => ("done", told(done)),
            Err(problem) => ("refused", json!({ "code": problem.code.as_str() })),
        };
        let mut after = json!({ "asked": asked.sequence });
        let mut before = None;
        if let (Value::Object(after), Value::Object(mut told)) = (&mut after, told) {
            before = told.remove("before").map(|before| before.to_string());
            after.extend(told);
        }
        let action = format!("{}.{ending}", act.action);
        let at_ms = self.clock.now().unix_ms();
        let ended = Act { at_ms, action, before, after: Some(after.to_string()), ..act };
        if let Err(problem) = self.record(&ended).await {
            // It has happened, and that it was asked for is on record: to say now that it failed would be untrue.
            tracing::error!(event = "audit.outcome_lost", asked = asked.sequence, error = problem.cause);
        }
        outcome
    }
}

/// The query of the list.
struct Filters {
    query: AuditQuery,
    page: PageRequest<u64>,
}

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        let line = |name| query.text(name, TextRule::line(320));
        let page: PageRequest<u64> =
            query.page("audit", &["actor", "tenant", "action", "target", "trace_id", "since"]);
        let since: Option<http_api::Timestamp> = query.value("since");
        let filters = AuditQuery {
            actor: line("actor"),
            tenant: query.value("tenant"),
            action: line("action"),
            target: line("target"),
            trace_id: line("trace_id"),
            since: since.map(|since| contracts::Timestamp::from_unix_ms(since.unix_ms())),
            before: page.after,
            limit: page.limit + 1,
        };
        Some(Self { query: filters, page })
    }
}

/// The query of an export.
struct Part {
    after: u64,
    limit: u32,
}

impl FromQuery for Part {
    fn read(query: &Query) -> Option<Self> {
        let after = query.value("after").unwrap_or_default();
        let limit: u32 = query.value("limit").unwrap_or(MOST_LINES);
        if !(1..=MOST_LINES).contains(&limit) {
            query.refuse("limit", format!("must be from 1 to {MOST_LINES}"));
        }
        Some(Self { after, limit })
    }
}

/// An entry, as operators see it.
#[derive(Debug, Serialize)]
pub struct EntryView {
    /// Its place in the chain.
    pub sequence: u64,
    /// When.
    pub at: http_api::Timestamp,
    /// Who.
    pub actor: String,
    /// With which role.
    pub role: String,
    /// About whose data.
    pub tenant: Option<TenantId>,
    /// What.
    pub action: String,
    /// To what.
    pub target: Option<String>,
    /// How it was.
    pub before: Option<Box<RawValue>>,
    /// How it is, or what was asked for.
    pub after: Option<Box<RawValue>>,
    /// The trace of the request.
    pub trace_id: String,
    /// The hash of the entry before.
    pub previous: String,
    /// Its own hash.
    pub hash: String,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let Entry { sequence, act, previous, hash } = entry;
        let Act { at_ms, actor, role, tenant, action, target, before, after, trace_id } = act;
        let json = |text: Option<String>| text.and_then(|text| RawValue::from_string(text).ok());
        let (at, before, after) = (http_api::Timestamp::from_unix_ms(at_ms), json(before), json(after));
        Self { sequence, at, actor, role, tenant, action, target, before, after, trace_id, previous, hash }
    }
}

/// A page of entries, newest first.
///
/// # Errors
/// A bad query; the store does not answer.
pub(crate) async fn page(trail: &dyn AuditTrail, query: &str) -> Result<Page<EntryView>, Problem> {
    let Filters { query, page } = read_query(query).map_err(Problem::of_query)?;
    let mut entries = trail.entries(&query).await.map_err(unavailable)?;
    let more = entries.len() > page.limit as usize;
    entries.truncate(page.limit as usize);
    let next = entries.last().filter(|_| more).map(|entry| entry.sequence);
    Ok(page.answer(entries.into_iter().map(EntryView::from).collect(), next))
}

/// Part of the chain from its beginning, a JSON text a line, as `cargo xtask audit verify` reads it. The header
/// `x-next-after` is the next part's `?after=`, where there is one. Taking it is an act of its own.
///
/// # Errors
/// As [`page`].
pub(crate) async fn export(asker: &Asker<'_>, query: &str) -> Result<Answer, Problem> {
    let Part { after, limit } = read_query(query).map_err(Problem::of_query)?;
    let mut act = asker.act("audit.export", None, "audit");
    act.after = Some(json!({ "after": after, "limit": limit }).to_string());
    asker.record(&act).await?;
    let entries = asker.trail.entries_after(after, limit).await.map_err(unavailable)?;
    let mut lines = String::new();
    for entry in &entries {
        // Texts and numbers: there is nothing in them that JSON cannot say.
        lines.push_str(&serde_json::to_string(entry).unwrap_or_default());
        lines.push('\n');
    }
    let answer = Answer::json_lines(lines);
    Ok(match entries.last().filter(|_| entries.len() == limit as usize) {
        Some(last) => answer.with("x-next-after", last.sequence.to_string()),
        None => answer,
    })
}

pub(crate) fn unavailable(error: StoreError) -> Problem {
    let detail = "the control database does not answer; try again in a few seconds";
    Problem::new(Code::Unavailable, detail).caused_by(&error)
}
