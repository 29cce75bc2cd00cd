//! What is not this tenant's is not there.

use ids::{EventId, JobId, SignalId};

use crate::world::World;

#[test]
fn a_malformed_id_and_an_unknown_one_get_one_answer() {
    let world = World::new();
    let (event, job) = (EventId::from_parts(1, [1; 10]), JobId::from_parts(1, [1; 10]));
    let signal = SignalId::from_parts(1, [1; 10]);
    let check = |method: &str, pattern: &str, unknown: &str, code: &str| {
        let mut details = Vec::new();
        for id in [unknown, "nonsense", "%2e%2e%2f", &unknown.to_uppercase(), &"x".repeat(5000)] {
            let answered = world.ask(method, &pattern.replace("{id}", id)).send();
            answered.refused(404, code);
            details.push(answered.json()["detail"].clone());
        }
        details.dedup();
        assert_eq!(details.len(), 1, "{pattern}: {details:?}");
    };
    for pattern in ["/v1/events/{id}", "/v1/events/{id}/raw"] {
        check("GET", pattern, &event.to_string(), "event.not_found");
    }
    check("GET", "/v1/signals/{id}", &signal.to_string(), "signal.not_found");
    for pattern in ["/v1/jobs/{id}", "/v1/jobs/{id}/runs"] {
        check("GET", pattern, &job.to_string(), "job.not_found");
    }
    check("DELETE", "/v1/jobs/{id}", &job.to_string(), "job.not_found");
    for pattern in ["/v1/jobs/{id}/run", "/v1/jobs/{id}/pause", "/v1/jobs/{id}/resume"] {
        check("POST", pattern, &job.to_string(), "job.not_found");
    }
}

#[test]
fn a_store_that_is_down_is_an_outage_whose_cause_stays_inside() {
    let world = World::new();
    let answered = world.ask("GET", "/v1/signals").send();
    answered.refused(503, "service.unavailable");
    assert!(answered.cause().unwrap().contains("D1_ERROR 7500"));
}
