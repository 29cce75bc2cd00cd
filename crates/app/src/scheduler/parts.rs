//! A tenant's jobs over several objects: what each is called, where a new job goes, and how their lists become one.
//!
//! The first object takes jobs until it is full. From then on it sends new ones to the next, and to another once that is
//! full; jobs never move. So a tenant with few jobs pays for nothing, and one with very many has each object stay as
//! quick as it was. Callers need not know: a job's id says where it is, and lists are merged by the first object.

use std::rc::Rc;

use contracts::TenantCall;
use contracts::scheduler::{CreateJob, Job, JobError, JobPage, JobsClient, ListJobs};
use domain::job::{JOBS_A_PART, MAX_PARTS};
use futures_util::future::try_join_all;
use mesh::durable::{Address, Namespace};
use mesh::{CallError, Transport};

use super::read_job::MAX_PAGE;
use super::tenant_jobs::unavailable;
use super::{SchedulePorts, create_job};

/// What a tenant's first object is called.
const FIRST: &str = "schedule";

/// What an object of a tenant is called.
pub(super) fn object_name(part: u16) -> String {
    match part {
        0 => FIRST.to_owned(),
        part => format!("{FIRST}-{part}"),
    }
}

/// Where an object stands among its tenant's.
#[derive(Clone)]
pub struct Part {
    number: u16,
    room: u32,
    objects: Rc<dyn Namespace>,
}

impl Part {
    /// The object of this name; one that is none of a schedule's counts as the first.
    #[must_use]
    pub fn named(name: &str, objects: Rc<dyn Namespace>) -> Self {
        let number = name.strip_prefix(FIRST).and_then(|rest| rest.strip_prefix('-'));
        let number = number.and_then(|number| number.parse().ok()).filter(|number| *number < MAX_PARTS);
        Self { number: number.unwrap_or(0), room: JOBS_A_PART, objects }
    }

    /// With room for so many jobs in each object, 1 to [`JOBS_A_PART`]. May be changed at any time: jobs stay where they
    /// are.
    #[must_use]
    pub fn with_room(self, room: u32) -> Self {
        Self { room: room.clamp(1, JOBS_A_PART), ..self }
    }

    /// Which it is.
    pub(super) const fn number(&self) -> u16 {
        self.number
    }

    /// How many jobs it takes. Jobs that share a concurrency group are counted in one place, so that the first object
    /// takes them even when others go elsewhere, up to as many again.
    pub(super) const fn room_for(&self, request: &CreateJob) -> u32 {
        match request.policy.concurrency {
            Some(_) if self.number == 0 => self.room.saturating_mul(2),
            _ => self.room,
        }
    }

    fn client(&self, context: &TenantCall, part: u16) -> JobsClient<Rc<dyn Transport>> {
        JobsClient::over(self.objects.object(&Address::of(context, &object_name(part))))
    }
}

/// To which other object a new job goes; none where it is made here.
pub(super) fn elsewhere(
    ports: &SchedulePorts,
    context: &TenantCall,
    request: &CreateJob,
) -> Result<Option<u16>, JobError> {
    if ports.part.number != 0 || request.policy.concurrency.is_some() {
        return Ok(None);
    }
    if let Some(key) = create_job::key(context) {
        if ports.store.key_use(&key).map_err(unavailable)?.is_some() {
            return Ok(None);
        }
        if let Some(part) = ports.store.sent_to(&key).map_err(unavailable)? {
            return Ok(Some(part));
        }
    }
    match ports.store.last_part().map_err(unavailable)? {
        0 if ports.store.job_count().map_err(unavailable)? < ports.part.room => Ok(None),
        last => Ok(Some(last.max(1))),
    }
}

/// Has a job made in an object from `part` on, the first that has room.
pub(super) async fn create(
    ports: &SchedulePorts,
    context: &TenantCall,
    request: CreateJob,
    mut part: u16,
) -> Result<Job, JobError> {
    let key = create_job::key(context);
    while part < MAX_PARTS {
        // Before it is asked: a list must not miss the job, and the key, coming again, must find it.
        ports.store.send_to_part(part, key.as_deref(), ports.clock.now()).map_err(unavailable)?;
        let asked = ports.part.client(context, part).create_job(&forwarded(context), request.clone()).await;
        match asked.map_err(refusal) {
            Err(JobError::TooMany { .. }) => part += 1,
            answer => return answer,
        }
        part = part.max(ports.store.last_part().map_err(unavailable)?);
    }
    Err(JobError::TooMany { limit: ports.part.room.saturating_mul(u32::from(MAX_PARTS)) })
}

/// The page of all objects, from the first object's own.
pub(super) async fn merge(
    ports: &SchedulePorts,
    context: &TenantCall,
    request: &ListJobs,
    own: JobPage,
) -> Result<JobPage, JobError> {
    let last = ports.store.last_part().map_err(unavailable)?;
    if ports.part.number != 0 || last == 0 {
        return Ok(own);
    }
    let context = forwarded(context);
    let asked = (1..=last).map(async |part| {
        ports.part.client(&context, part).list_jobs(&context, request.clone()).await.map_err(refusal)
    });
    let pages = try_join_all(asked).await?;
    let mut more = own.next_before.is_some();
    let mut items = own.items;
    for page in pages {
        more |= page.next_before.is_some();
        items.extend(page.items);
    }
    // Newest first, as each of them is.
    items.sort_by_key(|job| std::cmp::Reverse(job.job_id));
    let limit = request.limit.clamp(1, MAX_PAGE) as usize;
    more |= items.len() > limit;
    items.truncate(limit);
    let next_before = items.last().filter(|_| more).map(|job| job.job_id);
    Ok(JobPage { items, next_before })
}

pub(super) fn forwarded(context: &TenantCall) -> TenantCall {
    context.forwarded_by("scheduler")
}

pub(super) fn refusal(error: CallError<JobError>) -> JobError {
    match error {
        CallError::Refused(refusal) => refusal,
        other => JobError::Unavailable { detail: other.to_string() },
    }
}
