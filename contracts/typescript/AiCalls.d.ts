// The contract `AiCalls`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of a tenant's calls of models.
 *
 * A binding to it has these methods.
 */
export interface AiCalls {
  /** Which calls are archived, newest first. Nothing of what was asked and answered. */
  list_calls(request: ListAiCallsInput, context: Context<TenantScope>): Promise<Answer<AiCallList, AiCallError>>;
  /** One of them, with what was asked and answered: a customer's content. */
  read_call(request: ReadAiCall, context: Context<TenantScope>): Promise<Answer<ArchivedAiCall, AiCallError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`AiCalls`]. */
export interface AiCallsImplementation {
  /** Which calls are archived, newest first. Nothing of what was asked and answered. */
  list_calls(request: ListAiCalls, context: ReceivedContext<TenantScope>): Promise<Answer<AiCallListInput, AiCallError>>;
  /** One of them, with what was asked and answered: a customer's content. */
  read_call(request: ReadAiCall, context: ReceivedContext<TenantScope>): Promise<Answer<ArchivedAiCall, AiCallError>>;
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

/** An archived call was not found or read. */
export type AiCallError =
  /** The tenant has no such call, or no longer. */
  | "not_found"
  /** A store did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one archived call. */
export type AiCallId = string;

/** Archived calls. */
export interface AiCallList {
  /** Newest first. */
  items: AiCallSummary[];
  /** Where the next page begins; none on the last. */
  next_before: AiCallId | null;
}

/**
 * Archived calls.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface AiCallListInput {
  /** Newest first. */
  items: AiCallSummaryInput[];
  /** Where the next page begins; none on the last. */
  next_before?: AiCallId | null;
}

/** What is known of an archived call without a look into it. */
export interface AiCallSummary {
  /** When it was archived, which is when it ended. */
  at: Timestamp;
  /** What a cache had to do with it: `off`, `miss`, `hit`, `semantic`, `gateway-miss` or `gateway-hit`. */
  cache: string;
  /** Its id. */
  call_id: AiCallId;
  /** When it goes. */
  expires_at: Timestamp;
  /** The model that answered. */
  model: string;
  /** How it ended: `finished`, `broken`, `canceled`, `failed` or `cached`. */
  outcome: string;
  /** The request that it was made for, as its header `x-request-id` had it; none where the platform asked by itself. */
  request_id: string | null;
  /** The request's trace. */
  trace_id: string;
  /** Whom it was asked of. */
  upstream: string;
}

/**
 * What is known of an archived call without a look into it.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface AiCallSummaryInput {
  /** When it was archived, which is when it ended. */
  at: TimestampInput;
  /** What a cache had to do with it: `off`, `miss`, `hit`, `semantic`, `gateway-miss` or `gateway-hit`. */
  cache: string;
  /** Its id. */
  call_id: AiCallId;
  /** When it goes. */
  expires_at: TimestampInput;
  /** The model that answered. */
  model: string;
  /** How it ended: `finished`, `broken`, `canceled`, `failed` or `cached`. */
  outcome: string;
  /** The request that it was made for, as its header `x-request-id` had it; none where the platform asked by itself. */
  request_id?: string | null;
  /** The request's trace. */
  trace_id: string;
  /** Whom it was asked of. */
  upstream: string;
}

/** A call as it was archived. */
export interface ArchivedAiCall {
  /** The record, a JSON object; `docs/ai.md` has its members. */
  json: string;
}

/** Names one endpoint. */
export type EndpointId = string;

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Asks which calls are archived. */
export interface ListAiCalls {
  /** Only those before this one. */
  before: AiCallId | null;
  /** At most so many, 1 to 200. */
  limit: number;
  /** Only those of this request, by its header `x-request-id`. */
  request_id: string | null;
  /** Only those of this trace, by its id. */
  trace_id: string | null;
}

/**
 * Asks which calls are archived.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListAiCallsInput {
  /** Only those before this one. */
  before?: AiCallId | null;
  /** At most so many, 1 to 200. */
  limit: number;
  /** Only those of this request, by its header `x-request-id`. */
  request_id?: string | null;
  /** Only those of this trace, by its id. */
  trace_id?: string | null;
}

/** Asks for one call. */
export interface ReadAiCall {
  /** Which. */
  call_id: AiCallId;
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
