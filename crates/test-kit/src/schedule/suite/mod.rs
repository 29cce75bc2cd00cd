//! What every [`ScheduleStore`] must do.

mod alerts;
mod backfills;
mod heartbeats;
mod history;
mod jobs;
mod object;
mod parts;
mod runs;

use std::rc::Rc;

use app::ports::{JobState, RunProgress, RunRecord, ScheduleStore};
use contracts::Timestamp;
use contracts::scheduler::{JobStatus, RunOutcome};

use super::ScheduleFixtures;

const START: u64 = ScheduleFixtures::START_MS;

/// Runs the whole suite, each part over a new, empty store.
///
/// # Panics
/// When the store does not keep a promise of its port.
pub fn schedule_store_suite(make: impl Fn() -> Rc<dyn ScheduleStore>) {
    for part in [
        object::the_first_tenant_stays,
        object::the_tenant_is_entered_once_it_is_claimed,
        jobs::a_job_reads_back_whole,
        jobs::jobs_are_paged_newest_first,
        object::a_key_is_kept_with_its_job_or_neither_is,
        jobs::due_jobs_are_the_active_ones_whose_time_has_come,
        runs::one_run_for_each_nominal_time,
        runs::a_record_of_several_times_reads_back,
        runs::open_runs_are_counted_cancelled_and_followed,
        runs::runs_of_one_outcome_are_paged,
        runs::a_run_reads_back_and_progresses,
        runs::runs_are_paged_newest_first_within_their_job,
        history::old_settled_runs_go_and_open_ones_stay,
        jobs::a_changed_job_reads_back_and_what_is_not_over_keeps_its_task,
        jobs::jobs_that_are_behind_or_fail_are_found,
        history::settled_runs_past_their_age_are_dropped,
        backfills::a_backfill_reads_back_and_goes_on_while_it_runs,
        backfills::records_are_cut_and_filled_in_one_write,
        history::dropped_records_leave_what_they_were_of,
        jobs::deleting_a_job_leaves_nothing_of_it,
        runs::running_runs_are_released,
        object::the_alarm_is_due_at_the_earliest_of_all,
        parts::further_objects_are_kept,
        heartbeats::a_ping_and_all_that_comes_of_it_are_stored_together,
        heartbeats::a_late_ping_mends_a_job_and_is_told,
        heartbeats::the_last_pings_of_each_job_are_kept,
        alerts::what_ended_is_judged_once_and_alerts_wait_until_they_are_told,
    ] {
        part(&*make());
    }
}

fn at(ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn active(next_ms: u64) -> JobState {
    JobState {
        status: JobStatus::Active,
        cursor: Some(at(next_ms)),
        wake_at: Some(at(next_ms)),
        resumed_at: None,
    }
}

const PAUSED: JobState = JobState {
    status: JobStatus::Paused,
    cursor: Some(Timestamp::from_unix_ms(START + 7)),
    wake_at: None,
    resumed_at: None,
};

fn settled(run: &RunRecord, outcome: RunOutcome) -> RunProgress {
    RunProgress { outcome, due_at: None, ..run.progress.clone() }
}
