//! The dot product everything else waits for: an `i16` query with an `i8` row, summed in `i32`.
//!
//! The query is wider than the row at no cost, since the product instruction of Wasm and of x86 takes 16-bit lanes
//! anyway; so only the row's rounding is left in a score. On Wasm the SIMD instructions are spelled out: the release
//! profile optimizes for size, at which LLVM does not vectorize by itself. Elsewhere the plain loop is left to LLVM.

/// The largest absolute value a query's number may have, so that [`super::MAX_DIMENSIONS`] products of it with the
/// lowest `i8`, -128, still fit an `i32`.
pub(super) const QUERY_LIMIT: i16 = 4_095;

/// The dot product of a query with a row of `i8`s given as bytes; what one has beyond the other's length is left out.
pub(super) fn dot(query: &[i16], row: &[u8]) -> i32 {
    #[cfg(target_arch = "wasm32")]
    return simd::dot(query, row);
    #[cfg(not(target_arch = "wasm32"))]
    plain(query, row)
}

/// The plain loop; the tail of the SIMD one, and the whole everywhere else.
fn plain(query: &[i16], row: &[u8]) -> i32 {
    query.iter().zip(row).map(|(&q, &r)| i32::from(q) * i32::from(r.cast_signed())).sum()
}

#[cfg(target_arch = "wasm32")]
mod simd {
    use core::arch::wasm32::{
        i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i16x8, u64x2, v128,
    };

    /// As [`super::plain`], sixteen numbers at a time. Every engine that runs this crate's users has SIMD, so it
    /// is enabled for this function whatever the build's flags say.
    #[target_feature(enable = "simd128")]
    pub(super) fn dot(query: &[i16], row: &[u8]) -> i32 {
        let length = query.len().min(row.len());
        let (query_blocks, query_tail) = query[..length].as_chunks::<16>();
        let (row_blocks, row_tail) = row[..length].as_chunks::<16>();
        let mut sum = u64x2(0, 0);
        for (q, r) in query_blocks.iter().zip(row_blocks) {
            let r = bytes(r);
            let low = i32x4_dot_i16x8(words(&q[..8]), i16x8_extend_low_i8x16(r));
            let high = i32x4_dot_i16x8(words(&q[8..]), i16x8_extend_high_i8x16(r));
            sum = i32x4_add(sum, i32x4_add(low, high));
        }
        let lanes = i32x4_extract_lane::<0>(sum)
            + i32x4_extract_lane::<1>(sum)
            + i32x4_extract_lane::<2>(sum)
            + i32x4_extract_lane::<3>(sum);
        lanes + super::plain(query_tail, row_tail)
    }

    /// Sixteen bytes as a vector: two loads, with no pointer in sight.
    fn bytes(block: &[u8; 16]) -> v128 {
        let half = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| block[at + i]));
        u64x2(half(0), half(8))
    }

    fn words(w: &[i16]) -> v128 {
        i16x8(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])
    }
}
