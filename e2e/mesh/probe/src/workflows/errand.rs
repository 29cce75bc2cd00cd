//! A workflow that tries every part of the framework. What it does is logged, so that a test sees what ran again.

use std::time::Duration;

use mesh::workflow::{Classify, Event, StepError, StepPolicy, Steps, Undo, WaitOutcome};
use mesh_worker::{BindingError, Instance, text_var};
use serde::{Deserialize, Serialize};
use worker::console_log;

/// What an instance does.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// One step.
    #[default]
    Step,
    /// A step that fails twice, and then does not.
    Retry,
    /// A step whose every try fails.
    Exhaust,
    /// A step that must not be tried again.
    Terminal,
    /// A step that answers the first failure of another.
    Recover,
    /// A try that never ends.
    Stuck,
    /// Two steps, a sleep, a step.
    Nap {
        /// How long it sleeps.
        seconds: u64,
    },
    /// A step, a wait for an approval, a step.
    Wait {
        /// How long it waits.
        seconds: u64,
    },
    /// A sleep, and a wait for an approval.
    Late,
    /// Two branches at once.
    Branches,
    /// Three steps of which the last fails, and which are undone.
    Trip,
    /// Three steps that can be undone, and a wait.
    LongTrip,
    /// The same name twice.
    Twice,
    /// More steps than are allowed.
    Many,
    /// An output over the limit.
    Large,
}

/// What an instance ends with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// A number past what JavaScript can hold.
    pub number: u64,
    /// Who approved.
    pub by: Option<String>,
}

/// Lets a waiting errand go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Approved {
    /// By whom.
    pub by: String,
    /// A number past what JavaScript can hold.
    pub number: u64,
}

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

/// What a step records, and what it records in a later build.
#[derive(Serialize, Deserialize)]
struct Quote {
    cents: u64,
    note: String,
}

#[derive(Serialize, Deserialize)]
struct NarrowQuote {
    cents: u64,
}

pub(super) fn wire(instance: &Instance) -> Result<Errand, BindingError> {
    Ok(Errand { variant: text_var(&instance.env, "VARIANT")? })
}

/// See the module. `variant` stands for the build: `first`, or one in which something changed.
pub struct Errand {
    variant: String,
}

const QUICK: StepPolicy = StepPolicy { retries: 2, delay: Duration::from_secs(1), ..StepPolicy::DEFAULT };

/// Slow enough that a test can stop everything before the next try.
const SLOW: StepPolicy = StepPolicy { delay: Duration::from_secs(3), ..QUICK };

#[mesh::workflow(events(Approved), max_steps = 40)]
impl Errand {
    async fn run(&self, plan: Plan, steps: &Steps) -> Result<Report, StepError> {
        let mut report = Report { number: u64::MAX, by: None };
        match plan {
            Plan::Step => done(steps, "only").await?,
            Plan::Retry => {
                let id = steps.instance_id().to_owned();
                let tries: u32 = steps
                    .run("flaky", QUICK, move |attempt| {
                        console_log!("{id}: flaky, try {attempt}");
                        async move { if attempt < 3 { Err("not yet").retryable() } else { Ok(attempt) } }
                    })
                    .await?;
                report.number = u64::from(tries);
            }
            Plan::Exhaust => {
                steps
                    .run::<(), _, _>("broken", StepPolicy { retries: 1, ..QUICK }, |_| async {
                        Err("no").retryable()
                    })
                    .await?;
            }
            Plan::Terminal => {
                steps.run::<(), _, _>("wrong", QUICK, |_| async { Err("never").terminal() }).await?
            }
            Plan::Recover => self.recover(steps).await?,
            Plan::Stuck => {
                let policy = StepPolicy { retries: 0, timeout: Duration::from_secs(1), ..QUICK };
                steps.run::<(), _, _>("stuck", policy, |_| std::future::pending()).await?;
            }
            Plan::Nap { seconds } => {
                self.quote(steps).await?;
                steps.sleep("nap", Duration::from_secs(seconds)).await?;
                done(steps, "after").await?;
            }
            Plan::Wait { seconds } => {
                self.quote(steps).await?;
                match steps.wait_for::<Approved>("approval", Duration::from_secs(seconds)).await? {
                    WaitOutcome::Received(Approved { by, number }) => {
                        (report.by, report.number) = (Some(by), number);
                    }
                    WaitOutcome::TimedOut => report.by = Some("nobody".into()),
                }
                done(steps, "after").await?;
            }
            Plan::Late => {
                steps.sleep("nap", Duration::from_secs(2)).await?;
                let approval = steps.wait_for::<Approved>("approval", Duration::from_secs(3600)).await?;
                report.by = approval.received().map(|approved| approved.by);
            }
            Plan::Branches => {
                let (left, right) = (steps.branch("left").await?, steps.branch("right").await?);
                let (left, right) =
                    futures_util::future::join(done(&left, "work"), done(&right, "work")).await;
                left?;
                right?;
            }
            Plan::Trip => {
                book(steps).await?;
                steps.run::<(), _, _>("pay", QUICK, |_| async { Err("no money").terminal() }).await?;
            }
            Plan::LongTrip => {
                book(steps).await?;
                steps.wait_for::<Approved>("approval", Duration::from_secs(3600)).await?;
            }
            Plan::Twice => {
                done(steps, "same").await?;
                done(steps, "same").await?;
            }
            Plan::Many => {
                for number in 0..40 {
                    done(steps, &format!("step {number}")).await?;
                }
            }
            Plan::Large => {
                steps.run("large", QUICK, |_| async { Ok("x".repeat(1 << 20)) }).await?;
            }
        }
        Ok(report)
    }

    /// The step that differs between builds.
    async fn quote(&self, steps: &Steps) -> Result<(), StepError> {
        let (id, variant) = (steps.instance_id().to_owned(), self.variant.clone());
        let say = move || console_log!("{id}: quote by {variant}");
        match self.variant.as_str() {
            "renamed" => {
                let body = move |_| {
                    say();
                    async { Ok(Quote { cents: 2, note: String::new() }) }
                };
                steps.run("price", QUICK, body).await.map(drop)
            }
            "narrow" => {
                let body = move |_| {
                    say();
                    async { Ok(NarrowQuote { cents: 3 }) }
                };
                steps.run("quote", QUICK, body).await.map(drop)
            }
            "removed" => Ok(()),
            _ => {
                let body = move |_| {
                    say();
                    async { Ok(Quote { cents: 1, note: "first".into() }) }
                };
                steps.run("quote", QUICK, body).await.map(drop)
            }
        }
    }

    /// Goes another way after a failure, and waits, so that a test can restart it there.
    async fn recover(&self, steps: &Steps) -> Result<(), StepError> {
        let id = steps.instance_id().to_owned();
        let failed: Result<(), StepError> = steps
            .run("first way", QUICK, move |_| {
                console_log!("{id}: first way");
                async { Err("closed").terminal() }
            })
            .await;
        if failed.is_err() {
            done(steps, "second way").await?;
        }
        steps.wait_for::<Approved>("approval", Duration::from_secs(3600)).await.map(drop)
    }
}

/// A step that logs.
async fn done(steps: &Steps, name: &str) -> Result<(), StepError> {
    let line = format!("{}: {name}", steps.instance_id());
    steps
        .run(name, QUICK, move |_| {
            console_log!("{line}");
            async { Ok(()) }
        })
        .await
}

/// Books what can be undone. The first try to undo the hotel fails.
async fn book(steps: &Steps) -> Result<(), StepError> {
    for name in ["flight", "hotel", "car"] {
        let (line, undone) = (format!("{}: {name}", steps.instance_id()), steps.instance_id().to_owned());
        let mut tries = 0;
        let undo = Undo::new(move |booked: Option<String>| {
            tries += 1;
            console_log!("{undone}: undo {}, try {tries}", booked.as_deref().unwrap_or("nothing"));
            let full = name == "hotel" && tries == 1;
            async move { if full { Err("full").retryable() } else { Ok(()) } }
        });
        steps
            .run_with_undo(name, QUICK, undo.with_policy(SLOW), move |_| {
                console_log!("{line}");
                async move { Ok(format!("{name}-1")) }
            })
            .await?;
    }
    Ok(())
}
