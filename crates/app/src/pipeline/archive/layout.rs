//! Where things lie in the archive: raw bytes, files of rows, manifests.

use contracts::Timestamp;
use ids::{EventId, TenantId};
use sha2::{Digest, Sha256};
use time::{Date, Duration, OffsetDateTime};

/// Where all raw bytes of a tenant lie.
pub(crate) fn raw_prefix(tenant: TenantId) -> String {
    format!("{tenant}/raw/")
}

/// Where an event's raw bytes lie: tenant, day of acceptance (UTC), content.
pub fn object_key(tenant: TenantId, received_at: Timestamp, sha256: &str) -> String {
    let day = date(received_at);
    format!("{}{:04}/{:02}/{:02}/{sha256}", raw_prefix(tenant), day.year(), u8::from(day.month()), day.day())
}

/// A time's day (UTC) as partitions are named: `2026-11-22`. Days sort as their names.
pub(crate) fn day_of(time: Timestamp) -> String {
    let day = date(time);
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// The first moment of the day (UTC) so many days before.
pub(crate) fn day_start(time: Timestamp, days_before: u32) -> Timestamp {
    let day = date(time).checked_sub(Duration::days(days_before.into())).unwrap_or(Date::MIN);
    let ms = day.midnight().assume_utc().unix_timestamp().saturating_mul(1000);
    Timestamp::from_unix_ms(u64::try_from(ms).unwrap_or_default())
}

/// Where all archive files of a tenant lie.
pub(crate) fn tenant_prefix(tenant: TenantId) -> String {
    format!("archive/tenant={tenant}/")
}

/// Where the archive files of a tenant's day lie.
pub(crate) fn day_prefix(tenant: TenantId, day: &str) -> String {
    format!("{}day={day}/", tenant_prefix(tenant))
}

/// The list of a day's files.
pub(crate) fn manifest_key(tenant: TenantId, day: &str) -> String {
    format!("{}manifest.json", day_prefix(tenant, day))
}

/// An export's file, named after the rows in it.
pub(crate) fn part_key(tenant: TenantId, day: &str, event_ids: &[EventId]) -> String {
    let ids = event_ids.iter().map(ToString::to_string);
    format!("{}part-{}.parquet", day_prefix(tenant, day), digest(ids))
}

/// A merge's file, named after the files in it, those that were left out of them, and its place in the day's history.
pub(crate) fn merged_key<'a>(
    tenant: TenantId,
    day: &str,
    generation: u32,
    inputs: impl Iterator<Item = &'a str>,
) -> String {
    let names = digest(inputs.map(str::to_owned));
    format!("{}day-{generation:06}-{names}.parquet", day_prefix(tenant, day))
}

fn date(time: Timestamp) -> Date {
    let seconds = i64::try_from(time.unix_ms() / 1000).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH).date()
}

fn digest(lines: impl Iterator<Item = String>) -> String {
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
        hash.update("\n");
    }
    hex::encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight_utc_and_sort_as_their_names() {
        // 2024-03-01T00:00:00.000Z, behind a leap day.
        const MARCH: u64 = 1_709_251_200_000;
        for (ms, before, day, start) in [
            (MARCH, 0, "2024-03-01", MARCH),
            (MARCH - 1, 0, "2024-02-29", MARCH - 86_400_000),
            (MARCH + 86_399_999, 1, "2024-03-01", MARCH - 86_400_000),
            (0, 0, "1970-01-01", 0),
            (MARCH, 3_650_000, "2024-03-01", 0),
        ] {
            let time = Timestamp::from_unix_ms(ms);
            assert_eq!(day_of(time), day);
            assert_eq!(day_start(time, before).unix_ms(), start, "{before} days before {day}");
        }
    }
}
