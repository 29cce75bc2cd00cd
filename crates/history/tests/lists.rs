//! Lists of providers walked natively: what goes out, what is made of what comes back, and where the next walk begins.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use history::{Credentials, Description, Page, PageError, Position, Request, RequestError, Walk, catalog};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: u64 = 1_795_330_800_000;
const DAY: u64 = 86_400_000;

fn credentials() -> Credentials {
    Credentials { api_key: "key".into(), api_secret: Some("secret".into()) }
}

fn provider(name: &str) -> Description {
    catalog::find(name).expect("it reads").expect("it is there")
}

fn asked(name: &str, walk: &Walk) -> Request {
    let description = provider(name);
    let base = description.base_url.clone().unwrap_or_else(|| "https://us-1.api.gong.io".into());
    description.list_request(&base, &credentials(), walk).unwrap()
}

fn body(request: &Request) -> Value {
    serde_json::from_str(request.body.as_deref().unwrap()).unwrap()
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    &request.headers.iter().find(|(known, _)| known == name).unwrap().1
}

/// A description whose list is paged so.
fn paged(page: Value) -> Description {
    let description = json!({
        "title": "Ours", "documentation": [], "auth": { "bearer": {} },
        "list": { "method": "GET", "path": "/calls", "page": page, "items": "/items" },
        "item": { "id": "/id", "occurred_at": "/at", "kind": "call" },
    });
    Description::parse(&description.to_string()).unwrap()
}

fn read(
    description: &Description,
    page: &Value,
    link: Option<&str>,
    at: &Position,
) -> Result<Page, PageError> {
    description.read_page(page.to_string().as_bytes(), link, at)
}

#[test]
fn every_description_of_the_catalog_reads_and_says_where_it_is_documented() {
    assert_eq!(catalog::names().collect::<Vec<_>>(), ["elevenlabs", "fathom", "fireflies", "gong"]);
    for name in catalog::names() {
        let description = provider(name);
        assert!(!description.documentation.is_empty(), "{name}");
        assert!(description.documentation.iter().all(|page| page.starts_with("https://")), "{name}");
    }
    assert_eq!(catalog::find("zoom"), Ok(None));
}

#[test]
fn requests_are_as_the_providers_document_them() {
    let (first, later) = (Walk::since(NOW), Walk { at: Position::Cursor("c&1".into()), ..Walk::since(NOW) });
    let fathom = asked("fathom", &later);
    assert_eq!(
        fathom.url,
        "https://api.fathom.ai/external/v1/meetings?include_transcript=true&created_after=2026-11-22T07%3A00%3A00Z&cursor=c%261"
    );
    assert_eq!((header(&fathom, "x-api-key"), fathom.body.as_deref()), ("key", None));

    let gong = asked("gong", &first);
    assert_eq!(gong.url, "https://us-1.api.gong.io/v2/calls/extensive");
    assert_eq!(header(&gong, "authorization"), "Basic a2V5OnNlY3JldA==");
    let parties = json!({ "exposedFields": { "parties": true } });
    let filter = json!({ "fromDateTime": "2026-11-22T07:00:00Z" });
    assert_eq!(body(&gong), json!({ "contentSelector": parties, "filter": filter }));
    assert_eq!(body(&asked("gong", &later))["cursor"], "c&1");
    let more =
        provider("gong").detail_request("https://us-1.api.gong.io", &credentials(), "77").unwrap().unwrap();
    assert_eq!(more.url, "https://us-1.api.gong.io/v2/calls/transcript");
    assert_eq!(body(&more), json!({ "filter": { "callIds": ["77"] } }));

    let fireflies = asked("fireflies", &Walk { at: Position::Count(25), ..first.clone() });
    assert_eq!(header(&fireflies, "authorization"), "Bearer key");
    let variables = json!({ "limit": 25, "skip": 25, "fromDate": "2026-11-22T07:00:00Z" });
    assert_eq!(body(&fireflies)["variables"], variables);

    let elevenlabs = asked("elevenlabs", &first);
    assert_eq!(
        elevenlabs.url,
        "https://api.elevenlabs.io/v1/convai/conversations?page_size=50&call_start_after_unix=1795330800"
    );
    let more =
        provider("elevenlabs").detail_request("https://a.co/", &credentials(), "c/../x?").unwrap().unwrap();
    assert_eq!(more.url, "https://a.co/v1/convai/conversations/c%2F..%2Fx%3F");
    let up = provider("elevenlabs").detail_request("https://a.co", &credentials(), "..");
    assert_eq!(up.err(), Some(RequestError::ItemId));
}

#[test]
fn pages_of_each_kind_lead_to_the_next_and_end() {
    let first = Position::First;
    let cursor = paged(json!({ "cursor": { "to": { "query": "after" }, "from": "/next" } }));
    let page = json!({ "items": [{ "id": 7, "at": "2026-11-22T07:00:00Z" }], "next": "n" });
    let found = read(&cursor, &page, None, &first).unwrap();
    assert_eq!((found.items[0].id.as_str(), found.items[0].occurred_at_ms), ("7", Some(NOW)));
    assert_eq!(found.next, Some(Position::Cursor("n".into())));
    for end in [json!(null), json!("")] {
        assert_eq!(read(&cursor, &json!({ "items": [], "next": end }), None, &first).unwrap().next, None);
    }

    let link = paged(json!({ "link": {} }));
    let found = read(&link, &json!({ "items": [] }), Some(r#"</calls?page=2>; rel="next""#), &first).unwrap();
    let next = Walk { at: found.next.unwrap(), ..Walk::since(NOW) };
    let asked = |base: &str| link.list_request(base, &credentials(), &next).map(|request| request.url);
    assert_eq!(asked("https://a.co/api").unwrap(), "https://a.co/calls?page=2");
    let away = Walk { at: Position::Url("https://b.co/".into()), ..Walk::since(NOW) };
    let refused = link.list_request("https://a.co", &credentials(), &away).err();
    assert_eq!(refused, Some(RequestError::OtherHost("https://b.co/".into())));

    let number = paged(json!({ "number": { "to": { "query": "page" }, "first": 1 } }));
    let offset = paged(json!({ "offset": { "to": { "query": "skip" } } }));
    let two = json!({ "items": [{ "id": "a" }, { "id": "b" }] });
    let url = |description: &Description, at: &Position| {
        let walk = Walk { at: at.clone(), ..Walk::since(NOW) };
        description.list_request("https://a.co", &credentials(), &walk).unwrap().url
    };
    for (description, urls) in
        [(&number, ["page=1", "page=2", "page=3"]), (&offset, ["skip=0", "skip=2", "skip=4"])]
    {
        let mut at = Position::First;
        for query in urls {
            assert_eq!(url(description, &at), format!("https://a.co/calls?{query}"));
            at = read(description, &two, None, &at).unwrap().next.unwrap();
        }
        assert_eq!(read(description, &json!({ "items": [] }), None, &at).unwrap().next, None);
    }
}

#[test]
fn a_broken_page_says_what_is_wrong_with_it() {
    let cursor = paged(json!({ "cursor": { "to": { "query": "after" }, "from": "/next" } }));
    let check = |page: &str, at: &Position, words: &str| {
        let error = cursor.read_page(page.as_bytes(), None, at).unwrap_err().to_string();
        assert!(error.contains(words), "{page}: {error}");
    };
    let first = Position::First;
    check("<html>", &first, "not JSON");
    check("{}", &first, "no list of items at `/items`");
    check(r#"{"items":7}"#, &first, "no list of items");
    check(r#"{"items":[{"at":1}]}"#, &first, "no id at `/id`");
    check(r#"{"items":[],"next":"n"}"#, &Position::Cursor("n".into()), "names itself as the next");
    let many = json!({ "items": (0..201).map(|id| json!({ "id": id })).collect::<Vec<_>>() });
    check(&many.to_string(), &first, "201 items");
    check(&json!({ "items": [], "next": "x".repeat(9_000) }).to_string(), &first, "too long");
}

#[test]
fn an_answer_of_200_may_be_a_refusal() {
    let fireflies = provider("fireflies");
    let error =
        |error: Value| read(&fireflies, &json!({ "errors": [error] }), None, &Position::First).unwrap_err();
    assert_eq!(error(json!({ "message": "no", "code": "too_many_requests" })), PageError::RateLimited);
    assert_eq!(error(json!({ "message": "no such key" })), PageError::Refused("no such key".into()));
    assert_eq!(error(json!({ "code": "forbidden" })), PageError::Refused("forbidden".into()));
}

#[test]
fn gong_leaves_the_calls_out_where_there_are_none() {
    let gong = provider("gong");
    let empty = json!({ "requestId": "r", "records": { "totalRecords": 0 } });
    let page = read(&gong, &empty, None, &Position::First).unwrap();
    assert_eq!((page.items.len(), page.next), (0, None));
    assert!(read(&gong, &json!({ "requestId": "r" }), None, &Position::First).is_err());
}

#[test]
fn an_item_and_what_is_asked_about_it_make_one_call() {
    let gong = provider("gong");
    let call = json!({ "metaData": { "id": "77", "started": "2026-11-22T07:00:00Z" }, "parties": [] });
    let page = read(&gong, &json!({ "calls": [call], "records": {} }), None, &Position::First).unwrap();
    let about = |transcript: Value| {
        let about = json!({ "callTranscripts": [{ "callId": "77", "transcript": transcript }] });
        gong.read_detail(&page.items[0], about.to_string().as_bytes()).unwrap()
    };
    let (whole, ready) = about(json!([{ "speakerId": "1", "sentences": [] }]));
    assert!(ready && whole["metaData"]["id"] == "77" && whole["callTranscripts"][0]["callId"] == "77");
    assert!(!about(json!([])).1, "its text is not written yet");
}

#[test]
fn deliveries_name_the_items_that_the_lists_have() {
    let named =
        |name: &str, delivery: Value| provider(name).item_of_delivery(delivery.to_string().as_bytes());
    let line = json!([{ "speaker": { "display_name": "Ada" }, "text": "Hello." }]);
    assert_eq!(named("fathom", json!({ "recording_id": 5, "transcript": line })), Some("5".into()));
    assert_eq!(named("fathom", json!({ "recording_id": 5 })), None, "it does not bring the text");
    let call = json!({ "metaData": { "id": "77" }, "transcript": line });
    assert_eq!(named("gong", json!({ "callData": call })), Some("77".into()));
    let done = |kind: &str| json!({ "type": kind, "data": { "conversation_id": "c1" } });
    assert_eq!(named("elevenlabs", done("post_call_transcription")), Some("c1".into()));
    assert_eq!(named("elevenlabs", done("post_call_audio")), None);
    assert_eq!(provider("fathom").item_of_delivery(b"<xml/>"), None);
}

#[test]
fn the_next_walk_begins_a_day_before_the_latest_item_or_at_what_was_not_ready() {
    let item = |at: u64| json!({ "id": at, "at": at });
    let description = paged(json!({ "cursor": { "to": { "query": "after" }, "from": "/next" } }));
    let page = |items: Vec<Value>, next: Value| {
        read(&description, &json!({ "items": items, "next": next }), None, &Position::First).unwrap()
    };
    let begun = Walk::since(NOW - 90 * DAY);
    let (second, over) = begun.behind(&page(vec![item(NOW - DAY), item(NOW - 2 * DAY)], json!("n")), [], NOW);
    assert!(!over && second.is_under_way() && second.since_ms == begun.since_ms);
    let last = page(vec![item(NOW - 3 * DAY)], json!(null));
    assert_eq!(second.behind(&last, [], NOW), (Walk::since(NOW - 2 * DAY), true));
    assert_eq!(second.behind(&last, [NOW - 3 * DAY], NOW), (Walk::since(NOW - 3 * DAY), true));
    assert_eq!(
        second.behind(&last, [NOW - 8 * DAY], NOW),
        (Walk::since(NOW - 2 * DAY), true),
        "it has waited enough"
    );
    let future = page(vec![item(NOW + 50 * DAY)], json!(null));
    assert_eq!(begun.behind(&future, [], NOW), (Walk::since(NOW - DAY), true));
    assert_eq!(begun.behind(&page(vec![], json!(null)), [], NOW), (begun.clone(), true), "nothing happened");
    assert_eq!(second.again(), begun);
}

#[test]
fn a_description_that_could_send_the_credentials_elsewhere_or_makes_no_sense_is_refused() {
    let good = json!({
        "title": "Ours", "documentation": [], "auth": { "header": { "name": "x-key" } },
        "list": { "method": "GET", "path": "/calls", "page": { "link": {} }, "items": "" },
        "item": { "id": "/id", "occurred_at": "/at", "kind": "call" },
    });
    assert!(Description::parse(&good.to_string()).is_ok());
    for (at, value, pointer) in [
        ("/list/path", json!("//evil.example/x"), "/list/path"),
        ("/list/path", json!("/../x"), "/list/path"),
        ("/list/path", json!("/x?y"), "/list/path"),
        ("/list/path", json!("calls"), "/list/path"),
        ("/list/items", json!("items"), "/list/items"),
        ("/list/method", json!("POST"), "/list/method"),
        ("/list/method", json!("PUT"), "/list/method"),
        ("/list/body", json!({}), "/list/body"),
        ("/list/page", json!({ "cursor": { "to": { "body": "/c" }, "from": "/n" } }), "/list/page/cursor/to"),
        ("/list/since", json!({ "to": { "query": "s" }, "format": "roman" }), "/list/since/format"),
        ("/auth", json!({ "header": { "name": "Host" } }), "/auth/header/name"),
        ("/auth", json!({ "header": { "name": "host" } }), "/auth/header/name"),
        ("/item/kind", json!("a call"), "/item/kind"),
        ("/item/colour", json!("red"), "/item/colour"),
        ("/detail", json!({ "method": "GET", "path": "/x", "body": {}, "joins": "beside" }), "/detail/body"),
    ] {
        let mut bad = good.clone();
        let (parent, name) = at.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[name] = value;
        let error = Description::parse(&bad.to_string()).unwrap_err();
        assert_eq!(error.pointer, pointer, "{bad}: {error}");
    }
    assert!(Description::parse("").is_err() && Description::parse(&" ".repeat(20_000)).is_err());
}

#[test]
fn hostile_pages_and_descriptions_are_refused_or_read_and_nothing_else() {
    let seeds = [
        json!({ "items": [{ "recording_id": 1, "created_at": "2026-11-22T07:00:00Z" }], "next_cursor": "n" }),
        serde_json::from_str(include_str!("../src/providers/gong.json")).unwrap(),
    ];
    let texts = seeds.map(|seed| seed.to_string());
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "page", texts.iter().map(String::as_str), |bytes| {
        let _ = provider("fathom").read_page(bytes, std::str::from_utf8(bytes).ok(), &Position::First);
        let _ = provider("gong").item_of_delivery(bytes);
        let _ = std::str::from_utf8(bytes).map(Description::parse);
    });
}

proptest! {
    #[test]
    fn a_walk_over_any_pages_never_goes_back_and_ends_where_the_pages_do(
        pages in prop::collection::vec(prop::collection::vec(0..3 * NOW, 0..4), 1..6),
        since in 0..NOW,
    ) {
        let description = paged(json!({ "number": { "to": { "query": "page" }, "first": 0 } }));
        let mut walk = Walk::since(since);
        for times in pages.iter().filter(|times| !times.is_empty()) {
            let items: Vec<_> = times.iter().map(|at| json!({ "id": at, "at": at })).collect();
            let page = read(&description, &json!({ "items": items }), None, &walk.at).unwrap();
            let (next, over) = walk.behind(&page, [], NOW);
            prop_assert!(!over && next.since_ms == since && next.at != walk.at);
            walk = next;
        }
        let end = read(&description, &json!({ "items": [] }), None, &walk.at).unwrap();
        let (next, over) = walk.behind(&end, [], NOW);
        prop_assert!(over && !next.is_under_way() && next.since_ms >= since && next.since_ms <= NOW.max(since));
    }
}
