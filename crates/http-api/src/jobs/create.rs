//! The body of `POST /v1/jobs`, and how its unions are read.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::interval::Written;
use super::schedule::read_schedule;
use super::{AlertPolicy, Concurrency, HttpMethod, Interval, Misfire, Overlap, Retry, Schedule, Task};
use crate::Payload;
use crate::events::{KIND, SOURCE};
use crate::problem::Code;
use crate::request::{FromBody, Object, TextRule};
use crate::workflows::{MOST_PAGES, read_endpoint};

/// The body of `POST /v1/jobs`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CreateJob {
    /// A name for people.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "Nightly digest"
    )]
    pub name: String,
    /// When it fires.
    pub schedule: Schedule,
    /// What it does.
    pub task: Task,
    /// How a failed run is tried again.
    #[schema(value_type = Option<Retry>)]
    pub retry: Retry,
    /// Which of several times that came while nobody looked are run.
    #[schema(value_type = Option<Misfire>)]
    pub misfire: Misfire,
    /// How late a time may still be run; later, it is missed. Without it, however late, or a minute where `misfire` is
    /// `none`.
    pub misfire_window: Option<Interval>,
    /// What becomes of a time that comes while an earlier run is not over.
    #[schema(value_type = Option<Overlap>)]
    pub overlap: Overlap,
    /// How long one try may take, up to 30 seconds, which it may without it.
    pub timeout: Option<Interval>,
    /// With which other jobs it shares a limit.
    pub concurrency: Option<Concurrency>,
    /// When failures are told of; never, without it.
    pub alert: Option<AlertPolicy>,
}

impl FromBody for CreateJob {
    fn read(object: &Object<'_>) -> Option<Self> {
        let name = object.required_text("name", TextRule::line(200));
        let schedule = object.required_object("schedule").and_then(|schedule| read_schedule(&schedule));
        let task = object.required_object("task").and_then(|task| read_task(&task));
        let retry = object.optional_object("retry").map(|retry| read_retry(&retry));
        let misfire = choice(object, "misfire", Misfire::ACCEPTED);
        let overlap = choice(object, "overlap", Overlap::ACCEPTED);
        let misfire_window = optional_interval(object, "misfire_window", Interval::MAX_SECONDS);
        let timeout = optional_interval(object, "timeout", MAX_TIMEOUT_SECONDS);
        let concurrency = object.optional_object("concurrency").and_then(|group| read_concurrency(&group));
        let alert = object.optional_object("alert").and_then(|alert| read_alert(&alert));
        Some(Self {
            name: name?,
            schedule: schedule?,
            task: task?,
            retry: retry.unwrap_or_default(),
            misfire,
            misfire_window,
            overlap,
            timeout,
            concurrency,
            alert,
        })
    }
}

/// The longest timeout, in seconds.
pub(super) const MAX_TIMEOUT_SECONDS: u32 = 30;

/// One of a closed set. A setting that is not supported has a code of its own: a client that sends one counts on its
/// effect.
pub(super) fn choice<T: DeserializeOwned + Default>(object: &Object<'_>, name: &str, detail: &str) -> T {
    if !object.has(name) {
        return T::default();
    }
    object.decode(name).unwrap_or_else(|| {
        object.refuse_as(Code::JobUnsupportedOption, name, detail);
        T::default()
    })
}

pub(super) fn optional_interval(object: &Object<'_>, name: &str, max_seconds: u32) -> Option<Interval> {
    if !object.has(name) {
        return None;
    }
    let interval = read_interval(object, name, Code::RequestInvalid)?;
    if interval.seconds() > max_seconds {
        object.refuse(name, format!("must be at most {max_seconds} seconds"));
    }
    Some(interval)
}

/// Reads `{group, limit}`.
pub(super) fn read_concurrency(object: &Object<'_>) -> Option<Concurrency> {
    let group = object.required_text("group", TextRule::token(64));
    let limit = object.optional_integer("limit", 1, Concurrency::MAX_LIMIT);
    if !object.has("limit") {
        object.refuse("limit", "is required");
    }
    Some(Concurrency { group: group?, limit: limit? })
}

/// Reads `{after}`.
pub(super) fn read_alert(object: &Object<'_>) -> Option<AlertPolicy> {
    if !object.has("after") {
        object.refuse("after", "is required");
    }
    Some(AlertPolicy { after: object.optional_integer("after", 1, AlertPolicy::MAX_AFTER)? })
}

/// Reads a task by its `kind`.
pub(super) fn read_task(object: &Object<'_>) -> Option<Task> {
    let kind = object.required_text("kind", TextRule::slug(64))?;
    match kind.as_str() {
        "event" => {
            let source = object.required_text("source", SOURCE);
            let r#type = object.required_text("type", KIND);
            let payload = required_json(object, "payload");
            Some(Task::Event { source: source?, r#type: r#type?, payload: payload? })
        }
        "workflow" => {
            let name = object.required_text("name", TextRule::slug(64));
            let params = required_json(object, "params");
            Some(Task::Workflow { name: name?, params: params? })
        }
        "report" => {
            let account = object.required_text("account", TextRule::line(256));
            let days = object.optional_integer("days", 1, Task::MAX_DAYS).unwrap_or(Task::usual_days());
            Some(Task::Report { account: account?, days })
        }
        "http" => read_http(object),
        "purge" => Some(Task::Purge {}),
        "sync" => {
            let endpoint_id = read_endpoint(object);
            let max_pages = object.optional_integer("max_pages", 1, MOST_PAGES);
            Some(Task::Sync { endpoint_id: endpoint_id?, max_pages })
        }
        "heartbeat" => {
            let grace = required_interval(object, "grace")?;
            if grace.seconds() > Task::MAX_GRACE_SECONDS {
                object.refuse("grace", "must be at most 7 days");
            }
            Some(Task::Heartbeat { grace })
        }
        _ => {
            let detail = format!(
                "`{kind}` is not supported; `event`, `workflow`, `report`, `http`, `purge`, `sync` and `heartbeat` are"
            );
            object.refuse_as(Code::JobUnsupportedTask, "kind", detail);
            None
        }
    }
}

fn read_http(object: &Object<'_>) -> Option<Task> {
    let url = object.required_text("url", TextRule::line(2_048));
    let accepted = "must be `POST`, `GET`, `PUT`, `PATCH` or `DELETE`";
    let method = object.optional_choice("method", accepted).unwrap_or_default();
    let headers = object.optional_object("headers").map(|headers| read_headers(&headers));
    if headers.as_ref().is_some_and(|headers| headers.len() > Task::MAX_HEADERS) {
        object.refuse("headers", format!("must be at most {}", Task::MAX_HEADERS));
    }
    let payload = if object.has("payload") { required_json(object, "payload") } else { None };
    let body = object.optional_text("body", TextRule::text(Task::MAX_PAYLOAD_BYTES));
    if payload.is_some() && body.is_some() {
        object.refuse("body", "cannot be beside `payload`: send one of them");
    }
    let without = matches!(method, HttpMethod::Get | HttpMethod::Delete);
    if without && (payload.is_some() || body.is_some()) {
        let name = if body.is_some() { "body" } else { "payload" };
        object.refuse(name, "is not sent by `GET` and `DELETE`: leave it out");
    }
    Some(Task::Http { url: url?, method, headers, header_names: Vec::new(), payload, body })
}

fn read_headers(headers: &Object<'_>) -> BTreeMap<String, String> {
    let text = |name: &str| {
        let value = headers.decode::<String>(name);
        if value.is_none() {
            headers.refuse(name, "must be a text");
        }
        value
    };
    headers.names().filter_map(|name| Some((name.to_ascii_lowercase(), text(name)?))).collect()
}

fn required_json(object: &Object<'_>, name: &str) -> Option<Payload> {
    let json = object.required_raw(name)?;
    if json.get().len() > Task::MAX_PAYLOAD_BYTES {
        object.refuse(name, format!("must be at most {} bytes of JSON", Task::MAX_PAYLOAD_BYTES));
    }
    Some(json.into())
}

/// Reads `{max_attempts?, delay?}`.
pub(super) fn read_retry(object: &Object<'_>) -> Retry {
    let default = Retry::default();
    let delay = match object.has("delay") {
        true => read_interval(object, "delay", Code::RequestInvalid).unwrap_or(default.delay),
        false => default.delay,
    };
    if delay.seconds() > Retry::MAX_DELAY_SECONDS {
        object.refuse("delay", "must be at most an hour");
    }
    Retry {
        max_attempts: object.optional_integer("max_attempts", 1, 10).unwrap_or(default.max_attempts),
        delay,
        jitter: object.optional_choice("jitter", "must be `none` or `full`").unwrap_or_default(),
    }
}

/// Reads an interval that is there, as text or seconds.
pub(super) fn read_interval(object: &Object<'_>, name: &str, code: Code) -> Option<Interval> {
    let interval = match object.decode::<Written>(name) {
        Some(written) => written.try_into(),
        None => Err(super::NotAnInterval::Form),
    };
    interval.map_err(|error| object.refuse_as(code, name, error.to_string())).ok()
}

/// Reads an interval that must be there.
pub(crate) fn required_interval(object: &Object<'_>, name: &str) -> Option<Interval> {
    if !object.has(name) {
        object.refuse(name, "is required");
        return None;
    }
    read_interval(object, name, Code::RequestInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_body;

    const TASK: &str = r#"{"kind":"event","source":"generic","type":"tick","payload":{"n":1}}"#;

    fn with_schedule(schedule: &str) -> String {
        format!(r#"{{"name":"Tick","schedule":{schedule},"task":{TASK}}}"#)
    }

    #[test]
    fn each_form_of_schedule_is_read() {
        let check = |schedule: &str, expect: &str| {
            let job = read_body::<CreateJob>(with_schedule(schedule).as_bytes()).unwrap();
            assert_eq!(serde_json::to_string(&job.schedule).unwrap(), expect, "{schedule}");
        };
        check(r#"{"every":"90m"}"#, r#"{"every":"1h30m"}"#);
        check(r#"{"every":15}"#, r#"{"every":"15s"}"#);
        check(r#"{"every":"15s","at":null}"#, r#"{"every":"15s"}"#);
        check(r#"{"cron":"@daily"}"#, r#"{"cron":"@daily","timezone":"UTC"}"#);
        let whole = r#"{"cron":"0 9 * * 1","timezone":"Europe/Berlin","gap":"skip","fold":"twice","start":"2026-11-22T07:00:00.000Z","end":"2027-11-22T07:00:00.000Z","exclude":["2026-12-25"],"jitter":"30s"}"#;
        check(whole, whole);
        let whole = r#"{"every":"1h","anchor":"2026-11-22T07:00:00.000Z","start":"2026-11-22T07:00:00.000Z","end":"2027-11-22T07:00:00.000Z","exclude":["2026-12-25"],"timezone":"Asia/Tokyo","jitter":"30s"}"#;
        check(whole, whole);
        check(r#"{"at":"2026-11-22T08:00:00+01:00"}"#, r#"{"at":"2026-11-22T07:00:00.000Z"}"#);
    }

    #[test]
    fn a_refusal_has_the_code_and_the_pointer_of_its_cause() {
        let check = |body: &str, code: Code, pointers: &[&str]| {
            let problem = read_body::<CreateJob>(body.as_bytes()).expect_err(body);
            let found: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!((problem.code(), found.as_slice()), (code, pointers), "{body}");
            assert_eq!(problem.status(), 422);
        };
        let schedule =
            |schedule: &str, code, pointers: &[&str]| check(&with_schedule(schedule), code, pointers);
        let invalid = Code::JobInvalidSchedule;
        for (text, pointers) in [
            (r#"{"cron":"* * * * *","every":"5m"}"#, &["/schedule"][..]),
            (r#"{"cron":"* * * * *","anchor":"2026-11-22T07:00:00Z"}"#, &["/schedule/anchor"]),
            (r#"{"every":"5m","gap":"skip"}"#, &["/schedule/gap"]),
            (r#"{"at":"2026-11-22T07:00:00Z","jitter":"5s"}"#, &["/schedule/jitter"]),
            (r#"{"cron":"* * * * *","jitter":"61m","end":"soon"}"#, &["/schedule/end", "/schedule/jitter"]),
        ] {
            schedule(text, invalid, pointers);
        }
        for (text, pointer) in [
            (r#"{"cron":7}"#, "/schedule/cron"),
            (r#"{"cron":"* * * * *","timezone":7}"#, "/schedule/timezone"),
            (r#"{"cron":"* * * * *","gap":"leap"}"#, "/schedule/gap"),
            (r#"{"cron":"* * * * *","fold":2}"#, "/schedule/fold"),
            (r#"{"every":"5m","exclude":"2026-12-25"}"#, "/schedule/exclude"),
        ] {
            schedule(text, Code::RequestInvalid, &[pointer]);
        }
        schedule("{}", Code::JobUnsupportedSchedule, &["/schedule"]);
        schedule(r#"{"every":"15s","at":"2026-11-22T07:00:00Z"}"#, Code::JobInvalidSchedule, &["/schedule"]);
        schedule(r#"{"every":"0s"}"#, Code::JobInvalidSchedule, &["/schedule/every"]);
        schedule(r#"{"every":1.5}"#, Code::JobInvalidSchedule, &["/schedule/every"]);
        schedule(r#"{"every":-1}"#, Code::JobInvalidSchedule, &["/schedule/every"]);
        schedule(r#"{"at":"tomorrow"}"#, Code::JobInvalidSchedule, &["/schedule/at"]);
        schedule(r#""daily""#, Code::RequestInvalid, &["/schedule"]);
        check("{}", Code::RequestInvalid, &["/name", "/schedule", "/task"]);

        let task = |task: &str, code, pointers: &[&str]| {
            check(&format!(r#"{{"name":"Tick","schedule":{{"every":"5m"}},"task":{task}}}"#), code, pointers);
        };
        task(r#"{"kind":"fax","number":"1"}"#, Code::JobUnsupportedTask, &["/task/kind"]);
        for (http, pointers) in [
            (r#"{"kind":"http"}"#, &["/task/url"][..]),
            (r#"{"kind":"http","url":"https://a.example","method":"HEAD"}"#, &["/task/method"]),
            (r#"{"kind":"http","url":"https://a.example","headers":{"x-a":1}}"#, &["/task/headers/x-a"]),
            (r#"{"kind":"http","url":"https://a.example","payload":1,"body":"1"}"#, &["/task/body"]),
            (r#"{"kind":"http","url":"https://a.example","method":"GET","payload":1}"#, &["/task/payload"]),
        ] {
            task(http, Code::RequestInvalid, pointers);
        }
        task(
            r#"{"kind":"event","source":"Big Co"}"#,
            Code::RequestInvalid,
            &["/task/source", "/task/type", "/task/payload"],
        );
        let large =
            format!(r#"{{"kind":"event","source":"generic","type":"t","payload":"{}"}}"#, "x".repeat(65_536));
        task(&large, Code::RequestInvalid, &["/task/payload"]);

        for heartbeat in [r#"{"kind":"heartbeat"}"#, r#"{"kind":"heartbeat","grace":"8d"}"#] {
            task(heartbeat, Code::RequestInvalid, &["/task/grace"]);
        }

        let rest = |rest: &str, code, pointers: &[&str]| {
            check(
                &format!(r#"{{"name":"Tick","schedule":{{"every":"5m"}},"task":{TASK},{rest}}}"#),
                code,
                pointers,
            );
        };
        rest(
            r#""overlap":"maybe","misfire":"latest""#,
            Code::JobUnsupportedOption,
            &["/misfire", "/overlap"],
        );
        rest(
            r#""misfire_window":"0s","timeout":"31s","concurrency":{"group":"a b"},"retry":{"jitter":"some"}"#,
            Code::RequestInvalid,
            &["/retry/jitter", "/misfire_window", "/timeout", "/concurrency/group", "/concurrency/limit"],
        );
        rest(
            r#""retry":{"max_attempts":11,"delay":"2h"}"#,
            Code::RequestInvalid,
            &["/retry/delay", "/retry/max_attempts"],
        );
    }

    #[test]
    fn retry_has_defaults_for_what_is_left_out() {
        let body = format!(
            r#"{{"name":"T","schedule":{{"every":"5m"}},"task":{TASK},"retry":{{"max_attempts":1}}}}"#
        );
        let job = read_body::<CreateJob>(body.as_bytes()).unwrap();
        assert_eq!(job.retry, Retry { max_attempts: 1, ..Retry::default() });
    }
}
