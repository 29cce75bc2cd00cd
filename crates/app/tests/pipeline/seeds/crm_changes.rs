//! Changes in CRMs, in whatever order they are worked off: the records end as if they had come in the CRM's own order, once.

use app::ports::{CrmRecord, CrmStore};
use domain::crm::Entity;
use mesh_sim::Sim;
use test_kit::run;

use super::calls::Pipeline;
use super::shaky::Mistake;
use crate::crm::{OTHER, created, notified, updated};

pub(super) fn scenario(sim: &Sim) {
    let pipeline = Pipeline::new(sim, Mistake::None);
    // Against their own order, and one of them by two deliveries.
    let accepted = [
        ("update", updated(30, "Phone", "\"3\"")),
        ("creation", created(10, "\"Acme\"")),
        ("update-again", updated(30, "Phone", "\"3\"")),
        ("earlier", updated(20, "Phone", "\"2\"")),
        ("notified", notified(25, "name", "Acme Inc.")),
        ("notified-earlier", notified(15, "name", "Acme")),
    ]
    .map(|(delivery, body)| pipeline.accepted(delivery, &body));
    let other = pipeline.accepted("other", OTHER);
    pipeline.let_pass();
    pipeline.replay_until_none_is_left();
    for receipt in accepted {
        pipeline.assert_ended_once(receipt.event_id, "processed", 0);
    }
    pipeline.assert_ended_once(other.event_id, "skipped", 0);

    let records = records(&pipeline);
    let fields: Vec<_> =
        records.iter().map(|record| (record.source.as_str(), record.fields.clone())).collect();
    let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let hubspot = ("hubspot", vec![set("name", "\"Acme Inc.\"")]);
    let salesforce = ("salesforce", vec![set("Name", "\"Acme\""), set("Phone", "\"3\"")]);
    assert_eq!(fields.len(), 2);
    assert!(fields.contains(&hubspot) && fields.contains(&salesforce), "{fields:?}");
    let lines: usize = records.iter().map(|record| lines(&pipeline, record)).sum();
    assert_eq!(lines, 2 + 4, "what came twice is one line");
}

pub(super) fn one_change(sim: &Sim) {
    let pipeline = Pipeline::new(sim, Mistake::None);
    let change = pipeline.accepted("creation", &created(10, "\"Acme\""));
    pipeline.let_pass();
    pipeline.replay_until_none_is_left();
    pipeline.assert_ended_once(change.event_id, "processed", 0);
    let records = records(&pipeline);
    assert_eq!((records.len(), lines(&pipeline, &records[0])), (1, 2), "made, with its name");
}

fn records(pipeline: &Pipeline<'_>) -> Vec<CrmRecord> {
    let found = pipeline.stores.crm.list(pipeline.tenant, Entity::Account, None, 100);
    run(found).expect("they are listed")
}

fn lines(pipeline: &Pipeline<'_>, record: &CrmRecord) -> usize {
    let found = pipeline.stores.crm.timeline(pipeline.tenant, record.id, None, 100);
    run(found).expect("it has a timeline").len()
}
