//! Plans of a mesh of two, at every stage of its life.

use super::*;
use crate::deploy::setup::Setup;
use crate::gate::Spoken;

fn release(role: &str, code: &str, calls: &[(&str, &str)]) -> Release {
    let spoken = Spoken {
        calls: calls.iter().map(|(to, name)| ((*to).to_owned(), (*name).to_owned())).collect(),
        ..Spoken::default()
    };
    Release::new(role, (code.to_owned(), 2048), "abc".to_owned(), Setup::default(), spoken)
}

fn candidate(release: Release) -> Candidate {
    let name = format!("weft-{}", release.worker);
    Candidate { name, release, secrets: BTreeMap::new() }
}

fn live(release: &Release) -> Remote {
    let version = LiveVersion {
        id: format!("id-of-{}", release.code),
        percent: 100.0,
        tag: Some(release.tag()),
        release: Some(release.clone()),
    };
    Remote { live: vec![version], ..Remote::default() }
}

struct Scene {
    candidates: BTreeMap<String, Candidate>,
    remote: BTreeMap<String, Remote>,
    chosen: BTreeSet<String>,
    percent: Vec<u8>,
    given: BTreeSet<String>,
}

impl Scene {
    fn new() -> Self {
        let gateway = candidate(release("gateway", "g1", &[("pipeline", "Intake")]));
        let pipeline = candidate(release("pipeline", "p1", &[]));
        Self {
            candidates: BTreeMap::from([("gateway".to_owned(), gateway), ("pipeline".to_owned(), pipeline)]),
            remote: BTreeMap::new(),
            chosen: BTreeSet::from(["gateway".to_owned(), "pipeline".to_owned()]),
            percent: vec![100],
            given: BTreeSet::new(),
        }
    }

    fn plan(&self) -> Plan {
        plan(Facts {
            environment: "staging",
            order: &["pipeline".to_owned(), "gateway".to_owned()],
            candidates: &self.candidates,
            chosen: &self.chosen,
            remote: Some(&self.remote),
            databases: BTreeMap::new(),
            stranded: (Vec::new(), Vec::new()),
            percent: &self.percent,
            accepted: &BTreeSet::new(),
            given: &self.given,
        })
    }

    fn actions(&self) -> Vec<(String, Action)> {
        self.plan().steps.into_iter().map(|step| (step.worker, step.action)).collect()
    }
}

fn is(role: &str, action: Action) -> (String, Action) {
    (role.to_owned(), action)
}

#[test]
fn everything_from_nothing_goes_callees_first() {
    let scene = Scene::new();
    assert_eq!(scene.actions(), [is("pipeline", Action::First), is("gateway", Action::First)]);
    assert_eq!(scene.plan().refusals, Vec::<String>::new());
    let text = text(&scene.plan());
    assert!(text.contains("  1. deploy for the first time `pipeline` (weft-pipeline)"), "{text}");
}

#[test]
fn what_is_live_already_is_left_and_what_differs_is_uploaded() {
    let mut scene = Scene::new();
    scene.remote.insert("pipeline".to_owned(), live(&release("pipeline", "p1", &[])));
    scene.remote.insert("gateway".to_owned(), live(&release("gateway", "g0", &[("pipeline", "Intake")])));
    assert_eq!(scene.actions(), [is("pipeline", Action::Nothing), is("gateway", Action::Upload)]);
    let text = text(&scene.plan());
    assert!(text.contains("code g0 -> g1"), "{text}");
    assert!(text.contains("live now: id-of-g0 at 100 %"), "{text}");
}

#[test]
fn a_rollout_that_was_cut_off_goes_on_with_what_was_uploaded() {
    let mut scene = Scene::new();
    let (old, new) = (release("pipeline", "p0", &[]), release("pipeline", "p1", &[]));
    let mut remote = live(&old);
    remote.uploaded = Some("id-of-p1".to_owned());
    scene.remote.insert("pipeline".to_owned(), remote.clone());
    assert_eq!(scene.actions()[0], is("pipeline", Action::Resume));
    // Half-way: the new version has a part of the traffic.
    remote.live[0].percent = 90.0;
    remote.live.extend(live(&new).live.into_iter().map(|version| LiveVersion { percent: 10.0, ..version }));
    scene.remote.insert("pipeline".to_owned(), remote);
    assert_eq!(scene.actions()[0], is("pipeline", Action::Resume));
}

#[test]
fn object_classes_are_deployed_at_once() {
    let mut scene = Scene::new();
    let mut old = release("pipeline", "p0", &[]);
    old.setup.objects = Some("v1".to_owned());
    scene.remote.insert("pipeline".to_owned(), live(&old));
    scene.percent = vec![10, 100];
    assert_eq!(scene.actions()[0], is("pipeline", Action::AtOnce));
    let notes = scene.plan().notes.join("\n");
    assert!(notes.contains("`--percent` does not hold for it"), "{notes}");
}

#[test]
fn a_worker_whose_callee_is_not_there_is_refused() {
    let mut scene = Scene::new();
    scene.chosen = BTreeSet::from(["gateway".to_owned()]);
    let refusals = scene.plan().refusals;
    assert_eq!(refusals, ["`gateway` calls `pipeline`, which is not there yet: deploy them together"]);
}

#[test]
fn a_secret_that_is_not_set_is_named_or_goes_up_with_the_version() {
    for first in [true, false] {
        let mut scene = Scene::new();
        let before = live(&release("pipeline", "p0", &[]));
        scene.remote.insert("pipeline".to_owned(), if first { Remote::default() } else { before });
        let pipeline = scene.candidates.get_mut("pipeline").unwrap();
        pipeline.secrets.extend([("AI_API_KEY".to_owned(), true), ("AI_GATEWAY_TOKEN".to_owned(), false)]);
        let refusals = scene.plan().refusals;
        assert!(
            refusals[0].starts_with("`pipeline` needs the secret AI_API_KEY: set `WEFT_SECRET_AI_API_KEY`")
        );
        scene.given = BTreeSet::from(["AI_API_KEY".to_owned()]);
        let plan = scene.plan();
        assert_eq!(
            (plan.refusals, &plan.steps[0].given_secrets),
            (Vec::new(), &vec!["AI_API_KEY".to_owned()])
        );
        assert!(plan.steps[0].changes.iter().any(|line| line.starts_with("+ secret AI_API_KEY")));
        scene.remote.get_mut("pipeline").unwrap().secrets.insert("AI_API_KEY".to_owned());
        let plan = scene.plan();
        assert_eq!((plan.refusals, plan.steps[0].given_secrets.len()), (Vec::new(), 0), "what is set stays");
    }
}

#[test]
fn a_secret_that_was_forgotten_makes_a_version_of_code_that_is_live() {
    let mut scene = Scene::new();
    let pipeline = scene.candidates["pipeline"].release.clone();
    scene.remote.insert("pipeline".to_owned(), live(&pipeline));
    assert_eq!(scene.actions()[0], is("pipeline", Action::Nothing));
    scene.candidates.get_mut("pipeline").unwrap().secrets.insert("AI_API_KEY".to_owned(), true);
    scene.given = BTreeSet::from(["AI_API_KEY".to_owned()]);
    assert_eq!(scene.actions()[0], is("pipeline", Action::Upload));
}

#[test]
fn versions_of_other_origin_are_told_of() {
    let mut scene = Scene::new();
    let mut remote = live(&release("pipeline", "p0", &[]));
    remote.live[0].release = None;
    scene.remote.insert("pipeline".to_owned(), remote);
    let notes = scene.plan().notes.join("\n");
    assert!(notes.contains("was not uploaded by `cargo xtask deploy`"), "{notes}");
}

#[test]
fn without_an_account_the_plan_says_what_it_does_not_know() {
    let scene = Scene::new();
    let facts = Facts {
        environment: "staging",
        order: &["pipeline".to_owned(), "gateway".to_owned()],
        candidates: &scene.candidates,
        chosen: &scene.chosen,
        remote: None,
        databases: BTreeMap::new(),
        stranded: (Vec::new(), Vec::new()),
        percent: &[100],
        accepted: &BTreeSet::new(),
        given: &BTreeSet::new(),
    };
    let plan = plan(facts);
    assert!(plan.steps.iter().all(|step| step.action == Action::Unknown));
    let text = text(&plan);
    assert!(text.contains("what is live is not known") && text.contains("  1. deploy `pipeline`"), "{text}");
    assert!(
        text.ends_with("then run this again, with `--env staging` and without `--dry-run` to deploy."),
        "{text}"
    );
}
