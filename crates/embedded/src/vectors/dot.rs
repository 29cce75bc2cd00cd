//! The dot product everything else waits for: an `i16` query with an `i8` row whose blocks have steps of their own.
//!
//! The query is wider than the row at no cost, since the product instruction of Wasm and of x86 takes 16-bit lanes
//! anyway; so only the row's rounding is left in a score. On Wasm the SIMD instructions are spelled out: the release
//! profile optimizes for size, at which LLVM does not vectorize by itself. Elsewhere the same steps are a plain loop
//! that LLVM vectorizes. Both sum in the same order, so a score is the same number everywhere.

/// Numbers that share a step, and one SIMD register of bytes.
pub(super) const BLOCK: usize = 16;

/// The sum of the blocks' dot products, each times its block's multiplier; blocks are `i8`s given as bytes.
///
/// Each lane of a block sums four products, at most 4 * 128 * 32,768 = 2^24: exact in an `f32`.
pub(super) fn dot(query: &[[i16; BLOCK]], multipliers: &[u8], row: &[[u8; BLOCK]]) -> f32 {
    #[cfg(target_arch = "wasm32")]
    return simd::dot(query, multipliers, row);
    #[cfg(not(target_arch = "wasm32"))]
    plain(query, multipliers, row)
}

#[cfg(not(target_arch = "wasm32"))]
fn plain(query: &[[i16; BLOCK]], multipliers: &[u8], row: &[[u8; BLOCK]]) -> f32 {
    let mut sums = [0.0_f32; 4];
    for ((q, &multiplier), r) in query.iter().zip(multipliers).zip(row) {
        let product = |at: usize| i32::from(q[at]) * i32::from(r[at].cast_signed());
        for (lane, sum) in sums.iter_mut().enumerate() {
            let low = product(2 * lane) + product(2 * lane + 1);
            let high = product(8 + 2 * lane) + product(9 + 2 * lane);
            *sum += (low + high) as f32 * f32::from(multiplier);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

#[cfg(target_arch = "wasm32")]
mod simd {
    use core::arch::wasm32::{
        f32x4_add, f32x4_convert_i32x4, f32x4_extract_lane, f32x4_mul, f32x4_splat, i16x8_extend_high_i8x16,
        i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, u64x2,
    };

    use super::BLOCK;

    /// Every engine that runs Workers has SIMD, so it is enabled for this function whatever the build's flags say.
    #[target_feature(enable = "simd128")]
    pub(super) fn dot(query: &[[i16; BLOCK]], multipliers: &[u8], row: &[[u8; BLOCK]]) -> f32 {
        let mut sums = f32x4_splat(0.0);
        for ((q, &multiplier), r) in query.iter().zip(multipliers).zip(row) {
            let r = u64x2(bytes(&r[..8]), bytes(&r[8..]));
            let low = i32x4_dot_i16x8(u64x2(words(&q[..4]), words(&q[4..8])), i16x8_extend_low_i8x16(r));
            let high = i32x4_dot_i16x8(u64x2(words(&q[8..12]), words(&q[12..])), i16x8_extend_high_i8x16(r));
            let products = f32x4_convert_i32x4(i32x4_add(low, high));
            sums = f32x4_add(sums, f32x4_mul(products, f32x4_splat(f32::from(multiplier))));
        }
        let first = f32x4_extract_lane::<0>(sums) + f32x4_extract_lane::<1>(sums);
        first + (f32x4_extract_lane::<2>(sums) + f32x4_extract_lane::<3>(sums))
    }

    /// Eight bytes as one load.
    fn bytes(b: &[u8]) -> u64 {
        u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]])
    }

    /// Four words as one load.
    fn words(w: &[i16]) -> u64 {
        let word = |at: usize| u64::from(w[at].cast_unsigned()) << (16 * at);
        word(0) | word(1) | word(2) | word(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_counts_with_its_block() {
        let query = [std::array::from_fn(|i| i as i16 + 1), [-3; BLOCK]];
        for at in 0..BLOCK {
            let mut row = [[0_u8; BLOCK]; 2];
            row[0][at] = 5;
            row[1][at] = (-7_i8).cast_unsigned();
            assert_eq!(dot(&query, &[2, 10], &row), ((at + 1) * 10 + 210) as f32);
        }
    }

    #[test]
    fn the_largest_products_are_exact() {
        let (query, row) = ([[i16::MIN; BLOCK]], [[0x80; BLOCK]]);
        assert_eq!(dot(&query, &[255], &row), 16.0 * 128.0 * 32_768.0 * 255.0);
    }
}
