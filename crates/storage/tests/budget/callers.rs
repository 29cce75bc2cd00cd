//! Callers of models who do all that callers do: they end, are cut, die, come twice, come late.

use std::collections::BTreeSet;

use contracts::pipeline::budget::{
    BudgetLimit, BudgetModel, BudgetSelector, BudgetUnit, BudgetWindow, HoldBudget, HoldError, HoldReason,
    ReadBudget, ReleaseCall, SetBudget, SettleCall, TenantBudget as _, TokenPrice,
};

use crate::mirror::{Mirror, Seen, State};
use crate::mortal::Death;
use crate::object::{HOLD_MS, Object};

/// Numbers of a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// What becomes of a call that is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It ends, whole or cut: it took some of what it held.
    Ends,
    /// Whoever made it dies, and never tells.
    Dies,
    /// It ends long after its hold has expired.
    EndsLate,
    /// It is not made after all.
    NotMade,
}

struct Caller {
    request: HoldBudget,
    fate: Fate,
    /// What the upstream takes in the end: tokens read and written.
    takes: (u64, u64),
    model: String,
    next_ms: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Asks,
    Calls,
    Done,
    Refused,
}

const MODELS: [(&str, u64, u64); 3] =
    [("small", 150_000_000, 600_000_000), ("large", 2_500_000_000, 10_000_000_000), ("odd", 2_800_001, 7)];

fn model(which: usize) -> BudgetModel {
    let (name, input, output) = MODELS[which];
    BudgetModel { model: name.into(), price: Some(TokenPrice { input, cached: input, output }) }
}

/// What tokens cost, by another way than the rules go: exactly, in parts, rounded up.
fn cost(name: &str, input: u64, output: u64) -> u64 {
    let (_, of_input, of_output) = MODELS.into_iter().find(|(of, ..)| *of == name).unwrap();
    let parts = input * of_input + output * of_output;
    parts / 1_000_000 + u64::from(!parts.is_multiple_of(1_000_000))
}

fn limit(
    unit: BudgetUnit,
    window: BudgetWindow,
    key: BudgetSelector,
    of: BudgetSelector,
    most: u64,
) -> BudgetLimit {
    BudgetLimit { unit, window, key, model: of, most }
}

struct Scene {
    object: Object,
    mirror: Mirror,
    draw: Draw,
    /// What the upstreams have charged: only calls that were let through are made.
    upstream_nanos: u64,
    granted: BTreeSet<String>,
}

/// A thousand calls at once against a budget for a hundred. With an even seed each takes all that it holds; with an odd
/// one some are cut, some die, some are not made.
pub(crate) fn a_thousand(seed: u64) {
    let mut draw = Draw(seed);
    let whole = seed.is_multiple_of(2);
    let (input, output) = (1_000 + draw.below(9_000), 100 + draw.below(900));
    let bound = cost("large", input, output);
    let budget = bound * 100 + draw.below(bound);
    let all = || BudgetSelector::All;
    let limits = vec![limit(BudgetUnit::Money, BudgetWindow::Day, all(), all(), budget)];
    let mut scene = Scene::new(seed, draw, limits);
    let mut callers: Vec<Caller> = (0..1_000)
        .map(|number| {
            let draw = &mut scene.draw;
            let fate = match draw.below(20) {
                0 if !whole => Fate::Dies,
                1 if !whole => Fate::NotMade,
                _ => Fate::Ends,
            };
            let takes =
                if whole { (input, output) } else { (input - draw.below(900), draw.below(output + 1)) };
            let request = HoldBudget {
                call_id: format!("call-{number}"),
                key: Some(format!("key_{}", draw.below(5))),
                key_prefix: None,
                models: vec![model(1)],
                tokens_in: input,
                tokens_out: output,
            };
            Caller { request, fate, takes, model: "large".into(), next_ms: 0, stage: Stage::Asks }
        })
        .collect();
    scene.play(&mut callers);
    let served =
        callers.iter().filter(|caller| caller.stage == Stage::Done && caller.fate != Fate::NotMade).count();
    if whole {
        assert_eq!(served, 100, "exactly what fits");
    }
    let charged = scene.mirror.charged(BudgetUnit::Money);
    assert!(scene.upstream_nanos <= budget, "the upstreams charged {} of {budget}", scene.upstream_nanos);
    assert!(charged <= budget && budget - charged < bound, "{charged} of {budget} at {bound} each");
    assert!(callers.iter().all(|caller| matches!(caller.stage, Stage::Done | Stage::Refused)));
}

/// Calls of every kind under several limits, which change meanwhile.
pub(crate) fn anything(seed: u64) {
    let mut draw = Draw(seed ^ 0xa5a5);
    let limits = any_limits(&mut draw);
    let mut scene = Scene::new(seed, draw, limits);
    let mut callers: Vec<Caller> = (0..150).map(|number| any_caller(&mut scene.draw, number)).collect();
    scene.play(&mut callers);
}

fn any_limits(draw: &mut Draw) -> Vec<BudgetLimit> {
    use BudgetSelector::{All, Each, Only};
    let dollars = 1_000_000_000;
    let mut limits =
        vec![limit(BudgetUnit::Money, BudgetWindow::Day, All, All, dollars * (1 + draw.below(4)) / 2)];
    let more = [
        limit(BudgetUnit::Requests, BudgetWindow::Minute, Each, All, 1 + draw.below(12)),
        limit(
            BudgetUnit::Tokens,
            BudgetWindow::Minute,
            All,
            Only("small".into()),
            20_000 + draw.below(40_000),
        ),
        limit(BudgetUnit::Money, BudgetWindow::Day, Only("key_1".into()), All, draw.below(dollars / 4)),
        limit(BudgetUnit::Tokens, BudgetWindow::Day, All, Each, 100_000 + draw.below(400_000)),
        limit(BudgetUnit::Requests, BudgetWindow::Day, Each, Each, 3 + draw.below(20)),
    ];
    for one in more {
        if draw.once_in(2) {
            limits.push(one);
        }
    }
    limits
}

fn any_caller(draw: &mut Draw, number: u64) -> Caller {
    let first = draw.below(3) as usize;
    let mut models = vec![model(first)];
    if draw.once_in(3) {
        models.push(model((first + 1) % 3));
    }
    let fate = match draw.below(10) {
        0 => Fate::Dies,
        1 => Fate::EndsLate,
        2 => Fate::NotMade,
        _ => Fate::Ends,
    };
    let (tokens_in, tokens_out) = (1 + draw.below(8_000), draw.below(1_500));
    let takes = (draw.below(tokens_in + 1), draw.below(tokens_out + 1));
    let model = models[draw.below(models.len() as u64) as usize].model.clone();
    let request = HoldBudget {
        call_id: format!("call-{number}"),
        key: Some(format!("key_{}", draw.below(3))),
        key_prefix: Some("wk_1".into()),
        models,
        tokens_in,
        tokens_out,
    };
    Caller { request, fate, takes, model, next_ms: draw.below(180_000), stage: Stage::Asks }
}

impl Scene {
    fn new(seed: u64, draw: Draw, limits: Vec<BudgetLimit>) -> Self {
        let mut scene = Self {
            object: Object::new(seed),
            mirror: Mirror { limits: limits.clone(), ..Mirror::default() },
            draw,
            upstream_nanos: 0,
            granted: BTreeSet::new(),
        };
        scene.set(limits);
        scene
    }

    fn set(&mut self, limits: Vec<BudgetLimit>) {
        let request = SetBudget { limits: limits.clone(), version: None, updated_by: "ada".into() };
        let set =
            self.object.ask(None, async |budget, context| budget.set_limits(context, request.clone()).await);
        assert_eq!(set.unwrap().limits, limits);
        self.mirror.limits = limits;
    }

    fn death(&mut self) -> Option<Death> {
        let after = self.draw.below(14);
        match self.draw.below(60) {
            0 => Some(Death::Before(after)),
            1 => Some(Death::After(after)),
            _ => None,
        }
    }

    /// Lets everybody do what they do, in the order of a clock, until nobody has anything left to do; then lets what is
    /// open expire, and holds everything that was kept against what happened.
    fn play(&mut self, callers: &mut [Caller]) {
        let began_ms = self.object.now_ms();
        for caller in callers.iter_mut() {
            caller.next_ms += began_ms;
        }
        loop {
            let waiting =
                callers.iter_mut().filter(|caller| matches!(caller.stage, Stage::Asks | Stage::Calls));
            let Some(caller) = waiting.min_by_key(|caller| caller.next_ms) else { break };
            let next_ms = caller.next_ms;
            self.reach(next_ms);
            if caller.stage == Stage::Asks {
                self.holds(caller)
            } else {
                self.ends(caller)
            }
            if self.draw.once_in(25) {
                let again = self.draw.below(callers.len() as u64) as usize;
                self.comes_again(&callers[again]);
            }
            if self.draw.once_in(300) && self.mirror.limits.len() > 1 {
                // The same limits: what is remembered is added up anew.
                self.set(self.mirror.limits.clone());
            }
        }
        // Whatever is open expires, and all is told.
        for _ in 0..10_000 {
            let Some(alarm_ms) = self.object.alarm_ms() else { break };
            self.reach(alarm_ms);
        }
        self.audit();
    }

    /// Lets time pass, and rings every alarm on the way.
    fn reach(&mut self, until_ms: u64) {
        while let Some(alarm_ms) = self.object.alarm_ms().filter(|alarm_ms| *alarm_ms <= until_ms) {
            self.pass(alarm_ms);
            let death = self.death();
            self.object.ring(death);
        }
        self.pass(until_ms);
        if self.draw.once_in(200) {
            self.object.restart();
        }
    }

    fn pass(&mut self, until_ms: u64) {
        let now_ms = self.object.now_ms();
        self.object.clock.advance(until_ms.saturating_sub(now_ms));
    }

    fn seen(&self, request: &HoldBudget) -> Seen {
        let of = |model: &BudgetModel| cost(&model.model, request.tokens_in, request.tokens_out);
        let mut dearest = &request.models[0];
        for model in &request.models {
            if of(model) > of(dearest) {
                dearest = model;
            }
        }
        Seen {
            at_ms: self.object.now_ms(),
            expires_ms: self.object.now_ms() + HOLD_MS,
            key: request.key.clone().unwrap(),
            models: request.models.iter().map(|model| model.model.clone()).collect(),
            took_of: dearest.model.clone(),
            bound_nanos: of(dearest),
            bound_tokens: request.tokens_in + request.tokens_out,
            state: State::Open,
        }
    }

    fn holds(&mut self, caller: &mut Caller) {
        let now_ms = self.object.now_ms();
        self.mirror.expire(now_ms);
        let (request, death) = (caller.request.clone(), self.death());
        let held =
            self.object.ask(death, async |budget, context| budget.hold(context, request.clone()).await);
        let wanted = self.seen(&request);
        let expected = self.mirror.judge(&wanted, now_ms);
        match held {
            Ok(hold) => {
                assert_eq!(expected, None, "`{}` was let through", request.call_id);
                assert_eq!(hold.bound_nanos, wanted.bound_nanos);
                self.granted.insert(request.call_id.clone());
                self.mirror.calls.insert(request.call_id, wanted);
                if caller.fate != Fate::NotMade {
                    // It is asked, and whatever becomes of the caller the upstream charges.
                    self.upstream_nanos += cost(&caller.model, caller.takes.0, caller.takes.1);
                }
                let late = if caller.fate == Fate::EndsLate { HOLD_MS + 60_000 } else { 0 };
                caller.next_ms = now_ms + late + 500 + self.draw.below(30_000);
                caller.stage = if caller.fate == Fate::Dies { Stage::Done } else { Stage::Calls };
            }
            Err(HoldError::Refused { reason, resets_at, .. }) => {
                assert_eq!(expected, Some(reason), "`{}` was refused", request.call_id);
                match reason {
                    // Later it may fit; nobody who would fit is sent away.
                    HoldReason::Held => caller.next_ms = now_ms + 1_000 + self.draw.below(240_000),
                    HoldReason::Window => caller.next_ms = resets_at.unix_ms() + self.draw.below(5_000),
                    HoldReason::Spent | HoldReason::TooLarge => caller.stage = Stage::Refused,
                }
            }
            Err(error) => panic!("`{}`: {error}", request.call_id),
        }
    }

    fn ends(&mut self, caller: &mut Caller) {
        let now_ms = self.object.now_ms();
        self.mirror.expire(now_ms);
        let death = self.death();
        let call_id = caller.request.call_id.clone();
        caller.stage = Stage::Done;
        if caller.fate == Fate::NotMade {
            let request = ReleaseCall { call_id: call_id.clone() };
            let released = self
                .object
                .ask(death, async |budget, context| budget.release(context, request.clone()).await);
            assert_eq!(released.unwrap().cost_nanos, 0);
            self.mirror.calls.get_mut(&call_id).unwrap().state = State::Released;
            return;
        }
        let request = settlement(caller);
        let settled =
            self.object.ask(death, async |budget, context| budget.settle(context, request.clone()).await);
        let nanos = cost(&caller.model, caller.takes.0, caller.takes.1);
        assert_eq!(settled.unwrap().cost_nanos, nanos);
        let seen = self.mirror.calls.get_mut(&call_id).unwrap();
        seen.state = State::Settled { nanos, tokens: caller.takes.0 + caller.takes.1 };
        seen.took_of = caller.model.clone();
    }

    /// A request comes twice: what has ended is as it was, and what never was known stays away.
    fn comes_again(&mut self, caller: &Caller) {
        let call_id = caller.request.call_id.clone();
        let known = self.mirror.calls.get(&call_id).map(|seen| seen.state);
        let request = caller.request.clone();
        match known {
            Some(State::Open) => {
                let held = self
                    .object
                    .ask(None, async |budget, context| budget.hold(context, request.clone()).await);
                let now_ms = self.object.now_ms();
                self.mirror.expire(now_ms);
                let open = self.mirror.calls[&call_id].state == State::Open;
                assert_eq!(held.is_ok(), open, "{held:?}");
            }
            Some(_) => {
                let held = self
                    .object
                    .ask(None, async |budget, context| budget.hold(context, request.clone()).await);
                assert!(matches!(held, Err(HoldError::Taken { .. })), "{held:?}");
                self.mirror.expire(self.object.now_ms());
            }
            None => {}
        }
        if let Some(State::Settled { nanos, .. }) = known {
            let settlement = SettleCall { tokens_in: 99, ..settlement(caller) };
            let settled = self
                .object
                .ask(None, async |budget, context| budget.settle(context, settlement.clone()).await);
            assert_eq!(settled.unwrap().cost_nanos, nanos, "the first one counts");
        }
        if matches!(known, Some(State::Settled { .. } | State::Released)) {
            let release = ReleaseCall { call_id };
            let released =
                self.object.ask(None, async |budget, context| budget.release(context, release.clone()).await);
            released.unwrap();
        }
    }

    /// The ledger, usage and the tallies are what the calls come to.
    fn audit(&mut self) {
        let now_ms = self.object.now_ms();
        self.mirror.expire(now_ms);
        let store = self.object.store();
        let spends = store.spend(0, u64::MAX >> 11, 10_000).unwrap();
        let ledger: u64 = spends.iter().map(|spend| spend.nanos).sum();
        let charged = self.mirror.charged(BudgetUnit::Money);
        assert_eq!(ledger, charged, "the ledger");
        assert!(self.upstream_nanos <= charged, "the upstreams charged no more than is known");
        let usage = self.object.usage.total(self.object.tenant);
        assert_eq!(usage.cost_nanos, charged, "usage");
        assert_eq!(usage.tokens_in + usage.tokens_out, self.mirror.charged(BudgetUnit::Tokens));
        assert_eq!(usage.model_calls, self.mirror.charged(BudgetUnit::Requests));
        for seen in self.mirror.calls.values() {
            assert_ne!(seen.state, State::Open, "all have ended");
        }
        let standing =
            self.object.ask(None, async |budget, context| budget.standing(context, ReadBudget {}).await);
        let standing = standing.unwrap();
        assert_eq!(standing.open_calls, 0);
        for used in &standing.used {
            let limit = &standing.limits[used.limit as usize];
            assert_eq!(used.held, 0, "{used:?}");
            assert_eq!(used.left, limit.most.saturating_sub(used.spent), "{used:?}");
        }
    }
}

fn settlement(caller: &Caller) -> SettleCall {
    SettleCall {
        call_id: caller.request.call_id.clone(),
        model: caller.model.clone(),
        upstream: "double".into(),
        tokens_in: caller.takes.0,
        tokens_in_cached: 0,
        tokens_out: caller.takes.1,
        estimated: false,
        outcome: "finished".into(),
        first_byte_ms: None,
        duration_ms: 1,
        route: None,
        cache: "off".into(),
        saved_tokens_in: 0,
        saved_tokens_out: 0,
        saved_nanos: None,
        masked: String::new(),
    }
}
