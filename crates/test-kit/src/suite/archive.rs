//! Claims about the archive.

use app::ports::{Archive, ArchivedObject};

pub(super) async fn bytes_come_back_as_they_were(archive: &dyn Archive) {
    let every_byte: Vec<u8> = (0..=255).collect();
    for (key, media_type, body) in [
        ("ten_a/raw/1", "application/json", b"{\"a\": 1}".to_vec()),
        ("ten_a/raw/2", "text/plain; charset=iso-8859-1", every_byte),
        ("ten_b/raw/1", "application/octet-stream", vec![]),
    ] {
        archive.put(key, media_type, body.clone()).await.unwrap();
        let expect = ArchivedObject { media_type: media_type.into(), body };
        assert_eq!(archive.get(key).await, Ok(Some(expect)));
    }
}

pub(super) async fn what_is_not_there_is_none(archive: &dyn Archive) {
    archive.put("ten_c/raw/12", "text/plain", b"x".to_vec()).await.unwrap();
    for key in ["ten_c/raw/1", "ten_c/raw/123", "ten_d/raw/12"] {
        assert_eq!(archive.get(key).await, Ok(None), "{key}");
    }
}

pub(super) async fn storing_again_overwrites(archive: &dyn Archive) {
    for body in ["first", "second"] {
        archive.put("ten_e/raw/1", "text/plain", body.into()).await.unwrap();
        let expect = ArchivedObject { media_type: "text/plain".into(), body: body.into() };
        assert_eq!(archive.get("ten_e/raw/1").await, Ok(Some(expect)));
    }
}

pub(super) async fn storing_over_what_was_not_seen_is_refused(archive: &dyn Archive) {
    let key = "ten_f/manifest.json";
    let put = |body: &'static str, seen| archive.put_if(key, "application/json", body.into(), seen);
    assert_eq!(put("1", None).await, Ok(true), "nothing was there");
    assert_eq!(put("2", None).await, Ok(false), "something is there by now");
    let first = archive.version(key).await.unwrap();
    assert_eq!(put("3", first.as_ref()).await, Ok(true));
    assert_eq!(put("4", first.as_ref()).await, Ok(false), "it has changed since");
    assert_eq!(archive.get(key).await.unwrap().unwrap().body, b"3");
    assert_eq!(archive.version("ten_f/other").await, Ok(None));
}

pub(super) async fn what_is_deleted_is_gone_and_nothing_else(archive: &dyn Archive) {
    for key in ["ten_g/raw/1", "ten_g/raw/12", "ten_h/raw/1"] {
        archive.put(key, "text/plain", b"x".to_vec()).await.unwrap();
    }
    let keys = ["ten_g/raw/1".to_owned(), "ten_g/raw/never".to_owned()];
    for _ in 0..2 {
        archive.delete(&keys).await.unwrap();
        assert_eq!(archive.get("ten_g/raw/1").await, Ok(None));
    }
    archive.delete(&[]).await.unwrap();
    for key in ["ten_g/raw/12", "ten_h/raw/1"] {
        assert!(archive.get(key).await.unwrap().is_some(), "{key}");
    }
}

pub(super) async fn lists_are_in_order_and_paged(archive: &dyn Archive) {
    for key in ["ten_i/b", "ten_i/a", "ten_i/c/d", "ten_j/a", "ten_i2/a"] {
        archive.put(key, "text/plain", b"x".to_vec()).await.unwrap();
    }
    for limit in [1, 2, 1_000] {
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = archive.list("ten_i/", seen.last().map(String::as_str), limit).await.unwrap();
            assert!(page.len() <= limit as usize);
            if page.is_empty() {
                break;
            }
            seen.extend(page.into_iter().map(|object| object.key));
        }
        assert_eq!(seen, ["ten_i/a", "ten_i/b", "ten_i/c/d"], "in pages of {limit}");
    }
}
