// The contract `Work`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The scheduler's view of what takes longer than a call.
 *
 * The context's idempotency key (the nominal time, for a job) makes it happen once.
 *
 * A binding to it has these methods.
 */
export interface Work {
  /** Does it, or starts it where it takes long. */
  carry_out(request: CarryOutInput, context: Context<TenantScope>): Promise<Answer<WorkDone, WorkError>>;
  /** Whether it could be done, as far as can be told before it is. */
  check_work(request: CheckWorkInput, context: Context<TenantScope>): Promise<Answer<null, WorkError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Work`]. */
export interface WorkImplementation {
  /** Does it, or starts it where it takes long. */
  carry_out(request: CarryOut, context: ReceivedContext<TenantScope>): Promise<Answer<WorkDoneInput, WorkErrorInput>>;
  /** Whether it could be done, as far as can be told before it is. */
  check_work(request: CheckWork, context: ReceivedContext<TenantScope>): Promise<Answer<null, WorkErrorInput>>;
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

/** Asks for something to be done. */
export interface CarryOut {
  /** The nominal time that it is for. */
  scheduled_for: Timestamp;
  /** What. */
  work: WorkKind;
}

/**
 * Asks for something to be done.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CarryOutInput {
  /** The nominal time that it is for. */
  scheduled_for: TimestampInput;
  /** What. */
  work: WorkKindInput;
}

/** Asks whether something could be done. */
export interface CheckWork {
  /** What. */
  work: WorkKind;
}

/**
 * Asks whether something could be done.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CheckWorkInput {
  /** What. */
  work: WorkKindInput;
}

/** Names one endpoint. */
export type EndpointId = string;

/** What is wrong with one field of a request. */
export interface Fault {
  /** What is wrong, as a predicate. */
  detail: string;
  /** A JSON pointer into the parameters, such as `/lines/0/amount`. */
  pointer: string;
}

/** A header. Its value may be a credential, so that its `Debug` does not show it. */
export interface HttpHeader {
  /** Its name. */
  name: string;
  /** Its value. */
  value: string;
}

/** A method. */
export type HttpMethod =
  /** `POST`. */
  | "post"
  /** `GET`, which has no body. */
  | "get"
  /** `PUT`. */
  | "put"
  /** `PATCH`. */
  | "patch"
  /** `DELETE`, which has no body. */
  | "delete";

/** A request to a customer's endpoint, signed as Standard Webhooks are. */
export interface HttpTask {
  /** The body, at most 64 KiB; without one, a method that has a body sends JSON that names the job and the time. */
  body: string | null;
  /** What the customer has sent along, at most 20. */
  headers: HttpHeader[];
  /** How. */
  method: HttpMethod;
  /** What it is signed with besides, after a rotation. */
  previous_secret: PreviousSecret | null;
  /** What it is signed with. The scheduler makes it, and shows it once: in the answer to what made it. */
  secret: SigningSecret | null;
  /** Where it goes; at most 2,048 bytes. */
  url: string;
}

/**
 * A request to a customer's endpoint, signed as Standard Webhooks are.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface HttpTaskInput {
  /** The body, at most 64 KiB; without one, a method that has a body sends JSON that names the job and the time. */
  body?: string | null;
  /**
   * What the customer has sent along, at most 20.
   *
   * @defaultValue `[]`
   */
  headers?: HttpHeader[];
  /**
   * How.
   *
   * @defaultValue `"post"`
   */
  method?: HttpMethod;
  /** What it is signed with besides, after a rotation. */
  previous_secret?: PreviousSecretInput | null;
  /** What it is signed with. The scheduler makes it, and shows it once: in the answer to what made it. */
  secret?: SigningSecret | null;
  /** Where it goes; at most 2,048 bytes. */
  url: string;
}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** The secret before the present one. */
export interface PreviousSecret {
  /** What it is. */
  secret: SigningSecret;
  /** Until when it signs. */
  valid_until: Timestamp;
}

/**
 * The secret before the present one.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PreviousSecretInput {
  /** What it is. */
  secret: SigningSecret;
  /** Until when it signs. */
  valid_until: TimestampInput;
}

/** A secret that is shown to its owner. Its `Debug` shows nothing of it. */
export type SigningSecret = string;

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

/** What was done. */
export type WorkDone =
  /** A workflow is on record, and is carried out from there. */
  | {
    started: {
      /** Its run. */
      run_id: string;
      /** The workflow's public name. */
      workflow: string;
    };
  }
  /** A request was made, and answered as it was to be. */
  | {
    answered: {
      /** The HTTP status: 2xx. */
      status: number;
    };
  }
  /** What was past the retention is gone. */
  | {
    purged: {
      /** How many events that were. */
      events: bigint;
    };
  };

/**
 * What was done.
 *
 * As it may be sent to a Worker in Rust.
 */
export type WorkDoneInput =
  /** A workflow is on record, and is carried out from there. */
  | {
    started: {
      /** Its run. */
      run_id: string;
      /** The workflow's public name. */
      workflow: string;
    };
  }
  /** A request was made, and answered as it was to be. */
  | {
    answered: {
      /** The HTTP status: 2xx. */
      status: number;
    };
  }
  /** What was past the retention is gone. */
  | {
    purged: {
      /** How many events that were. */
      events: bigint | number;
    };
  };

/** Something was not done. */
export type WorkError =
  /** It cannot be done as it is asked for. */
  | {
    invalid: {
      /** Each fault; a pointer leads into the work, such as `/params/account`. */
      faults: Fault[];
    };
  }
  /** It was asked for under this key with other parameters. */
  | "key_reused"
  /** A part is done, and the time was up. Ask again. */
  | "unfinished"
  /** An endpoint was asked, and did not do it. */
  | {
    not_done: {
      /** Whether asking again may help. */
      again: boolean;
      /** For the tenant: what it answered, or that it did not. */
      detail: string;
      /** How long it wants to be left alone, in milliseconds. */
      retry_after_ms: bigint | null;
    };
  }
  /** A store did not answer. Ask again. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/**
 * Something was not done.
 *
 * As it may be sent to a Worker in Rust.
 */
export type WorkErrorInput =
  /** It cannot be done as it is asked for. */
  | {
    invalid: {
      /** Each fault; a pointer leads into the work, such as `/params/account`. */
      faults: Fault[];
    };
  }
  /** It was asked for under this key with other parameters. */
  | "key_reused"
  /** A part is done, and the time was up. Ask again. */
  | "unfinished"
  /** An endpoint was asked, and did not do it. */
  | {
    not_done: {
      /** Whether asking again may help. */
      again: boolean;
      /** For the tenant: what it answered, or that it did not. */
      detail: string;
      /** How long it wants to be left alone, in milliseconds. */
      retry_after_ms?: bigint | number | null;
    };
  }
  /** A store did not answer. Ask again. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** What is to be done. */
export type WorkKind =
  /** Starts a workflow. */
  | {
    workflow: {
      /** Its public name. */
      name: string;
      /** What it is started with, as JSON text. */
      params: string;
    };
  }
  /** Asks for a report on an account. */
  | {
    report: {
      /** The account, by name or domain. */
      account: string;
      /** How many days it looks back from the nominal time: 1 to 732. */
      days: number;
    };
  }
  /** Makes an HTTP request. */
  | {
    http: HttpTask;
  }
  /** Removes what is past the tenant's retention. */
  | {
    purge: {};
  }
  /** Walks the history of an endpoint's provider. */
  | {
    sync: {
      /** The endpoint. */
      endpoint_id: EndpointId;
      /** The most pages of the run: 1 to 1,000; 200, unless it says. */
      max_pages: number | null;
    };
  };

/**
 * What is to be done.
 *
 * As it may be sent to a Worker in Rust.
 */
export type WorkKindInput =
  /** Starts a workflow. */
  | {
    workflow: {
      /** Its public name. */
      name: string;
      /** What it is started with, as JSON text. */
      params: string;
    };
  }
  /** Asks for a report on an account. */
  | {
    report: {
      /** The account, by name or domain. */
      account: string;
      /** How many days it looks back from the nominal time: 1 to 732. */
      days: number;
    };
  }
  /** Makes an HTTP request. */
  | {
    http: HttpTaskInput;
  }
  /** Removes what is past the tenant's retention. */
  | {
    purge: {};
  }
  /** Walks the history of an endpoint's provider. */
  | {
    sync: {
      /** The endpoint. */
      endpoint_id: EndpointId;
      /** The most pages of the run: 1 to 1,000; 200, unless it says. */
      max_pages?: number | null;
    };
  };
