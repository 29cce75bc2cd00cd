//! What workflows can do, on the virtual clock.

use std::time::Duration;

use mesh::workflow::{
    Classify, Created, Event, InstanceError, InstanceStatus, Instances, NewInstance, StepError, StepFailure,
    StepPolicy, Steps, Undo, WaitOutcome, WorkflowFailure,
};
use mesh_sim::{Sim, Simulation, Store};
use serde::{Deserialize, Serialize};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What steps did, in order.
type Log = Store<Vec<String>>;

fn policy(retries: u32) -> StepPolicy {
    StepPolicy { retries, ..StepPolicy::DEFAULT }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Approved {
    by: String,
}

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Declined;

impl Event for Declined {
    const TYPE: &'static str = "declined";
}

/// Runs whatever its input names.
struct Tour(Log);

#[mesh::workflow(events(Approved), max_steps = 12)]
impl Tour {
    async fn run(&self, stop: String, steps: &Steps) -> Result<String, StepError> {
        match stop.as_str() {
            "sleep" => {
                let before = self.note(steps, "before").await?;
                steps.sleep("a week", 7 * DAY).await?;
                steps.sleep_until("long ago", 5).await?;
                let after = self.note(steps, "after").await?;
                Ok((after - before).to_string())
            }
            "wait" => match steps.wait_for::<Approved>("the boss", DAY).await? {
                WaitOutcome::Received(Approved { by }) => Ok(by),
                WaitOutcome::TimedOut => Ok("nobody".to_owned()),
            },
            "retry" => {
                let tries = steps
                    .run("flaky", policy(3), |attempt| async move {
                        if attempt < 4 { Err(StepFailure::Retryable("not yet".into())) } else { Ok(attempt) }
                    })
                    .await?;
                Ok(tries.to_string())
            }
            "exhaust" => steps.run("broken", policy(2), |_| async { Err("no".to_owned()).retryable() }).await,
            "terminal" => {
                steps.run("wrong", policy(9), |_| async { Err("never".to_owned()).terminal() }).await
            }
            "slow" => {
                let policy = StepPolicy { timeout: Duration::from_secs(5), ..policy(1) };
                steps.run("stuck", policy, |_| std::future::pending()).await
            }
            "branches" => {
                let (left, right) = (steps.branch("left").await?, steps.branch("right").await?);
                let left = async {
                    left.sleep("pause", DAY).await?;
                    self.note(&left, "work").await
                };
                let right = async {
                    self.note(&right, "work").await?;
                    right.sleep("pause", 2 * DAY).await
                };
                let (left, right) = futures_util::future::join(left, right).await;
                left?;
                right?;
                Ok("joined".to_owned())
            }
            "concurrent" => {
                let (first, second) =
                    futures_util::future::join(steps.sleep("one", DAY), steps.sleep("two", DAY)).await;
                first?;
                second.map(|()| String::new())
            }
            "twice" => {
                self.note(steps, "same").await?;
                self.note(steps, "same").await.map(|at| at.to_string())
            }
            "reserved" => self.note(steps, "journal 3").await.map(|at| at.to_string()),
            "long name" => self.note(steps, &"n".repeat(257)).await.map(|at| at.to_string()),
            "too many" => {
                for number in 0_u64.. {
                    self.note(steps, &format!("step {number}")).await?;
                }
                Ok(String::new())
            }
            "too long" => steps.sleep("years", 366 * DAY).await.map(|()| String::new()),
            "undeclared" => steps.wait_for::<Declined>("no", DAY).await.map(|_| String::new()),
            "too large" => steps.run("large", policy(0), |_| async { Ok("x".repeat(1 << 20)) }).await,
            "panic" => steps.run("bug", policy(1), |_| async { panic!("oh") }).await,
            "panic outside" => panic!("no"),
            "forgetful" => {
                let output = steps.run("forgets", policy(0), |_| async { Ok(Forgetful { kept: 1 }) }).await?;
                Ok(output.kept.to_string())
            }
            _ => Ok(stop),
        }
    }

    async fn note(&self, steps: &Steps, name: &str) -> Result<u64, StepError> {
        let (log, line) = (self.0.clone(), format!("{} {name}", steps.instance_id()));
        steps
            .run(name, policy(3), move |_| {
                let (log, line) = (log.clone(), line.clone());
                async move {
                    log.write(|lines| lines.push(line)).await.retryable()?;
                    Ok(log.look(|lines| lines.len() as u64))
                }
            })
            .await
    }
}

/// Its two directions do not agree.
#[derive(Serialize, Deserialize)]
struct Forgetful {
    #[serde(rename(serialize = "written", deserialize = "kept"), default)]
    kept: u32,
}

fn tour(sim: &Sim) -> (Instances<Tour>, Log) {
    let log = sim.store("log", Vec::new());
    let kept = log.clone();
    (sim.workflow(move || Tour(kept.clone())), log)
}

fn start(sim: &Sim, tours: &Instances<Tour>, stop: &str) -> mesh::workflow::Handle<Tour> {
    let id = stop.replace(' ', "-").parse().expect("an id");
    let new = NewInstance::new(id, stop.to_owned());
    assert_eq!(sim.run(tours.create(new.clone())), Ok(Created::New));
    tours.handle(new.id)
}

fn status(sim: &Sim, handle: &mesh::workflow::Handle<Tour>) -> InstanceStatus<String, StepError> {
    sim.run(handle.status()).expect("a status")
}

#[test]
fn a_week_of_sleep_takes_a_week_of_virtual_time() {
    let sim = Sim::calm();
    let (tours, _) = tour(&sim);
    let began = sim.now_ms();
    let handle = start(&sim, &tours, "sleep");
    sim.settle();
    assert_eq!(status(&sim, &handle), InstanceStatus::Complete("1".into()));
    let week = 7 * DAY.as_millis() as u64;
    let took = sim.now_ms() - began;
    assert!((week..week + 60_000).contains(&took), "{took} ms");
}

#[test]
fn each_way_to_end_is_typed() {
    let step = |step: &str| step.to_owned();
    for (stop, expected) in [
        ("retry", Ok("4")),
        ("branches", Ok("joined")),
        ("exhaust", Err(StepError::Exhausted { step: step("broken"), message: "no".into() })),
        ("terminal", Err(StepError::Terminal { step: step("wrong"), message: "never".into() })),
        (
            "slow",
            Err(StepError::Exhausted {
                step: step("stuck"),
                message: "the try took longer than its 5 s".into(),
            }),
        ),
        ("panic", Err(StepError::Exhausted { step: step("bug"), message: "it panicked: oh".into() })),
        ("concurrent", Err(StepError::Concurrent { step: step("two"), under_way: step("one") })),
        ("twice", Err(StepError::DuplicateName { step: step("same") })),
        ("reserved", Err(StepError::InvalidName { step: step("journal 3") })),
        ("long name", Err(StepError::InvalidName { step: "n".repeat(257) })),
        ("too many", Err(StepError::TooManySteps { step: step("step 5"), limit: 12 })),
        ("too long", Err(StepError::TooLong { step: step("years"), seconds: 366 * DAY.as_secs() })),
        ("undeclared", Err(StepError::UndeclaredEvent { step: step("no"), event: step("declined") })),
        (
            "too large",
            Err(StepError::Terminal {
                step: step("large"),
                message:
                    "its output of 1048585 bytes is over the limit of 1048576: store it and return the key"
                        .into(),
            }),
        ),
        (
            "forgetful",
            Err(StepError::Terminal {
                step: step("forgets"),
                message:
                    "its output does not survive being recorded: the field `written` would not keep its value"
                        .into(),
            }),
        ),
    ] {
        let sim = Sim::calm();
        let (tours, _) = tour(&sim);
        let handle = start(&sim, &tours, stop);
        sim.settle();
        let expected = match expected {
            Ok(output) => InstanceStatus::Complete(output.to_owned()),
            Err(error) => InstanceStatus::Errored(WorkflowFailure::Failed(error)),
        };
        assert_eq!(status(&sim, &handle), expected, "{stop}");
    }
}

#[test]
fn a_panic_outside_a_step_ends_the_instance_and_nothing_else() {
    let sim = Sim::calm();
    let (tours, _) = tour(&sim);
    let (broken, fine) = (start(&sim, &tours, "panic outside"), start(&sim, &tours, "retry"));
    sim.settle();
    let failure = WorkflowFailure::Panicked("no".into());
    assert_eq!(status(&sim, &broken), InstanceStatus::Errored(failure));
    assert_eq!(status(&sim, &fine), InstanceStatus::Complete("4".into()));
}

#[test]
fn events_are_received_before_and_during_the_wait_or_time_out() {
    let ada = Approved { by: "ada".into() };
    let sim = Sim::calm();
    let (tours, _) = tour(&sim);
    let handle = start(&sim, &tours, "wait");
    // Not a step has run yet.
    sim.run(handle.send_event(&ada)).expect("sent");
    sim.settle();
    assert_eq!(status(&sim, &handle), InstanceStatus::Complete("ada".into()));

    let sim = Sim::calm();
    let (tours, _) = tour(&sim);
    let handle = start(&sim, &tours, "wait");
    sim.run_for(Duration::from_secs(3600));
    assert_eq!(status(&sim, &handle), InstanceStatus::Running);
    sim.run(handle.send_event(&ada)).expect("sent");
    sim.settle();
    assert_eq!(status(&sim, &handle), InstanceStatus::Complete("ada".into()));

    let sim = Sim::calm();
    let (tours, _) = tour(&sim);
    let handle = start(&sim, &tours, "wait");
    sim.settle();
    assert_eq!(status(&sim, &handle), InstanceStatus::Complete("nobody".into()));
}

#[test]
fn handles_steer_and_say_what_they_cannot() {
    let sim = Sim::calm();
    let (tours, log) = tour(&sim);
    let handle = start(&sim, &tours, "sleep");
    let again = NewInstance::new(handle.id().clone(), "other".to_owned());
    assert_eq!(sim.run(tours.create(again)), Ok(Created::Existed));

    sim.run_for(DAY);
    sim.run(handle.pause()).expect("paused");
    sim.run_for(30 * DAY);
    assert_eq!(status(&sim, &handle), InstanceStatus::Paused);
    sim.run(handle.resume()).expect("resumed");
    sim.run_for(5 * DAY);
    assert_eq!(status(&sim, &handle), InstanceStatus::Running, "what the pause took is not slept off");
    sim.run_for(2 * DAY);
    assert_eq!(status(&sim, &handle), InstanceStatus::Complete("1".into()));

    assert_eq!(sim.run(handle.terminate()), Err(InstanceError::Ended { id: handle.id().clone() }));
    sim.run(handle.restart()).expect("restarted");
    sim.run_for(DAY);
    assert_eq!(log.look(Vec::len), 3, "it began again at its top");
    sim.run(handle.terminate()).expect("terminated");
    sim.settle();
    assert_eq!(status(&sim, &handle), InstanceStatus::Terminated);
    sim.run(handle.delete()).expect("deleted");
    let missing = InstanceError::NotFound { id: handle.id().clone() };
    assert_eq!(sim.run(handle.status()), Err(missing.clone()));
    assert_eq!(sim.run(tours.get(handle.id().clone())).map(drop), Err(missing));
}

#[test]
fn many_are_created_at_once_and_each_is_told_apart() {
    let sim = Sim::calm();
    let (tours, _) = tour(&sim);
    let new = |id: &str| NewInstance::new(id.parse().expect("an id"), id.to_owned());
    start(&sim, &tours, "b");
    let batch = sim.run(tours.create_many(&[new("a"), new("b"), new("c")])).expect("created");
    assert_eq!(batch, [Ok(Created::New), Ok(Created::Existed), Ok(Created::New)]);
    sim.settle();
    assert_eq!(
        status(&sim, &tours.handle("c".parse().expect("an id"))),
        InstanceStatus::Complete("c".into())
    );
    let many: Vec<_> = (0..101).map(|number| new(&format!("n{number}"))).collect();
    for batch in [&many[..], &[]] {
        assert!(matches!(sim.run(tours.create_many(batch)), Err(InstanceError::BatchSize { .. })));
    }
    let large = NewInstance::new("large".parse().expect("an id"), "x".repeat(1 << 20));
    assert!(matches!(sim.run(tours.create(large)), Err(InstanceError::Unsendable { what: "the input", .. })));
}

#[test]
fn what_was_created_runs_although_its_creator_crashed_right_after() {
    Simulation::every_crash(|sim| {
        let (tours, _) = tour(sim);
        let new = NewInstance::new("a".parse().expect("an id"), "a".to_owned());
        let handle = tours.handle(new.id.clone());
        // It looks whether there is one, and so creates it a single time.
        let asked = sim.queue("asked", move |()| {
            let (tours, new) = (tours.clone(), new.clone());
            async move {
                match tours.get(new.id.clone()).await {
                    Err(InstanceError::NotFound { .. }) => tours.create(new).await.map(drop),
                    found => found.map(drop),
                }
            }
        });
        sim.run(asked.send(()));
        sim.settle();
        assert_eq!(status(sim, &handle), InstanceStatus::Complete("a".into()));
    });
}

/// Books three things, of which the last fails.
struct Trip {
    log: Log,
    undo_fails: bool,
}

#[mesh::workflow]
impl Trip {
    async fn run(&self, fails_at: String, steps: &Steps) -> Result<(), StepError> {
        for name in ["flight", "hotel", "car"] {
            let (log, fails) = (self.log.clone(), name == fails_at);
            let (undo_log, undo_fails) = (log.clone(), self.undo_fails && name == "hotel");
            let undo = Undo::new(move |booked: Option<String>| {
                let log = undo_log.clone();
                async move {
                    let line = format!("undo {name}: {booked:?}");
                    log.write(|lines| lines.push(line)).await.retryable()?;
                    if undo_fails { Err("full".to_owned()).retryable() } else { Ok(()) }
                }
            });
            steps
                .run_with_undo(name, policy(2), undo.with_policy(policy(1)), move |_| {
                    let log = log.clone();
                    async move {
                        log.write(|lines| lines.push(name.to_owned())).await.retryable()?;
                        if fails { Err(format!("no {name}")).terminal() } else { Ok(format!("{name}-1")) }
                    }
                })
                .await?;
        }
        steps.sleep("enjoy it", 7 * DAY).await
    }
}

fn trip(sim: &Sim, undo_fails: bool, fails_at: &str) -> (mesh::workflow::Handle<Trip>, Log) {
    let log = sim.store("log", Vec::new());
    let kept = log.clone();
    let trips = sim.workflow(move || Trip { log: kept.clone(), undo_fails });
    let id: mesh::workflow::InstanceId = "trip".parse().expect("an id");
    sim.run(trips.create(NewInstance::new(id.clone(), fails_at.to_owned()))).expect("created");
    (trips.handle(id), log)
}

#[test]
fn a_failure_undoes_in_reverse_with_the_recorded_outputs() {
    let sim = Sim::calm();
    let (handle, log) = trip(&sim, false, "car");
    sim.settle();
    let failure = StepError::Terminal { step: "car".into(), message: "no car".into() };
    assert_eq!(sim.run(handle.status()), Ok(InstanceStatus::Errored(WorkflowFailure::Failed(failure))));
    let expected = [
        "flight",
        "hotel",
        "car",
        "undo car: None",
        "undo hotel: Some(\"hotel-1\")",
        "undo flight: Some(\"flight-1\")",
    ];
    assert_eq!(log.look(Vec::clone), expected);
}

#[test]
fn an_undo_is_retried_under_its_own_policy_and_ends_the_undoing_if_it_fails_for_good() {
    let sim = Sim::calm();
    let (_, log) = trip(&sim, true, "car");
    sim.settle();
    let hotel = "undo hotel: Some(\"hotel-1\")";
    assert_eq!(log.look(Vec::clone), ["flight", "hotel", "car", "undo car: None", hotel, hotel]);
}

#[test]
fn termination_undoes_only_if_asked() {
    for (undo, expected) in [(false, 3), (true, 6)] {
        let sim = Sim::calm();
        let (handle, log) = trip(&sim, false, "nowhere");
        sim.run_for(DAY);
        let ended = if undo { sim.run(handle.terminate_and_undo()) } else { sim.run(handle.terminate()) };
        ended.expect("terminated");
        sim.settle();
        assert_eq!(sim.run(handle.status()), Ok(InstanceStatus::Terminated));
        assert_eq!(log.look(Vec::len), expected);
    }
}
