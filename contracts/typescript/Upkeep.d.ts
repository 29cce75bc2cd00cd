// The contract `Upkeep`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The scheduler's own view of a tenant's object: whether it is awake when it has to be.
 *
 * A binding to it has these methods.
 */
export interface Upkeep {
  /** Compares the alarm with what is due, and sets it again where it is lost, late or overdue. */
  attend(request: Attend, context: Context<TenantScope>): Promise<Answer<Attended, UpkeepError>>;
  /** Compares some of the jobs, their ledgers and leases with what must hold of them. Changes nothing. */
  scan(request: ScanJobsInput, context: Context<TenantScope>): Promise<Answer<Scanned, UpkeepError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Upkeep`]. */
export interface UpkeepImplementation {
  /** Compares the alarm with what is due, and sets it again where it is lost, late or overdue. */
  attend(request: Attend, context: ReceivedContext<TenantScope>): Promise<Answer<AttendedInput, UpkeepError>>;
  /** Compares some of the jobs, their ledgers and leases with what must hold of them. Changes nothing. */
  scan(request: ScanJobs, context: ReceivedContext<TenantScope>): Promise<Answer<ScannedInput, UpkeepError>>;
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

/** How an alarm is. */
export type AlarmCondition =
  /** Set as it has to be, or needed for nothing. */
  | "sound"
  /** Its handler is at work, which sets it at its end. */
  | "ringing"
  /** There is none, and something is due at some time. It was set again. */
  | "lost"
  /** It is set to a later time than the earliest at which something is due. It was set again. */
  | "late"
  /** Its time has long passed and nobody was called. It was set again. */
  | "overdue";

/** Asks for the alarm to be looked at. */
export interface Attend {}

/** How the alarm was. */
export interface Attended {
  /** How it was, before anything was done about it. */
  alarm: AlarmCondition;
  /** The time that it was set to. */
  alarm_at: Timestamp | null;
  /** The earliest time at which anything is due. */
  next_wake_at: Timestamp | null;
}

/**
 * How the alarm was.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface AttendedInput {
  /** How it was, before anything was done about it. */
  alarm: AlarmCondition;
  /** The time that it was set to. */
  alarm_at?: TimestampInput | null;
  /** The earliest time at which anything is due. */
  next_wake_at?: TimestampInput | null;
}

/** Names one endpoint. */
export type EndpointId = string;

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Names one run. */
export type RunId = string;

/** Asks for some jobs to be looked through. */
export interface ScanJobs {
  /** Only those after this one, in the order of their ids. Without it, the alarm is looked at as well. */
  after: JobId | null;
  /** At most this many, 1 to 200. */
  limit: number;
}

/**
 * Asks for some jobs to be looked through.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ScanJobsInput {
  /** Only those after this one, in the order of their ids. Without it, the alarm is looked at as well. */
  after?: JobId | null;
  /** At most this many, 1 to 200. */
  limit: number;
}

/** What was looked through, and what is wrong. */
export interface Scanned {
  /** How many jobs. */
  jobs: number;
  /** After which job to go on, where there are more. */
  next_after: JobId | null;
  /** How many records of theirs: the latest 200 of each. */
  records: number;
  /** What is wrong. */
  violations: Violation[];
}

/**
 * What was looked through, and what is wrong.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ScannedInput {
  /** How many jobs. */
  jobs: number;
  /** After which job to go on, where there are more. */
  next_after?: JobId | null;
  /** How many records of theirs: the latest 200 of each. */
  records: number;
  /** What is wrong. */
  violations: ViolationInput[];
}

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

/** Why nobody could say. */
export type UpkeepError =
  /** The object does not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Something that must not be. */
export interface Violation {
  /** What exactly; for operators. */
  detail: string;
  /** Of which job. */
  job_id: JobId | null;
  /** What kind of thing. */
  kind: ViolationKind;
  /** In which record. */
  run_id: RunId | null;
}

/**
 * Something that must not be.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ViolationInput {
  /** What exactly; for operators. */
  detail: string;
  /** Of which job. */
  job_id?: JobId | null;
  /** What kind of thing. */
  kind: ViolationKind;
  /** In which record. */
  run_id?: RunId | null;
}

/** What can be wrong with a schedule. */
export type ViolationKind =
  /** The alarm is lost, late or overdue. */
  | "alarm"
  /** A job or a run is long due, and nobody took it up. */
  | "overdue"
  /** A time that the schedule names has no record. */
  | "gap"
  /** A time has two records. */
  | "overlap"
  /** A record is of a time that the schedule does not name, or of another number of them. */
  | "unnamed"
  /** A try was begun and never ended, or a run waits for one that is over. */
  | "stuck_lease"
  /** Something stored is not understood by this build. */
  | "unknown_state"
  /** The object did not answer. */
  | "silent";
