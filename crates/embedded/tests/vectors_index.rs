//! Slabs: what goes in is found, what is stored comes back, what is damaged is refused.

use std::collections::BTreeMap;

use embedded::vectors::{
    Facts, Key, Narrowing, QuantizedQuery, Slab, SlabError, TopK, VectorError, decode_row, encode_row, top_k,
};
use proptest::prelude::*;

fn key(number: u8) -> Key {
    let mut key = [0; 16];
    key[15] = number;
    key
}

/// The last bytes of the keys found, best first.
fn found(slab: &Slab, query: &[f32], k: usize, narrowing: Narrowing) -> Vec<u8> {
    let query = QuantizedQuery::new(query).expect("a good query");
    let mut best = TopK::new(k, -1.0);
    slab.search(&query, &narrowing, &mut best);
    let ranking = best.into_ranking();
    assert_eq!(ranking.malformed, 0);
    ranking.hits.iter().map(|hit| hit.id[15]).collect()
}

/// Bytes of a slab with so many rows of two numbers.
const fn slab_bytes(rows: usize) -> usize {
    8 + rows * 57
}

#[test]
fn a_slab_keeps_its_rows_through_its_bytes() {
    let mut slab = Slab::new(2).unwrap();
    slab.push(key(1), Facts::default(), &[1.0, 0.0]).unwrap();
    slab.push(key(2), Facts { kind: 1, account: 5, ..Facts::default() }, &[0.0, 2.0]).unwrap();
    assert_eq!(slab.as_bytes().len(), slab_bytes(2));
    assert_eq!(slab.as_bytes()[..8], *b"WVS2\x02\0\0\0");
    let again = Slab::from_bytes(slab.as_bytes().to_vec()).unwrap();
    assert_eq!(again, slab);
    assert_eq!((again.len(), again.dimensions(), again.is_empty()), (2, 2, false));
    let rows: Vec<(Key, &[u8])> = again.iter().collect();
    assert_eq!(rows[1], (key(2), &encode_row(&[0.0, 1.0]).unwrap()[..]));
    assert_eq!((again.position(&key(2)), again.position(&key(3))), (Some(1), None));
}

#[test]
fn a_search_is_narrowed_by_facts() {
    let mut slab = Slab::new(2).unwrap();
    for number in 0..6 {
        let facts = Facts { kind: number % 2, account: u32::from(number / 2) + 1, ..Facts::default() };
        slab.push(key(number), facts, &[1.0, f32::from(number)]).unwrap();
    }
    let all = Narrowing::default();
    assert_eq!(found(&slab, &[1.0, 0.0], 3, all), [0, 1, 2]);
    assert_eq!(found(&slab, &[1.0, 0.0], 3, Narrowing { kind: Some(1), ..all }), [1, 3, 5]);
    assert_eq!(found(&slab, &[1.0, 0.0], 3, Narrowing { kind: Some(1), account: Some(2), ..all }), [3]);
    assert_eq!(found(&slab, &[1.0, 0.0], 3, Narrowing { account: Some(9), ..all }), [0_u8; 0]);
}

#[test]
fn a_slab_gives_up_rows_without_gaps() {
    let none = Facts::default();
    let mut slab = Slab::new(1).unwrap();
    (1..=3).for_each(|number| slab.push(key(number), none, &[1.0]).unwrap());
    assert_eq!(slab.swap_remove(3), None);
    assert_eq!(slab.swap_remove(0), Some(key(3)));
    assert_eq!(slab.swap_remove(1), None);
    assert_eq!(slab.iter().map(|(key, _)| key[15]).collect::<Vec<_>>(), [3]);
    assert_eq!(slab.replace(0, key(9), none, &[-1.0]), Ok(true));
    assert_eq!(slab.replace(1, key(9), none, &[-1.0]), Ok(false));
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
        [&b""[..], b"WVS2", b"WVS2\x02\0\0", b"WVS1\x02\0\0\0", b"WVS2\0\0\0\0", b"WVS2\xFF\xFF\xFF\xFF"]
    {
        assert_eq!(Slab::from_bytes(blob.to_vec()), Err(SlabError::Header), "{blob:?}");
    }
    assert_eq!(Slab::from_bytes(b"WVS2\x02\0\0\0x".to_vec()), Err(SlabError::Torn { length: 9 }));
    let mut slab = Slab::new(2).unwrap();
    assert_eq!(slab.push(key(1), Facts::default(), &[1.0]), Err(VectorError::Dimensions { found: 1 }));
    let infinite = slab.push(key(1), Facts::default(), &[1.0, f32::NAN]);
    assert_eq!(infinite, Err(VectorError::NotFinite { index: 1 }));
    assert_eq!(slab.as_bytes().len(), 8);
    assert_eq!(Slab::capacity(192, 128 * 1024), 537);
}

#[test]
fn a_slab_without_facts_is_given_them() {
    let mut old = b"WVS1\x02\0\0\0".to_vec();
    for (number, vector) in [(1, [1.0, 0.0]), (2, [0.0, 1.0])] {
        old.extend_from_slice(&key(number));
        old.extend_from_slice(&encode_row(&vector).unwrap());
    }
    let known = Facts { kind: 1, event: 3, ..Facts::default() };
    let slab = Slab::upgraded(&old, |of| (*of == key(2)).then_some(known)).unwrap();
    let mut expected = Slab::new(2).unwrap();
    expected.push(key(2), known, &[0.0, 1.0]).unwrap();
    assert_eq!(slab, expected);
    assert_eq!(Slab::upgraded(&old[..20], |_| None), Err(SlabError::Torn { length: 20 }));
    assert_eq!(Slab::upgraded(slab.as_bytes(), |_| None), Err(SlabError::Header));
}

#[test]
fn one_damaged_row_does_not_hide_the_others() {
    let mut slab = Slab::new(2).unwrap();
    (1..=2).for_each(|number| slab.push(key(number), Facts::default(), &[1.0, 0.0]).unwrap());
    let mut bytes = slab.as_bytes().to_vec();
    // The scale of the first row.
    bytes[8 + 36..8 + 40].copy_from_slice(&f32::NAN.to_le_bytes());
    let query = QuantizedQuery::new(&[1.0, 0.0]).unwrap();
    let mut best = TopK::new(5, -1.0);
    Slab::from_bytes(bytes).unwrap().search(&query, &Narrowing::default(), &mut best);
    let ranking = best.into_ranking();
    assert_eq!((ranking.hits.len(), ranking.hits[0].id, ranking.malformed), (1, key(2), 1));
}

proptest! {
    #[test]
    fn a_slab_finds_what_a_plain_list_finds(
        rows in proptest::collection::vec((any::<u8>(), proptest::collection::vec(-1.0_f32..1.0, 20)), 1..40),
        query in proptest::collection::vec(-1.0_f32..1.0, 20),
        removed in proptest::collection::vec(any::<prop::sample::Index>(), 0..10),
    ) {
        let mut slab = Slab::new(20).unwrap();
        let mut plain = BTreeMap::new();
        for (number, vector) in &rows {
            match slab.position(&key(*number)) {
                Some(at) => prop_assert_eq!(slab.replace(at, key(*number), Facts::default(), vector), Ok(true)),
                None => slab.push(key(*number), Facts::default(), vector).unwrap(),
            }
            plain.insert(key(*number), encode_row(vector).unwrap());
        }
        for index in removed {
            let at = index.index(rows.len());
            if let Some(at) = slab.position(&key(rows[at].0)) {
                slab.swap_remove(at);
            }
            plain.remove(&key(rows[at].0));
        }
        let query = QuantizedQuery::new(&query).unwrap();
        let mut best = TopK::new(7, -1.0);
        slab.search(&query, &Narrowing::default(), &mut best);
        prop_assert_eq!(best.into_ranking(), top_k(plain.iter().map(|(key, row)| (*key, row)), &query, 7, -1.0));
    }

    #[test]
    fn no_slab_panics(mut bytes in proptest::collection::vec(any::<u8>(), 122..123), header: bool) {
        if header {
            bytes[..8].copy_from_slice(b"WVS2\x02\0\0\0");
        }
        if let Ok(mut slab) = Slab::from_bytes(bytes) {
            let mut best = TopK::new(3, -1.0);
            slab.search(&QuantizedQuery::new(&[1.0, 2.0]).unwrap(), &Narrowing::default(), &mut best);
            best.into_ranking();
            slab.swap_remove(0);
        }
    }
}
