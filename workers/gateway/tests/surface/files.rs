//! Files: stored, read by ranges and conditions, sent in parts; and another tenant's, which are not there.

use test_kit::{MemoryFileBytes, run};

use crate::world::{Answered, Asked, World};

const TEN: &[u8] = b"0123456789";

fn get<'w>(world: &'w World, path: &str) -> Asked<'w> {
    world.ask("GET", path)
}

fn post<'w>(world: &'w World, path: &str) -> Asked<'w> {
    world.ask("POST", path)
}

fn stored(world: &World, name: &str, media_type: &str, body: &[u8]) -> serde_json::Value {
    let path = format!("/v1/files?name={name}");
    let answer = post(world, &path).header("content-type", media_type).body(body).send();
    assert_eq!(answer.status(), 201, "{}", answer.json());
    answer.json()
}

fn path(file: &serde_json::Value) -> String {
    format!("/v1/files/{}", file["id"].as_str().unwrap_or_default())
}

#[test]
fn a_file_comes_back_as_it_was() {
    let world = World::new();
    let file = stored(&world, "..%2Fa%20b.txt", "text/plain; charset=utf-8", TEN);
    assert_eq!((&file["name"], &file["size_bytes"]), (&"a b.txt".into(), &10.into()));
    let answer = get(&world, &path(&file)).send();
    assert_eq!((answer.status(), answer.streamed().as_deref()), (200, Some(TEN)));
    assert_eq!(answer.header("etag"), file["etag"].as_str());
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("content-disposition"), Some("inline; filename=\"a b.txt\""));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.header("content-security-policy").is_some_and(|policy| policy.contains("sandbox")));
    assert_eq!(get(&world, &format!("{}/info", path(&file))).send().json(), file);
}

#[test]
fn what_can_run_is_sent_to_be_saved() {
    let world = World::new();
    for media_type in ["text/html", "image/svg+xml", "application/pdf"] {
        let answer = get(&world, &path(&stored(&world, "x", media_type, TEN))).send();
        assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"x\""), "{media_type}");
    }
}

#[test]
fn conditions_and_ranges_are_heeded() {
    let world = World::new();
    let file = stored(&world, "a", "text/plain", TEN);
    let etag = file["etag"].as_str().unwrap().to_owned();
    let check = |headers: &[(&str, &str)], status: u16, body: Option<&[u8]>| -> Answered {
        let asked =
            headers.iter().fold(get(&world, &path(&file)), |asked, (name, value)| asked.header(name, value));
        let answer = asked.send();
        assert_eq!((answer.status(), answer.streamed().as_deref()), (status, body), "{headers:?}");
        answer
    };
    check(&[("if-none-match", &etag)], 304, None);
    check(&[("if-none-match", "\"x\"")], 200, Some(TEN));
    check(&[("if-match", "\"x\"")], 412, None).refused(412, "file.precondition_failed");
    let part = check(&[("range", "bytes=2-4")], 206, Some(b"234"));
    assert_eq!(part.header("content-range"), Some("bytes 2-4/10"));
    check(&[("range", "bytes=2-4"), ("if-range", &etag)], 206, Some(b"234"));
    check(&[("range", "bytes=2-4"), ("if-range", "\"x\"")], 200, Some(TEN));
    check(&[("range", "bytes=0-1,3-4")], 200, Some(TEN));
    let beyond = check(&[("range", "bytes=10-")], 416, None);
    beyond.refused(416, "file.range_not_satisfiable");
    assert_eq!(beyond.header("content-range"), Some("bytes */10"));
}

#[test]
fn head_tells_the_length_and_sends_nothing() {
    let world = World::new();
    let file = stored(&world, "a", "text/plain", TEN);
    let answer = world.ask("HEAD", &path(&file)).header("range", "bytes=0-1").send();
    assert_eq!((answer.status(), answer.streamed()), (200, None));
    assert_eq!(answer.header("content-length"), Some("10"));
}

#[test]
fn a_form_is_a_file_with_its_own_name_and_type() {
    let world = World::new();
    let form = "--xy\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
        Content-Type: text/csv\r\n\r\n1,2\r\n--xy--\r\n";
    let send = |body: &str| {
        let asked = post(&world, "/v1/files").header("content-type", "multipart/form-data; boundary=xy");
        asked.body(body.as_bytes()).send()
    };
    let answer = send(form);
    assert_eq!((&answer.json()["name"], &answer.json()["media_type"]), (&"a.csv".into(), &"text/csv".into()));
    assert_eq!(get(&world, &path(&answer.json())).send().streamed().as_deref(), Some(&b"1,2"[..]));
    send("nothing").refused(400, "file.malformed_form");
    let bare = post(&world, "/v1/files").header("content-type", "multipart/form-data").body(b"x").send();
    bare.refused(400, "file.malformed_form");
    let cut = send(&form[..form.len() - 10]);
    cut.refused(400, "file.incomplete");
    assert_eq!(run(world.files.files.totals(world.tenant)), Ok((1, 3)), "its room is free again");
}

#[test]
fn other_bytes_than_were_said_are_refused_and_keep_no_room() {
    let world = World::new();
    let send = |sha256: &str, body: &[u8]| {
        post(&world, "/v1/files").header("x-content-sha256", sha256).body(body).send()
    };
    send(&"0".repeat(64), TEN).refused(422, "file.checksum_mismatch");
    send("abc", TEN).refused(400, "request.invalid_header");
    assert_eq!(run(world.files.files.totals(world.tenant)), Ok((0, 0)));
    let good = send(&MemoryFileBytes::digest(TEN), TEN);
    assert_eq!((good.status(), good.json()["sha256"].as_str()), (201, Some(&*MemoryFileBytes::digest(TEN))));
}

#[test]
fn a_body_without_a_length_is_taken_too() {
    let world = World::new();
    let answer = post(&world, "/v1/files").body(TEN).unmeasured().send();
    assert_eq!((answer.status(), &answer.json()["size_bytes"]), (201, &10.into()));
    assert_eq!(run(world.files.files.totals(world.tenant)), Ok((1, 10)));
}

#[test]
fn a_key_stores_once() {
    let world = World::new();
    let send =
        |key: &str, body: &[u8]| post(&world, "/v1/files").header("idempotency-key", key).body(body).send();
    let (first, again) = (send("k", TEN), send("k", TEN));
    assert_eq!((again.status(), again.json()), (201, first.json()));
    send("k", b"other length").refused(422, "idempotency.key_reused");
    assert_eq!(run(world.files.files.totals(world.tenant)), Ok((1, 10)));
}

#[test]
fn parts_make_a_file() {
    let world = World::new();
    let size = 8 * 1024 * 1024 + 3;
    let begin = || {
        let asked = post(&world, "/v1/files/uploads").header("idempotency-key", "k");
        asked.json(&format!(r#"{{"name": "big.bin", "size_bytes": {size}}}"#)).send()
    };
    let begun = begin();
    assert_eq!((begun.status(), begin().json()["id"].clone()), (201, begun.json()["id"].clone()));
    let upload = format!("/v1/files/uploads/{}", begun.json()["id"].as_str().unwrap());
    let put =
        |number: &str, body: &[u8]| world.ask("PUT", &format!("{upload}/parts/{number}")).body(body).send();
    put("1", b"short").refused(422, "request.invalid");
    put("3", b"abc").refused(422, "request.invalid");
    put("one", b"abc").refused(422, "request.invalid");
    assert_eq!(put("2", b"abc").status(), 200);
    let complete = || post(&world, &format!("{upload}/complete")).send();
    complete().refused(409, "file.parts_missing");
    assert_eq!(put("1", &vec![7; 8 * 1024 * 1024]).status(), 200);
    assert_eq!(get(&world, &upload).send().json()["parts"].as_array().map(Vec::len), Some(2));
    let (file, again) = (complete(), complete());
    assert_eq!((file.status(), &file.json()["size_bytes"], again.json()), (200, &size.into(), file.json()));
    get(&world, &upload).send().refused(404, "file.upload_not_found");
    let end = get(&world, &path(&file.json())).header("range", "bytes=-4").send();
    assert_eq!(end.streamed().as_deref(), Some(&b"\x07abc"[..]));
}

#[test]
fn what_is_given_up_frees_its_room() {
    let world = World::new();
    let begin = || post(&world, "/v1/files/uploads").json(r#"{"name": "a", "size_bytes": 30}"#).send().json();
    let upload = format!("/v1/files/uploads/{}", begin()["id"].as_str().unwrap());
    assert_eq!(world.ask("DELETE", &upload).send().status(), 204);
    world.ask("DELETE", &upload).send().refused(404, "file.upload_not_found");
    assert_eq!(run(world.files.files.totals(world.tenant)), Ok((0, 0)));
    begin();
    world.clock.advance(domain::file::UPLOAD_MS);
    assert_eq!(run(app::files::sweep(&world.files)), Ok(1));
    assert_eq!(run(world.files.files.totals(world.tenant)), Ok((0, 0)));
    let much = post(&world, "/v1/files/uploads").json(r#"{"name": "a", "size_bytes": 21474836480}"#).send();
    assert_eq!(much.status(), 201);
    post(&world, "/v1/files").body(TEN).send().refused(409, "file.quota_exceeded");
}

#[test]
fn a_deleted_file_is_gone_with_its_bytes() {
    let world = World::new();
    let file = stored(&world, "a", "text/plain", TEN);
    let kept = stored(&world, "b", "text/plain", TEN);
    assert_eq!(world.ask("DELETE", &path(&file)).send().status(), 204);
    for method in ["GET", "DELETE"] {
        world.ask(method, &path(&file)).send().refused(404, "file.not_found");
    }
    let listed = get(&world, "/v1/files").send().json();
    assert_eq!(listed["items"], serde_json::json!([kept]));
    let prefix = format!("{}/files/", world.tenant);
    let objects = run(world.files.objects.list(&prefix, None, 10)).unwrap();
    assert_eq!(objects.len(), 1);
}

#[test]
fn another_tenants_files_are_not_there() {
    let world = World::new();
    let file = stored(&world, "a", "text/plain", TEN);
    let begun = post(&world, "/v1/files/uploads").json(r#"{"name": "a", "size_bytes": 3}"#).send().json();
    let upload = format!("/v1/files/uploads/{}", begun["id"].as_str().unwrap());
    let other = world.make.tenant();
    let stranger = format!(
        "Bearer {}",
        world.key(|key| {
            key.tenant_id = other;
            key.scopes = vec!["files:write".into(), "files:read".into()];
        })
    );
    for (method, path, code) in [
        ("GET", path(&file), "file.not_found"),
        ("GET", format!("{}/info", path(&file)), "file.not_found"),
        ("DELETE", path(&file), "file.not_found"),
        ("GET", upload.clone(), "file.upload_not_found"),
        ("PUT", format!("{upload}/parts/1"), "file.upload_not_found"),
        ("POST", format!("{upload}/complete"), "file.upload_not_found"),
        ("DELETE", upload.clone(), "file.upload_not_found"),
    ] {
        world
            .ask(method, &path)
            .without("authorization")
            .header("authorization", &stranger)
            .body(b"abc")
            .send()
            .refused(404, code);
    }
    assert_eq!(
        get(&world, "/v1/files").without("authorization").header("authorization", &stranger).send().json()["items"],
        serde_json::json!([])
    );
    assert_eq!(get(&world, &path(&file)).send().streamed().as_deref(), Some(TEN));
    assert_eq!(get(&world, &upload).send().status(), 200);
}
