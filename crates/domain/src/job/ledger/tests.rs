//! Claims about the ledger: tables of single cases, and a count of every nominal time under any sequence of looks.

use std::collections::BTreeMap;

use schedule::{Dst, Pattern, Plan, Rhythm, Zone};

use super::*;

const START: u64 = 1_795_330_800_000;
const STEPS: Steps = Steps { runs: 20, times: 500 };

fn every(interval_ms: u64) -> Plan {
    Plan::new(Rhythm::Every { interval_ms, anchor_ms: START })
}

fn cron(pattern: &str, zone: &str) -> Plan {
    let pattern = Pattern::parse(pattern).unwrap();
    Plan::new(Rhythm::Cron { dst: Dst::of(&pattern), pattern, zone: Zone::named(zone).unwrap() })
}

fn look(plan: &Plan, policy: Policy, position: Position, open: Open, now_ms: u64) -> Settlement {
    settle(plan, b"job", &policy, position, open, now_ms, STEPS)
}

fn at(cursor_ms: u64) -> Position {
    Position { cursor_ms, resumed_ms: None }
}

/// Verdict, count, first and last in seconds after the start.
fn told(settlement: &Settlement) -> Vec<(Verdict, u64, u64, u64)> {
    let s = |ms: u64| (ms - START) / 1_000;
    settlement.entries.iter().map(|e| (e.verdict, e.count, s(e.first_ms), s(e.last_ms))).collect()
}

#[test]
fn nothing_is_due_before_its_time() {
    let found = look(&every(1_000), Policy::default(), at(START), Open::default(), START + 999);
    assert_eq!((found.entries, found.next_ms), (vec![], Some(START + 1_000)));
}

#[test]
fn of_several_times_the_misfire_policy_says_which_run() {
    use Verdict::{Missed, Run};
    let now = START + 5_500;
    for (misfire, window_ms, expect) in [
        (Misfire::Last, None, vec![(Missed, 4, 1, 4), (Run, 1, 5, 5)]),
        (Misfire::All, None, (1..=5).map(|n| (Run, 1, n, n)).collect()),
        (Misfire::All, Some(2_000), vec![(Missed, 3, 1, 3), (Run, 1, 4, 4), (Run, 1, 5, 5)]),
        (Misfire::Last, Some(2_000), vec![(Missed, 3, 1, 3), (Missed, 1, 4, 4), (Run, 1, 5, 5)]),
        (Misfire::None, Some(100), vec![(Missed, 5, 1, 5)]),
        (Misfire::None, None, vec![(Missed, 4, 1, 4), (Run, 1, 5, 5)]),
    ] {
        let policy = Policy { misfire, window_ms, ..Policy::default() };
        for plan in [every(1_000), cron("* * * * * *", "UTC")] {
            let found = look(&plan, policy, at(START + 1), Open::default(), now);
            assert_eq!(told(&found), expect, "{misfire:?} {window_ms:?}");
            assert_eq!(found.next_ms, Some(START + 6_000));
        }
    }
}

#[test]
fn a_time_that_comes_while_a_run_is_open_is_judged_by_the_overlap_policy() {
    use Verdict::{Run, SkippedOverlap, Wait};
    let open = |begun, waiting| Open { begun, waiting };
    for (overlap, open, expect, cancels) in [
        (Overlap::Allow, open(3, 0), Run, false),
        (Overlap::Skip, open(0, 0), Run, false),
        (Overlap::Skip, open(1, 0), SkippedOverlap, false),
        (Overlap::QueueOne, open(0, 0), Run, false),
        (Overlap::QueueOne, open(1, 0), Wait, false),
        (Overlap::QueueOne, open(1, 1), SkippedOverlap, false),
        (Overlap::CancelPrevious, open(0, 0), Run, false),
        (Overlap::CancelPrevious, open(1, 0), Run, true),
    ] {
        let policy = Policy { overlap, ..Policy::default() };
        let found = look(&every(1_000), policy, at(START), open, START + 1_000);
        assert_eq!(told(&found), [(expect, 1, 1, 1)], "{overlap:?} {open:?}");
        assert_eq!(found.cancel_previous, cancels, "{overlap:?} {open:?}");
    }
    let policy = Policy { overlap: Overlap::QueueOne, misfire: Misfire::All, ..Policy::default() };
    let found = look(&every(1_000), policy, at(START), Open::default(), START + 3_000);
    assert_eq!(told(&found), [(Run, 1, 1, 1), (Wait, 1, 2, 2), (SkippedOverlap, 1, 3, 3)]);
}

#[test]
fn what_passed_while_a_job_was_paused_is_on_record_as_that() {
    use Verdict::{Missed, Paused, Run};
    let position = Position { cursor_ms: START + 1, resumed_ms: Some(START + 60_500) };
    let found = look(&every(1_000), Policy::default(), position, Open::default(), START + 60_500);
    assert_eq!(told(&found), [(Paused, 60, 1, 60)]);
    let found = look(&every(1_000), Policy::default(), position, Open::default(), START + 63_000);
    assert_eq!(told(&found), [(Paused, 60, 1, 60), (Missed, 2, 61, 62), (Run, 1, 63, 63)]);
}

#[test]
fn what_the_clocks_skip_is_on_record_with_its_civil_time() {
    // 2026-03-29, 01:00 UTC in Berlin.
    let change = 1_774_746_000_000;
    let dst = Dst { gap: schedule::Gap::Skip, fold: schedule::Fold::Once };
    let pattern = Pattern::parse("*/30 2,3 * * *").unwrap();
    let plan = Plan::new(Rhythm::Cron { dst, pattern, zone: Zone::named("Europe/Berlin").unwrap() });
    for misfire in [Misfire::Last, Misfire::All] {
        let policy = Policy { misfire, ..Policy::default() };
        // One run at most: what the clocks skip and what runs share an instant, and are settled together.
        let steps = Steps { runs: 1, times: 2 };
        let found = settle(&plan, b"", &policy, at(change - 60_000), Open::default(), change, steps);
        let verdicts: Vec<_> = found.entries.iter().map(|entry| (entry.verdict, entry.count)).collect();
        assert_eq!(verdicts, [(Verdict::SkippedGap, 2), (Verdict::Run, 1)], "{misfire:?}");
        let Some(Change::Skipped(first, last)) = found.entries[0].change else {
            panic!("{:?}", found.entries)
        };
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2026-03-29T02:00:00".into(), "2026-03-29T02:30:00".into())
        );
        assert_eq!(found.next_ms, Some(change + 1_800_000));
    }
}

#[test]
fn jitter_moves_when_a_time_runs_and_never_the_time() {
    let policy = Policy { jitter_ms: 30_000, ..Policy::default() };
    let plan = every(60_000);
    let nominal = START + 60_000;
    let wake = wake_ms(b"job", nominal, &policy);
    assert!(wake > nominal && wake < nominal + 30_000, "{}", wake - nominal);
    assert_eq!(look(&plan, policy, at(START), Open::default(), wake - 1).entries, []);
    assert_eq!(told(&look(&plan, policy, at(START), Open::default(), wake)), [(Verdict::Run, 1, 60, 60)]);
}

/// Whatever the schedule, the policy and the moments at which somebody looks: every nominal time has one outcome.
#[test]
fn every_nominal_time_is_accounted_for_once() {
    let mut seed = 7_u64;
    let mut draw = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let plans = [
        every(1_000),
        every(7_777),
        cron("* * * * *", "Europe/Berlin"),
        cron("*/7 1-3 * * *", "Australia/Lord_Howe"),
        cron("*/20 * * * * *", "America/New_York"),
        every(60_000).without(["2026-11-23".parse().unwrap()], Zone::named("Asia/Tokyo").unwrap()).unwrap(),
        every(90_000).between(Some(START + 500_000), Some(START + 80_000_000)).unwrap(),
    ];
    for plan in &plans {
        for misfire in [Misfire::Last, Misfire::All, Misfire::None] {
            for overlap in [Overlap::Allow, Overlap::Skip, Overlap::QueueOne, Overlap::CancelPrevious] {
                let window_ms = [None, Some(50_000)][draw(2) as usize];
                let policy = Policy { misfire, overlap, window_ms, jitter_ms: [0, 5_000][draw(2) as usize] };
                let steps = Steps { runs: 1 + draw(9) as u32, times: 2 + draw(200) as u32 };
                let mut position = at(START + 1);
                let mut now = START;
                let mut seen: BTreeMap<(u64, bool), u64> = BTreeMap::new();
                for _ in 0..60 {
                    now += [900, 61_000, 5_000_000][draw(3) as usize] + draw(999);
                    if draw(4) == 0 {
                        position.resumed_ms = Some(now - draw(60_000));
                    }
                    let open = Open { begun: draw(3) as u32, waiting: draw(2) as u32 };
                    let found = settle(plan, b"job", &policy, position, open, now, steps);
                    for entry in &found.entries {
                        // Each entry stands for exactly the times of the plan between its first and its last.
                        let skipped = entry.verdict == Verdict::SkippedGap;
                        let named = plan.occurrences(entry.first_ms).take_while(|o| o.at_ms <= entry.last_ms);
                        let named: Vec<_> = named.filter(|o| o.fires() != skipped).collect();
                        let count = if skipped { 1 } else { entry.count };
                        assert_eq!(named.len() as u64, count, "{entry:?}");
                        for time in named {
                            *seen.entry((time.at_ms, skipped)).or_default() += 1;
                        }
                    }
                    let Some(next_ms) = found.next_ms else { break };
                    assert!(next_ms >= position.cursor_ms);
                    position.cursor_ms = next_ms;
                }
                let settled = plan.occurrences(START + 1).take_while(|o| o.at_ms < position.cursor_ms);
                let settled: Vec<_> = settled.map(|o| (o.at_ms, !o.fires())).collect();
                assert!(seen.values().all(|count| *count == 1), "a time has two outcomes");
                let expect = settled.len();
                assert!(seen.len() >= expect, "{expect} times came, and {} are on record", seen.len());
                assert!(settled.iter().all(|time| seen.contains_key(time)), "a time has no outcome");
            }
        }
    }
}
