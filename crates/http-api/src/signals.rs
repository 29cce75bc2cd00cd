//! Signals, with the evidence for each.

use ids::{EventId, SignalId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::PageRequest;
use crate::request::{FromQuery, Query, TextRule};
use crate::{Timestamp, schema};

/// Something a revenue team wants to know, with its proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Signal {
    /// The id.
    #[schema(value_type = schema::SignalId)]
    pub id: SignalId,
    /// What it is, such as `budget` or `churn_risk`. More kinds may come.
    #[schema(example = "budget")]
    pub kind: String,
    /// The customer's company, by name or domain; `null` where the event does not tell.
    #[schema(required, example = "northwind.example")]
    pub account: Option<String>,
    /// How sure the extraction is.
    #[schema(minimum = 0, maximum = 1, example = 0.86)]
    pub score: f64,
    /// The words that prove it.
    pub evidence: Evidence,
    /// The event it was found in.
    #[schema(value_type = schema::EventId)]
    pub event_id: EventId,
    /// When it was found.
    pub created_at: Timestamp,
}

/// A verbatim slice of the source text, which `GET /v1/events/{id}/text` gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// The words.
    #[schema(example = "we have set aside forty thousand for this quarter")]
    pub quote: String,
    /// Where they begin in the source text, counted in Unicode scalar values from 0.
    pub start: u32,
    /// Where they end, counted likewise; the character there is no longer part of them.
    pub end: u32,
    /// The speaker's turn that they are in, from 0.
    pub turn: u32,
    /// Who said them, as the source names them; empty where it does not.
    #[schema(example = "Dana Whitfield")]
    pub speaker: String,
    /// How far into the call, in milliseconds; `null` where the source does not tell.
    #[schema(required)]
    pub at_ms: Option<u32>,
}

/// The query of `GET /v1/signals`.
#[derive(Debug, Clone, PartialEq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListSignals {
    /// Only signals of this account.
    #[param(example = "northwind.example")]
    pub account: Option<String>,
    /// Only signals of this kind.
    #[param(example = "budget")]
    pub kind: Option<String>,
    /// Only signals with at least this score.
    #[param(minimum = 0, maximum = 1, example = 0.5)]
    pub min_score: Option<f64>,
    /// Only signals found at or after this time.
    pub since: Option<Timestamp>,
    /// Only signals found in this event.
    #[param(value_type = Option<schema::EventId>)]
    pub event_id: Option<EventId>,
    /// The page.
    #[param(ignore)]
    pub page: PageRequest<SignalId>,
}

impl FromQuery for ListSignals {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            account: query.text("account", TextRule::line(256)),
            kind: query.text("kind", TextRule::slug(64)),
            min_score: query.fraction("min_score"),
            since: query.value("since"),
            event_id: query.value("event_id"),
            page: query.page("signals", &["account", "kind", "min_score", "since", "event_id"]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_query;

    #[test]
    fn filters_are_read_and_unknown_ones_ignored() {
        let event = EventId::from_parts(7, [1; 10]);
        let raw = format!(
            "account=Caf%C3%A9+Luna&kind=budget&min_score=0.5&since=2026-11-22T07:00:00%2B01:00&event_id={event}&color=red"
        );
        let list = read_query::<ListSignals>(&raw).unwrap();
        assert_eq!(list.account.as_deref(), Some("Café Luna"));
        assert_eq!(list.since.unwrap().to_string(), "2026-11-22T06:00:00.000Z");
        assert_eq!((list.min_score, list.event_id, list.page.limit), (Some(0.5), Some(event), 50));
    }

    #[test]
    fn every_bad_filter_is_named() {
        let problem = read_query::<ListSignals>("kind=Budget&min_score=NaN&since=now&event_id=sig_1&limit=0")
            .unwrap_err();
        let pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(
            (problem.status(), pointers),
            (400, vec!["?kind", "?min_score", "?since", "?event_id", "?limit"])
        );
    }
}
