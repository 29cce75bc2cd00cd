//! What the tests of two well-known libraries expect of cron patterns, and where we differ on purpose.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use schedule::{Dst, Fold, Gap, Pattern, Plan, Rhythm, Zone};

/// Why a row of a table is not ours; `docs/scheduling.md` has the same list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// We read no year.
    Year,
    /// Ranges that end before they begin (`Nov-Mar`, `7-mon`) are refused.
    WrapsAround,
    /// `0-0` is Sunday, and not the whole week.
    OneDayRange,
    /// `L` within a range (`1-L/8`, `29-L`) is refused.
    LastInRange,
    /// `LW` and `W15` are refused.
    OddWeekday,
    /// `31W` is in months of 31 days only, as in Quartz.
    ShortMonth,
    /// A star among other days of the week (`*,0`) is refused.
    StarInList,
    /// With `#`, as with any other day of the week, two restricted fields of the date are joined by "or".
    NthWeekday,
    /// A step over a star (`*/2`) joins the fields of the date by "and", as in Vixie cron.
    StarStep,
    /// A time of the day runs once, also where the clocks show it twice.
    Dublin,
}

struct Row {
    pattern: String,
    zone: String,
    start_s: u64,
    expect_s: Vec<u64>,
}

fn rows(table: &str) -> Vec<Row> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (pattern, zone, start_s, expect_s) = serde_json::from_str(line).unwrap();
            Row { pattern, zone, start_s, expect_s }
        })
        .collect()
}

/// Our times after a row's start.
fn ours(row: &Row, dst: Option<Dst>) -> Result<Vec<u64>, String> {
    let pattern = Pattern::parse(&row.pattern).map_err(|error| error.to_string())?;
    let zone = Zone::named(&row.zone).unwrap();
    let plan = Plan::new(Rhythm::Cron { dst: dst.unwrap_or(Dst::of(&pattern)), pattern, zone });
    let from_ms = (row.start_s + 1) * 1_000;
    let times = plan.occurrences(from_ms).filter(schedule::Occurrence::fires);
    Ok(times.take(row.expect_s.len()).map(|found| found.at_ms / 1_000).collect())
}

/// Compares a table; `known` says why a row differs, if it may.
fn compare(
    table: &str,
    dst: Option<Dst>,
    known: impl Fn(&Row) -> Option<Why>,
) -> std::collections::BTreeMap<Why, usize> {
    let mut differences = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows(table) {
        let found = ours(&row, dst);
        match (found == Ok(row.expect_s.clone()), known(&row)) {
            (true, None) => {}
            (false, Some(why)) => *differences.entry(why).or_default() += 1,
            (same, known) => {
                let Row { pattern, zone, start_s, expect_s } = &row;
                let found = found.map_err(|error| error.chars().take(60).collect::<String>());
                wrong.push(format!("same: {same}, {known:?}: `{pattern}` in {zone} after {start_s}: {found:?} for {expect_s:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
    differences
}

#[test]
fn the_table_of_cronsim_is_ours() {
    let differences = compare(include_str!("tables/cronsim.jsonl"), None, |row| {
        row.pattern.contains("LW").then_some(Why::OddWeekday)
    });
    assert_eq!(differences.into_iter().collect::<Vec<_>>(), [(Why::OddWeekday, 4)]);
}

#[test]
fn the_table_of_croniter_is_ours_but_for_what_is_listed() {
    let lines = include_str!("tables/croniter.jsonl").lines();
    let table: String = lines.map(|line| seconds_first(line) + "\n").collect();
    let differences = compare(&table, None, |row| {
        let pattern = row.pattern.to_ascii_lowercase();
        let fields: Vec<_> = pattern.split_whitespace().collect();
        let wraps = ["nov-mar", "apr-feb", "apr-mar/", "thu-tue/", "-0", "7-"]
            .iter()
            .any(|range| pattern.contains(range));
        Some(match () {
            () if fields.len() == 7 => Why::Year,
            () if ["0-0", "7-7"].contains(&fields[4]) => Why::OneDayRange,
            () if pattern.contains("-l") => Why::LastInRange,
            () if pattern.contains("w15") => Why::OddWeekday,
            () if pattern.contains("31w") && row.start_s == 1_730_419_200 => Why::ShortMonth,
            () if pattern.contains("*,") => Why::StarInList,
            () if pattern.contains("1-7 ") && pattern.contains('#') => Why::NthWeekday,
            () if pattern.contains("*/2 * sat") => Why::StarStep,
            () if row.zone == "Europe/Dublin" => Why::Dublin,
            () if wraps => Why::WrapsAround,
            () => return None,
        })
    });
    assert_eq!(differences.len(), 10, "{differences:?}");
}

/// That library has seconds in the sixth field, and years in the seventh.
fn seconds_first(line: &str) -> String {
    if line.starts_with('#') {
        return line.to_owned();
    }
    let (pattern, zone, start, expect): (String, String, u64, Vec<u64>) = serde_json::from_str(line).unwrap();
    let mut fields: Vec<_> = pattern.split_whitespace().collect();
    if fields.len() == 6 {
        fields.rotate_right(1);
    }
    serde_json::to_string(&(fields.join(" "), zone, start, expect)).unwrap()
}

#[test]
fn a_policy_is_taken_at_its_word() {
    // Riga, 2021: 03:00 to 04:00 is skipped on 28 March, and shown twice on 31 October.
    let at = |pattern: &str, dst, from_ms| {
        let row = Row {
            pattern: pattern.into(),
            zone: "Europe/Riga".into(),
            start_s: from_ms,
            expect_s: vec![0; 2],
        };
        ours(&row, Some(dst)).unwrap()
    };
    let (spring, autumn) = (1_616_889_600, 1_635_642_000);
    for (gap, fold, pattern, start, expect) in [
        (Gap::NextValid, Fold::Once, "30 3 * * *", spring, [1_616_893_200, 1_616_977_800]),
        (Gap::Skip, Fold::Once, "30 3 * * *", spring, [1_616_977_800, 1_617_064_200]),
        (Gap::Skip, Fold::Once, "30 3 * * *", autumn - 3_600, [autumn - 1_800, 1_635_730_200]),
        (Gap::Skip, Fold::Twice, "30 3 * * *", autumn - 3_600, [autumn - 1_800, autumn + 1_800]),
        (Gap::Skip, Fold::Twice, "30 3 * * *", autumn + 1_000, [autumn + 1_800, 1_635_730_200]),
        (Gap::Skip, Fold::Once, "30 3 * * *", autumn + 1_000, [1_635_730_200, 1_635_816_600]),
    ] {
        assert_eq!(at(pattern, Dst { gap, fold }, start), expect, "{gap:?} {fold:?} after {start}");
    }
}
