//! What operators did, as another operator reads and takes it along.

use app::ports::AuditTrail;
use audit::{Entry, Verifier};
use serde_json::{Value, json};
use test_kit::run;

use crate::tenants::{OWNER, handle, json, world};
use crate::{acts, document};

const VIEWER: &str = "vera@example.com";

#[test]
fn every_change_is_on_record_with_who_what_before_and_after() {
    let (control, tenant, _) = world();
    let path = format!("/admin/api/tenants/{tenant}");
    handle(&control, OWNER, "PATCH", &path, Some(&json!({ "plan": "scale" })));
    handle(&control, OWNER, "PATCH", &path, Some(&json!({ "plan": "scale" })));
    handle(&control, VIEWER, "PATCH", &path, Some(&json!({ "plan": "trial" })));
    handle(&control, OWNER, "PATCH", &path, Some(&json!({ "plan": "gold" })));
    handle(&control, OWNER, "POST", &format!("{path}/suspend"), None);
    let key = json!({ "name": "CI", "scopes": ["events:write"] });
    let issued = json(&handle(&control, OWNER, "POST", &format!("{path}/keys"), Some(&key)));
    let key = issued["id"].as_str().expect("an id");
    for _ in 0..2 {
        handle(&control, OWNER, "DELETE", &format!("{path}/keys/{key}"), None);
    }
    let acts = acts(&control);
    let actions: Vec<_> = acts.iter().map(|act| &*act.action).collect();
    assert_eq!(
        actions,
        ["tenant.change", "tenant.suspend", "key.issue", "key.revoke"],
        "what changed nothing is none"
    );
    let read = |text: &Option<String>| serde_json::from_str::<Value>(text.as_deref().unwrap()).unwrap();
    let (before, after) = (read(&acts[0].before), read(&acts[0].after));
    assert_eq!((&before["plan"], &after["plan"]), (&json!("standard"), &json!("scale")));
    assert!(acts.iter().all(|act| act.actor == "person:ada@example.com" && act.tenant == Some(tenant)));
    assert!(acts.iter().all(|act| act.trace_id.len() == 32 && act.role == "owner"));
    let secret = issued["api_key"].as_str().expect("the secret");
    assert!(acts.iter().all(|act| !format!("{act:?}").contains(secret)), "no secret is on record");
}

#[test]
fn the_list_is_narrowed_and_paged_and_an_odd_filter_is_named() {
    let (control, tenant, neighbor) = world();
    for tenant in [tenant, neighbor, tenant] {
        let path = format!("/admin/api/tenants/{tenant}");
        for action in ["suspend", "resume"] {
            handle(&control, OWNER, "POST", &format!("{path}/{action}"), None);
        }
    }
    let list =
        |query: &str| json(&handle(&control, VIEWER, "GET", &format!("/admin/api/audit?{query}"), None));
    let sequences = |list: &Value| {
        let items = list["items"].as_array().expect("items").iter();
        items.map(|item| item["sequence"].as_u64().expect("a sequence")).collect::<Vec<_>>()
    };
    assert_eq!(sequences(&list("")), [6, 5, 4, 3, 2, 1]);
    assert_eq!(sequences(&list(&format!("tenant={neighbor}"))), [4, 3]);
    assert_eq!(sequences(&list("action=tenant.resume&actor=person:ada%40example.com")), [6, 4, 2]);
    assert_eq!(sequences(&list("actor=person:vera%40example.com")), [0; 0]);
    assert_eq!(sequences(&list("since=2099-01-01T00:00:00Z")), [0; 0]);
    let first = list("limit=4");
    assert_eq!(sequences(&first), [6, 5, 4, 3]);
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second = list(&format!("limit=4&cursor={cursor}"));
    assert_eq!((sequences(&second), &second["next_cursor"]), (vec![2, 1], &Value::Null));
    assert_eq!(first["items"][0]["before"]["active"], false);
    for (query, pointer) in [("since=yesterday", "?since"), ("tenant=acme", "?tenant")] {
        let problem = document(&handle(&control, VIEWER, "GET", &format!("/admin/api/audit?{query}"), None));
        assert_eq!((&problem["status"], &problem["errors"][0]["pointer"]), (&json!(400), &json!(pointer)));
    }
}

#[test]
fn an_export_is_the_whole_chain_in_parts_and_an_act_itself() {
    let (control, tenant, _) = world();
    for action in ["suspend", "resume", "suspend"] {
        handle(&control, OWNER, "POST", &format!("/admin/api/tenants/{tenant}/{action}"), None);
    }
    let (mut verifier, mut after, mut parts) = (Verifier::default(), 0, 0);
    loop {
        let path = format!("/admin/api/audit/export?limit=2&after={after}");
        let handled = handle(&control, VIEWER, "GET", &path, None);
        assert_eq!(handled.answer.header("content-type"), Some("application/x-ndjson"));
        for line in handled.answer.body.lines() {
            verifier.take(&serde_json::from_str::<Entry>(line).expect("a line")).expect("it holds");
        }
        parts += 1;
        match handled.answer.header("x-next-after") {
            Some(next) if parts < 10 => after = next.parse().expect("a sequence"),
            _ => break,
        }
    }
    let head = verifier.finish().unwrap();
    let last = run(control.entries_after(0, 100)).unwrap();
    let last = last.last().expect("an entry");
    assert_eq!((head.hash, &*last.act.action), (last.hash.clone(), "audit.export"));
    let problem = document(&handle(&control, VIEWER, "GET", "/admin/api/audit/export?limit=0", None));
    assert_eq!(problem["errors"][0]["pointer"], "?limit");
}
