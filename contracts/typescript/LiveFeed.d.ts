// The contract `LiveFeed`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * What the pipeline and the gateway ask of a tenant's feed.
 *
 * A binding to it has these methods.
 */
export interface LiveFeed {
  /** Forgets entries for good, or counts those that it would forget. */
  forget(request: ForgetEntriesInput, context: Context<TenantScope>): Promise<Answer<ForgottenEntries, LiveError>>;
  /** Makes a ticket: whoever brings it within a minute listens once, as the key that asked for it. */
  issue_ticket(request: TicketHolder, context: Context<TenantScope>): Promise<Answer<Ticket, LiveError>>;
  /** Adds entries, and sends them to whoever listens. One that is there is not added again. */
  publish(request: PublishInput, context: Context<TenantScope>): Promise<Answer<Published, LiveError>>;
  /** Takes a ticket. */
  redeem_ticket(request: string, context: Context<TenantScope>): Promise<Answer<TicketHolder, LiveError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`LiveFeed`]. */
export interface LiveFeedImplementation {
  /** Forgets entries for good, or counts those that it would forget. */
  forget(request: ForgetEntries, context: ReceivedContext<TenantScope>): Promise<Answer<ForgottenEntries, LiveError>>;
  /** Makes a ticket: whoever brings it within a minute listens once, as the key that asked for it. */
  issue_ticket(request: TicketHolder, context: ReceivedContext<TenantScope>): Promise<Answer<TicketInput, LiveError>>;
  /** Adds entries, and sends them to whoever listens. One that is there is not added again. */
  publish(request: Publish, context: ReceivedContext<TenantScope>): Promise<Answer<Published, LiveError>>;
  /** Takes a ticket. */
  redeem_ticket(request: string, context: ReceivedContext<TenantScope>): Promise<Answer<TicketHolder, LiveError>>;
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

/** Asks to forget entries. */
export interface ForgetEntries {
  /** Only say how many there are. */
  count_only: boolean;
  /** Those that tell of these events, at most 100; without them all entries, and all tickets. */
  event_ids: EventId[] | null;
}

/**
 * Asks to forget entries.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ForgetEntriesInput {
  /**
   * Only say how many there are.
   *
   * @defaultValue `false`
   */
  count_only?: boolean;
  /** Those that tell of these events, at most 100; without them all entries, and all tickets. */
  event_ids?: EventId[] | null;
}

/** How many entries were forgotten, or are there. */
export interface ForgottenEntries {
  /** How many. */
  entries: number;
}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** The feed refuses. */
export type LiveError =
  /** The ticket is unknown, was used or has expired. */
  | "bad_ticket"
  /** A store did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** An entry to add. */
export interface NewEntry {
  /** The customer's company, where it is known. */
  account: string | null;
  /** What it says, as JSON text of at most 64 KiB. */
  data: string;
  /** What it is known by: another with the same key is the same entry. */
  key: string;
  /** Such as `signal.created`. */
  kind: string;
  /** The kind of signal, where it is one. */
  signal_kind: string | null;
}

/**
 * An entry to add.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface NewEntryInput {
  /** The customer's company, where it is known. */
  account?: string | null;
  /** What it says, as JSON text of at most 64 KiB. */
  data: string;
  /** What it is known by: another with the same key is the same entry. */
  key: string;
  /** Such as `signal.created`. */
  kind: string;
  /** The kind of signal, where it is one. */
  signal_kind?: string | null;
}

/** Entries to add. */
export interface Publish {
  /** In order; at most 1,000. */
  entries: NewEntry[];
}

/**
 * Entries to add.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PublishInput {
  /** In order; at most 1,000. */
  entries: NewEntryInput[];
}

/** What was added. */
export interface Published {
  /** How many were new. */
  added: number;
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

/** A ticket. */
export interface Ticket {
  /** Until when. */
  expires_at: Timestamp;
  /** What is to be shown. */
  secret: string;
}

/**
 * A ticket.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TicketInput {
  /** Until when. */
  expires_at: TimestampInput;
  /** What is to be shown. */
  secret: string;
}

/** Whose ticket it is. */
export interface TicketHolder {
  /** The public half of the API key. */
  key_prefix: string;
}

/** Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number. */
export type Timestamp = bigint;

/**
 * Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TimestampInput = bigint | number;
