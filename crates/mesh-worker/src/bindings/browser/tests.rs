//! How requests are written, what is refused before, and how answers read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::actions::{Action, Content};
use super::answers::read;
use super::sessions::{acquire_path, session_path};
use super::*;

fn refused(action: &impl Action) -> String {
    action.check().map_or_else(|error| error.to_string(), |()| "accepted".into())
}

#[test]
fn a_page_is_written_as_the_product_reads_it() {
    let loading = Loading {
        goto_options: Some(Navigation {
            timeout: Some(60_000),
            wait_until: vec![Lifecycle::DomContentLoaded, Lifecycle::NetworkIdle0],
            referer: None,
        }),
        wait_for_selector: Some(Awaited { selector: "#a".into(), visible: true, ..Awaited::default() }),
        viewport: Some(Viewport { width: 800, height: 600, is_mobile: Some(true), ..Viewport::default() }),
        extra_headers: BTreeMap::from([("x-a".into(), "b".into())]),
        javascript: Some(false),
        cookies: vec![Cookie {
            name: "n".into(),
            value: "v".into(),
            http_only: Some(true),
            ..Cookie::default()
        }],
        authenticate: Some(Credentials { username: "u".into(), password: "p".into() }),
        add_style_tag: vec![Tag::Content("b{}".into()), Tag::Url("https://a/b.css".into())],
        requests: Some(RequestPatterns::Reject(vec!["ads".into()])),
        resources: Some(ResourceTypes::Allow(vec!["document".into()])),
        cache_ttl_s: Some(0),
        ..Loading::default()
    };
    assert_eq!(
        serde_json::to_value(Content(&Page::at("https://example.com").loaded(loading))).unwrap(),
        json!({
            "url": "https://example.com",
            "gotoOptions": { "timeout": 60_000, "waitUntil": ["domcontentloaded", "networkidle0"] },
            "waitForSelector": { "selector": "#a", "visible": true },
            "viewport": { "width": 800, "height": 600, "isMobile": true },
            "setExtraHTTPHeaders": { "x-a": "b" },
            "setJavaScriptEnabled": false,
            "cookies": [{ "name": "n", "value": "v", "httpOnly": true }],
            "authenticate": { "username": "u", "password": "p" },
            "addStyleTag": [{ "content": "b{}" }, { "url": "https://a/b.css" }],
            "rejectRequestPattern": ["ads"],
            "allowResourceTypes": ["document"],
            "cacheTTL": 0,
        })
    );
    assert_eq!(serde_json::to_value(Content(&Page::of_html("<p>"))).unwrap(), json!({ "html": "<p>" }));
}

#[test]
fn each_action_is_written_as_the_product_reads_it() {
    let page = || Page::of_html("x");
    let picture =
        Picture { format: PictureFormat::Jpeg, quality: Some(80), full_page: true, ..Picture::default() };
    let screenshot = Screenshot { selector: Some("h1".into()), picture, ..Screenshot::of(page()) };
    let print = Print {
        format: Some("a4".into()),
        prefer_css_page_size: true,
        margin: Some(Margin { top: Some("1cm".into()), ..Margin::default() }),
        ..Print::default()
    };
    let extract = Extract {
        page: page(),
        prompt: Some("prices".into()),
        schema: Some(json!({ "type": "object" })),
        models: vec![Model { model: "a/b".into(), authorization: None }],
    };
    let cases: [(Value, Value); 6] = [
        (
            serde_json::to_value(screenshot).unwrap(),
            json!({ "html": "x", "selector": "h1", "screenshotOptions": { "type": "jpeg", "quality": 80, "fullPage": true } }),
        ),
        (
            serde_json::to_value(Pdf { page: page(), print }).unwrap(),
            json!({ "html": "x", "pdfOptions": { "format": "a4", "preferCSSPageSize": true, "margin": { "top": "1cm" } } }),
        ),
        (
            serde_json::to_value(Links { visible_links_only: true, ..Links::of(page()) }).unwrap(),
            json!({ "html": "x", "visibleLinksOnly": true }),
        ),
        (
            serde_json::to_value(Scrape { page: page(), selectors: vec!["a".into()] }).unwrap(),
            json!({ "html": "x", "elements": [{ "selector": "a" }] }),
        ),
        (
            serde_json::to_value(Snapshot {
                page: page(),
                formats: vec![SnapshotFormat::AccessibilityTree, SnapshotFormat::Markdown],
                picture: None,
            })
            .unwrap(),
            json!({ "html": "x", "formats": ["accessibilityTree", "markdown"] }),
        ),
        (
            serde_json::to_value(extract).unwrap(),
            json!({
                "html": "x",
                "prompt": "prices",
                "response_format": { "type": "json_schema", "json_schema": { "type": "object" } },
                "custom_ai": [{ "model": "a/b" }],
            }),
        ),
    ];
    for (written, expected) in cases {
        assert_eq!(written, expected);
    }
}

#[test]
fn what_would_be_refused_is_not_sent() {
    let page = || Page::of_html("x");
    for (page, expected) in [
        (Page::of_html(""), "the HTML is empty: give a page or an address"),
        (
            Page::at("file:///etc/passwd"),
            "`file:///etc/passwd` is no address that starts with https:// or http://",
        ),
        (Page::at("javascript:1"), "`javascript:1` is no address that starts with https:// or http://"),
        (Page::at("HTTPS://example.com"), "accepted"),
        (
            page().loaded(Loading {
                goto_options: Some(Navigation { timeout: Some(60_001), ..Navigation::default() }),
                ..Loading::default()
            }),
            "`goto_options.timeout` is 60001, over the limit of 60000",
        ),
        (
            page().loaded(Loading { wait_for_timeout: Some(120_001), ..Loading::default() }),
            "`wait_for_timeout` is 120001, over the limit of 120000",
        ),
        (
            page().loaded(Loading { cache_ttl_s: Some(86_401), ..Loading::default() }),
            "`cache_ttl_s` is 86401, over the limit of 86400",
        ),
    ] {
        assert_eq!(refused(&Content(&page)), expected);
    }
    let clip = Some(Clip { x: 0.0, y: 0.0, width: 1.0, height: 1.0 });
    let both = Picture { clip, full_page: true, ..Picture::default() };
    assert!(refused(&Screenshot { picture: both, ..Screenshot::of(page()) }).contains("not both"));
    let fine = Picture { quality: Some(5), ..Picture::default() };
    assert!(
        refused(&Screenshot { picture: fine, ..Screenshot::of(page()) }).contains("leave it out for PNG")
    );
    let huge = Print { scale: Some(2.5), ..Print::default() };
    assert!(refused(&Pdf { page: page(), print: huge }).contains("0.1 to 2"));
    assert!(refused(&Scrape { page: page(), selectors: vec![] }).contains("no selector"));
    let one = Snapshot { page: page(), formats: vec![SnapshotFormat::Content; 2], picture: None };
    assert!(refused(&one).contains("at least two different formats"));
    let nothing = Extract { page: page(), prompt: None, schema: Some(json!({})), models: vec![] };
    assert!(refused(&nothing).contains("neither a prompt nor a schema"));
    let models = vec![Model { model: "m".into(), authorization: None }; 4];
    let many = Extract { page: page(), prompt: Some("p".into()), schema: None, models };
    assert_eq!(refused(&many), "4 models are over the limit of 3");
}

#[test]
fn sessions_are_addressed_by_plain_ids() {
    assert_eq!(session_path("1b-2_c").unwrap(), "/v1/devtools/browser/1b-2_c");
    for id in ["", "a/b", "..", "a?b", "ü"] {
        assert!(session_path(id).is_err(), "{id}");
    }
    assert_eq!(acquire_path(None).unwrap(), "/v1/acquire");
    assert_eq!(acquire_path(Some(600_000)).unwrap(), "/v1/acquire?keep_alive=600000");
    assert!(acquire_path(Some(9_999)).is_err() && acquire_path(Some(1_200_001)).is_err());
}

#[test]
fn answers_and_refusals_are_read() {
    let head = Head { status: 200, retry_after_s: None };
    let body = json!({
        "success": true,
        "result": [{ "selector": "a", "results": [{
            "html": "h", "text": "t", "width": 1.5, "height": 2, "top": 3, "left": -4,
            "attributes": [{ "name": "href", "value": "/" }],
        }] }],
        "meta": {
            "status": 404, "title": "T", "finalUrl": "https://b/", "headers": { "server": "s" },
            "redirectChain": [{ "url": "https://a/", "status": 301, "headers": {} }],
        },
    });
    let answer: Answer<Vec<Scraped>> = read("BROWSER", &head, Some(7), &body.to_string()).unwrap();
    assert_eq!((answer.meta.status, answer.meta.redirect_chain.len(), answer.browser_ms), (404, 1, Some(7)));
    assert_eq!(answer.result[0].results[0].attributes[0].name, "href");

    let refused = Head { status: 422, retry_after_s: None };
    let body =
        r#"{"success":false,"errors":[{"code":5008,"message":"Server refused connection.","detail":""}]}"#;
    let error = read::<String>("BROWSER", &refused, None, body).unwrap_err();
    assert_eq!(error.to_string(), "the product refused: Server refused connection. (code 5008, status 422)");
}

#[test]
fn a_tree_keeps_the_properties_that_it_does_not_name() {
    let node: AccessibleNode = serde_json::from_value(json!({
        "role": "RootWebArea", "name": "T", "children": [{ "role": "checkbox", "checked": "mixed", "level": 2 }],
    }))
    .unwrap();
    assert_eq!(node.children[0].properties["checked"], "mixed");
}

#[test]
fn secrets_are_not_printed() {
    let credentials = Credentials { username: "u".into(), password: "secret".into() };
    let model = Model { model: "m".into(), authorization: Some("secret".into()) };
    assert!(!format!("{credentials:?}{model:?}").contains("secret"));
}
