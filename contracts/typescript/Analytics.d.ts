// The contract `Analytics`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of usage and spend.
 *
 * A binding to it has these methods.
 */
export interface Analytics {
  /** How the whole went in the last hours and days, and what waits. */
  overview(request: ReadOverview, context: Context<OperatorScope>): Promise<Answer<Overview, AnalyticsError>>;
  /** What was used in some days, by day and by tenant, and what it cost. */
  summarize(request: SummarizeInput, context: Context<OperatorScope>): Promise<Answer<UsageSummary, AnalyticsError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Analytics`]. */
export interface AnalyticsImplementation {
  /** How the whole went in the last hours and days, and what waits. */
  overview(request: ReadOverview, context: ReceivedContext<OperatorScope>): Promise<Answer<OverviewInput, AnalyticsError>>;
  /** What was used in some days, by day and by tenant, and what it cost. */
  summarize(request: Summarize, context: ReceivedContext<OperatorScope>): Promise<Answer<UsageSummaryInput, AnalyticsError>>;
}

/** There is no summary. */
export type AnalyticsError =
  /** There cannot be: too long a time, or one that is forgotten. */
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

/** What waits. */
export interface Backlog {
  /** Dead letters that nobody has replayed. */
  dead_letters: number;
  /** Accepted events that nothing has finished. */
  outbox: number;
}

/** The most that waited in an hour. */
export interface BacklogOfHour {
  /** Its start. */
  at: Timestamp;
  /** What waited. */
  backlog: Backlog;
}

/**
 * The most that waited in an hour.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface BacklogOfHourInput {
  /** Its start. */
  at: TimestampInput;
  /** What waited. */
  backlog: Backlog;
}

/** The operator who acts. */
export interface OperatorScope {
  /** Who, as the audit log keeps it: `person:ada@example.com` or `service:client.access`. From a verified Access token. */
  operator: string;
}

/** How the whole goes. */
export interface Overview {
  /** The most that waited in each of the hours, in order; hours in which nobody looked are left out. */
  backlog: BacklogOfHour[];
  /** Days in order, likewise. */
  days: UsageOfTime[];
  /** Hours in order, also those in which nothing was used; the last is under way. */
  hours: UsageOfTime[];
  /** What waits now. */
  waiting: Backlog;
}

/**
 * How the whole goes.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface OverviewInput {
  /** The most that waited in each of the hours, in order; hours in which nobody looked are left out. */
  backlog: BacklogOfHourInput[];
  /** Days in order, likewise. */
  days: UsageOfTimeInput[];
  /** Hours in order, also those in which nothing was used; the last is under way. */
  hours: UsageOfTimeInput[];
  /** What waits now. */
  waiting: Backlog;
}

/** How much of a product of the platform was used. */
export interface ProductUse {
  /** What it costs, in billionths of a US dollar. */
  nanos: bigint;
  /** Its name in the list of prices, such as `d1.rows_written`. */
  product: string;
  /** In what it is counted. */
  unit: string;
  /** How much. */
  units: bigint;
}

/**
 * How much of a product of the platform was used.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ProductUseInput {
  /** What it costs, in billionths of a US dollar. */
  nanos: bigint | number;
  /** Its name in the list of prices, such as `d1.rows_written`. */
  product: string;
  /** In what it is counted. */
  unit: string;
  /** How much. */
  units: bigint | number;
}

/** Asks how the whole goes. */
export interface ReadOverview {
  /** For so many days back, 1 to 92. */
  days: number;
  /** For so many hours back, 1 to 168. */
  hours: number;
}

/** Asks for a summary. Its days are whole ones (UTC). */
export interface Summarize {
  /** A time within the first day. */
  from: Timestamp;
  /** At most so many tenants, those with the greatest spend: 1 to 10,000. */
  limit: number;
  /** Only of this tenant. */
  tenant: TenantId | null;
  /** The end: the day that it is in counts, unless it is the day's very start. */
  to: Timestamp;
}

/**
 * Asks for a summary. Its days are whole ones (UTC).
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SummarizeInput {
  /** A time within the first day. */
  from: TimestampInput;
  /** At most so many tenants, those with the greatest spend: 1 to 10,000. */
  limit: number;
  /** Only of this tenant. */
  tenant?: TenantId | null;
  /** The end: the day that it is in counts, unless it is the day's very start. */
  to: TimestampInput;
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

/** What one tenant used. */
export interface UsageOfTenant {
  /** Which. */
  tenant: TenantId;
  /** How much. */
  used: UsageOfTenants;
}

/**
 * What one tenant used.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageOfTenantInput {
  /** Which. */
  tenant: TenantId;
  /** How much. */
  used: UsageOfTenantsInput;
}

/** What several tenants used. */
export interface UsageOfTenants {
  /** What was counted. */
  amounts: UsageAmounts;
  /** What the platform below costs for it, estimated, in billionths of a US dollar. */
  platform_nanos: bigint;
  /** What they store now. */
  storage: UsageStorage;
}

/**
 * What several tenants used.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageOfTenantsInput {
  /** What was counted. */
  amounts: UsageAmountsInput;
  /** What the platform below costs for it, estimated, in billionths of a US dollar. */
  platform_nanos: bigint | number;
  /** What they store now. */
  storage: UsageStorageInput;
}

/** What was used in an hour or a day. */
export interface UsageOfTime {
  /** How much. */
  amounts: UsageAmounts;
  /** Its start. */
  at: Timestamp;
}

/**
 * What was used in an hour or a day.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageOfTimeInput {
  /** How much. */
  amounts: UsageAmountsInput;
  /** Its start. */
  at: TimestampInput;
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

/** What was used and what it cost. */
export interface UsageSummary {
  /** By day, in order; days on which nothing was used are left out. */
  days: UsageOfTime[];
  /** The start of the first day. */
  from: Timestamp;
  /** As of which day the platform's prices are. */
  prices_as_of: string;
  /** What the totals took of the platform's products. */
  products: ProductUse[];
  /** Where the sums are from: `rollups` or `analytics_engine`. */
  source: string;
  /** By tenant, the greatest spend first. */
  tenants: UsageOfTenant[];
  /** How many tenants there are in all. */
  tenants_count: number;
  /** The end of the last. */
  to: Timestamp;
  /** Of all tenants that the question is about. */
  totals: UsageOfTenants;
}

/**
 * What was used and what it cost.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UsageSummaryInput {
  /** By day, in order; days on which nothing was used are left out. */
  days: UsageOfTimeInput[];
  /** The start of the first day. */
  from: TimestampInput;
  /** As of which day the platform's prices are. */
  prices_as_of: string;
  /** What the totals took of the platform's products. */
  products: ProductUseInput[];
  /** Where the sums are from: `rollups` or `analytics_engine`. */
  source: string;
  /** By tenant, the greatest spend first. */
  tenants: UsageOfTenantInput[];
  /** How many tenants there are in all. */
  tenants_count: number;
  /** The end of the last. */
  to: TimestampInput;
  /** Of all tenants that the question is about. */
  totals: UsageOfTenantsInput;
}
