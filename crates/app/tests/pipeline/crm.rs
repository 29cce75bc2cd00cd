//! Events of CRMs: worked off by their own workflow into accounts and contacts, and a malformed one ends as a dead letter.

use app::ports::{CrmStore, DeadLetterQuery, DeadLetterStore};
use domain::EventWorkflow;
use domain::crm::Entity;
use test_kit::run;

use crate::world::{CALL, World};

/// A change event of Salesforce's that is not followed.
pub(crate) const OTHER: &str = r#"{"ChangeEventHeader":{"entityName":"Opportunity","recordIds":["006"],
    "changeType":"UPDATE","commitTimestamp":1,"commitNumber":1}}"#;

/// A creation of Salesforce's.
pub(crate) fn created(at: u64, name: &str) -> String {
    salesforce(at, "CREATE", &format!("\"Name\":{name}"))
}

/// An update of Salesforce's.
pub(crate) fn updated(at: u64, field: &str, value: &str) -> String {
    salesforce(at, "UPDATE", &format!("\"{field}\":{value}"))
}

fn salesforce(at: u64, kind: &str, field: &str) -> String {
    format!(
        r#"{{"payload":{{"ChangeEventHeader":{{"entityName":"Account","recordIds":["001A"],"changeType":"{kind}",
        "commitTimestamp":{at},"commitNumber":{at},"transactionKey":"t{at}"}},{field}}}}}"#
    )
}

/// A notification of HubSpot's, of a company.
pub(crate) fn notified(at: u64, property: &str, value: &str) -> String {
    format!(
        r#"[{{"subscriptionType":"company.propertyChange","portalId":33,"objectId":7,"eventId":{at},"attemptNumber":0,
        "propertyName":"{property}","propertyValue":"{value}","occurredAt":{at}}}]"#
    )
}

async fn worked_off(world: &World, delivery: &str, body: &str) -> contracts::pipeline::EventDetail {
    let receipt = world.deliver(Some(delivery), body).await.expect("it is accepted");
    world.consume().await;
    world.run_instances().await;
    world.event(receipt.event_id).await
}

#[test]
fn an_event_of_a_crm_has_its_own_workflow_and_steps() {
    run(async {
        let world = World::new();
        let change = worked_off(&world, "1", &created(10, "\"Acme\"")).await;
        let steps: Vec<_> =
            change.steps.iter().map(|step| (step.name.as_str(), step.status.as_str())).collect();
        assert_eq!(steps, [("load", "succeeded"), ("read", "succeeded"), ("apply", "succeeded")]);
        assert_eq!(change.event.status, "processed");
        let records = world.crm.list(world.tenant, Entity::Account, None, 9).await.expect("they are listed");
        assert_eq!(records.len(), 1);
        assert_eq!(
            world.crm.list(world.other, Entity::Account, None, 9).await,
            Ok(vec![]),
            "another tenant's"
        );
        let call = worked_off(&world, "2", CALL).await;
        assert_eq!((call.event.status.as_str(), call.steps.len()), ("processed", 10));
        let workflows: Vec<_> = world.instances.started().iter().map(|message| message.workflow).collect();
        assert_eq!(workflows, [EventWorkflow::CrmChange, EventWorkflow::CallIngest]);
    });
}

#[test]
fn a_malformed_change_is_a_dead_letter_that_names_what_is_odd_and_one_not_followed_is_skipped() {
    run(async {
        let world = World::new();
        let malformed = created(10, "\"Acme\"").replace("\"CREATE\"", "7");
        let failed = worked_off(&world, "1", &malformed).await.event;
        assert_eq!(failed.status, "failed");
        assert!(failed.reason.is_some_and(|reason| reason.contains("changeType")));
        let query = DeadLetterQuery { tenant: Some(world.tenant), limit: 9, ..DeadLetterQuery::default() };
        let letters = DeadLetterStore::list(&world.events, &query).await.expect("they are listed");
        let named: Vec<_> = letters
            .iter()
            .map(|letter| (letter.letter.workflow.as_deref(), letter.letter.step.as_deref()))
            .collect();
        assert_eq!(named, [(Some("CrmChange"), Some("read"))]);
        let skipped = worked_off(&world, "2", OTHER).await.event;
        assert_eq!(skipped.status, "skipped");
        assert!(skipped.reason.is_some_and(|reason| reason.contains("`Opportunity`")));
    });
}
