//! What runs of a workflow put on record, as a file that is committed: a deploy compares it with that of the release that is
//! live, to say which running instances the new code would not take up.
//!
//! A test lets a simulated run go each way that the workflow may go, and hands the [`Journal`](crate::Journal)s over.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Journal;

/// What the names of a journal's own steps begin with.
const JOURNAL: &str = "journal ";

/// The file of one workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The workflow's name.
    pub name: String,
    /// The Worker that it runs in.
    pub worker: String,
    /// The name of its binding.
    pub binding: String,
    /// Each way, by a name for it: its lines in order.
    pub paths: BTreeMap<String, Vec<RecordedLine>>,
}

/// One line: where, what is done there, and the shape of what it gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedLine {
    /// The position: a number, after the branches that it is in.
    pub at: String,
    /// Such as "step `load`".
    pub does: String,
    /// The shape of a step's output; none for what is no step, or did not succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives: Option<Value>,
}

impl Journal {
    /// What an instance has on record, in the order in which it came there.
    #[must_use]
    pub fn lines(&self, workflow: &str, id: &str) -> Vec<RecordedLine> {
        let all = self.workflows.get(workflow);
        let Some(record) = all.and_then(|all| all.iter().find(|(key, _)| key.as_str() == id)) else {
            return Vec::new();
        };
        let steps = &record.1.steps;
        let output = |name: &str| {
            let text = steps.get(name)?.outcome.as_ref()?.as_ref().ok()?;
            serde_json::from_str::<Value>(text).ok()
        };
        let mut lines: Vec<(u64, RecordedLine)> = steps
            .iter()
            .filter_map(|(name, step)| {
                let at = name.strip_prefix(JOURNAL)?;
                let mut entry = output(name)?;
                while let Value::String(text) = &entry {
                    entry = serde_json::from_str(text).ok()?;
                }
                let word = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
                let (does, gives) = match word("kind").as_str() {
                    "step" => {
                        // Within a branch, a step's full name begins with the branch's.
                        let within = at.rsplit_once('/').map(|(within, _)| format!("{within}/"));
                        let full = format!("{}{}", within.unwrap_or_default(), word("name"));
                        let gives = output(&full).or_else(|| output(&word("name")));
                        (format!("step `{}`", word("name")), gives.map(|value| shape(&value)))
                    }
                    "sleep" => (format!("sleep `{}`", word("name")), None),
                    "event" => (format!("wait `{}` for event `{}`", word("name"), word("event")), None),
                    "branch" => (format!("branch `{}`", word("name")), None),
                    _ => ("nothing more".to_owned(), None),
                };
                Some((step.start, RecordedLine { at: at.to_owned(), does, gives }))
            })
            .collect();
        lines.sort_by_key(|(start, _)| *start);
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

impl Recording {
    /// Compares with the file at `path`, or writes it where `WRITE_CONTRACTS` is set.
    ///
    /// # Errors
    /// When the file says something else: what to do then.
    pub fn check(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())? + "\n";
        if std::env::var_os("WRITE_CONTRACTS").is_some() {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
            }
            std::fs::write(path, &text).map_err(|error| error.to_string())?;
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        if kept == text {
            return Ok(());
        }
        Err(format!(
            "`{}` is not what `{}` puts on record: run this test with WRITE_CONTRACTS=1, commit the file, and read in \
             docs/workflows.md what the change means for running instances",
            path.display(),
            self.name
        ))
    }
}

/// A value without what is different each time: names of types, with the fields of objects and the elements of lists.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("boolean"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("text"),
        // The first element stands for all.
        Value::Array(items) => items.iter().take(1).map(shape).collect(),
        Value::Object(fields) => {
            let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            sorted.into_iter().map(|(name, field)| (name.clone(), shape(field))).collect::<Map<_, _>>().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_has_types_and_names_and_nothing_that_changes() {
        let value = json!({ "b": [{ "id": 7 }, { "id": 8 }], "a": "x", "c": null, "d": [] });
        assert_eq!(shape(&value).to_string(), r#"{"a":"text","b":[{"id":"number"}],"c":"null","d":[]}"#);
    }
}
