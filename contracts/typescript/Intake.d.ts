// The contract `Intake`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The gateway's view of the pipeline: accept events, and read what came of them.
 *
 * A binding to it has these methods.
 */
export interface Intake {
  /** One event with its steps. */
  get_event(request: GetEvent, context: Context<TenantScope>): Promise<Answer<EventDetail, ReadEventError>>;
  /** One signal. */
  get_signal(request: GetSignal, context: Context<TenantScope>): Promise<Answer<Signal, ReadSignalError>>;
  /** Makes an event durable (raw bytes and row), then hands it on. A repeated delivery key gives the first event. */
  ingest_event(request: IngestEventInput, context: Context<TenantScope>): Promise<Answer<IngestReceipt, IngestEventError>>;
  /** Events, newest first. */
  list_events(request: ListEventsInput, context: Context<TenantScope>): Promise<Answer<EventPage, ReadEventError>>;
  /** Signals, newest first. */
  list_signals(request: ListSignalsInput, context: Context<TenantScope>): Promise<Answer<SignalPage, ReadSignalError>>;
  /** The archived bytes. */
  read_raw(request: GetEvent, context: Context<TenantScope>): Promise<Answer<RawEvent, ReadEventError>>;
  /** The source text that evidence offsets point into. */
  read_text(request: GetEvent, context: Context<TenantScope>): Promise<Answer<SourceText, ReadEventError>>;
  /** Hybrid search over passages and signals. */
  search(request: SearchInput, context: Context<TenantScope>): Promise<Answer<SearchHits, SearchError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Intake`]. */
export interface IntakeImplementation {
  /** One event with its steps. */
  get_event(request: GetEvent, context: ReceivedContext<TenantScope>): Promise<Answer<EventDetailInput, ReadEventError>>;
  /** One signal. */
  get_signal(request: GetSignal, context: ReceivedContext<TenantScope>): Promise<Answer<SignalInput, ReadSignalError>>;
  /** Makes an event durable (raw bytes and row), then hands it on. A repeated delivery key gives the first event. */
  ingest_event(request: IngestEvent, context: ReceivedContext<TenantScope>): Promise<Answer<IngestReceipt, IngestEventError>>;
  /** Events, newest first. */
  list_events(request: ListEvents, context: ReceivedContext<TenantScope>): Promise<Answer<EventPageInput, ReadEventError>>;
  /** Signals, newest first. */
  list_signals(request: ListSignals, context: ReceivedContext<TenantScope>): Promise<Answer<SignalPageInput, ReadSignalError>>;
  /** The archived bytes. */
  read_raw(request: GetEvent, context: ReceivedContext<TenantScope>): Promise<Answer<RawEventInput, ReadEventError>>;
  /** The source text that evidence offsets point into. */
  read_text(request: GetEvent, context: ReceivedContext<TenantScope>): Promise<Answer<SourceText, ReadEventError>>;
  /** Hybrid search over passages and signals. */
  search(request: Search, context: ReceivedContext<TenantScope>): Promise<Answer<SearchHitsInput, SearchError>>;
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

/** What a call's signals amount to. */
export interface Assessment {
  /** How many signals of each kind. */
  counts: KindCount[];
  /** Who found them; not known of events from before this was recorded. */
  extractor: ExtractorReport | null;
  /** One line for a person. */
  headline: string;
  /** How well the opportunity is qualified, 0 to 1. */
  qualification: number;
  /** How much speaks against it, 0 to 1. */
  risk: number;
}

/**
 * What a call's signals amount to.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface AssessmentInput {
  /** How many signals of each kind. */
  counts: KindCount[];
  /** Who found them; not known of events from before this was recorded. */
  extractor?: ExtractorReportInput | null;
  /** One line for a person. */
  headline: string;
  /** How well the opportunity is qualified, 0 to 1. */
  qualification: number;
  /** How much speaks against it, 0 to 1. */
  risk: number;
}

/** Names one endpoint. */
export type EndpointId = string;

/** An event with its steps. */
export interface EventDetail {
  /** What the evaluate step concluded. */
  assessment: Assessment | null;
  /** The event. */
  event: EventSummary;
  /** The names of those to come, in order; none once the event has come to its end. */
  pending: string[];
  /** Its workflow's steps that have begun, in order. */
  steps: StepReport[];
}

/**
 * An event with its steps.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EventDetailInput {
  /** What the evaluate step concluded. */
  assessment?: AssessmentInput | null;
  /** The event. */
  event: EventSummaryInput;
  /**
   * The names of those to come, in order; none once the event has come to its end.
   *
   * @defaultValue `[]`
   */
  pending?: string[];
  /** Its workflow's steps that have begun, in order. */
  steps: StepReportInput[];
}

/** Names one event. */
export type EventId = string;

/** A page of events. */
export interface EventPage {
  /** Newest first. */
  items: EventSummary[];
  /** Where the next page begins, if there is one. */
  next_before: EventId | null;
}

/**
 * A page of events.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EventPageInput {
  /** Newest first. */
  items: EventSummaryInput[];
  /** Where the next page begins, if there is one. */
  next_before?: EventId | null;
}

/** An event without its steps. */
export interface EventSummary {
  /** The customer's company, by name or domain. */
  account: string | null;
  /** The id. */
  event_id: EventId;
  /** The type. */
  kind: string;
  /** When it happened, where the sender says. */
  occurred_at: Timestamp | null;
  /** Why it was skipped, failed or dead. */
  reason: string | null;
  /** When it was accepted. */
  received_at: Timestamp;
  /** How many signals were stored. */
  signals_count: number;
  /** The body's size in bytes. */
  size_bytes: number;
  /** The provider, or `generic`. */
  source: string;
  /** `received`, `processing`, `processed`, `skipped`, `failed` or `dead`. */
  status: string;
  /** The subject. */
  subject: string | null;
  /** The call's title. */
  title: string | null;
  /** The trace's id. */
  trace_id: string;
  /** When its status last changed. */
  updated_at: Timestamp;
}

/**
 * An event without its steps.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EventSummaryInput {
  /** The customer's company, by name or domain. */
  account?: string | null;
  /** The id. */
  event_id: EventId;
  /** The type. */
  kind: string;
  /** When it happened, where the sender says. */
  occurred_at?: TimestampInput | null;
  /** Why it was skipped, failed or dead. */
  reason?: string | null;
  /** When it was accepted. */
  received_at: TimestampInput;
  /** How many signals were stored. */
  signals_count: number;
  /** The body's size in bytes. */
  size_bytes: number;
  /** The provider, or `generic`. */
  source: string;
  /** `received`, `processing`, `processed`, `skipped`, `failed` or `dead`. */
  status: string;
  /** The subject. */
  subject?: string | null;
  /** The call's title. */
  title?: string | null;
  /** The trace's id. */
  trace_id: string;
  /** When its status last changed. */
  updated_at: TimestampInput;
}

/** A verbatim slice of an event's source text. */
export interface Evidence {
  /** How far into the call, in milliseconds, where the provider says. */
  at_ms: number | null;
  /** Where they end. */
  end: number;
  /** The words. */
  quote: string;
  /** Who said it. */
  speaker: string;
  /** Where they begin in the source text, in Unicode scalar values. */
  start: number;
  /** Which turn, from 0. */
  turn: number;
}

/**
 * A verbatim slice of an event's source text.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EvidenceInput {
  /** How far into the call, in milliseconds, where the provider says. */
  at_ms?: number | null;
  /** Where they end. */
  end: number;
  /** The words. */
  quote: string;
  /** Who said it. */
  speaker: string;
  /** Where they begin in the source text, in Unicode scalar values. */
  start: number;
  /** Which turn, from 0. */
  turn: number;
}

/** Which extractor found a call's signals. */
export interface ExtractorReport {
  /** How many findings it claimed whose quote nobody said. They were dropped. */
  dropped_quotes: number;
  /** Why the rules stand in for a model: what its last try failed with. */
  fallback_reason: string | null;
  /** `rules` or `model`. */
  kind: string;
  /** Which model, as its server names it. */
  model: string | null;
}

/**
 * Which extractor found a call's signals.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ExtractorReportInput {
  /**
   * How many findings it claimed whose quote nobody said. They were dropped.
   *
   * @defaultValue `0`
   */
  dropped_quotes?: number;
  /** Why the rules stand in for a model: what its last try failed with. */
  fallback_reason?: string | null;
  /** `rules` or `model`. */
  kind: string;
  /** Which model, as its server names it. */
  model?: string | null;
}

/** Names one event. */
export interface GetEvent {
  /** Which. */
  event_id: EventId;
}

/** Names one signal. */
export interface GetSignal {
  /** Which. */
  signal_id: SignalId;
}

/** What a hit is. */
export type HitKind =
  /** A passage of a source text. */
  | "passage"
  /** A signal. */
  | "signal";

/** Asks the pipeline to accept an event. */
export interface IngestEvent {
  /** The body, byte for byte; at most [`MAX_EVENT_BYTES`]. */
  body: Uint8Array;
  /** The sender's own id of this delivery. Without one, the content itself makes a redelivery recognizable. */
  delivery_id: string | null;
  /** The endpoint it came through, for webhooks. */
  endpoint_id: EndpointId | null;
  /** The event's type in the provider's words, such as `call.completed`. */
  kind: string;
  /** The body's media type. */
  media_type: string;
  /** When it happened, where the sender says. */
  occurred_at: Timestamp | null;
  /** The provider of the catalog, or `generic`. */
  source: string;
  /** What it is about, where the sender says. */
  subject: string | null;
}

/**
 * Asks the pipeline to accept an event.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface IngestEventInput {
  /** The body, byte for byte; at most [`MAX_EVENT_BYTES`]. */
  body: Uint8Array | ArrayBuffer;
  /** The sender's own id of this delivery. Without one, the content itself makes a redelivery recognizable. */
  delivery_id?: string | null;
  /** The endpoint it came through, for webhooks. */
  endpoint_id?: EndpointId | null;
  /** The event's type in the provider's words, such as `call.completed`. */
  kind: string;
  /** The body's media type. */
  media_type: string;
  /** When it happened, where the sender says. */
  occurred_at?: TimestampInput | null;
  /** The provider of the catalog, or `generic`. */
  source: string;
  /** What it is about, where the sender says. */
  subject?: string | null;
}

/** An event was not accepted; nothing was stored. */
export type IngestEventError =
  /** The body is over the limit. */
  | {
    too_large: {
      /** The limit in bytes. */
      limit: number;
    };
  }
  /** The body is not JSON. */
  | {
    not_json: {
      /** What is wrong, and where. */
      detail: string;
    };
  }
  /** The same delivery id or idempotency key came before with another body. */
  | "key_reused"
  /** A store did not answer. Nothing was acknowledged: send it again. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** The event is durable. */
export interface IngestReceipt {
  /** Whether this delivery was seen before. */
  duplicate: boolean;
  /** The event's id: of the first delivery, when this is a repeated one. */
  event_id: EventId;
}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** A count of one kind of signal. */
export interface KindCount {
  /** How many. */
  count: number;
  /** The kind. */
  kind: string;
}

/** Asks for a page of events, newest first. */
export interface ListEvents {
  /** Only older than this event. */
  before: EventId | null;
  /** Only of this type. */
  kind: string | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only from this source. */
  source: string | null;
  /** Only with this status. */
  status: string | null;
}

/**
 * Asks for a page of events, newest first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListEventsInput {
  /** Only older than this event. */
  before?: EventId | null;
  /** Only of this type. */
  kind?: string | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only from this source. */
  source?: string | null;
  /** Only with this status. */
  status?: string | null;
}

/** Asks for a page of signals, newest first. */
export interface ListSignals {
  /** Only of this account. */
  account: string | null;
  /** Only older than this signal. */
  before: SignalId | null;
  /** Only from this event. */
  event_id: EventId | null;
  /** Only of this kind. */
  kind: string | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with at least this score. */
  min_score: number | null;
  /** Only found at or after this time. */
  since: Timestamp | null;
}

/**
 * Asks for a page of signals, newest first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListSignalsInput {
  /** Only of this account. */
  account?: string | null;
  /** Only older than this signal. */
  before?: SignalId | null;
  /** Only from this event. */
  event_id?: EventId | null;
  /** Only of this kind. */
  kind?: string | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with at least this score. */
  min_score?: number | null;
  /** Only found at or after this time. */
  since?: TimestampInput | null;
}

/** The archived bytes of an event. */
export interface RawEvent {
  /** Byte for byte what arrived. */
  body: Uint8Array;
  /** As it was declared on arrival. */
  media_type: string;
  /** SHA-256 of the body, lower-case hexadecimal. */
  sha256: string;
}

/**
 * The archived bytes of an event.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RawEventInput {
  /** Byte for byte what arrived. */
  body: Uint8Array | ArrayBuffer;
  /** As it was declared on arrival. */
  media_type: string;
  /** SHA-256 of the body, lower-case hexadecimal. */
  sha256: string;
}

/** An event could not be read. */
export type ReadEventError =
  /** The tenant has no such event. */
  | "not_found"
  /** The event carries no text. */
  | {
    no_text: {
      /** Why. */
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

/** A signal could not be read. */
export type ReadSignalError =
  /** The tenant has no such signal. */
  | "not_found"
  /** A store did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Asks for what is about `query`, in words or in meaning. */
export interface Search {
  /** What else a hit must be. */
  filter: SearchFilter;
  /** Only this kind of hit, if given. */
  kind: HitKind | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /**
   * What a person typed; at most 1,000 characters. Words in double quotes must occur as that phrase, a word or
   * phrase with `-` before it must not.
   */
  query: string;
}

/**
 * Asks for what is about `query`, in words or in meaning.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SearchInput {
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
  /**
   * What a person typed; at most 1,000 characters. Words in double quotes must occur as that phrase, a word or
   * phrase with `-` before it must not.
   */
  query: string;
}

/** A search could not be carried out. */
export type SearchError =
  /** The index did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

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

/** Something a revenue team wants to know, with its proof. */
export interface Signal {
  /** The customer's company, by name or domain. */
  account: string | null;
  /** When it was found. */
  created_at: Timestamp;
  /** Where it was found. */
  event_id: EventId;
  /** The proof. */
  evidence: Evidence;
  /** Such as `budget` or `churn_risk`. */
  kind: string;
  /** How sure the extractor is, 0 to 1. */
  score: number;
  /** The id. */
  signal_id: SignalId;
}

/**
 * Something a revenue team wants to know, with its proof.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SignalInput {
  /** The customer's company, by name or domain. */
  account?: string | null;
  /** When it was found. */
  created_at: TimestampInput;
  /** Where it was found. */
  event_id: EventId;
  /** The proof. */
  evidence: EvidenceInput;
  /** Such as `budget` or `churn_risk`. */
  kind: string;
  /** How sure the extractor is, 0 to 1. */
  score: number;
  /** The id. */
  signal_id: SignalId;
}

/** Names one signal. */
export type SignalId = string;

/** A page of signals. */
export interface SignalPage {
  /** Newest first. */
  items: Signal[];
  /** Where the next page begins, if there is one. */
  next_before: SignalId | null;
}

/**
 * A page of signals.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SignalPageInput {
  /** Newest first. */
  items: SignalInput[];
  /** Where the next page begins, if there is one. */
  next_before?: SignalId | null;
}

/** The text that an event's signals were found in. */
export interface SourceText {
  /** The speakers' turns, one a line. */
  text: string;
}

/** One step of an event's workflow. */
export interface StepReport {
  /** How often it was tried. */
  attempts: number;
  /** When it ended. */
  ended_at: Timestamp | null;
  /** What the last failed try said. */
  error: string | null;
  /** Such as `extract`. */
  name: string;
  /** When the first try began. */
  started_at: Timestamp;
  /** `running`, `succeeded`, `failed` or `skipped`. */
  status: string;
}

/**
 * One step of an event's workflow.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface StepReportInput {
  /** How often it was tried. */
  attempts: number;
  /** When it ended. */
  ended_at?: TimestampInput | null;
  /** What the last failed try said. */
  error?: string | null;
  /** Such as `extract`. */
  name: string;
  /** When the first try began. */
  started_at: TimestampInput;
  /** `running`, `succeeded`, `failed` or `skipped`. */
  status: string;
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
