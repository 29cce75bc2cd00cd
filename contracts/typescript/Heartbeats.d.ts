// The contract `Heartbeats`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The gateway's view of heartbeats: their pings.
 *
 * A binding to it has these methods.
 */
export interface Heartbeats {
  /** The last pings of a job, newest first: a hundred at most. */
  list_pings(request: GetJob, context: Context<TenantScope>): Promise<Answer<Pings, JobError>>;
  /**
   * Takes a ping from whoever has the address that a job is pinged at. The context's tenant is a claim: whatever is wrong
   * with it, or with the rest, is [`JobError::NotFound`], and leaves no trace.
   */
  ping_by_address(request: PingByAddressInput, context: Context<TenantScope>): Promise<Answer<PingTaken, JobError>>;
  /** Takes a ping from a caller who was let in. It is durable before the answer. */
  ping_job(request: PingJobInput, context: Context<TenantScope>): Promise<Answer<PingTaken, JobError>>;
  /** Gives the job another secret: the address that it was pinged at is nobody's from then on. */
  rotate_ping(request: GetJob, context: Context<TenantScope>): Promise<Answer<Job, JobError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Heartbeats`]. */
export interface HeartbeatsImplementation {
  /** The last pings of a job, newest first: a hundred at most. */
  list_pings(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<PingsInput, JobError>>;
  /**
   * Takes a ping from whoever has the address that a job is pinged at. The context's tenant is a claim: whatever is wrong
   * with it, or with the rest, is [`JobError::NotFound`], and leaves no trace.
   */
  ping_by_address(request: PingByAddress, context: ReceivedContext<TenantScope>): Promise<Answer<PingTakenInput, JobError>>;
  /** Takes a ping from a caller who was let in. It is durable before the answer. */
  ping_job(request: PingJob, context: ReceivedContext<TenantScope>): Promise<Answer<PingTakenInput, JobError>>;
  /** Gives the job another secret: the address that it was pinged at is nobody's from then on. */
  rotate_ping(request: GetJob, context: ReceivedContext<TenantScope>): Promise<Answer<JobInput, JobError>>;
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

/** A limit that jobs of a tenant share. */
export interface Concurrency {
  /** The jobs that name the same group share it; 1 to 64 characters. */
  group: string;
  /** A try begins while fewer than this many of the group are being made; 1 to 20. */
  limit: number;
}

/** Names one endpoint. */
export type EndpointId = string;

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

/** A ping at the address of a job. */
export interface PingByAddress {
  /** What came. */
  ping: PingJob;
  /** What the address has besides the tenant and the job. */
  secret: PingSecret;
}

/**
 * A ping at the address of a job.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PingByAddressInput {
  /** What came. */
  ping: PingJobInput;
  /** What the address has besides the tenant and the job. */
  secret: PingSecret;
}

/** A ping of a job. */
export interface PingJob {
  /** Which. */
  job_id: JobId;
  /** What else its sender says; of more than 1,000 characters the first. */
  message: string | null;
  /** What it says. */
  status: PingStatus;
}

/**
 * A ping of a job.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PingJobInput {
  /** Which. */
  job_id: JobId;
  /** What else its sender says; of more than 1,000 characters the first. */
  message?: string | null;
  /**
   * What it says.
   *
   * @defaultValue `"success"`
   */
  status?: PingStatus;
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

/** What became of a ping. */
export interface PingTaken {
  /** The ping. */
  ping: Ping;
  /** The nominal times that it settled. */
  settled: Timestamp[];
}

/**
 * What became of a ping.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PingTakenInput {
  /** The ping. */
  ping: PingInput;
  /**
   * The nominal times that it settled.
   *
   * @defaultValue `[]`
   */
  settled?: TimestampInput[];
}

/** Pings of a job. */
export interface Pings {
  /** Newest first. */
  items: Ping[];
}

/**
 * Pings of a job.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PingsInput {
  /** Newest first. */
  items: PingInput[];
}

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
