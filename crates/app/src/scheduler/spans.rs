//! What an alarm did, as spans: a run, and each of its tries.

use contracts::pipeline::traces::{RecordedSpan, SpanFact};
use contracts::scheduler::RunOutcome;
use ids::RunId;

use super::{FireReport, FiredRun};
use crate::traces::{recorded, span};

/// Who made them.
const SERVICE: &str = "scheduler";

/// What a try of a run is called; the first is 1.
pub(super) fn try_name(run: RunId, attempt: u32) -> String {
    format!("{run}/{attempt}")
}

/// The spans of an alarm.
#[must_use]
pub fn spans_of(report: &FireReport) -> Vec<RecordedSpan> {
    report.runs.iter().flat_map(of_run).collect()
}

fn of_run(run: &FiredRun) -> Vec<RecordedSpan> {
    let FiredRun { job_id, run_id, trace, scheduled_for, .. } = *run;
    let failed = matches!(run.outcome, RunOutcome::Failed | RunOutcome::Missed);
    let begun = run.first_tried_at.unwrap_or(scheduled_for);
    let mut whole = span("job", SERVICE, run_id.to_string(), trace, begun);
    // The trace begins with the run: no other span is above it.
    whole.span_id = trace.span_id();
    whole.parent_span = None;
    whole.name = format!("run of {job_id}");
    run.outcome_name().clone_into(&mut whole.status);
    whole.failed = failed;
    whole.attempts = run.attempts;
    whole.error.clone_from(&run.error);
    whole.facts = vec![
        SpanFact::new("job", job_id),
        SpanFact::new("scheduled_for_ms", scheduled_for.unix_ms()),
        SpanFact::new("alarm_late_ms", run.lateness_ms),
    ];
    let tried = run.tried.as_ref();
    let open = matches!(run.outcome, RunOutcome::Pending | RunOutcome::Running | RunOutcome::Waiting);
    whole.ended_at = tried.map_or(Some(begun), |tried| tried.ended_at).filter(|_| !open);
    let mut spans = vec![recorded(trace, whole)];
    if let Some(tried) = tried {
        let name = try_name(run_id, run.attempts);
        let mut one = span("try", SERVICE, name, trace, tried.started_at);
        one.name = format!("try {}", run.attempts);
        one.failed = tried.error.is_some();
        one.status = if one.failed { "failed" } else { "succeeded" }.to_owned();
        one.ended_at = tried.ended_at;
        one.error.clone_from(&tried.error);
        spans.push(recorded(trace, one));
    }
    spans
}

#[cfg(test)]
mod tests {
    use contracts::Timestamp;
    use contracts::scheduler::Try;
    use ids::JobId;
    use mesh::TraceContext;

    use super::*;
    use crate::traces::span_of;

    fn fired(outcome: RunOutcome, tried: Option<Try>) -> FiredRun {
        FiredRun {
            job_id: JobId::from_parts(1, [1; 10]),
            run_id: RunId::from_parts(1, [2; 10]),
            trace: TraceContext::from_random([3; 24]),
            scheduled_for: Timestamp::from_unix_ms(1_000),
            first_tried_at: tried.as_ref().map(|_| Timestamp::from_unix_ms(1_500)),
            outcome,
            attempts: 2 * u32::from(tried.is_some()),
            lateness_ms: 500,
            duration_ms: 10,
            error: None,
            tried,
        }
    }

    fn told(run: FiredRun) -> Vec<RecordedSpan> {
        spans_of(&FireReport { runs: vec![run], ..FireReport::default() })
    }

    #[test]
    fn a_run_is_the_root_of_its_trace_and_its_tries_are_part_of_it() {
        let at = Timestamp::from_unix_ms;
        let tried = Try { started_at: at(2_000), ended_at: Some(at(2_010)), error: Some("no".into()) };
        let run = fired(RunOutcome::Pending, Some(tried));
        let (trace, name) = (run.trace, try_name(run.run_id, 2));
        let spans = told(run);
        let [whole, one] = &spans[..] else { panic!("two spans: {spans:?}") };
        assert_eq!((&whole.span.span_id, &whole.span.parent_span), (&trace.span_id(), &None));
        assert_eq!((whole.span.started_at, whole.span.ended_at), (at(1_500), None), "it is tried again");
        assert_eq!(one.span.parent_span, Some(trace.span_id()));
        assert_eq!(one.span.span_id, trace.within(span_of(&name)).span_id(), "as its work is told");
        assert_eq!((one.span.failed, &*one.span.status), (true, "failed"));
    }

    #[test]
    fn a_time_that_nobody_ran_is_a_moment_that_went_wrong() {
        let spans = told(fired(RunOutcome::Missed, None));
        let [whole] = &spans[..] else { panic!("one span: {spans:?}") };
        assert!(whole.span.failed);
        assert_eq!(whole.span.ended_at, Some(whole.span.started_at));
    }
}
