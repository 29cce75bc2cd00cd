//! Calls: the envelope around every answer, pages, and what is tried again.

use std::thread;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::http::{Method, Request};

use super::credentials::Credentials;
use super::failure::{Failure, Refusal, permission};

/// How long a call may take in all: the longest are uploads and migrations of D1, which has 30 s for a query.
const LIMIT: Duration = Duration::from_secs(60);
/// How often a call is made that fails for a reason that passes.
const TRIES: u32 = 4;
/// The pause before the second try; each later one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest wait that the platform may ask for; a longer one is told instead.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The longest answer that is read, in bytes: a version with its code, which may be 64 MiB, in base64.
const LONGEST_ANSWER: u64 = 96 * 1024 * 1024;
/// The path that only reads, whatever its method.
const GRAPHQL: &str = "/graphql";
/// Entries of a page. All lists take at least so many.
const PAGE: usize = 50;

/// See the module. It has no `Debug`: it holds a token.
pub(super) struct Http {
    agent: ureq::Agent,
    base: String,
    authorization: String,
}

/// A whole answer.
struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: String,
}

impl Http {
    pub(super) fn new(credentials: &Credentials) -> Self {
        Self::within(credentials, LIMIT)
    }

    fn within(credentials: &Credentials, limit: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(limit))
            // A refusal carries the reason in its body.
            .http_status_as_error(false)
            .user_agent(concat!("weft/", env!("CARGO_PKG_VERSION")))
            .build();
        let Credentials { base, token, .. } = credentials;
        Self { agent: config.into(), base: base.clone(), authorization: format!("Bearer {token}") }
    }

    /// Reads.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.call(&Method::GET, path, None)
    }

    /// Makes something, or asks.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(super) fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.call(&Method::POST, path, Some(text(body)))
    }

    /// Replaces something.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(super) fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.call(&Method::PUT, path, Some(text(body)))
    }

    /// Takes something away; what is not there counts as taken away.
    ///
    /// # Errors
    /// Any [`Failure`] but [`Failure::Missing`].
    pub(super) fn delete(&self, path: &str) -> Result<(), Failure> {
        match self.call::<Value>(&Method::DELETE, path, None) {
            Ok(_) | Err(Failure::Missing(_)) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Takes the entries of a list away.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(super) fn delete_all(&self, path: &str, entries: &impl Serialize) -> Result<(), Failure> {
        self.call::<Value>(&Method::DELETE, path, Some(text(entries))).map(drop)
    }

    /// Reads a list to its end, page by page. An answer that says nothing of pages is the whole list.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(super) fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Failure> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut all: Vec<T> = Vec::new();
        for page in 1_usize.. {
            let path = format!("{path}{separator}page={page}&per_page={PAGE}");
            let (mut found, info) = self.answered::<Vec<T>>(&Method::GET, &path, None)?;
            let read = found.len();
            all.append(&mut found);
            let last = match info["total_count"].as_u64().and_then(|total| usize::try_from(total).ok()) {
                Some(total) => all.len() >= total,
                None => info.is_null() || read < PAGE,
            };
            if last || read == 0 {
                break;
            }
        }
        Ok(all)
    }

    /// Asks the GraphQL Analytics API, whose answers have an envelope of their own and may refuse with 200.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(super) fn query<T: DeserializeOwned>(&self, query: &str, variables: &Value) -> Result<T, Failure> {
        let call = format!("{} {GRAPHQL}", Method::POST);
        let body = text(&json!({ "query": query, "variables": variables }));
        let answer = self.tried(&Method::POST, GRAPHQL, Some(&body))?;
        let unreadable = |cause: String| Failure::Unreadable { call: call.clone(), cause };
        let mut envelope: Value = match serde_json::from_str(&answer.body) {
            Ok(envelope) => envelope,
            Err(error) if answer.status == 200 => return Err(unreadable(error.to_string())),
            Err(_) => Value::Null,
        };
        let refusal = refusal(call.clone(), answer.status, &envelope);
        if refusal.message.contains("not authorized") || refusal.message.contains("does not have access") {
            return Err(Failure::Forbidden { permission: permission(&call) });
        }
        if answer.status != 200 || !envelope["errors"].as_array().is_none_or(Vec::is_empty) {
            return Err(Failure::of(refusal));
        }
        serde_json::from_value(envelope["data"].take()).map_err(|error| unreadable(error.to_string()))
    }

    fn call<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Option<String>,
    ) -> Result<T, Failure> {
        self.answered(method, path, body).map(|(result, _)| result)
    }

    /// An answer's result, and what it says of pages.
    fn answered<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Option<String>,
    ) -> Result<(T, Value), Failure> {
        let call = format!("{method} {path}");
        let answer = self.tried(method, path, body.as_deref())?;
        let unreadable = |cause: String| Failure::Unreadable { call: call.clone(), cause };
        let envelope = serde_json::from_str::<Value>(&answer.body);
        if (200..300).contains(&answer.status) {
            let mut envelope = envelope.map_err(|error| unreadable(error.to_string()))?;
            if envelope["success"] == Value::Bool(true) {
                let result = serde_json::from_value(envelope["result"].take())
                    .map_err(|error| unreadable(error.to_string()))?;
                return Ok((result, envelope["result_info"].take()));
            }
            return Err(Failure::of(refusal(call, answer.status, &envelope)));
        }
        Err(Failure::of(refusal(call, answer.status, &envelope.unwrap_or_default())))
    }

    /// Sends, and again where that is harmless: a call that was told to wait took no effect, and what reads, replaces or
    /// takes away may be repeated. What makes something is not: the next run sees whether it is there.
    fn tried(&self, method: &Method, path: &str, body: Option<&str>) -> Result<Answer, Failure> {
        let repeatable = matches!(*method, Method::GET | Method::PUT | Method::DELETE) || path == GRAPHQL;
        let mut pause = PAUSE;
        for attempt in 1.. {
            let last = attempt == TRIES;
            match self.send(method, path, body) {
                Ok(answer) if answer.status == 429 => {
                    let wait = answer.retry_after.unwrap_or(pause);
                    if last || wait > LONGEST_WAIT {
                        return Err(Failure::RateLimited { wait });
                    }
                    thread::sleep(wait);
                }
                Ok(answer) if answer.status >= 500 && repeatable && !last => thread::sleep(pause),
                Ok(answer) => return Ok(answer),
                Err(_) if repeatable && !last => thread::sleep(pause),
                Err(cause) => {
                    return Err(Failure::Unreachable {
                        call: format!("{method} {path}"),
                        cause: cause.to_string(),
                        uncertain: *method != Method::GET,
                    });
                }
            }
            pause *= 2;
        }
        unreachable!("the last attempt returns")
    }

    fn send(&self, method: &Method, path: &str, body: Option<&str>) -> Result<Answer, ureq::Error> {
        let request = Request::builder()
            .method(method.clone())
            .uri(format!("{}{path}", self.base))
            .header("authorization", &self.authorization)
            .header("accept", "application/json");
        let mut response = match body {
            Some(body) => self.agent.run(request.header("content-type", "application/json").body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let seconds =
            response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after: seconds.map(Duration::from_secs),
            body: response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string()?,
        })
    }
}

fn text(body: &impl Serialize) -> String {
    serde_json::to_value(body).unwrap_or_default().to_string()
}

/// What a refusal says: the first of its errors, with the words of those below it.
fn refusal(call: String, status: u16, envelope: &Value) -> Refusal {
    let error = &envelope["errors"][0];
    let code = error["code"].as_u64().and_then(|code| u32::try_from(code).ok()).unwrap_or_default();
    let message = error["message"].as_str().unwrap_or("it gave no reason").to_owned();
    Refusal { call, status, code, message }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A server that gives these answers one after another, each to a connection of its own, and none after them.
    fn answering(answers: Vec<&'static str>) -> (Http, Arc<Mutex<usize>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(0));
        let count = Arc::clone(&asked);
        thread::spawn(move || {
            let mut answers = answers.into_iter();
            let mut open = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                *count.lock().unwrap() += 1;
                let _ = stream.read(&mut [0; 4096]);
                match answers.next() {
                    Some(answer) => stream.write_all(answer.as_bytes()).unwrap(),
                    None => open.push(stream),
                }
            }
        });
        let credentials = Credentials { base, token: "t".to_owned(), account: None };
        (Http::within(&credentials, Duration::from_secs(1)), asked)
    }

    const FINE: &str =
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 29\r\n\r\n{\"success\":true,\"result\":[1]}";
    const WAIT: &str =
        "HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n";
    const WAIT_LONG: &str = "HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\nretry-after: 300\r\ncontent-length: 0\r\n\r\n";
    const BROKEN: &str = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    const CUT: &str = "";

    #[test]
    fn what_reads_is_tried_again_after_a_breakdown_a_cut_and_a_wait() {
        let (http, asked) = answering(vec![BROKEN, CUT, WAIT, FINE]);
        assert_eq!(http.get::<Vec<u8>>("/x").unwrap(), [1]);
        assert_eq!(*asked.lock().unwrap(), 4);
    }

    #[test]
    fn what_makes_something_is_tried_again_only_where_it_was_told_to_wait() {
        let (http, asked) = answering(vec![WAIT, CUT, FINE]);
        let failure = http.post::<Vec<u8>>("/x", &1).unwrap_err();
        assert!(matches!(failure, Failure::Unreachable { uncertain: true, .. }), "{failure}");
        assert_eq!(*asked.lock().unwrap(), 2);
    }

    const FIRST: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 61\r\n\r\n\
        {\"success\":true,\"result\":[1],\"result_info\":{\"total_count\":2}}";

    #[test]
    fn a_list_is_read_to_the_end_that_it_tells_of() {
        let (http, asked) = answering(vec![FIRST, FIRST, FINE]);
        assert_eq!(http.list::<u8>("/x").unwrap(), [1, 1]);
        assert_eq!(http.list::<u8>("/x").unwrap(), [1], "an answer without pages is all there is");
        assert_eq!(*asked.lock().unwrap(), 3);
    }

    #[test]
    fn a_long_wait_is_told_and_not_waited_for() {
        let (http, _) = answering(vec![WAIT_LONG]);
        let failure = http.get::<Vec<u8>>("/x").unwrap_err();
        assert_eq!(failure.to_string(), "the platform asks to wait: run this again in 300 s");
    }

    #[test]
    fn no_answer_ends_with_what_to_do() {
        let (http, _) = answering(vec![]);
        let failure = http.post::<Vec<u8>>("/x", &1).unwrap_err();
        assert!(
            failure.to_string().contains("`POST /x`") && failure.to_string().contains("run this again"),
            "{failure}"
        );
    }

    #[test]
    fn a_page_of_something_else_is_no_answer() {
        let (http, _) =
            answering(vec!["HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 6\r\n\r\n<html>"]);
        assert!(matches!(http.get::<Vec<u8>>("/x"), Err(Failure::Unreadable { .. })));
    }
}
