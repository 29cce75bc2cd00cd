//! What a shape reads from a payload, and how it becomes a document.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Document, MAX_TURNS, NormalizeError, Side, Turn, account, field, roster::Roster, when};

/// One utterance as a shape found it. Texts are borrowed from the payload wherever it has them whole.
#[derive(Clone, Debug)]
pub(crate) struct Utterance<'v> {
    pub(crate) speaker: Option<Cow<'v, str>>,
    /// What the roster knows the speaker by, where that is not the name.
    pub(crate) id: Option<&'v str>,
    pub(crate) email: Option<&'v str>,
    /// The side, where the utterance itself tells.
    pub(crate) side: Side,
    pub(crate) start_ms: Option<u64>,
    pub(crate) end_ms: Option<u64>,
    pub(crate) text: Cow<'v, str>,
}

impl<'v> Utterance<'v> {
    /// An utterance of which only the text is known.
    pub(crate) fn new(text: impl Into<Cow<'v, str>>) -> Self {
        Self {
            speaker: None,
            id: None,
            email: None,
            side: Side::Unknown,
            start_ms: None,
            end_ms: None,
            text: text.into(),
        }
    }
}

/// A conversation as a shape found it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft<'v> {
    pub(crate) title: Option<&'v str>,
    pub(crate) occurred_at: Option<String>,
    pub(crate) language: Option<&'v str>,
    pub(crate) account: Option<String>,
    pub(crate) account_domain: Option<String>,
    pub(crate) roster: Roster,
    pub(crate) utterances: Vec<Utterance<'v>>,
}

impl<'v> Draft<'v> {
    /// Fills what the shape left open from fields that mean the same nearly everywhere.
    pub(crate) fn fill(&mut self, value: &'v Value) {
        const TITLES: [&str; 6] = ["title", "topic", "meeting_title", "subject", "call_title", "name"];
        const MOMENTS: [&str; 10] = [
            "started_at",
            "start_time",
            "recording_start_time",
            "started",
            "occurred_at",
            "scheduled_start_time",
            "created_at",
            "date",
            "timestamp",
            "event_timestamp",
        ];
        const LANGUAGES: [&str; 4] = ["language", "transcript_language", "language_code", "locale"];
        self.title = self.title.or_else(|| field::text(value, &TITLES));
        self.language = self.language.or_else(|| field::text(value, &LANGUAGES));
        if self.occurred_at.is_none() {
            self.occurred_at = MOMENTS.iter().find_map(|key| when::moment(value.get(key)?));
        }
        let (name, domain) = account::stated(value);
        self.account = self.account.take().or(name);
        self.account_domain = self.account_domain.take().or(domain);
    }

    /// Adds everybody in a list of participants, whatever they are called there.
    pub(crate) fn add_people(&mut self, people: &[Value]) {
        for person in people {
            let name = field::name(person);
            let email = field::email(person).or_else(|| person.as_str().filter(|text| text.contains('@')));
            let id = field::text(person, &["speakerId", "id", "user_id", "speaker_id"]);
            self.roster.add(id, name.as_deref(), email, side_of(person));
        }
    }

    /// Joins the utterances to a source text.
    pub(crate) fn finish(self) -> Result<Document, NormalizeError> {
        let spoken = |utterance: &&Utterance<'_>| {
            utterance.text.chars().any(|c| !c.is_whitespace() && !c.is_control())
        };
        let found = self.utterances.iter().filter(spoken).count();
        match found {
            0 => return Err(NormalizeError::EmptyTranscript),
            1..=MAX_TURNS => {}
            _ => return Err(NormalizeError::TooManyTurns { found }),
        }
        let account_domain = self.account_domain.or_else(|| self.roster.external_domain());
        let mut text = String::with_capacity(self.utterances.iter().map(|said| said.text.len() + 1).sum());
        let mut turns = Vec::with_capacity(found);
        for said in self.utterances.iter().filter(spoken) {
            if !turns.is_empty() {
                text.push('\n');
            }
            let start = text.len();
            let mut lines = said.text.split(['\n', '\r']);
            text.push_str(lines.next().unwrap_or_default());
            for line in lines {
                text.push(' ');
                text.push_str(line);
            }
            let speaker = said.speaker.as_deref().map(str::trim).filter(|name| !name.is_empty());
            let key = said.id.or(speaker).unwrap_or_default();
            let side = match said.side {
                Side::Unknown => self.roster.side(key, said.email, account_domain.as_deref()),
                told => told,
            };
            let speaker = speaker.unwrap_or("Unknown speaker").to_owned();
            turns.push(Turn {
                speaker,
                side,
                start_ms: said.start_ms,
                end_ms: said.end_ms,
                start,
                end: text.len(),
            });
        }
        let title =
            self.title.map(str::trim).filter(|title| !title.is_empty()).unwrap_or("Untitled conversation");
        Ok(Document {
            title: title.to_owned(),
            account: self.account.or_else(|| account_domain.clone()),
            account_domain,
            occurred_at: self.occurred_at,
            language: self.language.map(str::to_owned),
            turns,
            text,
        })
    }
}

/// Which side a participant's own fields put them on.
pub(crate) fn side_of(person: &Value) -> Side {
    if let Some(external) =
        person.get("is_external").or_else(|| person.get("external")).and_then(Value::as_bool)
    {
        return if external { Side::External } else { Side::Internal };
    }
    if let Some(internal) = person.get("is_internal").and_then(Value::as_bool) {
        return if internal { Side::Internal } else { Side::External };
    }
    ["side", "affiliation", "role", "type", "participant_type", "user_type"]
        .iter()
        .filter_map(|key| person.get(key)?.as_str())
        .map(side_named)
        .find(|side| *side != Side::Unknown)
        .unwrap_or_default()
}

/// Which side a role's name means.
pub(crate) fn side_named(role: &str) -> Side {
    match role.trim().to_ascii_lowercase().replace(['-', ' '], "_").as_str() {
        "internal" | "rep" | "sales" | "seller" | "agent" | "support" | "admin" | "assistant"
        | "operator" | "teammate" | "bot" | "staff" | "employee" | "csm" | "ae" | "support_agent"
        | "sales_rep" | "representative" => Side::Internal,
        "external" | "customer" | "user" | "prospect" | "buyer" | "client" | "end_user" | "contact"
        | "lead" | "visitor" | "caller" | "requester" | "guest" | "human" => Side::External,
        _ => Side::Unknown,
    }
}
