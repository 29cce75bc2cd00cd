//! Findings for a person.

use mesh_contract::Part;

use super::{Finding, Stranded, Weight};

/// One finding: the member, what would happen to whom, and the way out.
pub(crate) fn finding(finding: &Finding) -> String {
    let Finding { weight, contract, caller, callee, live, obstruction, .. } = finding;
    let part = match obstruction.part {
        Part::Existence => "",
        Part::Scope => " (scope)",
        Part::Request => " (request)",
        Part::Event => " (event)",
        Part::Reply => " (reply)",
        Part::Error => " (refusal)",
    };
    let member = obstruction.member.as_ref().map(|member| format!(".{member}")).unwrap_or_default();
    let head = format!("`{contract}{member}`{part}, {caller} -> {callee}: {}", obstruction.sentence);
    match weight {
        Weight::Refused => format!("{head}\n  live: {live}\n  instead: {}", obstruction.remedy),
        Weight::Brief => {
            format!(
                "{head}\n  only for the seconds in which objects change their code; calls are tried again"
            )
        }
        Weight::Ordered => {
            format!("{head}\n  this order avoids it; roll `{caller}` back before `{callee}`")
        }
    }
}

/// One running instance that would break.
pub(crate) fn stranded(stranded: &Stranded) -> String {
    format!("`{}` {} ({}): {}", stranded.workflow, stranded.instance, stranded.status, stranded.problem)
}
