//! What is said of changes of methods, promises and workflows, beyond their messages.

use mesh_contract::{Class, Comparison, Document, Peers, Situation};
use serde_json::{Value, json};

fn document(mut body: Value) -> Document {
    body["name"] = "Jobs".into();
    body["docs"] = "Jobs.".into();
    Document::parse(&body.to_string()).expect("the test's document is one")
}

fn service(methods: Value) -> Document {
    document(json!({"kind": "service", "methods": methods}))
}

fn method(idempotent: bool, request: Value) -> Value {
    json!({"idempotent": idempotent, "scope": {"type": "null"}, "request": request,
           "reply": {"type": "null"}, "error": false})
}

fn compare(old: Option<&Document>, new: Option<&Document>) -> Comparison {
    let callers = ["gateway".to_owned()];
    Comparison::of("Jobs", old, new, Peers { callers: &callers, callee: Some("scheduler") })
}

/// The class, what breaks, and the notes.
fn said(old: Option<&Document>, new: Option<&Document>) -> (Class, Vec<String>, Vec<String>) {
    let found = compare(old, new);
    let breaks = found.changes.iter().flat_map(|change| &change.breaks).map(|b| b.sentence.clone());
    let notes = found.changes.iter().flat_map(|change| change.notes.clone());
    (found.class, breaks.collect(), notes.collect())
}

#[test]
fn a_method_or_a_contract_that_comes_is_compatible_and_one_that_goes_is_breaking() {
    let one = service(json!({"get": method(false, json!({"type": "null"}))}));
    let both = service(
        json!({"get": method(false, json!({"type": "null"})), "put": method(false, json!({"type": "null"}))}),
    );
    let cases = [
        (Some(&one), Some(&one), Class::Identical, "", ""),
        (
            Some(&one),
            Some(&both),
            Class::Compatible,
            "",
            "the method is new: deploy the callee before a caller",
        ),
        (
            Some(&both),
            Some(&one),
            Class::Breaking,
            "an old `gateway` that uses `put` would be refused by the new `scheduler`: the method is gone",
            "",
        ),
        (None, Some(&one), Class::Compatible, "", "the contract is new"),
        (
            Some(&one),
            None,
            Class::Breaking,
            "an old `gateway` that calls `Jobs` would find nothing: the contract is gone",
            "",
        ),
    ];
    for (old, new, class, breaks, note) in cases {
        let (found, sentences, notes) = said(old, new);
        assert_eq!((found, sentences.join("; ").as_str()), (class, breaks));
        assert!(notes.join("; ").starts_with(note), "{notes:?}");
    }
}

#[test]
fn a_promise_to_bear_repetition_can_be_given_and_not_taken_back() {
    let of = |idempotent| service(json!({"get": method(idempotent, json!({"type": "null"}))}));
    assert_eq!(said(Some(&of(false)), Some(&of(true))).0, Class::Compatible);
    let (class, sentences, _) = said(Some(&of(true)), Some(&of(false)));
    assert_eq!(class, Class::Breaking);
    assert!(sentences[0].starts_with("an old `gateway` may send `get` again by itself"), "{sentences:?}");
}

#[test]
fn each_break_names_its_situation_and_whether_the_order_of_deployment_helps() {
    let of =
        |variants: Value| service(json!({"get": method(false, json!({"type": "string", "enum": variants}))}));
    let (few, more) = (of(json!(["a"])), of(json!(["a", "b"])));
    let added = compare(Some(&few), Some(&more));
    assert_eq!(
        (added.class, added.requests, added.replies),
        (Class::Breaking, Class::Breaking, Class::Identical)
    );
    let found = &added.changes[0].breaks[0];
    assert_eq!(found.situation, Situation::NewCallerOldCallee);
    assert_eq!(
        found.sentence,
        "a new `gateway` that calls `get` would be refused by the old `scheduler`: variant `b` is new \
         (deploying the callee first avoids it)"
    );
    let removed = compare(Some(&more), Some(&few));
    let found = &removed.changes[0].breaks[0];
    assert_eq!(found.situation, Situation::OldCallerNewCallee);
    assert!(found.sentence.ends_with("variant `b` is gone"), "{found:?}");
}

#[test]
fn a_caller_that_is_not_built_from_the_types_is_thought_of() {
    let of = |required: Value| {
        service(json!({"get": method(false, json!({
            "type": "object", "properties": {"a": {"type": "string"}},
            "required": required, "x-always-written": ["a"]}))}))
    };
    let (class, sentences, notes) = said(Some(&of(json!([]))), Some(&of(json!(["a"]))));
    assert_eq!((class, sentences.len()), (Class::Compatible, 0));
    assert!(
        notes.iter().any(|note| note.contains("not built from these types would be refused: field `a`")),
        "{notes:?}"
    );
}

#[test]
fn documentation_is_no_change_of_the_wire() {
    let plain = service(json!({"get": method(false, json!({"type": "null"}))}));
    let mut documented = plain.clone();
    documented.docs = "All about jobs.".into();
    let found = compare(Some(&plain), Some(&documented));
    assert_eq!((found.class, found.documentation), (Class::Identical, true));
    assert_eq!(plain.fingerprint(), documented.fingerprint());
}

#[test]
fn a_workflow_is_asked_like_a_service_and_is_none() {
    let of = |input: Value, events: Value| {
        document(json!({"kind": "workflow", "input": input, "output": {"type": "null"}, "error": false,
                        "events": events}))
    };
    let text = json!({"type": "string"});
    let old = of(text.clone(), json!({"approved": {"payload": text}}));
    let cases = [
        (
            of(json!({"type": "integer"}), json!({"approved": {"payload": text}})),
            "that calls `Jobs` would be refused",
        ),
        (of(text.clone(), json!({})), "the event is gone"),
        (
            of(text.clone(), json!({"approved": {"payload": {"type": "null"}}})),
            "that sends the event `approved`",
        ),
        (service(json!({"get": method(false, text.clone())})), "another kind of contract"),
    ];
    for (new, sentence) in cases {
        let (class, sentences, _) = said(Some(&old), Some(&new));
        assert_eq!(class, Class::Breaking);
        assert!(sentences.iter().any(|found| found.contains(sentence)), "{sentences:?}");
    }
    let more = of(text.clone(), json!({"approved": {"payload": text}, "declined": {"payload": text}}));
    assert_eq!(said(Some(&old), Some(&more)).0, Class::Compatible);
}

#[test]
fn a_document_is_written_the_same_however_it_was_ordered() {
    let one = service(json!({"get": method(false, json!({
        "type": "object", "properties": {"b": true, "a": true}, "required": ["b", "a"]}))}));
    let other = service(json!({"get": method(false, json!({
        "required": ["a", "b"], "properties": {"a": true, "b": true}, "type": "object"}))}));
    assert_eq!(one.to_text(), other.to_text());
    let again = Document::parse(&one.to_text()).unwrap();
    assert_eq!(again.to_text(), one.to_text());
    assert_eq!(again.fingerprint, format!("{:016x}", one.fingerprint()));
}

#[test]
fn what_no_rule_knows_is_never_called_compatible() {
    let of = |schema: Value| service(json!({"get": method(false, schema)}));
    let unknown = of(json!({"if": {"type": "string"}, "then": {"minLength": 1}}));
    let (class, sentences, _) = said(Some(&unknown), Some(&of(json!({"type": "string"}))));
    assert_eq!(class, Class::Breaking);
    assert!(sentences[0].contains("can't judge"), "{sentences:?}");
}
