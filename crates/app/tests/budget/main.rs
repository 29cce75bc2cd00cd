//! The port that callers of models pay through, over tenants' objects in memory.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::cell::Cell;
use std::rc::Rc;

use app::budget::{BudgetEraser, BudgetsService, HOLD_MS, ObjectBudget};
use app::ports::{
    BudgetRefusal, BudgetRemoval, CacheStatus, CallOutcome, Clock, Hold, HoldRequest, Metered, ModelBudget,
    PriceList, Saved, Settlement, TokenCount,
};
use contracts::pipeline::budget::{
    BudgetLimit, BudgetSelector, BudgetStanding, BudgetUnit, BudgetWindow, Budgets, ReadBudget, SetBudget,
};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use domain::budget::Price;
use ids::{KeyId, TenantId};
use mesh::durable::{Address, Namespace};
use mesh::loopback::Severed;
use mesh::{CallContext, Deadline, TraceContext, Transport};
use test_kit::{FakeClock, MemoryBudgets, SeededRandom, run};

struct List;

impl PriceList for List {
    fn price(&self, model: &str) -> Option<Price> {
        let price = |dollars: &str| Price::per_million(dollars, dollars).unwrap();
        match model {
            "cheap" => Some(price("1").with_cached("0.1").unwrap()),
            "dear" => Some(price("10")),
            _ => None,
        }
    }
}

struct World {
    clock: FakeClock,
    budgets: MemoryBudgets,
    budget: ObjectBudget,
    tenant: TenantId,
}

impl World {
    /// With a day's limit in millionths of a dollar.
    fn with(limits: Vec<BudgetLimit>) -> Self {
        let clock = FakeClock::default();
        let budgets = MemoryBudgets::on(&clock);
        let world = Self {
            budget: over(Rc::new(budgets.clone()), &clock),
            tenant: TenantId::from_parts(1, [1; 10]),
            clock,
            budgets,
        };
        let request = SetBudget { limits, version: None, updated_by: "ada".into() };
        run(BudgetsService(Rc::new(world.budgets.clone())).set_budget(&world.call(world.tenant), request))
            .unwrap();
        world
    }

    fn call(&self, tenant: TenantId) -> TenantCall {
        let scope = TenantScope { tenant, actor: Actor::Service("test".into()) };
        let deadline = Deadline::after(self.clock.now().unix_ms(), 10_000);
        CallContext::new(scope, TraceContext::from_random([8; 24]), deadline, "test")
    }

    fn hold(&self, id: &str, models: &[&str], tokens: u64) -> Result<Hold, BudgetRefusal> {
        run(self.budget.hold(&self.request(id, models, tokens)))
    }

    fn request(&self, id: &str, models: &[&str], tokens: u64) -> HoldRequest {
        HoldRequest {
            tenant: self.tenant,
            key: Some(KeyId::from_parts(1, [2; 10])),
            key_prefix: Some("wk_ada".into()),
            models: models.iter().map(|model| (*model).to_owned()).collect(),
            request_id: id.into(),
            tokens_in_bound: tokens,
            tokens_out_bound: 0,
        }
    }

    fn settle(&self, hold: &Hold, model: &str, tokens: u64, cached: u64) -> u64 {
        run(self.budget.settle(self.tenant, hold, &settlement(model, tokens, cached))).unwrap()
    }

    fn standing(&self) -> BudgetStanding {
        let service = BudgetsService(Rc::new(self.budgets.clone()));
        run(service.get_budget(&self.call(self.tenant), ReadBudget {})).unwrap()
    }
}

fn over(budgets: Rc<dyn Namespace>, clock: &FakeClock) -> ObjectBudget {
    let random = Rc::new(SeededRandom::new(3));
    ObjectBudget { budgets, prices: Rc::new(List), clock: Rc::new(clock.clone()), random }
}

fn settlement(model: &str, tokens_in: u64, tokens_in_cached: u64) -> Settlement {
    Settlement {
        model: model.into(),
        upstream: "double".into(),
        tokens_in,
        tokens_in_cached,
        tokens_out: 0,
        counted: TokenCount::Reported,
        outcome: CallOutcome::Finished,
        first_byte_ms: Some(3),
        duration_ms: 9,
        metered: Metered::default(),
    }
}

fn limit(unit: BudgetUnit, window: BudgetWindow, most: u64) -> BudgetLimit {
    BudgetLimit { unit, window, key: BudgetSelector::All, model: BudgetSelector::All, most }
}

/// Of a token of the cheap model.
const NANOS: u64 = 1_000;

#[test]
fn a_call_holds_the_dearest_that_may_answer_and_takes_what_did() {
    let world = World::with(vec![limit(BudgetUnit::Money, BudgetWindow::Day, 1_000 * NANOS)]);
    let hold = world.hold("a", &["cheap", "dear"], 100).unwrap();
    assert_eq!(hold.bound_nanos, 1_000 * NANOS);
    assert_eq!(world.hold("a", &["cheap", "dear"], 100), Ok(hold.clone()), "the same call, asked again");
    assert_eq!(world.settle(&hold, "cheap", 100, 40), 60 * NANOS + 4 * NANOS);
    let used = &world.standing().used[0];
    assert_eq!((used.spent, used.held, used.left), (64 * NANOS, 0, 936 * NANOS));
    let month = world.standing().month;
    assert_eq!((month.len(), month[0].model.as_str(), month[0].cost_nanos), (1, "cheap", 64 * NANOS));

    run(world.budgets.ring());
    let usage = world.budgets.usage.total(world.tenant);
    assert_eq!((usage.cost_nanos, usage.model_calls, usage.tokens_in), (64 * NANOS, 1, 100));
}

#[test]
fn a_refusal_tells_whether_a_wait_helps_and_when_the_budget_begins_anew() {
    let world = World::with(vec![
        limit(BudgetUnit::Money, BudgetWindow::Day, 1_000 * NANOS),
        limit(BudgetUnit::Requests, BudgetWindow::Minute, 3),
    ]);
    // 2026-11-22T07:00:00Z.
    let midnight = Timestamp::from_unix_ms(1_795_392_000_000);
    let day = "0.001 USD a day".to_owned();
    let first = world.hold("a", &["cheap"], 700).unwrap();
    let held = world.hold("b", &["cheap"], 400).unwrap_err();
    let left = "0.0003 USD".to_owned();
    assert_eq!(
        held,
        BudgetRefusal::Held { limit: day.clone(), left, retry_after_s: 1, resets_at: Some(midnight) }
    );
    world.settle(&first, "cheap", 700, 0);
    let left = "0.0003 USD".to_owned();
    let spent = BudgetRefusal::Spent { limit: day.clone(), left: left.clone(), resets_at: Some(midnight) };
    assert_eq!(world.hold("b", &["cheap"], 400).unwrap_err(), spent);
    let never = BudgetRefusal::Spent { limit: day, left, resets_at: None };
    assert_eq!(world.hold("b", &["cheap"], 1_001).unwrap_err(), never, "it would not fit an untouched day");
    let unpriced = BudgetRefusal::Unpriced { model: "unheard-of".into() };
    assert_eq!(world.hold("b", &["cheap", "unheard-of"], 1).unwrap_err(), unpriced);

    for id in ["c", "d"] {
        world.hold(id, &["cheap"], 1).unwrap();
    }
    world.clock.advance(20_000);
    match world.hold("e", &["cheap"], 1).unwrap_err() {
        BudgetRefusal::Held { limit, retry_after_s, .. } => {
            assert_eq!((limit.as_str(), retry_after_s), ("3 requests a minute", 1));
        }
        other => panic!("{other:?}"),
    }
    for id in ["c", "d"] {
        world.settle(&Hold { id: id.into(), bound_nanos: 0 }, "cheap", 1, 0);
    }
    let minute = Timestamp::from_unix_ms(world.clock.now().unix_ms() + 40_000);
    let too_fast = BudgetRefusal::TooFast {
        limit: "3 requests a minute".into(),
        left: "0 requests".into(),
        retry_after_s: 40,
        resets_at: Some(minute),
    };
    assert_eq!(world.hold("e", &["cheap"], 1).unwrap_err(), too_fast);
    world.clock.advance(40_000);
    world.hold("e", &["cheap"], 1).unwrap();
}

#[test]
fn a_call_that_nobody_settles_counts_at_its_bound_until_somebody_does() {
    let world = World::with(vec![limit(BudgetUnit::Money, BudgetWindow::Day, 1_000 * NANOS)]);
    let hold = world.hold("a", &["cheap"], 800).unwrap();
    world.clock.advance(HOLD_MS);
    // Without any alarm: whoever comes next sees it.
    assert!(matches!(world.hold("b", &["cheap"], 300), Err(BudgetRefusal::Spent { .. })));
    assert_eq!((world.standing().used[0].spent, world.standing().open_calls), (800 * NANOS, 0));
    run(world.budgets.ring());
    assert_eq!(world.budgets.usage.total(world.tenant).cost_nanos, 800 * NANOS);

    assert_eq!(world.settle(&hold, "cheap", 5, 0), 5 * NANOS);
    run(world.budgets.ring());
    let usage = world.budgets.usage.total(world.tenant);
    assert_eq!(
        (usage.cost_nanos, usage.tokens_in, usage.model_calls),
        (5 * NANOS, 5, 1),
        "the rest comes back"
    );
    world.hold("b", &["cheap"], 300).unwrap();
    assert_eq!(world.settle(&hold, "cheap", 700, 0), 5 * NANOS, "the first settlement counts");
}

#[test]
fn another_tenant_is_not_held_to_it_and_keeps_its_own_when_one_is_erased() {
    let world = World::with(vec![limit(BudgetUnit::Money, BudgetWindow::Day, 0)]);
    assert!(matches!(world.hold("a", &["cheap"], 1), Err(BudgetRefusal::Spent { .. })));
    let other = TenantId::from_parts(1, [7; 10]);
    let hold =
        run(world.budget.hold(&HoldRequest { tenant: other, ..world.request("a", &["unheard-of"], 1) }))
            .unwrap();
    assert_eq!(hold.bound_nanos, 0, "without a limit in money nobody needs a price");

    let eraser =
        BudgetEraser { budgets: Rc::new(world.budgets.clone()), clock: Rc::new(world.clock.clone()) };
    let trace = TraceContext::from_random([4; 24]);
    assert!(run(eraser.left(world.tenant, trace)).unwrap() > 0);
    assert!(run(eraser.erase(world.tenant, trace)).unwrap() > 0);
    assert_eq!(run(eraser.left(world.tenant, trace)), Ok(0));
    assert_eq!(world.standing().version, 0);
    assert_eq!(run(eraser.left(other, trace)), Ok(1), "the other's call is still held");
}

/// Loses every so many answers after the object has acted.
struct Lossy {
    budgets: MemoryBudgets,
    lost: Rc<Cell<u32>>,
}

impl Namespace for Lossy {
    fn object(&self, address: &Address) -> Rc<dyn Transport> {
        if self.lost.get() > 0 {
            self.lost.set(self.lost.get() - 1);
            return Rc::new(Severed::saying("the object is away"));
        }
        self.budgets.object(address)
    }
}

#[test]
fn an_object_that_is_away_is_asked_again_and_then_nothing_is_spent() {
    let world = World::with(vec![limit(BudgetUnit::Money, BudgetWindow::Day, 1_000 * NANOS)]);
    let lost = Rc::new(Cell::new(2));
    let budget = over(Rc::new(Lossy { budgets: world.budgets.clone(), lost: lost.clone() }), &world.clock);
    let request = world.request("a", &["cheap"], 10);
    let hold = run(budget.hold(&request)).unwrap();
    lost.set(2);
    assert_eq!(run(budget.settle(world.tenant, &hold, &settlement("cheap", 10, 0))), Ok(10 * NANOS));
    lost.set(u32::MAX);
    let request = HoldRequest { request_id: "b".into(), ..request };
    assert!(matches!(run(budget.hold(&request)), Err(BudgetRefusal::Unavailable(_))));
    assert_eq!(world.standing().used[0].spent, 10 * NANOS);
}

#[test]
fn the_longest_name_that_a_request_may_have_is_held_for() {
    let world = World::with(vec![limit(BudgetUnit::Requests, BudgetWindow::Day, 10)]);
    let longest = "m".repeat(ai::LONGEST_MODEL);
    let hold = world.hold("a", &[&longest], 10).unwrap();
    world.settle(&hold, &longest, 5, 0);
    assert!(matches!(world.hold("b", &[&format!("{longest}m")], 10), Err(BudgetRefusal::Unavailable(_))));
    assert_eq!((world.standing().open_calls, world.standing().used[0].spent), (0, 1));
}

#[test]
fn a_hold_that_arrives_after_its_release_is_not_taken() {
    let world = World::with(vec![limit(BudgetUnit::Money, BudgetWindow::Day, 1_000 * NANOS)]);
    let hold = Hold { id: "a".into(), bound_nanos: 0 };
    run(world.budget.release(world.tenant, &hold)).unwrap();
    assert!(matches!(world.hold("a", &["cheap"], 10), Err(BudgetRefusal::Unavailable(_))));
    assert_eq!((world.standing().open_calls, world.standing().used[0].held), (0, 0));
}

#[test]
fn what_a_cache_saved_is_told_to_usage_and_what_was_spent_stays_the_ledgers() {
    let world = World::with(vec![]);
    let settle = |name: &str, settlement: Settlement| {
        let hold = world.hold(name, &["cheap"], 100).unwrap();
        run(world.budget.settle(world.tenant, &hold, &settlement)).unwrap()
    };
    let saved = |cache: CacheStatus, nanos: Option<u64>| Settlement {
        outcome: CallOutcome::Cached,
        metered: Metered { cache, saved: Saved { tokens_in: 7, tokens_out: 3, nanos }, ..Metered::default() },
        ..settlement("cheap", 0, 0)
    };
    let metered = Metered { cache: CacheStatus::Miss, ..Metered::default() };
    let spent = settle("missed", Settlement { metered, ..settlement("cheap", 10, 0) })
        + settle("cut", Settlement { outcome: CallOutcome::Broken, ..settlement("cheap", 4, 0) });
    assert_eq!(settle("hit", saved(CacheStatus::Hit, Some(42))), 0);
    assert_eq!(settle("gateway", saved(CacheStatus::GatewayHit, None)), 0);
    // One that nobody settles counts at its bound.
    world.hold("lost", &["cheap"], 5).unwrap();
    world.clock.advance(HOLD_MS + 1);
    run(world.budgets.ring());
    run(world.budgets.ring());
    let usage = world.budgets.usage.total(world.tenant);
    assert_eq!((usage.model_calls, usage.cache_hits, usage.saved_tokens), (5, 2, 20));
    assert_eq!(usage.saved_nanos, 42 + 10 * NANOS, "the second at the price of the call");
    let ledger: u64 = world.standing().month.iter().map(|spend| spend.cost_nanos).sum();
    assert_eq!((usage.cost_nanos, usage.cost_nanos), (ledger, spent + 5 * NANOS), "to the billionth");
}

#[test]
fn the_ledger_usage_and_the_points_come_to_the_same_to_the_billionth() {
    let world = World::with(Vec::new());
    let holds: Vec<Hold> = (0..40)
        .map(|number| world.hold(&format!("c{number}"), &["cheap", "dear"], 1_000 + number).unwrap())
        .collect();
    for (number, hold) in (0_u64..).zip(&holds) {
        let model = if number % 3 == 0 { "dear" } else { "cheap" };
        match number % 5 {
            // Settled; settled late, after the hold has expired; never heard of again; given back, late too.
            0 | 1 => drop(world.settle(hold, model, 7 * number + 1, 3)),
            4 => run(world.budget.release(world.tenant, hold)).unwrap(),
            _ => {}
        }
    }
    world.clock.advance(HOLD_MS);
    run(world.budgets.ring());
    for (number, hold) in (0_u64..).zip(&holds) {
        match number % 5 {
            2 => drop(world.settle(hold, "cheap", 11 * number, 5)),
            3 if number % 2 == 0 => run(world.budget.release(world.tenant, hold)).unwrap(),
            // Told twice, it counts once.
            0 => drop(world.settle(hold, "cheap", 1, 1)),
            _ => {}
        }
    }
    run(world.budgets.ring());
    let ledger = world.standing().month.into_iter().fold([0; 4], |[calls, read, wrote, nanos], spend| {
        [calls + spend.calls, read + spend.tokens_in, wrote + spend.tokens_out, nanos + spend.cost_nanos]
    });
    let usage = world.budgets.usage.total(world.tenant);
    assert_eq!([usage.model_calls, usage.tokens_in, usage.tokens_out, usage.cost_nanos], ledger);
    let points = world.budgets.points.0.borrow();
    let mut sums = [0_i64; 8];
    for point in points.iter() {
        assert_eq!(point.tenant, world.tenant.to_string());
        for (sum, amount) in sums.iter_mut().zip(point.amounts) {
            *sum += amount;
        }
    }
    assert_eq!(sums[..4], ledger.map(|sum| sum as i64));
    assert!(ledger[3] > 0);
    let ended = |outcome: &str| points.iter().filter(|point| point.outcome == outcome).count();
    assert_eq!((ended("expired"), ended("corrected")), (16, 12));
}
