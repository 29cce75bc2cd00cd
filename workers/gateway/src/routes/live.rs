//! `GET /v1/live` and `POST /v1/live/tickets`.

use contracts::pipeline::live::{FEED, FeedFilter, LiveFeedClient, OpenFeed, TicketHolder};
use contracts::{Actor, TenantCall, TenantScope};
use http_api::live::{Listen, Ticket};
use http_api::{Code, Problem};
use ids::TenantId;
use mesh::Transport;
use mesh::durable::Address;
use std::rc::Rc;

use super::time;
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::live::{Form, LivePlan};
use crate::middleware::auth::{authorize, authorize_holder, invalid};
use crate::respond::{Answer, Outcome};

/// What a ticket begins with.
const TICKET: &str = "wlt_";

/// Lets a listener in. The connection itself is opened at the platform's edge, from the plan that is left in the facts.
///
/// # Errors
/// As [`authorize`], a ticket in the key's place; a bad query; [`Code::LiveNotAcceptable`].
pub async fn open(exchange: &Exchange<'_>) -> Outcome {
    let Listen { ticket, last_event_id, kinds, account } = exchange.query()?;
    let (context, key_prefix) = match ticket {
        Some(ticket) => by_ticket(exchange, &ticket).await?,
        None => {
            let context = authorize(exchange).await?;
            let prefix = exchange.facts.key.borrow().clone().unwrap_or_default();
            (context, prefix)
        }
    };
    let form = form(exchange)?;
    let after = exchange.header("last-event-id").map(str::to_owned).or(last_event_id);
    let request = OpenFeed { after, filter: FeedFilter { kinds, account } };
    let answer = match form {
        Form::Socket => Answer::empty(101),
        Form::Events => Answer::new(200, "text/event-stream; charset=utf-8", Vec::new())
            .with("cache-control", "no-store, no-transform")
            .with("x-accel-buffering", "no"),
    };
    exchange.facts.live.replace(Some(LivePlan { context, request, form, key_prefix }));
    Ok(answer)
}

/// Makes a ticket, for clients that cannot send a header.
///
/// # Errors
/// As [`authorize`]; what [`failed`] makes of the call.
pub async fn ticket(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let key_prefix = exchange.facts.key.borrow().clone().unwrap_or_default();
    let made =
        feed(exchange, &call).issue_ticket(&call, TicketHolder { key_prefix }).await.map_err(failed)?;
    let tenant = call.scope.tenant.to_string();
    let tenant = tenant.trim_start_matches("ten_");
    let ticket = format!("{TICKET}{tenant}_{}", made.secret);
    Answer::json(201, &Ticket { ticket, expires_at: time::public(made.expires_at) })
}

fn form(exchange: &Exchange<'_>) -> Result<Form, Problem> {
    let has = |name: &str, word: &str| {
        exchange.header(name).is_some_and(|value| value.to_ascii_lowercase().contains(word))
    };
    if has("upgrade", "websocket") {
        return Ok(Form::Socket);
    }
    if has("accept", "text/event-stream") {
        return Ok(Form::Events);
    }
    let detail = "ask for a WebSocket, or for server-sent events with `Accept: text/event-stream`";
    Err(Problem::new(Code::LiveNotAcceptable, detail))
}

/// The ticket names a tenant, and that tenant's feed says whether it made it: until then the name is a claim, for which
/// nothing but this question is asked.
async fn by_ticket(exchange: &Exchange<'_>, ticket: &str) -> Result<(TenantCall, String), Failure> {
    let parts = ticket.strip_prefix(TICKET).and_then(|rest| rest.split_once('_'));
    let (tenant, secret) = parts.ok_or_else(|| invalid("malformed_ticket"))?;
    let tenant: TenantId = format!("ten_{tenant}").parse().map_err(|_| invalid("malformed_ticket"))?;
    let claimed = exchange.claim(TenantScope { tenant, actor: Actor::Service("gateway".into()) });
    let holder = feed(exchange, &claimed).redeem_ticket(&claimed, secret.to_owned()).await.map_err(failed)?;
    let context = authorize_holder(exchange, tenant, &holder.key_prefix).await?;
    Ok((context, holder.key_prefix))
}

fn feed(exchange: &Exchange<'_>, call: &TenantCall) -> LiveFeedClient<Rc<dyn Transport>> {
    LiveFeedClient::over(exchange.ports.feeds.object(&Address::of(call, FEED)))
}
