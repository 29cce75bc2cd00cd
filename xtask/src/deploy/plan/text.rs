//! A plan for a person who has not seen one before.

use super::{Action, Plan, Step};
use crate::gate::{self, Weight};

/// So many migrations are named each.
const FEW: usize = 4;

/// The whole plan.
pub(crate) fn text(plan: &Plan) -> String {
    let mut lines = vec![format!("Plan for `{}`", plan.environment)];
    if !plan.asked {
        lines.push(
            "Nothing was asked of the platform (no CLOUDFLARE_API_TOKEN): what is live is not known, so this is the order \
             of a first deploy, and what would break for live callers was not looked at."
                .to_owned(),
        );
    }
    let mut number = 0;
    let mut next = |what: String| {
        number += 1;
        format!("{number:>3}. {what}")
    };
    for (database, pending) in plan.databases.iter().filter(|(_, pending)| !pending.expand.is_empty()) {
        lines.push(next(format!("migrate `{database}`, which only adds: {}", named(&pending.expand))));
    }
    for step in &plan.steps {
        lines.push(next(format!("{} `{}` ({})", verb(step.action), step.worker, step.name)));
        lines.extend(details(step, &plan.percent));
    }
    for (database, pending) in plan.databases.iter().filter(|(_, pending)| !pending.contract.is_empty()) {
        let names = named(&pending.contract);
        lines.push(next(format!(
            "migrate `{database}`, which takes away, once no old version serves: {names}"
        )));
    }
    let told = |weight| plan.findings.iter().filter(move |finding| finding.weight == weight);
    if plan.asked {
        let refused = told(Weight::Refused).count();
        lines.push(match (refused, plan.findings.is_empty()) {
            (0, true) => "Contracts: old and new builds understand each other.".to_owned(),
            (0, false) => "Contracts: old and new builds understand each other in this order.".to_owned(),
            (count, _) => format!("Contracts: {count} break{}.", if count == 1 { "s" } else { "" }),
        });
    }
    for finding in told(Weight::Brief).chain(told(Weight::Ordered)) {
        lines.extend(gate::finding_text(finding).lines().map(|line| format!("     {line}")));
    }
    lines.extend(plan.notes.iter().map(|note| format!("Note: {note}.")));
    for refusal in &plan.refusals {
        let mut parts = refusal.lines();
        lines.push(format!("  ✗ {}", parts.next().unwrap_or_default()));
        lines.extend(parts.map(|line| format!("    {line}")));
    }
    if !plan.refusals.is_empty() {
        lines.push("This can't be deployed as it is.".to_owned());
    } else if plan.is_empty() {
        lines.push("Nothing to do: what is live is what this checkout builds.".to_owned());
    } else if !plan.asked {
        lines.push(format!(
            "To see what would change, and to deploy: make a token and provision `{0}`, as docs/deploying.md says, then run \
             this again, with `--env {0}` and without `--dry-run` to deploy.",
            plan.environment
        ));
    }
    lines.join("\n")
}

/// Migrations: each where they are few, else how many, the first and the last.
fn named(migrations: &[String]) -> String {
    match migrations {
        [first, .., last] if migrations.len() > FEW => format!("{first} to {last} ({})", migrations.len()),
        _ => migrations.join(", "),
    }
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::First => "deploy for the first time",
        Action::Nothing => "leave",
        Action::Upload => "upload and roll out",
        Action::Resume => "roll out (uploaded before)",
        Action::AtOnce => "deploy at once, with its Durable Object classes",
        Action::Unknown => "deploy",
    }
}

fn details(step: &Step, percent: &[u8]) -> Vec<String> {
    let mut lines: Vec<String> = step.changes.iter().map(|change| format!("       {change}")).collect();
    match step.size {
        (Some(before), Some(after)) if before != after => {
            lines.push(format!("       size {} -> {}", kib(before), kib(after)));
        }
        (None, Some(after)) => lines.push(format!("       size {}", kib(after))),
        _ => {}
    }
    if step.action == Action::Nothing {
        lines.push("       live already".to_owned());
    } else if !step.live.is_empty() {
        let live: Vec<String> =
            step.live.iter().map(|(version, part)| format!("{version} at {part} %")).collect();
        lines.push(format!("       live now: {}", live.join(", ")));
    }
    if matches!(step.action, Action::Upload | Action::Resume) {
        let stages: Vec<String> = percent.iter().map(|part| format!("{part} %")).collect();
        lines.push(format!("       traffic: {}, each after a smoke test", stages.join(", then ")));
    }
    lines
}

fn kib(bytes: u64) -> String {
    format!("{} KiB", bytes.div_ceil(1024))
}
