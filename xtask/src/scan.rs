//! `cargo xtask scan`: whether what must hold of the schedules of a running mesh does. Changes nothing.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::operator::Mesh;
use crate::ui::Ui;

/// How many jobs are looked through in one request.
const JOBS: u32 = 100;

/// What to scan.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only the schedule of the tenant of this id
    #[arg(long)]
    tenant: Option<String>,
    #[command(flatten)]
    mesh: Mesh,
}

#[derive(Deserialize)]
struct Part {
    items: Vec<Violation>,
    next_cursor: Option<String>,
    scanned: Scanned,
}

#[derive(Deserialize)]
struct Scanned {
    tenants: u32,
    jobs: u32,
    records: u32,
}

#[derive(Deserialize, Serialize)]
struct Violation {
    kind: String,
    tenant: String,
    job_id: Option<String>,
    run_id: Option<String>,
    detail: String,
}

/// Scans, and prints what is wrong as a table.
///
/// # Errors
/// When something is wrong, or no answer is to be had.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let step = ui.step("Scan");
    let console = args.mesh.sign_in()?;
    let only = args.tenant.map(|tenant| format!("&tenant={tenant}")).unwrap_or_default();
    let (mut found, mut jobs, mut records) = (Vec::new(), 0_u64, 0_u64);
    let (mut parts, mut tenants) = (0_u64, 0_u64);
    let mut cursor = String::new();
    loop {
        let answer = console.get(&format!("/admin/api/schedules/scan?limit={JOBS}{only}{cursor}"))?;
        let part: Part = serde_json::from_slice(answer.as_bytes()).context("the answer is no scan")?;
        parts += 1;
        tenants += u64::from(part.scanned.tenants);
        jobs += u64::from(part.scanned.jobs);
        records += u64::from(part.scanned.records);
        found.extend(part.items);
        step.note(format!("{jobs} jobs, {records} records, {} violations", found.len()));
        match part.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let looked = format!("{jobs} jobs and {records} records in {parts} requests");
    if ui.json() {
        ui.result(json!({ "schedules": tenants, "jobs": jobs, "records": records, "violations": found }));
    } else if !found.is_empty() {
        ui.result(table(&found));
    }
    if found.is_empty() {
        step.done(format!("{looked}: nothing is wrong"));
        return Ok(());
    }
    bail!("{looked}: {} violations", found.len())
}

fn table(found: &[Violation]) -> String {
    let rows = found.iter().map(|one| {
        let place = one.run_id.as_deref().or(one.job_id.as_deref()).unwrap_or("-");
        [one.kind.as_str(), one.tenant.as_str(), place, one.detail.as_str()]
    });
    let rows: Vec<_> = [["what", "tenant", "job or run", "detail"]].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    let line = |row: &[&str; 4]| {
        let [what, tenant, place, detail] = row;
        let [first, second, third] = widths;
        format!("{what:first$}  {tenant:second$}  {place:third$}  {detail}")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_for_each_and_names_the_run_where_there_is_one() {
        let violation = |run_id: Option<&str>| Violation {
            kind: "gap".into(),
            tenant: "ten_1".into(),
            job_id: Some("job_22".into()),
            run_id: run_id.map(Into::into),
            detail: "it has no record".into(),
        };
        let expect = "what  tenant  job or run  detail\n\
                      gap   ten_1   job_22      it has no record\n\
                      gap   ten_1   run_3       it has no record";
        assert_eq!(table(&[violation(None), violation(Some("run_3"))]), expect);
    }
}
