//! Running instances of workflows under new code: whose records the candidate would not take up.
//!
//! `contracts/workflows/<Name>.json` has what a run of each workflow puts on record, path by path: its lines in order, and
//! the shape of each step's output. A test of the crate that has the workflow writes it and checks that it is current. A
//! release carries it, so a deploy can lay an instance's journal beside what the live code did and what the new code does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the steps of a journal are called on the platform, before their position.
const JOURNAL: &str = "journal ";

/// What the runs of one workflow put on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recording {
    /// The workflow's name in Rust.
    pub(crate) name: String,
    /// The Worker that it runs in.
    pub(crate) worker: String,
    /// The name of its binding.
    pub(crate) binding: String,
    /// Each way that it may go, by a name for it: its lines in order.
    pub(crate) paths: BTreeMap<String, Vec<Line>>,
}

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The position: a number, after the branches that it is in.
    pub(crate) at: String,
    /// What is done there, such as "step `load`".
    pub(crate) does: String,
    /// The shape of what a step gives: a type's name, or an object or a list of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gives: Option<Value>,
}

/// One instance that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Instance {
    /// The workflow's name in Rust.
    pub(crate) workflow: String,
    /// Its id.
    pub(crate) id: String,
    /// How it is, in the platform's word.
    pub(crate) status: String,
    /// What it has on record: position, and what was done there.
    pub(crate) journal: Vec<(String, String)>,
}

/// A running instance that the candidate would end as errored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Stranded {
    /// The workflow.
    pub(crate) workflow: String,
    /// The instance.
    pub(crate) instance: String,
    /// How it is now.
    pub(crate) status: String,
    /// What does not fit.
    pub(crate) problem: String,
}

/// The recordings of a checkout's `contracts/workflows/`; none where there is no such folder.
///
/// # Errors
/// When one can't be read.
pub(crate) fn recordings(home: &Path) -> Result<BTreeMap<String, Recording>> {
    let folder = home.join("contracts/workflows");
    let Ok(listed) = fs::read_dir(&folder) else { return Ok(BTreeMap::new()) };
    let mut recordings = BTreeMap::new();
    for entry in listed {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(|| format!("can't read `{}`", path.display()))?;
        let recording: Recording =
            serde_json::from_str(&text).with_context(|| format!("can't read `{}`", path.display()))?;
        recordings.insert(recording.name.clone(), recording);
    }
    Ok(recordings)
}

impl Instance {
    /// Reads what the platform tells of an instance: of its steps, those that are its journal.
    pub(crate) fn read(workflow: &str, id: &str, status: &str, steps: &[Value]) -> Self {
        let journal = steps.iter().filter_map(line).collect();
        Self { workflow: workflow.to_owned(), id: id.to_owned(), status: status.to_owned(), journal }
    }
}

/// A step of the journal: its name on the platform may end in how often the name was used (`journal 3-1`), and its
/// output is the line as text.
fn line(step: &Value) -> Option<(String, String)> {
    let name = step.get("name")?.as_str()?.strip_prefix(JOURNAL)?;
    let position = match name.rsplit_once('-') {
        Some((position, count)) if count.bytes().all(|digit| digit.is_ascii_digit()) => position,
        _ => name,
    };
    let mut entry = step.get("output")?.clone();
    while let Value::String(text) = &entry {
        entry = serde_json::from_str(text).ok()?;
    }
    let word = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    let does = match word("kind") {
        "step" => format!("step `{}`", word("name")),
        "sleep" => format!("sleep `{}`", word("name")),
        "event" => format!("wait `{}` for event `{}`", word("name"), word("event")),
        "branch" => format!("branch `{}`", word("name")),
        _ => "nothing more".to_owned(),
    };
    Some((position.to_owned(), does))
}

/// Which instances would break under the candidate: those whose journal some way of the live code explains, and the same
/// way of the candidate does not.
///
/// The second list is of those that no recorded way of the live code explains: nothing can be said of them.
pub(crate) fn stranded(
    instances: &[Instance],
    live: &BTreeMap<String, Recording>,
    candidate: &BTreeMap<String, Recording>,
) -> (Vec<Stranded>, Vec<Stranded>) {
    let (mut broken, mut unexplained) = (Vec::new(), Vec::new());
    for instance in instances.iter().filter(|instance| !instance.journal.is_empty()) {
        let told = |problem: String| Stranded {
            workflow: instance.workflow.clone(),
            instance: instance.id.clone(),
            status: instance.status.clone(),
            problem,
        };
        let Some(new) = candidate.get(&instance.workflow) else {
            broken.push(told("the workflow is gone; keep it until its instances have ended".to_owned()));
            continue;
        };
        let ways: Vec<(&String, &Vec<Line>)> = live
            .get(&instance.workflow)
            .into_iter()
            .flat_map(|recording| &recording.paths)
            .filter(|(_, lines)| differs(&instance.journal, lines).is_none())
            .collect();
        if ways.is_empty() {
            if new.paths.values().all(|lines| differs(&instance.journal, lines).is_some()) {
                unexplained.push(told("no recorded way explains what it has on record".to_owned()));
            }
            continue;
        }
        let problem = |(name, old): (&String, &Vec<Line>)| match new.paths.get(name) {
            None => Some(format!("the way `{name}` is gone")),
            Some(lines) => differs(&instance.journal, lines).or_else(|| lost(&instance.journal, old, lines)),
        };
        let problems: Vec<String> = ways.iter().map_while(|way| problem(*way)).collect();
        if problems.len() == ways.len() {
            broken.extend(problems.into_iter().next().map(told));
        }
    }
    (broken, unexplained)
}

/// Where lines are not what is on record.
fn differs(journal: &[(String, String)], lines: &[Line]) -> Option<String> {
    journal.iter().find_map(|(at, recorded)| {
        let found =
            lines.iter().find(|line| line.at == *at).map_or("nothing more", |line| line.does.as_str());
        (found != recorded)
            .then(|| format!("at position `{at}` it has {recorded} on record, and the new code does {found}"))
    })
}

/// What of the recorded outputs the new code would not keep.
fn lost(journal: &[(String, String)], old: &[Line], new: &[Line]) -> Option<String> {
    journal.iter().find_map(|(at, does)| {
        let shape = |lines: &[Line]| lines.iter().find(|line| line.at == *at)?.gives.clone();
        let problem = narrowed(&shape(old)?, &shape(new)?, "")?;
        Some(format!("the recorded output of {does} no longer fits: {problem}"))
    })
}

/// What of a shape is not in another.
fn narrowed(old: &Value, new: &Value, path: &str) -> Option<String> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old.iter().find_map(|(key, shape)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match new.get(key) {
                Some(kept) => narrowed(shape, kept, &path),
                None => Some(format!("the field `{path}` would be lost")),
            }
        }),
        (Value::Array(old), Value::Array(new)) => {
            // A list that was empty when it was recorded says nothing.
            old.iter().zip(new).find_map(|(old, new)| narrowed(old, new, path))
        }
        _ if old == new || old == "null" || new == "null" => None,
        _ => {
            let what = if path.is_empty() { "it".to_owned() } else { format!("the field `{path}`") };
            Some(format!("{what} was {} and is {}", word(old), word(new)))
        }
    }
}

fn word(shape: &Value) -> String {
    match shape {
        Value::String(name) => name.clone(),
        Value::Array(_) => "a list".to_owned(),
        _ => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn recording(paths: &[(&str, &[(&str, Value)])]) -> BTreeMap<String, Recording> {
        let lines = |lines: &[(&str, Value)]| {
            let line = |(at, (does, gives)): (usize, &(&str, Value))| Line {
                at: at.to_string(),
                does: (*does).to_owned(),
                gives: Some(gives.clone()),
            };
            lines.iter().enumerate().map(line).collect::<Vec<_>>()
        };
        let paths = paths.iter().map(|(name, path)| ((*name).to_owned(), lines(path))).collect();
        let name = "Order".to_owned();
        let recording =
            Recording { name: name.clone(), worker: "shop".into(), binding: "ORDERS".into(), paths };
        BTreeMap::from([(name, recording)])
    }

    fn instance(id: &str, names: &[&str]) -> Instance {
        let steps: Vec<Value> = names
            .iter()
            .enumerate()
            .flat_map(|(at, name)| {
                let entry = json!({ "kind": "step", "name": name }).to_string();
                [
                    json!({ "name": format!("journal {at}-1"), "output": entry }),
                    json!({ "name": format!("{name}-1"), "output": { "id": 1 } }),
                ]
            })
            .collect();
        Instance::read("Order", id, "running", &steps)
    }

    #[test]
    fn only_instances_that_have_reached_what_changed_break() {
        let old = recording(&[("paid", &[("step `charge`", json!("text")), ("step `ship`", json!("text"))])]);
        let new = recording(&[("paid", &[("step `charge`", json!("text")), ("step `send`", json!("text"))])]);
        let (broken, unexplained) =
            stranded(&[instance("early", &["charge"]), instance("late", &["charge", "ship"])], &old, &new);
        assert_eq!(unexplained, []);
        assert_eq!(broken.len(), 1);
        assert_eq!(broken[0].instance, "late");
        assert_eq!(
            broken[0].problem,
            "at position `1` it has step `ship` on record, and the new code does step `send`"
        );
    }

    #[test]
    fn an_output_that_would_lose_a_field_breaks_who_recorded_it() {
        let old = recording(&[("paid", &[("step `charge`", json!({ "id": "number", "fee": "number" }))])]);
        let new = recording(&[("paid", &[("step `charge`", json!({ "id": "number", "note": "text" }))])]);
        let (broken, _) = stranded(&[instance("one", &["charge"])], &old, &new);
        assert_eq!(
            broken[0].problem,
            "the recorded output of step `charge` no longer fits: the field `fee` would be lost"
        );
        assert_eq!(stranded(&[instance("one", &["charge"])], &new, &new).0, []);
    }

    #[test]
    fn an_instance_goes_on_if_one_of_its_possible_ways_does() {
        let (step, other) = (("step `load`", json!("null")), ("step `skip`", json!("null")));
        let old = recording(&[("a", &[step.clone(), other.clone()]), ("b", std::slice::from_ref(&step))]);
        let new = recording(&[("a", &[other.clone(), step.clone()]), ("b", &[step])]);
        assert_eq!(stranded(&[instance("x", &["load"])], &old, &new).0, []);
        assert_eq!(stranded(&[instance("x", &["load", "skip"])], &old, &new).0.len(), 1);
    }

    #[test]
    fn what_no_recorded_way_explains_is_said_to_be_unknown() {
        let old = recording(&[("a", &[("step `load`", json!("null"))])]);
        let (broken, unexplained) = stranded(&[instance("x", &["compensate"])], &old, &old);
        assert_eq!((broken.len(), unexplained.len()), (0, 1));
        let (broken, _) = stranded(&[instance("x", &["load"])], &old, &BTreeMap::new());
        assert!(broken[0].problem.contains("the workflow is gone"));
    }

    #[test]
    fn the_committed_recordings_are_of_workflows_that_are_bound() {
        for (name, recording) in recordings(crate::paths::root()).unwrap() {
            assert!(!recording.paths.is_empty(), "{name}");
            let path = crate::paths::wrangler().join(format!("{}.jsonc", recording.worker));
            let config = crate::jsonc::parse(&fs::read_to_string(path).unwrap()).unwrap();
            let bound = config["workflows"].as_array().unwrap().iter();
            let class = bound.clone().find(|bound| bound["class_name"] == name.as_str());
            assert_eq!(class.unwrap()["binding"], recording.binding.as_str(), "{name}");
        }
    }
}
