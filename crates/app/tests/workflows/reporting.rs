//! What reports need, in a simulation: an account with a history, an archive that loses answers, a browser with moods.

use std::cell::Cell;
use std::rc::Rc;

use app::ports::{
    AccountEvent, AccountHistory, AccountPeriod, AccountRecords, AccountSignal, Archive, ArchivedObject,
    Browser, BrowserError, ListedObject, ObjectVersion, StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EventId, TenantId};
use mesh_sim::Store;
use test_kit::{MemoryArchive, run};

#[derive(Clone)]
pub(crate) struct SimArchive(pub(crate) Store<MemoryArchive>);

fn lost(error: impl std::fmt::Display) -> StoreError {
    StoreError::new("SIM", error)
}

#[async_trait(?Send)]
impl Archive for SimArchive {
    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), StoreError> {
        self.0.write(|objects| run(objects.put(key, media_type, body))).await.map_err(lost)?
    }

    async fn put_if(
        &self,
        key: &str,
        media_type: &str,
        body: Vec<u8>,
        seen: Option<&ObjectVersion>,
    ) -> Result<bool, StoreError> {
        self.0.write(|objects| run(objects.put_if(key, media_type, body, seen))).await.map_err(lost)?
    }

    async fn get(&self, key: &str) -> Result<Option<ArchivedObject>, StoreError> {
        self.0.read(|objects| run(objects.get(key))).await.map_err(lost)?
    }

    async fn version(&self, key: &str) -> Result<Option<ObjectVersion>, StoreError> {
        self.0.read(|objects| run(objects.version(key))).await.map_err(lost)?
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.0.write(|objects| run(objects.delete(keys))).await.map_err(lost)?
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ListedObject>, StoreError> {
        self.0.read(|objects| run(objects.list(prefix, after, limit))).await.map_err(lost)?
    }
}

/// How the browser is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printing {
    Well,
    Missing,
    AlwaysBusy,
    BusyFor(u32),
    Refusing,
}

pub(crate) struct SimBrowser(pub(crate) Rc<Cell<Printing>>);

impl Clone for SimBrowser {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[async_trait(?Send)]
impl Browser for SimBrowser {
    async fn pdf(&self, html: &str) -> Result<Vec<u8>, BrowserError> {
        match self.0.get() {
            Printing::Well | Printing::BusyFor(0) => Ok(format!("%PDF of {} bytes", html.len()).into_bytes()),
            Printing::Missing => Err(BrowserError::Missing("no browser is installed".into())),
            Printing::AlwaysBusy => Err(BrowserError::Busy("429".into())),
            Printing::BusyFor(tries) => {
                self.0.set(Printing::BusyFor(tries - 1));
                Err(BrowserError::Busy("429".into()))
            }
            Printing::Refusing => Err(BrowserError::Refused("the page is too large".into())),
        }
    }
}

/// An account called `Northwind`, of whichever tenant, with one call in each period that is asked for.
#[derive(Clone)]
pub(crate) struct SimHistory;

#[async_trait(?Send)]
impl AccountHistory for SimHistory {
    async fn gather(
        &self,
        _: TenantId,
        period: &AccountPeriod,
        _: u32,
        _: u32,
    ) -> Result<AccountRecords, StoreError> {
        if period.account != "Northwind" {
            return Ok(AccountRecords::default());
        }
        let (event_id, at) =
            (EventId::from_parts(1, [1; 10]), Timestamp::from_unix_ms(period.from.unix_ms() + 1));
        let event = AccountEvent {
            event_id,
            at,
            title: "Renewal".into(),
            headline: Some("Known: budget".into()),
            qualification: Some(0.5),
            risk: Some(0.25),
            signals: 1,
        };
        let signal = AccountSignal {
            kind: "budget".into(),
            score: 0.9,
            quote: "forty thousand ".repeat(60),
            speaker: "Dana".into(),
            event_id,
            at,
        };
        Ok(AccountRecords {
            events: vec![event],
            signals: vec![signal],
            signal_counts: vec![("budget".into(), 0, 1)],
            event_counts: vec![(0, 1)],
        })
    }
}
