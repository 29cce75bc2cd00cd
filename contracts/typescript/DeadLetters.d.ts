// The contract `DeadLetters`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin Worker's view of the pipeline: work that was given up, over all tenants.
 *
 * A binding to it has these methods.
 */
export interface DeadLetters {
  /** One dead letter. */
  get_letter(request: GetDeadLetter, context: Context<OperatorScope>): Promise<Answer<DeadLetter, DeadLetterError>>;
  /** Dead letters, newest first. */
  list_letters(request: ListDeadLettersInput, context: Context<OperatorScope>): Promise<Answer<DeadLetterPage, DeadLetterError>>;
  /**
   * Runs the letter's event again from the start, its effects in the place of those before. A second replay of one
   * letter does nothing.
   */
  replay_letter(request: GetDeadLetter, context: Context<OperatorScope>): Promise<Answer<ReplayReceipt, DeadLetterError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`DeadLetters`]. */
export interface DeadLettersImplementation {
  /** One dead letter. */
  get_letter(request: GetDeadLetter, context: ReceivedContext<OperatorScope>): Promise<Answer<DeadLetterInput, DeadLetterError>>;
  /** Dead letters, newest first. */
  list_letters(request: ListDeadLetters, context: ReceivedContext<OperatorScope>): Promise<Answer<DeadLetterPageInput, DeadLetterError>>;
  /**
   * Runs the letter's event again from the start, its effects in the place of those before. A second replay of one
   * letter does nothing.
   */
  replay_letter(request: GetDeadLetter, context: ReceivedContext<OperatorScope>): Promise<Answer<ReplayReceipt, DeadLetterError>>;
}

/** A dead letter. */
export interface DeadLetter {
  /** How often it was tried. */
  attempts: number;
  /** Who gave up: `queue`, `workflow` or `unreadable`. */
  cause: string;
  /** When it was given up. */
  dead_at: Timestamp;
  /** What went wrong, the outermost first. */
  errors: string[];
  /** Which event's; none where the message cannot be read. */
  event_id: EventId | null;
  /** How the event stands now, as in [`super::EventSummary`]; none where there is no event any more. */
  event_status: string | null;
  /** When the letter is forgotten. */
  expires_at: Timestamp;
  /** The fingerprint of what it died of. */
  group: string | null;
  /** The id. */
  letter_id: DeadLetterId;
  /** The queue's message. */
  message: string | null;
  /** When it was replayed. */
  replayed_at: Timestamp | null;
  /** By whom. */
  replayed_by: string | null;
  /** Which run of the event died: 0 the first, one more with every replay. */
  run: number;
  /** The step that gave up. */
  step: string | null;
  /** Whose work it was; none where the message cannot be read. */
  tenant: TenantId | null;
  /** The trace's id; empty where the message cannot be read. */
  trace_id: string;
  /** The workflow that gave up. */
  workflow: string | null;
}

/**
 * A dead letter.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DeadLetterInput {
  /** How often it was tried. */
  attempts: number;
  /** Who gave up: `queue`, `workflow` or `unreadable`. */
  cause: string;
  /** When it was given up. */
  dead_at: TimestampInput;
  /** What went wrong, the outermost first. */
  errors: string[];
  /** Which event's; none where the message cannot be read. */
  event_id?: EventId | null;
  /** How the event stands now, as in [`super::EventSummary`]; none where there is no event any more. */
  event_status?: string | null;
  /** When the letter is forgotten. */
  expires_at: TimestampInput;
  /** The fingerprint of what it died of. */
  group?: string | null;
  /** The id. */
  letter_id: DeadLetterId;
  /** The queue's message. */
  message?: string | null;
  /** When it was replayed. */
  replayed_at?: TimestampInput | null;
  /** By whom. */
  replayed_by?: string | null;
  /** Which run of the event died: 0 the first, one more with every replay. */
  run: number;
  /** The step that gave up. */
  step?: string | null;
  /** Whose work it was; none where the message cannot be read. */
  tenant?: TenantId | null;
  /**
   * The trace's id; empty where the message cannot be read.
   *
   * @defaultValue `""`
   */
  trace_id?: string;
  /** The workflow that gave up. */
  workflow?: string | null;
}

/** Dead letters could not be read, or one not be replayed. */
export type DeadLetterError =
  /** There is no such letter, or not any more. */
  | "not_found"
  /** The request names a cause that there is not. */
  | {
    unknown_cause: {
      /** What was given, and what is accepted. */
      detail: string;
    };
  }
  /** What died cannot be run again. */
  | {
    not_replayable: {
      /** Why. */
      detail: string;
    };
  }
  /** A store did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one dead letter. */
export type DeadLetterId = string;

/** A page of dead letters. */
export interface DeadLetterPage {
  /** Newest first. */
  items: DeadLetter[];
  /** Where the next page begins, if there is one. */
  next_before: DeadLetterId | null;
}

/**
 * A page of dead letters.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DeadLetterPageInput {
  /** Newest first. */
  items: DeadLetterInput[];
  /** Where the next page begins, if there is one. */
  next_before?: DeadLetterId | null;
}

/** Names one event. */
export type EventId = string;

/** Names one dead letter. */
export interface GetDeadLetter {
  /** Which. */
  letter_id: DeadLetterId;
}

/** Asks for a page of dead letters, newest first. */
export interface ListDeadLetters {
  /** Only older than this letter. */
  before: DeadLetterId | null;
  /** Only of this cause: `queue`, `workflow` or `unreadable`. */
  cause: string | null;
  /** Only of this group, by its fingerprint. */
  group: string | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only of this tenant. */
  tenant: TenantId | null;
}

/**
 * Asks for a page of dead letters, newest first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListDeadLettersInput {
  /** Only older than this letter. */
  before?: DeadLetterId | null;
  /** Only of this cause: `queue`, `workflow` or `unreadable`. */
  cause?: string | null;
  /** Only of this group, by its fingerprint. */
  group?: string | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only of this tenant. */
  tenant?: TenantId | null;
}

/** The operator who acts. */
export interface OperatorScope {
  /** Who, as the audit log keeps it: `person:ada@example.com` or `service:client.access`. From a verified Access token. */
  operator: string;
}

/** What came of a replay. */
export interface ReplayReceipt {
  /** Whether the letter was replayed before; then nothing was done. */
  before: boolean;
  /** Which. */
  event_id: EventId;
  /** The run that the replay began. */
  run: number;
  /** Whose event runs again. */
  tenant: TenantId;
}

/** Names one tenant. */
export type TenantId = string;

/** Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number. */
export type Timestamp = bigint;

/**
 * Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TimestampInput = bigint | number;
