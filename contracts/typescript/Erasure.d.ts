// The contract `Erasure`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of erasures.
 *
 * A binding to it has these methods.
 */
export interface Erasure {
  /** How an erasure stands. */
  get_erasure(request: GetErasure, context: Context<TenantScope>): Promise<Answer<ErasureReport, ReadErasureError>>;
  /** The tenant's erasures, newest first. */
  list_erasures(request: ListErasuresInput, context: Context<TenantScope>): Promise<Answer<ErasureList, ReadErasureError>>;
  /** What there is of the tenant, which an erasure of the whole would remove. */
  measure_tenant(request: MeasureTenant, context: Context<TenantScope>): Promise<Answer<TenantMeasure, ReadErasureError>>;
  /** What an erasure that is done removed, byte for byte as its hash is of it. */
  read_certificate(request: GetErasure, context: Context<TenantScope>): Promise<Answer<ErasureCertificate, ReadErasureError>>;
  /** Starts an erasure, which goes on by itself. The same idempotency key of the context gives the first one. */
  start_erasure(request: StartErasureInput, context: Context<TenantScope>): Promise<Answer<ErasureReport, StartErasureError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Erasure`]. */
export interface ErasureImplementation {
  /** How an erasure stands. */
  get_erasure(request: GetErasure, context: ReceivedContext<TenantScope>): Promise<Answer<ErasureReportInput, ReadErasureError>>;
  /** The tenant's erasures, newest first. */
  list_erasures(request: ListErasures, context: ReceivedContext<TenantScope>): Promise<Answer<ErasureListInput, ReadErasureError>>;
  /** What there is of the tenant, which an erasure of the whole would remove. */
  measure_tenant(request: MeasureTenant, context: ReceivedContext<TenantScope>): Promise<Answer<TenantMeasure, ReadErasureError>>;
  /** What an erasure that is done removed, byte for byte as its hash is of it. */
  read_certificate(request: GetErasure, context: ReceivedContext<TenantScope>): Promise<Answer<ErasureCertificate, ReadErasureError>>;
  /** Starts an erasure, which goes on by itself. The same idempotency key of the context gives the first one. */
  start_erasure(request: StartErasure, context: ReceivedContext<TenantScope>): Promise<Answer<ErasureReportInput, StartErasureError>>;
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

/** A certificate. */
export interface ErasureCertificate {
  /** What was asked, by whom and when, what was removed, and what was verified to be empty; JSON. */
  json: string;
  /** SHA-256 of that, lower-case hexadecimal. */
  sha256: string;
}

/** Names one erasure. */
export type ErasureId = string;

/** Erasures, newest first. */
export interface ErasureList {
  /** The erasures. */
  items: ErasureReport[];
  /** Where the next page begins. */
  next_before: ErasureId | null;
}

/**
 * Erasures, newest first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ErasureListInput {
  /** The erasures. */
  items: ErasureReportInput[];
  /** Where the next page begins. */
  next_before?: ErasureId | null;
}

/** How an erasure stands. */
export interface ErasureReport {
  /** When it was done. */
  completed_at: Timestamp | null;
  /** Which. */
  erasure_id: ErasureId;
  /** Why it failed. */
  error: string | null;
  /** Events found so far; 0 once it is done, when the certificate says it. */
  events_found: number;
  /** Of these, events removed so far. */
  events_removed: number;
  /** Why. */
  reason: string;
  /** When. */
  requested_at: Timestamp;
  /** Who asked for it. */
  requested_by: string;
  /** `tenant` or `contact`. */
  scope: string;
  /** `running`, `done` or `failed`. */
  status: string;
}

/**
 * How an erasure stands.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ErasureReportInput {
  /** When it was done. */
  completed_at?: TimestampInput | null;
  /** Which. */
  erasure_id: ErasureId;
  /** Why it failed. */
  error?: string | null;
  /** Events found so far; 0 once it is done, when the certificate says it. */
  events_found: number;
  /** Of these, events removed so far. */
  events_removed: number;
  /** Why. */
  reason: string;
  /** When. */
  requested_at: TimestampInput;
  /** Who asked for it. */
  requested_by: string;
  /** `tenant` or `contact`. */
  scope: string;
  /** `running`, `done` or `failed`. */
  status: string;
}

/** What to erase. */
export type ErasureScope =
  /** Everything that the pipeline has of the tenant. */
  | "tenant"
  /** Every event that is about a person, and what came of it. */
  | {
    contact: {
      /** The company in whose events the name counts; without it, in all. */
      account: string | null;
      /** An address, wherever it stands in an event. */
      email: string | null;
      /** A name, where a participant, a speaker or a subject is called so. */
      name: string | null;
    };
  };

/**
 * What to erase.
 *
 * As it may be sent to a Worker in Rust.
 */
export type ErasureScopeInput =
  /** Everything that the pipeline has of the tenant. */
  | "tenant"
  /** Every event that is about a person, and what came of it. */
  | {
    contact: {
      /** The company in whose events the name counts; without it, in all. */
      account?: string | null;
      /** An address, wherever it stands in an event. */
      email?: string | null;
      /** A name, where a participant, a speaker or a subject is called so. */
      name?: string | null;
    };
  };

/** Names an erasure. */
export interface GetErasure {
  /** Which. */
  erasure_id: ErasureId;
}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Asks for erasures. */
export interface ListErasures {
  /** Older than this one. */
  before: ErasureId | null;
  /** At most this many, 1 to 200. */
  limit: number;
}

/**
 * Asks for erasures.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListErasuresInput {
  /** Older than this one. */
  before?: ErasureId | null;
  /** At most this many, 1 to 200. */
  limit: number;
}

/** Asks what there is of a tenant. */
export interface MeasureTenant {}

/** An erasure was not read. */
export type ReadErasureError =
  /** The tenant has no such erasure. */
  | "not_found"
  /** There is no certificate yet. */
  | {
    not_done: {
      /** How it stands. */
      status: string;
    };
  }
  /** A store did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Asks for an erasure. */
export interface StartErasure {
  /** Why, such as a ticket; not what is to be erased. */
  reason: string;
  /** Who wants it, such as an operator's e-mail address. */
  requested_by: string;
  /** What to erase. */
  scope: ErasureScope;
}

/**
 * Asks for an erasure.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface StartErasureInput {
  /** Why, such as a ticket; not what is to be erased. */
  reason: string;
  /** Who wants it, such as an operator's e-mail address. */
  requested_by: string;
  /** What to erase. */
  scope: ErasureScopeInput;
}

/** An erasure was not started. */
export type StartErasureError =
  /** The request does not say what to erase, or who wants it and why. */
  | {
    invalid: {
      /** What is wrong. */
      detail: string;
    };
  }
  /** The same idempotency key came before with another request. */
  | "key_reused"
  /** A store did not answer. Ask again with the same idempotency key. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** How many rows a table has. */
export interface TableRows {
  /** How many. */
  rows: number;
  /** Which. */
  table: string;
}

/** Names one tenant. */
export type TenantId = string;

/** What there is of a tenant. */
export interface TenantMeasure {
  /** How many rows of which table, where there are some. */
  rows: TableRows[];
}

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
