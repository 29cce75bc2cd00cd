// The contract `Jobs`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The gateway's view of the scheduler: a tenant's jobs.
 *
 * A binding to it has these methods.
 */
export interface Jobs {
  /** Creates a job. The context's idempotency key makes a repeated call give the first job. */
  create_job(request: CreateJobInput, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
  /** Deletes a job and what is pending of it. Its runs are deleted too. */
  delete_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<null, JobError>>;
  /** One job. */
  get_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
  /** Jobs, newest first. */
  list_jobs(request: ListJobsInput, context: Context<TenantScope>): Promise<Answer<JobPage, JobError>>;
  /** Runs of a job, newest first. */
  list_runs(request: ListRunsInput, context: Context<TenantScope>): Promise<Answer<RunPage, JobError>>;
  /** Stops firing until resumed. Pausing a paused job changes nothing. */
  pause_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
  /** Fires again, from the next nominal time on. Resuming an active job changes nothing. */
  resume_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
  /** Runs the job once now, whatever its schedule. */
  run_job(request: GetJob, context: Context<TenantScope>): Promise<Answer<JobRun, JobError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Jobs`]. */
export interface JobsImplementation {
  /** Creates a job. The context's idempotency key makes a repeated call give the first job. */
  create_job(request: CreateJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
  /** Deletes a job and what is pending of it. Its runs are deleted too. */
  delete_job(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<null, JobError>>;
  /** One job. */
  get_job(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
  /** Jobs, newest first. */
  list_jobs(request: ListJobs, context: ReceivedContext<TenantScope>): Promise<Answer<JobPageInput, JobError>>;
  /** Runs of a job, newest first. */
  list_runs(request: ListRuns, context: ReceivedContext<TenantScope>): Promise<Answer<RunPageInput, JobError>>;
  /** Stops firing until resumed. Pausing a paused job changes nothing. */
  pause_job(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
  /** Fires again, from the next nominal time on. Resuming an active job changes nothing. */
  resume_job(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
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

/** Asks for a job. */
export interface CreateJob {
  /** A name for people, 1 to 200 characters. */
  name: string;
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
  /** A name for people, 1 to 200 characters. */
  name: string;
  /**
   * How a failed run is tried again.
   *
   * @defaultValue `{"delay_ms":2000,"max_attempts":3}`
   */
  retry?: RetryPolicy;
  /** When it fires. */
  schedule: ScheduleInput;
  /** What it does. */
  task: Task;
}

/** Names one endpoint. */
export type EndpointId = string;

/** Names one event. */
export type EventId = string;

/** Names one job. */
export interface GetJob {
  /** Which. */
  job_id: JobId;
}

/** A job as it stands. */
export interface Job {
  /** When it was created. */
  created_at: Timestamp;
  /** The id. */
  job_id: JobId;
  /** The name. */
  name: string;
  /** The next nominal time, if there is one. */
  next_run_at: Timestamp | null;
  /** The next ten nominal times, or as many as there are. */
  preview: Timestamp[];
  /** How a failed run is tried again. */
  retry: RetryPolicy;
  /** When it fires. */
  schedule: Schedule;
  /** Whether it fires. */
  status: JobStatus;
  /** What it does. */
  task: Task;
}

/**
 * A job as it stands.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface JobInput {
  /** When it was created. */
  created_at: TimestampInput;
  /** The id. */
  job_id: JobId;
  /** The name. */
  name: string;
  /** The next nominal time, if there is one. */
  next_run_at?: TimestampInput | null;
  /** The next ten nominal times, or as many as there are. */
  preview: TimestampInput[];
  /** How a failed run is tried again. */
  retry: RetryPolicy;
  /** When it fires. */
  schedule: ScheduleInput;
  /** Whether it fires. */
  status: JobStatus;
  /** What it does. */
  task: Task;
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
  /** When the last try ended. */
  ended_at: Timestamp | null;
  /** What the last failed try said. */
  error: string | null;
  /** The event that it gave rise to. */
  event_id: EventId | null;
  /** `pending`, `running`, `succeeded`, `failed` or `missed`. */
  outcome: RunOutcome;
  /** The id. */
  run_id: RunId;
  /** The nominal time. */
  scheduled_for: Timestamp;
  /** When the first try began. */
  started_at: Timestamp | null;
  /** The trace's id. */
  trace_id: string;
}

/**
 * What came of one firing.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface JobRunInput {
  /** How often it was tried. */
  attempts: number;
  /** When the last try ended. */
  ended_at?: TimestampInput | null;
  /** What the last failed try said. */
  error?: string | null;
  /** The event that it gave rise to. */
  event_id?: EventId | null;
  /** `pending`, `running`, `succeeded`, `failed` or `missed`. */
  outcome: RunOutcome;
  /** The id. */
  run_id: RunId;
  /** The nominal time. */
  scheduled_for: TimestampInput;
  /** When the first try began. */
  started_at?: TimestampInput | null;
  /** The trace's id. */
  trace_id: string;
}

/** Whether a job fires. */
export type JobStatus =
  /** It fires when due. */
  | "active"
  /** It waits to be resumed. */
  | "paused"
  /** Its only time has passed. */
  | "finished";

/** Names one API key. */
export type KeyId = string;

/** Asks for a page of jobs, newest first. */
export interface ListJobs {
  /** Only older than this job. */
  before: JobId | null;
  /** At most this many, 1 to 200. */
  limit: number;
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
}

/** Asks for a page of a job's runs, newest first. */
export interface ListRuns {
  /** Only older than this run. */
  before: RunId | null;
  /** Of which job. */
  job_id: JobId;
  /** At most this many, 1 to 200. */
  limit: number;
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
}

/** How a failed run is tried again: after `delay_ms`, doubling each time. */
export interface RetryPolicy {
  /** The wait before the second try, in milliseconds. */
  delay_ms: number;
  /** Tries in total, 1 to 10. */
  max_attempts: number;
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
  /** Its time passed while the scheduler was down or the job paused; the error says how many times, and which. */
  | "missed";

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

/** When a job fires. */
export type Schedule =
  /** Every so many milliseconds (1 second to 366 days), counted from the job's creation. */
  | {
    every: {
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
  };

/**
 * When a job fires.
 *
 * As it may be sent to a Worker in Rust.
 */
export type ScheduleInput =
  /** Every so many milliseconds (1 second to 366 days), counted from the job's creation. */
  | {
    every: {
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
  };

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
