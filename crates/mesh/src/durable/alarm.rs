//! The one alarm of an object.

use std::fmt;
use std::rc::Rc;

use futures_util::future::LocalBoxFuture;

use super::storage::StorageError;

/// How often the platform calls a handler that failed again, at growing intervals from 2 s, before it gives the alarm up.
pub const ALARM_RETRIES: u32 = 6;

/// The latest time that an alarm can be set to: what a JavaScript date holds, Unix milliseconds.
pub const MAX_ALARM_MS: u64 = 8_640_000_000_000_000;

/// Keeps the alarm for [`Alarm`]: the platform's adapter, or a native one.
///
/// Each method makes its request at once and gives back the wait for its answer, so that what is set is stored together
/// with the writes before it even where nobody waits.
pub trait AlarmClock {
    /// Sets the time, Unix milliseconds.
    fn set(&self, at_ms: u64) -> LocalBoxFuture<'static, Result<(), String>>;
    /// The time set, if any.
    fn get(&self) -> LocalBoxFuture<'static, Result<Option<u64>, String>>;
    /// Takes it back.
    fn delete(&self) -> LocalBoxFuture<'static, Result<(), String>>;
}

/// The one alarm of an object, stored with its data. A clone is another handle to the same one.
#[derive(Clone)]
pub struct Alarm(Rc<dyn AlarmClock>);

/// An alarm that went off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmEvent {
    /// How often the handler failed for this alarm before; 0 at first.
    pub retry_count: u32,
    /// Whether it failed before.
    pub is_retry: bool,
    /// The time it was set to, Unix milliseconds, where the platform says so.
    pub scheduled_ms: Option<u64>,
}

impl AlarmEvent {
    /// Whether the platform will not call again when the handler fails now.
    #[must_use]
    pub fn is_last_try(self) -> bool {
        self.retry_count >= ALARM_RETRIES
    }
}

impl Alarm {
    /// Over what keeps it.
    pub fn over(clock: impl AlarmClock + 'static) -> Self {
        Self(Rc::new(clock))
    }

    /// Sets the time, Unix milliseconds, in place of the one set before. One that has passed goes off at once.
    ///
    /// The request is made before this returns, so it is stored together with the writes before it.
    ///
    /// # Errors
    /// [`StorageError::Platform`] when the time is past [`MAX_ALARM_MS`] or the platform refuses.
    pub fn set(&self, at_ms: u64) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let set = if at_ms > MAX_ALARM_MS {
            Err(StorageError::Platform(format!("no alarm can be set to {at_ms} ms, over {MAX_ALARM_MS}")))
        } else {
            Ok(self.0.set(at_ms))
        };
        async move { set?.await.map_err(StorageError::Platform) }
    }

    /// The time set, Unix milliseconds. None while the handler runs, unless it has set one.
    ///
    /// # Errors
    /// [`StorageError::Platform`].
    pub fn get(&self) -> impl Future<Output = Result<Option<u64>, StorageError>> + use<> {
        let time = self.0.get();
        async move { time.await.map_err(StorageError::Platform) }
    }

    /// Takes the alarm back.
    ///
    /// # Errors
    /// [`StorageError::Platform`].
    pub fn delete(&self) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let deleted = self.0.delete();
        async move { deleted.await.map_err(StorageError::Platform) }
    }

    /// Sets the time to the next thing due, or takes the alarm back where nothing is: right whenever it is called.
    ///
    /// # Errors
    /// As [`Alarm::set`].
    pub async fn rearm(&self, next_ms: Option<u64>) -> Result<(), StorageError> {
        match next_ms {
            Some(at_ms) => self.set(at_ms).await,
            None => self.delete().await,
        }
    }

    /// Makes sure that it goes off at `at_ms` or before.
    ///
    /// # Errors
    /// As [`Alarm::set`].
    pub async fn at_latest(&self, at_ms: u64) -> Result<(), StorageError> {
        match self.get().await? {
            Some(earlier) if earlier <= at_ms => Ok(()),
            _ => self.set(at_ms).await,
        }
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alarm")
    }
}
