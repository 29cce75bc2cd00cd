// The contract `Limits`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * Counts what a tenant asks for, exactly.
 *
 * A binding to it has these methods.
 */
export interface Limits {
  /**
   * Takes tokens of every bucket named, or of none. The caller may spend what it is given for a second, and brings
   * back the rest when it asks again; what it never brings back counts as spent.
   */
  take(request: TakeInput, context: Context<TenantScope>): Promise<Answer<Taken, LimitsError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Limits`]. */
export interface LimitsImplementation {
  /**
   * Takes tokens of every bucket named, or of none. The caller may spend what it is given for a second, and brings
   * back the rest when it asks again; what it never brings back counts as spent.
   */
  take(request: Take, context: ReceivedContext<TenantScope>): Promise<Answer<TakenInput, LimitsError>>;
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

/** How a bucket is. */
export interface BucketLevel {
  /** In how many milliseconds it is full. */
  full_in_ms: bigint;
  /** Whole tokens left. */
  left: number;
}

/**
 * How a bucket is.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface BucketLevelInput {
  /** In how many milliseconds it is full. */
  full_in_ms: bigint | number;
  /** Whole tokens left. */
  left: number;
}

/** A bucket, and how it fills at present. */
export interface BucketLimit {
  /** How many at once. */
  burst: number;
  /** Its name within the tenant, such as `read` or `key:key_…:read`. */
  name: string;
  /** How many a minute. */
  per_minute: number;
}

/** Names one endpoint. */
export type EndpointId = string;

/** A quota of events. */
export interface EventQuota {
  /** Whether what is beyond is refused, or counted only. */
  enforced: boolean;
  /** Of a UTC day. */
  per_day: bigint;
  /** Of a UTC month. */
  per_month: bigint;
  /** Events of earlier answers that were not accepted after all. */
  returned: number;
}

/**
 * A quota of events.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EventQuotaInput {
  /** Whether what is beyond is refused, or counted only. */
  enforced: boolean;
  /** Of a UTC day. */
  per_day: bigint | number;
  /** Of a UTC month. */
  per_month: bigint | number;
  /**
   * Events of earlier answers that were not accepted after all.
   *
   * @defaultValue `0`
   */
  returned?: number;
}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Nothing was counted. */
export type LimitsError =
  /** The object's database did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Asks for tokens. */
export interface Take {
  /** Where they are taken from: each gives as many as the others. */
  buckets: BucketLimit[];
  /** At most so many; at least 1. */
  most: number;
  /** The quota that each token counts against, where it is for an event. */
  quota: EventQuota | null;
  /** Tokens of an earlier answer about the same buckets that were not spent. */
  returned: number;
}

/**
 * Asks for tokens.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TakeInput {
  /** Where they are taken from: each gives as many as the others. */
  buckets: BucketLimit[];
  /** At most so many; at least 1. */
  most: number;
  /** The quota that each token counts against, where it is for an event. */
  quota?: EventQuotaInput | null;
  /**
   * Tokens of an earlier answer about the same buckets that were not spent.
   *
   * @defaultValue `0`
   */
  returned?: number;
}

/** What was given. */
export interface Taken {
  /** How each bucket is now, in the order asked. */
  buckets: BucketLevel[];
  /** Tokens; 0 where one of the buckets, or the quota, has none. */
  granted: number;
  /** Whether it was the quota. */
  quota_exceeded: boolean;
  /** In how many milliseconds it may be worth asking again, where nothing was given. */
  retry_after_ms: bigint;
}

/**
 * What was given.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TakenInput {
  /** How each bucket is now, in the order asked. */
  buckets: BucketLevelInput[];
  /** Tokens; 0 where one of the buckets, or the quota, has none. */
  granted: number;
  /**
   * Whether it was the quota.
   *
   * @defaultValue `false`
   */
  quota_exceeded?: boolean;
  /**
   * In how many milliseconds it may be worth asking again, where nothing was given.
   *
   * @defaultValue `0`
   */
  retry_after_ms?: bigint | number;
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
