//! A tenant's jobs over several objects, of which callers see nothing.

use std::collections::BTreeSet;

use contracts::scheduler::{
    ChangeJob, Concurrency, GetJob, Job, JobError, JobStanding, ListJobs, Policy, PolicyChange, RunOutcome,
    ScanSchedules,
};
use domain::job::{MAX_PARTS, part_of};
use ids::JobId;
use mesh::CallError;
use test_kit::{When, run};

use crate::world::{HOUR, MINUTE, World, every};

fn listed(world: &World, limit: u32, standing: Option<JobStanding>) -> Vec<JobId> {
    let mut ids = Vec::new();
    let mut before = None;
    loop {
        let request = ListJobs { before, limit, standing };
        let page = run(world.jobs.list_jobs(&world.context(), request)).unwrap();
        assert!(page.items.len() <= limit as usize);
        ids.extend(page.items.iter().map(|job| job.job_id));
        before = page.next_before;
        if before.is_none() {
            return ids;
        }
        assert!(!page.items.is_empty(), "a page that goes on has something");
    }
}

fn filled(world: &World, jobs: usize) -> Vec<JobId> {
    (0..jobs)
        .map(|_| {
            world.be_down(7);
            world.create(every(HOUR)).unwrap().job_id
        })
        .collect()
}

#[test]
fn jobs_beyond_the_room_of_an_object_go_to_the_next_and_are_found_there() {
    let world = World::new().with_room(3);
    let ids = filled(&world, 10);
    let parts: Vec<_> = ids.iter().map(|id| part_of(id.lead())).collect();
    assert_eq!(parts, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]);
    for (part, expect) in [3, 3, 3, 1, 0].into_iter().enumerate() {
        assert_eq!(world.store_of(part as u16).job_count(), Ok(expect));
    }
    for id in &ids {
        assert_eq!(world.job(*id).job_id, *id);
        world.pause(*id);
        world.resume(*id);
        world.run_now(*id);
        assert_eq!(world.runs(*id).len(), 1);
        let change = ChangeJob { version: Some(1), name: Some("Other".into()), ..nothing_of(*id) };
        assert_eq!(run(world.jobs.change_job(&world.context(), change)).unwrap().name, "Other");
    }
    // Each object's own alarm has its runs done.
    for part in 0..4 {
        world.ring_part(part);
    }
    for id in &ids {
        assert_eq!(world.runs(*id)[0].outcome, RunOutcome::Succeeded);
    }
    let stranger = world.context_of(world.another_tenant());
    for id in &ids {
        let asked = run(world.jobs.get_job(&stranger, GetJob { job_id: *id }));
        assert!(matches!(asked, Err(CallError::Refused(JobError::NotFound))), "{asked:?}");
    }
}

#[test]
fn a_list_is_of_all_objects_newest_first_and_in_pages() {
    let world = World::new().with_room(3);
    let mut ids = filled(&world, 11);
    ids.reverse();
    for limit in [1, 2, 3, 4, 11, 200] {
        assert_eq!(listed(&world, limit, None), ids, "{limit}");
    }
    // Room in an earlier object is not used again: the newest stay the newest.
    run(world.jobs.delete_job(&world.context(), GetJob { job_id: ids[10] })).unwrap();
    ids.pop();
    ids.insert(0, filled(&world, 1)[0]);
    assert_eq!(listed(&world, 4, None), ids);
    world.be_down(2 * HOUR);
    assert_eq!(listed(&world, 4, Some(JobStanding::Late)), ids, "views are of all objects too");
    assert_eq!(listed(&world, 4, Some(JobStanding::Failing)), []);
}

#[test]
fn a_key_makes_one_job_wherever_it_went_and_whatever_was_filled_since() {
    let world = World::new().with_room(2);
    let keyed = |key| world.create_with_key(key, every(HOUR)).unwrap().job_id;
    let first: Vec<_> = ["a", "b", "c", "d", "e"].into_iter().map(keyed).collect();
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 5);
    filled(&world, 4);
    assert_eq!(["a", "b", "c", "d", "e"].map(keyed).to_vec(), first);
    // Also where a place has become free in an earlier object.
    run(world.jobs.delete_job(&world.context(), GetJob { job_id: first[0] })).unwrap();
    assert_eq!(["b", "c", "d", "e"].map(keyed).to_vec(), first[1..]);
    let other = world.create_with_key("d", every(MINUTE));
    assert!(matches!(other, Err(CallError::Refused(JobError::KeyReused))), "{other:?}");
}

#[test]
fn whatever_fails_on_the_way_to_another_object_a_key_makes_one_job() {
    for when in [When::Before, When::After] {
        let mut nth = 0;
        loop {
            nth += 1;
            // The first is full; the second has room for one, whose place is taken while the key's first call fails.
            let world = World::new().with_room(1);
            filled(&world, 2);
            let before = world.operations();
            world.faults.fail_nth_of_all(before + nth, when);
            let first = world.create_with_key("k", every(HOUR));
            let fired = world.faults.fired();
            world.faults.heal();
            filled(&world, 2);
            let again = world.create_with_key("k", every(HOUR)).unwrap().job_id;
            assert!(first.is_err() || first.unwrap().job_id == again, "{when:?} {nth}");
            let jobs = listed(&world, 200, None);
            assert_eq!(jobs.len(), 5, "{when:?} {nth}");
            assert!(jobs.contains(&again), "{when:?} {nth}");
            if fired == 0 {
                break;
            }
        }
        assert!(nth > 8, "{nth}");
    }
}

#[test]
fn a_concurrency_group_is_counted_in_the_first_object() {
    let world = World::new().with_room(2);
    filled(&world, 5);
    let group = Concurrency { group: "crm".into(), limit: 1 };
    let grouped = || {
        let policy = Policy { concurrency: Some(group.clone()), ..Policy::default() };
        world.create(contracts::scheduler::CreateJob { policy, ..every(HOUR) })
    };
    for _ in 0..2 {
        assert_eq!(part_of(grouped().unwrap().job_id.lead()), 0);
    }
    let full = grouped();
    assert!(matches!(full, Err(CallError::Refused(JobError::TooMany { limit: 4 }))), "{full:?}");

    let elsewhere = filled(&world, 1)[0];
    assert!(part_of(elsewhere.lead()) > 0);
    let policy = PolicyChange { concurrency: Some(group), ..PolicyChange::default() };
    let change = ChangeJob { policy, ..nothing_of(elsewhere) };
    let refused = run(world.jobs.change_job(&world.context(), change));
    let Err(CallError::Refused(JobError::Invalid { pointer, .. })) = refused else { panic!("{refused:?}") };
    assert_eq!(pointer, "/concurrency");
}

#[test]
fn a_tenant_has_as_many_jobs_as_all_objects_take() {
    let world = World::new().with_room(1);
    let ids = filled(&world, usize::from(MAX_PARTS));
    assert_eq!(listed(&world, 200, None).len(), ids.len());
    let full = world.create(every(HOUR));
    let limit = u32::from(MAX_PARTS);
    assert!(
        matches!(full, Err(CallError::Refused(JobError::TooMany { limit: found })) if found == limit),
        "{full:?}"
    );
}

#[test]
fn a_job_whose_id_says_nothing_is_in_the_first_object() {
    let world = World::new();
    let made: Job = world.create(every(HOUR)).unwrap();
    let old = JobId::from_parts(made.job_id.unix_ms(), [0, 7, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(part_of(old.lead()), 7, "by chance");
    let record = app::ports::JobRecord { job_id: old, ..world.store().job(made.job_id).unwrap().unwrap() };
    world.store().insert_job(&record, None).unwrap();
    assert_eq!(world.job(old).job_id, old);
    assert_eq!(world.pause(old).job_id, old);
    let unknown = JobId::from_parts(1, [0, 7, 9, 9, 9, 9, 9, 9, 9, 9]);
    let asked = run(world.jobs.get_job(&world.context(), GetJob { job_id: unknown }));
    assert!(matches!(asked, Err(CallError::Refused(JobError::NotFound))));
}

#[test]
fn the_watchdog_and_the_scan_look_after_every_object() {
    let world = World::new().with_room(2);
    filled(&world, 5);
    world.be_down(10 * MINUTE);
    let report = world.watch();
    assert_eq!((report.attended, report.silent.len()), (3, 0), "{report:?}");

    for tenant in [Some(world.tenant), None] {
        let (mut from, mut objects, mut jobs) = (None, 0, 0);
        loop {
            let request = ScanSchedules { tenant, from, limit: 1 };
            let part = run(world.scans().scan_schedules(&world.operator(), request)).unwrap();
            assert_eq!(part.violations, []);
            objects += part.tenants;
            jobs += part.jobs;
            from = part.next;
            if from.is_none() {
                break;
            }
        }
        assert_eq!(jobs, 5, "{tenant:?}");
        assert!(objects >= 3, "{tenant:?}: {objects}");
    }
}

fn nothing_of(job_id: JobId) -> ChangeJob {
    ChangeJob {
        job_id,
        version: None,
        name: None,
        timing: None,
        task: None,
        retry: None,
        policy: PolicyChange::default(),
    }
}
