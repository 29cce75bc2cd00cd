// The contract `Scans`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of the scheduler: whether what must hold of the schedules does. Read-only.
 *
 * A binding to it has these methods.
 */
export interface Scans {
  /** The tenants that have a schedule, in order of their ids, with how often the watchdog had to help. */
  list_schedules(request: ListSchedulesInput, context: Context<OperatorScope>): Promise<Answer<SchedulePage, UpkeepError>>;
  /** Looks through some jobs of one tenant, or of all. */
  scan_schedules(request: ScanSchedulesInput, context: Context<OperatorScope>): Promise<Answer<ScanReport, UpkeepError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Scans`]. */
export interface ScansImplementation {
  /** The tenants that have a schedule, in order of their ids, with how often the watchdog had to help. */
  list_schedules(request: ListSchedules, context: ReceivedContext<OperatorScope>): Promise<Answer<SchedulePageInput, UpkeepError>>;
  /** Looks through some jobs of one tenant, or of all. */
  scan_schedules(request: ScanSchedules, context: ReceivedContext<OperatorScope>): Promise<Answer<ScanReportInput, UpkeepError>>;
}

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

/** Names one job. */
export type JobId = string;

/** Asks for a page of tenants. */
export interface ListSchedules {
  /** Only those after this one. */
  after: TenantId | null;
  /** At most this many, 1 to 200. */
  limit: number;
}

/**
 * Asks for a page of tenants.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListSchedulesInput {
  /** Only those after this one. */
  after?: TenantId | null;
  /** At most this many, 1 to 200. */
  limit: number;
}

/** The operator who acts. */
export interface OperatorScope {
  /** Who, as the audit log keeps it: `person:ada@example.com` or `service:client.access`. From a verified Access token. */
  operator: string;
}

/** Names one run. */
export type RunId = string;

/** How far a scan is. */
export interface ScanPosition {
  /** The job of that object after which it goes on. */
  after: JobId | null;
  /** In which of the tenant's objects it goes on, or after which where no job is named. */
  part: number;
  /** The tenant at whom it is. */
  tenant: TenantId;
}

/**
 * How far a scan is.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ScanPositionInput {
  /** The job of that object after which it goes on. */
  after?: JobId | null;
  /**
   * In which of the tenant's objects it goes on, or after which where no job is named.
   *
   * @defaultValue `0`
   */
  part?: number;
  /** The tenant at whom it is. */
  tenant: TenantId;
}

/** What was looked through, and what is wrong. */
export interface ScanReport {
  /** How many jobs. */
  jobs: number;
  /** Where to go on, where there is more. */
  next: ScanPosition | null;
  /** How many records of theirs. */
  records: number;
  /** How many objects, those that are gone on with included: one a tenant, more of one with very many jobs. */
  tenants: number;
  /** What is wrong. */
  violations: TenantViolation[];
}

/**
 * What was looked through, and what is wrong.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ScanReportInput {
  /** How many jobs. */
  jobs: number;
  /** Where to go on, where there is more. */
  next?: ScanPositionInput | null;
  /** How many records of theirs. */
  records: number;
  /** How many objects, those that are gone on with included: one a tenant, more of one with very many jobs. */
  tenants: number;
  /** What is wrong. */
  violations: TenantViolationInput[];
}

/** Asks for schedules to be looked through. */
export interface ScanSchedules {
  /** Where to go on, as the answer before says. */
  from: ScanPosition | null;
  /** How many jobs to look through at most, 1 to 200. At most 20 objects are asked. */
  limit: number;
  /** Only this tenant's. */
  tenant: TenantId | null;
}

/**
 * Asks for schedules to be looked through.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ScanSchedulesInput {
  /** Where to go on, as the answer before says. */
  from?: ScanPositionInput | null;
  /** How many jobs to look through at most, 1 to 200. At most 20 objects are asked. */
  limit: number;
  /** Only this tenant's. */
  tenant?: TenantId | null;
}

/** A tenant that has a schedule. */
export interface ScheduleEntry {
  /** When its first job was made, or when it was first known. */
  entered_at: Timestamp;
  /** In how many objects its jobs are. */
  parts: number;
  /** How it was then. */
  repair: AlarmCondition | null;
  /** When it last had to be. */
  repaired_at: Timestamp | null;
  /** How often an alarm of its had to be set again. */
  repairs: number;
  /** Who. */
  tenant: TenantId;
}

/**
 * A tenant that has a schedule.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ScheduleEntryInput {
  /** When its first job was made, or when it was first known. */
  entered_at: TimestampInput;
  /**
   * In how many objects its jobs are.
   *
   * @defaultValue `0`
   */
  parts?: number;
  /** How it was then. */
  repair?: AlarmCondition | null;
  /** When it last had to be. */
  repaired_at?: TimestampInput | null;
  /** How often an alarm of its had to be set again. */
  repairs: number;
  /** Who. */
  tenant: TenantId;
}

/** A page of tenants. */
export interface SchedulePage {
  /** In order of their ids. */
  items: ScheduleEntry[];
  /** After whom the next page begins, where there is one. */
  next_after: TenantId | null;
}

/**
 * A page of tenants.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SchedulePageInput {
  /** In order of their ids. */
  items: ScheduleEntryInput[];
  /** After whom the next page begins, where there is one. */
  next_after?: TenantId | null;
}

/** Names one tenant. */
export type TenantId = string;

/** Something that must not be, of a tenant. */
export interface TenantViolation {
  /** Whose schedule. */
  tenant: TenantId;
  /** What. */
  violation: Violation;
}

/**
 * Something that must not be, of a tenant.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TenantViolationInput {
  /** Whose schedule. */
  tenant: TenantId;
  /** What. */
  violation: ViolationInput;
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
