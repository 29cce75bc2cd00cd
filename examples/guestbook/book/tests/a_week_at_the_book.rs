//! The whole book without a Worker: the service, the object and the workflow, on a clock of the test's own.

use std::rc::Rc;
use std::time::Duration;

use guestbook_book::desk::Desk;
use guestbook_book::pages::PagesObject;
use guestbook_book::review::Review;
use guestbook_contract::{
    ApproveError, Call, Entry, GuestbookClient, GuestbookDispatch, Sign, SignError, Visitor,
};
use mesh::durable::Namespace;
use mesh::{CallContext, CallError, Deadline, TraceContext};
use mesh_sim::durable::{SimulatedObjects, VirtualClock};
use mesh_sim::{Sim, SimTransport, Simulation};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A book in a simulation, as the front calls it: through the real encoding.
fn book(sim: &Sim) -> GuestbookClient<SimTransport> {
    let objects = SimulatedObjects::<PagesObject>::new(VirtualClock::at(sim.now_ms()), ());
    let pages: Rc<dyn Namespace> = Rc::new(objects);
    let (of_reviews, runtime) = (pages.clone(), sim.runtime());
    let reviews = sim.workflow(move || Review { pages: of_reviews.clone(), runtime: runtime.clone() });
    let desk = move || GuestbookDispatch(Desk { pages: pages.clone(), reviews: reviews.clone() });
    GuestbookClient::over(sim.link(desk))
}

fn guest(sim: &Sim, house: &str) -> Call {
    let visitor = Visitor { house: house.into(), guest: "Ada".into() };
    let deadline = Deadline::after(sim.now_ms(), 5_000);
    CallContext::new(visitor, TraceContext::from_random([7; 24]), deadline, "front")
}

fn sign(text: &str) -> Sign {
    Sign { text: text.into() }
}

/// Asks as a patient client would: a call may get lost.
fn at_last<R, E>(ask: impl Fn() -> Result<R, CallError<E>>) -> R {
    (0..20).find_map(|_| ask().ok()).expect("one of twenty tries gets through")
}

fn entries(sim: &Sim, book: &GuestbookClient<SimTransport>, house: &str) -> Vec<Entry> {
    at_last(|| sim.run(book.entries(&guest(sim, house), ())))
}

#[test]
fn an_entry_is_on_view_once_it_is_approved() {
    let sim = Sim::calm();
    let book = book(&sim);
    let entry = sim.run(book.sign(&guest(&sim, "villa"), sign("Lovely."))).expect("it is taken");
    sim.run_for(6 * DAY);
    assert_eq!(entries(&sim, &book, "villa"), []);
    sim.run(book.approve(&guest(&sim, "villa"), entry.number)).expect("it waits");
    sim.settle();
    assert_eq!(entries(&sim, &book, "villa"), [entry]);
    assert_eq!(entries(&sim, &book, "palace"), [], "another house has another book");
}

#[test]
fn an_entry_that_nobody_approves_is_gone_after_a_week() {
    let sim = Sim::calm();
    let book = book(&sim);
    let entry = sim.run(book.sign(&guest(&sim, "villa"), sign("Rude."))).expect("it is taken");
    sim.run_for(8 * DAY);
    let late = sim.run(book.approve(&guest(&sim, "villa"), entry.number)).expect_err("it is gone");
    assert_eq!(late, CallError::Refused(ApproveError::NothingWaits { number: entry.number }));
    assert_eq!(entries(&sim, &book, "villa"), []);
}

#[test]
fn an_entry_of_no_length_is_refused_in_the_services_own_words() {
    let sim = Sim::calm();
    let refused = sim.run(book(&sim).sign(&guest(&sim, "villa"), sign(""))).expect_err("it is empty");
    assert_eq!(refused, CallError::Refused(SignError::BadLength { length: 0 }));
}

#[test]
fn whatever_breaks_on_the_way_an_approved_entry_comes_on_view() {
    Simulation::seeds(0..200).run(|sim| {
        let book = book(sim);
        let entry = at_last(|| sim.run(book.sign(&guest(sim, "villa"), sign("Lovely."))));
        at_last(|| sim.run(book.approve(&guest(sim, "villa"), entry.number)));
        sim.settle();
        assert!(entries(sim, &book, "villa").contains(&entry), "an approved entry is not on view");
    });
}
