//! Jitter that is the same whenever it is asked for: many jobs of one time spread out, and each keeps its place.

/// How much later than nominal something runs, in milliseconds: less than `bound_ms`, from a hash of its identity and
/// its nominal time (FNV-1a, finished as in MurmurHash3).
#[must_use]
pub fn jitter_ms(identity: &[u8], nominal_ms: u64, bound_ms: u64) -> u64 {
    let fnv = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = identity.iter().chain(&nominal_ms.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, fnv);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    // The high half of the product spreads evenly without the bias of a remainder.
    ((u128::from(hash ^ (hash >> 33)) * u128::from(bound_ms)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_stable_bounded_and_spread() {
        assert_eq!(jitter_ms(b"job", 1_000, 0), 0);
        assert_eq!(jitter_ms(b"job", 1_000, 60_000), jitter_ms(b"job", 1_000, 60_000));
        let mut tenths = [0_u32; 10];
        for job in 0..10_000_u32 {
            let late = jitter_ms(&job.to_le_bytes(), 1_795_330_800_000, 60_000);
            tenths[usize::try_from(late / 6_000).unwrap()] += 1;
        }
        assert!(tenths.iter().all(|count| (850..1_150).contains(count)), "{tenths:?}");
    }
}
