//! The memory adapters pass the suites that the real ones do.

use test_kit::{
    MemoryArchive, MemoryControl, MemoryCrm, MemoryEventStore, MemoryFiles, MemoryIndex, MemoryRules,
    MemorySignalStore, run, suite,
};

#[test]
fn the_memory_event_store_is_an_event_store() {
    run(suite::event_store_suite(&MemoryEventStore::default()));
    let store = MemoryEventStore::default();
    run(suite::event_finder_suite(&store, &store));
}

#[test]
fn the_memory_signal_store_is_a_signal_store() {
    let events = MemoryEventStore::default();
    run(suite::signal_store_suite(&events, &MemorySignalStore::new(&events)));
}

#[test]
fn the_memory_event_store_is_a_dead_letter_store() {
    let store = MemoryEventStore::default();
    run(suite::dead_letter_store_suite(&store, &store));
}

#[test]
fn the_memory_archive_is_an_archive() {
    run(suite::archive_suite(&MemoryArchive::default()));
}

#[test]
fn the_memory_control_store_is_a_control_store() {
    let store = MemoryControl::default();
    let rows = suite::control_rows();
    rows.keys.into_iter().for_each(|(prefix, key)| store.put_key(&prefix, key));
    rows.endpoints.into_iter().for_each(|endpoint| store.put_endpoint(endpoint));
    run(suite::control_store_suite(&store));
}

#[test]
fn the_memory_control_store_is_an_endpoint_store() {
    let (store, make) = (MemoryControl::default(), test_kit::Fixtures::new(620));
    run(suite::endpoint_store_suite(&store, &store, [make.tenant(), make.tenant()]));
}

#[test]
fn the_memory_index_is_a_passage_index() {
    run(suite::passage_index_suite(&MemoryIndex::default()));
}

#[test]
fn the_memory_workflows_are_a_run_store_and_an_approval_store() {
    let memory = test_kit::workflows::MemoryWorkflows::default();
    run(test_kit::workflows::suite::workflow_stores_suite(&memory, &memory));
}

#[test]
fn the_memory_crm_store_is_a_crm_store() {
    run(suite::crm_store_suite(&MemoryCrm::default()));
}

#[test]
fn the_memory_store_of_histories_is_one() {
    let events = MemoryEventStore::default();
    let histories = test_kit::MemoryHistories::with_faults(&events, &test_kit::Faults::default());
    run(suite::history_store_suite(&events, &histories));
}

#[test]
fn the_memory_event_store_is_a_backfill_store() {
    let store = MemoryEventStore::default();
    run(suite::backfill_store_suite(&store, &store));
}

#[test]
fn the_memory_rules_are_a_rule_store() {
    run(suite::rule_store_suite(&MemoryRules::default()));
    run(suite::file_store_suite(&MemoryFiles::default()));
}
