// The contract `Traces`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of a trace.
 *
 * A binding to it has these methods.
 */
export interface Traces {
  /** What is on record of a trace, over all tenants; nothing where nothing is. */
  find_trace(request: FindTrace, context: Context<OperatorScope>): Promise<Answer<FoundTrace, TraceError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Traces`]. */
export interface TracesImplementation {
  /** What is on record of a trace, over all tenants; nothing where nothing is. */
  find_trace(request: FindTrace, context: ReceivedContext<OperatorScope>): Promise<Answer<FoundTraceInput, TraceError>>;
}

/** Names one event. */
export type EventId = string;

/** Names a trace. */
export interface FindTrace {
  /** At most so many spans of each kind, up to 1,000. */
  limit: number;
  /** Its id: 32 hexadecimal digits. */
  trace_id: string;
}

/** What is on record of a trace. */
export interface FoundTrace {
  /** Whether there are more. */
  more: boolean;
  /** In the order of their starts. */
  spans: TraceSpan[];
}

/**
 * What is on record of a trace.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface FoundTraceInput {
  /** Whether there are more. */
  more: boolean;
  /** In the order of their starts. */
  spans: TraceSpanInput[];
}

/** The operator who acts. */
export interface OperatorScope {
  /** Who, as the audit log keeps it: `person:ada@example.com` or `service:client.access`. From a verified Access token. */
  operator: string;
}

/** Something that is known of a span. */
export interface SpanFact {
  /** What. */
  name: string;
  /** Its value. Nothing that a customer said, and no secret. */
  value: string;
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

/** A trace could not be read or kept. */
export type TraceError =
  /** It cannot be kept: too many spans, or ids that are none. */
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

/** Something that took time, or a moment. */
export interface TraceSpan {
  /** How often it was tried. */
  attempts: number;
  /** When it ended; none where it goes on. */
  ended_at: Timestamp | null;
  /** What went wrong. */
  error: string | null;
  /** The event that it tells of, with which it is removed. */
  event_id: EventId | null;
  /** What else is known of it, such as a model's tokens. */
  facts: SpanFact[];
  /** Whether it went wrong. */
  failed: boolean;
  /** What names it: the id of the thing itself, where it has one. */
  id: string;
  /**
   * `request`, `event`, `queue`, `workflow`, `step`, `approval`, `delivery`, `job`, `try`, `model`, `dead_letter`,
   * `replay`, `redrive` or `erasure`.
   */
  kind: string;
  /** What it is called. */
  name: string;
  /** The [`id`](Self::id) of what it is part of, where that is known by name. */
  parent: string | null;
  /** The span id of what it is part of, where that came in the trace context. */
  parent_span: string | null;
  /** The Worker that did it. */
  service: string;
  /** Its id in the trace context: 16 hexadecimal digits. */
  span_id: string;
  /** When it began. */
  started_at: Timestamp;
  /** How it stands, in the words of its kind. */
  status: string;
  /** Whose. */
  tenant: TenantId | null;
}

/**
 * Something that took time, or a moment.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TraceSpanInput {
  /** How often it was tried. */
  attempts: number;
  /** When it ended; none where it goes on. */
  ended_at?: TimestampInput | null;
  /** What went wrong. */
  error?: string | null;
  /** The event that it tells of, with which it is removed. */
  event_id?: EventId | null;
  /**
   * What else is known of it, such as a model's tokens.
   *
   * @defaultValue `[]`
   */
  facts?: SpanFact[];
  /**
   * Whether it went wrong.
   *
   * @defaultValue `false`
   */
  failed?: boolean;
  /** What names it: the id of the thing itself, where it has one. */
  id: string;
  /**
   * `request`, `event`, `queue`, `workflow`, `step`, `approval`, `delivery`, `job`, `try`, `model`, `dead_letter`,
   * `replay`, `redrive` or `erasure`.
   */
  kind: string;
  /** What it is called. */
  name: string;
  /** The [`id`](Self::id) of what it is part of, where that is known by name. */
  parent?: string | null;
  /** The span id of what it is part of, where that came in the trace context. */
  parent_span?: string | null;
  /** The Worker that did it. */
  service: string;
  /** Its id in the trace context: 16 hexadecimal digits. */
  span_id: string;
  /** When it began. */
  started_at: TimestampInput;
  /** How it stands, in the words of its kind. */
  status: string;
  /** Whose. */
  tenant?: TenantId | null;
}
