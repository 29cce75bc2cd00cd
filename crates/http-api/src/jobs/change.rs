//! The body of `PATCH /v1/jobs/{id}`.

use serde::Serialize;
use utoipa::ToSchema;

use super::create::{
    MAX_TIMEOUT_SECONDS, choice, optional_interval, read_alert, read_concurrency, read_retry, read_task,
};
use super::schedule::read_schedule;
use super::{AlertPolicy, Concurrency, Interval, Misfire, Overlap, Retry, Schedule, Task};
use crate::request::{FromBody, Object, TextRule};

/// The body of `PATCH /v1/jobs/{id}`: what is named takes the place of what was, whole; what is not stays. `null` takes a
/// setting back to what a job has without it; a name, a schedule and a task cannot be taken away.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChangeJob {
    /// The version that was read: a job that was changed since is left as it is (409). Without it, the job is changed
    /// whatever it is by now.
    #[schema(minimum = 1, example = 1)]
    pub version: Option<u32>,
    /// A name for people.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "Nightly digest"
    )]
    pub name: Option<String>,
    /// When it fires, from now on.
    #[schema(nullable = false)]
    pub schedule: Option<Schedule>,
    /// What it does. Runs that are not over do what the job said when their time came.
    #[schema(nullable = false)]
    pub task: Option<Task>,
    /// How a failed run is tried again.
    pub retry: Option<Retry>,
    /// Which of several times that came while nobody looked are run.
    pub misfire: Option<Misfire>,
    /// How late a time may still be run.
    #[schema(value_type = Option<Interval>)]
    pub misfire_window: Option<Option<Interval>>,
    /// What becomes of a time that comes while an earlier run is not over.
    pub overlap: Option<Overlap>,
    /// How long one try may take, up to 30 seconds.
    #[schema(value_type = Option<Interval>)]
    pub timeout: Option<Option<Interval>>,
    /// With which other jobs it shares a limit.
    #[schema(value_type = Option<Concurrency>)]
    pub concurrency: Option<Option<Concurrency>>,
    /// When failures are told of.
    #[schema(value_type = Option<AlertPolicy>)]
    pub alert: Option<Option<AlertPolicy>>,
}

impl FromBody for ChangeJob {
    fn read(object: &Object<'_>) -> Option<Self> {
        for name in ["name", "schedule", "task"] {
            if object.raw(name).is_some() && !object.has(name) {
                object.refuse(name, "must not be null: a job always has one; leave it out to keep it");
            }
        }
        let named = |name: &str| object.raw(name).is_some();
        let schedule = object.optional_object("schedule").and_then(|schedule| read_schedule(&schedule));
        let task = object.optional_object("task").and_then(|task| read_task(&task));
        let retry = object.optional_object("retry").map(|retry| read_retry(&retry));
        let concurrency = object.optional_object("concurrency").and_then(|group| read_concurrency(&group));
        let alert = object.optional_object("alert").and_then(|alert| read_alert(&alert));
        Some(Self {
            version: object.optional_integer("version", 1, u32::MAX),
            name: object.optional_text("name", TextRule::line(200)),
            schedule,
            task,
            retry: named("retry").then(|| retry.unwrap_or_default()),
            misfire: named("misfire").then(|| choice(object, "misfire", Misfire::ACCEPTED)),
            misfire_window: named("misfire_window")
                .then(|| optional_interval(object, "misfire_window", Interval::MAX_SECONDS)),
            overlap: named("overlap").then(|| choice(object, "overlap", Overlap::ACCEPTED)),
            timeout: named("timeout").then(|| optional_interval(object, "timeout", MAX_TIMEOUT_SECONDS)),
            concurrency: named("concurrency").then_some(concurrency),
            alert: named("alert").then_some(alert),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;
    use crate::request::read_body;

    #[test]
    fn what_is_not_named_stays_and_null_takes_a_setting_back() {
        let read = |body: &str| read_body::<ChangeJob>(body.as_bytes()).unwrap();
        let nothing = read("{}");
        assert_eq!((nothing.version, &nothing.name, &nothing.schedule), (None, &None, &None));
        assert_eq!((nothing.task, nothing.retry, nothing.misfire, nothing.overlap), (None, None, None, None));
        assert_eq!((nothing.misfire_window, nothing.timeout, nothing.concurrency), (None, None, None));

        let back = read(
            r#"{"retry":null,"misfire":null,"misfire_window":null,"overlap":null,"timeout":null,"concurrency":null}"#,
        );
        assert_eq!((back.retry, back.misfire), (Some(Retry::default()), Some(Misfire::Last)));
        assert_eq!(back.overlap, Some(Overlap::Allow));
        assert_eq!(
            (back.misfire_window, back.timeout, back.concurrency),
            (Some(None), Some(None), Some(None))
        );

        let set =
            read(r#"{"version":3,"name":"N","schedule":{"every":"2h"},"timeout":"5s","overlap":"skip"}"#);
        assert_eq!((set.version, set.name.as_deref()), (Some(3), Some("N")));
        assert_eq!((set.timeout, set.overlap), (Some(Interval::from_seconds(5)), Some(Overlap::Skip)));
    }

    #[test]
    fn what_a_job_cannot_have_is_refused_as_at_its_creation() {
        for (body, code, pointer) in [
            (r#"{"name":null}"#, Code::RequestInvalid, "/name"),
            (r#"{"schedule":null}"#, Code::RequestInvalid, "/schedule"),
            (r#"{"task":null}"#, Code::RequestInvalid, "/task"),
            (r#"{"name":""}"#, Code::RequestInvalid, "/name"),
            (r#"{"version":0}"#, Code::RequestInvalid, "/version"),
            (r#"{"schedule":{"every":"0s"}}"#, Code::JobInvalidSchedule, "/schedule/every"),
            (r#"{"schedule":{}}"#, Code::JobUnsupportedSchedule, "/schedule"),
            (r#"{"task":{"kind":"fax"}}"#, Code::JobUnsupportedTask, "/task/kind"),
            (r#"{"overlap":"maybe"}"#, Code::JobUnsupportedOption, "/overlap"),
            (r#"{"timeout":"31s"}"#, Code::RequestInvalid, "/timeout"),
            (r#"{"concurrency":{"group":"a"}}"#, Code::RequestInvalid, "/concurrency/limit"),
            (r#"{"retry":{"max_attempts":0}}"#, Code::RequestInvalid, "/retry/max_attempts"),
        ] {
            let problem = read_body::<ChangeJob>(body.as_bytes()).expect_err(body);
            let pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!((problem.code(), pointers.as_slice()), (code, [pointer].as_slice()), "{body}");
        }
    }
}
