//! What the scheduler dispatches, and when it came: `/dispatched` gives a line each, the time of arrival and the nominal
//! one, `/count` how many, and `/forget` forgets them.

use std::cell::RefCell;

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::{EmitEvent, IngestEventError, IngestReceipt, Tasks};
use ids::EventId;
use worker::{Context, Date, Env, Request, Response, Result, event};

thread_local! {
    static DISPATCHED: RefCell<Vec<(u64, String)>> = const { RefCell::new(Vec::new()) };
}

pub(crate) struct NotingTasks;

#[async_trait(?Send)]
impl Tasks for NotingTasks {
    async fn emit_event(
        &self,
        context: &TenantCall,
        _request: EmitEvent,
    ) -> std::result::Result<IngestReceipt, IngestEventError> {
        let nominal = context.idempotency_key.as_ref().map(ToString::to_string).unwrap_or_default();
        DISPATCHED.with_borrow_mut(|all| all.push((Date::now().as_millis(), nominal)));
        Ok(IngestReceipt { event_id: EventId::from_parts(1, [7; 10]), duplicate: false })
    }
}

#[event(fetch)]
async fn fetch(request: Request, _env: Env, _context: Context) -> Result<Response> {
    match request.path().as_str() {
        "/dispatched" => Response::ok(DISPATCHED.with_borrow(|all| {
            all.iter().map(|(at, nominal)| format!("{at} {nominal}\n")).collect::<String>()
        })),
        "/count" => Response::ok(DISPATCHED.with_borrow(Vec::len).to_string()),
        "/forget" => {
            DISPATCHED.with_borrow_mut(Vec::clear);
            Response::ok("1")
        }
        _ => Response::error("ask over RPC", 404),
    }
}
