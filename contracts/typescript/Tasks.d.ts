// The contract `Tasks`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The scheduler's view of the pipeline: the effects that a job can have.
 *
 * A binding to it has these methods.
 */
export interface Tasks {
  /** Ingests an event on behalf of a job. The context's idempotency key (job and nominal time) makes it happen once. */
  emit_event(request: EmitEvent, context: Context<TenantScope>): Promise<Answer<IngestReceipt, IngestEventError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Tasks`]. */
export interface TasksImplementation {
  /** Ingests an event on behalf of a job. The context's idempotency key (job and nominal time) makes it happen once. */
  emit_event(request: EmitEvent, context: ReceivedContext<TenantScope>): Promise<Answer<IngestReceipt, IngestEventError>>;
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

/** Asks the pipeline to ingest an event for a job. */
export interface EmitEvent {
  /** As in [`IngestEvent`]. */
  kind: string;
  /** The payload as JSON text. */
  payload: string;
  /** As in [`IngestEvent`]. */
  source: string;
}

/** Names one endpoint. */
export type EndpointId = string;

/** Names one event. */
export type EventId = string;

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

/** Names one tenant. */
export type TenantId = string;

/** The authenticated tenant and who acts for it. */
export interface TenantScope {
  /** Who acts. */
  actor: Actor;
  /** From a verified key, a verified webhook's endpoint, or a stored job; never from a request's own words. */
  tenant: TenantId;
}
