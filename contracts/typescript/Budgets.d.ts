// The contract `Budgets`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of tenants' budgets.
 *
 * A binding to it has these methods.
 */
export interface Budgets {
  /** What a tenant may ask of models. */
  get_ai_policy(request: ReadAiPolicy, context: Context<TenantScope>): Promise<Answer<AiPolicyStanding, BudgetError>>;
  /** The limits of a tenant, and how it stands with each. */
  get_budget(request: ReadBudget, context: Context<TenantScope>): Promise<Answer<BudgetStanding, BudgetError>>;
  /** Puts another policy in its place. */
  set_ai_policy(request: SetAiPolicyInput, context: Context<TenantScope>): Promise<Answer<AiPolicyStanding, SetBudgetError>>;
  /** Puts other limits in the place of all that there are. */
  set_budget(request: SetBudgetInput, context: Context<TenantScope>): Promise<Answer<BudgetStanding, SetBudgetError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Budgets`]. */
export interface BudgetsImplementation {
  /** What a tenant may ask of models. */
  get_ai_policy(request: ReadAiPolicy, context: ReceivedContext<TenantScope>): Promise<Answer<AiPolicyStandingInput, BudgetError>>;
  /** The limits of a tenant, and how it stands with each. */
  get_budget(request: ReadBudget, context: ReceivedContext<TenantScope>): Promise<Answer<BudgetStandingInput, BudgetError>>;
  /** Puts another policy in its place. */
  set_ai_policy(request: SetAiPolicy, context: ReceivedContext<TenantScope>): Promise<Answer<AiPolicyStandingInput, SetBudgetError>>;
  /** Puts other limits in the place of all that there are. */
  set_budget(request: SetBudget, context: ReceivedContext<TenantScope>): Promise<Answer<BudgetStandingInput, SetBudgetError>>;
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

/** How requests of models and their answers are kept. */
export interface AiArchive {
  /** How long, in whole days: 1 to [`MOST_ARCHIVE_DAYS`]. */
  retention_days: number;
}

/** See the module. One that was never set holds nobody to anything. */
export interface AiPolicy {
  /** Where requests and answers are kept; none where they are not. */
  archive: AiArchive | null;
  /** What is put aside before a request leaves: `private_key`, `jwt`, `api_key`, `email`, `iban`, `card`, `phone`. */
  mask: string[];
  /** The largest request in tokens, by its upper bound: a byte is a token at most. */
  max_input_tokens: bigint | null;
  /** The longest answer in tokens. A request that sets no limit of its own gets this one. */
  max_output_tokens: bigint | null;
  /** The models that may be asked, by the names that requests or their aliases have; none where all may. */
  models: string[] | null;
}

/**
 * See the module. One that was never set holds nobody to anything.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface AiPolicyInput {
  /** Where requests and answers are kept; none where they are not. */
  archive?: AiArchive | null;
  /**
   * What is put aside before a request leaves: `private_key`, `jwt`, `api_key`, `email`, `iban`, `card`, `phone`.
   *
   * @defaultValue `[]`
   */
  mask?: string[];
  /** The largest request in tokens, by its upper bound: a byte is a token at most. */
  max_input_tokens?: bigint | number | null;
  /** The longest answer in tokens. A request that sets no limit of its own gets this one. */
  max_output_tokens?: bigint | number | null;
  /** The models that may be asked, by the names that requests or their aliases have; none where all may. */
  models?: string[] | null;
}

/** A policy as it is. */
export interface AiPolicyStanding {
  /** The policy. */
  policy: AiPolicy;
  /** When. */
  updated_at: Timestamp | null;
  /** Who set it last. */
  updated_by: string | null;
  /** How often it was set; 0 where it never was. */
  version: number;
}

/**
 * A policy as it is.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface AiPolicyStandingInput {
  /** The policy. */
  policy: AiPolicyInput;
  /** When. */
  updated_at?: TimestampInput | null;
  /** Who set it last. */
  updated_by?: string | null;
  /** How often it was set; 0 where it never was. */
  version: number;
}

/** A budget did not do what was asked. */
export type BudgetError =
  /** No call of this name holds or held anything; calls are known for two days. */
  | {
    unknown: {
      /** Which. */
      call_id: string;
    };
  }
  /** The request cannot be. */
  | {
    invalid: {
      /** What is wrong with it. */
      detail: string;
    };
  }
  /** The object's storage failed. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
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

/** How a tenant stands. */
export interface BudgetStanding {
  /** The limits, in the order in which they were set. */
  limits: BudgetLimit[];
  /** What was spent this month (UTC), by key and model; at most 1,000. */
  month: ModelSpend[];
  /** Calls that are under way. */
  open_calls: bigint;
  /** When. */
  updated_at: Timestamp | null;
  /** Who set them last; nobody where there never were any. */
  updated_by: string | null;
  /**
   * What was used of each in its present window: one of most, one a key and model of a limit for each of them. At most
   * 1,000.
   */
  used: BudgetUse[];
  /** How often the limits were set. */
  version: number;
}

/**
 * How a tenant stands.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface BudgetStandingInput {
  /** The limits, in the order in which they were set. */
  limits: BudgetLimitInput[];
  /** What was spent this month (UTC), by key and model; at most 1,000. */
  month: ModelSpendInput[];
  /** Calls that are under way. */
  open_calls: bigint | number;
  /** When. */
  updated_at?: TimestampInput | null;
  /** Who set them last; nobody where there never were any. */
  updated_by?: string | null;
  /**
   * What was used of each in its present window: one of most, one a key and model of a limit for each of them. At most
   * 1,000.
   */
  used: BudgetUseInput[];
  /** How often the limits were set. */
  version: number;
}

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

/** What was spent by a key on a model. */
export interface ModelSpend {
  /** Calls. */
  calls: bigint;
  /** What they cost, in billionths of a US dollar. */
  cost_nanos: bigint;
  /** Which key; none where the platform worked for the tenant by itself. */
  key: string | null;
  /** Which model. */
  model: string;
  /** Tokens read. */
  tokens_in: bigint;
  /** Tokens written. */
  tokens_out: bigint;
}

/**
 * What was spent by a key on a model.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ModelSpendInput {
  /** Calls. */
  calls: bigint | number;
  /** What they cost, in billionths of a US dollar. */
  cost_nanos: bigint | number;
  /** Which key; none where the platform worked for the tenant by itself. */
  key?: string | null;
  /** Which model. */
  model: string;
  /** Tokens read. */
  tokens_in: bigint | number;
  /** Tokens written. */
  tokens_out: bigint | number;
}

/** Asks for the policy. */
export interface ReadAiPolicy {}

/** Asks how a tenant stands. */
export interface ReadBudget {}

/** Puts another policy in its place. */
export interface SetAiPolicy {
  /** The policy. */
  policy: AiPolicy;
  /** Who sets it. */
  updated_by: string;
  /** Which version was shown to whoever sets it; without it, whatever is there is replaced. */
  version: number | null;
}

/**
 * Puts another policy in its place.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SetAiPolicyInput {
  /** The policy. */
  policy: AiPolicyInput;
  /** Who sets it. */
  updated_by: string;
  /** Which version was shown to whoever sets it; without it, whatever is there is replaced. */
  version?: number | null;
}

/** Asks for other limits. */
export interface SetBudget {
  /** All of them, at most 50. */
  limits: BudgetLimit[];
  /** Who wants it, such as an operator's e-mail address. */
  updated_by: string;
  /** The version that was shown to whoever sets them; without one whatever there is is replaced. */
  version: number | null;
}

/**
 * Asks for other limits.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SetBudgetInput {
  /** All of them, at most 50. */
  limits: BudgetLimitInput[];
  /** Who wants it, such as an operator's e-mail address. */
  updated_by: string;
  /** The version that was shown to whoever sets them; without one whatever there is is replaced. */
  version?: number | null;
}

/** Limits were not set. */
export type SetBudgetError =
  /** They cannot be, or nobody is named. */
  | {
    invalid: {
      /** What is wrong. */
      detail: string;
    };
  }
  /** Somebody else set them meanwhile. */
  | {
    stale: {
      /** Where they are. */
      version: number;
    };
  }
  /** The object's storage failed. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

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
