//! A comparison for a person.

use mesh_contract::{Change, Class, Comparison, Part};

use crate::ui::Ui;

/// What changed, the worst first within each contract, and one closing line.
pub(super) fn text(comparisons: &[Comparison], base: &str, ui: &Ui) -> String {
    let mut lines = Vec::new();
    let width = comparisons.iter().map(|comparison| comparison.name.len()).max().unwrap_or_default();
    for comparison in comparisons {
        let name = format!("{:<width$}", comparison.name);
        let mut line = format!("{} {}", ui.result_paint("1", &name), class(comparison.class, ui));
        if comparison.class != Class::Identical {
            line.push_str(&ui.result_paint(
                "2",
                &format!("  requests {}, replies {}", comparison.requests, comparison.replies),
            ));
        } else if comparison.documentation {
            line.push_str(&ui.result_paint("2", "  documentation changed"));
        }
        lines.push(line);
        let mut groups: Vec<Group> = Vec::new();
        for change in &comparison.changes {
            match groups.iter_mut().find(|group| group.shares(change)) {
                Some(group) => group.members.push(member(change)),
                None => groups.push(Group { change, members: vec![member(change)] }),
            }
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.change.class));
        for group in groups {
            lines.push(format!("  {} {}", mark(group.change.class, ui), group.heading(&comparison.name)));
            lines.extend(group.sentences().iter().map(|sentence| format!("      {sentence}")));
            lines.extend(
                group.change.notes.iter().map(|note| format!("      {}", ui.result_paint("2", note))),
            );
        }
    }
    lines.push(closing(comparisons, base, ui));
    lines.join("\n")
}

/// One change, which a type that many methods share makes in all of them.
struct Group<'a> {
    change: &'a Change,
    members: Vec<&'a str>,
}

impl Group<'_> {
    fn shares(&self, other: &Change) -> bool {
        let alike = |change: &Change| (change.part, change.class, sentences(change), change.notes.clone());
        self.change.member.is_some() && alike(self.change) == alike(other)
    }

    fn heading(&self, contract: &str) -> String {
        let part = match self.change.part {
            Part::Existence => "",
            Part::Scope => "the scope of ",
            Part::Request => "the request of ",
            Part::Event => "the event ",
            Part::Reply => "the reply of ",
            Part::Error => "the refusal of ",
        };
        let of: Vec<String> = match self.change.member {
            None => vec![format!("`{contract}`")],
            Some(_) => self.members.iter().map(|name| format!("`{name}`")).collect(),
        };
        format!("{part}{}", of.join(", "))
    }

    fn sentences(&self) -> Vec<String> {
        match self.members.len() {
            1 => self.change.breaks.iter().map(|found| found.sentence.clone()).collect(),
            _ => sentences(self.change),
        }
    }
}

fn member(change: &Change) -> &str {
    change.member.as_deref().unwrap_or_default()
}

/// What breaks, said of any of several methods.
fn sentences(change: &Change) -> Vec<String> {
    let name = format!("`{}`", member(change));
    change.breaks.iter().map(|found| found.sentence.replacen(&name, "any of them", 1)).collect()
}

fn closing(comparisons: &[Comparison], base: &str, ui: &Ui) -> String {
    let count = |class: Class| comparisons.iter().filter(|comparison| comparison.class == class).count();
    let parts: Vec<String> = [Class::Breaking, Class::Compatible, Class::Identical]
        .into_iter()
        .filter(|class| count(*class) > 0)
        .map(|class| format!("{} {}", count(class), self::class(class, ui)))
        .collect();
    let parts = if parts.is_empty() { "no contracts".to_owned() } else { parts.join(", ") };
    format!("{parts} {}", ui.result_paint("2", &format!("since {base}")))
}

fn class(class: Class, ui: &Ui) -> String {
    ui.result_paint(color(class), &class.to_string())
}

fn mark(class: Class, ui: &Ui) -> String {
    let mark = match class {
        Class::Identical => "=",
        Class::Compatible => "+",
        Class::Breaking => "✗",
    };
    ui.result_paint(color(class), mark)
}

fn color(class: Class) -> &'static str {
    match class {
        Class::Identical => "2",
        Class::Compatible => "32",
        Class::Breaking => "1;31",
    }
}

#[cfg(test)]
mod tests {
    use mesh_contract::{Break, Situation};

    use super::*;

    fn change(member: &str, class: Class, sentence: Option<&str>) -> Change {
        let breaks = sentence.map(|sentence| Break {
            situation: Situation::OldCallerNewCallee,
            sentence: sentence.to_owned(),
        });
        Change {
            member: Some(member.to_owned()),
            part: Part::Error,
            class,
            breaks: breaks.into_iter().collect(),
            notes: vec!["`frozen` is new: a record".to_owned()],
        }
    }

    #[test]
    fn a_change_of_a_shared_type_is_told_once_and_the_worst_comes_first() {
        let comparison = Comparison {
            name: "Jobs".to_owned(),
            class: Class::Breaking,
            requests: Class::Identical,
            replies: Class::Breaking,
            changes: vec![
                change("check", Class::Compatible, None),
                change(
                    "create_job",
                    Class::Breaking,
                    Some("an old `gateway` could not read `create_job`: new"),
                ),
                change("get_job", Class::Breaking, Some("an old `gateway` could not read `get_job`: new")),
            ],
            documentation: false,
        };
        let expected = "Jobs breaking  requests identical, replies breaking\n  \
            ✗ the refusal of `create_job`, `get_job`\n      \
            an old `gateway` could not read any of them: new\n      \
            `frozen` is new: a record\n  \
            + the refusal of `check`\n      \
            `frozen` is new: a record\n\
            1 breaking since abc1234";
        assert_eq!(text(&[comparison], "abc1234", &Ui::new(true)), expected);
    }
}
