// The contract `TenantBudget`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * What the pipeline asks of a tenant's budget.
 *
 * A binding to it has these methods.
 */
export interface TenantBudget {
  /** Forgets everything for good, or counts what it would forget. */
  erase(request: EraseBudgetInput, context: Context<TenantScope>): Promise<Answer<ErasedBudget, BudgetError>>;
  /** Reserves the most that a call can take. The same call again gives the same hold. */
  hold(request: HoldBudgetInput, context: Context<TenantScope>): Promise<Answer<BudgetHold, HoldError>>;
  /** What the tenant may ask of models. */
  policy(request: ReadAiPolicy, context: Context<TenantScope>): Promise<Answer<AiPolicyStanding, BudgetError>>;
  /** Gives a hold back: the call was not made. Releasing again, or after a settlement, changes nothing. */
  release(request: ReleaseCall, context: Context<TenantScope>): Promise<Answer<SettledCall, BudgetError>>;
  /** Puts other limits in the place of all that there are. */
  set_limits(request: SetBudgetInput, context: Context<TenantScope>): Promise<Answer<BudgetStanding, SetBudgetError>>;
  /** Puts another policy in its place. */
  set_policy(request: SetAiPolicyInput, context: Context<TenantScope>): Promise<Answer<AiPolicyStanding, SetBudgetError>>;
  /** Puts what a call took in the place of its hold. Settling again changes nothing. */
  settle(request: SettleCallInput, context: Context<TenantScope>): Promise<Answer<SettledCall, BudgetError>>;
  /** The limits, and how the tenant stands with each. */
  standing(request: ReadBudget, context: Context<TenantScope>): Promise<Answer<BudgetStanding, BudgetError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`TenantBudget`]. */
export interface TenantBudgetImplementation {
  /** Forgets everything for good, or counts what it would forget. */
  erase(request: EraseBudget, context: ReceivedContext<TenantScope>): Promise<Answer<ErasedBudget, BudgetError>>;
  /** Reserves the most that a call can take. The same call again gives the same hold. */
  hold(request: HoldBudget, context: ReceivedContext<TenantScope>): Promise<Answer<BudgetHoldInput, HoldErrorInput>>;
  /** What the tenant may ask of models. */
  policy(request: ReadAiPolicy, context: ReceivedContext<TenantScope>): Promise<Answer<AiPolicyStandingInput, BudgetError>>;
  /** Gives a hold back: the call was not made. Releasing again, or after a settlement, changes nothing. */
  release(request: ReleaseCall, context: ReceivedContext<TenantScope>): Promise<Answer<SettledCallInput, BudgetError>>;
  /** Puts other limits in the place of all that there are. */
  set_limits(request: SetBudget, context: ReceivedContext<TenantScope>): Promise<Answer<BudgetStandingInput, SetBudgetError>>;
  /** Puts another policy in its place. */
  set_policy(request: SetAiPolicy, context: ReceivedContext<TenantScope>): Promise<Answer<AiPolicyStandingInput, SetBudgetError>>;
  /** Puts what a call took in the place of its hold. Settling again changes nothing. */
  settle(request: SettleCall, context: ReceivedContext<TenantScope>): Promise<Answer<SettledCallInput, BudgetError>>;
  /** The limits, and how the tenant stands with each. */
  standing(request: ReadBudget, context: ReceivedContext<TenantScope>): Promise<Answer<BudgetStandingInput, BudgetError>>;
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

/** Room that is reserved. */
export interface BudgetHold {
  /** The most that the call can cost, in billionths of a US dollar. */
  bound_nanos: bigint;
  /** When the hold expires: from then on the call counts at its bound, until it is settled. */
  expires_at: Timestamp;
}

/**
 * Room that is reserved.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface BudgetHoldInput {
  /** The most that the call can cost, in billionths of a US dollar. */
  bound_nanos: bigint | number;
  /** When the hold expires: from then on the call counts at its bound, until it is settled. */
  expires_at: TimestampInput;
}

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

/** A model that may answer, and what a million of its tokens cost, in billionths of a US dollar. */
export interface BudgetModel {
  /** Its name. */
  model: string;
  /** What it costs; none where nobody knows. */
  price: TokenPrice | null;
}

/**
 * A model that may answer, and what a million of its tokens cost, in billionths of a US dollar.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface BudgetModelInput {
  /** Its name. */
  model: string;
  /** What it costs; none where nobody knows. */
  price?: TokenPriceInput | null;
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

/** Asks to forget. */
export interface EraseBudget {
  /** Only say how many rows there are. */
  count_only: boolean;
}

/**
 * Asks to forget.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EraseBudgetInput {
  /**
   * Only say how many rows there are.
   *
   * @defaultValue `false`
   */
  count_only?: boolean;
}

/** What was forgotten, or is there. */
export interface ErasedBudget {
  /** Rows. */
  rows: number;
}

/** Asks for room for a call. */
export interface HoldBudget {
  /** The call's name, unique in the tenant. */
  call_id: string;
  /** The key that asks; none where the platform works for the tenant by itself. */
  key: string | null;
  /** The public half of that key, by which usage names it. */
  key_prefix: string | null;
  /** Every model that may answer, at most 16. */
  models: BudgetModel[];
  /** The most tokens that it reads, at most 100,000,000. */
  tokens_in: bigint;
  /** The most tokens that it writes, at most 100,000,000. */
  tokens_out: bigint;
}

/**
 * Asks for room for a call.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface HoldBudgetInput {
  /** The call's name, unique in the tenant. */
  call_id: string;
  /** The key that asks; none where the platform works for the tenant by itself. */
  key?: string | null;
  /** The public half of that key, by which usage names it. */
  key_prefix?: string | null;
  /** Every model that may answer, at most 16. */
  models: BudgetModelInput[];
  /** The most tokens that it reads, at most 100,000,000. */
  tokens_in: bigint | number;
  /** The most tokens that it writes, at most 100,000,000. */
  tokens_out: bigint | number;
}

/** No room is reserved. */
export type HoldError =
  /** It does not fit a limit. */
  | {
    refused: {
      /** What is left of it, for people. */
      left: string;
      /** Which limit, for people. */
      limit: string;
      /** Why. */
      reason: HoldReason;
      /** When it begins anew. */
      resets_at: Timestamp;
    };
  }
  /** Nobody knows what the model costs, and a limit in money is for it. */
  | {
    unpriced: {
      /** Which. */
      model: string;
    };
  }
  /** The request cannot be: no model, too many tokens. */
  | {
    invalid: {
      /** What is wrong with it. */
      detail: string;
    };
  }
  /** The call has ended, or it held something else. */
  | {
    taken: {
      /** Which. */
      call_id: string;
      /** What became of it. */
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

/**
 * No room is reserved.
 *
 * As it may be sent to a Worker in Rust.
 */
export type HoldErrorInput =
  /** It does not fit a limit. */
  | {
    refused: {
      /** What is left of it, for people. */
      left: string;
      /** Which limit, for people. */
      limit: string;
      /** Why. */
      reason: HoldReason;
      /** When it begins anew. */
      resets_at: TimestampInput;
    };
  }
  /** Nobody knows what the model costs, and a limit in money is for it. */
  | {
    unpriced: {
      /** Which. */
      model: string;
    };
  }
  /** The request cannot be: no model, too many tokens. */
  | {
    invalid: {
      /** What is wrong with it. */
      detail: string;
    };
  }
  /** The call has ended, or it held something else. */
  | {
    taken: {
      /** Which. */
      call_id: string;
      /** What became of it. */
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

/** Why a call does not fit, the shorter to wait for first. */
export type HoldReason =
  /** Calls under way hold what it would need, and may give it back. */
  | "held"
  /** The minute is used up. */
  | "window"
  /** The day or the month is used up. */
  | "spent"
  /** It would not fit an untouched window. */
  | "too_large";

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

/** Gives a hold back. */
export interface ReleaseCall {
  /** The call's name. */
  call_id: string;
}

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

/** What a call took. */
export interface SettleCall {
  /** What a cache had to do with it: `off`, `miss`, `hit`, `semantic`, `gateway-miss` or `gateway-hit`. */
  cache: string;
  /** The call's name. */
  call_id: string;
  /** From the call to its end, in milliseconds. */
  duration_ms: bigint;
  /** Whether the upstream said how many, or they are an upper bound. */
  estimated: boolean;
  /** From the call to the first byte of its answer, in milliseconds. */
  first_byte_ms: bigint | null;
  /** How many places of each kind were put aside, such as `email=2, card=1`; never what stood there. */
  masked: string;
  /** The model that answered. */
  model: string;
  /** How it ended: `finished`, `broken`, `canceled`, `failed` or `cached`. */
  outcome: string;
  /** The route that decided who was asked. */
  route: string | null;
  /** What those would have cost, in billionths of a US dollar; none where the price of the call says. */
  saved_nanos: bigint | null;
  /** Tokens that would have been read without a cache. */
  saved_tokens_in: bigint;
  /** Tokens that would have been written without one. */
  saved_tokens_out: bigint;
  /** Tokens read. */
  tokens_in: bigint;
  /** Those of them that came from the upstream's own cache. */
  tokens_in_cached: bigint;
  /** Tokens written. */
  tokens_out: bigint;
  /** Whom it was asked of. */
  upstream: string;
}

/**
 * What a call took.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SettleCallInput {
  /**
   * What a cache had to do with it: `off`, `miss`, `hit`, `semantic`, `gateway-miss` or `gateway-hit`.
   *
   * @defaultValue `""`
   */
  cache?: string;
  /** The call's name. */
  call_id: string;
  /**
   * From the call to its end, in milliseconds.
   *
   * @defaultValue `0`
   */
  duration_ms?: bigint | number;
  /**
   * Whether the upstream said how many, or they are an upper bound.
   *
   * @defaultValue `false`
   */
  estimated?: boolean;
  /** From the call to the first byte of its answer, in milliseconds. */
  first_byte_ms?: bigint | number | null;
  /**
   * How many places of each kind were put aside, such as `email=2, card=1`; never what stood there.
   *
   * @defaultValue `""`
   */
  masked?: string;
  /** The model that answered. */
  model: string;
  /**
   * How it ended: `finished`, `broken`, `canceled`, `failed` or `cached`.
   *
   * @defaultValue `""`
   */
  outcome?: string;
  /** The route that decided who was asked. */
  route?: string | null;
  /** What those would have cost, in billionths of a US dollar; none where the price of the call says. */
  saved_nanos?: bigint | number | null;
  /**
   * Tokens that would have been read without a cache.
   *
   * @defaultValue `0`
   */
  saved_tokens_in?: bigint | number;
  /**
   * Tokens that would have been written without one.
   *
   * @defaultValue `0`
   */
  saved_tokens_out?: bigint | number;
  /** Tokens read. */
  tokens_in: bigint | number;
  /**
   * Those of them that came from the upstream's own cache.
   *
   * @defaultValue `0`
   */
  tokens_in_cached?: bigint | number;
  /** Tokens written. */
  tokens_out: bigint | number;
  /**
   * Whom it was asked of.
   *
   * @defaultValue `""`
   */
  upstream?: string;
}

/** What a call counts as. */
export interface SettledCall {
  /** What it cost, in billionths of a US dollar. */
  cost_nanos: bigint;
}

/**
 * What a call counts as.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SettledCallInput {
  /** What it cost, in billionths of a US dollar. */
  cost_nanos: bigint | number;
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

/** What a million tokens cost, in billionths of a US dollar. */
export interface TokenPrice {
  /** Of those that it reads from the upstream's own cache. */
  cached: bigint;
  /** Of those that it reads. */
  input: bigint;
  /** Of those that it writes. */
  output: bigint;
}

/**
 * What a million tokens cost, in billionths of a US dollar.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TokenPriceInput {
  /** Of those that it reads from the upstream's own cache. */
  cached: bigint | number;
  /** Of those that it reads. */
  input: bigint | number;
  /** Of those that it writes. */
  output: bigint | number;
}
