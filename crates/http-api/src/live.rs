//! The live feed.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Timestamp;
use crate::request::{FromQuery, Query, TextRule};

/// The most kinds of one filter.
const MAX_KINDS: usize = 50;

/// The query of `GET /v1/live`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Listen {
    /// A ticket of `POST /v1/live/tickets`, in place of the `Authorization` header, for browsers.
    pub ticket: Option<String>,
    /// The id of the last entry that the client has; the header `Last-Event-ID` says the same.
    #[param(example = "5f3a9c01-128")]
    pub last_event_id: Option<String>,
    /// Only these kinds of signal or types of entry, separated by commas.
    #[param(value_type = Option<String>, example = "budget,event.failed")]
    pub kinds: Vec<String>,
    /// Only entries of this account.
    #[param(example = "northwind.example")]
    pub account: Option<String>,
}

impl FromQuery for Listen {
    fn read(query: &Query) -> Option<Self> {
        let kinds = query.text("kinds", TextRule::line(2_000)).unwrap_or_default();
        let kinds: Vec<_> =
            kinds.split(',').map(str::trim).filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
        if kinds.len() > MAX_KINDS {
            query.refuse("kinds", format!("must have at most {MAX_KINDS} kinds"));
        }
        Some(Self {
            ticket: query.text("ticket", TextRule::token(256)),
            last_event_id: query.text("last_event_id", TextRule::token(64)),
            kinds,
            account: query.text("account", TextRule::line(256)),
        })
    }
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ticket {
    /// To be sent as `?ticket=`, once.
    pub ticket: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}
