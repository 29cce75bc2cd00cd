//! An act, and its place in the chain.

use ids::TenantId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the first entry follows.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What the canonical form begins with. Another form gets another name.
const FORM: &str = "weft.audit.1";

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// When, as a Unix time in milliseconds.
    pub at_ms: u64,
    /// Who: `person:` or `service:` and a name.
    pub actor: String,
    /// The actor's role at that time.
    pub role: String,
    /// Whose data it was about, if one tenant's.
    pub tenant: Option<TenantId>,
    /// What was done, such as `key.revoke`.
    pub action: String,
    /// What it was done to: an id, mostly.
    pub target: Option<String>,
    /// How the target was before, as JSON.
    pub before: Option<String>,
    /// How it is after, or what was asked for, as JSON.
    pub after: Option<String>,
    /// The trace of the request.
    pub trace_id: String,
}

/// An act with its place in the chain. As JSON, it is a line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1, without a gap.
    pub sequence: u64,
    /// What was done.
    #[serde(flatten)]
    pub act: Act,
    /// The hash of the entry before; [`GENESIS`] for the first.
    pub previous: String,
    /// SHA-256 over the canonical form, in hexadecimal.
    pub hash: String,
}

/// The end of a chain: what the next entry follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The last entry's sequence; 0 where there is none.
    pub sequence: u64,
    /// Its hash.
    pub hash: String,
    /// Its time.
    pub at_ms: u64,
}

impl Default for Head {
    /// Of a chain without entries.
    fn default() -> Self {
        Self { sequence: 0, hash: GENESIS.to_owned(), at_ms: 0 }
    }
}

impl Head {
    /// The entry that `act` is after this head. Its time is not before the head's, whatever the clock says, so that the
    /// order of times is that of sequences.
    #[must_use]
    pub fn follow(&self, act: &Act) -> Entry {
        let act = Act { at_ms: act.at_ms.max(self.at_ms), ..act.clone() };
        let entry =
            Entry { sequence: self.sequence + 1, act, previous: self.hash.clone(), hash: String::new() };
        Entry { hash: entry.computed_hash(), ..entry }
    }
}

impl From<&Entry> for Head {
    fn from(entry: &Entry) -> Self {
        Self { sequence: entry.sequence, hash: entry.hash.clone(), at_ms: entry.act.at_ms }
    }
}

impl Entry {
    /// What the hash is over: a JSON array of everything but the hash in a fixed order, without white space, as
    /// `JSON.stringify` writes it too. Texts are quoted and escaped, so that no two entries share a form.
    #[must_use]
    pub fn canonical_form(&self) -> String {
        let Act { at_ms, actor, role, tenant, action, target, before, after, trace_id } = &self.act;
        let (place, who, what) = (
            (FORM, self.sequence, &self.previous, at_ms),
            (actor, role, tenant, trace_id),
            (action, target, before, after),
        );
        // Texts and numbers: there is nothing in them that JSON cannot say. An empty form would match no hash.
        serde_json::to_string(&(place, who, what)).unwrap_or_default()
    }

    /// What [`Entry::hash`] ought to be.
    #[must_use]
    pub fn computed_hash(&self) -> String {
        hex::encode(Sha256::digest(self.canonical_form()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_is_what_it_was() {
        let act = Act {
            at_ms: 1_795_330_800_250,
            actor: "person:ada@example.com".into(),
            role: "owner".into(),
            tenant: Some(TenantId::from_parts(1, [2; 10])),
            action: "tenant.change".into(),
            target: None,
            before: Some("{\"name\":\"A \\\"B\\\"\"}".into()),
            after: Some("{\"name\":\"Ä\u{1}\"}".into()),
            trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
        };
        let entry = Head::default().follow(&act);
        let tenant = act.tenant.unwrap();
        assert_eq!(
            entry.canonical_form(),
            format!(
                "[[\"weft.audit.1\",1,\"{GENESIS}\",1795330800250],[\"person:ada@example.com\",\"owner\",\"{tenant}\",\
                 \"4bf92f3577b34da6a3ce929d0e0e4736\"],[\"tenant.change\",null,\"{{\\\"name\\\":\\\"A \\\\\\\"B\\\\\\\"\\\"}}\",\
                 \"{{\\\"name\\\":\\\"Ä\\u0001\\\"}}\"]]"
            )
        );
        let line = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&line).unwrap(), entry);
    }

    #[test]
    fn times_never_go_back() {
        let act = Act {
            at_ms: 5,
            actor: "service:ci".into(),
            role: "viewer".into(),
            tenant: None,
            action: "audit.export".into(),
            target: None,
            before: None,
            after: None,
            trace_id: String::new(),
        };
        let head = Head { at_ms: 9, ..Head::default() };
        assert_eq!(head.follow(&act).act.at_ms, 9);
        assert_eq!(Head::default().follow(&act).act.at_ms, 5);
    }
}
