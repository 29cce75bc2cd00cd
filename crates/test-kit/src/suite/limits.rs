//! Claims about the counts behind a tenant's limits.

use app::ports::LimitStore;
use domain::rate::Bucket;

/// Every claim about a limit store, on one that is empty.
pub fn limit_store_suite(store: &dyn LimitStore) {
    let bucket = |parts, at_ms| Bucket { parts, at_ms };
    assert_eq!((store.bucket("read"), store.counted("2026-11")), (Ok(None), Ok(0)));

    // The largest that a bucket may hold, and a time to come.
    let (large, small) = (bucket(600_000_000_000, 4_102_444_800_000), bucket(1, 1_000));
    store.write(&[("read", large), ("key:a:read", small)], &[("2026-11", 7), ("2026-11-22", 3)]).unwrap();
    assert_eq!((store.bucket("read"), store.bucket("key:a:read")), (Ok(Some(large)), Ok(Some(small))));
    assert_eq!((store.counted("2026-11"), store.counted("2026-11-22")), (Ok(7), Ok(3)));

    // What is written again is replaced, and nothing else with it.
    store.write(&[("read", bucket(5, 2_000))], &[("2026-11", 8)]).unwrap();
    assert_eq!((store.bucket("read"), store.counted("2026-11")), (Ok(Some(bucket(5, 2_000))), Ok(8)));
    assert_eq!((store.bucket("key:a:read"), store.counted("2026-11-22")), (Ok(Some(small)), Ok(3)));

    store.write(&[("new", bucket(1, 1_500))], &[("2026-10", 1), ("2026-10-31", 1)]).unwrap();
    store.forget(1_500, "2026-11").unwrap();
    assert_eq!((store.bucket("key:a:read"), store.bucket("new")), (Ok(None), Ok(Some(bucket(1, 1_500)))));
    assert_eq!((store.counted("2026-10"), store.counted("2026-10-31")), (Ok(0), Ok(0)));
    assert_eq!((store.counted("2026-11"), store.counted("2026-11-22")), (Ok(8), Ok(3)));
}

#[cfg(test)]
mod tests {
    #[test]
    fn limits_in_memory_are_a_limit_store() {
        super::limit_store_suite(&crate::MemoryLimits::default());
    }
}
