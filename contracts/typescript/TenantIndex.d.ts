// The contract `TenantIndex`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * A tenant's hybrid index of words and vectors.
 *
 * A binding to it has these methods.
 */
export interface TenantIndex {
  /** The best hits for a query, by its words and by its vector, best first. */
  find(request: FindPassagesInput, context: Context<TenantScope>): Promise<Answer<SearchHits, IndexError>>;
  /** Removes passages for good. */
  forget(request: ForgetPassagesInput, context: Context<TenantScope>): Promise<Answer<Forgotten, IndexError>>;
  /** Adds passages, replacing those of the same id. */
  upsert(request: UpsertPassagesInput, context: Context<TenantScope>): Promise<Answer<null, IndexError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`TenantIndex`]. */
export interface TenantIndexImplementation {
  /** The best hits for a query, by its words and by its vector, best first. */
  find(request: FindPassages, context: ReceivedContext<TenantScope>): Promise<Answer<SearchHitsInput, IndexError>>;
  /** Removes passages for good. */
  forget(request: ForgetPassages, context: ReceivedContext<TenantScope>): Promise<Answer<Forgotten, IndexError>>;
  /** Adds passages, replacing those of the same id. */
  upsert(request: UpsertPassages, context: ReceivedContext<TenantScope>): Promise<Answer<null, IndexError>>;
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

/** Asks for hits. */
export interface FindPassages {
  /** What else a hit must be. */
  filter: SearchFilter;
  /** Only this kind of hit, if given. */
  kind: HitKind | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** What a person typed. */
  query: string;
  /** Its unit vector, encoded as in [`Passage`]. */
  vector: Uint8Array;
}

/**
 * Asks for hits.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface FindPassagesInput {
  /**
   * What else a hit must be.
   *
   * @defaultValue `{"account":null,"event_id":null,"since":null,"source":null,"until":null}`
   */
  filter?: SearchFilterInput;
  /** Only this kind of hit, if given. */
  kind?: HitKind | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** What a person typed. */
  query: string;
  /** Its unit vector, encoded as in [`Passage`]. */
  vector: Uint8Array | ArrayBuffer;
}

/** Asks the index to remove what it has of an event, or of all. */
export interface ForgetPassages {
  /** At most this many; with 0 they are only counted. */
  at_most: number;
  /** Only what is from this event, if given. */
  event_id: EventId | null;
}

/**
 * Asks the index to remove what it has of an event, or of all.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ForgetPassagesInput {
  /** At most this many; with 0 they are only counted. */
  at_most: number;
  /** Only what is from this event, if given. */
  event_id?: EventId | null;
}

/** What was removed. */
export interface Forgotten {
  /** Those that are still there: ask again until there are none. */
  left: number;
  /** Passages and signals that are gone by this call. */
  removed: number;
}

/** What a hit is. */
export type HitKind =
  /** A passage of a source text. */
  | "passage"
  /** A signal. */
  | "signal";

/** The index refused or failed. */
export type IndexError =
  /** A passage or vector cannot be used; sending it again cannot help. */
  | {
    invalid: {
      /** Which, and why. */
      detail: string;
    };
  }
  /** The object's storage failed. */
  | {
    storage: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** A text to be found again. */
export interface Passage {
  /** The customer's company. */
  account: string | null;
  /** The passage's or signal's id: a prefix and 32 hexadecimal digits. */
  id: string;
  /** Which of the two. */
  kind: HitKind;
  /** Where it begins in the event's source text, in characters (Unicode scalar values). */
  start: number;
  /** The text. */
  text: string;
  /** Its unit vector as little-endian 32-bit floats; empty when no token of it is known. */
  vector: Uint8Array;
}

/**
 * A text to be found again.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PassageInput {
  /** The customer's company. */
  account?: string | null;
  /** The passage's or signal's id: a prefix and 32 hexadecimal digits. */
  id: string;
  /** Which of the two. */
  kind: HitKind;
  /**
   * Where it begins in the event's source text, in characters (Unicode scalar values).
   *
   * @defaultValue `0`
   */
  start?: number;
  /** The text. */
  text: string;
  /** Its unit vector as little-endian 32-bit floats; empty when no token of it is known. */
  vector: Uint8Array | ArrayBuffer;
}

/** What a hit must be, beside its kind; all that is given must hold. */
export interface SearchFilter {
  /** Of this account; upper and lower case are one. */
  account: string | null;
  /** From this event. */
  event_id: EventId | null;
  /** From events that happened at this time or later. */
  since: Timestamp | null;
  /** From events of this source. */
  source: string | null;
  /** From events that happened at this time or earlier. */
  until: Timestamp | null;
}

/**
 * What a hit must be, beside its kind; all that is given must hold.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SearchFilterInput {
  /** Of this account; upper and lower case are one. */
  account?: string | null;
  /** From this event. */
  event_id?: EventId | null;
  /** From events that happened at this time or later. */
  since?: TimestampInput | null;
  /** From events of this source. */
  source?: string | null;
  /** From events that happened at this time or earlier. */
  until?: TimestampInput | null;
}

/** One hit. */
export interface SearchHit {
  /** The customer's company, by name or domain. */
  account: string | null;
  /** Where it is from. */
  event_id: EventId;
  /** The part of a passage that fits the query best, verbatim; none where the snippet is one part. */
  highlight: string | null;
  /** The passage's or signal's id. */
  id: string;
  /** Which of the two. */
  kind: HitKind;
  /** The words of the query in the snippet, in order. */
  matches: TextRange[];
  /** When the event happened. */
  occurred_at: Timestamp | null;
  /** 0 to 1, comparable within one answer. */
  score: number;
  /** The text to show. */
  snippet: string;
  /** The event's source. */
  source: string | null;
  /** Where the snippet begins in the event's source text, in characters (Unicode scalar values). */
  start: number;
  /** The call's title. */
  title: string | null;
  /** How much of the query's words the text has, 0 to 1, rare words counting most. */
  words: number;
}

/**
 * One hit.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SearchHitInput {
  /** The customer's company, by name or domain. */
  account?: string | null;
  /** Where it is from. */
  event_id: EventId;
  /** The part of a passage that fits the query best, verbatim; none where the snippet is one part. */
  highlight?: string | null;
  /** The passage's or signal's id. */
  id: string;
  /** Which of the two. */
  kind: HitKind;
  /**
   * The words of the query in the snippet, in order.
   *
   * @defaultValue `[]`
   */
  matches?: TextRange[];
  /** When the event happened. */
  occurred_at?: TimestampInput | null;
  /** 0 to 1, comparable within one answer. */
  score: number;
  /** The text to show. */
  snippet: string;
  /** The event's source. */
  source?: string | null;
  /**
   * Where the snippet begins in the event's source text, in characters (Unicode scalar values).
   *
   * @defaultValue `0`
   */
  start?: number;
  /** The call's title. */
  title?: string | null;
  /**
   * How much of the query's words the text has, 0 to 1, rare words counting most.
   *
   * @defaultValue `0.0`
   */
  words?: number;
}

/** What was found, best first. */
export interface SearchHits {
  /** Best first. */
  hits: SearchHit[];
}

/**
 * What was found, best first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SearchHitsInput {
  /** Best first. */
  hits: SearchHitInput[];
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

/** A stretch of a text, in characters (Unicode scalar values). */
export interface TextRange {
  /** Where it ends, exclusive. */
  end: number;
  /** Where it starts. */
  start: number;
}

/** Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number. */
export type Timestamp = bigint;

/**
 * Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TimestampInput = bigint | number;

/** Asks the index to take passages of one event. */
export interface UpsertPassages {
  /** Where they are from. */
  event_id: EventId;
  /** When the event happened. */
  occurred_at: Timestamp | null;
  /** At most 200. */
  passages: Passage[];
  /** The event's source. */
  source: string | null;
  /** The call's title. */
  title: string | null;
}

/**
 * Asks the index to take passages of one event.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UpsertPassagesInput {
  /** Where they are from. */
  event_id: EventId;
  /** When the event happened. */
  occurred_at?: TimestampInput | null;
  /** At most 200. */
  passages: PassageInput[];
  /** The event's source. */
  source?: string | null;
  /** The call's title. */
  title?: string | null;
}
