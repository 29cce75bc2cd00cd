// The contract `Operations`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of what is under way.
 *
 * A binding to it has these methods.
 */
export interface Operations {
  /** One event with its steps, whosever it is. */
  find_event(request: GetEvent, context: Context<OperatorScope>): Promise<Answer<FoundEventDetail, OperationsError>>;
  /** Events, newest first. */
  find_events(request: FindEventsInput, context: Context<OperatorScope>): Promise<Answer<FoundEventPage, OperationsError>>;
  /** Whose something is, by its id alone; none where nothing has it. */
  locate(request: Locate, context: Context<OperatorScope>): Promise<Answer<Located | null, OperationsError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Operations`]. */
export interface OperationsImplementation {
  /** One event with its steps, whosever it is. */
  find_event(request: GetEvent, context: ReceivedContext<OperatorScope>): Promise<Answer<FoundEventDetailInput, OperationsError>>;
  /** Events, newest first. */
  find_events(request: FindEvents, context: ReceivedContext<OperatorScope>): Promise<Answer<FoundEventPageInput, OperationsError>>;
  /** Whose something is, by its id alone; none where nothing has it. */
  locate(request: Locate, context: ReceivedContext<OperatorScope>): Promise<Answer<LocatedInput | null, OperationsError>>;
}

/** What a call's signals amount to. */
export interface Assessment {
  /** How many signals of each kind. */
  counts: KindCount[];
  /** Who found them; not known of events from before this was recorded. */
  extractor: ExtractorReport | null;
  /** One line for a person. */
  headline: string;
  /** How well the opportunity is qualified, 0 to 1. */
  qualification: number;
  /** How much speaks against it, 0 to 1. */
  risk: number;
}

/**
 * What a call's signals amount to.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface AssessmentInput {
  /** How many signals of each kind. */
  counts: KindCount[];
  /** Who found them; not known of events from before this was recorded. */
  extractor?: ExtractorReportInput | null;
  /** One line for a person. */
  headline: string;
  /** How well the opportunity is qualified, 0 to 1. */
  qualification: number;
  /** How much speaks against it, 0 to 1. */
  risk: number;
}

/** Names one dead letter. */
export type DeadLetterId = string;

/** An event with its steps. */
export interface EventDetail {
  /** What the evaluate step concluded. */
  assessment: Assessment | null;
  /** The event. */
  event: EventSummary;
  /** The names of those to come, in order; none once the event has come to its end. */
  pending: string[];
  /** Its workflow's steps that have begun, in order. */
  steps: StepReport[];
}

/**
 * An event with its steps.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EventDetailInput {
  /** What the evaluate step concluded. */
  assessment?: AssessmentInput | null;
  /** The event. */
  event: EventSummaryInput;
  /**
   * The names of those to come, in order; none once the event has come to its end.
   *
   * @defaultValue `[]`
   */
  pending?: string[];
  /** Its workflow's steps that have begun, in order. */
  steps: StepReportInput[];
}

/** Names one event. */
export type EventId = string;

/** An event without its steps. */
export interface EventSummary {
  /** The customer's company, by name or domain. */
  account: string | null;
  /** The id. */
  event_id: EventId;
  /** The type. */
  kind: string;
  /** When it happened, where the sender says. */
  occurred_at: Timestamp | null;
  /** Why it was skipped, failed or dead. */
  reason: string | null;
  /** When it was accepted. */
  received_at: Timestamp;
  /** How many signals were stored. */
  signals_count: number;
  /** The body's size in bytes. */
  size_bytes: number;
  /** The provider, or `generic`. */
  source: string;
  /** `received`, `processing`, `processed`, `skipped`, `failed` or `dead`. */
  status: string;
  /** The subject. */
  subject: string | null;
  /** The call's title. */
  title: string | null;
  /** The trace's id. */
  trace_id: string;
  /** When its status last changed. */
  updated_at: Timestamp;
}

/**
 * An event without its steps.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EventSummaryInput {
  /** The customer's company, by name or domain. */
  account?: string | null;
  /** The id. */
  event_id: EventId;
  /** The type. */
  kind: string;
  /** When it happened, where the sender says. */
  occurred_at?: TimestampInput | null;
  /** Why it was skipped, failed or dead. */
  reason?: string | null;
  /** When it was accepted. */
  received_at: TimestampInput;
  /** How many signals were stored. */
  signals_count: number;
  /** The body's size in bytes. */
  size_bytes: number;
  /** The provider, or `generic`. */
  source: string;
  /** `received`, `processing`, `processed`, `skipped`, `failed` or `dead`. */
  status: string;
  /** The subject. */
  subject?: string | null;
  /** The call's title. */
  title?: string | null;
  /** The trace's id. */
  trace_id: string;
  /** When its status last changed. */
  updated_at: TimestampInput;
}

/** Which extractor found a call's signals. */
export interface ExtractorReport {
  /** How many findings it claimed whose quote nobody said. They were dropped. */
  dropped_quotes: number;
  /** Why the rules stand in for a model: what its last try failed with. */
  fallback_reason: string | null;
  /** `rules` or `model`. */
  kind: string;
  /** Which model, as its server names it. */
  model: string | null;
}

/**
 * Which extractor found a call's signals.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ExtractorReportInput {
  /**
   * How many findings it claimed whose quote nobody said. They were dropped.
   *
   * @defaultValue `0`
   */
  dropped_quotes?: number;
  /** Why the rules stand in for a model: what its last try failed with. */
  fallback_reason?: string | null;
  /** `rules` or `model`. */
  kind: string;
  /** Which model, as its server names it. */
  model?: string | null;
}

/** Asks for a page of events, newest first. */
export interface FindEvents {
  /** Only older than this event. */
  before: EventId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only accepted at this time or later. */
  since: Timestamp | null;
  /** Only from this source. Needs a tenant: there is no index over all of them. */
  source: string | null;
  /** Only with this status. */
  status: string | null;
  /** Only of this tenant. */
  tenant: TenantId | null;
  /** Only accepted before this time. */
  until: Timestamp | null;
}

/**
 * Asks for a page of events, newest first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface FindEventsInput {
  /** Only older than this event. */
  before?: EventId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only accepted at this time or later. */
  since?: TimestampInput | null;
  /** Only from this source. Needs a tenant: there is no index over all of them. */
  source?: string | null;
  /** Only with this status. */
  status?: string | null;
  /** Only of this tenant. */
  tenant?: TenantId | null;
  /** Only accepted before this time. */
  until?: TimestampInput | null;
}

/** An event and whose it is. */
export interface FoundEvent {
  /** The event. */
  event: EventSummary;
  /** Whose. */
  tenant: TenantId;
}

/**
 * An event and whose it is.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface FoundEventInput {
  /** The event. */
  event: EventSummaryInput;
  /** Whose. */
  tenant: TenantId;
}

/** An event with its steps, and whose it is. */
export interface FoundEventDetail {
  /** The event. */
  detail: EventDetail;
  /** The dead letters of its runs, the earliest first. */
  letters: LetterOfRun[];
  /** Which run of it is under way, or was the last. */
  run: number;
  /** Whose. */
  tenant: TenantId;
}

/**
 * An event with its steps, and whose it is.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface FoundEventDetailInput {
  /** The event. */
  detail: EventDetailInput;
  /**
   * The dead letters of its runs, the earliest first.
   *
   * @defaultValue `[]`
   */
  letters?: LetterOfRun[];
  /**
   * Which run of it is under way, or was the last.
   *
   * @defaultValue `0`
   */
  run?: number;
  /** Whose. */
  tenant: TenantId;
}

/** A page of events. */
export interface FoundEventPage {
  /** Newest first. */
  items: FoundEvent[];
  /** Where the next page begins, if there is one. */
  next_before: EventId | null;
}

/**
 * A page of events.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface FoundEventPageInput {
  /** Newest first. */
  items: FoundEventInput[];
  /** Where the next page begins, if there is one. */
  next_before?: EventId | null;
}

/** Names one event. */
export interface GetEvent {
  /** Which. */
  event_id: EventId;
}

/** A count of one kind of signal. */
export interface KindCount {
  /** How many. */
  count: number;
  /** The kind. */
  kind: string;
}

/** A dead letter of an event. */
export interface LetterOfRun {
  /** The letter. */
  letter_id: DeadLetterId;
  /** Which run died. */
  run: number;
}

/** Asks whose something is, by its id. */
export interface Locate {
  /** The id of a signal, a subscription, or an instance of a workflow. */
  id: string;
}

/** Whose something is. */
export interface Located {
  /** The event that it came of, where it came of one. */
  event_id: EventId | null;
  /** Whose. */
  tenant: TenantId;
}

/**
 * Whose something is.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface LocatedInput {
  /** The event that it came of, where it came of one. */
  event_id?: EventId | null;
  /** Whose. */
  tenant: TenantId;
}

/** Events could not be looked for. */
export type OperationsError =
  /** There is no such event. */
  | "not_found"
  /** What is looked for cannot be. */
  | {
    invalid: {
      /** What is wrong. */
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

/** The operator who acts. */
export interface OperatorScope {
  /** Who, as the audit log keeps it: `person:ada@example.com` or `service:client.access`. From a verified Access token. */
  operator: string;
}

/** One step of an event's workflow. */
export interface StepReport {
  /** How often it was tried. */
  attempts: number;
  /** When it ended. */
  ended_at: Timestamp | null;
  /** What the last failed try said. */
  error: string | null;
  /** Such as `extract`. */
  name: string;
  /** When the first try began. */
  started_at: Timestamp;
  /** `running`, `succeeded`, `failed` or `skipped`. */
  status: string;
}

/**
 * One step of an event's workflow.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface StepReportInput {
  /** How often it was tried. */
  attempts: number;
  /** When it ended. */
  ended_at?: TimestampInput | null;
  /** What the last failed try said. */
  error?: string | null;
  /** Such as `extract`. */
  name: string;
  /** When the first try began. */
  started_at: TimestampInput;
  /** `running`, `succeeded`, `failed` or `skipped`. */
  status: string;
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
