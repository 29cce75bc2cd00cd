//! A shop under every failure that the simulator knows: the sample of what a scenario looks like, and the proof that the
//! simulator finds bugs that are there.
//!
//! An order reserves an article, charges the customer over RPC, waits for an approval, and ships; if it fails, the charge
//! is refunded and the reservation taken back. Each of [`Bug`] is a mistake that works as long as nothing fails.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use mesh::workflow::{
    Classify, Event, InstanceStatus, NewInstance, StepError, StepPolicy, Steps, Undo, WaitOutcome,
};
use mesh::{CallContext, Deadline, TraceContext};
use mesh_sim::{Cause, Queue, Sim, SimTransport, Simulation, Store};
use serde::{Deserialize, Serialize};

/// A mistake in the shop's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    None,
    /// The bank pays no heed to idempotency keys.
    ChargesAgain,
    /// The refund is not idempotent.
    RefundsAgain,
    /// A charge that failed is taken for one that had no effect.
    TrustsFailures,
    /// The reservation is counted, not noted by order.
    ReservesAgain,
    /// The parcel is sent outside any step.
    ShipsOutside,
}

#[derive(Default)]
struct Bank {
    /// By idempotency key: what was charged, and whether it was paid back.
    charges: BTreeMap<String, (i64, bool)>,
    balance: i64,
}

#[derive(Default)]
struct Warehouse {
    reserved: BTreeSet<String>,
    /// For those who count.
    counted: i64,
    parcels: BTreeMap<String, u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
enum BankError {
    #[error("the bank's store is down")]
    StoreDown,
    #[error("the card has no money")]
    NoMoney,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Money {
    cents: i64,
}

#[mesh::service]
trait Banking {
    async fn charge(&self, context: &CallContext<()>, request: Money) -> Result<(), BankError>;
    async fn refund(&self, context: &CallContext<()>, request: ()) -> Result<(), BankError>;
}

struct Teller {
    bank: Store<Bank>,
    bug: Bug,
}

#[async_trait(?Send)]
impl Banking for Teller {
    async fn charge(&self, context: &CallContext<()>, Money { cents }: Money) -> Result<(), BankError> {
        let key = context.idempotency_key.clone().unwrap_or_default();
        let (bug, broke) = (self.bug, cents > 900);
        let charged = self.bank.write(|bank| {
            if broke {
                return Err(BankError::NoMoney);
            }
            if bug == Bug::ChargesAgain || !bank.charges.contains_key(&key) {
                bank.charges.insert(key, (cents, false));
                bank.balance += cents;
            }
            Ok(())
        });
        charged.await.unwrap_or(Err(BankError::StoreDown))
    }

    async fn refund(&self, context: &CallContext<()>, _request: ()) -> Result<(), BankError> {
        let key = context.idempotency_key.clone().unwrap_or_default();
        let bug = self.bug;
        let refunded = self.bank.write(|bank| {
            // A charge may arrive after its refund: noted as refunded, it then has no effect.
            let (cents, refunded) = bank.charges.entry(key).or_insert((0, true));
            if bug == Bug::RefundsAgain || !*refunded {
                *refunded = true;
                bank.balance -= *cents;
            }
        });
        refunded.await.map_err(|_| BankError::StoreDown)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Approved;

impl Event for Approved {
    const TYPE: &'static str = "approved";
}

#[derive(Clone)]
struct Order {
    bank: SimTransport,
    warehouse: Store<Warehouse>,
    sim_clock: std::rc::Rc<dyn mesh::Runtime>,
    bug: Bug,
}

/// Enough tries for the faults of any seed.
const PATIENT: StepPolicy = StepPolicy { retries: 40, delay: Duration::from_secs(1), ..StepPolicy::DEFAULT };

#[mesh::workflow(events(Approved))]
impl Order {
    async fn run(&self, price: Money, steps: &Steps) -> Result<(), StepError> {
        let (this, id) = (self.clone(), steps.instance_id().to_owned());
        let (undoing, undoing_id) = (this.clone(), id.clone());
        let undo = Undo::new(move |_: Option<()>| undoing.clone().release(undoing_id.clone()));
        let (reserving, reserving_id) = (this.clone(), id.clone());
        steps
            .run_with_undo("reserve", PATIENT, undo.with_policy(PATIENT), move |_| {
                reserving.clone().reserve(reserving_id.clone())
            })
            .await?;

        let (undoing, key) = (this.clone(), format!("order-{id}"));
        let undo = Undo::new({
            let key = key.clone();
            move |charged: Option<()>| undoing.clone().pay_back(key.clone(), charged.is_some())
        });
        let charging = this.clone();
        // Few tries: some orders give up here without knowing whether they were charged.
        let impatient = StepPolicy { retries: 1, ..PATIENT };
        steps
            .run_with_undo("charge", impatient, undo.with_policy(PATIENT), move |_| {
                charging.clone().pay(key.clone(), price)
            })
            .await?;

        let approval = steps.wait_for::<Approved>("approval", Duration::from_secs(24 * 3600)).await?;
        if approval == WaitOutcome::TimedOut {
            steps
                .run::<(), _, _>("decline", PATIENT, |_| async { Err("nobody approved").terminal() })
                .await?;
        }
        if self.bug == Bug::ShipsOutside {
            return this
                .ship(id)
                .await
                .map_err(|error| StepError::Terminal { step: "ship".into(), message: error.to_string() });
        }
        steps.run("ship", PATIENT, move |_| this.clone().ship_once(id.clone())).await
    }
}

type Done = Result<(), mesh::workflow::StepFailure>;

impl Order {
    async fn reserve(self, id: String) -> Done {
        let counts = self.bug == Bug::ReservesAgain;
        let reserved = self.warehouse.write(|warehouse| {
            warehouse.reserved.insert(id);
            warehouse.counted += i64::from(counts);
        });
        reserved.await.retryable()
    }

    async fn release(self, id: String) -> Done {
        let counts = self.bug == Bug::ReservesAgain;
        let released = self.warehouse.write(|warehouse| {
            warehouse.reserved.remove(&id);
            warehouse.counted -= i64::from(counts);
        });
        released.await.retryable()
    }

    fn context(&self, key: String) -> CallContext<()> {
        let deadline = Deadline::after(self.sim_clock.now_ms(), 2_000);
        let trace = TraceContext::from_random([7; 24]);
        CallContext::new((), trace, deadline, "shop").with_idempotency_key(key)
    }

    async fn pay(self, key: String, price: Money) -> Done {
        let bank = BankingClient::over(self.bank.clone());
        match bank.charge(&self.context(key), price).await {
            Err(mesh::CallError::Refused(BankError::NoMoney)) => Err(BankError::NoMoney).terminal(),
            outcome => outcome.retryable(),
        }
    }

    async fn pay_back(self, key: String, charged: bool) -> Done {
        if self.bug == Bug::TrustsFailures && !charged {
            return Ok(());
        }
        let bank = BankingClient::over(self.bank.clone());
        bank.refund(&self.context(key), ()).await.retryable()
    }

    async fn ship_once(self, id: String) -> Done {
        let shipped = self.warehouse.write(|warehouse| {
            warehouse.parcels.entry(id).or_insert(1);
        });
        shipped.await.retryable()
    }

    async fn ship(self, id: String) -> Result<(), mesh_sim::NoAnswer> {
        self.warehouse.write(|warehouse| *warehouse.parcels.entry(id).or_default() += 1).await
    }
}

/// Three orders, of which one costs too much and one is not approved, placed through a queue.
fn shop(sim: &Sim, bug: Bug) {
    let bank = sim.store("bank", Bank::default());
    let warehouse = sim.store("warehouse", Warehouse::default());
    let teller = bank.clone();
    let order = Order {
        bank: sim.link(move || BankingDispatch(Teller { bank: teller.clone(), bug })),
        warehouse: warehouse.clone(),
        sim_clock: sim.runtime(),
        bug,
    };
    let orders = sim.workflow(move || order.clone());
    let placed = orders.clone();
    let queue: Queue<(String, i64)> = sim.queue("orders", move |(id, cents): (String, i64)| {
        let orders = placed.clone();
        async move {
            let id = id.parse().map_err(|error| format!("{error}"))?;
            orders.create(NewInstance::new(id, Money { cents })).await.map_err(|error| error.to_string())?;
            Ok::<_, String>(())
        }
    });
    for (id, cents) in [("good", 500), ("costly", 1_000), ("forgotten", 300)] {
        sim.run(queue.send((id.to_owned(), cents)));
    }
    sim.run_for(Duration::from_secs(600));
    for _ in 0..20 {
        // As a person does: until there is an answer.
        if sim.run(orders.handle("good".parse().expect("an id")).send_event(&Approved)).is_ok() {
            break;
        }
    }
    sim.settle();

    assert!(queue.dead().is_empty(), "every order was placed");
    let (mut owed, mut parcels) = (0, 0);
    for (id, cents) in [("good", 500), ("costly", 1_000), ("forgotten", 300)] {
        let status = (0..20).find_map(|_| sim.run(orders.handle(id.parse().expect("an id")).status()).ok());
        let shipped = warehouse.look(|warehouse| warehouse.parcels.get(id).copied().unwrap_or(0));
        match status.expect("the order is there") {
            InstanceStatus::Complete(()) => {
                assert_eq!(shipped, 1, "`{id}` is complete and was shipped once");
                assert!(warehouse.look(|warehouse| warehouse.reserved.contains(id)), "`{id}` is reserved");
                (owed, parcels) = (owed + cents, parcels + 1);
            }
            InstanceStatus::Errored(failure) => {
                assert_eq!(shipped, 0, "`{id}` failed and was not shipped: {failure}");
                assert!(!warehouse.look(|warehouse| warehouse.reserved.contains(id)), "`{id}` is free again");
            }
            other => panic!("`{id}` has not ended: {other:?}"),
        }
    }
    assert_eq!(bank.look(|bank| bank.balance), owed, "what was shipped is paid, and nothing else");
    let counted = warehouse.look(|warehouse| warehouse.counted);
    if bug == Bug::ReservesAgain {
        assert_eq!(counted, parcels, "as many are reserved as were shipped");
    }
}

#[test]
fn a_shop_without_mistakes_holds_under_thousands_of_seeds() {
    Simulation::seeds(0..2_000).run(|sim| shop(sim, Bug::None));
}

#[test]
fn a_shop_without_mistakes_holds_wherever_a_process_crashes() {
    let tried = Simulation::every_crash(|sim| shop(sim, Bug::None));
    assert!(tried.runs > 50, "{tried:?}");
}

#[test]
fn each_mistake_is_found_and_its_seed_shows_it_again() {
    for bug in
        [Bug::ChargesAgain, Bug::RefundsAgain, Bug::TrustsFailures, Bug::ReservesAgain, Bug::ShipsOutside]
    {
        shop(&Sim::calm(), bug);
        let failure = Simulation::exactly(0..2_000)
            .try_run(|sim| shop(sim, bug))
            .expect_err(&format!("{bug:?} is a mistake"));
        let Cause::Seed(seed) = failure.cause else { panic!("{failure}") };
        let again = Simulation::exactly(seed..seed + 1).try_run(|sim| shop(sim, bug));
        assert_eq!(again, Err(failure.clone()), "the seed alone decides");
        let shown = failure.to_string();
        assert!(shown.contains(&format!("MESH_SIM_SEED={seed}")), "{shown}");
        let faulty = |line: &String| line.contains("FAULT") || line.contains("CRASH");
        assert!(failure.trace.iter().any(faulty), "{shown}");
    }
}
