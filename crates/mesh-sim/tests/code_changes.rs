//! Code that changes under running instances: what fits goes on, and what does not is a visible failure.

use std::time::Duration;

use futures_util::future::join;
use mesh::workflow::{
    Classify, CodeChanged, Definition, Event, InstanceStatus, NewInstance, StepError, StepPolicy, Steps,
    Undo, WorkflowFailure,
};
use mesh_sim::{Sim, Simulation, Store};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(3600);

type Log = Store<Vec<String>>;

/// A build of one workflow, by what it does.
struct Build {
    log: Log,
    plan: &'static [Act],
}

#[derive(Debug, Clone, Copy)]
enum Act {
    /// A step that answers with a value.
    Step(&'static str, Answer),
    Sleep(&'static str, Duration),
    Wait(&'static str),
    /// Two branches with a step each.
    Branches(&'static str, &'static str),
    Fail,
}

#[derive(Debug, Clone, Copy)]
enum Answer {
    Number,
    Text,
    Old,
    New,
    Narrow,
}

#[derive(Debug, Serialize, Deserialize)]
struct Old {
    id: u32,
    note: String,
}

/// `Old` with a field more.
#[derive(Debug, Serialize, Deserialize)]
struct New {
    id: u32,
    note: String,
    #[serde(default)]
    extra: bool,
}

/// `Old` without its note.
#[derive(Debug, Serialize, Deserialize)]
struct Narrow {
    id: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Approved;

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

#[mesh::workflow(name = "Changing", events(Approved))]
impl Build {
    async fn run(&self, _input: (), steps: &Steps) -> Result<(), StepError> {
        for act in self.plan {
            match *act {
                Act::Step(name, Answer::Number) => self.step(steps, name, json!(7), 7_u32).await?,
                Act::Step(name, Answer::Text) => self.step(steps, name, json!("7"), "7".to_owned()).await?,
                Act::Step(name, Answer::Old) => {
                    self.step(steps, name, json!(null), Old { id: 1, note: "n".into() }).await?;
                }
                Act::Step(name, Answer::New) => {
                    self.step(steps, name, json!(null), New { id: 1, note: "n".into(), extra: true }).await?;
                }
                Act::Step(name, Answer::Narrow) => {
                    self.step(steps, name, json!(null), Narrow { id: 1 }).await?;
                }
                Act::Sleep(name, length) => steps.sleep(name, length).await?,
                Act::Wait(name) => {
                    steps.wait_for::<Approved>(name, HOUR).await?;
                }
                Act::Branches(first, second) => {
                    let (left, right) = (steps.branch("left").await?, steps.branch("right").await?);
                    let left = self.step(&left, first, json!(null), 1_u32);
                    let right = self.step(&right, second, json!(null), 2_u32);
                    let (left, right) = join(left, right).await;
                    left?;
                    right?;
                }
                Act::Fail => {
                    steps.run("fail", StepPolicy::DEFAULT, |_| async { Err("no").terminal() }).await?
                }
            }
        }
        Ok(())
    }

    async fn step<T>(&self, steps: &Steps, name: &str, _: Value, answer: T) -> Result<(), StepError>
    where
        T: Serialize + serde::de::DeserializeOwned + 'static,
    {
        let (log, line, undo_log) = (self.log.clone(), name.to_owned(), self.log.clone());
        let undone = format!("undo {name}");
        let mut answer = Some(answer);
        let undo = Undo::new(move |_: Option<T>| {
            let (log, line) = (undo_log.clone(), undone.clone());
            async move { log.write(|lines| lines.push(line)).await.retryable() }
        });
        let body = move |_| {
            let (log, line, answer) = (log.clone(), line.clone(), answer.take());
            async move {
                log.write(|lines| lines.push(line)).await.retryable()?;
                answer.ok_or("called twice").terminal()
            }
        };
        steps.run_with_undo(name, StepPolicy::DEFAULT, undo, body).await.map(drop)
    }
}

/// Runs `before` for a while, stops everything, and goes on with `after`; says how the instance ended, and what the
/// new build did.
fn deploy(before: &'static [Act], after: &'static [Act]) -> (InstanceStatus<(), StepError>, Vec<String>) {
    let first = Sim::calm();
    let log = first.store("log", Vec::new());
    let instances = first.workflow(move || Build { log: log.clone(), plan: before });
    let id: mesh::workflow::InstanceId = "one".parse().expect("an id");
    first.run(instances.create(NewInstance::new(id.clone(), ()))).expect("created");
    first.run_for(HOUR / 2);

    let second = Sim::resumed(first.journal());
    let log = second.store("log", Vec::new());
    let kept = log.clone();
    let instances = second.workflow(move || Build { log: kept.clone(), plan: after });
    second.settle();
    let status = second.run(instances.handle(id).status()).expect("a status");
    (status, log.look(Vec::clone))
}

const NAP: Act = Act::Sleep("nap", HOUR);
const CHARGE: Act = Act::Step("charge", Answer::Number);
const SHIP: Act = Act::Step("ship", Answer::Number);
const OLD: Act = Act::Step("quote", Answer::Old);

#[test]
fn what_still_fits_goes_on() {
    let cases: [(&[Act], &[Act], &[&str]); 6] = [
        (&[CHARGE, NAP, SHIP], &[CHARGE, NAP, SHIP], &["ship"]),
        // What is not on record yet may change.
        (&[CHARGE, NAP, SHIP], &[CHARGE, NAP, Act::Step("mail", Answer::Text)], &["mail"]),
        (&[CHARGE, NAP], &[CHARGE, NAP, SHIP], &["ship"]),
        // A sleep under way keeps its length.
        (&[CHARGE, NAP], &[CHARGE, Act::Sleep("nap", Duration::ZERO), SHIP], &["ship"]),
        // A field more, with a default.
        (&[OLD, NAP], &[Act::Step("quote", Answer::New), NAP, SHIP], &["ship"]),
        (&[Act::Branches("a", "b"), NAP, SHIP], &[Act::Branches("a", "b"), NAP, SHIP], &["ship"]),
    ];
    for (before, after, done) in cases {
        let (status, log) = deploy(before, after);
        assert_eq!(status, InstanceStatus::Complete(()), "{before:?} → {after:?}");
        assert_eq!(log, done, "{before:?} → {after:?}");
    }
}

#[test]
fn what_does_not_fit_ends_the_instance_before_anything_runs() {
    let sequence = |position: &str, recorded: &str, found: &str| CodeChanged::Sequence {
        position: position.into(),
        recorded: recorded.into(),
        found: found.into(),
    };
    let cases: Vec<(&[Act], &[Act], CodeChanged)> = vec![
        // Renamed, which the platform alone would run a second time.
        (
            &[CHARGE, NAP, SHIP],
            &[Act::Step("bill", Answer::Number), NAP, SHIP],
            sequence("0", "step `charge`", "step `bill`"),
        ),
        // Inserted.
        (&[CHARGE, NAP], &[CHARGE, SHIP, NAP], sequence("1", "sleep `nap`", "step `ship`")),
        // Removed.
        (&[CHARGE, SHIP, NAP], &[SHIP, NAP], sequence("0", "step `charge`", "step `ship`")),
        // Moved.
        (&[CHARGE, SHIP, NAP], &[SHIP, CHARGE, NAP], sequence("0", "step `charge`", "step `ship`")),
        // Removed at the end, where no later step would tell.
        (&[CHARGE, NAP], &[CHARGE], sequence("1", "sleep `nap`", "nothing more")),
        (&[CHARGE, NAP], &[], sequence("0", "step `charge`", "nothing more")),
        // Another kind of the same name, and another event.
        (
            &[CHARGE, NAP],
            &[CHARGE, Act::Wait("nap")],
            sequence("1", "sleep `nap`", "wait `nap` for event `approved`"),
        ),
        (
            &[CHARGE, Act::Wait("nap")],
            &[CHARGE, NAP],
            sequence("1", "wait `nap` for event `approved`", "sleep `nap`"),
        ),
        // Within a branch, and a branch itself.
        (
            &[Act::Branches("a", "b"), NAP],
            &[Act::Branches("a", "c"), NAP],
            sequence("right/0", "step `right/b`", "step `right/c`"),
        ),
        (&[Act::Branches("a", "b"), NAP], &[CHARGE, NAP], sequence("0", "branch `left`", "step `charge`")),
        // The new build fails early; what is on record says that it should not have.
        (&[CHARGE, NAP], &[CHARGE, Act::Fail], sequence("1", "sleep `nap`", "step `fail`")),
    ];
    for (before, after, expected) in cases {
        let (status, log) = deploy(before, after);
        let expected = InstanceStatus::Errored(WorkflowFailure::CodeChanged(expected));
        assert_eq!(status, expected, "{before:?} → {after:?}");
        assert_eq!(log, [""; 0], "nothing ran, and nothing was undone: {before:?} → {after:?}");
    }
}

#[test]
fn an_output_of_another_shape_is_found_whether_it_decodes_or_not() {
    for (before, after, part) in [
        (CHARGE, Act::Step("charge", Answer::Text), "invalid type"),
        (OLD, Act::Step("quote", Answer::Narrow), "the field `note` would be lost"),
    ] {
        let (before, after): (&'static [Act], &'static [Act]) =
            (Vec::leak(vec![before, NAP]), Vec::leak(vec![after, NAP]));
        let (status, log) = deploy(before, after);
        let InstanceStatus::Errored(WorkflowFailure::CodeChanged(CodeChanged::Shape { problem, .. })) =
            status
        else {
            panic!("{status:?}");
        };
        assert!(problem.contains(part), "{problem}");
        assert_eq!(log, [""; 0]);
    }
}

#[test]
fn the_record_can_be_kept_in_a_file() {
    let sim = Sim::calm();
    let log = sim.store("log", Vec::new());
    let instances = sim.workflow(move || Build { log: log.clone(), plan: &[CHARGE, NAP, SHIP] });
    sim.run(instances.create(NewInstance::new("one".parse().expect("an id"), ()))).expect("created");
    sim.run_for(HOUR / 2);
    let path = std::env::temp_dir().join(format!("mesh-sim-{}.json", std::process::id()));
    sim.journal().save(&path).expect("written");
    let read = mesh_sim::Journal::load(&path).expect("read");
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(read, sim.journal());
    assert_eq!(read.steps(Build::NAME, "one"), ["charge"]);
}

#[test]
fn a_step_that_may_have_run_is_never_replaced_wherever_the_deploy_comes() {
    const BILL: Act = Act::Step("bill", Answer::Number);
    let outcomes = std::cell::RefCell::new(std::collections::BTreeSet::new());
    // The crash is the deploy: what starts after it is the new build.
    let tried = Simulation::every_crash(|sim| {
        let log = sim.store("log", Vec::new());
        let (kept, first) = (log.clone(), std::cell::Cell::new(true));
        let instances = sim.workflow(move || Build {
            log: kept.clone(),
            plan: if first.replace(false) { &[SHIP, CHARGE, NAP] } else { &[SHIP, BILL, NAP] },
        });
        let id: mesh::workflow::InstanceId = "one".parse().expect("an id");
        sim.run(instances.create(NewInstance::new(id.clone(), ()))).expect("created");
        sim.settle();
        let did = |name: &str| log.look(|lines| lines.iter().any(|line| line == name));
        let (charged, billed) = (did("charge"), did("bill"));
        assert!(!(charged && billed), "paid twice");
        let ended = sim.run(instances.handle(id).status()).expect("a status");
        match ended {
            InstanceStatus::Complete(()) => assert!(charged || billed, "paid"),
            InstanceStatus::Errored(WorkflowFailure::CodeChanged(_)) => assert!(!billed),
            other => panic!("{other:?}"),
        }
        outcomes.borrow_mut().insert((charged, billed));
    });
    assert!(tried.runs > 10, "{tried:?}");
    // Deployed before the step, in it, and after it.
    assert_eq!(
        outcomes.into_inner().into_iter().collect::<Vec<_>>(),
        [(false, false), (false, true), (true, false)]
    );
}
