//! What clients get of each refusal, and what operators do.

use super::*;

fn check<E: Refusal + std::fmt::Display>(error: CallError<E>, code: Code, cause: bool) -> Problem {
    let failure = failed(error);
    assert_eq!((failure.problem.code(), failure.cause.is_some()), (code, cause), "{failure:?}");
    failure.problem
}

#[test]
fn what_the_mesh_cannot_carry_out_is_unavailable_and_says_nothing_of_the_inside() {
    let service = "Intake";
    let message = String::from("D1_ERROR: no such table `events` at 10.0.0.7");
    let failures: [(CallError<SearchError>, Code); 7] = [
        (CallError::Unreachable { service, message: message.clone() }, Code::ServiceUnavailable),
        (CallError::Overloaded { service, message: message.clone() }, Code::ServiceUnavailable),
        (CallError::TimedOut { service }, Code::ServiceUnavailable),
        (CallError::Disallowed { service, message: message.clone() }, Code::InternalError),
        (CallError::Panicked { service, message: message.clone() }, Code::InternalError),
        (CallError::Failed { service, message: message.clone() }, Code::ServiceUnavailable),
        (CallError::ContractMismatch { service, message }, Code::InternalError),
    ];
    for (error, code) in failures {
        let problem = check(error, code, true);
        assert!(!problem.detail().contains("D1") && !problem.detail().contains("Intake"));
        let retry = problem.headers().iter().any(|(name, _)| *name == "retry-after");
        assert_eq!(retry, code == Code::ServiceUnavailable);
    }
}

#[test]
fn each_refusal_has_its_problem() {
    let detail = || String::from("it broke");
    check(CallError::Refused(IngestEventError::TooLarge { limit: 7 }), Code::RequestTooLarge, false);
    check(
        CallError::Refused(IngestEventError::NotJson { detail: detail() }),
        Code::RequestMalformedJson,
        false,
    );
    check(CallError::Refused(IngestEventError::KeyReused), Code::IdempotencyKeyReused, false);
    check(CallError::Refused(ReadEventError::NotFound), Code::EventNotFound, false);
    check(CallError::Refused(ReadEventError::NoText { detail: detail() }), Code::EventNoText, false);
    check(CallError::Refused(ReadSignalError::NotFound), Code::SignalNotFound, false);
    check(CallError::Refused(SubscriptionError::NotFound), Code::SubscriptionNotFound, false);
    check(CallError::Refused(SubscriptionError::DeliveryNotFound), Code::DeliveryNotFound, false);
    check(CallError::Refused(SubscriptionError::KeyReused), Code::IdempotencyKeyReused, false);
    check(CallError::Refused(SubscriptionError::TooMany { limit: 3 }), Code::SubscriptionLimitReached, false);
    check(
        CallError::Refused(SubscriptionError::Conflict { detail: detail() }),
        Code::SubscriptionDisabled,
        false,
    );
    check(CallError::Refused(JobError::NotFound), Code::JobNotFound, false);
    check(CallError::Refused(JobError::Changed { version: 3 }), Code::JobChanged, false);
    check(CallError::Refused(JobError::BackfillNotFound), Code::JobBackfillNotFound, false);
    check(CallError::Refused(JobError::Heartbeat), Code::JobHeartbeat, false);
    check(CallError::Refused(JobError::NoHeartbeat), Code::JobNoHeartbeat, false);
    check(CallError::Refused(JobError::NoRequest), Code::JobNoRequest, false);
    let often = JobError::TooManyPings { most: 100, within_s: 10 };
    check(CallError::Refused(often), Code::RateLimited, false);
    check(CallError::Refused(JobError::KeyReused), Code::IdempotencyKeyReused, false);
    check(CallError::Refused(JobError::TooMany { limit: 3 }), Code::JobLimitReached, false);
    let down = check(
        CallError::Refused(IngestEventError::Unavailable { detail: "ARCHIVE: 10043".into() }),
        Code::ServiceUnavailable,
        true,
    );
    assert!(!down.detail().contains("ARCHIVE"));
}

#[test]
fn a_bad_schedule_is_told_from_another_bad_field_and_both_are_pointed_at() {
    let refused = |pointer: &str| {
        failed(CallError::Refused(JobError::Invalid {
            pointer: pointer.into(),
            detail: "must be later".into(),
        }))
    };
    let schedule = refused("/schedule/at").problem;
    assert_eq!(schedule.code(), Code::JobInvalidSchedule);
    assert_eq!(schedule.errors()[0].pointer, "/schedule/at");
    assert_eq!(schedule.detail(), "`/schedule/at` must be later");
    assert_eq!(refused("/name").problem.code(), Code::RequestInvalid);
}
