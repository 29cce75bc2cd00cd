//! A notifier that remembers what it was told.

use std::cell::RefCell;
use std::rc::Rc;

use app::ports::{Notifier, SettledEvent, StoreError};
use async_trait::async_trait;
use contracts::pipeline::rules::Notice;
use ids::{EventId, NoticeId, TenantId};
use mesh::TraceContext;

use crate::Faults;

const STORE: &str = "MEMORY_NOTIFIER";

/// What a notifier was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Of stored signals.
    Signals {
        /// Whose.
        tenant: TenantId,
        /// Of which event.
        event_id: EventId,
        /// In which run of it.
        run: u32,
    },
    /// Of what a rule raised.
    Raised {
        /// Whose.
        tenant: TenantId,
        /// What.
        notice_id: NoticeId,
    },
    /// Of an event that ended.
    Settled {
        /// Whose.
        tenant: TenantId,
        /// How.
        event: SettledEvent,
    },
}

/// Remembers each thing once, as the port asks of a notifier. Operations for [`Faults`]: `notifier.signals_ready`,
/// `notifier.notices_raised` and `notifier.event_settled`.
#[derive(Debug, Clone, Default)]
pub struct MemoryNotifier {
    faults: Faults,
    told: Rc<RefCell<Vec<Told>>>,
}

impl MemoryNotifier {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    /// What it was told, each thing once, in order.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        self.told.borrow().clone()
    }

    fn hear(&self, news: Told) {
        let mut told = self.told.borrow_mut();
        if !told.contains(&news) {
            told.push(news);
        }
    }
}

#[async_trait(?Send)]
impl Notifier for MemoryNotifier {
    async fn signals_ready(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        event_id: EventId,
        run: u32,
    ) -> Result<(), StoreError> {
        let act = || {
            self.hear(Told::Signals { tenant, event_id, run });
            Ok(())
        };
        self.faults.around(STORE, "notifier.signals_ready", act).await
    }

    async fn notices_raised(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        _event_id: EventId,
        notices: &[Notice],
    ) -> Result<(), StoreError> {
        let act = || {
            notices.iter().for_each(|notice| self.hear(Told::Raised { tenant, notice_id: notice.notice_id }));
            Ok(())
        };
        self.faults.around(STORE, "notifier.notices_raised", act).await
    }

    async fn event_settled(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        event: &SettledEvent,
    ) -> Result<(), StoreError> {
        let act = || {
            self.hear(Told::Settled { tenant, event: event.clone() });
            Ok(())
        };
        self.faults.around(STORE, "notifier.event_settled", act).await
    }
}
