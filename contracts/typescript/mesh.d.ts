// What every contract has in common. Written from the Rust types: change those instead.

/** What a caller says of itself. All but the scope has a default. */
export interface Context<Scope> {
  /** On whose behalf the call is made. */
  scope: Scope;
  /** The W3C `traceparent` that the call belongs to; a new trace where it is left out. */
  trace?: string;
  /** Milliseconds after which the answer is of no use; 30 seconds where it is left out. */
  left_ms?: number | bigint;
  /** Two calls with the same key have one effect. */
  key?: string;
  /** The Worker that calls, for logs. */
  from?: string;
  /** How many calls between Workers the request has made so far. */
  hops?: number;
}

/** The context of a call as it arrives from a Worker in Rust. */
export interface ReceivedContext<Scope> {
  /** On whose behalf the call is made. */
  scope: Scope;
  /** The W3C `traceparent` that the call belongs to. */
  trace: string;
  /** Milliseconds after which the answer is of no use. */
  left_ms: bigint;
  /** Two calls with the same key have one effect. */
  key?: string;
  /** The Worker that calls, for logs. */
  from: string;
  /** How many calls between Workers the request has made so far, this one included. */
  hops: number;
  /** The fingerprint of the caller's contract. */
  contract: string;
}

/** What came of a call: exactly one of the three is there. */
export type Answer<Reply, Refusal> =
  | { ok: Reply; refused?: never; fault?: never; hops?: number }
  | { ok?: never; refused: Refusal; fault?: never; hops?: number }
  | { ok?: never; refused?: never; fault: Fault; hops?: number };

/** A failure of the mesh itself. */
export interface Fault {
  /** What kind of failure. Later builds may know more. */
  kind: FaultKind | (string & {});
  /** For operators. */
  message: string;
}

/**
 * - `expired`: no time was left when the call arrived, or it ran out before the answer was there.
 * - `contract`: the request could not be read, or the method is unknown.
 * - `too_many_hops`: the request made more calls between Workers than the platform allows.
 * - `wrong_tenant`: the call reached an object that is another tenant's.
 * - `panicked`: the callee's code panicked.
 * - `failed`: the callee broke down.
 */
export type FaultKind = "expired" | "contract" | "too_many_hops" | "wrong_tenant" | "panicked" | "failed";
