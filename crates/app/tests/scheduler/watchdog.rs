//! The watchdog: an alarm that is lost, late or overdue is set again by nobody's call, and that is on record.

use app::ports::{RegisteredSchedule, ScheduleRegistry};
use app::scheduler::ATTENDED_EVERY_MS;
use contracts::Timestamp;
use contracts::scheduler::{AlarmCondition, RunOutcome};
use test_kit::{When, run};

use crate::world::{HOUR, MINUTE, START, World, every, first_of};

fn at(ms: u64) -> Option<Timestamp> {
    Some(Timestamp::from_unix_ms(ms))
}

fn known(world: &World) -> Vec<RegisteredSchedule> {
    run(world.registry.tenants(None, 10)).unwrap()
}

#[test]
fn an_alarm_that_is_not_as_it_has_to_be_is_set_again_and_that_is_on_record() {
    for (set, found) in [
        (None, AlarmCondition::Lost),
        (at(START + 9 * HOUR), AlarmCondition::Late),
        // The platform has it and does not call.
        (at(START + MINUTE), AlarmCondition::Overdue),
    ] {
        let world = World::new();
        let job = world.create(every(MINUTE)).unwrap();
        world.set_alarm(set);
        world.be_down(HOUR);
        let report = world.watch();
        assert_eq!(
            (report.attended, report.repaired.as_slice()),
            (1, &[(first_of(world.tenant), found)][..])
        );
        let [schedule] = known(&world).try_into().unwrap();
        assert_eq!((schedule.tenant, schedule.repairs), (world.tenant, 1));
        assert_eq!(schedule.repaired, Some((Timestamp::from_unix_ms(START + HOUR), found)));

        world.pass(0);
        let runs = world.runs(job.job_id);
        assert_eq!(runs.iter().map(|run| run.count).sum::<u64>(), 60, "each minute is on record");
        assert_eq!(runs.last().map(|run| run.outcome), Some(RunOutcome::Succeeded));

        world.pass(ATTENDED_EVERY_MS);
        let report = world.watch();
        assert_eq!((report.attended, report.repaired.len()), (1, 0));
        assert_eq!(known(&world)[0].repairs, 1);
    }
}

#[test]
fn a_sound_schedule_is_looked_after_every_five_minutes_and_left_alone() {
    let world = World::new();
    world.create(every(HOUR)).unwrap();
    assert_eq!(world.watch().attended, 0, "its alarm was set just now");
    let before = world.alarm();
    for _ in 0..3 {
        world.be_down(ATTENDED_EVERY_MS);
        let report = world.watch();
        assert_eq!((report.attended, report.repaired.len(), report.silent.len()), (1, 0, 0));
        assert_eq!(world.watch().attended, 0);
    }
    assert_eq!(world.alarm(), before);
    assert_eq!(known(&world)[0].repairs, 0);
}

#[test]
fn an_alarm_whose_handler_is_at_work_is_not_missing() {
    let world = World::new();
    world.create(every(MINUTE)).unwrap();
    world.set_alarm(None);
    world.be_down(HOUR);
    let ringing = world.ringing();
    assert_eq!(world.watch().repaired, []);
    assert_eq!(world.alarm(), None);
    drop(ringing);
    world.be_down(ATTENDED_EVERY_MS);
    assert_eq!(world.watch().repaired, [(first_of(world.tenant), AlarmCondition::Lost)]);
}

#[test]
fn a_tenant_is_entered_before_its_first_job_is_there() {
    for when in [When::Before, When::After] {
        let world = World::new();
        world.faults.fail_all("registry.enter", when);
        assert!(world.create(every(MINUTE)).is_err(), "{when:?}");
        assert_eq!(world.store().job_count(), Ok(0), "{when:?}");
        world.faults.heal();
        world.create(every(MINUTE)).unwrap();
        world.create(every(MINUTE)).unwrap();
        assert_eq!(known(&world).len(), 1);
        assert_eq!(world.faults.calls("registry.enter"), 2, "once it is in, nobody asks again");
    }
}

#[test]
fn a_schedule_of_before_there_was_a_registry_enters_itself_when_its_alarm_rings() {
    let world = World::new();
    world.store().claim(world.tenant).unwrap();
    world.set_alarm(at(START));
    world.faults.fail_all("registry.enter", When::Before);
    world.ring();
    assert_eq!(known(&world), []);
    world.faults.heal();
    world.set_alarm(at(START));
    world.ring();
    assert_eq!(known(&world).len(), 1);
}

#[test]
fn a_schedule_that_does_not_answer_keeps_no_other_from_being_looked_after() {
    let world = World::new();
    world.create(every(MINUTE)).unwrap();
    let (other, stranger) = (world.another_tenant(), world.another_tenant());
    run(world.jobs.create_job(&world.context_of(other), every(HOUR))).unwrap();
    // One whose object holds another tenant's schedule answers nothing about it.
    let start = Timestamp::from_unix_ms(START);
    run(world.registry.enter(first_of(stranger), start, start)).unwrap();
    world.claim_for(stranger, other);
    world.set_alarm(None);
    world.be_down(HOUR);
    let report = world.watch();
    assert_eq!((report.attended, report.silent.len()), (3, 1), "{report:?}");
    assert_eq!(report.silent[0].0, first_of(stranger));
    assert!(report.repaired.contains(&(first_of(world.tenant), AlarmCondition::Lost)), "{report:?}");
}
