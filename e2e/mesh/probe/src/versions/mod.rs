//! Two builds of one contract that meet: each Worker is deployed alone.

pub mod after;
pub mod before;

use async_trait::async_trait;
use mesh_worker::{BindingError, Instance};
use worker::Response;

use crate::calls::Never;
use crate::case::{Call, Case};
use crate::outcome;

mesh_worker::entrypoint!(
    /// A host from before the change.
    OlderHost,
    before::HostContract,
    older
);
mesh_worker::entrypoint!(
    /// A host from after it.
    NewerHost,
    after::HostContract,
    newer
);

fn older(_: &Instance) -> Result<before::HostDispatch<Service>, BindingError> {
    Ok(before::HostDispatch(Service))
}

fn newer(_: &Instance) -> Result<after::HostDispatch<Service>, BindingError> {
    Ok(after::HostDispatch(Service))
}

struct Service;

#[async_trait(?Send)]
impl before::Host for Service {
    async fn welcome(&self, _context: &Call, guest: before::Guest) -> Result<before::Guest, Never> {
        Ok(guest)
    }

    async fn seats(&self, _context: &Call, _request: ()) -> Result<u32, Never> {
        Ok(12)
    }
}

#[async_trait(?Send)]
impl after::Host for Service {
    async fn welcome(&self, _context: &Call, guest: after::Guest) -> Result<after::Guest, Never> {
        Ok(after::Guest { party: guest.party + 1, ..guest })
    }

    async fn seats(&self, _context: &Call, _request: ()) -> Result<String, Never> {
        Ok("a dozen".into())
    }

    async fn farewell(&self, _context: &Call, _guest: after::Guest) -> Result<(), Never> {
        Ok(())
    }
}

/// Calls across the change, in either direction.
pub(crate) async fn run(case: Case) -> worker::Result<Response> {
    let context = case.call();
    let new_to_old = after::HostClient::over(case.over("OLDER_HOST")?);
    let old_to_new = before::HostClient::over(case.over("NEWER_HOST")?);
    let older = before::Guest { name: "Ada".into() };
    let newer = after::Guest { name: "Ada".into(), party: 3 };
    let outcome = match case.name.as_str() {
        "new_to_old/welcome" => outcome::of(new_to_old.welcome(&context, newer).await),
        "new_to_old/farewell" => outcome::of(new_to_old.farewell(&context, newer).await),
        "new_to_old/seats" => outcome::of(new_to_old.seats(&context, ()).await),
        "old_to_new/welcome" => outcome::of(old_to_new.welcome(&context, older).await),
        "old_to_new/seats" => outcome::of(old_to_new.seats(&context, ()).await),
        _ => return case.unknown(),
    };
    case.answer(&outcome)
}
