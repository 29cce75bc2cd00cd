// The contract `Health`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * Every Worker's `Health` entrypoint; anyone in the mesh may bind it.
 *
 * A binding to it has these methods.
 */
export interface Health {
  /** Looks at what the Worker itself needs (its stores) and reports. */
  check_health(request: CheckHealth, context: Context<ServiceScope>): Promise<Answer<HealthReport, NeverRefused>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Health`]. */
export interface HealthImplementation {
  /** Looks at what the Worker itself needs (its stores) and reports. */
  check_health(request: CheckHealth, context: ReceivedContext<ServiceScope>): Promise<Answer<HealthReportInput, NeverRefused>>;
}

/** Asks for a report. */
export interface CheckHealth {}

/** One contract that a Worker serves. */
export interface ContractInfo {
  /** Its fingerprint, 16 hexadecimal digits. */
  fingerprint: string;
  /** The service trait's name. */
  name: string;
}

/** One store that a Worker needs. */
export interface Dependency {
  /** What went wrong, for operators; none when it answered. */
  error: string | null;
  /** The binding's name. */
  name: string;
}

/**
 * One store that a Worker needs.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DependencyInput {
  /** What went wrong, for operators; none when it answered. */
  error?: string | null;
  /** The binding's name. */
  name: string;
}

/** One count. */
export interface Gauge {
  /** Such as `outbox`. */
  name: string;
  /** Its value now. */
  value: number;
}

/** A Worker's report of itself. */
export interface HealthReport {
  /** Every contract that it serves. */
  contracts: ContractInfo[];
  /** Its stores and what came of touching each. */
  dependencies: Dependency[];
  /** The id of the deployed version, where the platform gives one. */
  deployment: string | null;
  /** Counts an operator wants to see, such as `outbox`. */
  gauges: Gauge[];
  /** The Worker's name, such as `pipeline`. */
  service: string;
  /** The build's version. */
  version: string;
}

/**
 * A Worker's report of itself.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface HealthReportInput {
  /** Every contract that it serves. */
  contracts: ContractInfo[];
  /** Its stores and what came of touching each. */
  dependencies: DependencyInput[];
  /** The id of the deployed version, where the platform gives one. */
  deployment?: string | null;
  /**
   * Counts an operator wants to see, such as `outbox`.
   *
   * @defaultValue `[]`
   */
  gauges?: Gauge[];
  /** The Worker's name, such as `pipeline`. */
  service: string;
  /** The build's version. */
  version: string;
}

/** A health check is never refused: trouble is part of the report. */
export type NeverRefused = never;

/** No tenant: health and the like. */
export interface ServiceScope {}
