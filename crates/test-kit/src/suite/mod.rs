//! What every adapter of a port must do, whatever it stores in: run it against the memory adapters and the real ones.
//!
//! A suite is a list of claims, each an `async fn` that panics where it does not hold. Claims make their own tenants,
//! so one store serves them all, and there is always another tenant whose rows must be neither seen nor touched. A
//! store given to a suite must be empty, since some ports look over all tenants.

mod ai_calls;
mod analytics;
mod archive;
mod audit;
mod backfill;
mod budgets;
mod control;
mod crm;
mod dead_letters;
mod deliveries;
mod endpoints;
mod events;
mod files;
mod histories;
mod index;
mod limits;
mod outbox;
mod proposals;
mod rules;
mod signals;
mod steps;
mod tenants;
mod transitions;
mod usage;
mod vectors;

pub use ai_calls::archived_calls_suite;
pub use analytics::{usage_overview_suite, usage_summaries_suite};
pub use audit::audit_suite;
pub use backfill::backfill_store_suite;
pub use budgets::budget_store_suite;
pub use control::{ControlRows, control_rows};
pub use crm::crm_store_suite;
pub use histories::history_store_suite;
pub use limits::limit_store_suite;
pub use proposals::proposal_store_suite;
pub use tenants::{admin_tenants, tenant_admin_suite};
pub use usage::usage_store_suite;

use app::ports::{
    Archive, ControlStore, DeadLetterStore, EndpointStore, EventFinder, EventStore, FileStore, NewEvent,
    PassageIndex, RuleStore, SignalStore, VectorIndex,
};
use contracts::Timestamp;
use ids::TenantId;

/// When an outbox entry is due that no claim about the outbox should meet: in the year 2255.
const NEVER: Timestamp = Timestamp::from_unix_ms(9_000_000_000_000);

/// Every claim about an [`EventStore`].
///
/// # Panics
/// When one does not hold.
pub async fn event_store_suite(store: &dyn EventStore) {
    events::insert_stores_a_delivery_once(store).await;
    events::of_concurrent_deliveries_exactly_one_is_new(store).await;
    events::an_event_id_is_nobody_elses(store).await;
    events::every_field_comes_back(store).await;
    events::another_tenant_sees_nothing(store).await;
    events::lists_are_newest_first_and_paged(store).await;
    events::lists_are_narrowed_by_every_field(store).await;
    transitions::every_pair_of_statuses_is_as_the_rules_say(store).await;
    transitions::what_is_not_said_stays(store).await;
    transitions::a_refused_transition_changes_nothing(store).await;
    transitions::another_tenant_changes_nothing(store).await;
    transitions::of_two_contradicting_transitions_one_wins(store).await;
    steps::steps_come_back_in_order(store).await;
    steps::a_step_is_replaced_but_its_first_start_stays(store).await;
    steps::a_step_of_no_event_or_of_another_tenants_is_refused(store).await;
    outbox::an_entry_is_due_from_its_time_on(store).await;
    outbox::due_entries_come_in_order_up_to_the_limit(store).await;
    outbox::deferring_counts_and_moves(store).await;
    outbox::settling_closes_the_entry(store).await;
    outbox::another_tenant_neither_defers_nor_closes(store).await;
    outbox::a_failed_handover_is_noted(store).await;
    deliveries::an_earlier_key_counts_as_long_as_it_says(store).await;
}

/// Every claim about an [`EventFinder`] over the events of an [`EventStore`].
///
/// # Panics
/// When one does not hold.
pub async fn event_finder_suite(store: &dyn EventStore, finder: &dyn EventFinder) {
    events::operators_find_events_of_all_tenants(store, finder).await;
}

/// Every claim about a [`DeadLetterStore`] over the events of an [`EventStore`].
///
/// # Panics
/// When one does not hold.
pub async fn dead_letter_store_suite(events: &dyn EventStore, letters: &dyn DeadLetterStore) {
    dead_letters::a_letter_is_kept_with_the_change_that_it_tells_of(events, letters).await;
    dead_letters::a_refused_change_keeps_no_letter(events, letters).await;
    dead_letters::an_unreadable_message_is_kept_once(letters).await;
    dead_letters::lists_are_newest_first_paged_and_narrowed(events, letters).await;
    dead_letters::a_replay_begins_the_next_run_once(events, letters).await;
    dead_letters::only_what_ended_badly_is_replayed(events, letters).await;
    dead_letters::letters_are_forgotten_when_they_expire(letters).await;
}

/// Every claim about a [`SignalStore`] over the events of an [`EventStore`].
///
/// # Panics
/// When one does not hold.
pub async fn signal_store_suite(events: &dyn EventStore, signals: &dyn SignalStore) {
    signals::every_field_comes_back(events, signals).await;
    signals::replacing_replaces_and_nothing_else(events, signals).await;
    signals::a_failed_replacement_changes_nothing(events, signals).await;
    signals::another_tenants_event_takes_no_signals(events, signals).await;
    signals::thousands_at_once_are_stored(events, signals).await;
    signals::lists_are_newest_first_and_paged(events, signals).await;
    signals::lists_are_narrowed_by_every_field(events, signals).await;
}

/// Every claim about a [`RuleStore`].
///
/// # Panics
/// When one does not hold.
pub async fn rule_store_suite(store: &dyn RuleStore) {
    rules::a_rule_is_made_once_a_key_and_up_to_the_limit(store).await;
    rules::a_rule_is_changed_one_version_at_a_time(store).await;
    rules::only_enabled_rules_are_asked_oldest_first(store).await;
    rules::another_tenant_sees_and_changes_nothing(store).await;
    rules::what_is_raised_twice_is_there_once(store).await;
    rules::a_rule_shows_how_it_did(store).await;
    rules::notices_are_listed_newest_first_and_narrowed(store).await;
    rules::the_first_who_settles_is_kept(store).await;
    rules::what_was_raised_about_an_account_is_known(store).await;
}

/// Every claim about a [`FileStore`].
///
/// # Panics
/// When one does not hold.
pub async fn file_store_suite(store: &dyn FileStore) {
    files::a_file_is_seen_once_it_is_finished(store).await;
    files::room_is_reserved_settled_and_given_back(store).await;
    files::a_key_reserves_once(store).await;
    files::lists_are_newest_first_and_narrowed(store).await;
    files::parts_are_noted_while_the_upload_is_there(store).await;
    files::what_is_deleted_is_seen_by_the_sweep_alone(store).await;
    files::what_is_not_finished_in_time_is_given_up(store).await;
}

/// Every claim about an [`Archive`].
///
/// # Panics
/// When one does not hold.
pub async fn archive_suite(archive: &dyn Archive) {
    archive::bytes_come_back_as_they_were(archive).await;
    archive::what_is_not_there_is_none(archive).await;
    archive::storing_again_overwrites(archive).await;
    archive::storing_over_what_was_not_seen_is_refused(archive).await;
    archive::what_is_deleted_is_gone_and_nothing_else(archive).await;
    archive::lists_are_in_order_and_paged(archive).await;
}

/// Every claim about a [`ControlStore`] that holds the rows of [`control_rows`].
///
/// # Panics
/// When one does not hold.
pub async fn control_store_suite(store: &dyn ControlStore) {
    control::keys_are_found_by_their_prefix(store).await;
    control::a_use_of_a_key_is_noted_and_changes_nothing_else(store).await;
    control::endpoints_are_found_by_their_id(store).await;
    control::the_last_heartbeat_stays(store).await;
}

/// Every claim about an [`EndpointStore`], whose endpoints deliveries find in `control`. It holds these two tenants,
/// without endpoints.
///
/// # Panics
/// When one does not hold.
pub async fn endpoint_store_suite(
    store: &dyn EndpointStore,
    control: &dyn ControlStore,
    [tenant, other]: [TenantId; 2],
) {
    endpoints::a_life(store, control, tenant).await;
    endpoints::the_same_request_makes_one_endpoint(store, tenant).await;
    endpoints::a_tenant_has_so_many_and_no_more(store, tenant).await;
    endpoints::a_rotation_keeps_the_secret_before_for_as_long_as_it_says(store, control, tenant).await;
    endpoints::another_tenant_sees_and_changes_nothing(store, tenant, other).await;
}

/// How many numbers the vectors of these suites have.
pub const SUITE_DIMENSIONS: usize = 16;

/// Every claim about a [`PassageIndex`] of vectors of [`SUITE_DIMENSIONS`] numbers.
///
/// # Panics
/// When one does not hold.
pub async fn passage_index_suite(index: &dyn PassageIndex) {
    index::words_and_vectors_both_find(index).await;
    index::upserting_replaces_by_id(index).await;
    index::another_tenant_finds_nothing(index).await;
    index::kind_and_limit_narrow(index).await;
    index::filters_narrow_what_words_and_vectors_find(index).await;
    index::what_is_forgotten_is_not_found(index).await;
}

/// Every claim about a [`VectorIndex`] of vectors of [`SUITE_DIMENSIONS`] numbers. `settle` makes all that was written
/// show.
///
/// # Panics
/// When one does not hold.
pub async fn vector_index_suite(index: &dyn VectorIndex, settle: &dyn Fn()) {
    vectors::the_nearest_come_first(index, settle).await;
    vectors::writing_replaces_and_deleting_removes(index, settle).await;
    vectors::another_tenant_is_another_space(index, settle).await;
    vectors::filters_narrow(index, settle).await;
    vectors::thousands_at_once_are_taken(index, settle).await;
}

/// Stores an event that must be new, with an outbox entry that no claim meets.
async fn insert(store: &dyn EventStore, tenant: TenantId, event: &NewEvent) {
    let inserted = store.insert(tenant, event, None, NEVER).await;
    assert_eq!(inserted, Ok(app::ports::Inserted::New));
}
