//! Steering simulated instances from outside, whose answers may get lost.

use std::rc::Rc;

use async_trait::async_trait;
use mesh::workflow::{Batch, Created, InstanceError, InstanceHost, InstanceId, RawInstance, RawStatus};

use crate::host::Host;
use crate::journal::{Record, State};

/// The instances of one workflow, for its handles.
pub(crate) struct SimInstances {
    pub(crate) host: Rc<Host>,
    pub(crate) workflow: &'static str,
}

impl SimInstances {
    fn find<R>(&self, id: &InstanceId, look: impl FnOnce(&mut Record) -> R) -> Result<R, InstanceError> {
        let found = self.host.with(self.workflow, id, look);
        found.ok_or_else(|| InstanceError::NotFound { id: id.clone() })
    }

    async fn commit<R>(
        &self,
        id: &InstanceId,
        what: &str,
        change: impl FnOnce(&mut Record) -> R,
    ) -> Result<R, InstanceError> {
        let label = format!("{} `{id}`: {what}", self.workflow);
        let done = self.host.world.commit(label, || self.find(id, change)).await?;
        self.answer(what)?;
        Ok(done)
    }

    /// The answer to the caller may get lost, after the deed.
    fn answer(&self, what: &str) -> Result<(), InstanceError> {
        if !self.host.world.strikes(|faults| faults.lose) {
            return Ok(());
        }
        self.host.world.note(format_args!("FAULT: the answer to `{what}` is lost"));
        let message = "no answer came".to_owned();
        Err(InstanceError::Host { workflow: self.workflow.to_owned(), message })
    }

    fn insert(&self, instance: RawInstance) -> Created {
        let mut journal = self.host.journal.borrow_mut();
        let records = journal.workflows.entry(self.workflow.to_owned()).or_default();
        if records.contains_key(&instance.id) {
            return Created::Existed;
        }
        records.insert(instance.id, Record::new(instance.input));
        Created::New
    }
}

#[async_trait(?Send)]
impl InstanceHost for SimInstances {
    async fn create(&self, instance: RawInstance) -> Result<Created, InstanceError> {
        let id = instance.id.clone();
        let label = format!("create {} `{id}`", self.workflow);
        let created = self.host.world.commit(&label, || self.insert(instance)).await;
        self.host.start(self.workflow, id);
        self.answer(&label)?;
        Ok(created)
    }

    async fn create_many(&self, instances: Vec<RawInstance>) -> Result<Batch, InstanceError> {
        let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id.clone()).collect();
        let label = format!("create {} of {}", ids.len(), self.workflow);
        let apply = || instances.into_iter().map(|instance| Ok(self.insert(instance))).collect();
        let created = self.host.world.commit(&label, apply).await;
        ids.into_iter().for_each(|id| self.host.start(self.workflow, id));
        self.answer(&label)?;
        Ok(created)
    }

    async fn status(&self, id: &InstanceId) -> Result<RawStatus, InstanceError> {
        self.find(id, |record| {
            let status = record.word().to_owned();
            match record.state.clone() {
                State::Complete { output } => RawStatus { status, output: Some(output), error: None },
                State::Errored { error } => RawStatus { status, output: None, error: Some(error) },
                _ => RawStatus { status, output: None, error: None },
            }
        })
    }

    async fn pause(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.commit(id, "pause", |record| {
            if record.state == State::Running {
                record.state = State::Pausing;
            }
        })
        .await?;
        // Wakes it from a sleep or a wait: it begins again at its top, and stops at the first chance.
        if self.find(id, |record| record.state == State::Pausing)?
            && self.host.busy(self.workflow, id, 0) == 0
        {
            self.host.stop(self.workflow, id);
            self.host.start(self.workflow, id.clone());
        }
        Ok(())
    }

    async fn resume(&self, id: &InstanceId) -> Result<(), InstanceError> {
        let now_ms = self.host.world.clock.now_ms();
        self.commit(id, "resume", |record| match record.state {
            State::Pausing => record.state = State::Running,
            _ => record.resume(now_ms),
        })
        .await?;
        self.host.start(self.workflow, id.clone());
        Ok(())
    }

    async fn terminate(&self, id: &InstanceId, undo: bool) -> Result<(), InstanceError> {
        if self.find(id, |record| record.has_ended())? {
            return Err(InstanceError::Ended { id: id.clone() });
        }
        self.host.stop(self.workflow, id);
        let state = if undo { State::Terminating } else { State::Terminated };
        self.commit(id, "terminate", |record| record.state = state).await?;
        if undo {
            self.host.start(self.workflow, id.clone());
        }
        Ok(())
    }

    async fn restart(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.find(id, |_| ())?;
        self.host.stop(self.workflow, id);
        self.commit(id, "restart", |record| *record = Record::new(record.input.clone())).await?;
        self.host.start(self.workflow, id.clone());
        Ok(())
    }

    async fn delete(&self, id: &InstanceId) -> Result<(), InstanceError> {
        self.find(id, |_| ())?;
        self.host.stop(self.workflow, id);
        let label = format!("delete {} `{id}`", self.workflow);
        self.host
            .world
            .commit(&label, || {
                let mut journal = self.host.journal.borrow_mut();
                journal.workflows.get_mut(self.workflow).map(|records| records.remove(id));
            })
            .await;
        self.answer(&label)
    }

    async fn send_event(&self, id: &InstanceId, event: &str, payload: String) -> Result<(), InstanceError> {
        let copies = if self.host.world.strikes(|faults| faults.repeat) { 2 } else { 1 };
        if copies == 2 {
            self.host.world.note(format_args!("FAULT: event `{event}` is delivered twice"));
        }
        let sent = self
            .commit(id, &format!("event `{event}`"), |record| {
                record.inbox.extend((0..copies).map(|_| (event.to_owned(), payload.clone())));
            })
            .await;
        self.host.wake_waiting();
        sent
    }
}
