// The contract `Spans`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * Keeps what leaves no row of its own: requests, tries of jobs, attempts of deliveries, calls of models.
 *
 * A binding to it has these methods.
 */
export interface Spans {
  /** Keeps spans of the tenant's traces. One that is brought again takes the place of what was known of it. */
  record_spans(request: RecordSpansInput, context: Context<TenantScope>): Promise<Answer<null, TraceError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Spans`]. */
export interface SpansImplementation {
  /** Keeps spans of the tenant's traces. One that is brought again takes the place of what was known of it. */
  record_spans(request: RecordSpans, context: ReceivedContext<TenantScope>): Promise<Answer<null, TraceError>>;
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

/** Names one endpoint. */
export type EndpointId = string;

/** Names one event. */
export type EventId = string;

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Spans to keep. */
export interface RecordSpans {
  /** At most [`MOST_RECORDED`]. */
  spans: RecordedSpan[];
}

/**
 * Spans to keep.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RecordSpansInput {
  /** At most [`MOST_RECORDED`]. */
  spans: RecordedSpanInput[];
}

/** A span and the trace that it belongs to. */
export interface RecordedSpan {
  /** The span. Whose it is says the call, not this. */
  span: TraceSpan;
  /** The trace's id: 32 hexadecimal digits. */
  trace_id: string;
}

/**
 * A span and the trace that it belongs to.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RecordedSpanInput {
  /** The span. Whose it is says the call, not this. */
  span: TraceSpanInput;
  /** The trace's id: 32 hexadecimal digits. */
  trace_id: string;
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
