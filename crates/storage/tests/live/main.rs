//! A tenant's live feed as it runs: over the very SQL of its object, with clients that a test holds.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::rc::Rc;

use app::live::{Feed, FeedPorts};
use app::ports::Clock;
use async_trait::async_trait;
use contracts::pipeline::live::{
    ACK, FeedFilter, ForgetEntries, ForgottenEntries, LiveError, LiveFeed, LiveFeedClient, LiveFeedContract,
    LiveFeedDispatch, NewEntry, OpenFeed, Publish, Published, START, TOO_SLOW, Ticket, TicketHolder,
};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use ids::TenantId;
use mesh::durable::{
    Accept, Address, AlarmEvent, DurableObject, HandlerError, Namespace, ObjectContext, Refusal, Socket,
    SocketMessage, StartError, Upgrade, connect,
};
use mesh::{CallContext, CallError, Deadline, Runtime, TraceContext};
use mesh_sim::durable::{ClientSocket, SimulatedObjects, VirtualClock};
use storage::{LIVE_FEED, ObjectAlarm, SqlLiveStore};
use test_kit::{SeededRandom, run};

const START_MS: u64 = 1_795_330_800_000;
const DAY: u64 = 24 * 60 * 60 * 1_000;

#[mesh::durable(service = LiveFeed, migrations = LIVE_FEED)]
struct FeedObject(Feed);

struct SimClock(VirtualClock);

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.now_ms())
    }
}

#[async_trait(?Send)]
impl DurableObject for FeedObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        let clock = context.resources::<VirtualClock>()?.clone();
        context.sockets.set_auto_response(Feed::PING.0, Feed::PING.1).map_err(StartError::other)?;
        let seed = u64::from(context.address.tenant_key().as_bytes()[8]);
        Ok(Self(Feed(FeedPorts {
            store: Rc::new(SqlLiveStore::new(context.storage)),
            alarm: Rc::new(ObjectAlarm(context.alarm)),
            sockets: context.sockets,
            clock: Rc::new(SimClock(clock)),
            random: Rc::new(SeededRandom::new(seed)),
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
impl LiveFeed for FeedObject {
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

struct World {
    clock: VirtualClock,
    objects: SimulatedObjects<FeedObject>,
}

impl World {
    fn new() -> Self {
        let clock = VirtualClock::at(START_MS);
        Self { objects: SimulatedObjects::new(clock.clone(), clock.clone()), clock }
    }

    fn context(&self, tenant: u8) -> TenantCall {
        let tenant = TenantId::from_parts(START_MS, [tenant; 10]);
        let scope = TenantScope { tenant, actor: Actor::Service("test".into()) };
        let deadline = Deadline::after(self.clock.now_ms(), 60_000);
        CallContext::new(scope, TraceContext::from_random([8; 24]), deadline, "test")
    }

    fn feed(&self, tenant: u8) -> LiveFeedClient<Rc<dyn mesh::Transport>> {
        LiveFeedClient::over(self.objects.object(&Address::of(&self.context(tenant), "feed")))
    }

    fn publish(&self, tenant: u8, keys: impl IntoIterator<Item = u32>) -> u32 {
        let entries = keys.into_iter().map(entry).collect();
        run(self.feed(tenant).publish(&self.context(tenant), Publish { entries })).unwrap().added
    }

    fn open(&self, tenant: u8, after: Option<&str>, filter: FeedFilter) -> ClientSocket {
        let request = OpenFeed { after: after.map(str::to_owned), filter };
        let context = self.context(tenant);
        let asked = connect::<LiveFeedContract, _, _, _>(&self.objects, &context, "feed", &request, &[]);
        let socket = run(asked).unwrap();
        run(self.objects.send(&socket, START)).unwrap();
        socket
    }

    fn listen(&self, tenant: u8, after: Option<&str>) -> ClientSocket {
        self.open(tenant, after, FeedFilter::default())
    }
}

fn entry(number: u32) -> NewEntry {
    NewEntry {
        key: format!("k{number}"),
        kind: if number.is_multiple_of(2) { "signal.created" } else { "event.processed" }.into(),
        signal_kind: number.is_multiple_of(2).then(|| "budget".into()),
        account: Some(if number < 50 { "Acme" } else { "Globex" }.into()),
        data: format!(r#"{{"number":{number}}}"#),
    }
}

/// All that a client was sent and has not read.
fn received(socket: &ClientSocket) -> Vec<String> {
    std::iter::from_fn(|| socket.receive())
        .map(|message| match message {
            SocketMessage::Text(text) => text,
            SocketMessage::Binary(_) => panic!("bytes were sent"),
        })
        .collect()
}

fn entries(texts: &[String]) -> Vec<(String, u64)> {
    let json = texts.iter().filter(|text| !text.starts_with('!'));
    json.map(|text| {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        (value["id"].as_str().unwrap().to_owned(), value["data"]["number"].as_u64().unwrap())
    })
    .collect()
}

fn numbers(texts: &[String]) -> Vec<u64> {
    entries(texts).into_iter().map(|(_, number)| number).collect()
}

#[test]
fn whoever_listens_hears_each_entry_once_and_of_its_own_tenant_alone() {
    let world = World::new();
    world.publish(1, [1]);
    let (ours, theirs) = (world.listen(1, None), world.listen(2, None));
    assert_eq!((world.publish(1, [2, 3]), world.publish(1, [3, 4])), (2, 1));
    world.publish(2, [90]);
    assert_eq!(numbers(&received(&ours)), [2, 3, 4]);
    assert_eq!(numbers(&received(&theirs)), [90]);
}

#[test]
fn a_client_that_comes_back_goes_on_after_its_last_entry_also_when_the_object_slept() {
    let world = World::new();
    let first = world.listen(1, None);
    world.publish(1, 1..=3);
    let last = entries(&received(&first)).pop().unwrap().0;
    run(world.objects.close(&first, 1000, "")).unwrap();
    world.publish(1, 4..=6);
    world.objects.evict_all();
    let again = world.listen(1, Some(&last));
    world.objects.evict_all();
    world.publish(1, [7]);
    assert_eq!(numbers(&received(&again)), [4, 5, 6, 7]);
}

#[test]
fn a_gap_is_told_before_what_is_left() {
    let world = World::new();
    let first = world.listen(1, None);
    world.publish(1, 1..=2);
    let old = entries(&received(&first)).remove(0).0;
    world.clock.advance(DAY + 1);
    world.publish(1, 3..=4);
    for lost in [old.as_str(), "00000000-1", "nonsense"] {
        let texts = received(&world.listen(1, Some(lost)));
        assert!(texts[0].starts_with(&format!(r#"!gap {{"asked":"{lost}","resumes_at":""#)), "{texts:?}");
        assert_eq!(numbers(&texts), [3, 4], "{lost}");
    }
}

#[test]
fn filters_are_by_kind_and_account() {
    let world = World::new();
    let filter = |kinds: &[&str], account: Option<&str>| FeedFilter {
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        account: account.map(str::to_owned),
    };
    let budgets = world.open(1, None, filter(&["budget"], None));
    let globex = world.open(1, None, filter(&["event.processed"], Some("Globex")));
    world.publish(1, [1, 2, 51, 52]);
    assert_eq!((numbers(&received(&budgets)), numbers(&received(&globex))), (vec![2, 52], vec![51]));
}

#[test]
fn a_client_gets_a_window_and_the_next_when_it_has_taken_this_one() {
    let world = World::new();
    let socket = world.listen(1, None);
    world.publish(1, 1..=150);
    let texts = received(&socket);
    assert_eq!(numbers(&texts), (1..=100).collect::<Vec<_>>());
    assert!(texts.last().unwrap().starts_with("!checkpoint "));
    world.publish(1, [151]);
    assert!(received(&socket).is_empty(), "nothing is sent past a checkpoint");
    run(world.objects.send(&socket, ACK)).unwrap();
    assert_eq!(numbers(&received(&socket)), (101..=151).collect::<Vec<_>>());
}

#[test]
fn a_client_that_leaves_a_checkpoint_unanswered_is_closed_with_the_reason_and_others_are_not() {
    let world = World::new();
    let (slow, quick) = (world.listen(1, None), world.listen(1, None));
    world.publish(1, 1..=120);
    run(world.objects.send(&quick, ACK)).unwrap();
    assert!(run(world.objects.pass(29_999)).is_empty());
    assert_eq!(slow.closed(), None);
    assert!(run(world.objects.pass(2)).is_empty());
    assert_eq!(slow.closed(), Some((TOO_SLOW, "too slow: go on from the last id".into())));
    assert_eq!(quick.closed(), None);
    world.publish(1, [121]);
    assert_eq!(numbers(&received(&quick)).last(), Some(&121));
}

#[test]
fn a_ping_is_answered_without_the_object() {
    let world = World::new();
    let socket = world.listen(1, None);
    received(&socket);
    world.objects.evict_all();
    run(world.objects.send(&socket, "ping")).unwrap();
    assert_eq!(received(&socket), ["pong"]);
}

#[test]
fn the_log_is_bounded_by_count_and_by_time() {
    let world = World::new();
    for from in (0..10_500_u32).step_by(500) {
        world.publish(1, from..from + 500);
    }
    let storage =
        mesh::durable::Storage::over(world.objects.database(&Address::of(&world.context(1), "feed")));
    let kept = || -> u32 { storage.exec("SELECT count(*) FROM entries", &[]).unwrap().one().unwrap() };
    assert_eq!(kept(), 10_000);
    world.clock.advance(DAY + 1);
    world.publish(1, [99_999]);
    assert_eq!(kept(), 1);
}

#[test]
fn a_ticket_lets_its_holder_in_once_within_a_minute_and_at_its_own_tenant() {
    let world = World::new();
    let holder = TicketHolder { key_prefix: "wk_abc".into() };
    let issue = || run(world.feed(1).issue_ticket(&world.context(1), holder.clone())).unwrap();
    let redeem = |tenant: u8, secret: &str| {
        run(world.feed(tenant).redeem_ticket(&world.context(tenant), secret.into()))
    };
    let bad = |outcome: Result<TicketHolder, CallError<LiveError>>| {
        assert!(matches!(outcome, Err(CallError::Refused(LiveError::BadTicket))), "{outcome:?}");
    };
    let ticket = issue();
    bad(redeem(2, &ticket.secret));
    assert_eq!(redeem(1, &ticket.secret).unwrap(), holder);
    bad(redeem(1, &ticket.secret));
    let late = issue();
    world.clock.advance(60_000);
    bad(redeem(1, &late.secret));
    bad(redeem(1, "guess"));
}
