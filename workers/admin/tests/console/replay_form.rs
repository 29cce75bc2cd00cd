//! A dead letter's page, and the form on it that has its event run again.

use admin::forms::{TOKEN, token_for};
use admin::request::Request;
use test_kit::Fixtures;

use crate::dead_letters::{Pipeline, ask, list};
use crate::team::Team;
use crate::{BROWSER, acts};

const ORIGIN: &str = "https://admin.example";

#[test]
fn an_operators_form_replays_and_leads_back_and_a_viewer_is_offered_none() {
    let (pipeline, make) = (Pipeline::default(), Fixtures::new(1));
    pipeline.dead_event(&make, make.tenant());
    let letter = list(&pipeline, "")["items"][0]["id"].as_str().expect("an id").to_owned();
    let (owner, viewer) = (Team::person("ada@example.com"), Team::person("vera@example.com"));
    let path = format!("/admin/dead-letters/{letter}");
    let page = |token: &str| {
        let url = format!("{ORIGIN}{path}");
        let request = Request {
            method: "GET",
            url: &url,
            path: &path,
            accept: Some(BROWSER),
            assertion: Some(token),
            ..Request::default()
        };
        ask(&pipeline, &request).answer
    };
    let shown = page(&owner);
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains(&format!("action=\"{path}/replay\"")), "{}", shown.body);
    assert!(shown.body.contains(&token_for(&owner)) && !shown.body.contains(&token_for(&viewer)));
    assert!(!page(&viewer).body.contains("/replay"), "what a role may not do is not offered");

    let form_path = format!("{path}/replay");
    let url = format!("{ORIGIN}{form_path}");
    let send = |token: &str, proof: &str, origin: &str| {
        let body = format!("{TOKEN}={proof}");
        let request = Request {
            method: "POST",
            url: &url,
            path: &form_path,
            accept: Some(BROWSER),
            assertion: Some(token),
            origin: Some(origin),
            content_type: Some("application/x-www-form-urlencoded"),
            body: Some(body.as_bytes()),
            ..Request::default()
        };
        ask(&pipeline, &request)
    };
    for (token, proof, origin, code) in [
        (&viewer, token_for(&viewer), ORIGIN, "access.role_missing"),
        (&owner, token_for(&viewer), ORIGIN, "access.cross_site"),
        (&owner, token_for(&owner), "https://elsewhere.example", "access.cross_site"),
    ] {
        let refused = send(token, &proof, origin);
        assert_eq!((refused.answer.status, refused.code), (403, Some(code)));
        assert!(refused.answer.body.starts_with("<!DOCTYPE html>"));
    }
    assert!(acts(&pipeline.control).is_empty() && pipeline.queue.take().is_empty());

    let done = send(&owner, &token_for(&owner), ORIGIN).answer;
    assert_eq!((done.status, done.header("location")), (303, Some(&*path)));
    assert_eq!((pipeline.queue.take().len(), acts(&pipeline.control).len()), (1, 2));
    assert!(page(&owner).body.contains("person:ada@example.com"), "the page says who did it");
}
