//! Instances of a workflow, from outside: started, asked after, steered. Typed over whatever hosts them.

mod error;
mod host;
mod id;
mod status;

pub use error::InstanceError;
pub use host::{Batch, Created, InstanceHost, RawInstance, Retention};
pub use id::{InstanceId, InvalidInstanceId};
pub use status::{InstanceStatus, RawStatus};

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use super::{Accepts, Definition, Event, MAX_BATCH, MAX_PAYLOAD_BYTES, pack};

/// The instances of the workflow `W`.
///
/// ```
/// # use mesh::workflow::{Accepts, Event, InstanceError, InstanceId, InstanceStatus, Instances, NewInstance, Definition};
/// # async fn example<W, E: Event>(orders: Instances<W>, event: E) -> Result<(), Box<dyn std::error::Error>>
/// # where W: Definition<Input = u32> + Accepts<E> {
/// let id: InstanceId = "order-17".parse()?;
/// orders.create(NewInstance::new(id.clone(), 17)).await?;
/// orders.handle(id.clone()).send_event(&event).await?;
/// if let InstanceStatus::Errored(failure) = orders.handle(id).status().await? {
///     eprintln!("{failure}");
/// }
/// # Ok(()) }
/// ```
pub struct Instances<W> {
    host: Rc<dyn InstanceHost>,
    workflow: PhantomData<fn() -> W>,
}

/// One instance to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInstance<I> {
    /// Its id, which is also what makes the creation idempotent.
    pub id: InstanceId,
    /// What it is started with.
    pub input: I,
    /// How long its end is kept; the workflow's default if `None`.
    pub retention: Option<Retention>,
}

impl<I> NewInstance<I> {
    /// With the workflow's default retention.
    pub fn new(id: InstanceId, input: I) -> Self {
        Self { id, input, retention: None }
    }
}

impl<W: Definition> Instances<W> {
    /// Those that `host` has.
    pub fn over(host: impl InstanceHost + 'static) -> Self {
        Self { host: Rc::new(host), workflow: PhantomData }
    }

    /// Creates an instance, which starts at once. An id that exists is told apart and changes nothing.
    ///
    /// # Errors
    /// [`InstanceError::Unsendable`] for an input over 1 MiB, [`InstanceError::Host`].
    pub async fn create(&self, new: NewInstance<W::Input>) -> Result<Created, InstanceError> {
        self.host.create(encode(&new)?).await
    }

    /// Creates up to 100 instances, and says of each what came of it.
    ///
    /// # Errors
    /// As [`Instances::create`], for the batch as a whole: nothing was created. [`InstanceError::BatchSize`] for none
    /// or more than 100, and for more than 1 MiB of input.
    pub async fn create_many(&self, new: &[NewInstance<W::Input>]) -> Result<Batch, InstanceError> {
        let raw = new.iter().map(encode).collect::<Result<Vec<_>, _>>()?;
        let bytes = raw.iter().map(|instance| instance.input.len()).sum();
        if !(1..=MAX_BATCH).contains(&raw.len()) || bytes > MAX_PAYLOAD_BYTES {
            return Err(InstanceError::BatchSize { count: raw.len(), bytes });
        }
        self.host.create_many(raw).await
    }

    /// The instance with this id.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`], [`InstanceError::Host`].
    pub async fn get(&self, id: InstanceId) -> Result<Handle<W>, InstanceError> {
        self.host.status(&id).await?;
        Ok(self.handle(id))
    }

    /// The instance with this id, without looking whether it exists.
    pub fn handle(&self, id: InstanceId) -> Handle<W> {
        Handle { instances: self.clone(), id }
    }
}

fn encode<I: serde::Serialize>(new: &NewInstance<I>) -> Result<RawInstance, InstanceError> {
    let input =
        pack(&new.input).map_err(|message| InstanceError::Unsendable { what: "the input", message })?;
    Ok(RawInstance { id: new.id.clone(), input, retention: new.retention })
}

/// One instance of the workflow `W`.
pub struct Handle<W> {
    instances: Instances<W>,
    id: InstanceId,
}

impl<W: Definition> Handle<W> {
    /// Its id.
    pub fn id(&self) -> &InstanceId {
        &self.id
    }

    /// How it is.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`], [`InstanceError::OutputUnreadable`], [`InstanceError::Host`].
    pub async fn status(&self) -> Result<InstanceStatus<W::Output, W::Error>, InstanceError> {
        InstanceStatus::read(&self.id, self.host().status(&self.id).await?)
    }

    /// Pauses it after the step under way. One that has ended stays as it is.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`], [`InstanceError::Host`].
    pub async fn pause(&self) -> Result<(), InstanceError> {
        self.host().pause(&self.id).await
    }

    /// Lets a paused one go on. A sleep or a timeout goes on where the pause cut it.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`], [`InstanceError::Host`].
    pub async fn resume(&self) -> Result<(), InstanceError> {
        self.host().resume(&self.id).await
    }

    /// Ends it where it is. Nothing is undone.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`], [`InstanceError::Ended`], [`InstanceError::Host`].
    pub async fn terminate(&self) -> Result<(), InstanceError> {
        self.host().terminate(&self.id, false).await
    }

    /// Ends it where it is, and undoes the steps that can be undone, the last begun first.
    ///
    /// # Errors
    /// As [`Handle::terminate`].
    pub async fn terminate_and_undo(&self) -> Result<(), InstanceError> {
        self.host().terminate(&self.id, true).await
    }

    /// Starts it again from the top with the same input, forgetting what is on record, whether it has ended or not.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`], [`InstanceError::Host`].
    pub async fn restart(&self) -> Result<(), InstanceError> {
        self.host().restart(&self.id).await
    }

    /// Starts it again from the first step of this name. What stands before that step stays on record and is not done
    /// again.
    ///
    /// # Errors
    /// As [`Handle::restart`]; [`InstanceError::Host`] too where no such step is on record.
    pub async fn restart_from(&self, step: &str) -> Result<(), InstanceError> {
        self.host().restart_from(&self.id, step).await
    }

    /// Removes it with its record, ending it first if need be. Its id is free again.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`], [`InstanceError::Host`].
    pub async fn delete(&self) -> Result<(), InstanceError> {
        self.host().delete(&self.id).await
    }

    /// Sends an event, which is kept until the instance waits for one of its type. Whether it is delivered once or
    /// again is not known to the sender: the same event twice must be harmless.
    ///
    /// # Errors
    /// [`InstanceError::Unsendable`] over 1 MiB, [`InstanceError::NotFound`], [`InstanceError::Host`].
    pub async fn send_event<E: Event>(&self, event: &E) -> Result<(), InstanceError>
    where
        W: Accepts<E>,
    {
        let payload =
            pack(event).map_err(|message| InstanceError::Unsendable { what: "the event", message })?;
        self.host().send_event(&self.id, E::TYPE, payload).await
    }

    fn host(&self) -> &dyn InstanceHost {
        &*self.instances.host
    }
}

impl<W> Clone for Instances<W> {
    fn clone(&self) -> Self {
        Self { host: self.host.clone(), workflow: PhantomData }
    }
}

impl<W> Clone for Handle<W> {
    fn clone(&self) -> Self {
        Self { instances: self.instances.clone(), id: self.id.clone() }
    }
}

impl<W: Definition> fmt::Debug for Instances<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instances<{}>", W::NAME)
    }
}

impl<W: Definition> fmt::Debug for Handle<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle<{}>({})", W::NAME, self.id)
    }
}
