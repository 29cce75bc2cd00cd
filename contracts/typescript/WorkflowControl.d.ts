// The contract `WorkflowControl`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The admin's view of the engine's instances.
 *
 * A binding to it has these methods.
 */
export interface WorkflowControl {
  /** Pauses, resumes, ends or restarts one. */
  control_instance(request: ControlInstanceInput, context: Context<OperatorScope>): Promise<Answer<ControlReceipt, ControlError>>;
  /** Instances, the last begun first. */
  find_instances(request: FindInstancesInput, context: Context<OperatorScope>): Promise<Answer<InstancePage, ControlError>>;
  /** One instance with its steps. */
  get_instance(request: GetInstance, context: Context<OperatorScope>): Promise<Answer<InstanceDetail, ControlError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`WorkflowControl`]. */
export interface WorkflowControlImplementation {
  /** Pauses, resumes, ends or restarts one. */
  control_instance(request: ControlInstance, context: ReceivedContext<OperatorScope>): Promise<Answer<ControlReceiptInput, ControlErrorInput>>;
  /** Instances, the last begun first. */
  find_instances(request: FindInstances, context: ReceivedContext<OperatorScope>): Promise<Answer<InstancePageInput, ControlErrorInput>>;
  /** One instance with its steps. */
  get_instance(request: GetInstance, context: ReceivedContext<OperatorScope>): Promise<Answer<InstanceDetailInput, ControlErrorInput>>;
}

/** Instances could not be looked for, or steered. */
export type ControlError =
  /** There is no such instance. */
  | "not_found"
  /** What is asked for cannot be. */
  | {
    invalid: {
      /** What is wrong. */
      detail: string;
      /** Which part of the request, such as `status`. */
      field: string;
    };
  }
  /** The instance is not in a state for it. */
  | {
    not_possible: {
      /** Why not. */
      detail: string;
    };
  }
  /** It has changed since the version that was named. */
  | {
    stale: {
      /** As it is now. */
      current: Instance;
    };
  }
  /** A store or the engine did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/**
 * Instances could not be looked for, or steered.
 *
 * As it may be sent to a Worker in Rust.
 */
export type ControlErrorInput =
  /** There is no such instance. */
  | "not_found"
  /** What is asked for cannot be. */
  | {
    invalid: {
      /** What is wrong. */
      detail: string;
      /** Which part of the request, such as `status`. */
      field: string;
    };
  }
  /** The instance is not in a state for it. */
  | {
    not_possible: {
      /** Why not. */
      detail: string;
    };
  }
  /** It has changed since the version that was named. */
  | {
    stale: {
      /** As it is now. */
      current: InstanceInput;
    };
  }
  /** A store or the engine did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Asks to steer an instance. */
export interface ControlInstance {
  /** Where a restart begins; none for the first step. */
  from: string | null;
  /** Its id. */
  id: string;
  /** What to do. */
  order: InstanceOrder;
  /** Only if this is its version still. */
  version: number | null;
}

/**
 * Asks to steer an instance.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ControlInstanceInput {
  /** Where a restart begins; none for the first step. */
  from?: string | null;
  /** Its id. */
  id: string;
  /** What to do. */
  order: InstanceOrder;
  /** Only if this is its version still. */
  version?: number | null;
}

/** What came of it. */
export interface ControlReceipt {
  /** As it is. */
  after: Instance;
  /** The instance as it was. */
  before: Instance;
  /** The id of the instance that a restart began in its place, because this one had ended. */
  begun: string | null;
}

/**
 * What came of it.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ControlReceiptInput {
  /** As it is. */
  after: InstanceInput;
  /** The instance as it was. */
  before: InstanceInput;
  /** The id of the instance that a restart began in its place, because this one had ended. */
  begun?: string | null;
}

/** Names one event. */
export type EventId = string;

/** Asks for a page of instances, the last begun first. */
export interface FindInstances {
  /** Only those that come after this one in the list. */
  before: InstancePosition | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with this status. */
  status: string | null;
  /** Only of this tenant. */
  tenant: TenantId | null;
  /** Only of the workflow of this name. */
  workflow: string | null;
}

/**
 * Asks for a page of instances, the last begun first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface FindInstancesInput {
  /** Only those that come after this one in the list. */
  before?: InstancePositionInput | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with this status. */
  status?: string | null;
  /** Only of this tenant. */
  tenant?: TenantId | null;
  /** Only of the workflow of this name. */
  workflow?: string | null;
}

/** Names one instance. */
export interface GetInstance {
  /** Its id. */
  id: string;
}

/** An instance of a workflow. */
export interface Instance {
  /** When it ended. */
  ended_at: Timestamp | null;
  /** Why it failed. */
  error: string | null;
  /** The event that it works off, if it does that. */
  event_id: EventId | null;
  /** The engine's id of it. */
  id: string;
  /** Which run of that event. */
  run: number;
  /** When it began. */
  started_at: Timestamp;
  /** `accepted`, `running`, `paused`, `completed`, `failed` or `terminated`. */
  status: string;
  /** Whose. */
  tenant: TenantId;
  /** Its trace. */
  trace_id: string;
  /** When it last changed. */
  updated_at: Timestamp;
  /** Counts its changes. */
  version: number;
  /** Of which workflow. */
  workflow: string;
}

/**
 * An instance of a workflow.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface InstanceInput {
  /** When it ended. */
  ended_at?: TimestampInput | null;
  /** Why it failed. */
  error?: string | null;
  /** The event that it works off, if it does that. */
  event_id?: EventId | null;
  /** The engine's id of it. */
  id: string;
  /**
   * Which run of that event.
   *
   * @defaultValue `0`
   */
  run?: number;
  /** When it began. */
  started_at: TimestampInput;
  /** `accepted`, `running`, `paused`, `completed`, `failed` or `terminated`. */
  status: string;
  /** Whose. */
  tenant: TenantId;
  /** Its trace. */
  trace_id: string;
  /** When it last changed. */
  updated_at: TimestampInput;
  /** Counts its changes. */
  version: number;
  /** Of which workflow. */
  workflow: string;
}

/** An instance with its steps. */
export interface InstanceDetail {
  /** What the engine says of it now: `missing`, `alive`, `complete` or `failed`. */
  engine: string;
  /** The instance. */
  instance: Instance;
  /** Why it cannot be restarted from one of its steps; none where it can. */
  no_restart_from: string | null;
  /** Its steps in order. Of an earlier run of an event they are forgotten. */
  steps: StepReport[];
}

/**
 * An instance with its steps.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface InstanceDetailInput {
  /** What the engine says of it now: `missing`, `alive`, `complete` or `failed`. */
  engine: string;
  /** The instance. */
  instance: InstanceInput;
  /** Why it cannot be restarted from one of its steps; none where it can. */
  no_restart_from?: string | null;
  /** Its steps in order. Of an earlier run of an event they are forgotten. */
  steps: StepReportInput[];
}

/** What to do with an instance. */
export type InstanceOrder =
  /** Hold it after the step under way. */
  | "pause"
  /** Let it go on. */
  | "resume"
  /** End it for good. */
  | "terminate"
  /** Begin it again. */
  | "restart";

/** A page of instances. */
export interface InstancePage {
  /** The last begun first. */
  items: Instance[];
  /** Where the next page begins, if there is one. */
  next_before: InstancePosition | null;
}

/**
 * A page of instances.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface InstancePageInput {
  /** The last begun first. */
  items: InstanceInput[];
  /** Where the next page begins, if there is one. */
  next_before?: InstancePositionInput | null;
}

/** A place in the list. */
export interface InstancePosition {
  /** Its id. */
  id: string;
  /** When the instance there began. */
  started_at: Timestamp;
}

/**
 * A place in the list.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface InstancePositionInput {
  /** Its id. */
  id: string;
  /** When the instance there began. */
  started_at: TimestampInput;
}

/** The operator who acts. */
export interface OperatorScope {
  /** Who, as the audit log keeps it: `person:ada@example.com` or `service:client.access`. From a verified Access token. */
  operator: string;
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

/** Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number. */
export type Timestamp = bigint;

/**
 * Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TimestampInput = bigint | number;
