// The contract `Redrives`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of what dead letters died of, and their replay in bulk.
 *
 * A binding to it has these methods.
 */
export interface Redrives {
  /** One group, and whose letters are in it. */
  get_group(request: GetGroupInput, context: Context<OperatorScope>): Promise<Answer<DeadLetterGroupDetail, RedriveError>>;
  /** One redrive, and what became of its letters. */
  get_redrive(request: GetRedriveInput, context: Context<OperatorScope>): Promise<Answer<RedriveDetail, RedriveError>>;
  /** Groups of letters that died of the same thing. */
  list_groups(request: ListGroups, context: Context<OperatorScope>): Promise<Answer<DeadLetterGroups, RedriveError>>;
  /** Redrives. */
  list_redrives(request: ListRedrives, context: Context<OperatorScope>): Promise<Answer<RedriveList, RedriveError>>;
  /**
   * Has every event of a group run again, at a bounded rate. Asked again under the same idempotency key, it gives the
   * first answer.
   */
  start_redrive(request: StartRedriveInput, context: Context<OperatorScope>): Promise<Answer<RedriveReport, RedriveError>>;
  /** Ends a redrive. What it has begun goes on. */
  stop_redrive(request: GetRedriveInput, context: Context<OperatorScope>): Promise<Answer<RedriveReport, RedriveError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Redrives`]. */
export interface RedrivesImplementation {
  /** One group, and whose letters are in it. */
  get_group(request: GetGroup, context: ReceivedContext<OperatorScope>): Promise<Answer<DeadLetterGroupDetailInput, RedriveError>>;
  /** One redrive, and what became of its letters. */
  get_redrive(request: GetRedrive, context: ReceivedContext<OperatorScope>): Promise<Answer<RedriveDetailInput, RedriveError>>;
  /** Groups of letters that died of the same thing. */
  list_groups(request: ListGroups, context: ReceivedContext<OperatorScope>): Promise<Answer<DeadLetterGroupsInput, RedriveError>>;
  /** Redrives. */
  list_redrives(request: ListRedrives, context: ReceivedContext<OperatorScope>): Promise<Answer<RedriveListInput, RedriveError>>;
  /**
   * Has every event of a group run again, at a bounded rate. Asked again under the same idempotency key, it gives the
   * first answer.
   */
  start_redrive(request: StartRedrive, context: ReceivedContext<OperatorScope>): Promise<Answer<RedriveReportInput, RedriveError>>;
  /** Ends a redrive. What it has begun goes on. */
  stop_redrive(request: GetRedrive, context: ReceivedContext<OperatorScope>): Promise<Answer<RedriveReportInput, RedriveError>>;
}

/** Letters that died of the same thing. */
export interface DeadLetterGroup {
  /** Who gave up. */
  cause: string;
  /** What names it: 32 hexadecimal digits. */
  fingerprint: string;
  /** When the first died. */
  first_at: Timestamp;
  /** When the last died. */
  last_at: Timestamp;
  /** How many letters there are. */
  letters: number;
  /** The error without what differs from letter to letter. */
  pattern: string;
  /** The newest letter. */
  sample: DeadLetterId;
  /** The step that gave up. */
  step: string | null;
  /** How many tenants have some. */
  tenants: number;
  /** How many of them nobody has replayed. */
  waiting: number;
  /** The workflow that gave up. */
  workflow: string | null;
}

/**
 * Letters that died of the same thing.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DeadLetterGroupInput {
  /** Who gave up. */
  cause: string;
  /** What names it: 32 hexadecimal digits. */
  fingerprint: string;
  /** When the first died. */
  first_at: TimestampInput;
  /** When the last died. */
  last_at: TimestampInput;
  /** How many letters there are. */
  letters: number;
  /** The error without what differs from letter to letter. */
  pattern: string;
  /** The newest letter. */
  sample: DeadLetterId;
  /** The step that gave up. */
  step?: string | null;
  /** How many tenants have some. */
  tenants: number;
  /** How many of them nobody has replayed. */
  waiting: number;
  /** The workflow that gave up. */
  workflow?: string | null;
}

/** A group and whose letters are in it. */
export interface DeadLetterGroupDetail {
  /** The group. */
  group: DeadLetterGroup;
  /** The tenants with the most letters, at most 50. */
  tenants: TenantLetters[];
}

/**
 * A group and whose letters are in it.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DeadLetterGroupDetailInput {
  /** The group. */
  group: DeadLetterGroupInput;
  /** The tenants with the most letters, at most 50. */
  tenants: TenantLettersInput[];
}

/** Groups of dead letters. */
export interface DeadLetterGroups {
  /** Those with the newest letters first. */
  items: DeadLetterGroup[];
}

/**
 * Groups of dead letters.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DeadLetterGroupsInput {
  /** Those with the newest letters first. */
  items: DeadLetterGroupInput[];
}

/** Names one dead letter. */
export type DeadLetterId = string;

/** Names one event. */
export type EventId = string;

/** Names a group. */
export interface GetGroup {
  /** Which. */
  fingerprint: string;
  /** Only this one of its tenants is told of. */
  tenant: TenantId | null;
}

/**
 * Names a group.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface GetGroupInput {
  /** Which. */
  fingerprint: string;
  /** Only this one of its tenants is told of. */
  tenant?: TenantId | null;
}

/** Names a redrive. */
export interface GetRedrive {
  /** Outcomes of letters after this one. */
  after: DeadLetterId | null;
  /** At most so many outcomes, up to 200. */
  limit: number;
  /** Which. */
  redrive_id: RedriveId;
}

/**
 * Names a redrive.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface GetRedriveInput {
  /** Outcomes of letters after this one. */
  after?: DeadLetterId | null;
  /**
   * At most so many outcomes, up to 200.
   *
   * @defaultValue `0`
   */
  limit?: number;
  /** Which. */
  redrive_id: RedriveId;
}

/** Asks for groups. */
export interface ListGroups {
  /** At most this many, 1 to 200. */
  limit: number;
}

/** Asks for redrives, the newest first. */
export interface ListRedrives {
  /** At most this many, 1 to 200. */
  limit: number;
}

/** The operator who acts. */
export interface OperatorScope {
  /** Who, as the audit log keeps it: `person:ada@example.com` or `service:client.access`. From a verified Access token. */
  operator: string;
}

/** A redrive and what became of its letters. */
export interface RedriveDetail {
  /** In the order of the letters' ids. */
  letters: RedrivenLetter[];
  /** Where the next part begins, if there is one. */
  next_after: DeadLetterId | null;
  /** How it stands. */
  redrive: RedriveReport;
}

/**
 * A redrive and what became of its letters.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RedriveDetailInput {
  /** In the order of the letters' ids. */
  letters: RedrivenLetterInput[];
  /** Where the next part begins, if there is one. */
  next_after?: DeadLetterId | null;
  /** How it stands. */
  redrive: RedriveReportInput;
}

/** Groups or redrives could not be read or begun. */
export type RedriveError =
  /** There is no such group or redrive, or not any more. */
  | "not_found"
  /** It cannot be begun. */
  | {
    invalid: {
      /** Why. */
      detail: string;
    };
  }
  /** The idempotency key began another one. */
  | "key_reused"
  /** A store did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one redrive. */
export type RedriveId = string;

/** Redrives. */
export interface RedriveList {
  /** The newest first. */
  items: RedriveReport[];
}

/**
 * Redrives.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RedriveListInput {
  /** The newest first. */
  items: RedriveReportInput[];
}

/** How a redrive stands. */
export interface RedriveReport {
  /** Letters whose events run again. */
  begun: number;
  /** When it ended. */
  ended_at: Timestamp | null;
  /** Who stopped it. */
  ended_by: string | null;
  /** The group. */
  fingerprint: string;
  /** How many letters a second. */
  per_second: number;
  /** Its id. */
  redrive_id: RedriveId;
  /** Letters whose events cannot. */
  refused: number;
  /** When. */
  requested_at: Timestamp;
  /** Who asked for it. */
  requested_by: string;
  /** `running`, `stopped` or `done`. */
  status: string;
  /** Only this tenant's letters. */
  tenant: TenantId | null;
  /** Letters that waited when it was asked for. */
  total: number;
}

/**
 * How a redrive stands.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RedriveReportInput {
  /** Letters whose events run again. */
  begun: number;
  /** When it ended. */
  ended_at?: TimestampInput | null;
  /** Who stopped it. */
  ended_by?: string | null;
  /** The group. */
  fingerprint: string;
  /** How many letters a second. */
  per_second: number;
  /** Its id. */
  redrive_id: RedriveId;
  /** Letters whose events cannot. */
  refused: number;
  /** When. */
  requested_at: TimestampInput;
  /** Who asked for it. */
  requested_by: string;
  /** `running`, `stopped` or `done`. */
  status: string;
  /** Only this tenant's letters. */
  tenant?: TenantId | null;
  /** Letters that waited when it was asked for. */
  total: number;
}

/** What became of a letter. */
export interface RedrivenLetter {
  /** When. */
  at: Timestamp;
  /** Why none did. */
  detail: string | null;
  /** The event. */
  event_id: EventId;
  /** Why it is so. */
  event_reason: string | null;
  /** How its event is now; none where it is gone. */
  event_status: string | null;
  /** Which. */
  letter_id: DeadLetterId;
  /** The run that began; none where none did. */
  run: number | null;
  /** Whose. */
  tenant: TenantId;
}

/**
 * What became of a letter.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RedrivenLetterInput {
  /** When. */
  at: TimestampInput;
  /** Why none did. */
  detail?: string | null;
  /** The event. */
  event_id: EventId;
  /** Why it is so. */
  event_reason?: string | null;
  /** How its event is now; none where it is gone. */
  event_status?: string | null;
  /** Which. */
  letter_id: DeadLetterId;
  /** The run that began; none where none did. */
  run?: number | null;
  /** Whose. */
  tenant: TenantId;
}

/** Asks for the replay of all letters of a group that wait now. */
export interface StartRedrive {
  /** The group. */
  fingerprint: string;
  /** How many letters a second, 1 to 50. */
  per_second: number;
  /** Only this tenant's letters. */
  tenant: TenantId | null;
}

/**
 * Asks for the replay of all letters of a group that wait now.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface StartRedriveInput {
  /** The group. */
  fingerprint: string;
  /** How many letters a second, 1 to 50. */
  per_second: number;
  /** Only this tenant's letters. */
  tenant?: TenantId | null;
}

/** Names one tenant. */
export type TenantId = string;

/** How many letters of a group are a tenant's. */
export interface TenantLetters {
  /** How many. */
  letters: number;
  /** Whose. */
  tenant: TenantId;
  /** How many of them nobody has replayed. */
  waiting: number;
}

/**
 * How many letters of a group are a tenant's.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TenantLettersInput {
  /** How many. */
  letters: number;
  /** Whose. */
  tenant: TenantId;
  /**
   * How many of them nobody has replayed.
   *
   * @defaultValue `0`
   */
  waiting?: number;
}

/** Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number. */
export type Timestamp = bigint;

/**
 * Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TimestampInput = bigint | number;
