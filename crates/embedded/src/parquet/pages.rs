//! The values of a column's pages, as this writes them: plain, or as places in a dictionary.
//!
//! The library's own readers know every encoding that there is, and cost the Worker's start a third more code for that.

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::FileError;

/// A value that columns have.
pub(super) trait Plain: Clone {
    /// Takes the first value from bytes; none where they end early.
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

impl Plain for i64 {
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (value, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(i64::from_le_bytes(*value))
    }
}

impl Plain for Vec<u8> {
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        *bytes = rest;
        Some(value.to_vec())
    }
}

/// The values of a chunk, nulls among them, where they are so many.
pub(super) fn values<T: Plain>(
    mut pages: SerializedPageReader<Bytes>,
    chunk: &ColumnChunkMetaData,
    column: &'static str,
    rows: usize,
) -> Result<Vec<Option<T>>, FileError> {
    let optional = chunk.column_descr().max_def_level() > 0;
    let (mut all, mut dictionary) = (Vec::new(), Vec::new());
    while let Some(page) = pages.get_next_page()? {
        let count = page.num_values() as usize;
        let read = match &page {
            Page::DictionaryPage { buf, .. } => plain(buf, count).map(|values| dictionary = values),
            Page::DataPage { buf, encoding, .. } if count <= rows.saturating_sub(all.len()) => {
                data(buf, *encoding, count, optional, &dictionary).map(|values| all.extend(values))
            }
            Page::DataPage { .. } | Page::DataPageV2 { .. } => None,
        };
        read.ok_or_else(|| damaged(column, page.encoding()))?;
    }
    if all.len() == rows { Ok(all) } else { Err(damaged(column, Encoding::PLAIN)) }
}

fn damaged(column: &'static str, encoding: Encoding) -> FileError {
    FileError::Value { column, detail: format!("its pages ({encoding}) are damaged, or not of our making") }
}

/// The values of a data page: which of them are there, then those.
fn data<T: Plain>(
    page: &[u8],
    encoding: Encoding,
    count: usize,
    optional: bool,
    dictionary: &[T],
) -> Option<Vec<Option<T>>> {
    let mut rest = page;
    let present = if optional { hybrid(&Vec::take(&mut rest)?, 1, count)? } else { vec![1; count] };
    let there = present.iter().filter(|level| **level > 0).count();
    let values = match encoding {
        Encoding::PLAIN => plain(rest, there)?,
        Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
            let (width, places) = rest.split_first()?;
            let places = hybrid(places, u32::from(*width), there)?.into_iter();
            places.map(|place| dictionary.get(place as usize).cloned()).collect::<Option<Vec<T>>>()?
        }
        _ => return None,
    };
    let mut values = values.into_iter();
    Some(present.into_iter().map(|level| if level > 0 { values.next() } else { None }).collect())
}

fn plain<T: Plain>(mut bytes: &[u8], count: usize) -> Option<Vec<T>> {
    (0..count).map(|_| T::take(&mut bytes)).collect()
}

/// So many numbers of a width in bits, which lie as runs of one number and as groups of eight packed ones.
fn hybrid(mut bytes: &[u8], width: u32, count: usize) -> Option<Vec<u32>> {
    if width > 32 {
        return None;
    }
    let mut numbers = Vec::new();
    while numbers.len() < count {
        let left = count - numbers.len();
        let header = varint(&mut bytes)?;
        let length = usize::try_from(header >> 1).ok().filter(|length| *length > 0)?;
        if header & 1 == 0 {
            let (value, rest) = bytes.split_at_checked(width.div_ceil(8) as usize)?;
            bytes = rest;
            let value = value.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
            numbers.extend(std::iter::repeat_n(value, length.min(left)));
        } else {
            let (packed, rest) = bytes.split_at_checked(length.checked_mul(width as usize)?)?;
            bytes = rest;
            numbers.extend(unpack(packed, width).take(length.saturating_mul(8).min(left)));
        }
    }
    Some(numbers)
}

/// Numbers packed from the lowest bit on, without end: behind the bytes there are zeros.
fn unpack(bytes: &[u8], width: u32) -> impl Iterator<Item = u32> {
    let (mut bits, mut held, mut bytes) = (0_u64, 0, bytes.iter());
    std::iter::repeat_with(move || {
        while held < width {
            bits |= u64::from(bytes.next().copied().unwrap_or_default()) << held;
            held += 8;
        }
        let number = bits & ((1 << width) - 1);
        bits >>= width;
        held -= width;
        number as u32
    })
}

/// A number in groups of seven bits, the lowest first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_groups_are_read_as_the_format_says() {
        // The format's own example: 0 to 7, three bits each.
        assert_eq!(hybrid(&[3, 0x88, 0xc6, 0xfa], 3, 8), Some((0..8).collect()));
        for (bytes, width, count, expect) in [
            (&[10, 1][..], 1, 5, Some(vec![1; 5])),
            (&[10, 1], 1, 3, Some(vec![1; 3])),
            (&[4, 0x34, 0x12, 3, 0xff, 0xff], 16, 3, None),
            (&[4, 0x34, 0x12, 2, 0xff, 0xff], 16, 3, Some(vec![0x1234, 0x1234, 0xffff])),
            (&[2, 0x78, 0x56, 0x34, 0x92], 32, 1, Some(vec![0x9234_5678])),
            (&[0x80, 0x01, 7], 8, 64, Some(vec![7; 64])),
            (&[6], 0, 3, Some(vec![0; 3])),
            (&[0, 1], 1, 1, None),
            (&[10, 1], 1, 6, None),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1, 1, None),
            (&[2, 1], 33, 1, None),
            (&[], 1, 0, Some(vec![])),
            (&[], 1, 1, None),
        ] {
            assert_eq!(hybrid(bytes, width, count), expect, "{bytes:?} in {width} bits");
        }
    }

    #[test]
    fn plain_values_end_where_the_page_ends() {
        assert_eq!(plain::<i64>(&[1, 0, 0, 0, 0, 0, 0, 0x80], 1), Some(vec![i64::MIN + 1]));
        assert_eq!(plain::<i64>(&[1, 0, 0, 0, 0, 0, 0], 1), None);
        assert_eq!(plain::<Vec<u8>>(&[1, 0, 0, 0, b'a', 0, 0, 0, 0], 2), Some(vec![b"a".to_vec(), vec![]]));
        assert_eq!(plain::<Vec<u8>>(&[2, 0, 0, 0, b'a'], 1), None);
        assert_eq!(plain::<Vec<u8>>(&[0xff, 0xff, 0xff, 0xff, b'a'], 1), None);
    }
}
