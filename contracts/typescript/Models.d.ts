// The contract `Models`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The gateway's view of the models.
 *
 * A binding to it has these methods.
 */
export interface Models {
  /**
   * Asks a model for an answer to a conversation. Asked again, it is asked again: nothing is kept but what the cache may
   * keep.
   */
  complete(request: CompleteInput, context: Context<TenantScope>): Promise<Answer<Completion, ModelError>>;
  /** Turns texts into vectors. */
  embed(request: EmbedInput, context: Context<TenantScope>): Promise<Answer<Embedded, ModelError>>;
  /** Who would answer a chat, and why. Nobody is asked. */
  explain_route(request: ExplainRouteInput, context: Context<TenantScope>): Promise<Answer<RouteExplanation, ModelError>>;
  /** The models that the tenant may ask. */
  list_models(request: ListModels, context: Context<TenantScope>): Promise<Answer<ModelList, ModelError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Models`]. */
export interface ModelsImplementation {
  /**
   * Asks a model for an answer to a conversation. Asked again, it is asked again: nothing is kept but what the cache may
   * keep.
   */
  complete(request: Complete, context: ReceivedContext<TenantScope>): Promise<Answer<CompletionInput, ModelErrorInput>>;
  /** Turns texts into vectors. */
  embed(request: Embed, context: ReceivedContext<TenantScope>): Promise<Answer<EmbeddedInput, ModelErrorInput>>;
  /** Who would answer a chat, and why. Nobody is asked. */
  explain_route(request: ExplainRoute, context: ReceivedContext<TenantScope>): Promise<Answer<RouteExplanationInput, ModelErrorInput>>;
  /** The models that the tenant may ask. */
  list_models(request: ListModels, context: ReceivedContext<TenantScope>): Promise<Answer<ModelList, ModelErrorInput>>;
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

/** Asks for an answer to a conversation. */
export interface Complete {
  /** The request as it came. */
  body: Uint8Array;
  /** What the request says of kept answers: its header `weft-cache`. */
  cache: string | null;
  /** The body's form. */
  form: ModelForm;
  /** The public half of the key that asks. */
  key_prefix: string | null;
  /** The tenant's plan. */
  plan: string;
  /**
   * Nothing comes of it. Where it ends or breaks before the answer does, whoever asked has left, and the model's server
   * is left too.
   */
  presence: ReadableStream | null;
  /** The request's own id, as its answer tells it; none where the platform asks by itself. */
  request_id: string | null;
}

/**
 * Asks for an answer to a conversation.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CompleteInput {
  /** The request as it came. */
  body: Uint8Array | ArrayBuffer;
  /** What the request says of kept answers: its header `weft-cache`. */
  cache?: string | null;
  /** The body's form. */
  form: ModelForm;
  /** The public half of the key that asks. */
  key_prefix?: string | null;
  /** The tenant's plan. */
  plan: string;
  /**
   * Nothing comes of it. Where it ends or breaks before the answer does, whoever asked has left, and the model's server
   * is left too.
   */
  presence?: ReadableStream | null;
  /** The request's own id, as its answer tells it; none where the platform asks by itself. */
  request_id?: string | null;
}

/** An answer: whole, or as it comes. */
export interface Completion {
  /** The whole body; empty where it comes as a stream. */
  body: Uint8Array;
  /** What is told in the answer's headers, names in lower case. */
  headers: [string, string][];
  /** The body's media type. */
  media_type: string;
  /** The body as it comes. It ends with an error event where the answer is not whole. */
  stream: ReadableStream | null;
}

/**
 * An answer: whole, or as it comes.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CompletionInput {
  /**
   * The whole body; empty where it comes as a stream.
   *
   * @defaultValue `[]`
   */
  body?: Uint8Array | ArrayBuffer;
  /**
   * What is told in the answer's headers, names in lower case.
   *
   * @defaultValue `[]`
   */
  headers?: [string, string][];
  /** The body's media type. */
  media_type: string;
  /** The body as it comes. It ends with an error event where the answer is not whole. */
  stream?: ReadableStream | null;
}

/** A route that was looked at. */
export interface ConsideredRoute {
  /** The first condition that does not, by its name in the document. */
  condition: string | null;
  /** Whether all its conditions hold. */
  holds: boolean;
  /** Its name. */
  name: string;
  /** Why it does not. */
  reason: string | null;
}

/**
 * A route that was looked at.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ConsideredRouteInput {
  /** The first condition that does not, by its name in the document. */
  condition?: string | null;
  /** Whether all its conditions hold. */
  holds: boolean;
  /** Its name. */
  name: string;
  /** Why it does not. */
  reason?: string | null;
}

/** Asks for vectors. */
export interface Embed {
  /** The request as it came, in OpenAI's form. */
  body: Uint8Array;
  /** What the request says of kept answers: its header `weft-cache`. */
  cache: string | null;
  /** The public half of the key that asks. */
  key_prefix: string | null;
  /** The tenant's plan. */
  plan: string;
}

/**
 * Asks for vectors.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EmbedInput {
  /** The request as it came, in OpenAI's form. */
  body: Uint8Array | ArrayBuffer;
  /** What the request says of kept answers: its header `weft-cache`. */
  cache?: string | null;
  /** The public half of the key that asks. */
  key_prefix?: string | null;
  /** The tenant's plan. */
  plan: string;
}

/** Vectors, in OpenAI's form. */
export interface Embedded {
  /** The whole body. */
  body: Uint8Array;
  /** What is told in the answer's headers, names in lower case. */
  headers: [string, string][];
}

/**
 * Vectors, in OpenAI's form.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EmbeddedInput {
  /** The whole body. */
  body: Uint8Array | ArrayBuffer;
  /**
   * What is told in the answer's headers, names in lower case.
   *
   * @defaultValue `[]`
   */
  headers?: [string, string][];
}

/** Names one endpoint. */
export type EndpointId = string;

/** Asks who would answer a chat, and why. */
export interface ExplainRoute {
  /**
   * A chat in OpenAI's form; or its `model`, and of `stream`, `input_tokens`, `max_completion_tokens` and `n` what is of
   * interest.
   */
  body: Uint8Array;
  /** The public half of the key that asks. */
  key_prefix: string | null;
  /** The tenant's plan. */
  plan: string;
}

/**
 * Asks who would answer a chat, and why.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ExplainRouteInput {
  /**
   * A chat in OpenAI's form; or its `model`, and of `stream`, `input_tokens`, `max_completion_tokens` and `n` what is of
   * interest.
   */
  body: Uint8Array | ArrayBuffer;
  /** The public half of the key that asks. */
  key_prefix?: string | null;
  /** The tenant's plan. */
  plan: string;
}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Asks which models there are. */
export interface ListModels {}

/** A model, or an alias of one. */
export interface Model {
  /** The name to ask for it by. */
  id: string;
  /** Who serves it. */
  owned_by: string;
}

/** Why there is no answer. */
export type ModelError =
  /** No server of models is configured. */
  | "not_configured"
  /** The configuration cannot be used; for operators. */
  | {
    misconfigured: {
      /** What is wrong with it. */
      detail: string;
    };
  }
  /** The body is no JSON. */
  | {
    not_json: {
      /** Where it stops making sense. */
      detail: string;
    };
  }
  /** The request cannot be carried out as it stands. */
  | {
    invalid: {
      /** What is wrong. */
      faults: RequestFault[];
    };
  }
  /** There is no such model for this tenant. */
  | {
    unknown_model: {
      /** Which. */
      model: string;
    };
  }
  /** The tenant may not ask this model. */
  | {
    not_allowed: {
      /** Which. */
      model: string;
    };
  }
  /** A budget has no room for the call. */
  | {
    budget: {
      /** Which, and what is left of it. */
      detail: string;
      /** When the budget begins anew. */
      resets_at: Timestamp | null;
      /** How long to wait, in seconds. */
      retry_after_s: bigint | null;
      /** Whether a wait helps by itself: a rate, or what other calls hold. */
      wait: boolean;
    };
  }
  /** The model's server refuses the request. */
  | {
    refused: {
      /** Its own word for it. */
      code: string | null;
      /** What it says. */
      message: string;
      /** The parameter that it names. */
      param: string | null;
    };
  }
  /** The model's server allows no more at present. */
  | {
    rate_limited: {
      /** What it says. */
      message: string;
      /** How long it asks to wait, in seconds. */
      retry_after_s: bigint | null;
    };
  }
  /** No server of the model gave an answer. */
  | {
    failed: {
      /** What went wrong, for the client. */
      message: string;
      /** Whether another try may succeed. */
      retry: boolean;
      /** How long it asks to wait, in seconds. */
      retry_after_s: bigint | null;
    };
  }
  /** Something that is needed does not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/**
 * Why there is no answer.
 *
 * As it may be sent to a Worker in Rust.
 */
export type ModelErrorInput =
  /** No server of models is configured. */
  | "not_configured"
  /** The configuration cannot be used; for operators. */
  | {
    misconfigured: {
      /** What is wrong with it. */
      detail: string;
    };
  }
  /** The body is no JSON. */
  | {
    not_json: {
      /** Where it stops making sense. */
      detail: string;
    };
  }
  /** The request cannot be carried out as it stands. */
  | {
    invalid: {
      /** What is wrong. */
      faults: RequestFault[];
    };
  }
  /** There is no such model for this tenant. */
  | {
    unknown_model: {
      /** Which. */
      model: string;
    };
  }
  /** The tenant may not ask this model. */
  | {
    not_allowed: {
      /** Which. */
      model: string;
    };
  }
  /** A budget has no room for the call. */
  | {
    budget: {
      /** Which, and what is left of it. */
      detail: string;
      /** When the budget begins anew. */
      resets_at?: TimestampInput | null;
      /** How long to wait, in seconds. */
      retry_after_s?: bigint | number | null;
      /** Whether a wait helps by itself: a rate, or what other calls hold. */
      wait: boolean;
    };
  }
  /** The model's server refuses the request. */
  | {
    refused: {
      /** Its own word for it. */
      code?: string | null;
      /** What it says. */
      message: string;
      /** The parameter that it names. */
      param?: string | null;
    };
  }
  /** The model's server allows no more at present. */
  | {
    rate_limited: {
      /** What it says. */
      message: string;
      /** How long it asks to wait, in seconds. */
      retry_after_s?: bigint | number | null;
    };
  }
  /** No server of the model gave an answer. */
  | {
    failed: {
      /** What went wrong, for the client. */
      message: string;
      /** Whether another try may succeed. */
      retry: boolean;
      /** How long it asks to wait, in seconds. */
      retry_after_s?: bigint | number | null;
    };
  }
  /** Something that is needed does not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** The form of a request and of its answer. */
export type ModelForm =
  /** OpenAI's chat completions. */
  | "open_ai"
  /** Anthropic's messages. */
  | "anthropic";

/** The models that a tenant may ask. */
export interface ModelList {
  /** By name. */
  items: Model[];
}

/** Something of a request that it cannot have. */
export interface RequestFault {
  /** What is wrong with it, as a predicate. */
  detail: string;
  /** Which, as a JSON pointer. */
  pointer: string;
}

/** One that may answer. */
export interface RouteCandidate {
  /** `closed`, or `open` where it failed too often of late, as far as the isolate that answers knows. */
  breaker: string;
  /** How many of its calls in the last half minute failed, of a hundred. */
  failed_percent: number;
  /** How long the first of its answer may take, in milliseconds. */
  first_byte_ms: bigint;
  /** The model's own name there. */
  model: string;
  /** How long the next piece of a stream may take. */
  stall_ms: bigint;
  /** The upstream's name. */
  upstream: string;
  /** Its share among the route's targets; none for a fallback, and where no route decides. */
  weight: number | null;
}

/**
 * One that may answer.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RouteCandidateInput {
  /** `closed`, or `open` where it failed too often of late, as far as the isolate that answers knows. */
  breaker: string;
  /** How many of its calls in the last half minute failed, of a hundred. */
  failed_percent: number;
  /** How long the first of its answer may take, in milliseconds. */
  first_byte_ms: bigint | number;
  /** The model's own name there. */
  model: string;
  /** How long the next piece of a stream may take. */
  stall_ms: bigint | number;
  /** The upstream's name. */
  upstream: string;
  /** Its share among the route's targets; none for a fallback, and where no route decides. */
  weight?: number | null;
}

/** Who would answer, and why. */
export interface RouteExplanation {
  /** Whose alias the name is: `tenant` or `everybody`; none where it is none. */
  alias: string | null;
  /** The name that was asked for. */
  asked: string;
  /** What led here, step by step. */
  because: string[];
  /** Who is asked, in order. */
  candidates: RouteCandidate[];
  /** After which failures the next is asked: `rate_limited`, `server_error`, `timeout`, `connect`. */
  fallback_on: string[];
  /** After how long without the first of an answer the second is asked as well, in milliseconds. */
  hedge_after_ms: bigint | null;
  /** The most that it can cost, in billionths of a US dollar: what is held. None where a model's price is not known. */
  hold_nanos: bigint | null;
  /** The limits of the budget that it counts against. */
  limits: RouteLimit[];
  /** What it stands for. */
  model: string;
  /** Why nobody is asked, where nobody is. */
  refusal: string | null;
  /** The edition of the document that decides. */
  revision: string;
  /** The route that decides; none where upstreams have the model by name. */
  route: string | null;
  /** Every route, in order. */
  routes: ConsideredRoute[];
  /** The most tokens that the request can have. */
  tokens_in: bigint;
  /** The most that its answer can have. */
  tokens_out: bigint;
}

/**
 * Who would answer, and why.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RouteExplanationInput {
  /** Whose alias the name is: `tenant` or `everybody`; none where it is none. */
  alias?: string | null;
  /** The name that was asked for. */
  asked: string;
  /** What led here, step by step. */
  because: string[];
  /** Who is asked, in order. */
  candidates: RouteCandidateInput[];
  /** After which failures the next is asked: `rate_limited`, `server_error`, `timeout`, `connect`. */
  fallback_on: string[];
  /** After how long without the first of an answer the second is asked as well, in milliseconds. */
  hedge_after_ms?: bigint | number | null;
  /** The most that it can cost, in billionths of a US dollar: what is held. None where a model's price is not known. */
  hold_nanos?: bigint | number | null;
  /** The limits of the budget that it counts against. */
  limits: RouteLimitInput[];
  /** What it stands for. */
  model: string;
  /** Why nobody is asked, where nobody is. */
  refusal?: string | null;
  /**
   * The edition of the document that decides.
   *
   * @defaultValue `""`
   */
  revision?: string;
  /** The route that decides; none where upstreams have the model by name. */
  route?: string | null;
  /** Every route, in order. */
  routes: ConsideredRouteInput[];
  /** The most tokens that the request can have. */
  tokens_in: bigint | number;
  /** The most that its answer can have. */
  tokens_out: bigint | number;
}

/** A limit of the budget. */
export interface RouteLimit {
  /** Whether the call fits at present. */
  fits: boolean;
  /** What is left of it, in words. */
  left: string;
  /** In words. */
  limit: string;
  /** When it begins anew. */
  resets_at: Timestamp | null;
}

/**
 * A limit of the budget.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RouteLimitInput {
  /** Whether the call fits at present. */
  fits: boolean;
  /** What is left of it, in words. */
  left: string;
  /** In words. */
  limit: string;
  /** When it begins anew. */
  resets_at?: TimestampInput | null;
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
