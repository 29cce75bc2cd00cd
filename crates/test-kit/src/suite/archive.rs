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
