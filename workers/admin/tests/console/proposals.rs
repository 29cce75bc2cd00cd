//! What takes two people: proposed by one, approved by another, carried out once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use admin::console::{Console, Handled};
use admin::erasures::Erasures;
use admin::gate::Settings;
use admin::proposals::Proposals;
use admin::redrives::Redrives;
use admin::request::Request;
use admin::tenants::Tenants;
use app::ports::{Allowance, TenantAdmin, TenantSettings};
use async_trait::async_trait;
use auth::access::KeyCache;
use contracts::pipeline::redrives::{
    DeadLetterGroup, DeadLetterGroupDetail, DeadLetterGroups, GetGroup, GetRedrive, ListGroups, ListRedrives,
    RedriveDetail, RedriveError, RedriveList, RedriveReport, Redrives as Service, RedrivesClient,
    RedrivesDispatch, StartRedrive, TenantLetters,
};
use contracts::{OperatorCall, Timestamp};
use ids::{DeadLetterId, RedriveId, TenantId};
use mesh::Transport;
use mesh::loopback::{Loopback, Severed};
use serde_json::{Value, json};
use test_kit::{FakeClock, Faults, Fixtures, MemoryControl, SeededRandom, When, run};

use crate::erasures::Recorder;
use crate::team::{AUDIENCE, NOW, TEAM, Team};
use crate::{Half, ROLES, acts, dead_letters, document, nobody, trace};

const ADA: &str = "ada@example.com";
const BO: &str = "bo@example.com";
const OMAR: &str = "omar@example.com";
const OTTO: &str = "otto@example.com";
const HOUR_MS: u64 = 3_600_000;

/// A pipeline with one group of letters.
#[derive(Clone, Default)]
struct Letters {
    waiting: Rc<Cell<u32>>,
    tenant: Rc<Cell<Option<TenantId>>>,
    begun: Rc<RefCell<Vec<String>>>,
}

fn report(request: &StartRedrive, by: &str, total: u32) -> RedriveReport {
    RedriveReport {
        redrive_id: RedriveId::from_parts(7, [7; 10]),
        fingerprint: request.fingerprint.clone(),
        tenant: request.tenant,
        per_second: request.per_second,
        status: "running".into(),
        total,
        begun: 0,
        refused: 0,
        requested_by: by.into(),
        requested_at: Timestamp::from_unix_ms(1),
        ended_at: None,
        ended_by: None,
    }
}

#[async_trait(?Send)]
impl Service for Letters {
    async fn list_groups(&self, _: &OperatorCall, _: ListGroups) -> Result<DeadLetterGroups, RedriveError> {
        Err(RedriveError::NotFound)
    }

    async fn get_group(
        &self,
        _: &OperatorCall,
        request: GetGroup,
    ) -> Result<DeadLetterGroupDetail, RedriveError> {
        if request.fingerprint != "ab" {
            return Err(RedriveError::NotFound);
        }
        let waiting = self.waiting.get();
        let group = DeadLetterGroup {
            fingerprint: "ab".into(),
            cause: "workflow".into(),
            workflow: Some("call_ingest".into()),
            step: Some("load".into()),
            pattern: "no object".into(),
            letters: waiting + 1,
            waiting,
            tenants: 1,
            first_at: Timestamp::from_unix_ms(1),
            last_at: Timestamp::from_unix_ms(2),
            sample: DeadLetterId::from_parts(1, [1; 10]),
        };
        let of = |tenant| TenantLetters { tenant, letters: waiting + 1, waiting };
        Ok(DeadLetterGroupDetail { group, tenants: self.tenant.get().map(of).into_iter().collect() })
    }

    async fn start_redrive(
        &self,
        context: &OperatorCall,
        request: StartRedrive,
    ) -> Result<RedriveReport, RedriveError> {
        let (by, key) = (&context.scope.operator, context.idempotency_key.clone().unwrap_or_default());
        self.begun.borrow_mut().push(format!("{by} {key}"));
        Ok(report(&request, by, self.waiting.get()))
    }

    async fn get_redrive(&self, _: &OperatorCall, _: GetRedrive) -> Result<RedriveDetail, RedriveError> {
        Err(RedriveError::NotFound)
    }

    async fn list_redrives(&self, _: &OperatorCall, _: ListRedrives) -> Result<RedriveList, RedriveError> {
        Err(RedriveError::NotFound)
    }

    async fn stop_redrive(&self, _: &OperatorCall, _: GetRedrive) -> Result<RedriveReport, RedriveError> {
        Err(RedriveError::NotFound)
    }
}

/// A console with one tenant.
struct World {
    control: MemoryControl,
    faults: Faults,
    tenant: TenantId,
    recorder: Recorder,
    letters: Letters,
    clock: FakeClock,
    random: SeededRandom,
    /// Whether the pipeline's erasures do not answer.
    severed: Cell<bool>,
}

impl World {
    fn new() -> Self {
        let (faults, tenant) = (Faults::default(), Fixtures::new(3).tenant());
        let control = MemoryControl::with_faults(&faults);
        let settings = TenantSettings {
            name: "Acme".into(),
            active: true,
            allowance: Allowance::default(),
            allowed_origins: Vec::new(),
        };
        control.put_tenant(tenant, settings);
        let (recorder, letters) = (Recorder::default(), Letters::default());
        recorder.events.set(40);
        letters.tenant.set(Some(tenant));
        let (clock, random) = (FakeClock::at(Timestamp::from_unix_ms(NOW * 1000)), SeededRandom::new(8));
        Self { control, faults, tenant, recorder, letters, clock, random, severed: Cell::new(false) }
    }

    fn redrives(&self) -> Redrives {
        let transport: Rc<dyn Transport> =
            Rc::new(Loopback::new(RedrivesDispatch(self.letters.clone()), || NOW * 1000));
        RedrivesClient::over(transport)
    }

    fn erasures(&self) -> Erasures {
        if self.severed.get() {
            return Erasures::over(Rc::new(Severed::saying("nobody is there")) as Rc<dyn Transport>);
        }
        self.recorder.erasures()
    }

    fn tenants(&self) -> Tenants<'_> {
        Tenants { store: &self.control, clock: &self.clock, random: &self.random }
    }

    fn send(&self, token: &str, method: &str, path: &str, key: Option<&str>, body: &str) -> Handled {
        let console = Console {
            settings: &Settings::new(TEAM, AUDIENCE, ROLES),
            cache: &KeyCache::new(),
            keys: &Team::default(),
            mesh: &Half::default(),
            dead_letters: &dead_letters::Pipeline::default().client(),
            redrives: &self.redrives(),
            traces: &nobody::traces(),
            analytics: &nobody::analytics(),
            operations: &nobody::operations(),
            jobs: &nobody::jobs(),
            erasures: &self.erasures(),
            retentions: &self.recorder.retentions(),
            budgets: &self.recorder.budgets(),
            ai_calls: &self.recorder.ai_calls(),
            pipeline: &nobody::pipeline(),
            scans: &crate::schedules::Scheduler::default().scans(),
            proposals: &self.control,
            trail: &self.control,
            tenants: self.tenants(),
            clock: &self.clock,
        };
        let request = Request {
            method,
            path: &format!("/admin/api/{path}"),
            url: "https://admin.example/admin",
            assertion: Some(token),
            content_type: Some("application/json"),
            idempotency_key: key,
            body: Some(body.as_bytes()),
            ..Request::default()
        };
        run(console.handle(&request, trace()))
    }

    fn ask(&self, email: &str, method: &str, path: &str, body: &Value) -> Handled {
        self.send(&Team::person(email), method, path, None, &body.to_string())
    }

    fn proposed(&self, email: &str, body: &Value) -> Value {
        let made = self.ask(email, "POST", "proposals", body);
        assert_eq!(made.answer.status, 201, "{}", made.answer.body);
        read(&made)
    }

    fn act(&self, email: &str, proposal: &Value, act: &str) -> Handled {
        let path = format!("proposals/{}/{act}", proposal["id"].as_str().expect("an id"));
        self.ask(email, "POST", &path, &json!({ "hash": proposal["hash"], "comment": "looked at" }))
    }

    fn erase(&self) -> Value {
        json!({ "action": "erase_tenant", "tenant": self.tenant, "reason": "they left" })
    }

    fn rotate(&self) -> Value {
        json!({ "action": "rotate_keys", "tenant": self.tenant, "reason": "a laptop", "overlap_hours": 2 })
    }

    fn issue(&self, name: &str) -> String {
        let body = json!({ "name": name, "scopes": ["events:write"] });
        let issued = self.ask(ADA, "POST", &format!("tenants/{}/keys", self.tenant), &body);
        assert_eq!(issued.answer.status, 201, "{}", issued.answer.body);
        read(&issued)["api_key"].as_str().expect("a secret").to_owned()
    }

    /// What the cron does.
    fn resume(&self) -> u32 {
        let (tenants, erasures, redrives) = (self.tenants(), self.erasures(), self.redrives());
        let proposals = Proposals {
            store: &self.control,
            tenants: &tenants,
            erasures: &erasures,
            redrives: &redrives,
            clock: &self.clock,
            random: &self.random,
            trace: trace(),
        };
        run(proposals.resume(&self.control)).expect("the store answers")
    }

    fn actions(&self) -> Vec<String> {
        acts(&self.control).into_iter().map(|act| act.action).collect()
    }
}

fn read(handled: &Handled) -> Value {
    serde_json::from_str(&handled.answer.body).expect("it is JSON")
}

fn refused(handled: &Handled) -> (u16, String) {
    (handled.answer.status, document(handled)["code"].as_str().expect("a code").to_owned())
}

#[test]
fn a_tenant_is_erased_when_a_second_owner_approves_exactly_what_was_shown() {
    let world = World::new();
    let path = format!("tenants/{}/erasures", world.tenant);
    let asked = world.send(
        &Team::person(ADA),
        "POST",
        &path,
        Some("once"),
        r#"{"scope": "tenant", "reason": "they left"}"#,
    );
    assert_eq!(asked.answer.status, 202, "{}", asked.answer.body);
    let proposal = read(&asked);
    assert_eq!((&proposal["status"], &proposal["needs"]), (&json!("open"), &json!("owner")));
    assert_eq!(proposal["content"]["counts"], json!({ "events": 40 }));
    assert_eq!(proposal["content"]["names"]["name"], "Acme");
    assert!(world.recorder.asked.borrow().is_empty(), "nothing happened yet");

    for (email, code) in [
        (ADA, "proposal.not_yours"),
        (OMAR, "access.role_missing"),
        ("vera@example.com", "access.role_missing"),
    ] {
        assert_eq!(refused(&world.act(email, &proposal, "approve")), (403, code.to_owned()), "{email}");
    }
    let path = format!("proposals/{}/approve", proposal["id"].as_str().unwrap());
    let body = json!({ "hash": proposal["hash"] }).to_string();
    let service = world.send(&Team::service("deploy.access"), "POST", &path, None, &body);
    assert_eq!(refused(&service), (403, "proposal.not_yours".into()), "a program is nobody's second person");
    let other = world.ask(BO, "POST", &path, &json!({ "hash": "00" }));
    assert_eq!(refused(&other), (409, "request.stale".into()));

    let approved = world.act(BO, &proposal, "approve");
    assert_eq!(approved.answer.status, 200, "{}", approved.answer.body);
    let approved = read(&approved);
    assert_eq!(
        (&approved["status"], &approved["decided_by"]),
        (&json!("done"), &json!("person:bo@example.com"))
    );
    assert!(approved["result"]["erasure"].as_str().unwrap().starts_with("era_"));
    let id = proposal["id"].as_str().unwrap();
    let begun = format!("{} {id} Tenant by person:ada@example.com for they left", world.tenant);
    assert_eq!(*world.recorder.asked.borrow(), [begun]);
    let again = world.act(BO, &proposal, "approve");
    assert_eq!(
        (again.answer.status, &read(&again)["status"]),
        (200, &json!("done")),
        "the same approval again"
    );
    assert_eq!(world.recorder.asked.borrow().len(), 1, "and nothing happens twice");
    assert_eq!(
        world.actions(),
        ["proposal.make", "proposal.approve", "erasure.start", "erasure.start.done", "proposal.done"]
    );
    for act in acts(&world.control).iter().skip(1).filter(|act| act.action.starts_with("proposal")) {
        assert!(act.before.is_some() && act.after.is_some(), "{act:?}");
    }
}

#[test]
fn a_program_proposes_nothing_and_what_is_none_of_these_is_refused_by_its_place() {
    let world = World::new();
    let body = world.erase().to_string();
    let service = world.send(&Team::service("deploy.access"), "POST", "proposals", None, &body);
    assert_eq!(refused(&service), (403, "proposal.not_yours".into()));
    assert_eq!(
        refused(&world.ask(OMAR, "POST", "proposals", &world.erase())),
        (403, "access.role_missing".into())
    );
    for (body, pointer) in [
        (json!({ "reason": "x" }), "/action"),
        (json!({ "action": "drop", "reason": "x" }), "/action"),
        (json!({ "action": "erase_tenant", "reason": "x" }), "/tenant"),
        (json!({ "action": "erase_tenant", "tenant": "acme", "reason": "x" }), "/tenant"),
        (json!({ "action": "erase_tenant", "tenant": world.tenant }), "/reason"),
        (
            json!({ "action": "rotate_keys", "tenant": world.tenant, "reason": "x", "overlap_hours": 169 }),
            "/overlap_hours",
        ),
        (json!({ "action": "redrive", "reason": "x" }), "/group"),
    ] {
        let handled = world.ask(ADA, "POST", "proposals", &body);
        assert_eq!(refused(&handled), (422, "request.invalid".into()), "{body}");
        assert_eq!(document(&handled)["errors"][0]["pointer"], pointer, "{body}");
    }
    let nobody = json!({ "action": "erase_tenant", "tenant": Fixtures::new(9).tenant(), "reason": "x" });
    assert_eq!(refused(&world.ask(ADA, "POST", "proposals", &nobody)), (404, "tenant.not_found".into()));
    assert_eq!(
        refused(&world.ask(ADA, "POST", "proposals", &world.rotate())),
        (409, "request.not_possible".into())
    );
    assert_eq!(world.actions(), Vec::<String>::new());
    for path in ["proposals/evt_1", "proposals/prp_00000000000070008000000000000001"] {
        assert_eq!(refused(&world.ask(ADA, "GET", path, &json!({}))), (404, "proposal.not_found".into()));
    }
}

#[test]
fn what_changed_materially_is_answered_with_both_and_to_be_proposed_anew() {
    let world = World::new();
    let proposal = world.proposed(ADA, &world.erase());
    world.recorder.events.set(51);
    let handled = world.act(BO, &proposal, "approve");
    let problem = document(&handled);
    assert_eq!(refused(&handled), (409, "proposal.outdated".into()));
    assert_eq!(problem["current"]["content"]["counts"]["events"], 40);
    assert_eq!(problem["current"]["result"]["now"]["counts"]["events"], 51);
    let again = world.act(BO, &proposal, "approve");
    assert_eq!(refused(&again), (409, "request.not_possible".into()), "it is over");
    assert!(world.recorder.asked.borrow().is_empty());
    assert_eq!(world.actions(), ["proposal.make", "proposal.outdate"]);

    let anew = world.proposed(ADA, &world.erase());
    world.recorder.events.set(55);
    assert_eq!(read(&world.act(BO, &anew, "approve"))["status"], "done", "a few more do not matter");
}

#[test]
fn nobody_decides_after_an_hour_or_twice_and_a_proposer_takes_back_their_own_alone() {
    let world = World::new();
    let late = world.proposed(ADA, &world.erase());
    world.clock.advance(HOUR_MS);
    let path = format!("proposals/{}", late["id"].as_str().unwrap());
    let token = Team::mint(
        &{
            let mut claims = Team::claims(BO);
            claims["exp"] = json!(NOW + 9_000);
            claims
        },
        1,
    );
    let shown = world.send(&token, "GET", &path, None, "");
    assert_eq!(read(&shown)["status"], "expired");
    let body = json!({ "hash": late["hash"] }).to_string();
    let refusal = world.send(&token, "POST", &format!("{path}/approve"), None, &body);
    assert_eq!(refused(&refusal), (409, "request.not_possible".into()));
    world.clock.set(Timestamp::from_unix_ms(NOW * 1000));

    let rejected = world.proposed(ADA, &world.erase());
    assert_eq!(refused(&world.act(ADA, &rejected, "reject")), (403, "proposal.not_yours".into()));
    assert_eq!(read(&world.act(BO, &rejected, "reject"))["status"], "rejected");
    assert_eq!(refused(&world.act(BO, &rejected, "approve")), (409, "request.not_possible".into()));
    let withdrawn = world.proposed(ADA, &world.erase());
    assert_eq!(refused(&world.act(BO, &withdrawn, "withdraw")), (403, "proposal.not_yours".into()));
    assert_eq!(read(&world.act(ADA, &withdrawn, "withdraw"))["status"], "withdrawn");
    assert_eq!(refused(&world.act(BO, &withdrawn, "approve")), (409, "request.not_possible".into()));
    assert!(world.recorder.asked.borrow().is_empty());
}

#[test]
fn what_was_approved_happens_once_wherever_its_worker_ends() {
    // Every store operation of the approval fails once, before and after it acted; the cron goes on.
    let calls = {
        let world = World::new();
        let proposal = world.proposed(ADA, &world.erase());
        let before = world.faults.total();
        world.act(BO, &proposal, "approve");
        world.faults.total() - before
    };
    assert!(calls > 6, "{calls}");
    for nth in 1..=calls {
        for when in [When::Before, When::After] {
            let world = World::new();
            let proposal = world.proposed(ADA, &world.erase());
            world.faults.fail_nth_of_all(world.faults.total() + nth, when);
            world.act(BO, &proposal, "approve");
            world.faults.heal();
            world.resume();
            let path = format!("proposals/{}", proposal["id"].as_str().unwrap());
            let now = read(&world.ask(ADA, "GET", &path, &json!({})));
            let mut begun = world.recorder.asked.borrow().clone();
            begun.dedup();
            if now["status"] == "open" {
                assert_eq!(begun.len(), 0, "{nth} {when:?}");
                continue;
            }
            assert_eq!((&now["status"], begun.len()), (&json!("done"), 1), "{nth} {when:?}: under one key");
            assert_eq!(world.resume(), 0);
            let done = world.actions().iter().filter(|action| *action == "proposal.done").count();
            assert_eq!(done, 1, "{nth} {when:?}");
        }
    }
}

#[test]
fn a_pipeline_that_cannot_say_what_would_be_touched_leaves_the_proposal_open() {
    let world = World::new();
    let proposal = world.proposed(ADA, &world.erase());
    let redrive = json!({ "action": "redrive", "group": "ab", "reason": "mended" });
    world.letters.waiting.set(200);
    let other = world.proposed(OMAR, &redrive);
    world.severed.set(true);
    assert_eq!(refused(&world.act(BO, &proposal, "approve")), (503, "service.unavailable".into()));
    assert_eq!(read(&world.act(OTTO, &other, "approve"))["status"], "done");
    world.severed.set(false);
    assert_eq!(read(&world.act(BO, &proposal, "approve"))["status"], "done");
}

#[test]
fn a_small_redrive_is_one_persons_and_a_large_one_takes_two() {
    let world = World::new();
    world.letters.waiting.set(100);
    let path = "dead-letters/groups/ab/redrive";
    let small = world.ask(OMAR, "POST", path, &json!({}));
    assert_eq!((small.answer.status, &read(&small)["status"]), (202, &json!("running")));
    world.letters.waiting.set(101);
    let large = world.ask(OMAR, "POST", path, &json!({ "per_second": 9, "reason": "the store is back" }));
    assert_eq!(large.answer.status, 202);
    let proposal = read(&large);
    assert_eq!((&proposal["action"], &proposal["needs"]), (&json!("redrive"), &json!("operator")));
    assert_eq!(proposal["content"]["counts"], json!({ "letters": 101, "tenants": 1 }));
    assert_eq!(proposal["content"]["names"]["error"], "no object");
    assert_eq!(proposal["content"]["names"][world.tenant.to_string()], world.tenant.to_string(), "its slug");
    assert_eq!(world.letters.begun.borrow().len(), 1);
    assert_eq!(refused(&world.act(OMAR, &proposal, "approve")), (403, "proposal.not_yours".into()));
    let done = read(&world.act(OTTO, &proposal, "approve"));
    assert_eq!((&done["status"], &done["result"]["letters"]), (&json!("done"), &json!(101)));
    let key = proposal["id"].as_str().unwrap();
    assert_eq!(world.letters.begun.borrow()[1], format!("person:omar@example.com {key}"));
    let unknown = world.ask(OMAR, "POST", "dead-letters/groups/cd/redrive", &json!({}));
    assert_eq!(refused(&unknown), (404, "redrive.not_found".into()));
}

#[test]
fn new_keys_are_shown_once_to_whoever_proposed_it_and_the_old_ones_go_on_for_a_while() {
    let world = World::new();
    let (old, other) = (world.issue("CI"), world.issue("CRM"));
    let proposal = world.proposed(ADA, &world.rotate());
    assert_eq!(proposal["content"]["counts"], json!({ "keys": 2 }));
    let names: Vec<_> = proposal["content"]["names"].as_object().unwrap().values().cloned().collect();
    assert!(names.contains(&json!("CI")) && names.contains(&json!("CRM")), "{names:?}");
    assert_eq!(refused(&world.act(ADA, &proposal, "collect")), (409, "request.not_possible".into()));
    let approved = read(&world.act(BO, &proposal, "approve"));
    assert_eq!(
        (&approved["status"], approved.get("keys")),
        (&json!("approved"), None),
        "the second person sees no secret"
    );
    assert_eq!(world.resume(), 0, "the cron does not do what waits for a person");
    assert_eq!(refused(&world.act(BO, &proposal, "collect")), (403, "proposal.not_yours".into()));

    let collected = read(&world.act(ADA, &proposal, "collect"));
    assert_eq!(collected["status"], "done");
    let shown: Vec<&str> =
        collected["keys"].as_array().unwrap().iter().map(|key| key["api_key"].as_str().unwrap()).collect();
    assert!(shown.len() == 2 && !shown.contains(&&*old) && !shown.contains(&&*other), "{shown:?}");
    let keys = run(world.control.keys(world.tenant)).unwrap();
    let until = Timestamp::from_unix_ms(NOW * 1000 + 2 * HOUR_MS);
    let ending = keys.iter().filter(|key| key.expires_at == Some(until)).count();
    assert_eq!((keys.len(), ending), (4, 2));
    let again = world.act(ADA, &proposal, "collect");
    assert_eq!(refused(&again), (409, "request.not_possible".into()), "once");
    let path = format!("proposals/{}", proposal["id"].as_str().unwrap());
    let audited =
        format!("{:?}{}", acts(&world.control), world.ask(ADA, "GET", &path, &json!({})).answer.body);
    for secret in shown {
        assert!(!audited.contains(secret), "no secret is kept");
    }
    assert_eq!(world.actions()[2..], ["proposal.make", "proposal.approve", "key.rotate"]);
}

#[test]
fn a_key_that_comes_or_goes_before_the_rotation_ends_it() {
    let world = World::new();
    world.issue("CI");
    let proposal = world.proposed(ADA, &world.rotate());
    assert_eq!(read(&world.act(BO, &proposal, "approve"))["status"], "approved");
    world.issue("another");
    assert_eq!(refused(&world.act(ADA, &proposal, "collect")), (409, "proposal.outdated".into()));
    let keys = run(world.control.keys(world.tenant)).unwrap();
    assert!(keys.len() == 2 && keys.iter().all(|key| key.expires_at.is_none()), "nothing was replaced");
}
