//! What an erasure puts on record, each way that it goes: committed in `contracts/workflows/`, so that a deploy can tell
//! which running instances new code would not take up.

use std::collections::BTreeMap;
use std::path::Path;

use app::pipeline::Erase;
use contracts::pipeline::erasure::ErasureScope;
use mesh::workflow::Definition;
use mesh_sim::{RecordedLine, Recording, Sim};

use crate::erasure::{calls, erase};
use crate::people::{People, contact};

fn lines(scope: ErasureScope) -> Vec<RecordedLine> {
    let people = People::new();
    let ours = people.world.tenants[0];
    calls(&people);
    let sim = Sim::calm();
    let report = erase(&people, &sim, ours, scope);
    assert_eq!((report.status.as_str(), report.error.as_deref()), ("done", None));
    sim.journal().lines(Erase::NAME, &report.erasure_id.to_string())
}

#[test]
fn what_an_erasure_puts_on_record_is_committed() {
    let bo = contact(Some("bo@customer.example"), None, None);
    let paths: BTreeMap<String, Vec<RecordedLine>> = [("contact", bo), ("tenant", ErasureScope::Tenant)]
        .map(|(way, scope)| (way.to_owned(), lines(scope)))
        .into();
    assert!(paths.values().all(|lines| lines.len() > 5), "{paths:?}");
    let recording = Recording {
        name: Erase::NAME.to_owned(),
        worker: "pipeline".to_owned(),
        binding: "ERASE".to_owned(),
        paths,
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/workflows");
    recording.check(&folder.join(format!("{}.json", Erase::NAME))).unwrap_or_else(|stale| panic!("{stale}"));
}
