// The contract `Deliveries`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * What the pipeline asks of one subscription's queue.
 *
 * A binding to it has these methods.
 */
export interface Deliveries {
  /** Sends nothing more and forgets everything. */
  close(request: null, context: Context<TenantScope>): Promise<Answer<null, SubscriptionError>>;
  /** Makes the queue of a subscription, or gives what it is already. */
  configure(request: EndpointInput, context: Context<TenantScope>): Promise<Answer<Configured, SubscriptionError>>;
  /** Takes up sending again. */
  enable(request: null, context: Context<TenantScope>): Promise<Answer<EndpointHealth, SubscriptionError>>;
  /** Takes a message. One that it has is not taken again. */
  enqueue(request: EnqueueInput, context: Context<TenantScope>): Promise<Answer<Enqueued, SubscriptionError>>;
  /** Forgets the messages that tell of some events, sent or not. */
  forget(request: ForgetMessagesInput, context: Context<TenantScope>): Promise<Answer<ForgottenMessages, SubscriptionError>>;
  /** One delivery with its attempts and its message. */
  get(request: GetDelivery, context: Context<TenantScope>): Promise<Answer<DeliveryDetail, SubscriptionError>>;
  /** How the endpoint does. It also sets an alarm that was lost. */
  health(request: null, context: Context<TenantScope>): Promise<Answer<EndpointHealth, SubscriptionError>>;
  /** Deliveries, newest first. */
  list(request: ListDeliveriesInput, context: Context<TenantScope>): Promise<Answer<DeliveryPage, SubscriptionError>>;
  /** Delivers one once more. */
  redeliver(request: GetDelivery, context: Context<TenantScope>): Promise<Answer<Delivery, SubscriptionError>>;
  /** Makes a new secret; the one before stays valid for so many seconds. */
  rotate(request: number, context: Context<TenantScope>): Promise<Answer<RotatedSecret, SubscriptionError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Deliveries`]. */
export interface DeliveriesImplementation {
  /** Sends nothing more and forgets everything. */
  close(request: null, context: ReceivedContext<TenantScope>): Promise<Answer<null, SubscriptionError>>;
  /** Makes the queue of a subscription, or gives what it is already. */
  configure(request: Endpoint, context: ReceivedContext<TenantScope>): Promise<Answer<ConfiguredInput, SubscriptionError>>;
  /** Takes up sending again. */
  enable(request: null, context: ReceivedContext<TenantScope>): Promise<Answer<EndpointHealthInput, SubscriptionError>>;
  /** Takes a message. One that it has is not taken again. */
  enqueue(request: Enqueue, context: ReceivedContext<TenantScope>): Promise<Answer<Enqueued, SubscriptionError>>;
  /** Forgets the messages that tell of some events, sent or not. */
  forget(request: ForgetMessages, context: ReceivedContext<TenantScope>): Promise<Answer<ForgottenMessages, SubscriptionError>>;
  /** One delivery with its attempts and its message. */
  get(request: GetDelivery, context: ReceivedContext<TenantScope>): Promise<Answer<DeliveryDetailInput, SubscriptionError>>;
  /** How the endpoint does. It also sets an alarm that was lost. */
  health(request: null, context: ReceivedContext<TenantScope>): Promise<Answer<EndpointHealthInput, SubscriptionError>>;
  /** Deliveries, newest first. */
  list(request: ListDeliveries, context: ReceivedContext<TenantScope>): Promise<Answer<DeliveryPageInput, SubscriptionError>>;
  /** Delivers one once more. */
  redeliver(request: GetDelivery, context: ReceivedContext<TenantScope>): Promise<Answer<DeliveryInput, SubscriptionError>>;
  /** Makes a new secret; the one before stays valid for so many seconds. */
  rotate(request: number, context: ReceivedContext<TenantScope>): Promise<Answer<RotatedSecretInput, SubscriptionError>>;
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

/** A queue that is ready. */
export interface Configured {
  /** How the endpoint does. */
  health: EndpointHealth;
  /** The secret that it signs with now. */
  secret: SigningSecret;
}

/**
 * A queue that is ready.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ConfiguredInput {
  /** How the endpoint does. */
  health: EndpointHealthInput;
  /** The secret that it signs with now. */
  secret: SigningSecret;
}

/** A message on its way to a subscription. */
export interface Delivery {
  /** How often it was tried, redeliveries included. */
  attempts: number;
  /** When it was queued. */
  created_at: Timestamp;
  /** Its id. */
  delivery_id: DeliveryId;
  /** The event it tells of. */
  event_id: EventId | null;
  /** The message's type, such as `signals.created`. */
  kind: string;
  /** Why the last attempt failed. */
  last_error: string | null;
  /** The last HTTP status. */
  last_status: number | null;
  /** The message's, which the receiver sees as `webhook-id`. */
  message_id: MessageId;
  /** When it is tried next. */
  next_attempt_at: Timestamp | null;
  /** When it came to its end. */
  settled_at: Timestamp | null;
  /** `pending`, `delivering`, `delivered`, `failed` or `abandoned`. */
  status: string;
  /** The subscription it goes to. */
  subscription_id: SubscriptionId;
  /** The trace's id. */
  trace_id: string;
}

/**
 * A message on its way to a subscription.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DeliveryInput {
  /** How often it was tried, redeliveries included. */
  attempts: number;
  /** When it was queued. */
  created_at: TimestampInput;
  /** Its id. */
  delivery_id: DeliveryId;
  /** The event it tells of. */
  event_id?: EventId | null;
  /** The message's type, such as `signals.created`. */
  kind: string;
  /** Why the last attempt failed. */
  last_error?: string | null;
  /** The last HTTP status. */
  last_status?: number | null;
  /** The message's, which the receiver sees as `webhook-id`. */
  message_id: MessageId;
  /** When it is tried next. */
  next_attempt_at?: TimestampInput | null;
  /** When it came to its end. */
  settled_at?: TimestampInput | null;
  /** `pending`, `delivering`, `delivered`, `failed` or `abandoned`. */
  status: string;
  /** The subscription it goes to. */
  subscription_id: SubscriptionId;
  /** The trace's id. */
  trace_id: string;
}

/** One attempt. */
export interface DeliveryAttempt {
  /** How long it took, in milliseconds. */
  duration_ms: number;
  /** What went wrong. */
  error: string | null;
  /** The beginning of the answer's body, at most 1 KiB. */
  excerpt: string | null;
  /** Counted from 1. */
  number: number;
  /** When it began. */
  started_at: Timestamp;
  /** What the endpoint answered; none where it did not. */
  status: number | null;
}

/**
 * One attempt.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DeliveryAttemptInput {
  /** How long it took, in milliseconds. */
  duration_ms: number;
  /** What went wrong. */
  error?: string | null;
  /** The beginning of the answer's body, at most 1 KiB. */
  excerpt?: string | null;
  /** Counted from 1. */
  number: number;
  /** When it began. */
  started_at: TimestampInput;
  /** What the endpoint answered; none where it did not. */
  status?: number | null;
}

/** A delivery with all that is known of it. */
export interface DeliveryDetail {
  /** Its attempts, oldest first; at most the last 50. */
  attempts: DeliveryAttempt[];
  /** The message's body, byte for byte. */
  body: string;
  /** It. */
  delivery: Delivery;
}

/**
 * A delivery with all that is known of it.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DeliveryDetailInput {
  /** Its attempts, oldest first; at most the last 50. */
  attempts: DeliveryAttemptInput[];
  /** The message's body, byte for byte. */
  body: string;
  /** It. */
  delivery: DeliveryInput;
}

/** Names one delivery. */
export type DeliveryId = string;

/** A page of deliveries. */
export interface DeliveryPage {
  /** Newest first. */
  items: Delivery[];
  /** Where the next page begins, if there is one. */
  next_before: DeliveryId | null;
}

/**
 * A page of deliveries.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DeliveryPageInput {
  /** Newest first. */
  items: DeliveryInput[];
  /** Where the next page begins, if there is one. */
  next_before?: DeliveryId | null;
}

/** What a queue must know of its subscription. */
export interface Endpoint {
  /** What is delivered in order. */
  ordered_by: OrderedBy | null;
  /** Whose queue it is. */
  subscription_id: SubscriptionId;
  /** Where messages go. */
  url: string;
}

/**
 * What a queue must know of its subscription.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EndpointInput {
  /** What is delivered in order. */
  ordered_by?: OrderedBy | null;
  /** Whose queue it is. */
  subscription_id: SubscriptionId;
  /** Where messages go. */
  url: string;
}

/** How an endpoint does. */
export interface EndpointHealth {
  /** `closed`, `open` or `half_open`. */
  circuit: string;
  /** When the first of them was. */
  failing_since: Timestamp | null;
  /** Failures since the last success. */
  failures: number;
  /** When an open circuit lets a request through. */
  open_until: Timestamp | null;
  /** Until when the secret before the present one is valid beside it. */
  previous_secret_until: Timestamp | null;
  /** Deliveries that wait or are under way. */
  waiting: number;
}

/**
 * How an endpoint does.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EndpointHealthInput {
  /** `closed`, `open` or `half_open`. */
  circuit: string;
  /** When the first of them was. */
  failing_since?: TimestampInput | null;
  /** Failures since the last success. */
  failures: number;
  /** When an open circuit lets a request through. */
  open_until?: TimestampInput | null;
  /** Until when the secret before the present one is valid beside it. */
  previous_secret_until?: TimestampInput | null;
  /** Deliveries that wait or are under way. */
  waiting: number;
}

/** Names one endpoint. */
export type EndpointId = string;

/** A message for a queue. */
export interface Enqueue {
  /** The body, JSON text of at most 1.5 MB. */
  body: string;
  /** The delivery's id, which follows from subscription and message. */
  delivery_id: DeliveryId;
  /** The subscription as it is now: a queue that was never made is made of it. */
  endpoint: Endpoint;
  /** The event that it tells of. */
  event_id: EventId | null;
  /** Its type. */
  kind: string;
  /** The message's id. */
  message_id: MessageId;
  /** Messages with the same one are delivered one after the other. */
  order_key: string | null;
}

/**
 * A message for a queue.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface EnqueueInput {
  /** The body, JSON text of at most 1.5 MB. */
  body: string;
  /** The delivery's id, which follows from subscription and message. */
  delivery_id: DeliveryId;
  /** The subscription as it is now: a queue that was never made is made of it. */
  endpoint: EndpointInput;
  /** The event that it tells of. */
  event_id?: EventId | null;
  /** Its type. */
  kind: string;
  /** The message's id. */
  message_id: MessageId;
  /** Messages with the same one are delivered one after the other. */
  order_key?: string | null;
}

/** What became of it. */
export interface Enqueued {
  /** Whether it was there before. */
  duplicate: boolean;
}

/** Names one event. */
export type EventId = string;

/** Asks a queue to forget what tells of some events. */
export interface ForgetMessages {
  /** Whether they are only counted. */
  count_only: boolean;
  /** The events, at most 200. */
  event_ids: EventId[];
}

/**
 * Asks a queue to forget what tells of some events.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ForgetMessagesInput {
  /**
   * Whether they are only counted.
   *
   * @defaultValue `false`
   */
  count_only?: boolean;
  /** The events, at most 200. */
  event_ids: EventId[];
}

/** What a queue forgot. */
export interface ForgottenMessages {
  /** Messages that are gone by this call, or that there are where they were only counted. */
  messages: number;
}

/** Names one delivery. */
export interface GetDelivery {
  /** Which. */
  delivery_id: DeliveryId;
}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Asks for a page of deliveries. */
export interface ListDeliveries {
  /** Only older than this one. */
  before: DeliveryId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with this status. */
  status: string | null;
  /** Which subscription's. */
  subscription_id: SubscriptionId;
}

/**
 * Asks for a page of deliveries.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListDeliveriesInput {
  /** Only older than this one. */
  before?: DeliveryId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with this status. */
  status?: string | null;
  /** Which subscription's. */
  subscription_id: SubscriptionId;
}

/** Names one message. */
export type MessageId = string;

/** Messages that share this arrive one after the other: the next is sent when the one before is settled. */
export type OrderedBy =
  /** The customer's company. */
  | "account"
  /** The event. */
  | "event";

/** The new secret, shown this once. */
export interface RotatedSecret {
  /** Until when the one before is valid beside it; none where it no longer is. */
  previous_valid_until: Timestamp | null;
  /** `whsec_…`. */
  secret: SigningSecret;
}

/**
 * The new secret, shown this once.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RotatedSecretInput {
  /** Until when the one before is valid beside it; none where it no longer is. */
  previous_valid_until?: TimestampInput | null;
  /** `whsec_…`. */
  secret: SigningSecret;
}

/** A secret that is shown to its owner. Its `Debug` shows nothing of it. */
export type SigningSecret = string;

/** Something about subscriptions was refused. */
export type SubscriptionError =
  /** The tenant has no such subscription. */
  | "not_found"
  /** The tenant has no such delivery. */
  | "delivery_not_found"
  /** A field cannot be accepted. */
  | {
    invalid: {
      /** What is wrong, to follow the pointer. */
      detail: string;
      /** A JSON pointer into the request. */
      pointer: string;
    };
  }
  /** The idempotency key came before with another request. */
  | "key_reused"
  /** The tenant has as many as it may have. */
  | {
    too_many: {
      /** How many. */
      limit: number;
    };
  }
  /** It cannot be done as things stand. */
  | {
    conflict: {
      /** What stands in the way, and what to do. */
      detail: string;
    };
  }
  /** A store, or a name's resolver, did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one subscription. */
export type SubscriptionId = string;

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
