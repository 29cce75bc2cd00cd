//! What the workflows of events put on record, each way that they go: committed in `contracts/workflows/`, so that a deploy
//! can tell which running instances new code would not take up.

use std::collections::BTreeMap;
use std::path::Path;

use app::pipeline::{CallIngest, CrmChange};
use contracts::pipeline::IngestReceipt;
use mesh::workflow::Definition;
use mesh_sim::{Recording, Sim};

use super::calls::{Pipeline, SILENCE};
use super::shaky::Mistake;
use crate::crm::{OTHER, created};
use crate::world::CALL;

/// Lets deliveries pass in a calm simulation, and compares what their instances have on record with the committed file.
fn check<W: Definition>(binding: &str, ways: &[(&str, String)]) {
    let mut paths = BTreeMap::new();
    for (way, body) in ways {
        let sim = Sim::calm();
        let pipeline = Pipeline::new(&sim, Mistake::None);
        let IngestReceipt { event_id, .. } = pipeline.accepted(way, body);
        if *way == "failed" {
            pipeline.stores.lose(&pipeline.object_key(event_id));
        }
        pipeline.let_pass();
        let lines = sim.journal().lines(W::NAME, &event_id.to_string());
        assert!(!lines.is_empty(), "`{way}` went another way than by `{}`", W::NAME);
        paths.insert((*way).to_owned(), lines);
    }
    let recording = Recording {
        name: W::NAME.to_owned(),
        worker: "pipeline".to_owned(),
        binding: binding.to_owned(),
        paths,
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/workflows");
    recording.check(&folder.join(format!("{}.json", W::NAME))).unwrap_or_else(|stale| panic!("{stale}"));
}

#[test]
fn what_call_ingest_puts_on_record_is_committed() {
    let ways = [
        ("processed", CALL.to_owned()),
        ("skipped", SILENCE.to_owned()),
        ("failed", CALL.replace("Norrsken", "Lost & Found")),
    ];
    check::<CallIngest>("CALL_INGEST", &ways);
}

#[test]
fn what_crm_change_puts_on_record_is_committed() {
    check::<CrmChange>(
        "CRM_CHANGE",
        &[("processed", created(10, "\"Acme\"")), ("skipped", OTHER.to_owned())],
    );
}
