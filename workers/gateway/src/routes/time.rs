//! Times, between the public surface and the services.

/// For a client.
pub(super) fn public(time: contracts::Timestamp) -> http_api::Timestamp {
    http_api::Timestamp::from_unix_ms(time.unix_ms())
}

/// For a service.
pub(super) fn inner(time: http_api::Timestamp) -> contracts::Timestamp {
    contracts::Timestamp::from_unix_ms(time.unix_ms())
}
