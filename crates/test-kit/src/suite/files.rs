//! What a store of files' rows must do.

use app::ports::{CreationKey, FileQuery, FileState, FileStore, FinishedFile, NewFile, NewUpload, Reserved};
use contracts::Timestamp;
use contracts::pipeline::files::Part;
use ids::{FileId, TenantId};

use crate::Fixtures;

const NOW: Timestamp = Timestamp::from_unix_ms(1_000);
const MOST: u64 = 1_000;

fn new(tenant: TenantId, number: u8) -> NewFile {
    let mut random = [number; 10];
    random.iter_mut().zip(tenant.to_string().bytes().rev()).take(9).for_each(|(byte, letter)| *byte = letter);
    random[9] = number;
    NewFile {
        file_id: FileId::from_parts(u64::from(number), random),
        name: format!("{number}.txt"),
        media_type: "text/plain".into(),
        reserved_bytes: 100,
        upload: None,
        created_at: Timestamp::from_unix_ms(u64::from(number)),
        expires_at: Timestamp::from_unix_ms(5_000),
    }
}

fn in_parts(tenant: TenantId, number: u8) -> NewFile {
    let upload = NewUpload { upload_id: "u".into(), object_key: "k".into() };
    NewFile { upload: Some(upload), ..new(tenant, number) }
}

fn finished(size_bytes: u64) -> FinishedFile {
    FinishedFile { object_key: "key".into(), size_bytes, etag: "tag".into(), sha256: Some("ab".into()) }
}

async fn stored(store: &dyn FileStore, tenant: TenantId, file: &NewFile) {
    assert_eq!(store.reserve(tenant, file, None, MOST).await, Ok(Reserved::New));
    assert!(store.finish(tenant, file.file_id, &finished(10)).await.unwrap().is_some());
}

pub(super) async fn a_file_is_seen_once_it_is_finished(store: &dyn FileStore) {
    let make = Fixtures::new(71);
    let (tenant, other) = (make.tenant(), make.tenant());
    let file = new(tenant, 1);
    store.reserve(tenant, &file, None, MOST).await.unwrap();
    assert_eq!(store.get(tenant, file.file_id).await, Ok(None));
    assert_eq!(store.finish(other, file.file_id, &finished(10)).await, Ok(None));
    let (kept, object_key) = store.finish(tenant, file.file_id, &finished(10)).await.unwrap().unwrap();
    assert_eq!((kept.size_bytes, &*kept.name, kept.sha256.as_deref()), (10, "1.txt", Some("ab")));
    assert_eq!((&*kept.etag, kept.created_at), ("tag", file.created_at));
    assert_eq!(store.get(tenant, file.file_id).await, Ok(Some((kept.clone(), object_key))));
    // A second attempt finds the first's.
    let second = FinishedFile { object_key: "other".into(), ..finished(20) };
    assert_eq!(store.finish(tenant, file.file_id, &second).await, Ok(Some((kept, "key".into()))));
}

pub(super) async fn room_is_reserved_settled_and_given_back(store: &dyn FileStore) {
    let make = Fixtures::new(72);
    let (tenant, other) = (make.tenant(), make.tenant());
    let (first, second) = (new(tenant, 1), new(tenant, 2));
    store.reserve(tenant, &first, None, 150).await.unwrap();
    stored(store, other, &new(other, 1)).await;
    assert_eq!(store.reserve(tenant, &second, None, 150).await, Ok(Reserved::QuotaExceeded { used: 100 }));
    store.finish(tenant, first.file_id, &finished(50)).await.unwrap();
    assert_eq!(store.totals(tenant).await, Ok((1, 50)));
    assert_eq!(store.reserve(tenant, &second, None, 150).await, Ok(Reserved::New));
    store.doom(tenant, second.file_id, FileState::Storing, NOW).await.unwrap().unwrap();
    assert_eq!(store.totals(tenant).await, Ok((2, 150)), "its bytes are still there");
    store.forget(tenant, second.file_id).await.unwrap();
    assert_eq!(store.totals(tenant).await, Ok((1, 50)));
    assert_eq!(store.totals(other).await, Ok((1, 10)));
}

pub(super) async fn a_key_reserves_once(store: &dyn FileStore) {
    let make = Fixtures::new(73);
    let (tenant, other) = (make.tenant(), make.tenant());
    let key = |hash: &str| CreationKey { key: "k".into(), request_hash: hash.into() };
    let first = new(tenant, 1);
    let before = |ready| Ok(Reserved::Before { file_id: first.file_id, ready });
    assert_eq!(store.reserve(tenant, &first, Some(&key("h")), MOST).await, Ok(Reserved::New));
    assert_eq!(store.reserve(tenant, &new(tenant, 2), Some(&key("h")), MOST).await, before(false));
    store.finish(tenant, first.file_id, &finished(10)).await.unwrap();
    assert_eq!(store.reserve(tenant, &new(tenant, 2), Some(&key("h")), MOST).await, before(true));
    let another = store.reserve(tenant, &new(tenant, 2), Some(&key("i")), MOST).await;
    assert_eq!(another, Ok(Reserved::KeyReused));
    assert_eq!(store.reserve(other, &new(other, 2), Some(&key("i")), MOST).await, Ok(Reserved::New));
}

pub(super) async fn lists_are_newest_first_and_narrowed(store: &dyn FileStore) {
    let make = Fixtures::new(74);
    let (tenant, other) = (make.tenant(), make.tenant());
    for number in 1..=3 {
        stored(store, tenant, &new(tenant, number)).await;
    }
    stored(store, tenant, &NewFile { media_type: "a/b".into(), ..new(tenant, 4) }).await;
    stored(store, other, &new(other, 1)).await;
    store.reserve(tenant, &new(tenant, 5), None, MOST).await.unwrap();
    let names = async |query: FileQuery| {
        let files = store.list(tenant, &query).await.unwrap();
        files.into_iter().map(|file| file.name).collect::<Vec<_>>()
    };
    let all = FileQuery { limit: 10, ..FileQuery::default() };
    assert_eq!(names(all.clone()).await, ["4.txt", "3.txt", "2.txt", "1.txt"]);
    assert_eq!(names(FileQuery { limit: 2, ..all.clone() }).await, ["4.txt", "3.txt"]);
    let before = Some(new(tenant, 3).file_id);
    assert_eq!(names(FileQuery { before, ..all.clone() }).await, ["2.txt", "1.txt"]);
    assert_eq!(names(FileQuery { name: Some("2.txt".into()), ..all.clone() }).await, ["2.txt"]);
    assert_eq!(names(FileQuery { media_type: Some("a/b".into()), ..all }).await, ["4.txt"]);
}

pub(super) async fn parts_are_noted_while_the_upload_is_there(store: &dyn FileStore) {
    let make = Fixtures::new(75);
    let (tenant, other) = (make.tenant(), make.tenant());
    let file = in_parts(tenant, 1);
    store.reserve(tenant, &file, None, MOST).await.unwrap();
    let part = |number: u32, etag: &str| Part { number, size_bytes: 7, etag: etag.into() };
    assert_eq!(store.note_part(tenant, file.file_id, &part(2, "b")).await, Ok(true));
    assert_eq!(store.note_part(tenant, file.file_id, &part(1, "a")).await, Ok(true));
    assert_eq!(store.note_part(tenant, file.file_id, &part(2, "c")).await, Ok(true));
    assert_eq!(store.note_part(other, file.file_id, &part(1, "x")).await, Ok(false));
    let upload = store.upload(tenant, file.file_id).await.unwrap().unwrap();
    assert_eq!(upload.parts, [part(1, "a"), part(2, "c")]);
    assert_eq!((upload.file.reserved_bytes, &*upload.upload.upload_id), (100, "u"));
    assert_eq!(store.upload(other, file.file_id).await, Ok(None));
    store.finish(tenant, file.file_id, &finished(100)).await.unwrap().unwrap();
    assert_eq!(store.upload(tenant, file.file_id).await, Ok(None));
    assert_eq!(store.note_part(tenant, file.file_id, &part(1, "a")).await, Ok(false));
}

pub(super) async fn what_is_deleted_is_seen_by_the_sweep_alone(store: &dyn FileStore) {
    let make = Fixtures::new(76);
    let (tenant, other) = (make.tenant(), make.tenant());
    let file = new(tenant, 1);
    stored(store, tenant, &file).await;
    assert_eq!(store.doom(other, file.file_id, FileState::Ready, NOW).await, Ok(None));
    assert_eq!(store.doom(tenant, file.file_id, FileState::Uploading, NOW).await, Ok(None));
    store.forget(tenant, file.file_id).await.unwrap();
    assert!(store.get(tenant, file.file_id).await.unwrap().is_some(), "only what is deleted is forgotten");
    let doomed = store.doom(tenant, file.file_id, FileState::Ready, NOW).await.unwrap().unwrap();
    assert_eq!((doomed.tenant, doomed.file_id, &doomed.upload), (tenant, file.file_id, &None));
    assert_eq!(store.get(tenant, file.file_id).await, Ok(None));
    assert_eq!(store.doom(tenant, file.file_id, FileState::Ready, NOW).await, Ok(None));
    assert!(store.doomed(NOW, 1_000).await.unwrap().contains(&doomed));
    store.forget(tenant, file.file_id).await.unwrap();
    assert!(!store.doomed(NOW, 1_000).await.unwrap().contains(&doomed));
}

pub(super) async fn what_is_not_finished_in_time_is_given_up(store: &dyn FileStore) {
    let make = Fixtures::new(77);
    let tenant = make.tenant();
    let (piece, parts) = (new(tenant, 1), in_parts(tenant, 2));
    for file in [&piece, &parts] {
        store.reserve(tenant, file, None, MOST).await.unwrap();
    }
    let ours = async |now: u64| {
        let doomed = store.doomed(Timestamp::from_unix_ms(now), 1_000).await.unwrap();
        doomed.into_iter().filter(|doomed| doomed.tenant == tenant).collect::<Vec<_>>()
    };
    assert_eq!(ours(4_999).await, []);
    let doomed = ours(5_000).await;
    assert_eq!(doomed.len(), 2);
    assert!(doomed.iter().any(|doomed| doomed.file_id == parts.file_id && doomed.upload == parts.upload));
    assert_eq!(store.finish(tenant, piece.file_id, &finished(10)).await, Ok(None));
    assert_eq!(store.upload(tenant, parts.file_id).await, Ok(None));
}
