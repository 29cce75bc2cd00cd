// The contract `Retention`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of retention.
 *
 * A binding to it has these methods.
 */
export interface Retention {
  /** How long the tenant's events are kept. */
  get_retention(request: GetRetention, context: Context<TenantScope>): Promise<Answer<RetentionPolicy, RetentionError>>;
  /** Sets it. What is older goes in the next night, for good. */
  set_retention(request: SetRetention, context: Context<TenantScope>): Promise<Answer<RetentionPolicy, RetentionError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Retention`]. */
export interface RetentionImplementation {
  /** How long the tenant's events are kept. */
  get_retention(request: GetRetention, context: ReceivedContext<TenantScope>): Promise<Answer<RetentionPolicyInput, RetentionError>>;
  /** Sets it. What is older goes in the next night, for good. */
  set_retention(request: SetRetention, context: ReceivedContext<TenantScope>): Promise<Answer<RetentionPolicyInput, RetentionError>>;
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

/** Asks how long events are kept. */
export interface GetRetention {}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** A retention was not read or set. */
export type RetentionError =
  /** The number of days cannot be set, or nobody is named. */
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

/** How long events are kept. */
export interface RetentionPolicy {
  /** Whole days behind the day of acceptance (UTC). */
  events_days: number;
  /** When it was set. */
  updated_at: Timestamp | null;
  /** Who set it; none while it is the default. */
  updated_by: string | null;
}

/**
 * How long events are kept.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RetentionPolicyInput {
  /** Whole days behind the day of acceptance (UTC). */
  events_days: number;
  /** When it was set. */
  updated_at?: TimestampInput | null;
  /** Who set it; none while it is the default. */
  updated_by?: string | null;
}

/** Asks for another time. */
export interface SetRetention {
  /** Whole days behind the day of acceptance, 1 to 3,650. */
  events_days: number;
  /** Who wants it, such as an operator's e-mail address. */
  updated_by: string;
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
