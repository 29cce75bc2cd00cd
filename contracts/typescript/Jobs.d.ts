// The contract `Jobs`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The gateway's view of the scheduler: a tenant's jobs.
 *
 * A binding to it has these methods.
 */
export interface Jobs {
  /**
   * Runs the times of a past range that did not run. The context's idempotency key makes a repeated call give the
   * first backfill.
   */
  backfill_job(request: BackfillJobInput, context: Context<TenantScope>): Promise<Answer<JobBackfill, JobError>>;
  /** Begins no more of its runs, and takes those back that were not tried. Cancelling twice changes nothing. */
  cancel_backfill(request: GetJobBackfill, context: Context<TenantScope>): Promise<Answer<JobBackfill, JobError>>;
  /** Changes a job. Times that came keep their record; what is not over yet does what the job said when its time came. */
  change_job(request: ChangeJobInput, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
  /** Creates a job. The context's idempotency key makes a repeated call give the first job. */
  create_job(request: CreateJobInput, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
  /** Deletes a job and what is pending of it. Its runs are deleted too. */
  delete_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<null, JobError>>;
  /** One backfill. */
  get_backfill(request: GetJobBackfill, context: Context<TenantScope>): Promise<Answer<JobBackfill, JobError>>;
  /** One job. */
  get_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
  /** A job's backfills, newest first. */
  list_backfills(request: ListJobBackfillsInput, context: Context<TenantScope>): Promise<Answer<JobBackfillPage, JobError>>;
  /** Jobs, newest first. */
  list_jobs(request: ListJobsInput, context: Context<TenantScope>): Promise<Answer<JobPage, JobError>>;
  /** Runs of a job, newest first. */
  list_runs(request: ListRunsInput, context: Context<TenantScope>): Promise<Answer<RunPage, JobError>>;
  /** Stops firing until resumed. Pausing a paused job changes nothing. */
  pause_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
  /** Fires again, from the next nominal time on. Resuming an active job changes nothing. */
  resume_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
  /** Makes a new secret for the requests of a job; the one before signs beside it for the overlap. */
  rotate_job_secret(request: RotateJobSecret, context: Context<TenantScope>): Promise<Answer<RotatedSecret, JobError>>;
  /** Runs the job once now, whatever its schedule. */
  run_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<JobRun, JobError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Jobs`]. */
export interface JobsImplementation {
  /**
   * Runs the times of a past range that did not run. The context's idempotency key makes a repeated call give the
   * first backfill.
   */
  backfill_job(request: BackfillJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobBackfillInput, JobError>>;
  /** Begins no more of its runs, and takes those back that were not tried. Cancelling twice changes nothing. */
  cancel_backfill(request: GetJobBackfill, context: ReceivedContext<TenantScope>): Promise<Answer<JobBackfillInput, JobError>>;
  /** Changes a job. Times that came keep their record; what is not over yet does what the job said when its time came. */
  change_job(request: ChangeJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
  /** Creates a job. The context's idempotency key makes a repeated call give the first job. */
  create_job(request: CreateJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
  /** Deletes a job and what is pending of it. Its runs are deleted too. */
  delete_job(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<null, JobError>>;
  /** One backfill. */
  get_backfill(request: GetJobBackfill, context: ReceivedContext<TenantScope>): Promise<Answer<JobBackfillInput, JobError>>;
  /** One job. */
  get_job(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
  /** A job's backfills, newest first. */
  list_backfills(request: ListJobBackfills, context: ReceivedContext<TenantScope>): Promise<Answer<JobBackfillPageInput, JobError>>;
  /** Jobs, newest first. */
  list_jobs(request: ListJobs, context: ReceivedContext<TenantScope>): Promise<Answer<JobPageInput, JobError>>;
  /** Runs of a job, newest first. */
  list_runs(request: ListRuns, context: ReceivedContext<TenantScope>): Promise<Answer<RunPageInput, JobError>>;
  /** Stops firing until resumed. Pausing a paused job changes nothing. */
  pause_job(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
  /** Fires again, from the next nominal time on. Resuming an active job changes nothing. */
  resume_job(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
  /** Makes a new secret for the requests of a job; the one before signs beside it for the overlap. */
  rotate_job_secret(request: RotateJobSecret, context: ReceivedContext<TenantScope>): Promise<Answer<RotatedSecretInput, JobError>>;
  /** Runs the job once now, whatever its schedule. */
  run_job(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobRunInput, JobError>>;
}

/** Who acts for a tenant. */
export type Actor =
  /** The holder of an API key. */
  | {
    key: KeyId;
  }
  /** A provider, through a webhook endpoint whose signature was verified. */
  | {
    endpoint: EndpointId;
  }
  /** A scheduled job of the tenant. */
  | {
    job: JobId;
  }
  /** A Worker of the mesh, at work on what the tenant sent before. */
  | {
    service: string;
  };

/** When failures are told of. */
export interface AlertPolicy {
  /** After so many runs in a row that failed or were missed, 1 to 1,000: one event, and one when a run succeeds again. */
  after: number;
}

/** Names one backfill. */
export type BackfillId = string;

/** Asks for the times of a past range to be run that did not run. */
export interface BackfillJob {
  /** From then on. */
  from: Timestamp;
  /** Of which job. */
  job_id: JobId;
  /** Until before then; not in the future. */
  until: Timestamp;
}

/**
 * Asks for the times of a past range to be run that did not run.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface BackfillJobInput {
  /** From then on. */
  from: TimestampInput;
  /** Of which job. */
  job_id: JobId;
  /** Until before then; not in the future. */
  until: TimestampInput;
}

/** How far a backfill is. */
export type BackfillStatus =
  /** Some of its times are still to be looked at. */
  | "running"
  /** All of its times are on record; their runs may go on. */
  | "completed"
  /** It was cancelled, or its job's schedule was changed. */
  | "cancelled";

/** Within which bounds a schedule names times, and on which days it does not. */
export interface Calendar {
  /** Nothing from this on. */
  ends_at: Timestamp | null;
  /** Nothing on these dates (`2026-12-25`), at most 1,000. */
  excluded: string[];
  /** The most that a run is put off, up to an hour; how much is always the same for a job and a nominal time. */
  jitter_ms: number;
  /** Nothing before this. */
  starts_at: Timestamp | null;
  /** Where the excluded dates are; a cron schedule's own zone, and else UTC, unless one is named. */
  timezone: string | null;
}

/**
 * Within which bounds a schedule names times, and on which days it does not.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CalendarInput {
  /** Nothing from this on. */
  ends_at?: TimestampInput | null;
  /**
   * Nothing on these dates (`2026-12-25`), at most 1,000.
   *
   * @defaultValue `[]`
   */
  excluded?: string[];
  /**
   * The most that a run is put off, up to an hour; how much is always the same for a job and a nominal time.
   *
   * @defaultValue `0`
   */
  jitter_ms?: number;
  /** Nothing before this. */
  starts_at?: TimestampInput | null;
  /** Where the excluded dates are; a cron schedule's own zone, and else UTC, unless one is named. */
  timezone?: string | null;
}

/** Asks for a job to be changed. What is not named stays as it is. */
export interface ChangeJob {
  /** Which. */
  job_id: JobId;
  /** Another name. */
  name: string | null;
  /** Other policies. */
  policy: PolicyChange;
  /** Another way of trying again. */
  retry: RetryPolicy | null;
  /** Another task. */
  task: Task | null;
  /** Another schedule. */
  timing: Timing | null;
  /**
   * The version that was read; of a job that was changed since, [`JobError::Changed`](super::JobError::Changed).
   * Without it, whatever the job is by now is changed.
   */
  version: number | null;
}

/**
 * Asks for a job to be changed. What is not named stays as it is.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ChangeJobInput {
  /** Which. */
  job_id: JobId;
  /** Another name. */
  name?: string | null;
  /**
   * Other policies.
   *
   * @defaultValue `{"alert":null,"cleared":[],"concurrency":null,"misfire":null,"misfire_window_ms":null,"overlap":null,"timeout_ms":null}`
   */
  policy?: PolicyChangeInput;
  /** Another way of trying again. */
  retry?: RetryPolicyInput | null;
  /** Another task. */
  task?: TaskInput | null;
  /** Another schedule. */
  timing?: TimingInput | null;
  /**
   * The version that was read; of a job that was changed since, [`JobError::Changed`](super::JobError::Changed).
   * Without it, whatever the job is by now is changed.
   */
  version?: number | null;
}

/** What a change of clocks did to a nominal time. */
export type ClockChange =
  /** The clocks skip this civil time, so that it ran at the next valid instant. */
  | {
    shifted: {
      /** As in `2026-03-29T02:30:00`. */
      local_time: string;
    };
  }
  /** The clocks show it twice; this is the first. */
  | "first_of_two"
  /** The clocks show it twice; this is the second. */
  | "second_of_two"
  /** The clocks skip these civil times, and so did the job. */
  | {
    skipped: {
      /** The first of them. */
      first_local_time: string;
      /** The last of them. */
      last_local_time: string;
    };
  };

/** A limit that jobs of a tenant share. */
export interface Concurrency {
  /** The jobs that name the same group share it; 1 to 64 characters. */
  group: string;
  /** A try begins while fewer than this many of the group are being made; 1 to 20. */
  limit: number;
}

/** Asks for a job. */
export interface CreateJob {
  /** Within which bounds, and on which days not. */
  calendar: Calendar;
  /** A name for people, 1 to 200 characters. */
  name: string;
  /** What happens when times pile up. */
  policy: Policy;
  /** How a failed run is tried again. */
  retry: RetryPolicy;
  /** When it fires. */
  schedule: Schedule;
  /** What it does. */
  task: Task;
}

/**
 * Asks for a job.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CreateJobInput {
  /**
   * Within which bounds, and on which days not.
   *
   * @defaultValue `{"ends_at":null,"excluded":[],"jitter_ms":0,"starts_at":null,"timezone":null}`
   */
  calendar?: CalendarInput;
  /** A name for people, 1 to 200 characters. */
  name: string;
  /**
   * What happens when times pile up.
   *
   * @defaultValue `{"alert":null,"concurrency":null,"misfire":"last","misfire_window_ms":null,"overlap":"allow","timeout_ms":null}`
   */
  policy?: PolicyInput;
  /**
   * How a failed run is tried again.
   *
   * @defaultValue `{"delay_ms":2000,"jitter":"none","max_attempts":3}`
   */
  retry?: RetryPolicyInput;
  /** When it fires. */
  schedule: ScheduleInput;
  /** What it does. */
  task: TaskInput;
}

/** Names one endpoint. */
export type EndpointId = string;

/** Names one event. */
export type EventId = string;

/** What becomes of a civil time that the clocks show twice. */
export type FoldRule =
  /** It runs the first time. */
  | "once"
  /** It runs both times. */
  | "twice";

/** What becomes of a civil time that the clocks skip. */
export type GapRule =
  /** It runs at the next valid instant. */
  | "next_valid"
  /** It does not run, and the skipping is on record. */
  | "skip";

/** Names one job. */
export interface GetJob {
  /** Which. */
  job_id: JobId;
}

/** Names one backfill of a job. */
export interface GetJobBackfill {
  /** Which. */
  backfill_id: BackfillId;
  /** Of which job. */
  job_id: JobId;
}

/** What a heartbeat has besides what every job has. */
export interface Heartbeat {
  /** The last ping. */
  last: Ping | null;
  /** For the address at which it is pinged. */
  secret: PingSecret;
}

/**
 * What a heartbeat has besides what every job has.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface HeartbeatInput {
  /** The last ping. */
  last?: PingInput | null;
  /** For the address at which it is pinged. */
  secret: PingSecret;
}

/** A header. Its value may be a credential, so that its `Debug` does not show it. */
export interface HttpHeader {
  /** Its name. */
  name: string;
  /** Its value. */
  value: string;
}

/** A method. */
export type HttpMethod =
  /** `POST`. */
  | "post"
  /** `GET`, which has no body. */
  | "get"
  /** `PUT`. */
  | "put"
  /** `PATCH`. */
  | "patch"
  /** `DELETE`, which has no body. */
  | "delete";

/** A request to a customer's endpoint, signed as Standard Webhooks are. */
export interface HttpTask {
  /** The body, at most 64 KiB; without one, a method that has a body sends JSON that names the job and the time. */
  body: string | null;
  /** What the customer has sent along, at most 20. */
  headers: HttpHeader[];
  /** How. */
  method: HttpMethod;
  /** What it is signed with besides, after a rotation. */
  previous_secret: PreviousSecret | null;
  /** What it is signed with. The scheduler makes it, and shows it once: in the answer to what made it. */
  secret: SigningSecret | null;
  /** Where it goes; at most 2,048 bytes. */
  url: string;
}

/**
 * A request to a customer's endpoint, signed as Standard Webhooks are.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface HttpTaskInput {
  /** The body, at most 64 KiB; without one, a method that has a body sends JSON that names the job and the time. */
  body?: string | null;
  /**
   * What the customer has sent along, at most 20.
   *
   * @defaultValue `[]`
   */
  headers?: HttpHeader[];
  /**
   * How.
   *
   * @defaultValue `"post"`
   */
  method?: HttpMethod;
  /** What it is signed with besides, after a rotation. */
  previous_secret?: PreviousSecretInput | null;
  /** What it is signed with. The scheduler makes it, and shows it once: in the answer to what made it. */
  secret?: SigningSecret | null;
  /** Where it goes; at most 2,048 bytes. */
  url: string;
}

/** A job as it stands. */
export interface Job {
  /** Within which bounds, and on which days not. */
  calendar: Calendar;
  /** When it was created. */
  created_at: Timestamp;
  /** When the first of the runs failed for good that failed since the last one succeeded. */
  failing_since: Timestamp | null;
  /** What else a heartbeat has. */
  heartbeat: Heartbeat | null;
  /** The id. */
  job_id: JobId;
  /** The name. */
  name: string;
  /** The next nominal time, if there is one. */
  next_run_at: Timestamp | null;
  /** What happens when times pile up. */
  policy: Policy;
  /** The next ten nominal times, or as many as there are. */
  preview: Timestamp[];
  /** How a failed run is tried again. */
  retry: RetryPolicy;
  /** When it fires; of a cron schedule, with the zone's proper name and both rules. */
  schedule: Schedule;
  /** Whether it fires. */
  status: JobStatus;
  /** What it does. */
  task: Task;
  /** Counts its changes, from 1. */
  version: number;
}

/**
 * A job as it stands.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface JobInput {
  /**
   * Within which bounds, and on which days not.
   *
   * @defaultValue `{"ends_at":null,"excluded":[],"jitter_ms":0,"starts_at":null,"timezone":null}`
   */
  calendar?: CalendarInput;
  /** When it was created. */
  created_at: TimestampInput;
  /** When the first of the runs failed for good that failed since the last one succeeded. */
  failing_since?: TimestampInput | null;
  /** What else a heartbeat has. */
  heartbeat?: HeartbeatInput | null;
  /** The id. */
  job_id: JobId;
  /** The name. */
  name: string;
  /** The next nominal time, if there is one. */
  next_run_at?: TimestampInput | null;
  /**
   * What happens when times pile up.
   *
   * @defaultValue `{"alert":null,"concurrency":null,"misfire":"last","misfire_window_ms":null,"overlap":"allow","timeout_ms":null}`
   */
  policy?: PolicyInput;
  /** The next ten nominal times, or as many as there are. */
  preview: TimestampInput[];
  /** How a failed run is tried again. */
  retry: RetryPolicyInput;
  /** When it fires; of a cron schedule, with the zone's proper name and both rules. */
  schedule: ScheduleInput;
  /** Whether it fires. */
  status: JobStatus;
  /** What it does. */
  task: TaskInput;
  /**
   * Counts its changes, from 1.
   *
   * @defaultValue `1`
   */
  version?: number;
}

/** A backfill as it stands. */
export interface JobBackfill {
  /** The id. */
  backfill_id: BackfillId;
  /** How many of them it began a run for. */
  begun: bigint;
  /** When it was asked for. */
  created_at: Timestamp;
  /** When it ended. */
  ended_at: Timestamp | null;
  /** From then on. */
  from: Timestamp;
  /** Of which job. */
  job_id: JobId;
  /** How many stay as they are: they ran, or what became of them is not on record any more. */
  kept: bigint;
  /** How far it is. */
  status: BackfillStatus;
  /** How many times the range has. */
  times: bigint;
  /** Until before then. */
  until: Timestamp;
}

/**
 * A backfill as it stands.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface JobBackfillInput {
  /** The id. */
  backfill_id: BackfillId;
  /** How many of them it began a run for. */
  begun: bigint | number;
  /** When it was asked for. */
  created_at: TimestampInput;
  /** When it ended. */
  ended_at?: TimestampInput | null;
  /** From then on. */
  from: TimestampInput;
  /** Of which job. */
  job_id: JobId;
  /** How many stay as they are: they ran, or what became of them is not on record any more. */
  kept: bigint | number;
  /** How far it is. */
  status: BackfillStatus;
  /** How many times the range has. */
  times: bigint | number;
  /** Until before then. */
  until: TimestampInput;
}

/** A page of backfills. */
export interface JobBackfillPage {
  /** Newest first. */
  items: JobBackfill[];
  /** Where the next page begins, if there is one. */
  next_before: BackfillId | null;
}

/**
 * A page of backfills.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface JobBackfillPageInput {
  /** Newest first. */
  items: JobBackfillInput[];
  /** Where the next page begins, if there is one. */
  next_before?: BackfillId | null;
}

/** A request about jobs was refused. */
export type JobError =
  /** The tenant has no such job. */
  | "not_found"
  /** A field's value cannot be used. */
  | {
    invalid: {
      /** What is accepted. */
      detail: string;
      /** The field, as a JSON pointer into the request. */
      pointer: string;
    };
  }
  /** The idempotency key was used before for another job. */
  | "key_reused"
  /** The tenant has as many jobs as it may have. */
  | {
    too_many: {
      /** The limit. */
      limit: number;
    };
  }
  /** The job was changed since the version that the request names. */
  | {
    changed: {
      /** The version that it is of. */
      version: number;
    };
  }
  /** The job has no such backfill. */
  | "backfill_not_found"
  /** Another backfill of the job is not over. */
  | {
    backfill_running: {
      /** Which. */
      backfill_id: BackfillId;
    };
  }
  /** The job is a heartbeat, which is pinged and not run. */
  | "heartbeat"
  /** The job is no heartbeat, and expects no pings. */
  | "no_heartbeat"
  /** The job makes no requests, and has no secret. */
  | "no_request"
  /** The job is pinged more often than is of use. */
  | {
    too_many_pings: {
      /** How many pings it takes. */
      most: number;
      /** In how many seconds. */
      within_s: number;
    };
  }
  /** The tenant's schedule did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one job. */
export type JobId = string;

/** A page of jobs. */
export interface JobPage {
  /** Newest first. */
  items: Job[];
  /** Where the next page begins, if there is one. */
  next_before: JobId | null;
}

/**
 * A page of jobs.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface JobPageInput {
  /** Newest first. */
  items: JobInput[];
  /** Where the next page begins, if there is one. */
  next_before?: JobId | null;
}

/** What came of one firing. */
export interface JobRun {
  /** How often it was tried. */
  attempts: number;
  /** What a change of clocks did to the time. */
  clock_change: ClockChange | null;
  /** How many nominal times it stands for. */
  count: bigint;
  /** What else it did. */
  done: WorkDone | null;
  /** When the last try ended. */
  ended_at: Timestamp | null;
  /** What the last failed try said. */
  error: string | null;
  /** The event that it gave rise to. */
  event_id: EventId | null;
  /** The first of them, where there are several. */
  first_scheduled_for: Timestamp | null;
  /** How it stands. */
  outcome: RunOutcome;
  /** The ping that settled it, of a heartbeat. */
  ping: Ping | null;
  /** The id. */
  run_id: RunId;
  /** The nominal time; where it stands for several, the last. */
  scheduled_for: Timestamp;
  /** When the first try began. */
  started_at: Timestamp | null;
  /** The trace's id. */
  trace_id: string;
  /** Each try, oldest first. */
  tries: Try[];
  /** What asked for it. */
  trigger: RunTrigger;
}

/**
 * What came of one firing.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface JobRunInput {
  /** How often it was tried. */
  attempts: number;
  /** What a change of clocks did to the time. */
  clock_change?: ClockChange | null;
  /**
   * How many nominal times it stands for.
   *
   * @defaultValue `1`
   */
  count?: bigint | number;
  /** What else it did. */
  done?: WorkDoneInput | null;
  /** When the last try ended. */
  ended_at?: TimestampInput | null;
  /** What the last failed try said. */
  error?: string | null;
  /** The event that it gave rise to. */
  event_id?: EventId | null;
  /** The first of them, where there are several. */
  first_scheduled_for?: TimestampInput | null;
  /** How it stands. */
  outcome: RunOutcome;
  /** The ping that settled it, of a heartbeat. */
  ping?: PingInput | null;
  /** The id. */
  run_id: RunId;
  /** The nominal time; where it stands for several, the last. */
  scheduled_for: TimestampInput;
  /** When the first try began. */
  started_at?: TimestampInput | null;
  /** The trace's id. */
  trace_id: string;
  /**
   * Each try, oldest first.
   *
   * @defaultValue `[]`
   */
  tries?: TryInput[];
  /**
   * What asked for it.
   *
   * @defaultValue `"schedule"`
   */
  trigger?: RunTrigger;
}

/** What may be wrong with a job. */
export type JobStanding =
  /** A time of it has come and is not begun, or a try of it is to be made now. */
  | "due"
  /** The same, for more than a minute. */
  | "late"
  /** The last of its runs that came to an end failed for good. */
  | "failing";

/** Whether a job fires. */
export type JobStatus =
  /** It fires when due. */
  | "active"
  /** It waits to be resumed. */
  | "paused"
  /** Its schedule names no more times. */
  | "finished";

/** Names one API key. */
export type KeyId = string;

/** Asks for a page of a job's backfills, newest first. */
export interface ListJobBackfills {
  /** Only older than this one. */
  before: BackfillId | null;
  /** Of which job. */
  job_id: JobId;
  /** At most this many, 1 to 200. */
  limit: number;
}

/**
 * Asks for a page of a job's backfills, newest first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListJobBackfillsInput {
  /** Only older than this one. */
  before?: BackfillId | null;
  /** Of which job. */
  job_id: JobId;
  /** At most this many, 1 to 200. */
  limit: number;
}

/** Asks for a page of jobs, newest first. */
export interface ListJobs {
  /** Only older than this job. */
  before: JobId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only those that stand so. */
  standing: JobStanding | null;
}

/**
 * Asks for a page of jobs, newest first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListJobsInput {
  /** Only older than this job. */
  before?: JobId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only those that stand so. */
  standing?: JobStanding | null;
}

/** Asks for a page of a job's runs, newest first. */
export interface ListRuns {
  /** Only older than this run. */
  before: RunId | null;
  /** Of which job. */
  job_id: JobId;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with this outcome. */
  outcome: RunOutcome | null;
}

/**
 * Asks for a page of a job's runs, newest first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListRunsInput {
  /** Only older than this run. */
  before?: RunId | null;
  /** Of which job. */
  job_id: JobId;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with this outcome. */
  outcome?: RunOutcome | null;
}

/** Which of several times that came while nobody looked are run. */
export type Misfire =
  /** The latest; those before it are missed. */
  | "last"
  /** Each, oldest first. */
  | "all"
  /** None that is more than a minute late, or than the window says. */
  | "none";

/** What becomes of a time that comes while an earlier run of the job is not over. */
export type Overlap =
  /** It runs beside it. */
  | "allow"
  /** It is skipped. */
  | "skip"
  /** One waits for the earlier run's end; others are skipped. */
  | "queue_one"
  /** It runs, and the earlier one is cancelled. */
  | "cancel_previous";

/** A ping that is on record. */
export interface Ping {
  /** When it came. */
  at: Timestamp;
  /** When what it tells of began, where that was told. */
  began_at: Timestamp | null;
  /** What else its sender said. */
  message: string | null;
  /** What it said. */
  status: PingStatus;
}

/**
 * A ping that is on record.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PingInput {
  /** When it came. */
  at: TimestampInput;
  /** When what it tells of began, where that was told. */
  began_at?: TimestampInput | null;
  /** What else its sender said. */
  message?: string | null;
  /** What it said. */
  status: PingStatus;
}

/** What makes an address at which a job is pinged unguessable: 32 lower-case hexadecimal digits, 128 bits of chance. */
export type PingSecret = string;

/** What a ping says. */
export type PingStatus =
  /** It ran. */
  | "success"
  /** It failed. */
  | "fail"
  /** It began: the next ping says how it ended. */
  | "start";

/** What happens when times pile up. */
export interface Policy {
  /** When failures are told of; never, without it. */
  alert: AlertPolicy | null;
  /** With which other jobs of the tenant it shares a limit. */
  concurrency: Concurrency | null;
  /** Which of several times that came while nobody looked are run. */
  misfire: Misfire;
  /** How late a time may still be run, in milliseconds; later, it is missed. None for however late. */
  misfire_window_ms: bigint | null;
  /** What becomes of a time that comes while an earlier run is not over. */
  overlap: Overlap;
  /** How long one try may take, 1 to 30 seconds; none for 30. */
  timeout_ms: number | null;
}

/**
 * What happens when times pile up.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PolicyInput {
  /** When failures are told of; never, without it. */
  alert?: AlertPolicy | null;
  /** With which other jobs of the tenant it shares a limit. */
  concurrency?: Concurrency | null;
  /**
   * Which of several times that came while nobody looked are run.
   *
   * @defaultValue `"last"`
   */
  misfire?: Misfire;
  /** How late a time may still be run, in milliseconds; later, it is missed. None for however late. */
  misfire_window_ms?: bigint | number | null;
  /**
   * What becomes of a time that comes while an earlier run is not over.
   *
   * @defaultValue `"allow"`
   */
  overlap?: Overlap;
  /** How long one try may take, 1 to 30 seconds; none for 30. */
  timeout_ms?: number | null;
}

/** Changes of policies; what is not named stays as it is. */
export interface PolicyChange {
  /** As [`Policy::alert`](super::Policy::alert). */
  alert: AlertPolicy | null;
  /** What is taken away; where the same request also sets it, setting it counts. */
  cleared: PolicySetting[];
  /** As [`Policy::concurrency`](super::Policy::concurrency). */
  concurrency: Concurrency | null;
  /** As [`Policy::misfire`](super::Policy::misfire). */
  misfire: Misfire | null;
  /** As [`Policy::misfire_window_ms`](super::Policy::misfire_window_ms). */
  misfire_window_ms: bigint | null;
  /** As [`Policy::overlap`](super::Policy::overlap). */
  overlap: Overlap | null;
  /** As [`Policy::timeout_ms`](super::Policy::timeout_ms). */
  timeout_ms: number | null;
}

/**
 * Changes of policies; what is not named stays as it is.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PolicyChangeInput {
  /** As [`Policy::alert`](super::Policy::alert). */
  alert?: AlertPolicy | null;
  /**
   * What is taken away; where the same request also sets it, setting it counts.
   *
   * @defaultValue `[]`
   */
  cleared?: PolicySetting[];
  /** As [`Policy::concurrency`](super::Policy::concurrency). */
  concurrency?: Concurrency | null;
  /** As [`Policy::misfire`](super::Policy::misfire). */
  misfire?: Misfire | null;
  /** As [`Policy::misfire_window_ms`](super::Policy::misfire_window_ms). */
  misfire_window_ms?: bigint | number | null;
  /** As [`Policy::overlap`](super::Policy::overlap). */
  overlap?: Overlap | null;
  /** As [`Policy::timeout_ms`](super::Policy::timeout_ms). */
  timeout_ms?: number | null;
}

/** A policy that a job may be without. */
export type PolicySetting =
  /** How late a time may still be run. */
  | "misfire_window"
  /** How long one try may take. */
  | "timeout"
  /** With which other jobs it shares a limit. */
  | "concurrency"
  /** When failures are told of. */
  | "alert";

/** The secret before the present one. */
export interface PreviousSecret {
  /** What it is. */
  secret: SigningSecret;
  /** Until when it signs. */
  valid_until: Timestamp;
}

/**
 * The secret before the present one.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PreviousSecretInput {
  /** What it is. */
  secret: SigningSecret;
  /** Until when it signs. */
  valid_until: TimestampInput;
}

/** How the waits between tries are spread. */
export type RetryJitter =
  /** Not at all. */
  | "none"
  /** Anywhere between nothing and the wait. */
  | "full";

/** How a failed run is tried again: after `delay_ms`, doubling each time. */
export interface RetryPolicy {
  /** The wait before the second try, in milliseconds. */
  delay_ms: number;
  /** How the waits are spread. */
  jitter: RetryJitter;
  /** Tries in total, 1 to 10. */
  max_attempts: number;
}

/**
 * How a failed run is tried again: after `delay_ms`, doubling each time.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RetryPolicyInput {
  /** The wait before the second try, in milliseconds. */
  delay_ms: number;
  /**
   * How the waits are spread.
   *
   * @defaultValue `"none"`
   */
  jitter?: RetryJitter;
  /** Tries in total, 1 to 10. */
  max_attempts: number;
}

/** Asks for a new secret of a job's requests. */
export interface RotateJobSecret {
  /** Which job's. */
  job_id: JobId;
  /** How long the old one signs beside it, in seconds; 0 ends it at once. */
  overlap_s: number;
}

/** The new secret, shown this once. */
export interface RotatedSecret {
  /** Until when the one before is valid beside it; none where it no longer is. */
  previous_valid_until: Timestamp | null;
  /** `whsec_…`. */
  secret: SigningSecret;
}

/**
 * The new secret, shown this once.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RotatedSecretInput {
  /** Until when the one before is valid beside it; none where it no longer is. */
  previous_valid_until?: TimestampInput | null;
  /** `whsec_…`. */
  secret: SigningSecret;
}

/** Names one run. */
export type RunId = string;

/** How a run stands. */
export type RunOutcome =
  /** Waiting for its first or next try. */
  | "pending"
  /** Being tried. */
  | "running"
  /** Done. */
  | "succeeded"
  /** Failed for good. */
  | "failed"
  /** Its time passed while the scheduler was down or busy, and a later run stands for it, or none. */
  | "missed"
  /** Its time passed while the job was paused. */
  | "paused"
  /** The clocks skip its time. */
  | "skipped_gap"
  /** Waiting for the end of an earlier run. */
  | "waiting"
  /** Its time came while an earlier run was not over. */
  | "skipped_overlap"
  /** A later run took its place before it was over. */
  | "cancelled";

/** A page of runs. */
export interface RunPage {
  /** Newest first. */
  items: JobRun[];
  /** Where the next page begins, if there is one. */
  next_before: RunId | null;
}

/**
 * A page of runs.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RunPageInput {
  /** Newest first. */
  items: JobRunInput[];
  /** Where the next page begins, if there is one. */
  next_before?: RunId | null;
}

/** What asked for a run. */
export type RunTrigger =
  /** The job's schedule. */
  | "schedule"
  /** Somebody, now. */
  | "caller"
  /** Somebody, for a time that had passed. */
  | "backfill";

/** When a job fires. */
export type Schedule =
  /** Every so many milliseconds (1 second to 366 days). */
  | {
    every: {
      /** What it is counted from: the job's creation, unless another time is named. */
      anchor: Timestamp | null;
      /** The interval. */
      interval_ms: bigint;
    };
  }
  /** Once. */
  | {
    at: {
      /** When. A time in the past fires at once. */
      at: Timestamp;
    };
  }
  /** At the civil times that a pattern names. */
  | {
    cron: {
      /** What becomes of a time that the clocks show twice; none for what suits the pattern. */
      fold: FoldRule | null;
      /** What becomes of a time that the clocks skip; none for what suits the pattern. */
      gap: GapRule | null;
      /** Five fields, six with seconds first, or a nickname such as `@daily`. */
      pattern: string;
      /** A zone of the IANA database. */
      timezone: string;
    };
  };

/**
 * When a job fires.
 *
 * As it may be sent to a Worker in Rust.
 */
export type ScheduleInput =
  /** Every so many milliseconds (1 second to 366 days). */
  | {
    every: {
      /** What it is counted from: the job's creation, unless another time is named. */
      anchor?: TimestampInput | null;
      /** The interval. */
      interval_ms: bigint | number;
    };
  }
  /** Once. */
  | {
    at: {
      /** When. A time in the past fires at once. */
      at: TimestampInput;
    };
  }
  /** At the civil times that a pattern names. */
  | {
    cron: {
      /** What becomes of a time that the clocks show twice; none for what suits the pattern. */
      fold?: FoldRule | null;
      /** What becomes of a time that the clocks skip; none for what suits the pattern. */
      gap?: GapRule | null;
      /** Five fields, six with seconds first, or a nickname such as `@daily`. */
      pattern: string;
      /** A zone of the IANA database. */
      timezone: string;
    };
  };

/** A secret that is shown to its owner. Its `Debug` shows nothing of it. */
export type SigningSecret = string;

/** What a job does when it fires. */
export type Task =
  /** Ingests an event. */
  | {
    event: {
      /** The event's type. */
      kind: string;
      /** The payload as JSON text; at most 64 KiB. */
      payload: string;
      /** The event's source. */
      source: string;
    };
  }
  /** Starts a workflow. */
  | {
    workflow: {
      /** Its public name. */
      name: string;
      /** What it is started with, as JSON text; at most 64 KiB. */
      params: string;
    };
  }
  /** Asks for a report on an account. */
  | {
    report: {
      /** The account, by name or domain. */
      account: string;
      /** How many days it looks back from the nominal time: 1 to 732. */
      days: number;
    };
  }
  /** Makes an HTTP request. */
  | {
    http: HttpTask;
  }
  /** Removes what is past the tenant's retention. */
  | {
    purge: {};
  }
  /** Walks the history of an endpoint's provider. */
  | {
    sync: {
      /** The endpoint. */
      endpoint_id: EndpointId;
      /** The most pages of a run: 1 to 1,000; 200, unless it says. */
      max_pages: number | null;
    };
  }
  /** Does nothing, and expects to be pinged. */
  | {
    heartbeat: {
      /** How long after its time a ping may come, in milliseconds: 1 second to 7 days. */
      grace_ms: bigint;
    };
  };

/**
 * What a job does when it fires.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TaskInput =
  /** Ingests an event. */
  | {
    event: {
      /** The event's type. */
      kind: string;
      /** The payload as JSON text; at most 64 KiB. */
      payload: string;
      /** The event's source. */
      source: string;
    };
  }
  /** Starts a workflow. */
  | {
    workflow: {
      /** Its public name. */
      name: string;
      /** What it is started with, as JSON text; at most 64 KiB. */
      params: string;
    };
  }
  /** Asks for a report on an account. */
  | {
    report: {
      /** The account, by name or domain. */
      account: string;
      /** How many days it looks back from the nominal time: 1 to 732. */
      days: number;
    };
  }
  /** Makes an HTTP request. */
  | {
    http: HttpTaskInput;
  }
  /** Removes what is past the tenant's retention. */
  | {
    purge: {};
  }
  /** Walks the history of an endpoint's provider. */
  | {
    sync: {
      /** The endpoint. */
      endpoint_id: EndpointId;
      /** The most pages of a run: 1 to 1,000; 200, unless it says. */
      max_pages?: number | null;
    };
  }
  /** Does nothing, and expects to be pinged. */
  | {
    heartbeat: {
      /** How long after its time a ping may come, in milliseconds: 1 second to 7 days. */
      grace_ms: bigint | number;
    };
  };

/** Names one tenant. */
export type TenantId = string;

/** The authenticated tenant and who acts for it. */
export interface TenantScope {
  /** Who acts. */
  actor: Actor;
  /** From a verified key, a verified webhook's endpoint, or a stored job; never from a request's own words. */
  tenant: TenantId;
}

/** Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number. */
export type Timestamp = bigint;

/**
 * Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TimestampInput = bigint | number;

/** A schedule with its calendar: they are changed together. */
export interface Timing {
  /** Within which bounds, and on which days not. */
  calendar: Calendar;
  /** When the job fires. */
  schedule: Schedule;
}

/**
 * A schedule with its calendar: they are changed together.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TimingInput {
  /**
   * Within which bounds, and on which days not.
   *
   * @defaultValue `{"ends_at":null,"excluded":[],"jitter_ms":0,"starts_at":null,"timezone":null}`
   */
  calendar?: CalendarInput;
  /** When the job fires. */
  schedule: ScheduleInput;
}

/** One try of a run. */
export interface Try {
  /** When it ended; none while it is being made, and of one that was interrupted. */
  ended_at: Timestamp | null;
  /** Why it failed. */
  error: string | null;
  /** When it began. */
  started_at: Timestamp;
}

/**
 * One try of a run.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TryInput {
  /** When it ended; none while it is being made, and of one that was interrupted. */
  ended_at?: TimestampInput | null;
  /** Why it failed. */
  error?: string | null;
  /** When it began. */
  started_at: TimestampInput;
}

/** What was done. */
export type WorkDone =
  /** A workflow is on record, and is carried out from there. */
  | {
    started: {
      /** Its run. */
      run_id: string;
      /** The workflow's public name. */
      workflow: string;
    };
  }
  /** A request was made, and answered as it was to be. */
  | {
    answered: {
      /** The HTTP status: 2xx. */
      status: number;
    };
  }
  /** What was past the retention is gone. */
  | {
    purged: {
      /** How many events that were. */
      events: bigint;
    };
  };

/**
 * What was done.
 *
 * As it may be sent to a Worker in Rust.
 */
export type WorkDoneInput =
  /** A workflow is on record, and is carried out from there. */
  | {
    started: {
      /** Its run. */
      run_id: string;
      /** The workflow's public name. */
      workflow: string;
    };
  }
  /** A request was made, and answered as it was to be. */
  | {
    answered: {
      /** The HTTP status: 2xx. */
      status: number;
    };
  }
  /** What was past the retention is gone. */
  | {
    purged: {
      /** How many events that were. */
      events: bigint | number;
    };
  };
