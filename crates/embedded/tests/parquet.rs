//! Archive rows through Parquet and back.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::rc::Rc;

use app::ports::{Archive, ArchiveFiles, ArchiveRow, EventArchive, Written};
use contracts::Timestamp;
use embedded::parquet::{FileError, FileWriter, ParquetArchive, read_event_ids, read_groups};
use ids::{EndpointId, EventId, TenantId};
use test_kit::{MemoryArchive, run};

fn row(number: u64) -> ArchiveRow {
    ArchiveRow {
        tenant: TenantId::from_parts(1, [1; 10]),
        event_id: EventId::from_parts(1_795_330_800_000 + number, [2; 10]),
        source: "generic".into(),
        kind: "call.completed".into(),
        subject: None,
        endpoint_id: None,
        occurred_at: None,
        received_at: Timestamp::from_unix_ms(1_795_330_800_000 + number),
        content_sha256: format!("{number:064x}"),
        object_key: format!("raw/{number}"),
        size_bytes: 2,
        media_type: "application/json".into(),
        trace_id: format!("{number:032x}"),
        payload: Some("{}".into()),
    }
}

fn full(number: u64) -> ArchiveRow {
    ArchiveRow {
        subject: Some("Zoë's “call”, 50 k€ 🎉\n\u{0}".into()),
        endpoint_id: Some(EndpointId::from_parts(1, [9; 10])),
        occurred_at: Some(Timestamp::from_unix_ms(0)),
        size_bytes: u32::MAX,
        payload: None,
        ..row(number)
    }
}

fn file(rows: &[ArchiveRow]) -> Vec<u8> {
    let mut file = FileWriter::new().unwrap();
    rows.iter().for_each(|row| file.push(row.clone()).unwrap());
    file.finish().unwrap().unwrap().1
}

fn read(file: Vec<u8>) -> Vec<ArchiveRow> {
    let mut all = Vec::new();
    read_groups(file, |rows| {
        all.extend(rows);
        Ok::<(), FileError>(())
    })
    .unwrap();
    all
}

#[test]
fn every_field_of_every_row_comes_back() {
    for rows in [
        vec![row(1)],
        vec![full(1)],
        vec![row(1), full(2), row(3)],
        vec![ArchiveRow { payload: Some(String::new()), subject: Some(String::new()), ..full(1) }],
        (0..45_000).map(|number| if number % 3 == 0 { full(number) } else { row(number) }).collect(),
    ] {
        let bytes = file(&rows);
        assert_eq!(bytes, file(&rows), "the same rows are the same bytes");
        assert_eq!(
            read_event_ids(bytes.clone()).unwrap(),
            rows.iter().map(|row| row.event_id).collect::<Vec<_>>()
        );
        assert_eq!(read(bytes), rows);
    }
}

#[test]
fn what_is_no_file_of_ours_is_an_error() {
    let whole = file(&[row(1)]);
    for spoiled in [Vec::new(), b"PAR1".to_vec(), b"hello".to_vec(), whole[..whole.len() - 9].to_vec()] {
        assert!(read_event_ids(spoiled).is_err());
    }
}

#[test]
fn a_file_says_what_is_in_it() {
    let mut writer = FileWriter::new().unwrap();
    for number in [5, 3, 9] {
        writer.push(row(number)).unwrap();
    }
    let (written, bytes) = writer.finish().unwrap().unwrap();
    assert_eq!((written.rows, written.bytes as usize, written.sha256.len()), (3, bytes.len(), 64));
    assert_eq!(written.received_at, (row(3).received_at, row(9).received_at));
    assert_eq!(written.event_ids, (row(3).event_id, row(9).event_id));
    assert_eq!(FileWriter::new().unwrap().finish().unwrap(), None, "no row, no file");
}

#[test]
fn merging_keeps_order_and_leaves_out_what_shall_go() {
    run(async {
        let objects = MemoryArchive::default();
        let archive = ParquetArchive::new(Rc::new(objects.clone()));
        for (key, rows) in [("a", vec![row(1), full(2)]), ("b", vec![row(3)])] {
            let Written::File(written) = archive.write(key, &rows).await.unwrap() else {
                panic!("rows go to files")
            };
            assert_eq!(written.rows as usize, rows.len());
        }
        let inputs = ["a".to_owned(), "b".to_owned()];
        for (without, expect) in [(vec![], vec![1, 2, 3]), (vec![2], vec![1, 3]), (vec![1, 2, 3], vec![])] {
            let ids =
                |numbers: &[u64]| numbers.iter().map(|number| row(*number).event_id).collect::<Vec<_>>();
            let without: BTreeSet<EventId> = ids(&without).into_iter().collect();
            let merged = archive.merge(&inputs, "merged", &without).await.unwrap();
            assert_eq!(merged.map_or(0, |written| written.rows as usize), expect.len());
            let found = archive.event_ids("merged").await.unwrap();
            assert_eq!(found, (!expect.is_empty()).then(|| ids(&expect)), "{expect:?}");
            objects.delete(&["merged".to_owned()]).await.unwrap();
        }
        let error = archive.merge(&["gone".to_owned()], "merged", &BTreeSet::new()).await.unwrap_err();
        assert!(error.message.contains("no file `gone`"), "{error}");
        assert_eq!(objects.keys(), ["a", "b"]);
    });
}
