//! Two builds that are about to meet: what would go wrong between this caller and that callee, and how to change the
//! contract without it.
//!
//! A [`Comparison`] says what a change breaks in general. A deploy knows more: which build of the caller will talk to
//! which build of the callee. A method that only the newer side knows is no break of the contract, and still a call that
//! fails where a new caller meets an old callee.

use serde::Serialize;

use crate::compare::{Comparison, Part, Situation};
use crate::document::{Body, Document};
use crate::words::{Age, Peers};

/// Something that would go wrong between two builds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obstruction {
    /// The method; none for the contract as a whole.
    pub member: Option<String>,
    /// The part of it.
    pub part: Part,
    /// What would happen to whom, and why.
    pub sentence: String,
    /// How to make the same change in two deploys without it.
    pub remedy: String,
}

/// What goes wrong where a caller that was built with one document meets a callee that was built with another.
///
/// `situation` says which of the two is the newer build. No callee means that it does not serve the contract.
#[must_use]
pub fn meeting(
    name: &str,
    caller: &Document,
    callee: Option<&Document>,
    situation: Situation,
    peers: Peers<'_>,
) -> Vec<Obstruction> {
    let (old, new) = match situation {
        Situation::OldCallerNewCallee => (Some(caller), callee),
        Situation::NewCallerOldCallee => (callee, Some(caller)),
    };
    let comparison = Comparison::of(name, old, new, peers);
    let mut found: Vec<Obstruction> = comparison
        .changes
        .iter()
        .flat_map(|change| {
            let breaks = change.breaks.iter().filter(move |found| found.situation == situation);
            breaks.map(|found| Obstruction {
                member: change.member.clone(),
                part: change.part,
                sentence: found.sentence.clone(),
                remedy: remedy(change.member.as_deref().unwrap_or(name), change.part, situation, peers, name),
            })
        })
        .collect();
    if situation == Situation::NewCallerOldCallee {
        found.extend(unknown_to_the_callee(name, caller, callee, peers));
    }
    found
}

/// What a new caller may use and the old callee does not have yet.
fn unknown_to_the_callee(
    name: &str,
    caller: &Document,
    callee: Option<&Document>,
    peers: Peers<'_>,
) -> Vec<Obstruction> {
    let situation = Situation::NewCallerOldCallee;
    let (who, whom) = (peers.caller(Age::New), peers.callee(Age::Old, name));
    let of = |member: Option<&str>, sentence: String| Obstruction {
        member: member.map(str::to_owned),
        part: Part::Existence,
        sentence,
        remedy: remedy(member.unwrap_or(name), Part::Existence, situation, peers, name),
    };
    let Some(callee) = callee else {
        return vec![of(
            None,
            format!("{who} that calls `{name}` would find nothing: {whom} does not serve it"),
        )];
    };
    let (Body::Service { methods: used }, Body::Service { methods: served }) = (&caller.body, &callee.body)
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (method, wanted) in used {
        match served.get(method) {
            None => found.push(of(
                Some(method),
                format!("{who} that uses `{method}` would be refused by {whom}: it does not have the method yet"),
            )),
            Some(there) if wanted.idempotent && !there.idempotent => found.push(of(
                Some(method),
                format!(
                    "{who} may send `{method}` again by itself, which {whom} does not bear: it is not idempotent \
                     there yet"
                ),
            )),
            Some(_) => {}
        }
    }
    found
}

/// The same change in two deploys.
fn remedy(member: &str, part: Part, situation: Situation, peers: Peers<'_>, name: &str) -> String {
    let callee = peers.callee.unwrap_or(name);
    let callers = match peers.callers {
        [] => "its callers".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and "),
    };
    match (situation, part) {
        (Situation::NewCallerOldCallee, _) => {
            format!("deploy `{callee}` of the same build first, then {callers}")
        }
        (_, Part::Existence) => format!(
            "keep `{member}` as it is in `{callee}` and deploy {callers} without it; take it out of `{callee}` in the \
             deploy after that"
        ),
        (_, Part::Scope | Part::Request | Part::Event) => format!(
            "let `{callee}` read both forms of `{member}` (an `Option`, a default or an alias) and deploy it; deploy \
             {callers}, which write the new form; refuse the old form in the deploy after that"
        ),
        (_, Part::Reply | Part::Error) => format!(
            "deploy {callers} with the new types first, so that they read both forms, while `{callee}` goes on writing \
             the old form of `{member}`; let it write the new form in the deploy after that"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs(methods: &str) -> Document {
        let text = format!(r#"{{"name": "Jobs", "kind": "service", "methods": {{{methods}}}}}"#);
        Document::parse(&text).expect("a document")
    }

    fn method(name: &str, request: &str, reply: &str, idempotent: bool) -> String {
        format!(
            r#""{name}": {{"idempotent": {idempotent}, "scope": true, "request": {request}, "reply": {reply}, "error": false}}"#
        )
    }

    const PLAIN: &str = r#"{"type": "object", "properties": {}}"#;
    const WITH_A_FIELD: &str =
        r#"{"type": "object", "properties": {"cron": {"type": "string"}}, "required": ["cron"]}"#;

    fn callers() -> Vec<String> {
        vec!["gateway".to_owned()]
    }

    #[test]
    fn a_new_method_is_missed_by_new_callers_of_an_old_callee_only() {
        let (old, new) = (
            jobs(&method("get", PLAIN, PLAIN, true)),
            jobs(&format!("{}, {}", method("get", PLAIN, PLAIN, true), method("skip", PLAIN, PLAIN, true))),
        );
        let callers = callers();
        let peers = Peers { callers: &callers, callee: Some("scheduler") };
        let first = meeting("Jobs", &old, Some(&new), Situation::OldCallerNewCallee, peers);
        assert_eq!(first, []);
        let missed = meeting("Jobs", &new, Some(&old), Situation::NewCallerOldCallee, peers);
        assert_eq!(missed.len(), 1);
        assert_eq!(
            missed[0].sentence,
            "a new `gateway` that uses `skip` would be refused by the old `scheduler`: it does not have the method yet"
        );
        assert_eq!(missed[0].remedy, "deploy `scheduler` of the same build first, then `gateway`");
    }

    #[test]
    fn a_required_field_hits_old_callers_and_the_remedy_names_them() {
        let (old, new) =
            (jobs(&method("create", PLAIN, PLAIN, true)), jobs(&method("create", WITH_A_FIELD, PLAIN, true)));
        let callers = callers();
        let peers = Peers { callers: &callers, callee: Some("scheduler") };
        let found = meeting("Jobs", &old, Some(&new), Situation::OldCallerNewCallee, peers);
        assert!(found[0].sentence.contains("field `cron` is new and required"), "{found:?}");
        assert!(found[0].remedy.contains("deploy `gateway`, which write the new form"), "{found:?}");
        assert_eq!(meeting("Jobs", &new, Some(&old), Situation::NewCallerOldCallee, peers), []);
    }

    #[test]
    fn a_callee_that_does_not_serve_the_contract_is_named() {
        let new = jobs(&method("create", PLAIN, PLAIN, true));
        let peers = Peers { callers: &[], callee: Some("scheduler") };
        let found = meeting("Jobs", &new, None, Situation::NewCallerOldCallee, peers);
        assert_eq!(found.len(), 1);
        assert!(found[0].sentence.contains("the old `scheduler` does not serve it"), "{found:?}");
        let found = meeting("Jobs", &new, None, Situation::OldCallerNewCallee, peers);
        assert_eq!(found.len(), 1, "the contract is gone: {found:?}");
    }
}
