//! `/admin/api/dead-letters/groups` and `/admin/api/redrives`: what letters died of, and replaying all of a group.

use std::rc::Rc;

use contracts::pipeline::redrives::{
    self, DeadLetterGroup, DeadLetterGroupDetail, GetGroup, GetRedrive, ListGroups, ListRedrives,
    RedriveDetail, RedriveError, RedriveReport, RedrivenLetter, RedrivesClient, StartRedrive,
};
use contracts::{OperatorCall, Timestamp};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromBody, FromQuery, Object, Query, TextRule, read_body, read_query};
use ids::{DeadLetterId, EventId, RedriveId, TenantId};
use mesh::{CallError, Transport};
use serde::Serialize;
use serde_json::json;

use crate::audit::Asker;
use crate::problem::{Code, Problem};

/// The pipeline's redrives.
pub type Redrives = RedrivesClient<Rc<dyn Transport>>;

/// How many letters a second, where nobody says.
pub(crate) const USUAL_RATE: u32 = 5;
/// How many at most.
pub(crate) const FASTEST: u32 = 50;
/// How many groups or redrives are listed: of more, the newest count.
const MOST_LISTED: u32 = 200;

/// A group of letters that died of the same thing.
#[derive(Debug, Serialize)]
pub struct GroupView {
    /// What names it.
    pub fingerprint: String,
    /// Who gave up.
    pub cause: String,
    /// The workflow.
    pub workflow: Option<String>,
    /// Its step.
    pub step: Option<String>,
    /// The error, without what differs from letter to letter.
    pub pattern: String,
    /// How many letters there are.
    pub letters: u32,
    /// How many of them nobody has replayed.
    pub waiting: u32,
    /// How many tenants have some.
    pub tenants_count: u32,
    /// When the first died.
    pub first_at: http_api::Timestamp,
    /// When the last died.
    pub last_at: http_api::Timestamp,
    /// The newest letter.
    pub sample: DeadLetterId,
}

/// Groups.
#[derive(Debug, Serialize)]
pub struct GroupList {
    /// Those with the newest letters first.
    pub items: Vec<GroupView>,
}

/// A group and whose letters are in it.
#[derive(Debug, Serialize)]
pub struct GroupDetailView {
    /// The group.
    #[serde(flatten)]
    pub group: GroupView,
    /// The tenants with the most letters, at most 50.
    pub tenants: Vec<TenantLettersView>,
}

/// How many letters of a group are a tenant's.
#[derive(Debug, Serialize)]
pub struct TenantLettersView {
    /// Whose.
    pub tenant: TenantId,
    /// How many.
    pub letters: u32,
    /// How many of them nobody has replayed.
    pub waiting: u32,
}

/// How a redrive stands.
#[derive(Debug, Serialize)]
pub struct RedriveView {
    /// Its id.
    pub id: RedriveId,
    /// The group.
    pub fingerprint: String,
    /// Only this tenant's letters.
    pub tenant: Option<TenantId>,
    /// How many letters a second.
    pub per_second: u32,
    /// `running`, `stopped` or `done`.
    pub status: String,
    /// Letters that waited when it was asked for.
    pub total: u32,
    /// Letters whose events run again.
    pub begun: u32,
    /// Letters whose events cannot.
    pub refused: u32,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: http_api::Timestamp,
    /// When it ended.
    pub ended_at: Option<http_api::Timestamp>,
    /// Who stopped it.
    pub ended_by: Option<String>,
}

/// Redrives.
#[derive(Debug, Serialize)]
pub struct RedriveListView {
    /// The newest first.
    pub items: Vec<RedriveView>,
}

/// A redrive and what became of its letters.
#[derive(Debug, Serialize)]
pub struct RedriveDetailView {
    /// How it stands.
    #[serde(flatten)]
    pub redrive: RedriveView,
    /// What became of the letters.
    pub letters: Page<RedrivenView>,
}

/// What became of a letter.
#[derive(Debug, Serialize)]
pub struct RedrivenView {
    /// Which.
    pub id: DeadLetterId,
    /// Whose.
    pub tenant: TenantId,
    /// The event.
    pub event_id: EventId,
    /// The run that began.
    pub run: Option<u32>,
    /// Why none did.
    pub error: Option<String>,
    /// When.
    pub at: http_api::Timestamp,
    /// How its event is now.
    pub event_status: Option<String>,
    /// Why.
    pub event_reason: Option<String>,
}

/// What a redrive is asked for with.
pub(crate) struct Asked {
    /// Only this tenant's letters.
    pub(crate) tenant: Option<TenantId>,
    /// How many letters a second.
    pub(crate) per_second: u32,
    /// Why, for whoever approves a large one.
    pub(crate) reason: Option<String>,
}

impl FromBody for Asked {
    fn read(object: &Object<'_>) -> Option<Self> {
        let per_second = object.optional_integer("per_second", 1, FASTEST).unwrap_or(USUAL_RATE);
        let reason = object.optional_text("reason", TextRule::line(500));
        let tenant = object.optional_text("tenant", TextRule::line(64));
        let read = |text: &String| text.parse::<TenantId>().map_err(|error| error.to_string());
        let tenant = match tenant.as_ref().map(read).transpose() {
            Ok(tenant) => tenant,
            Err(detail) => {
                object.refuse("tenant", detail);
                None
            }
        };
        Some(Self { tenant, per_second, reason })
    }
}

/// Which outcomes of a redrive.
struct Outcomes(PageRequest<DeadLetterId>);

impl FromQuery for Outcomes {
    fn read(query: &Query) -> Option<Self> {
        Some(Self(query.page("redrive", &[])))
    }
}

/// The groups.
///
/// # Errors
/// What [`refused`] makes of the call, here and below.
pub(crate) async fn groups(redrives: &Redrives, call: &OperatorCall) -> Result<GroupList, Problem> {
    let found = redrives.list_groups(call, ListGroups { limit: MOST_LISTED }).await.map_err(refused)?;
    Ok(GroupList { items: found.items.into_iter().map(group_view).collect() })
}

/// One group.
pub(crate) async fn group(
    redrives: &Redrives,
    call: &OperatorCall,
    fingerprint: String,
) -> Result<GroupDetailView, Problem> {
    let found = redrives.get_group(call, GetGroup { fingerprint, tenant: None }).await.map_err(refused)?;
    let DeadLetterGroupDetail { group, tenants } = found;
    let tenant = |of: redrives::TenantLetters| TenantLettersView {
        tenant: of.tenant,
        letters: of.letters,
        waiting: of.waiting,
    };
    Ok(GroupDetailView { group: group_view(group), tenants: tenants.into_iter().map(tenant).collect() })
}

/// What a body asks for: a JSON object with `per_second`, `tenant` and `reason`, or empty.
///
/// # Errors
/// A bad body.
pub(crate) fn asked(body: &[u8]) -> Result<Asked, Problem> {
    read_body(body).map_err(Problem::of_body)
}

/// How many letters of a group wait, or of a tenant's in it.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn waiting(
    redrives: &Redrives,
    call: &OperatorCall,
    fingerprint: &str,
    tenant: Option<TenantId>,
) -> Result<u32, Problem> {
    let request = GetGroup { fingerprint: fingerprint.to_owned(), tenant };
    let found = redrives.get_group(call, request).await.map_err(refused)?;
    Ok(match tenant {
        Some(_) => found.tenants.iter().map(|of| of.waiting).sum(),
        None => found.group.waiting,
    })
}

/// Has a group's events run again: which, of which tenant, how many a second.
///
/// # Errors
/// What [`refused`] makes of the call; the act could not be written down.
pub(crate) async fn begin(
    asker: &Asker<'_>,
    redrives: &Redrives,
    call: &OperatorCall,
    (fingerprint, tenant, per_second): (String, Option<TenantId>, u32),
) -> Result<RedriveView, Problem> {
    let mut act = asker.act("redrive.start", tenant, fingerprint.clone());
    act.after = Some(json!({ "per_second": per_second }).to_string());
    let request = StartRedrive { fingerprint, tenant, per_second };
    let start = async { redrives.start_redrive(call, request).await.map_err(refused) };
    let told = |report: &RedriveReport| json!({ "redrive": report.redrive_id, "letters": report.total });
    asker.carry_out(act, start, told).await.map(redrive_view)
}

/// Redrives.
pub(crate) async fn list(redrives: &Redrives, call: &OperatorCall) -> Result<RedriveListView, Problem> {
    let found = redrives.list_redrives(call, ListRedrives { limit: MOST_LISTED }).await.map_err(refused)?;
    Ok(RedriveListView { items: found.items.into_iter().map(redrive_view).collect() })
}

/// One redrive, with a page of what became of its letters.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn get(
    redrives: &Redrives,
    call: &OperatorCall,
    redrive_id: RedriveId,
    query: &str,
) -> Result<RedriveDetailView, Problem> {
    let Outcomes(page) = read_query(query).map_err(Problem::of_query)?;
    let request = GetRedrive { redrive_id, after: page.after, limit: page.limit };
    let RedriveDetail { redrive, letters, next_after } =
        redrives.get_redrive(call, request).await.map_err(refused)?;
    let letters = page.answer(letters.into_iter().map(letter_view).collect(), next_after);
    Ok(RedriveDetailView { redrive: redrive_view(redrive), letters })
}

/// Ends a redrive; what it has begun goes on.
///
/// # Errors
/// What [`refused`] makes of the call; the act could not be written down.
pub(crate) async fn stop(
    asker: &Asker<'_>,
    redrives: &Redrives,
    call: &OperatorCall,
    redrive_id: RedriveId,
) -> Result<RedriveView, Problem> {
    let act = asker.act("redrive.stop", None, redrive_id.to_string());
    let request = GetRedrive { redrive_id, after: None, limit: 1 };
    let stop = async { redrives.stop_redrive(call, request).await.map_err(refused) };
    let told = |report: &RedriveReport| json!({ "status": report.status, "begun": report.begun });
    asker.carry_out(act, stop, told).await.map(redrive_view)
}

pub(crate) fn refused(error: CallError<RedriveError>) -> Problem {
    match error {
        CallError::Refused(RedriveError::NotFound) => Problem::no_redrive(),
        CallError::Refused(RedriveError::Invalid { detail }) => Problem::new(Code::Invalid, detail),
        CallError::Refused(error @ RedriveError::KeyReused) => {
            Problem::new(Code::KeyReused, error.to_string())
        }
        error => Problem::of_call(&error),
    }
}

fn group_view(group: DeadLetterGroup) -> GroupView {
    GroupView {
        fingerprint: group.fingerprint,
        cause: group.cause,
        workflow: group.workflow,
        step: group.step,
        pattern: group.pattern,
        letters: group.letters,
        waiting: group.waiting,
        tenants_count: group.tenants,
        first_at: time(group.first_at),
        last_at: time(group.last_at),
        sample: group.sample,
    }
}

fn redrive_view(report: RedriveReport) -> RedriveView {
    RedriveView {
        id: report.redrive_id,
        fingerprint: report.fingerprint,
        tenant: report.tenant,
        per_second: report.per_second,
        status: report.status,
        total: report.total,
        begun: report.begun,
        refused: report.refused,
        requested_by: report.requested_by,
        requested_at: time(report.requested_at),
        ended_at: report.ended_at.map(time),
        ended_by: report.ended_by,
    }
}

fn letter_view(letter: RedrivenLetter) -> RedrivenView {
    RedrivenView {
        id: letter.letter_id,
        tenant: letter.tenant,
        event_id: letter.event_id,
        run: letter.run,
        error: letter.detail,
        at: time(letter.at),
        event_status: letter.event_status,
        event_reason: letter.event_reason,
    }
}

fn time(time: Timestamp) -> http_api::Timestamp {
    http_api::Timestamp::from_unix_ms(time.unix_ms())
}
