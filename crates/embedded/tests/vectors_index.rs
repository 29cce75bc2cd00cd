//! Slabs and the index over them: what goes in is found, what is stored comes back, what is damaged is refused.

use std::collections::BTreeMap;

use embedded::vectors::{
    IndexError, Key, QuantizedQuery, Slab, SlabError, VectorError, VectorIndex, decode_row, encode_row, top_k,
};
use proptest::prelude::*;

fn key(number: u8) -> Key {
    let mut key = [0; 16];
    key[15] = number;
    key
}

/// The first numbers of the keys found, best first.
fn found(index: &VectorIndex, query: &[f32], k: usize) -> Vec<u8> {
    let query = QuantizedQuery::new(query).expect("a good query");
    let ranking = index.search(&query, k, -1.0, |_| true).expect("a query of the index's dimensions");
    assert_eq!(ranking.malformed, 0);
    ranking.hits.iter().map(|hit| hit.id[15]).collect()
}

/// Bytes of a slab with so many rows of two numbers.
const fn slab_bytes(rows: usize) -> usize {
    8 + rows * 37
}

#[test]
fn a_slab_keeps_its_rows_through_its_bytes() {
    let mut slab = Slab::new(2).unwrap();
    slab.push(key(1), &[1.0, 0.0]).unwrap();
    slab.push(key(2), &[0.0, 2.0]).unwrap();
    assert_eq!(slab.as_bytes().len(), slab_bytes(2));
    assert_eq!(slab.as_bytes()[..8], *b"WVS1\x02\0\0\0");
    let again = Slab::from_bytes(slab.as_bytes().to_vec()).unwrap();
    assert_eq!(again, slab);
    assert_eq!((again.len(), again.dimensions(), again.is_empty()), (2, 2, false));
    let rows: Vec<(Key, &[u8])> = again.iter().collect();
    assert_eq!(rows[1], (key(2), &encode_row(&[0.0, 1.0]).unwrap()[..]));
}

#[test]
fn a_slab_gives_up_rows_without_gaps() {
    let mut slab = Slab::new(1).unwrap();
    (1..=3).for_each(|number| slab.push(key(number), &[1.0]).unwrap());
    assert_eq!(slab.swap_remove(3), None);
    assert_eq!(slab.swap_remove(0), Some(key(3)));
    assert_eq!(slab.swap_remove(1), None);
    assert_eq!(slab.iter().map(|(key, _)| key[15]).collect::<Vec<_>>(), [3]);
    assert_eq!(slab.replace(0, key(9), &[-1.0]), Ok(true));
    assert_eq!(slab.replace(1, key(9), &[-1.0]), Ok(false));
    assert_eq!(
        slab.iter().next().map(|(key, row)| (key[15], decode_row(row, 1).unwrap()[0] < -0.99)),
        Some((9, true))
    );
    assert_eq!(slab.swap_remove(0), None);
    assert!(slab.is_empty());
    assert_eq!(slab.swap_remove(0), None);
}

#[test]
fn a_slab_refuses_what_is_not_one() {
    assert_eq!(Slab::new(0), Err(VectorError::Dimensions { found: 0 }));
    assert_eq!(Slab::new(4_097), Err(VectorError::Dimensions { found: 4_097 }));
    for blob in
        [&b""[..], b"WVS1", b"WVS1\x02\0\0", b"WVS2\x02\0\0\0", b"WVS1\0\0\0\0", b"WVS1\xFF\xFF\xFF\xFF"]
    {
        assert_eq!(Slab::from_bytes(blob.to_vec()), Err(SlabError::Header), "{blob:?}");
    }
    assert_eq!(Slab::from_bytes(b"WVS1\x02\0\0\0x".to_vec()), Err(SlabError::Torn { length: 9 }));
    let mut slab = Slab::new(2).unwrap();
    assert_eq!(slab.push(key(1), &[1.0]), Err(VectorError::Dimensions { found: 1 }));
    assert_eq!(slab.push(key(1), &[1.0, f32::NAN]), Err(VectorError::NotFinite { index: 1 }));
    assert_eq!(slab.as_bytes().len(), 8);
    assert_eq!(Slab::capacity(192, 2_000_000), 8_928);
}

#[test]
fn rows_are_found_replaced_and_removed() {
    let mut index = VectorIndex::new(2, slab_bytes(2)).unwrap();
    for (number, vector) in [(1, [1.0, 0.0]), (2, [0.9, 0.1]), (3, [0.0, 1.0]), (4, [-1.0, 0.0])] {
        index.upsert(key(number), &vector).unwrap();
    }
    assert_eq!(found(&index, &[1.0, 0.0], 9), [1, 2, 3, 4]);
    assert_eq!(found(&index, &[1.0, 0.0], 2), [1, 2]);
    index.upsert(key(1), &[-1.0, -0.5]).unwrap();
    assert_eq!(found(&index, &[1.0, 0.0], 9), [2, 3, 1, 4]);
    assert!(index.remove(&key(2)));
    assert!(!index.remove(&key(2)));
    assert_eq!(found(&index, &[1.0, 0.0], 9), [3, 1, 4]);
    assert_eq!((index.len(), index.contains(&key(1)), index.contains(&key(2))), (3, true, false));
    let query = QuantizedQuery::new(&[1.0, 0.0]).unwrap();
    let odd = index.search(&query, 9, -1.0, |key| key[15] % 2 == 1).unwrap();
    assert_eq!(odd.hits.iter().map(|hit| hit.id[15]).collect::<Vec<_>>(), [3, 1]);
    assert_eq!(index.search(&query, 9, -0.5, |_| true).unwrap().hits.len(), 1);
}

#[test]
fn changes_name_the_slabs_to_store() {
    let mut index = VectorIndex::new(2, slab_bytes(2)).unwrap();
    (1..=5).for_each(|number| index.upsert(key(number), &[1.0, f32::from(number)]).unwrap());
    assert_eq!(index.take_changed(), [0, 1, 2]);
    assert_eq!(index.take_changed(), [0_u32; 0]);
    assert!(index.slab_bytes(0).is_some_and(|bytes| bytes.len() == slab_bytes(2)));
    assert!(index.slab_bytes(3).is_none());
    // The last row of the last slab: its record goes.
    index.remove(&key(5));
    assert_eq!(index.take_changed(), [2]);
    assert!(index.slab_bytes(2).is_none());
    // The place that a removed row leaves is the next one's.
    index.remove(&key(1));
    index.upsert(key(6), &[1.0, 1.0]).unwrap();
    assert_eq!(index.take_changed(), [0]);
    // A refused vector changes nothing.
    assert!(matches!(index.upsert(key(7), &[1.0]), Err(IndexError::Vector(_))));
    assert!(matches!(index.upsert(key(6), &[f32::NAN, 1.0]), Err(IndexError::Vector(_))));
    assert_eq!((index.take_changed(), index.len(), index.contains(&key(7))), (vec![], 4, false));
}

#[test]
fn loading_refuses_what_does_not_belong() {
    assert!(matches!(VectorIndex::new(0, 1_000), Err(IndexError::Vector(_))));
    assert!(matches!(VectorIndex::new(2, 44), Err(IndexError::SlabTooSmall { slab_bytes: 44 })));
    let blob = |numbers: &[u8], dimensions: usize| {
        let mut slab = Slab::new(dimensions).unwrap();
        numbers.iter().for_each(|&number| slab.push(key(number), &vec![1.0; dimensions]).unwrap());
        slab.as_bytes().to_vec()
    };
    let mut index = VectorIndex::new(2, 1_000).unwrap();
    index.load(4, blob(&[1, 2], 2)).unwrap();
    assert!(matches!(
        index.load(5, blob(&[3], 3)),
        Err(IndexError::Dimensions { number: 5, expected: 2, found: 3 })
    ));
    assert!(matches!(index.load(5, b"no".to_vec()), Err(IndexError::Slab { number: 5, .. })));
    assert_eq!(index.load(5, blob(&[3, 2], 2)), Err(IndexError::Repeated { number: 5 }));
    assert_eq!(index.load(5, blob(&[3, 3], 2)), Err(IndexError::Repeated { number: 5 }));
    assert_eq!(index.load(4, blob(&[3], 2)), Err(IndexError::Repeated { number: 4 }));
    assert_eq!((index.len(), index.contains(&key(3))), (2, false));
    assert!(index.take_changed().is_empty());
    index.load(5, blob(&[3], 2)).unwrap();
    assert_eq!(found(&index, &[1.0, 1.0], 9), [1, 2, 3]);
    let query = QuantizedQuery::new(&[1.0]).unwrap();
    assert!(matches!(index.search(&query, 1, 0.0, |_| true), Err(IndexError::Vector(_))));
}

#[test]
fn one_damaged_row_does_not_hide_the_others() {
    let mut slab = Slab::new(2).unwrap();
    (1..=3).for_each(|number| slab.push(key(number), &[1.0, 0.0]).unwrap());
    let mut bytes = slab.as_bytes().to_vec();
    bytes[slab_bytes(1) + 16..slab_bytes(1) + 20].copy_from_slice(&f32::NAN.to_le_bytes());
    let mut index = VectorIndex::new(2, 1_000).unwrap();
    index.load(0, bytes).unwrap();
    let query = QuantizedQuery::new(&[1.0, 0.0]).unwrap();
    let ranking = index.search(&query, 9, -1.0, |_| true).unwrap();
    assert_eq!((ranking.hits.len(), ranking.malformed), (2, 1));
    // Putting the row again mends it.
    index.upsert(key(2), &[1.0, 0.0]).unwrap();
    assert_eq!(found(&index, &[1.0, 0.0], 9), [1, 2, 3]);
}

proptest! {
    /// Any sequence of changes, stored slab by slab as they happen, loads as the same index; and both find what a
    /// plain list of the rows does.
    #[test]
    fn an_index_is_what_was_stored_of_it(
        changes in proptest::collection::vec((0_u8..12, proptest::option::of([-1.0_f32..1.0, -1.0_f32..1.0])), 0..60),
    ) {
        let mut index = VectorIndex::new(2, slab_bytes(3)).unwrap();
        let mut stored: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        let mut rows: BTreeMap<Key, Vec<u8>> = BTreeMap::new();
        for (number, vector) in changes {
            match vector {
                Some(vector) => {
                    index.upsert(key(number), &vector).unwrap();
                    rows.insert(key(number), encode_row(&vector).unwrap());
                }
                None => prop_assert_eq!(index.remove(&key(number)), rows.remove(&key(number)).is_some()),
            }
            for slab in index.take_changed() {
                match index.slab_bytes(slab) {
                    Some(bytes) => {
                        prop_assert!(bytes.len() <= slab_bytes(3));
                        stored.insert(slab, bytes.to_vec());
                    }
                    None => _ = stored.remove(&slab),
                }
            }
        }
        let mut loaded = VectorIndex::new(2, slab_bytes(3)).unwrap();
        for (number, bytes) in stored {
            loaded.load(number, bytes).unwrap();
        }
        let query = QuantizedQuery::new(&[0.6, -0.8]).unwrap();
        let expected = top_k(rows.iter().map(|(key, row)| (*key, row)), &query, 5, 0.0);
        prop_assert_eq!(&index.search(&query, 5, 0.0, |_| true).unwrap(), &expected);
        prop_assert_eq!(&loaded.search(&query, 5, 0.0, |_| true).unwrap(), &expected);
        prop_assert_eq!((index.len(), loaded.len()), (rows.len(), rows.len()));
        prop_assert_eq!(index.is_empty(), rows.is_empty());
    }

    #[test]
    fn no_slab_panics(mut bytes in proptest::collection::vec(any::<u8>(), 74..75), header: bool) {
        if header {
            bytes.splice(0..0, *b"WVS1\x02\0\0\0");
        }
        let mut index = VectorIndex::new(2, 1_000).unwrap();
        if index.load(0, bytes).is_ok() {
            let ranking = index.search(&QuantizedQuery::new(&[1.0, 0.0]).unwrap(), 100, -1e9, |_| true).unwrap();
            prop_assert_eq!(ranking.hits.len() + ranking.malformed, index.len());
        }
    }
}
