//! Plans over made-up accounts.

use serde_json::json;

use super::found::Found;
use super::plan::{Step, Verdict, plan};
use super::wanted::{Wanted, wanted};
use crate::environment::{Environment, Ids, Operators};
use crate::platform::{
    Consumer, ConsumerSettings, Database, Index, IndexConfig, MetadataIndex, Queue, Worker,
};

fn environment() -> Environment {
    let mut environment = Environment::read("staging".parse().unwrap()).unwrap();
    environment.settings.vectorize = true;
    environment.settings.logpush = true;
    environment.settings.secrets_store.insert("pipeline".into(), vec!["AZURE_KEY".into()]);
    environment.settings.operators =
        Operators { emails: vec!["a@example.com".into()], email_domains: vec![] };
    environment
}

fn all() -> Vec<Wanted> {
    let environment = environment();
    wanted(&environment, &environment.effective(&Ids::default()).unwrap(), Some("acme"))
}

fn verdict(steps: &[Step], name: &str) -> Verdict {
    let step = steps.iter().find(|step| step.wanted.label() == name);
    step.unwrap_or_else(|| panic!("no step `{name}`")).verdict.clone()
}

/// A team, so that Access is in nobody's way.
fn account() -> Found {
    Found { team: Some("https://acme.cloudflareaccess.com".into()), ..Found::default() }
}

#[test]
fn what_is_wanted_is_what_the_workers_bind_under_the_environments_names() {
    let labels: Vec<String> =
        all().iter().map(|wanted| format!("{}: {}", wanted.kind(), wanted.label())).collect();
    for expected in [
        "D1 database: weft-staging-control",
        "KV namespace: weft-staging-cache",
        "R2 bucket: weft-staging-archive",
        "queue: weft-staging-events-dead",
        "queue consumer: weft-staging-pipeline of weft-staging-events",
        "metadata index: occurred_ms of weft-staging-vectors",
        "Access application: weft-staging-admin",
        "Logpush job: weft-staging-logs",
        "workflow: weft-staging-call-ingest",
    ] {
        assert_eq!(labels.iter().filter(|label| *label == expected).count(), 1, "{expected} in {labels:#?}");
    }
}

#[test]
fn in_an_empty_account_all_is_created_but_what_deploys_make() {
    for step in plan(all(), &account(), &Ids::default()) {
        let later = matches!(step.wanted, Wanted::Consumer { .. } | Wanted::Workflow { .. });
        assert_eq!(matches!(step.verdict, Verdict::Later(_)), later, "{step:?}");
        assert!(later || step.verdict == Verdict::Create, "{step:?}");
    }
}

#[test]
fn what_is_there_is_adopted_once_and_a_note_of_something_gone_is_none() {
    let mut found = account();
    found.databases = vec![Database { id: "one".into(), name: "weft-staging-control".into() }];
    let with = |note: Option<&str>| {
        let mut ids = Ids::default();
        ids.databases.extend(note.map(|id| ("weft-control".to_owned(), id.to_owned())));
        verdict(&plan(all(), &found, &ids), "weft-staging-control")
    };
    assert_eq!(with(None), Verdict::Adopt);
    assert_eq!(with(Some("one")), Verdict::Keep);
    assert_eq!(with(Some("another")), Verdict::Adopt);
}

#[test]
fn a_database_of_another_environment_is_none_of_ours() {
    let mut found = account();
    found.databases = vec![Database { id: "one".into(), name: "weft-production-control".into() }];
    assert_eq!(verdict(&plan(all(), &found, &Ids::default()), "weft-staging-control"), Verdict::Create);
}

fn queue(consumer: Option<(&str, Option<&str>, u32)>) -> Found {
    let settings = |retries| ConsumerSettings {
        batch_size: Some(100),
        max_retries: Some(retries),
        max_wait_time_ms: Some(1000),
    };
    let consumers = consumer.map(|(script, dead, retries)| Consumer {
        id: "c".into(),
        script: Some(script.into()),
        dead_letter_queue: dead.map(str::to_owned),
        settings: settings(retries),
    });
    Found {
        queues: vec![Queue {
            id: "q".into(),
            name: "weft-staging-events".into(),
            consumers: consumers.into_iter().collect(),
        }],
        workers: vec![Worker { id: "weft-staging-pipeline".into() }],
        ..account()
    }
}

#[test]
fn a_consumer_that_differs_is_changed_and_one_of_another_is_in_the_way() {
    let of = |consumer| {
        let steps = plan(all(), &queue(consumer), &Ids::default());
        verdict(&steps, "weft-staging-pipeline of weft-staging-events").word()
    };
    let dead = Some("weft-staging-events-dead");
    assert_eq!(of(Some(("weft-staging-pipeline", dead, 5))), "keep");
    assert_eq!(of(Some(("weft-staging-pipeline", dead, 3))), "change");
    assert_eq!(of(Some(("weft-staging-pipeline", None, 5))), "change");
    assert_eq!(of(Some(("other", dead, 5))), "blocked");
    assert_eq!(of(None), "create");
}

#[test]
fn an_index_of_another_shape_is_in_the_way_and_a_missing_field_is_made() {
    let index = |dimensions| Index {
        name: "weft-staging-vectors".into(),
        config: IndexConfig { dimensions, metric: "cosine".into() },
    };
    let mut found = account();
    found.indexes = vec![index(768)];
    assert_eq!(verdict(&plan(all(), &found, &Ids::default()), "weft-staging-vectors").word(), "blocked");
    found.indexes = vec![index(192)];
    let kind = |kind: &str| MetadataIndex { property_name: "kind".into(), index_type: kind.into() };
    found.metadata.insert("weft-staging-vectors".into(), vec![kind("string")]);
    let steps = plan(all(), &found, &Ids::default());
    assert_eq!(verdict(&steps, "weft-staging-vectors"), Verdict::Keep);
    assert_eq!(verdict(&steps, "kind of weft-staging-vectors"), Verdict::Keep);
    assert_eq!(verdict(&steps, "account of weft-staging-vectors"), Verdict::Create);
    found.metadata.insert("weft-staging-vectors".into(), vec![kind("number")]);
    assert_eq!(
        verdict(&plan(all(), &found, &Ids::default()), "kind of weft-staging-vectors").word(),
        "blocked"
    );
}

#[test]
fn rules_of_buckets_are_compared_by_what_they_say() {
    let Some(Wanted::Lifecycle { bucket, rule }) =
        all().into_iter().find(|wanted| matches!(wanted, Wanted::Lifecycle { .. }))
    else {
        panic!("a rule")
    };
    let mut found = account();
    let label = format!("unfinished uploads of {bucket}");
    let mut there = rule.clone();
    there["storageClassTransitions"] = json!([]);
    found.buckets.insert(bucket.clone(), vec![json!({ "id": "theirs" }), there.clone()]);
    assert_eq!(verdict(&plan(all(), &found, &Ids::default()), &label), Verdict::Keep);
    there["enabled"] = false.into();
    found.buckets.insert(bucket, vec![there]);
    assert_eq!(verdict(&plan(all(), &found, &Ids::default()), &label).word(), "change");
}

#[test]
fn without_zero_trust_access_is_blocked_and_without_operators_not_wanted() {
    let steps = plan(all(), &Found::default(), &Ids::default());
    assert_eq!(verdict(&steps, "weft-staging-admin").word(), "blocked");
    let mut environment = environment();
    environment.settings.operators = Operators::default();
    let wanted = wanted(&environment, &environment.effective(&Ids::default()).unwrap(), None);
    assert!(
        !wanted.iter().any(|wanted| matches!(wanted, Wanted::Application { .. } | Wanted::Policy { .. }))
    );
}
