//! From the platform's bindings to the Worker's classes. The Durable Object has exported itself.

use std::rc::Rc;

use guestbook_contract::{GuestbookContract, GuestbookDispatch};
use mesh_worker::durable::DurableNamespace;
use mesh_worker::workflow::WorkflowBinding;
use mesh_worker::{BindingError, Instance, WorkerRuntime};

use crate::desk::Desk;
use crate::review;

mesh_worker::entrypoint!(
    /// For the other Workers.
    Guestbook,
    GuestbookContract,
    desk
);
mesh_worker::workflow!(
    /// Holds entries back until somebody approves them.
    Review,
    review
);

fn desk(instance: &Instance) -> Result<GuestbookDispatch<Desk>, BindingError> {
    let pages = Rc::new(DurableNamespace::over(&instance.env, "PAGES")?);
    let reviews = WorkflowBinding::instances(&instance.env, "REVIEWS")?;
    Ok(GuestbookDispatch(Desk { pages, reviews }))
}

fn review(instance: &Instance) -> Result<review::Review, BindingError> {
    let pages = Rc::new(DurableNamespace::over(&instance.env, "PAGES")?);
    Ok(review::Review { pages, runtime: Rc::new(WorkerRuntime) })
}
