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

    /// A write, and what the engine does of itself in the same moment: whoever asked may crash right after it.
    async fn commit(
        &self,
        id: &InstanceId,
        what: &str,
        change: impl FnOnce(&mut Record) -> Result<(), InstanceError>,
        engine: impl FnOnce(&Rc<Host>),
    ) -> Result<(), InstanceError> {
        let label = format!("{} `{id}`: {what}", self.workflow);
        let apply = || {
            self.find(id, change)??;
            engine(&self.host);
            Ok(())
        };
        self.host.world.commit(label, apply).await?;
        self.answer(what)
    }

    fn begin_again(&self, id: &InstanceId) {
        self.host.stop(self.workflow, id);
        self.host.start(self.workflow, id.clone());
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
        records.insert(instance.id.clone(), Record::new(instance.input));
        drop(journal);
        self.host.start(self.workflow, instance.id);
        Created::New
    }
}

#[async_trait(?Send)]
impl InstanceHost for SimInstances {
    async fn create(&self, instance: RawInstance) -> Result<Created, InstanceError> {
        let label = format!("create {} `{}`", self.workflow, instance.id);
        let created = self.host.world.commit(&label, || self.insert(instance)).await;
        self.answer(&label)?;
        Ok(created)
    }

    async fn create_many(&self, instances: Vec<RawInstance>) -> Result<Batch, InstanceError> {
        let label = format!("create {} of {}", instances.len(), self.workflow);
        let apply = || instances.into_iter().map(|instance| Ok(self.insert(instance))).collect();
        let created = self.host.world.commit(&label, apply).await;
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
        let pause = |record: &mut Record| {
            if record.state == State::Running {
                record.state = State::Pausing;
            }
            Ok(())
        };
        let wake = |host: &Rc<Host>| {
            // Wakes it from a sleep or a wait: it begins again at its top, and stops at the first chance.
            let pausing = self.find(id, |record| record.state == State::Pausing) == Ok(true);
            if pausing && host.busy(self.workflow, id, 0) == 0 {
                self.begin_again(id);
            }
        };
        self.commit(id, "pause", pause, wake).await
    }

    async fn resume(&self, id: &InstanceId) -> Result<(), InstanceError> {
        let now_ms = self.host.world.clock.now_ms();
        let resume = |record: &mut Record| {
            match record.state {
                State::Pausing => record.state = State::Running,
                _ => record.resume(now_ms),
            }
            Ok(())
        };
        self.commit(id, "resume", resume, |host| host.start(self.workflow, id.clone())).await
    }

    async fn terminate(&self, id: &InstanceId, undo: bool) -> Result<(), InstanceError> {
        let terminate = |record: &mut Record| {
            if record.has_ended() {
                return Err(InstanceError::Ended { id: id.clone() });
            }
            record.state = if undo { State::Terminating } else { State::Terminated };
            Ok(())
        };
        // An instance that has ended by that is not started.
        self.commit(id, "terminate", terminate, |_| self.begin_again(id)).await
    }

    async fn restart(&self, id: &InstanceId) -> Result<(), InstanceError> {
        let restart = |record: &mut Record| {
            *record = Record::new(record.input.clone());
            Ok(())
        };
        self.commit(id, "restart", restart, |_| self.begin_again(id)).await
    }

    async fn delete(&self, id: &InstanceId) -> Result<(), InstanceError> {
        let forget = |host: &Rc<Host>| {
            host.stop(self.workflow, id);
            let mut journal = host.journal.borrow_mut();
            journal.workflows.get_mut(self.workflow).map(|records| records.remove(id));
        };
        self.commit(id, "delete", |_| Ok(()), forget).await
    }

    async fn send_event(&self, id: &InstanceId, event: &str, payload: String) -> Result<(), InstanceError> {
        let copies = if self.host.world.strikes(|faults| faults.repeat) { 2 } else { 1 };
        if copies == 2 {
            self.host.world.note(format_args!("FAULT: event `{event}` is delivered twice"));
        }
        let arrive = |record: &mut Record| {
            record.inbox.extend((0..copies).map(|_| (event.to_owned(), payload.clone())));
            Ok(())
        };
        self.commit(id, &format!("event `{event}`"), arrive, |host| host.wake_waiting()).await
    }
}
