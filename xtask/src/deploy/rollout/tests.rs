//! Rollouts over a small platform in memory: a process that dies before or after any act, Workers that don't work.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;

use super::*;
use crate::deploy::migrations::{Migration, Pending, Phase, pending};

/// What outlives a process.
#[derive(Debug, Clone, Default, PartialEq)]
struct World {
    /// By Worker: the versions that take traffic.
    live: BTreeMap<String, Vec<(String, u8)>>,
    uploaded: BTreeMap<String, BTreeSet<String>>,
    triggers: BTreeMap<String, String>,
    applied: BTreeSet<String>,
    /// The order in which versions got all traffic, and migrations were applied.
    history: Vec<String>,
}

struct Process<'w> {
    world: &'w mut World,
    /// Acts until it dies; and whether the last one still takes effect.
    dies: Option<(usize, bool)>,
    broken: Option<&'static str>,
    failing: Option<&'static str>,
    notes: Vec<String>,
}

impl Process<'_> {
    fn act(&mut self, act: impl FnOnce(&mut World)) -> Result<()> {
        match &mut self.dies {
            Some((0, false)) => bail!("killed"),
            Some((0, true)) => {
                act(self.world);
                bail!("killed")
            }
            Some((left, _)) => {
                *left -= 1;
                act(self.world);
            }
            None => act(self.world),
        }
        Ok(())
    }
}

const NEW: &str = "new";

impl Cloud for Process<'_> {
    fn migrate(&mut self, _: &str, names: &[String]) -> Result<()> {
        for name in names {
            self.act(|world| {
                if world.applied.insert(name.clone()) {
                    world.history.push(format!("migrated {name}"));
                }
            })?;
        }
        Ok(())
    }

    fn deploy(&mut self, worker: &str) -> Result<String> {
        let role = worker.to_owned();
        self.act(|world| {
            world.uploaded.entry(role.clone()).or_default().insert(NEW.to_owned());
            world.live.insert(role.clone(), vec![(NEW.to_owned(), 100)]);
            world.triggers.insert(role.clone(), NEW.to_owned());
            world.history.push(format!("{role} 100"));
        })?;
        Ok(NEW.to_owned())
    }

    fn upload(&mut self, worker: &str) -> Result<String> {
        let role = worker.to_owned();
        self.act(|world| {
            world.uploaded.entry(role).or_default().insert(NEW.to_owned());
        })?;
        Ok(NEW.to_owned())
    }

    fn split(&mut self, worker: &str, parts: &[(String, u8)]) -> Result<()> {
        assert_eq!(parts.iter().map(|(_, part)| u32::from(*part)).sum::<u32>(), 100, "{parts:?}");
        let (role, parts) = (worker.to_owned(), parts.to_vec());
        self.act(|world| {
            world.history.push(format!("{role} {}", parts[0].1));
            world.live.insert(role, parts);
        })
    }

    fn triggers(&mut self, worker: &str) -> Result<()> {
        let role = worker.to_owned();
        self.act(|world| {
            world.triggers.insert(role, NEW.to_owned());
        })
    }

    fn smoke(&mut self, worker: &str) -> Result<Option<()>> {
        if self.broken == Some(worker) && self.world.live[worker].iter().any(|(version, _)| version == NEW) {
            bail!("it answers 503");
        }
        Ok(self.world.live.contains_key("gateway").then_some(()))
    }

    fn watch(&mut self, worker: &str, version: &str, stable: Option<&str>) -> Result<Watch> {
        assert_eq!((version, stable), (NEW, Some("old")), "{worker}");
        Ok(if self.failing == Some(worker) { Watch::Failing("9 of 10".to_owned()) } else { Watch::Fine })
    }

    fn note(&mut self, what: &str) {
        self.notes.push(what.to_owned());
    }
}

fn old() -> World {
    let roles = ["pipeline", "gateway"];
    World {
        live: roles.iter().map(|role| ((*role).to_owned(), vec![("old".to_owned(), 100)])).collect(),
        applied: BTreeSet::from(["1".to_owned()]),
        ..World::default()
    }
}

/// The plan as it would be made now, from what is live.
fn plan(world: &World, percent: &[u8]) -> Plan {
    let all = [("1", Phase::Expand), ("2", Phase::Expand), ("3", Phase::Contract)];
    let all: Vec<Migration> =
        all.iter().map(|(name, phase)| Migration { name: (*name).to_owned(), phase: *phase }).collect();
    let unused = world.live.is_empty();
    let databases = BTreeMap::from([("data".to_owned(), pending(&all, &world.applied, unused).unwrap())]);
    let step = |role: &str| {
        let live = world.live.get(role).cloned().unwrap_or_default();
        let action = match live.as_slice() {
            [] => Action::First,
            [(version, 100)] if version == NEW => Action::Nothing,
            _ => Action::Upload,
        };
        let mut live: Vec<(String, f64)> =
            live.into_iter().map(|(version, part)| (version, f64::from(part))).collect();
        live.sort_by(|one, other| other.1.total_cmp(&one.1));
        Step {
            worker: role.to_owned(),
            name: format!("weft-{role}"),
            action,
            tag: NEW.to_owned(),
            changes: Vec::new(),
            size: (None, None),
            live,
            missing_secrets: Vec::new(),
            given_secrets: Vec::new(),
        }
    };
    Plan {
        environment: "test".to_owned(),
        asked: true,
        percent: percent.to_vec(),
        databases,
        steps: vec![step("pipeline"), step("gateway")],
        findings: Vec::new(),
        stranded: Vec::new(),
        notes: Vec::new(),
        refusals: Vec::new(),
    }
}

fn process(world: &mut World) -> Process<'_> {
    Process { world, dies: None, broken: None, failing: None, notes: Vec::new() }
}

fn assert_deployed(world: &World) {
    for role in ["pipeline", "gateway"] {
        assert_eq!(world.live[role], [(NEW.to_owned(), 100)], "{role}");
        assert_eq!(world.triggers[role], NEW, "{role}");
    }
    assert_eq!(world.applied.len(), 3);
}

#[test]
fn it_adds_then_switches_callees_first_then_takes_away() {
    let mut world = old();
    let plan = plan(&world, &[10, 100]);
    run(&plan, &mut process(&mut world)).unwrap();
    assert_deployed(&world);
    assert_eq!(
        world.history,
        ["migrated 2", "pipeline 10", "pipeline 100", "gateway 10", "gateway 100", "migrated 3"]
    );
}

#[test]
fn killed_before_or_after_any_act_it_goes_on_to_the_same_end() {
    for start in [World::default(), old()] {
        for percent in [&[100][..], &[10, 50, 100]] {
            let mut kills = 0;
            for at in 0.. {
                let mut alive = true;
                for after in [false, true] {
                    let mut world = start.clone();
                    let first = plan(&world, percent);
                    let mut killed = Process { dies: Some((at, after)), ..process(&mut world) };
                    if run(&first, &mut killed).is_ok() {
                        alive = false;
                        continue;
                    }
                    // A process that is dead rolls nothing back: `act` fails from then on.
                    let again = plan(&world, percent);
                    run(&again, &mut process(&mut world)).unwrap();
                    assert_deployed(&world);
                    let takes_away = world.history.iter().position(|act| act == "migrated 3").unwrap();
                    let last = world.history.iter().rposition(|act| act.ends_with(" 100")).unwrap();
                    assert!(start.live.is_empty() || last < takes_away, "{:?}", world.history);
                    kills += 1;
                }
                if !alive {
                    break;
                }
            }
            assert!(kills >= 6, "{kills} kills");
        }
    }
}

#[test]
fn a_smoke_test_that_fails_rolls_back_and_says_where_everything_stands() {
    let mut world = old();
    let plan = plan(&world, &[100]);
    let mut broken = Process { broken: Some("gateway"), ..process(&mut world) };
    let stopped = run(&plan, &mut broken).unwrap_err();
    assert!(format!("{:#}", stopped.cause).contains("`gateway` does not work"), "{:#}", stopped.cause);
    assert_eq!(
        stopped.stands,
        [
            "`data` is migrated (2)",
            "`pipeline` is deployed (new)",
            "`gateway` is rolled back: all of its traffic goes to old",
        ]
    );
    assert_eq!(world.live["gateway"], [("old".to_owned(), 100)]);
    assert!(!world.applied.contains("3"), "what the old version needs stays");
}

#[test]
fn callers_are_not_touched_after_a_callee_failed() {
    let mut world = old();
    let plan = plan(&world, &[100]);
    let stopped = run(&plan, &mut Process { broken: Some("pipeline"), ..process(&mut world) }).unwrap_err();
    assert_eq!(stopped.stands.last().unwrap(), "`gateway` was not touched");
    assert_eq!(world.live, old().live);
}

#[test]
fn a_version_that_fails_too_often_holds_where_it_is_and_goes_on_later() {
    let mut world = old();
    let first = plan(&world, &[10, 100]);
    let stopped = run(&first, &mut Process { failing: Some("pipeline"), ..process(&mut world) }).unwrap_err();
    assert!(
        stopped.stands.iter().any(|line| {
            line.contains("`pipeline` holds at 10 %")
                && line.ends_with("`cargo xtask rollback pipeline --env test`")
        }),
        "{:?}",
        stopped.stands
    );
    assert_eq!(world.live["pipeline"], [(NEW.to_owned(), 10), ("old".to_owned(), 90)]);
    let again = plan(&world, &[10, 100]);
    run(&again, &mut process(&mut world)).unwrap();
    assert_deployed(&world);
}

#[test]
fn a_first_deploy_asks_callees_once_there_is_someone_to_ask() {
    let mut world = World::default();
    let plan = plan(&world, &[100]);
    let stopped = run(&plan, &mut Process { broken: Some("pipeline"), ..process(&mut world) }).unwrap_err();
    assert!(format!("{:#}", stopped.cause).contains("`pipeline` does not work"));
}

#[test]
fn nothing_pending_is_nothing_applied() {
    assert!(Pending::default().is_empty());
}
