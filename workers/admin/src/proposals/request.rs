//! What operators send of proposals.

use domain::second_person::{DangerousAction, ProposalStatus};
use http_api::page::PageRequest;
use http_api::request::{FromBody, FromQuery, Object, Query, TextRule};
use ids::{ProposalId, TenantId};

use super::content::Wish;
use crate::redrives::{FASTEST, USUAL_RATE};

/// For how many hours old keys go on, where nobody says: a day.
const USUAL_OVERLAP_HOURS: u32 = 24;
/// For how many at most: a week.
const LONGEST_OVERLAP_HOURS: u32 = 168;

/// A proposal to be made.
pub(super) struct Propose {
    pub(super) wish: Wish,
    pub(super) reason: String,
}

impl FromBody for Propose {
    fn read(object: &Object<'_>) -> Option<Self> {
        let reason = object.required_text("reason", TextRule::line(500));
        let action = object.required_text("action", TextRule::slug(32))?;
        let tenant = || -> Option<TenantId> {
            let text = object.required_text("tenant", TextRule::line(64))?;
            text.parse().map_err(|error: ids::ParseIdError| object.refuse("tenant", error.to_string())).ok()
        };
        let wish = match action.parse() {
            Ok(DangerousAction::EraseTenant) => Wish::EraseTenant { tenant: tenant()? },
            Ok(DangerousAction::RotateKeys) => Wish::RotateKeys {
                overlap_hours: object
                    .optional_integer("overlap_hours", 0, LONGEST_OVERLAP_HOURS)
                    .unwrap_or(USUAL_OVERLAP_HOURS),
                tenant: tenant()?,
            },
            Ok(DangerousAction::Redrive) => {
                let group = object.required_text("group", TextRule::line(64));
                let per_second = object.optional_integer("per_second", 1, FASTEST).unwrap_or(USUAL_RATE);
                let tenant = if object.has("tenant") { Some(tenant()?) } else { None };
                Wish::Redrive { group: group?, tenant, per_second }
            }
            Err(error) => {
                object.refuse("action", error.to_string());
                return None;
            }
        };
        Some(Self { wish, reason: reason? })
    }
}

/// An approval: of exactly what was shown.
pub(super) struct Approve {
    pub(super) hash: String,
    pub(super) comment: Option<String>,
}

impl FromBody for Approve {
    fn read(object: &Object<'_>) -> Option<Self> {
        let hash = object.required_text("hash", TextRule::line(64));
        let comment = object.optional_text("comment", TextRule::line(500));
        Some(Self { hash: hash?, comment })
    }
}

/// A rejection.
pub(super) struct Reject {
    pub(super) comment: Option<String>,
}

impl FromBody for Reject {
    fn read(object: &Object<'_>) -> Option<Self> {
        Some(Self { comment: object.optional_text("comment", TextRule::line(500)) })
    }
}

/// The query of the list.
pub(super) struct Filters {
    pub(super) tenant: Option<TenantId>,
    pub(super) status: Option<ProposalStatus>,
    pub(super) page: PageRequest<ProposalId>,
}

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        let (tenant, status) = (query.value("tenant"), query.value("status"));
        if status == Some(ProposalStatus::Expired) {
            query.refuse("status", "cannot be `expired`: those are among `open` and `approved`");
        }
        Some(Self { tenant, status, page: query.page("proposals", &["tenant", "status"]) })
    }
}
