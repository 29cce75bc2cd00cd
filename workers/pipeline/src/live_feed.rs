//! The Durable Object that holds a tenant's live feed: a bounded log, and the sockets that listen to it.

use std::rc::Rc;

use app::live::{Feed, FeedPorts};
use async_trait::async_trait;
use contracts::pipeline::live::{
    ForgetEntries, ForgottenEntries, LiveError, LiveFeed, LiveFeedClient, LiveFeedContract, LiveFeedDispatch,
    OpenFeed, Publish, Published, Ticket, TicketHolder,
};
use contracts::{TenantCall, TenantScope};
use host::{WorkerClock, WorkerRandom};
use mesh::durable::{
    Accept, AlarmEvent, DurableObject, HandlerError, ObjectContext, Refusal, Socket, SocketMessage,
    StartError, Upgrade,
};
use storage::{LIVE_FEED, ObjectAlarm, SqlLiveStore};

#[mesh::durable(service = LiveFeed, migrations = LIVE_FEED, class = "LiveFeed")]
pub(crate) struct LiveFeedObject(Feed);

#[async_trait(?Send)]
impl DurableObject for LiveFeedObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        telemetry::console::init("pipeline");
        context.sockets.set_auto_response(Feed::PING.0, Feed::PING.1).map_err(StartError::other)?;
        Ok(Self(Feed(FeedPorts {
            store: Rc::new(SqlLiveStore::new(context.storage)),
            alarm: Rc::new(ObjectAlarm(context.alarm)),
            sockets: context.sockets,
            clock: Rc::new(WorkerClock),
            random: Rc::new(WorkerRandom),
        })))
    }

    async fn alarm(&self, _: AlarmEvent) -> Result<(), HandlerError> {
        Ok(self.0.alarm().await?)
    }

    async fn socket_requested(&self, upgrade: Upgrade) -> Result<Accept, Refusal> {
        let (_, request) = upgrade.open::<LiveFeedContract, TenantScope, OpenFeed>()?;
        self.0.requested(request)
    }

    async fn socket_message(&self, socket: &Socket, message: SocketMessage) -> Result<(), HandlerError> {
        self.0.said(socket, message).await
    }
}

#[async_trait(?Send)]
impl LiveFeed for LiveFeedObject {
    async fn publish(&self, context: &TenantCall, request: Publish) -> Result<Published, LiveError> {
        self.0.publish(context, request).await
    }

    async fn issue_ticket(&self, context: &TenantCall, request: TicketHolder) -> Result<Ticket, LiveError> {
        self.0.issue_ticket(context, request).await
    }

    async fn redeem_ticket(&self, context: &TenantCall, secret: String) -> Result<TicketHolder, LiveError> {
        self.0.redeem_ticket(context, secret).await
    }

    async fn forget(
        &self,
        context: &TenantCall,
        request: ForgetEntries,
    ) -> Result<ForgottenEntries, LiveError> {
        self.0.forget(context, request).await
    }
}
