// The contract `Usage`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * Brings and reads a tenant's usage.
 *
 * A binding to it has these methods.
 */
export interface Usage {
  /** What the tenant used in a time, and what it stores now. */
  read_usage(request: ReadUsageInput, context: Context<TenantScope>): Promise<Answer<UsageReport, UsageError>>;
  /** Adds counts to what there is. A batch that is brought again counts once. */
  record_usage(request: RecordUsageInput, context: Context<TenantScope>): Promise<Answer<null, UsageError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Usage`]. */
export interface UsageImplementation {
  /** What the tenant used in a time, and what it stores now. */
  read_usage(request: ReadUsage, context: ReceivedContext<TenantScope>): Promise<Answer<UsageReportInput, UsageError>>;
  /** Adds counts to what there is. A batch that is brought again counts once. */
  record_usage(request: RecordUsage, context: ReceivedContext<TenantScope>): Promise<Answer<null, UsageError>>;
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

/** A limit. */
export interface BudgetLimit {
  /** Of which keys. */
  key: BudgetSelector;
  /** Of which models. */
  model: BudgetSelector;
  /** How much: of money in billionths of a US dollar. */
  most: bigint;
  /** What is counted. */
  unit: BudgetUnit;
  /** In which time. */
  window: BudgetWindow;
}

/**
 * A limit.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface BudgetLimitInput {
  /**
   * Of which keys.
   *
   * @defaultValue `"all"`
   */
  key?: BudgetSelector;
  /**
   * Of which models.
   *
   * @defaultValue `"all"`
   */
  model?: BudgetSelector;
  /** How much: of money in billionths of a US dollar. */
  most: bigint | number;
  /** What is counted. */
  unit: BudgetUnit;
  /** In which time. */
  window: BudgetWindow;
}

/** Which keys, or which models. */
export type BudgetSelector =
  /** All of them together. */
  | "all"
  /** Each by itself. */
  | "each"
  /** This one: a key's id, or a model's name. */
  | {
    only: string;
  };

/** What a limit counts. */
export type BudgetUnit =
  /** Billionths of a US dollar. */
  | "money"
  /** Tokens, read and written. */
  | "tokens"
  /** Requests. */
  | "requests";

/** What was used of a limit. */
export interface BudgetUse {
  /** Held by calls under way. */
  held: bigint;
  /** Of which key; of all without one. */
  key: string | null;
  /** What neither is. */
  left: bigint;
  /** Which limit: its place among them, from 0. */
  limit: number;
  /** Of which model; of all without one. */
  model: string | null;
  /** When it begins anew. */
  resets_at: Timestamp;
  /** Taken, in the limit's unit. */
  spent: bigint;
}

/**
 * What was used of a limit.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface BudgetUseInput {
  /** Held by calls under way. */
  held: bigint | number;
  /** Of which key; of all without one. */
  key?: string | null;
  /** What neither is. */
  left: bigint | number;
  /** Which limit: its place among them, from 0. */
  limit: number;
  /** Of which model; of all without one. */
  model?: string | null;
  /** When it begins anew. */
  resets_at: TimestampInput;
  /** Taken, in the limit's unit. */
  spent: bigint | number;
}

/** In which time it is counted. */
export type BudgetWindow =
  /** A minute of the clock. */
  | "minute"
  /** A day of the calendar (UTC). */
  | "day"
  /** A month of the calendar (UTC). */
  | "month";

/** Names one endpoint. */
export type EndpointId = string;

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Asks what was used. */
export interface ReadUsage {
  /** The first hour. */
  from: Timestamp;
  /** By what it is told apart. */
  group_by: UsageGroup;
  /** The end, which is no longer part of it. */
  to: Timestamp;
}

/**
 * Asks what was used.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ReadUsageInput {
  /** The first hour. */
  from: TimestampInput;
  /** By what it is told apart. */
  group_by: UsageGroup;
  /** The end, which is no longer part of it. */
  to: TimestampInput;
}

/** Counts of one Worker since it last brought some. */
export interface RecordUsage {
  /** Tells batches apart: 16 random bytes in hexadecimal. */
  batch_id: string;
  /** At most 1,000. */
  counts: UsageCount[];
}

/**
 * Counts of one Worker since it last brought some.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RecordUsageInput {
  /** Tells batches apart: 16 random bytes in hexadecimal. */
  batch_id: string;
  /** At most 1,000. */
  counts: UsageCountInput[];
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

/** How much was used. */
export interface UsageAmounts {
  /** Calls of them that a cache answered. */
  cache_hits: bigint;
  /** What it cost, in billionths of a US dollar. */
  cost_nanos: bigint;
  /** Events that were accepted and are no duplicates. */
  events: bigint;
  /** Those that were answered with 500 or more. */
  failed: bigint;
  /** Calls of a model. */
  model_calls: bigint;
  /** Those of them that were answered with a status from 400 to 499. */
  refused: bigint;
  /** Requests to the public surface. */
  requests: bigint;
  /** What those would have cost, in billionths of a US dollar. */
  saved_nanos: bigint;
  /** Tokens that were not read and written, since a cache answered. */
  saved_tokens: bigint;
  /** Tokens that a model read. */
  tokens_in: bigint;
  /** Tokens that it wrote. */
  tokens_out: bigint;
}

/**
 * How much was used.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageAmountsInput {
  /**
   * Calls of them that a cache answered.
   *
   * @defaultValue `0`
   */
  cache_hits?: bigint | number;
  /**
   * What it cost, in billionths of a US dollar.
   *
   * @defaultValue `0`
   */
  cost_nanos?: bigint | number;
  /**
   * Events that were accepted and are no duplicates.
   *
   * @defaultValue `0`
   */
  events?: bigint | number;
  /**
   * Those that were answered with 500 or more.
   *
   * @defaultValue `0`
   */
  failed?: bigint | number;
  /**
   * Calls of a model.
   *
   * @defaultValue `0`
   */
  model_calls?: bigint | number;
  /**
   * Those of them that were answered with a status from 400 to 499.
   *
   * @defaultValue `0`
   */
  refused?: bigint | number;
  /**
   * Requests to the public surface.
   *
   * @defaultValue `0`
   */
  requests?: bigint | number;
  /**
   * What those would have cost, in billionths of a US dollar.
   *
   * @defaultValue `0`
   */
  saved_nanos?: bigint | number;
  /**
   * Tokens that were not read and written, since a cache answered.
   *
   * @defaultValue `0`
   */
  saved_tokens?: bigint | number;
  /**
   * Tokens that a model read.
   *
   * @defaultValue `0`
   */
  tokens_in?: bigint | number;
  /**
   * Tokens that it wrote.
   *
   * @defaultValue `0`
   */
  tokens_out?: bigint | number;
}

/** How a tenant stands with a limit of its budget. */
export interface UsageBudget {
  /** The limit. */
  limit: BudgetLimit;
  /** What was used of it: at the key and the model it tells apart, where it does. */
  used: BudgetUse;
}

/**
 * How a tenant stands with a limit of its budget.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageBudgetInput {
  /** The limit. */
  limit: BudgetLimitInput;
  /** What was used of it: at the key and the model it tells apart, where it does. */
  used: BudgetUseInput;
}

/** What was counted of one thing in one hour. */
export interface UsageCount {
  /** How much. */
  amounts: UsageAmounts;
  /** Any time within the hour. */
  at: Timestamp;
  /** What is counted. */
  of: UsageSubject;
}

/**
 * What was counted of one thing in one hour.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageCountInput {
  /** How much. */
  amounts: UsageAmountsInput;
  /** Any time within the hour. */
  at: TimestampInput;
  /** What is counted. */
  of: UsageSubjectInput;
}

/** Usage was not recorded or read. */
export type UsageError =
  /** It cannot be: too many counts, or an end before the start. */
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

/** By what usage is told apart. */
export type UsageGroup =
  /** Hours. */
  | "hour"
  /** Days (UTC). */
  | "day"
  /** Months (UTC). */
  | "month"
  /** Operations. */
  | "operation"
  /** API keys. */
  | "key"
  /** Models. */
  | "model";

/** What was used of one group. */
export interface UsageOfGroup {
  /** How much. */
  amounts: UsageAmounts;
  /** Its name: a time's start (RFC 3339), an operation, a key's public half, a model. */
  group: string;
}

/**
 * What was used of one group.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageOfGroupInput {
  /** How much. */
  amounts: UsageAmountsInput;
  /** Its name: a time's start (RFC 3339), an operation, a key's public half, a model. */
  group: string;
}

/** What was used. */
export interface UsageReport {
  /** How the tenant stands with each limit of what it may spend on models. */
  budgets: UsageBudget[];
  /** When it begins: the start of an hour, or of a day where the time asked for is older than hours are kept. */
  from: Timestamp;
  /** Group by group: times in order, others with the most requests first. At most 1,000. */
  groups: UsageOfGroup[];
  /** What is stored now. */
  storage: UsageStorage;
  /** When it ends. */
  to: Timestamp;
  /** All together. */
  totals: UsageAmounts;
}

/**
 * What was used.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageReportInput {
  /**
   * How the tenant stands with each limit of what it may spend on models.
   *
   * @defaultValue `[]`
   */
  budgets?: UsageBudgetInput[];
  /** When it begins: the start of an hour, or of a day where the time asked for is older than hours are kept. */
  from: TimestampInput;
  /** Group by group: times in order, others with the most requests first. At most 1,000. */
  groups: UsageOfGroupInput[];
  /** What is stored now. */
  storage: UsageStorageInput;
  /** When it ends. */
  to: TimestampInput;
  /** All together. */
  totals: UsageAmountsInput;
}

/** What is stored. */
export interface UsageStorage {
  /** The bytes that came with them. */
  event_bytes: bigint;
  /** Archived events. */
  events: bigint;
  /** Their bytes, with what is reserved for uploads. */
  file_bytes: bigint;
  /** Files. */
  files: bigint;
}

/**
 * What is stored.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageStorageInput {
  /** The bytes that came with them. */
  event_bytes: bigint | number;
  /** Archived events. */
  events: bigint | number;
  /** Their bytes, with what is reserved for uploads. */
  file_bytes: bigint | number;
  /** Files. */
  files: bigint | number;
}

/** What is counted. */
export type UsageSubject =
  /** Requests to the public surface. */
  | {
    /** The public half of the API key; none where a provider signed. */
    key: string | null;
    kind: "requests";
    /** The operation, such as `list_events`. */
    operation: string;
  }
  /** Calls of a language model. */
  | {
    /** The public half of the API key that asked for it; none where the platform worked for the tenant by itself. */
    key: string | null;
    kind: "model";
    /** Its name, as its server gives it. */
    model: string;
  };

/**
 * What is counted.
 *
 * As it may be sent to a Worker in Rust.
 */
export type UsageSubjectInput =
  /** Requests to the public surface. */
  | {
    /** The public half of the API key; none where a provider signed. */
    key?: string | null;
    kind: "requests";
    /** The operation, such as `list_events`. */
    operation: string;
  }
  /** Calls of a language model. */
  | {
    /** The public half of the API key that asked for it; none where the platform worked for the tenant by itself. */
    key?: string | null;
    kind: "model";
    /** Its name, as its server gives it. */
    model: string;
  };
