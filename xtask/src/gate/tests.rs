//! The gate over a small mesh: `admin -> gateway -> scheduler`.

use super::*;

fn document(name: &str, methods: &str) -> Document {
    let text = format!(r#"{{"name": "{name}", "kind": "service", "methods": {{{methods}}}}}"#);
    Document::parse(&text).unwrap()
}

fn method(name: &str, request: &str) -> String {
    format!(
        r#""{name}": {{"idempotent": true, "scope": true, "request": {request}, "reply": {{"type": "null"}}, "error": false}}"#
    )
}

const PLAIN: &str = r#"{"type": "object", "properties": {}}"#;
const REQUIRED: &str =
    r#"{"type": "object", "properties": {"cron": {"type": "string"}}, "required": ["cron"]}"#;

fn serves(document: &Document) -> Spoken {
    Spoken {
        serves: BTreeSet::from([document.name.clone()]),
        documents: BTreeMap::from([(document.name.clone(), document.clone())]),
        ..Spoken::default()
    }
}

fn calls(document: &Document) -> Spoken {
    Spoken {
        calls: BTreeSet::from([("scheduler".to_owned(), document.name.clone())]),
        documents: BTreeMap::from([(document.name.clone(), document.clone())]),
        ..Spoken::default()
    }
}

fn has_object(document: &Document) -> Spoken {
    Spoken {
        objects: BTreeSet::from([document.name.clone()]),
        documents: BTreeMap::from([(document.name.clone(), document.clone())]),
        ..Spoken::default()
    }
}

fn standing(live: &[&Spoken], candidate: Option<&Spoken>) -> Standing {
    let live = live.iter().enumerate().map(|(index, spoken)| (format!("v{index}"), (*spoken).clone()));
    Standing { live: live.collect(), candidate: candidate.cloned() }
}

fn mesh(gateway: Standing, scheduler: Standing) -> BTreeMap<String, Standing> {
    BTreeMap::from([("gateway".to_owned(), gateway), ("scheduler".to_owned(), scheduler)])
}

#[test]
fn a_first_deployment_meets_nobody() {
    let jobs = document("Jobs", &method("create_job", PLAIN));
    let found = judge(&mesh(standing(&[], Some(&calls(&jobs))), standing(&[], Some(&serves(&jobs)))), false);
    assert_eq!(found, []);
}

#[test]
fn a_required_field_is_refused_while_a_live_caller_does_not_send_it() {
    let (old, new) =
        (document("Jobs", &method("create_job", PLAIN)), document("Jobs", &method("create_job", REQUIRED)));
    let workers =
        mesh(standing(&[&calls(&old)], Some(&calls(&new))), standing(&[&serves(&old)], Some(&serves(&new))));
    let found = judge(&workers, false);
    assert_eq!(found[0].weight, Weight::Refused);
    let text = finding_text(&found[0]);
    assert!(text.contains("`Jobs.create_job` (request), gateway -> scheduler"), "{text}");
    assert!(text.contains("field `cron` is new and required"), "{text}");
    assert!(text.contains("live: v0") && text.contains("instead: let `scheduler` read both forms"), "{text}");
}

#[test]
fn a_new_method_passes_when_its_callee_goes_along_and_is_refused_when_it_stays() {
    let old = document("Jobs", &method("get_job", PLAIN));
    let new = document("Jobs", &format!("{}, {}", method("get_job", PLAIN), method("skip_job", PLAIN)));
    let together =
        mesh(standing(&[&calls(&old)], Some(&calls(&new))), standing(&[&serves(&old)], Some(&serves(&new))));
    let found = judge(&together, false);
    assert_eq!(found.iter().map(|finding| finding.weight).collect::<Vec<_>>(), [Weight::Ordered]);
    let alone = mesh(standing(&[&calls(&old)], Some(&calls(&new))), standing(&[&serves(&old)], None));
    let found = judge(&alone, false);
    assert_eq!(found.iter().map(|finding| finding.weight).collect::<Vec<_>>(), [Weight::Refused]);
    assert!(finding_text(&found[0]).contains("deploy `scheduler` of the same build first"));
}

#[test]
fn every_live_version_counts_and_the_same_finding_is_told_once() {
    let (old, new) =
        (document("Jobs", &method("create_job", PLAIN)), document("Jobs", &method("create_job", REQUIRED)));
    let live = calls(&old);
    let half_way =
        mesh(standing(&[&calls(&new), &live], None), standing(&[&serves(&old)], Some(&serves(&new))));
    let found = judge(&half_way, false);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].live, "v1", "the version that would be hit is named");
    let twice = mesh(standing(&[&live, &live], None), standing(&[&serves(&old)], Some(&serves(&new))));
    assert_eq!(judge(&twice, false).len(), 1);
}

#[test]
fn a_workers_own_objects_matter_while_two_of_its_versions_serve() {
    let (old, new) =
        (document("Upkeep", &method("wake", PLAIN)), document("Upkeep", &method("wake", REQUIRED)));
    let workers = mesh(Standing::default(), standing(&[&has_object(&old)], Some(&has_object(&new))));
    assert_eq!(judge(&workers, false)[0].weight, Weight::Brief);
    assert_eq!(judge(&workers, true)[0].weight, Weight::Refused);
}
